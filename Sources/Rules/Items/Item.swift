package import JSON

/// An item that fits its type, ready to be judged.
package struct Item: Sendable {
    package let id: String
    package let type: ItemType
    /// By place in the type's schema; nil where the item has no value.
    package let fields: [FieldValue?]
    /// Members of the data that the schema does not name, as they came.
    package let further: JSONObject
    /// The user it comes from: the one submitted beside the data, else the one in the role `creatorId`.
    package let creator: ItemReference?
    /// How it came here, a word of the submitter's.
    package let source: String?
    /// Policies it was submitted under.
    package let policyIDs: [String]
    /// When it was made where it comes from: the role `createdAt`, else what was submitted beside the data; ISO 8601.
    package let createdAt: String?
    /// What language it is in, where it says so in words that are known; nil: nobody knows, and nobody guesses.
    package let language: ItemLanguage?

    package init(
        id: String, type: ItemType, fields: [FieldValue?], further: JSONObject = [:], creator: ItemReference? = nil, source: String? = nil,
        policyIDs: [String] = [], createdAt: String? = nil, language: String? = nil
    ) {
        precondition(fields.count == type.fields.count, "an item has a place for each field of its type")
        (self.id, self.type, self.fields, self.further) = (id, type, fields, further)
        (self.creator, self.source, self.policyIDs) = (creator, source, policyIDs)
        if let place = type.place(of: .createdAt), case .one(.text(let moment))? = fields[place] {
            self.createdAt = moment
        } else {
            self.createdAt = createdAt
        }
        var said = language
        if said == nil, let place = type.place(of: "language"), case .one(.text(let text))? = fields[place] { said = text }
        self.language = (said ?? further["language"]?.stringValue).flatMap { ItemLanguage($0) }
    }

    package func value(of role: ItemType.Role) -> ItemValue? {
        guard let place = type.place(of: role), case .one(let value)? = fields[place] else { return nil }
        return value
    }

    /// The data as signals on the full item get it: normalised fields in the order of the schema, then whatever else came.
    package var data: JSONValue {
        var object = JSONObject()
        for (field, value) in zip(type.fields, fields) { object[field.name] = value?.json }
        for (key, value) in further { object[key] = value }
        return .object(object)
    }

    /// The user the item is about: itself where it is one, else whoever it comes from.
    package var user: ItemReference? { type.kind == .user ? ItemReference(id: id, typeID: type.id, name: nil) : creator }

    /// The conversation it is part of: the role `threadId`, else the same two members of the data as `contextID`.
    package var thread: (id: String, typeID: String?)? {
        switch value(of: .threadId) {
        case .text(let id)?: (id, nil)
        case .reference(let reference)?: (reference.id, reference.typeID)
        default: contextID.map { ($0, nil) }
        }
    }

    /// What it answers to: the role `parentId`, else the only reference to another item that plays no other part.
    package var parent: (id: String, typeID: String?)? {
        if type.roles[.parentId] != nil {
            switch value(of: .parentId) {
            case .text(let id)?: return (id, nil)
            case .reference(let reference)?: return (reference.id, reference.typeID)
            default: return nil
            }
        }
        guard let place = type.soleReference, case .one(.reference(let reference))? = fields[place] else { return nil }
        return (reference.id, reference.typeID)
    }

    /// What conversation it belongs to, as signals are told: two members of the data that submitters use, else the thread's id.
    package var contextID: String? {
        for key in ["spectrum-context-id", "spectrum_context_id"] {
            if let text = further[key]?.stringValue { return text }
            if let place = type.place(of: key), case .one(.text(let text))? = fields[place] { return text }
        }
        switch value(of: .threadId) {
        case .text(let text)?: return text
        case .reference(let reference)?: return reference.id
        default: return nil
        }
    }
}
