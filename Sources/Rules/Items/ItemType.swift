package import JSON

/// The shape of items that an organisation submits.
package struct ItemType: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case content = "CONTENT"
        case thread = "THREAD"
        case user = "USER"
    }

    package struct Field: Sendable, Hashable {
        package let name: String
        package let type: FieldType
        package let isRequired: Bool

        package init(_ name: String, _ type: FieldType, isRequired: Bool = false) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
        }
    }

    /// A field that plays a part the hub knows.
    package enum Role: String, Sendable, Hashable, CaseIterable {
        case displayName, creatorId, threadId, createdAt, parentId, isDeleted, ipAddress, profileIcon, backgroundImage
    }

    package let id: String
    package let kind: Kind
    package let name: String
    /// In the order of the schema; names differ.
    package let fields: [Field]
    /// The field that plays each part, by name.
    package let roles: [Role: String]
    package let version: String?
    /// `original`, or `partial` for one that lacks what is required.
    package let schemaVariant: String
    package let orgID: String?
    package let description: String?
    private let places: [String: Int]
    /// The same for every copy, so that items of one type are told cheaply.
    private let identity = Identity()

    private final class Identity: Sendable {}

    /// - Precondition: The names of the fields differ.
    package init(
        id: String, kind: Kind = .content, name: String? = nil, fields: [Field], roles: [Role: String] = [:], version: String? = nil,
        schemaVariant: String = "original", orgID: String? = nil, description: String? = nil
    ) {
        (self.id, self.kind, self.name, self.fields, self.roles) = (id, kind, name ?? id, fields, roles)
        (self.version, self.schemaVariant, self.orgID, self.description) = (version, schemaVariant, orgID, description)
        places = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name, $0) })
    }

    /// Where a field stands among `fields`.
    package func place(of field: String) -> Int? { places[field] }

    package static func == (a: ItemType, b: ItemType) -> Bool {
        a.identity === b.identity
            || a.id == b.id && a.kind == b.kind && a.name == b.name && a.fields == b.fields && a.roles == b.roles && a.version == b.version
                && a.schemaVariant == b.schemaVariant && a.orgID == b.orgID && a.description == b.description
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(fields.count)
    }

    package func place(of role: Role) -> Int? { roles[role].flatMap { places[$0] } }

    /// The field of kind RELATED_ITEM that has no role, where there is one and not several.
    var soleReference: Int? {
        let named = Set(roles.values)
        let found = fields.indices.filter { fields[$0].type == .scalar(.relatedItem) && !named.contains(fields[$0].name) }
        return found.count == 1 ? found[0] : nil
    }
}

extension ItemType {
    /// The type as a signal on a full item sees it, and as it is read.
    package var json: JSONValue {
        var object = JSONObject([
            ("id", .string(id)), ("kind", .string(kind.rawValue)), ("name", .string(name)),
            ("schema", .array(fields.map(\.json))),
            (
                "schemaFieldRoles",
                .object(JSONObject(Role.allCases.compactMap { role in roles[role].map { (role.rawValue, .string($0)) } }))
            ),
            ("schemaVariant", .string(schemaVariant)),
        ])
        if let version { object["version"] = .string(version) }
        if let orgID { object["orgId"] = .string(orgID) }
        if let description { object["description"] = .string(description) }
        return .object(object)
    }
}

extension ItemType.Field {
    var json: JSONValue {
        let container: JSONValue
        let word: String
        switch type {
        case .scalar(let scalar): (word, container) = (scalar.rawValue, .null)
        case .array(let value):
            (word, container) = ("ARRAY", ["containerType": "ARRAY", "valueScalarType": .string(value.rawValue)])
        case .map(let key, let value):
            word = "MAP"
            container = [
                "containerType": "MAP", "keyScalarType": .string(key.rawValue), "valueScalarType": .string(value.rawValue),
            ]
        }
        return ["name": .string(name), "type": .string(word), "required": .bool(isRequired), "container": container]
    }
}
