import JSON
import PluginModel

/// Reads `localisation`: `{ "de": { "name": "…", "contributions.signals.x.title": "…" } }`.
enum PatchbayLocalisation {
    static let languagesMax = 100
    /// For how many unknown keys a near one is looked for; past that it would cost seconds in a file that is all wrong.
    private static let suggestionsMax = 20

    static func read(_ reader: inout PatchbayObject, of manifest: PluginManifest) -> [String: [String: String]] {
        guard let value = reader.value("localisation") else { return [:] }
        guard let languages = value.objectValue else {
            reader.note(.error, "wrong-type", at: "localisation", "\"localisation\" must be an object, not \(value.kindPhrase).")
            return [:]
        }
        guard languages.count <= languagesMax else {
            reader.note(
                .error, "too-many", at: "localisation",
                "\"localisation\" has \(languages.count) entries; at most \(languagesMax) are read.")
            return [:]
        }
        let keys = keys(of: manifest)
        let known = Set(keys)
        var suggestions = 0
        var localisations: [String: [String: String]] = [:]
        let pointer = reader.pointer.appending("localisation")
        for (language, value) in languages {
            func add(_ severity: Finding.Severity, _ code: String, _ pointer: JSONPointer, _ sentence: String, remedy: String? = nil) {
                reader.add([
                    Finding(
                        severity, code: code, place: .document(file: PatchbayManifest.fileName, pointer: pointer), sentence, remedy: remedy)
                ])
            }
            let place = pointer.appending(language)
            guard isLanguage(language) else {
                add(
                    .error, "manifest.invalid-language", place, "'\(visible(language))' is no language tag.",
                    remedy: "Write it as in BCP 47, for example de or pt-BR.")
                continue
            }
            guard let texts = value.objectValue else {
                add(.error, "manifest.wrong-type", place, "The texts of a language are an object, not \(value.kindPhrase).")
                continue
            }
            for (key, value) in texts {
                guard let text = value.stringValue else {
                    add(.error, "manifest.wrong-type", place.appending(key), "A text is a text, not \(value.kindPhrase).")
                    continue
                }
                if known.contains(key) {
                    localisations[language, default: [:]][key] = text
                } else {
                    suggestions += 1
                    add(
                        .warning, "manifest.unknown-text", place.appending(key),
                        "This manifest has no text '\(visible(key))' that could be translated.",
                        remedy: (suggestions <= suggestionsMax ? didYouMean(key, among: keys) : nil)
                            ?? "Known: name, description, contributions.<list>.<id>.title, configuration.<key>.label, and the like.")
                }
            }
        }
        return localisations
    }

    /// What can be translated: every text people read.
    static func keys(of manifest: PluginManifest) -> [String] {
        let lists = Dictionary(uniqueKeysWithValues: PatchbayContributions.lists.map { ($0.kind, $0.key) })
        var keys = ["name", "description"]
        for contribution in manifest.contributions {
            let base = "contributions.\(lists[contribution.kind, default: contribution.kind.rawValue]).\(contribution.id)"
            keys += ["title", "description", "group"].map { "\(base).\($0)" }
            if contribution.kind == .page { keys.append("\(base).navigationLabel") }
            if case .signal(let signal) = contribution.detail {
                keys += subcategories(signal.subcategories).sorted().flatMap { id in
                    ["label", "description"].map { "\(base).subcategories.\(id).\($0)" }
                }
            }
        }
        for field in manifest.configuration {
            keys += ["label", "help", "placeholder"].map { "configuration.\(field.key).\($0)" }
            keys += field.options.indices.map { "configuration.\(field.key).options.\($0).label" }
        }
        keys += manifest.screenshots.indices.map { "screenshots.\($0).title" }
        keys += manifest.permissions.indices.map { "permissions.\($0).reason" }
        return keys
    }

    private static func subcategories(_ tree: [Contribution.Signal.Subcategory]) -> Set<String> {
        tree.reduce(into: []) { ids, node in
            ids.insert(node.id)
            ids.formUnion(subcategories(node.children))
        }
    }

    /// The shape of BCP 47: subtags of up to eight letters and digits, the first of them letters.
    private static func isLanguage(_ tag: String) -> Bool {
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, (2...8).contains(first.count) else { return false }
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        return first.utf8.allSatisfy(isLetter)
            && parts.allSatisfy { (1...8).contains($0.count) && $0.utf8.allSatisfy { isLetter($0) || isDigit($0) } }
    }
}
