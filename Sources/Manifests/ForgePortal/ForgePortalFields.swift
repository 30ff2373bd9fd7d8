import JSON
import PluginModel

/// Reads `forgeportal.config` in both dialects: a field a key, or one JSON Schema object.
struct ForgePortalFields {
    private static let types: [String: ConfigField.Kind] = ["string": .text, "number": .number, "boolean": .boolean]
    private static let typeNames = ["string", "number", "boolean"]

    let file: String
    private(set) var fields: [ConfigField] = []
    /// Of all values together (older dialect).
    private(set) var schema: JSONValue?
    private(set) var findings: [Finding] = []
    private(set) var isOlderDialect = false

    init(file: String) { self.file = file }

    mutating func read(_ config: JSONValue, at pointer: JSONPointer) {
        guard let object = config.objectValue else {
            return add(.error, "manifest.wrong-type", pointer, "\"config\" must be an object of fields, not \(config.kindPhrase).")
        }
        // In the newer dialect "type" would be a field of that name, and its value an object.
        if object["type"]?.stringValue != nil {
            isOlderDialect = true
            var reader = SchemaFields(file: file, code: "forgeportal.config-schema") { schema in
                schema["secret"] == true || schema["x-secret"] == true || schema["format"] == "password" || schema["writeOnly"] == true
            }
            reader.read(config, at: pointer)
            fields = reader.fields
            schema = config
            findings += reader.findings
        } else {
            if object.count > SchemaFields.fieldsMax {
                add(
                    .error, "manifest.too-many", pointer, "There are \(object.count) fields; at most \(SchemaFields.fieldsMax) are read.")
            }
            for (key, value) in Array(object).prefix(SchemaFields.fieldsMax) { readField(key, value, pointer.appending(key)) }
        }
        for field in fields where field.isSecret && field.defaultValue != nil {
            add(
                .warning, "forgeportal.secret-default", field.origin.appending("default"),
                "The default of the secret \"\(visible(field.key))\" is never used, and everybody can read it here.", "Remove it.")
        }
    }

    private mutating func readField(_ key: String, _ value: JSONValue, _ pointer: JSONPointer) {
        guard !key.isEmpty else { return add(.error, "manifest.empty", pointer, "A field has an empty key.", "Name it.") }
        guard let schema = value.objectValue else {
            return add(
                .error, "manifest.wrong-type", pointer,
                "The field \"\(visible(key))\" must be an object with a \"type\", not \(value.kindPhrase).")
        }
        var reader = ObjectReader(schema, file: file, pointer: pointer, area: "manifest")
        let type = reader.value("type")
        var field = ConfigField(key: key, kind: .text, origin: pointer)
        field.help = reader.optionalString("description")
        field.isRequired = flag("required", &reader)
        field.isSecret = flag("secret", &reader)
        if let value = reader.value("default"), !value.isNull { field.defaultValue = value }
        reader.noteMistypedKeys(among: ["type", "description", "required", "secret", "default"])
        findings += reader.findings
        guard let name = type?.stringValue, let kind = Self.types[name] else {
            let seen = type.map { visible($0.serialized(), scalarsMax: 60) } ?? "undefined"
            return add(
                .error, "forgeportal.config-field", type == nil ? pointer : pointer.appending("type"),
                "The field \"\(visible(key))\" has the type \(seen); a field is a string, a number or a boolean.",
                type?.stringValue.flatMap { didYouMean($0, among: Self.typeNames) } ?? "Write \"string\", \"number\" or \"boolean\".")
        }
        field.kind = kind
        if let value = field.defaultValue, !Self.value(value, fits: kind) {
            add(
                .warning, "forgeportal.config-field", pointer.appending("default"),
                "The default of \"\(visible(key))\" is \(value.kindPhrase), and the field is a \(name).", "Correct one of them.")
        }
        fields.append(field)
    }

    static func value(_ value: JSONValue, fits kind: ConfigField.Kind) -> Bool {
        switch kind {
        case .text, .longText: value.stringValue != nil
        case .number, .integer: value.doubleValue != nil
        case .boolean: value.boolValue != nil
        default: true
        }
    }

    private func flag(_ key: String, _ reader: inout ObjectReader) -> Bool {
        guard let value = reader.value(key) else { return false }
        if value.boolValue == nil {
            reader.note(.error, "wrong-type", at: key, "\"\(key)\" must be true or false, not \(value.kindPhrase).")
        }
        return value == true
    }

    private mutating func add(
        _ severity: Finding.Severity, _ code: String, _ pointer: JSONPointer, _ sentence: String, _ remedy: String? = nil
    ) {
        findings.append(Finding(severity, code: code, place: .document(file: file, pointer: pointer), sentence, remedy: remedy))
    }
}
