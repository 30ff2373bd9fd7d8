package import JSON
import PluginModel

extension ItemType {
    /// Reads `{ id, kind, name, schema: [{ name, type, required, container }], schemaFieldRoles?, version?, schemaVariant?, … }`.
    package static func read(_ value: JSONValue, at pointer: JSONPointer = JSONPointer()) -> RuleReading<ItemType> {
        var notes = RuleNotes()
        let type = read(value, at: pointer, &notes)
        return RuleReading(type, notes.findings)
    }

    static func read(_ value: JSONValue, at pointer: JSONPointer, _ notes: inout RuleNotes) -> ItemType? {
        guard value.objectValue != nil else {
            notes.error(
                "item.bad-type", at: pointer, "An item type is an object, and this is \(value.kindWithArticle).",
                remedy: "Write {\"id\", \"kind\", \"name\", \"schema\"}.")
            return nil
        }
        let id = value["id"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        if id == nil {
            notes.error(
                "item.bad-type", at: pointer.appending("id"), "An item type has an id, a text.",
                remedy: "Write the id that items name as their typeId.")
        }
        let kindWord = value["kind"]?.stringValue ?? Kind.content.rawValue
        let kind = Kind(rawValue: kindWord)
        if kind == nil {
            notes.error(
                "item.bad-type", at: pointer.appending("kind"), "'\(kindWord)' is no kind of item.",
                remedy: "Write CONTENT, THREAD or USER.")
        }
        let fields = readFields(value["schema"] ?? .null, at: pointer.appending("schema"), &notes)
        let roles = readRoles(
            value["schemaFieldRoles"] ?? .null, fields: fields ?? [], at: pointer.appending("schemaFieldRoles"), &notes)
        guard let id, let kind, let fields else { return nil }
        let version = value["version"].flatMap { $0.stringValue ?? ($0.isNull ? nil : $0.serialized()) }
        return ItemType(
            id: id, kind: kind, name: value["name"]?.stringValue, fields: fields, roles: roles, version: version,
            schemaVariant: value["schemaVariant"]?.stringValue ?? "original", orgID: value["orgId"]?.stringValue,
            description: value["description"]?.stringValue)
    }

    private static func readFields(_ value: JSONValue, at pointer: JSONPointer, _ notes: inout RuleNotes) -> [Field]? {
        guard let list = value.arrayValue, !list.isEmpty, list.count <= RuleLimits.fieldsMax else {
            notes.error(
                "item.bad-type", at: pointer, "A schema is a list of 1 to \(RuleLimits.fieldsMax) fields.",
                remedy: "Write [{\"name\", \"type\", \"required\"}].")
            return nil
        }
        var fields: [Field] = []
        var names: Set<String> = []
        for (index, entry) in list.enumerated() {
            guard let field = readField(entry, at: pointer.appending(index), &notes) else { continue }
            guard names.insert(field.name).inserted else {
                notes.error(
                    "item.bad-type", at: pointer.appending(index).appending("name"), "There is a field '\(field.name)' already.",
                    remedy: "Give each field a name of its own.")
                continue
            }
            fields.append(field)
        }
        return fields
    }

    private static func readField(_ value: JSONValue, at pointer: JSONPointer, _ notes: inout RuleNotes) -> Field? {
        guard let name = value["name"]?.stringValue, !name.isEmpty, let word = value["type"]?.stringValue else {
            notes.error(
                "item.bad-type", at: pointer, "A field has a name and a type.", remedy: "Write {\"name\": \"text\", \"type\": \"STRING\"}.")
            return nil
        }
        let container = value["container"] ?? .null
        let type: FieldType?
        switch word {
        case "ARRAY":
            type = scalar(container["valueScalarType"], at: pointer.appending("container").appending("valueScalarType"), &notes)
                .map { .array(of: $0) }
        case "MAP":
            let key = scalar(container["keyScalarType"], at: pointer.appending("container").appending("keyScalarType"), &notes)
            let value = scalar(container["valueScalarType"], at: pointer.appending("container").appending("valueScalarType"), &notes)
            type = key.flatMap { key in value.map { .map(key: key, value: $0) } }
        default: type = scalar(.string(word), at: pointer.appending("type"), &notes).map { .scalar($0) }
        }
        return type.map { Field(name, $0, isRequired: value["required"]?.boolValue ?? false) }
    }

    private static func scalar(_ value: JSONValue?, at pointer: JSONPointer, _ notes: inout RuleNotes) -> Scalar? {
        let word = value?.stringValue ?? ""
        if let scalar = Scalar(rawValue: word) { return scalar }
        let known = Scalar.allCases.map(\.rawValue)
        notes.error(
            "item.bad-type", at: pointer, "'\(word)' is no type of a value.",
            remedy: nearMiss(word, among: known).map { "Did you mean '\($0)'?" } ?? "Write one of: \(known.joined(separator: ", ")).")
        return nil
    }

    private static func readRoles(
        _ value: JSONValue, fields: [Field], at pointer: JSONPointer, _ notes: inout RuleNotes
    ) -> [Role: String] {
        var roles: [Role: String] = [:]
        for (word, name) in value.objectValue ?? [:] where !name.isNull {
            guard let role = Role(rawValue: word), let name = name.stringValue else {
                notes.warning(
                    "item.bad-role", at: pointer.appending(word), "'\(word)' is no part that a field can play here; it is passed over.",
                    remedy: "Write one of: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
                continue
            }
            guard fields.contains(where: { $0.name == name }) else {
                notes.error(
                    "item.bad-type", at: pointer.appending(word), "The schema has no field '\(name)'.",
                    remedy: nearMiss(name, among: fields.map(\.name)).map { "Did you mean '\($0)'?" } ?? "Name a field of the schema.")
                continue
            }
            roles[role] = name
        }
        return roles
    }
}
