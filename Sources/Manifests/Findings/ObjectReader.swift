import JSON
import PluginModel

/// Reads the members of one JSON object and notes what is wrong with them, so that a reader of manifests reads like a list of its fields.
struct ObjectReader {
    let object: JSONObject
    let file: String
    let pointer: JSONPointer
    /// Begins every code: `manifest` gives `manifest.missing`.
    let area: String
    private(set) var findings: [Finding] = []
    private var known: [String] = []

    init(_ object: JSONObject, file: String, pointer: JSONPointer = JSONPointer(), area: String) {
        self.object = object
        self.file = file
        self.pointer = pointer
        self.area = area
    }

    /// A text that must be there and hold more than blanks.
    mutating func requiredString(_ key: String, what: String, lengthMax: Int = 200) -> String? {
        known.append(key)
        guard let value = object[key] else {
            note(.error, "missing", at: key, absent: true, "\"\(key)\" is missing: \(what).")
            return nil
        }
        return string(value, key, lengthMax: lengthMax, mayBeEmpty: false)
    }

    /// A semantic version, as written.
    mutating func requiredVersion(_ key: String = "version") -> String? {
        guard let text = requiredString(key, what: "a semantic version, such as 1.0.0", lengthMax: Version.lengthMax) else { return nil }
        do {
            _ = try Version(text)
            return text
        } catch {
            add(
                Finding(
                    .error, code: "manifest.invalid-version", place: .document(file: file, pointer: pointer.appending(key)),
                    error.description, remedy: error.fault.remedy))
            return nil
        }
    }

    mutating func optionalString(_ key: String, lengthMax: Int = 2000) -> String? {
        known.append(key)
        guard let value = object[key], !value.isNull else { return nil }
        return string(value, key, lengthMax: lengthMax, mayBeEmpty: true)
    }

    /// A member of any kind, marked as known.
    mutating func value(_ key: String) -> JSONValue? {
        known.append(key)
        return object[key]
    }

    mutating func optionalArray(_ key: String, countMax: Int) -> [JSONValue]? {
        known.append(key)
        guard let value = object[key], !value.isNull else { return nil }
        guard let array = value.arrayValue else {
            note(.error, "wrong-type", at: key, "\"\(key)\" must be a list, not \(value.kindPhrase).")
            return nil
        }
        guard array.count <= countMax else {
            note(.error, "too-many", at: key, "\"\(key)\" has \(array.count) entries; at most \(countMax) are read.")
            return nil
        }
        return array
    }

    /// Keys that are understood elsewhere or on purpose without meaning.
    mutating func ignore(_ keys: String...) { known += keys }

    /// Warns of every key that nothing asked for.
    mutating func noteUnknownKeys() {
        for (key, _) in object where !known.contains(key) {
            note(
                .warning, "unknown-key", at: key, "\"\(visible(key))\" means nothing here and is ignored.",
                remedy: didYouMean(key, among: known) ?? "Known keys: \(known.joined(separator: ", ")).")
        }
    }

    mutating func note(
        _ severity: Finding.Severity, _ code: String, at key: String? = nil, absent: Bool = false, _ sentence: String, remedy: String? = nil
    ) {
        // A missing member has no place of its own: its object has.
        let place = key.map { absent ? pointer : pointer.appending($0) } ?? pointer
        findings.append(
            Finding(severity, code: "\(area).\(code)", place: .document(file: file, pointer: place), sentence, remedy: remedy))
    }

    mutating func add(_ finding: Finding) { findings.append(finding) }

    private mutating func string(_ value: JSONValue, _ key: String, lengthMax: Int, mayBeEmpty: Bool) -> String? {
        guard let text = value.stringValue else {
            note(.error, "wrong-type", at: key, "\"\(key)\" must be a text, not \(value.kindPhrase).")
            return nil
        }
        guard text.unicodeScalars.count <= lengthMax else {
            note(.error, "too-long", at: key, "\"\(key)\" has more than \(lengthMax) characters.")
            return nil
        }
        guard mayBeEmpty || text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            note(.error, "empty", at: key, "\"\(key)\" is empty.")
            return nil
        }
        return text
    }
}

extension JSONValue {
    /// The kind as it stands in a sentence: "an object", "a string", "null".
    var kindPhrase: String {
        let name = kindName
        guard let first = name.first, name != "null" else { return name }
        return "aeiou".contains(first) ? "an \(name)" : "a \(name)"
    }
}
