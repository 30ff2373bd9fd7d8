import JSON
import JSONSchema
import PluginModel

/// Reads the fields of `configuration`.
enum PatchbayField {
    static let countMax = 200
    static let optionsMax = 500
    static let hostsMax = 50
    static let patternLengthMax = 1000

    static let kinds: [(String, ConfigField.Kind)] = [
        ("text", .text), ("longText", .longText), ("number", .number), ("integer", .integer), ("boolean", .boolean), ("list", .list),
        ("choice", .choice), ("choices", .choices), ("json", .json),
    ]
    static let algorithms = [("sha256", "sha256"), ("sha512", "sha512"), ("sha1", "sha1")]

    static func read(_ reader: inout PatchbayObject) -> ConfigField? {
        let key = key(&reader)
        var field = ConfigField(key: key ?? "", kind: .text, origin: reader.pointer)
        field.kind = reader.word("type", of: kinds, otherwise: .text)
        field.label = reader.text("label") ?? field.key
        field.help = reader.text("help", lengthMax: 2000)
        field.placeholder = reader.text("placeholder")
        field.isRequired = reader.flag("required")
        field.isSecret = reader.flag("secret")
        field.secretUse = reader.object("secretUse") { secretUse(&$0) }
        field.options = options(&reader)
        field.limits = reader.object("limits") { limits(&$0) } ?? ConfigField.Limits()
        // A null is a value where any JSON is.
        field.defaultValue = field.kind == .json ? reader.reader.object["default"] : nil
        if field.defaultValue == nil { field.defaultValue = reader.value("default") } else { reader.know("default") }
        let pattern = pattern(of: field, &reader)
        check(field, pattern, &reader)
        return key == nil ? nil : field
    }

    private static func key(_ reader: inout PatchbayObject) -> String? {
        guard let key = reader.requiredText("key", what: "the name the plugin reads the value by") else { return nil }
        let isPlain =
            key.utf8.count <= 100 && key.unicodeScalars.first.map { $0.properties.isAlphabetic && $0.isASCII || $0 == "_" } == true
            && key.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_" || $0 == "-" || $0 == "."
            }
        if isPlain { return key }
        reader.note(
            .error, "invalid-key", at: "key",
            "'\(visible(key))' is no key: a letter or '_', then up to 99 letters, digits, '_', '-' and '.', all ASCII.")
        return nil
    }

    private static func options(_ reader: inout PatchbayObject) -> [ConfigField.Option] {
        var options: [ConfigField.Option] = []
        for (index, item) in (reader.array("options", countMax: optionsMax) ?? []).enumerated() {
            var option: ConfigField.Option?
            switch item {
            case .string, .int, .double, .bool:
                option = ConfigField.Option(value: item, label: item.stringValue ?? item.serialized())
            case .object(let object):
                option = reader.nested(object, reader.pointer.appending("options").appending(index)) { inner in
                    let value = inner.value("value")
                    if value == nil { inner.note(.error, "missing", "\"value\" is missing: what is stored when this option is chosen.") }
                    let label = inner.text("label")
                    return value.map { ConfigField.Option(value: $0, label: label ?? $0.stringValue ?? $0.serialized()) }
                }
            default:
                reader.note(.error, "wrong-type", under: "options", index, "An option is a value or an object, not \(item.kindPhrase).")
            }
            guard let option else { continue }
            if options.contains(where: { $0.value == option.value }) {
                reader.note(
                    .warning, "repeated", under: "options", index, "The option '\(visible(option.value.serialized()))' stands twice.",
                    remedy: "Remove one.")
            } else {
                options.append(option)
            }
        }
        return options
    }

    private static func limits(_ reader: inout PatchbayObject) -> ConfigField.Limits? {
        let counts = 0...1_000_000
        var limits = ConfigField.Limits(minimum: reader.number("minimum"), maximum: reader.number("maximum"))
        limits.lengthMin = reader.integer("lengthMin", in: counts)
        limits.lengthMax = reader.integer("lengthMax", in: counts)
        limits.countMax = reader.integer("countMax", in: counts)
        limits.pattern = reader.text("pattern", lengthMax: patternLengthMax)
        if let least = limits.minimum, let most = limits.maximum, least > most {
            reader.note(.error, "empty-range", at: "minimum", "\"minimum\" is above \"maximum\", so no value could be right.")
        }
        if let least = limits.lengthMin, let most = limits.lengthMax, least > most {
            reader.note(.error, "empty-range", at: "lengthMin", "\"lengthMin\" is above \"lengthMax\", so no value could be right.")
        }
        return limits
    }

    // MARK: Secrets

    private static let uses = ["header", "query", "basic", "hmac"]

    private static func secretUse(_ reader: inout PatchbayObject) -> ConfigField.SecretUse? {
        let named = uses.filter { reader.has($0) }
        let header = reader.text("header")
        let prefix = reader.value("prefix")
        let query = reader.text("query")
        let basic = reader.text("basic")
        let hmac = reader.text("hmac")
        let algorithm = reader.word("algorithm", of: algorithms, otherwise: "sha256")
        let hosts = reader.texts("hosts", countMax: hostsMax)
        if hosts.isEmpty, !reader.has("hosts") {
            reader.note(.error, "missing", "\"hosts\" is missing: the hosts this secret may be sent to.")
        }
        for (index, host) in hosts.enumerated() where (try? Permission(parsing: "network:outbound:\(host)")) == nil {
            reader.note(
                .error, "invalid-host", under: "hosts", index, "'\(visible(host))' is no host.",
                remedy: "Write it as in a permission, for example api.example.com.")
        }
        if let prefix, prefix.stringValue == nil {
            reader.note(.error, "wrong-type", at: "prefix", "\"prefix\" must be a text, not \(prefix.kindPhrase).")
        }
        guard named.count == 1 else {
            reader.note(
                .error, "secret-use",
                named.isEmpty ? "This does not say how the secret is used." : "A secret is used in one way, not in \(named.count).",
                remedy: "Write one of \(uses.joined(separator: ", ")).")
            return nil
        }
        for (key, owner) in [("prefix", "header"), ("algorithm", "hmac")] where reader.has(key) && named != [owner] {
            reader.note(.warning, "unused-key", at: key, "\"\(key)\" means something beside \"\(owner)\" only.", remedy: "Remove it.")
        }
        if let header { return .header(name: header, prefix: prefix?.stringValue ?? "", hosts: hosts) }
        if let query { return .query(name: query, hosts: hosts) }
        if let basic { return .basic(user: basic, hosts: hosts) }
        return hmac.map { .hmac(header: $0, algorithm: algorithm, hosts: hosts) }
    }

    // MARK: What has to fit together

    /// Compiled; nil where there is none, or none that can be used.
    private static func pattern(of field: ConfigField, _ reader: inout PatchbayObject) -> JSONSchema? {
        guard let pattern = field.limits.pattern else { return nil }
        let place = reader.pointer.appending("limits").appending("pattern")
        switch SchemaCheck.pattern(pattern, file: PatchbayManifest.fileName, at: place) {
        case .success(let schema): return schema
        case .failure(let found):
            reader.add([found.finding])
            return nil
        }
    }

    private static func check(_ field: ConfigField, _ pattern: JSONSchema?, _ reader: inout PatchbayObject) {
        let isChosen = field.kind == .choice || field.kind == .choices
        if isChosen, field.options.isEmpty, reader.array("options", countMax: optionsMax)?.isEmpty ?? true {
            reader.note(.error, "missing-options", "A field of type \"\(field.kind.name)\" needs \"options\".")
        } else if !isChosen, !field.options.isEmpty {
            reader.note(
                .warning, "unused-key", at: "options", "Options mean nothing in a field of type \"\(field.kind.name)\".",
                remedy: "Make it \"choice\" or \"choices\".")
        }
        if field.secretUse != nil, !field.isSecret {
            reader.note(.error, "secret-use", at: "secretUse", "Only a secret has a use.", remedy: "Add \"secret\": true.")
        }
        guard let value = field.defaultValue else { return }
        if field.isSecret {
            reader.note(
                .error, "secret-default", at: "default", "A default for a secret is no secret: everybody can read this file.",
                remedy: "Remove it.")
        } else if let misfit = misfit(value, field, pattern) {
            reader.note(.error, "default-misfit", at: "default", "The default \(misfit).")
        }
    }

    /// Goes on from "the default …"; nil where it fits.
    private static func misfit(_ value: JSONValue, _ field: ConfigField, _ pattern: JSONSchema?) -> String? {
        switch field.kind {
        case .text, .longText:
            guard let text = value.stringValue else { return "must be a text, not \(value.kindPhrase)" }
            let count = text.unicodeScalars.count
            if let least = field.limits.lengthMin, count < least { return "is shorter than \"lengthMin\"" }
            if let most = field.limits.lengthMax, count > most { return "is longer than \"lengthMax\"" }
            if let pattern, !pattern.isValid(value) { return "does not match \"pattern\"" }
        case .number, .integer:
            guard let number = value.doubleValue else { return "must be a number, not \(value.kindPhrase)" }
            if field.kind == .integer, value.intValue == nil { return "must be a whole number" }
            if let least = field.limits.minimum, number < least { return "is below \"minimum\"" }
            if let most = field.limits.maximum, number > most { return "is above \"maximum\"" }
        case .boolean:
            if value.boolValue == nil { return "must be true or false, not \(value.kindPhrase)" }
        case .list:
            guard let items = value.arrayValue, items.allSatisfy({ $0.stringValue != nil }) else { return "must be a list of texts" }
            if let most = field.limits.countMax, items.count > most { return "has more entries than \"countMax\"" }
        case .choice:
            if !field.options.contains(where: { $0.value == value }) { return "is none of the options" }
        case .choices:
            guard let items = value.arrayValue else { return "must be a list of options, not \(value.kindPhrase)" }
            if !items.allSatisfy({ item in field.options.contains { $0.value == item } }) { return "holds what is none of the options" }
        case .json: break
        }
        return nil
    }

    /// Keys are unique, and what secrets are sent to is asked for.
    static func checkTogether(_ manifest: PluginManifest, _ reader: inout PatchbayObject) {
        var keys: Set<String> = []
        for field in manifest.configuration {
            if !keys.insert(field.key).inserted {
                reader.add([
                    Finding(
                        .error, code: "manifest.duplicate-key",
                        place: .document(file: PatchbayManifest.fileName, pointer: field.origin.appending("key")),
                        "Two fields have the key '\(field.key)'.", remedy: "Rename one.")
                ])
            }
            for (index, host) in (field.secretUse?.hosts ?? []).enumerated() {
                guard let wanted = try? Permission(parsing: "network:outbound:\(host)"),
                    !manifest.permissions.contains(where: { $0.permission?.overlaps(wanted) ?? false })
                else { continue }
                let pointer = field.origin.appending("secretUse").appending("hosts").appending(index)
                reader.add([
                    Finding(
                        .warning, code: "manifest.unreachable-host", place: .document(file: PatchbayManifest.fileName, pointer: pointer),
                        "The secret is for \(visible(host)), and no permission asks to connect to it.",
                        remedy: "Add \"network:outbound:\(visible(host))\" to \"permissions\".")
                ])
            }
        }
    }
}

extension ConfigField.SecretUse {
    fileprivate var hosts: [String] {
        switch self {
        case .header(_, _, let hosts), .query(_, let hosts), .basic(_, let hosts), .hmac(_, _, let hosts): hosts
        }
    }
}
