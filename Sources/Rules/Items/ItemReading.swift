package import JSON
import PluginModel

/// Reads submitted items by the types that an organisation has.
package struct ItemReading: Sendable {
    private let types: [String: ItemType]

    package init(_ types: [ItemType]) {
        self.types = Dictionary(types.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads `{ id, typeId, data, creator?, source?, policyIds?, language? }` and brings its data into the form of its type.
    ///
    /// Null means no value; an empty text means none where it could not be one; texts of booleans and numbers become such, numbers as ids
    /// become texts, addresses of media become `{url}`. One value of a list or map that does not fit fails the whole field. Members that
    /// the type does not name stay as they are. Every field that does not fit is told.
    package func read(_ submission: JSONValue, at pointer: JSONPointer = JSONPointer()) -> RuleReading<Item> {
        var notes = RuleNotes()
        let item = read(submission, at: pointer, &notes)
        return RuleReading(item, notes.findings)
    }

    private func read(_ value: JSONValue, at pointer: JSONPointer, _ notes: inout RuleNotes) -> Item? {
        guard value.objectValue != nil else {
            notes.error(
                "item.malformed", at: pointer, "An item is an object, and this is \(value.kindWithArticle).",
                remedy: "Write {\"id\", \"typeId\", \"data\"}.")
            return nil
        }
        let id = ScalarReading.identifier(value["id"]).flatMap { $0.isEmpty ? nil : $0 }
        if id == nil {
            notes.error(
                "item.malformed", at: pointer.appending("id"), "The item has no id, which is a text or a whole number.",
                remedy: "Give it the id it has where it comes from.")
        }
        let data = value["data"]?.objectValue
        if data == nil {
            notes.error(
                "item.malformed", at: pointer.appending("data"), "The item has no data, which is an object.",
                remedy: "Put its fields under \"data\".")
        }
        let typeID = ScalarReading.identifier(value["typeId"] ?? value["type"]?["id"]) ?? ""
        guard let type = types[typeID] else {
            notes.error(
                "item.unknown-type", at: pointer.appending("typeId"), "There is no item type '\(typeID)'.",
                remedy: nearMiss(typeID, among: types.keys.sorted()).map { "Did you mean '\($0)'?" } ?? "Name an item type that there is.")
            return nil
        }
        guard let data else { return nil }
        let fields = type.fields.map { field in
            read(data[field.name] ?? .null, of: field, at: pointer.appending("data").appending(field.name), &notes)
        }
        guard let id, !notes.hasErrors else { return nil }
        var further = JSONObject()
        for (key, value) in data where type.place(of: key) == nil { further[key] = value }
        return Item(
            id: id, type: type, fields: fields, further: further, creator: creator(value, type, fields),
            source: value["source"]?.stringValue, policyIDs: value["policyIds"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            createdAt: value["createdAt"]?.stringValue.flatMap { Timestamp(iso8601: $0) == nil ? nil : $0 },
            language: value["language"]?.stringValue)
    }

    private func creator(_ submission: JSONValue, _ type: ItemType, _ fields: [FieldValue?]) -> ItemReference? {
        if case .value(.reference(let reference)) = ScalarReading.read(submission["creator"] ?? .null, as: .userID) { return reference }
        guard let place = type.place(of: .creatorId), case .one(.reference(let reference))? = fields[place] else { return nil }
        return reference
    }

    private func read(
        _ value: JSONValue, of field: ItemType.Field, at pointer: JSONPointer, _ notes: inout RuleNotes
    ) -> FieldValue? {
        let before = notes.findings.count
        let read = container(value, of: field, at: pointer, &notes)
        if read == nil, field.isRequired, notes.findings.count == before {
            notes.error(
                "item.missing-field", at: pointer, "The field '\(field.name)' is required, and the item has no value for it.",
                remedy: "Send a \(field.type.name).")
        }
        return read
    }

    private func container(
        _ value: JSONValue, of field: ItemType.Field, at pointer: JSONPointer, _ notes: inout RuleNotes
    ) -> FieldValue? {
        if value.isNull { return nil }
        func unfit(_ reason: String, at pointer: JSONPointer) {
            notes.error(
                "item.wrong-value", at: pointer, "The value of '\(field.name)' \(reason).", remedy: "Send a \(field.type.name).")
        }
        func read(_ values: [(String, JSONValue)], as scalar: Scalar) -> (keys: [String], values: [ItemValue])? {
            guard values.count <= RuleLimits.containerValuesMax else {
                unfit("has more than \(RuleLimits.containerValuesMax) values", at: pointer)
                return nil
            }
            var (keys, found): ([String], [ItemValue]) = ([], [])
            var fits = true
            for (key, value) in values {
                switch ScalarReading.read(value, as: scalar) {
                case .value(let value):
                    keys.append(key)
                    found.append(value)
                case .absent: break
                case .unfit(let reason):
                    unfit(reason, at: pointer.appending(key))
                    fits = false
                }
            }
            return fits ? (keys, found) : nil
        }
        switch field.type {
        case .scalar(let scalar):
            switch ScalarReading.read(value, as: scalar) {
            case .value(let value): return .one(value)
            case .absent: return nil
            case .unfit(let reason):
                unfit(reason, at: pointer)
                return nil
            }
        case .array(let scalar):
            guard let list = value.arrayValue else {
                unfit("is no list but \(value.kindWithArticle)", at: pointer)
                return nil
            }
            return read(list.enumerated().map { (String($0), $1) }, as: scalar).map { .list($0.values) }
        case .map(_, let scalar):
            guard let object = value.objectValue else {
                unfit("is no object but \(value.kindWithArticle)", at: pointer)
                return nil
            }
            return read(object.map { ($0.key, $0.value) }, as: scalar).map { .map(keys: $0.keys, values: $0.values) }
        }
    }
}
