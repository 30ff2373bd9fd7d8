import JSON
import PluginModel

/// One object of a `patchbay.json` while it is read: its members by kind, and what they refer to in the package.
struct PatchbayObject {
    private(set) var reader: ObjectReader
    /// Nil: only the document is judged.
    let files: (any PackageFiles)?

    init(_ object: JSONObject, pointer: JSONPointer = JSONPointer(), files: (any PackageFiles)?) {
        reader = ObjectReader(object, file: PatchbayManifest.fileName, pointer: pointer, area: "manifest")
        self.files = files
    }

    var pointer: JSONPointer { reader.pointer }
    var findings: [Finding] { reader.findings }

    func has(_ key: String) -> Bool { reader.object[key].map { !$0.isNull } ?? false }

    mutating func note(_ severity: Finding.Severity, _ code: String, at key: String? = nil, _ sentence: String, remedy: String? = nil) {
        reader.note(severity, code, at: key, sentence, remedy: remedy)
    }

    mutating func note(
        _ severity: Finding.Severity, _ code: String, under key: String, _ index: Int, _ sentence: String, remedy: String? = nil
    ) {
        let place = Finding.Place.document(file: reader.file, pointer: pointer.appending(key).appending(index))
        reader.add(Finding(severity, code: reader.area + "." + code, place: place, sentence, remedy: remedy))
    }

    mutating func add(_ findings: [Finding]) { findings.forEach { reader.add($0) } }

    /// Marks a key as one that means something.
    mutating func know(_ key: String) { reader.ignore(key) }

    mutating func noteUnknownKeys() { reader.noteUnknownKeys() }

    // MARK: Plain values

    /// A member that is there; a null counts as absent.
    mutating func value(_ key: String) -> JSONValue? {
        guard let value = reader.value(key) else { return nil }
        guard value.isNull else { return value }
        note(.warning, "null", at: key, "\"\(key)\" is null, which counts as absent.", remedy: "Leave it out.")
        return nil
    }

    mutating func requiredText(_ key: String, what: String, lengthMax: Int = 200) -> String? {
        reader.requiredString(key, what: what, lengthMax: lengthMax)
    }

    mutating func text(_ key: String, lengthMax: Int = 200) -> String? {
        guard let value = value(key) else { return nil }
        if value.stringValue.map({ $0.unicodeScalars.allSatisfy(\.properties.isWhitespace) }) == true {
            note(.warning, "empty", at: key, "\"\(key)\" is empty, which counts as absent.", remedy: "Leave it out.")
            return nil
        }
        return text(value, lengthMax: lengthMax, called: "\"\(key)\"") { $0.note(.error, $1, at: key, $2) }
    }

    mutating func flag(_ key: String, otherwise: Bool = false) -> Bool {
        guard let value = value(key) else { return otherwise }
        if let flag = value.boolValue { return flag }
        note(.error, "wrong-type", at: key, "\"\(key)\" must be true or false, not \(value.kindPhrase).")
        return otherwise
    }

    mutating func number(_ key: String) -> Double? {
        guard let value = value(key) else { return nil }
        if let number = value.doubleValue { return number }
        note(.error, "wrong-type", at: key, "\"\(key)\" must be a number, not \(value.kindPhrase).")
        return nil
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.intValue else {
            note(.error, "wrong-type", at: key, "\"\(key)\" must be a whole number, not \(value.kindPhrase).")
            return nil
        }
        guard range.contains(number) else {
            note(.error, "out-of-range", at: key, "\"\(key)\" is \(number); it lies between \(range.lowerBound) and \(range.upperBound).")
            return nil
        }
        return number
    }

    mutating func array(_ key: String, countMax: Int) -> [JSONValue]? {
        guard has(key) else {
            _ = value(key)
            return nil
        }
        return reader.optionalArray(key, countMax: countMax)
    }

    /// A list of different texts that are not empty.
    mutating func texts(_ key: String, countMax: Int = 100, lengthMax: Int = 200, mayRepeat: Bool = false) -> [String] {
        var texts: [String] = []
        for (index, item) in (array(key, countMax: countMax) ?? []).enumerated() {
            let text = text(item, lengthMax: lengthMax, called: "Each of \"\(key)\"") { $0.note(.error, $1, under: key, index, $2) }
            guard let text else { continue }
            if !mayRepeat, texts.contains(text) {
                note(.warning, "repeated", under: key, index, "'\(visible(text))' stands twice in \"\(key)\".", remedy: "Remove one.")
            } else {
                texts.append(text)
            }
        }
        return texts
    }

    /// One of a few words.
    mutating func word<Value>(_ key: String, of words: [(String, Value)], otherwise: Value) -> Value {
        guard let text = text(key) else { return otherwise }
        if let found = words.first(where: { $0.0 == text }) { return found.1 }
        note(
            .error, "unknown-word", at: key, "'\(visible(text))' is none of the words \"\(key)\" can be.",
            remedy: remedy(text, words.map(\.0)))
        return otherwise
    }

    mutating func words<Value: Equatable>(_ key: String, of words: [(String, Value)]) -> [Value] {
        var values: [Value] = []
        for (index, text) in texts(key, countMax: words.count * 4).enumerated() {
            if let found = words.first(where: { $0.0 == text }) {
                values.append(found.1)
            } else {
                note(
                    .error, "unknown-word", under: key, index, "'\(visible(text))' is none of the words \"\(key)\" can hold.",
                    remedy: remedy(text, words.map(\.0)))
            }
        }
        return values
    }

    private func remedy(_ word: String, _ known: [String]) -> String {
        didYouMean(word, among: known) ?? "Known: \(known.joined(separator: ", "))."
    }

    private mutating func text(
        _ value: JSONValue, lengthMax: Int, called name: String, note: (inout PatchbayObject, String, String) -> Void
    ) -> String? {
        guard let text = value.stringValue else {
            note(&self, "wrong-type", "\(name) must be a text, not \(value.kindPhrase).")
            return nil
        }
        guard text.unicodeScalars.count <= lengthMax else {
            note(&self, "too-long", "\(name) has more than \(lengthMax) characters.")
            return nil
        }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            note(&self, "empty", "\(name) is empty.")
            return nil
        }
        return text
    }

    // MARK: Objects

    mutating func object<Value>(_ key: String, _ read: (inout PatchbayObject) -> Value?) -> Value? {
        guard let value = value(key) else { return nil }
        guard let object = value.objectValue else {
            note(.error, "wrong-type", at: key, "\"\(key)\" must be an object, not \(value.kindPhrase).")
            return nil
        }
        return nested(object, pointer.appending(key), read)
    }

    mutating func objects<Value>(_ key: String, countMax: Int, _ read: (inout PatchbayObject) -> Value?) -> [Value] {
        var values: [Value] = []
        for (index, item) in (array(key, countMax: countMax) ?? []).enumerated() {
            guard let object = item.objectValue else {
                note(.error, "wrong-type", under: key, index, "Each of \"\(key)\" is an object, not \(item.kindPhrase).")
                continue
            }
            if let value = nested(object, pointer.appending(key).appending(index), read) { values.append(value) }
        }
        return values
    }

    mutating func nested<Value>(_ object: JSONObject, _ pointer: JSONPointer, _ read: (inout PatchbayObject) -> Value?) -> Value? {
        var inner = PatchbayObject(object, pointer: pointer, files: files)
        let value = read(&inner)
        inner.noteUnknownKeys()
        add(inner.findings)
        return value
    }
}
