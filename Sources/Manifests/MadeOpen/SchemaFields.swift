import JSON
import PluginModel

/// Reads the fields of a form out of a JSON Schema object: `{ "type": "object", "properties": { … }, "required": [ … ] }`.
///
/// Only what a form can show is taken: type, title, description, default, enum, limits. The schema itself stays the last word on values.
struct SchemaFields {
    /// Fields of one plugin.
    static let fieldsMax = 200
    static let optionsMax = 500

    let file: String
    /// Of findings about the schema's own rules.
    let code: String
    /// Whether a property is a secret, by its schema.
    let isSecret: (JSONObject) -> Bool
    private(set) var fields: [ConfigField] = []
    private(set) var findings: [Finding] = []

    init(file: String, code: String, isSecret: @escaping (JSONObject) -> Bool) {
        (self.file, self.code, self.isSecret) = (file, code, isSecret)
    }

    mutating func read(_ schema: JSONValue, at pointer: JSONPointer) {
        guard let object = schema.objectValue else {
            return wrong(pointer, "A configuration schema is an object, not \(schema.kindPhrase).")
        }
        if object["type"] != "object" {
            let seen = object["type"].map { "not \(visible($0.serialized(), scalarsMax: 60))" } ?? "and there is none"
            note(
                object["type"] == nil ? pointer : pointer.appending("type"),
                "\"type\" of a configuration schema must be \"object\", \(seen).",
                "Write \"type\": \"object\".")
        }
        let properties = readProperties(object, pointer)
        let required = readRequired(object, pointer, properties)
        let place = pointer.appending("properties")
        for (key, value) in Array(properties ?? JSONObject()).prefix(Self.fieldsMax) {
            readField(key, value, isRequired: required.contains(key), at: place.appending(key))
        }
        // Whatever was found above the validator would say again, in other words.
        if !findings.contains(where: { $0.severity == .error }), let finding = SchemaCheck.finding(schema, file: file, at: pointer) {
            findings.append(finding)
        }
    }

    private mutating func readProperties(_ object: JSONObject, _ pointer: JSONPointer) -> JSONObject? {
        guard let value = object["properties"] else { return nil }
        guard let properties = value.objectValue else {
            wrong(pointer.appending("properties"), "\"properties\" must be an object, not \(value.kindPhrase).")
            return nil
        }
        if properties.count > Self.fieldsMax {
            add(
                .error, "manifest.too-many", pointer.appending("properties"),
                "There are \(properties.count) fields; at most \(Self.fieldsMax) are read.")
        }
        return properties
    }

    private mutating func readRequired(_ object: JSONObject, _ pointer: JSONPointer, _ properties: JSONObject?) -> Set<String> {
        guard let value = object["required"] else { return [] }
        guard let list = value.arrayValue else {
            wrong(pointer.appending("required"), "\"required\" must be a list of keys, not \(value.kindPhrase).")
            return []
        }
        var required: Set<String> = []
        for (index, entry) in list.prefix(Self.fieldsMax).enumerated() {
            let place = pointer.appending("required").appending(index)
            guard let key = entry.stringValue else {
                wrong(place, "A key is a text, not \(entry.kindPhrase).")
                continue
            }
            required.insert(key)
            guard properties?[key] == nil else { continue }
            note(
                place, "\"\(visible(key))\" is required, but \"properties\" has no such key.",
                didYouMean(key, among: properties?.keys ?? []) ?? "Describe it in \"properties\", or take it off the list.")
        }
        return required
    }

    private mutating func readField(_ key: String, _ value: JSONValue, isRequired: Bool, at pointer: JSONPointer) {
        guard !key.isEmpty else { return add(.error, "manifest.empty", pointer, "A field has an empty key.", "Name it.") }
        guard let schema = value.objectValue else {
            // `true` allows anything; `false`, nothing.
            guard value == true else { return wrong(pointer, "A field is described by an object, not \(value.kindPhrase).") }
            fields.append(ConfigField(key: key, kind: .json, isRequired: isRequired, origin: pointer))
            return
        }
        let type = readType(schema, pointer)
        var options: [ConfigField.Option] = []
        if let list = readOptions(schema, pointer) { options = list }
        var field = ConfigField(key: key, kind: kind(type, schema, &options, pointer), isRequired: isRequired, origin: pointer)
        field.options = options
        if let title = text(schema, "title", pointer), !title.isEmpty { field.label = title }
        field.help = text(schema, "description", pointer)
        field.placeholder = schema["examples"]?[0]?.stringValue
        field.isSecret = isSecret(schema)
        field.limits = readLimits(schema, pointer)
        if let value = schema["default"], !value.isNull { field.defaultValue = value }
        checkDefault(field, type, pointer)
        fields.append(field)
    }

    private static let types = ["string", "number", "integer", "boolean", "array", "object", "null"]

    /// The first type that is not null; nil where none is written or it is no type.
    private mutating func readType(_ schema: JSONObject, _ pointer: JSONPointer) -> String? {
        guard let value = schema["type"] else { return nil }
        let names = value.arrayValue ?? [value]
        for name in names where name.stringValue.map(Self.types.contains) != true {
            let remedy = name.stringValue.flatMap { didYouMean($0, among: Self.types) } ?? "Types: \(Self.types.joined(separator: ", "))."
            note(pointer.appending("type"), "\(visible(name.serialized(), scalarsMax: 60)) is no type of JSON Schema.", remedy)
            return nil
        }
        return names.lazy.compactMap(\.stringValue).first { $0 != "null" }
    }

    private func kind(
        _ type: String?, _ schema: JSONObject, _ options: inout [ConfigField.Option], _ pointer: JSONPointer
    ) -> ConfigField.Kind {
        if !options.isEmpty { return .choice }
        switch type {
        case "string": return schema["x-multiline"] == true ? .longText : .text
        case "number": return .number
        case "integer": return .integer
        case "boolean": return .boolean
        case "array":
            if let values = schema["items"]?["enum"]?.arrayValue, !values.isEmpty {
                options = values.prefix(Self.optionsMax).map(Self.option)
                return .choices
            }
            return schema["items"]?["type"] == "string" ? .list : .json
        default: return .json
        }
    }

    private mutating func readOptions(_ schema: JSONObject, _ pointer: JSONPointer) -> [ConfigField.Option]? {
        guard let value = schema["enum"] else { return nil }
        guard let list = value.arrayValue, !list.isEmpty else {
            note(pointer.appending("enum"), "\"enum\" must be a list of at least one value.", "List what may be chosen.")
            return nil
        }
        if list.count > Self.optionsMax {
            add(
                .error, "manifest.too-many", pointer.appending("enum"),
                "There are \(list.count) options; at most \(Self.optionsMax) are read.")
        }
        return list.prefix(Self.optionsMax).map(Self.option)
    }

    private static func option(_ value: JSONValue) -> ConfigField.Option {
        ConfigField.Option(value: value, label: value.stringValue ?? value.serialized())
    }

    private mutating func readLimits(_ schema: JSONObject, _ pointer: JSONPointer) -> ConfigField.Limits {
        ConfigField.Limits(
            minimum: number(schema, "minimum", pointer), maximum: number(schema, "maximum", pointer),
            lengthMin: count(schema, "minLength", pointer), lengthMax: count(schema, "maxLength", pointer),
            countMax: count(schema, "maxItems", pointer), pattern: text(schema, "pattern", pointer))
    }

    private mutating func checkDefault(_ field: ConfigField, _ type: String?, _ pointer: JSONPointer) {
        guard let value = field.defaultValue else { return }
        let fits =
            switch type {
            case nil: true
            case "integer": value.intValue != nil
            case "number": value.doubleValue != nil
            case let type?: value.kindName == type
            }
        let isOption = field.kind != .choice || field.options.contains { $0.value == value }
        guard !fits || !isOption else { return }
        add(
            .warning, code, pointer.appending("default"), "The default of \"\(visible(field.key))\" is none of the values it allows.",
            "Correct the default.")
    }

    private mutating func text(_ schema: JSONObject, _ key: String, _ pointer: JSONPointer) -> String? {
        guard let value = schema[key] else { return nil }
        if value.stringValue == nil { wrong(pointer.appending(key), "\"\(key)\" must be a text, not \(value.kindPhrase).") }
        return value.stringValue
    }

    private mutating func number(_ schema: JSONObject, _ key: String, _ pointer: JSONPointer) -> Double? {
        guard let value = schema[key] else { return nil }
        if value.doubleValue == nil { wrong(pointer.appending(key), "\"\(key)\" must be a number, not \(value.kindPhrase).") }
        return value.doubleValue
    }

    private mutating func count(_ schema: JSONObject, _ key: String, _ pointer: JSONPointer) -> Int? {
        guard let value = schema[key] else { return nil }
        guard let count = value.intValue, count >= 0 else {
            wrong(pointer.appending(key), "\"\(key)\" must be a whole number that is not negative.")
            return nil
        }
        return count
    }

    private mutating func wrong(_ pointer: JSONPointer, _ sentence: String) { add(.error, "manifest.wrong-type", pointer, sentence) }

    private mutating func note(_ pointer: JSONPointer, _ sentence: String, _ remedy: String) {
        add(.error, code, pointer, sentence, remedy)
    }

    private mutating func add(
        _ severity: Finding.Severity, _ code: String, _ pointer: JSONPointer, _ sentence: String, _ remedy: String? = nil
    ) {
        findings.append(Finding(severity, code: code, place: .document(file: file, pointer: pointer), sentence, remedy: remedy))
    }
}
