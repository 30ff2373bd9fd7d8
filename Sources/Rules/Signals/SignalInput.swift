import JSON

/// What a signal is asked, as the contract of Coop writes it (section 6.1).
enum SignalInput {
    static func json(_ ask: AskCode, about key: ItemEvaluation.AskKey, of item: Item, orgID: String, penalties: JSONValue?) -> JSONValue {
        var input = JSONObject([("signal", ["type": .string(ask.signal.type)])])
        if let value = key.value {
            input["value"] = ["type": .string((key.scalar ?? .string).rawValue), "value": value.json]
        } else {
            input["value"] = ["itemType": item.type.json, "data": item.data]
        }
        if !ask.matchingValues.isEmpty { input["matchingValues"] = .array(ask.matchingValues) }
        if ask.signal.needsActionPenalties { input["actionPenalties"] = penalties }
        input["subcategory"] = ask.subcategory.map { .string($0) }
        input["args"] = ask.arguments
        input["orgId"] = .string(orgID)
        if item.type.kind != .user { input["contentId"] = .string(item.id) }
        input["userId"] = item.user.map { .string($0.id) }
        input["contentType"] = .string(item.type.name)
        input["contextId"] = item.contextID.map { .string($0) }
        if let wish = ask.signal.context { input["context"] = context(wish, of: item) }
        return .object(input)
    }

    /// The item itself is at hand; an item says nothing of the one it answers to and of its thread but their ids.
    private static func context(_ wish: ContextWish, of item: Item) -> JSONValue {
        var context = JSONObject()
        if wish.item {
            var shown: JSONObject = [
                "itemId": .string(item.id), "itemTypeId": .string(item.type.id), "itemTypeName": .string(item.type.name),
                "itemTypeKind": .string(item.type.kind.rawValue), "data": item.data,
            ]
            if case .text(let moment)? = item.value(of: .createdAt) { shown["createdAt"] = .string(moment) }
            shown["creator"] = item.creator.map { ["id": .string($0.id), "typeId": .string($0.typeID)] }
            context["item"] = .object(shown)
        }
        var unavailable: [JSONValue] = []
        if wish.parent { unavailable.append("parent") }
        if wish.thread { unavailable.append("thread") }
        if !unavailable.isEmpty { context["unavailable"] = .array(unavailable) }
        return .object(context)
    }
}
