import JSON
import PluginModel

/// Brings both published shapes of a Made Open manifest to one: permission texts and the fields of a form.
///
/// Shape 1 has `permissions` as a list and `configSchema`; shape 2, which the guide calls provisional, has `permissions` as an object and
/// `config`.
struct MadeOpenNormaliser {
    enum Shape: String {
        case onDisk = "shape 1"
        case sdk = "shape 2"
    }

    struct PermissionText {
        let text: String
        let origin: JSONPointer
    }

    static let permissionsMax = 200

    /// What the guide's grammar has. The hub knows more, which a manifest of this format cannot ask for.
    private static let heads = ["network:outbound", "network:inbound", "event:publish", "data:read", "data:write"]
    /// Formats of texts that everybody may see.
    private static let publicFormats: Set<String> = [
        "uri", "uri-reference", "uri-template", "iri", "iri-reference", "url", "email", "idn-email", "hostname", "idn-hostname", "ipv4",
        "ipv6", "uuid", "date", "date-time", "time", "duration", "regex", "json-pointer",
    ]

    let file: String
    private(set) var shape = Shape.onDisk
    private(set) var permissions: [PermissionRequest] = []
    private(set) var fields: [ConfigField] = []
    /// Of all values together (shape 1).
    private(set) var schema: JSONValue?
    private(set) var findings: [Finding] = []

    init(file: String) { self.file = file }

    mutating func read(_ manifest: JSONObject) {
        let permissions = manifest["permissions"]
        let hasSchema = manifest["configSchema"].map { !$0.isNull } ?? false
        let hasConfig = manifest["config"].map { !$0.isNull } ?? false
        var texts: [PermissionText] = []
        switch permissions {
        case nil, .null?:
            add(
                .error, "manifest.missing", [], "\"permissions\" is missing: what the plugin may do; whatever is not listed is denied.",
                "Write \"permissions\": [] when it needs nothing.")
            shape = hasConfig && !hasSchema ? .sdk : .onDisk
        case .array(let list)?:
            texts = listed(list, at: ["permissions"]) { $0 }
            if hasConfig {
                mixed("config", "\"permissions\" is a list (shape 1), but \"config\" belongs to shape 2.", "configSchema")
            }
        case .object(let object)?:
            shape = .sdk
            texts = grouped(object)
            if hasSchema {
                mixed("configSchema", "\"permissions\" is an object (shape 2), but \"configSchema\" belongs to shape 1.", "config")
            }
        case let value?:
            add(.error, "manifest.wrong-type", ["permissions"], "\"permissions\" must be a list, not \(value.kindPhrase).")
        }
        for text in texts { read(text) }
        if shape == .onDisk, hasSchema, let schema = manifest["configSchema"] { readSchema(schema) }
        if shape == .sdk, hasConfig, let config = manifest["config"] { readConfig(config) }
    }

    private mutating func mixed(_ key: String, _ sentence: String, _ instead: String) {
        add(
            .error, "made-open.mixed-shapes", [key], sentence + " A manifest keeps to one of them.",
            "Write \"\(instead)\" instead of \"\(key)\", or change \"permissions\".")
    }

    // MARK: Permissions

    private mutating func listed(_ list: [JSONValue], at place: [String], _ make: (String) -> String?) -> [PermissionText] {
        if list.count > Self.permissionsMax {
            add(.error, "manifest.too-many", place, "There are \(list.count) entries; at most \(Self.permissionsMax) are read.")
        }
        return list.prefix(Self.permissionsMax).enumerated().compactMap { index, value in
            let pointer = place + [String(index)]
            guard let text = value.stringValue else {
                add(.error, "manifest.wrong-type", pointer, "A permission is a text, not \(value.kindPhrase).")
                return nil
            }
            guard let made = make(text) else {
                add(
                    .error, "made-open.data-permission", pointer,
                    "'\(visible(text))' does not say what it does to which table.", "Write read:persons or write:persons.")
                return nil
            }
            return PermissionText(text: made, origin: JSONPointer(pointer))
        }
    }

    /// `{ network: [host], data: ["read:table"] | { read: [table], write: [table] } }`.
    private mutating func grouped(_ object: JSONObject) -> [PermissionText] {
        var texts: [PermissionText] = []
        for (key, value) in object {
            switch (key, value) {
            case ("network", .array(let hosts)): texts += listed(hosts, at: ["permissions", key]) { "network:outbound:\($0)" }
            case ("data", .array(let entries)):
                texts += listed(entries, at: ["permissions", key]) { entry in
                    entry.hasPrefix("read:") || entry.hasPrefix("write:") ? "data:\(entry)" : nil
                }
            case ("data", .object(let directions)):
                for (direction, tables) in directions {
                    guard direction == "read" || direction == "write" else {
                        unknownMember(["permissions", key, direction], direction, among: ["read", "write"])
                        continue
                    }
                    guard let tables = tables.arrayValue else {
                        add(
                            .error, "manifest.wrong-type", ["permissions", key, direction],
                            "\"\(direction)\" must be a list of tables, not \(tables.kindPhrase).")
                        continue
                    }
                    texts += listed(tables, at: ["permissions", key, direction]) { "data:\(direction):\($0)" }
                }
            case ("network", _), ("data", _):
                add(.error, "manifest.wrong-type", ["permissions", key], "\"\(key)\" must be a list, not \(value.kindPhrase).")
            default: unknownMember(["permissions", key], key, among: ["network", "data"])
            }
        }
        return texts
    }

    /// Fail closed: a kind of permission that is not understood is never left out quietly.
    private mutating func unknownMember(_ place: [String], _ key: String, among known: [String]) {
        add(
            .error, "permission.unknown-capability", place, "\"\(visible(key))\" is no kind of permission of this shape.",
            didYouMean(key, among: known) ?? "Known are: \(known.joined(separator: ", ")).")
    }

    private mutating func read(_ text: PermissionText) {
        do {
            let permission = try Permission(parsing: text.text)
            let head = text.text.split(separator: ":", maxSplits: 2).prefix(2).joined(separator: ":")
            guard Self.heads.contains(head) else {
                add(
                    .error, "permission.unknown-capability", text.origin.tokens,
                    "The permission '\(visible(text.text))' names no capability of Made Open; there are \(Self.heads.joined(separator: ", ")).",
                    "Remove it; an operator grants what only the hub knows.")
                return
            }
            if permissions.contains(where: { $0.permission == permission }) {
                add(
                    .warning, "manifest.repeated-permission", text.origin.tokens, "The permission '\(permission)' is asked for twice.",
                    "Remove one.")
            } else {
                permissions.append(PermissionRequest(permission, origin: text.origin))
            }
        } catch {
            add(.error, error.kind.rawValue, text.origin.tokens, error.description, error.fault().remedy)
        }
    }

    // MARK: Configuration

    /// The schema has no mark for secrets, so every text is one unless it says otherwise: better a hidden address than a shown key.
    static func isSecret(_ schema: JSONObject) -> Bool {
        if let mark = schema["x-secret"]?.boolValue { return mark }
        let types = schema["type"]?.arrayValue ?? schema["type"].map { [$0] } ?? []
        guard types.contains("string") else { return false }
        return !(schema["format"]?.stringValue.map(publicFormats.contains) ?? false)
    }

    private mutating func readSchema(_ schema: JSONValue) {
        var reader = SchemaFields(file: file, code: "made-open.config-schema", isSecret: Self.isSecret)
        reader.read(schema, at: JSONPointer(["configSchema"]))
        fields = reader.fields
        findings += reader.findings
        self.schema = schema
    }

    /// `[{ key, type, label, required }]`.
    private mutating func readConfig(_ config: JSONValue) {
        guard let list = config.arrayValue else {
            add(.error, "manifest.wrong-type", ["config"], "\"config\" must be a list of fields, not \(config.kindPhrase).")
            return
        }
        if list.count > SchemaFields.fieldsMax {
            add(.error, "manifest.too-many", ["config"], "There are \(list.count) fields; at most \(SchemaFields.fieldsMax) are read.")
        }
        for (index, entry) in list.prefix(SchemaFields.fieldsMax).enumerated() {
            let pointer = JSONPointer(["config", String(index)])
            guard let object = entry.objectValue else {
                add(.error, "manifest.wrong-type", pointer.tokens, "A field is an object with a \"key\", not \(entry.kindPhrase).")
                continue
            }
            var reader = ObjectReader(object, file: file, pointer: pointer, area: "manifest")
            let field = Self.field(&reader, pointer)
            findings += reader.findings
            guard let field else { continue }
            if fields.contains(where: { $0.key == field.key }) {
                add(.error, "made-open.repeated-field", pointer.tokens, "The field \"\(visible(field.key))\" stands twice.", "Rename one.")
            } else {
                fields.append(field)
            }
        }
    }

    private static func field(_ reader: inout ObjectReader, _ pointer: JSONPointer) -> ConfigField? {
        let key = reader.requiredString("key", what: "the name under which the plugin reads the value")
        let type = reader.optionalString("type") ?? "string"
        let label = reader.optionalString("label")
        let help = reader.optionalString("description")
        let required = reader.value("required")
        if let required, required.boolValue == nil {
            reader.note(.error, "wrong-type", at: "required", "\"required\" must be true or false, not \(required.kindPhrase).")
        }
        guard let kind = kinds[type] else {
            let names = kinds.keys.sorted()
            reader.add(
                Finding(
                    .error, code: "made-open.field-type", place: .document(file: reader.file, pointer: pointer.appending("type")),
                    "'\(visible(type))' is no type of a field.",
                    remedy: didYouMean(type, among: names) ?? "Types: \(names.joined(separator: ", "))."))
            return nil
        }
        guard let key else { return nil }
        var field = ConfigField(key: key, kind: kind, label: label, help: help, isRequired: required == true, origin: pointer)
        field.isSecret = kind == .text && reader.object["x-secret"] != false && type != "url" && type != "email"
        field.defaultValue = reader.value("default")
        return field
    }

    /// `password` and `secret` are texts with a mark.
    private static let kinds: [String: ConfigField.Kind] = [
        "string": .text, "text": .text, "password": .text, "secret": .text, "url": .text, "email": .text, "number": .number,
        "integer": .integer, "boolean": .boolean, "array": .list, "object": .json,
    ]

    private mutating func add(
        _ severity: Finding.Severity, _ code: String, _ place: [String], _ sentence: String, _ remedy: String? = nil
    ) {
        findings.append(
            Finding(severity, code: code, place: .document(file: file, pointer: JSONPointer(place)), sentence, remedy: remedy))
    }
}
