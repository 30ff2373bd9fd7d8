package import JSON

/// What a signal is asked, as the contract of Coop writes it (section 6.1).
enum SignalInput {
    static func json(
        _ ask: AskCode, about key: ItemEvaluation.AskKey, of item: Item, orgID: String, penalties: JSONValue?, around: Surroundings? = nil
    ) -> JSONValue {
        var input = JSONObject([("signal", ["type": .string(ask.signal.type)])])
        if let value = key.value {
            input["value"] = ["type": .string((key.scalar ?? .string).rawValue), "value": value.json]
        } else {
            input["value"] = ["itemType": item.type.json, "data": item.data]
        }
        if !ask.matchingValues.isEmpty { input["matchingValues"] = .array(ask.matchingValues) }
        if ask.signal.needsActionPenalties { input["actionPenalties"] = penalties ?? ask.signal.actionPenalties }
        input["subcategory"] = ask.subcategory.map { .string($0) }
        input["args"] = ask.arguments
        input["orgId"] = .string(orgID)
        if item.type.kind != .user { input["contentId"] = .string(item.id) }
        input["userId"] = item.user.map { .string($0.id) }
        input["contentType"] = .string(item.type.name)
        input["contextId"] = item.contextID.map { .string($0) }
        if let wish = ask.signal.context { input["context"] = context(wish, of: item, around ?? Surroundings()) }
        return .object(input)
    }

    /// The item itself is at hand; what stands around it was looked up where somebody keeps items.
    private static func context(_ wish: ContextWish, of item: Item, _ around: Surroundings) -> JSONValue {
        var context = JSONObject()
        if wish.item { context["item"] = item.contextJSON }
        var unavailable: [JSONValue] = []
        if wish.parent {
            if wish.showsParent, let parent = around.parent { context["parent"] = parent } else { unavailable.append("parent") }
        }
        if wish.thread {
            if wish.messagesMax > 0, let thread = around.thread {
                context["thread"] = thread.json(messagesMax: wish.messagesMax)
            } else {
                unavailable.append("thread")
            }
        }
        if !unavailable.isEmpty { context["unavailable"] = .array(unavailable) }
        return .object(context)
    }
}

extension Item {
    /// The item as a part of what signals see beside a value. Contract of Coop, section 7, rule 3.
    package var contextJSON: JSONValue {
        var shown: JSONObject = [
            "itemId": .string(id), "itemTypeId": .string(type.id), "itemTypeName": .string(type.name),
            "itemTypeKind": .string(type.kind.rawValue), "data": data,
        ]
        shown["createdAt"] = createdAt.map { .string($0) }
        shown["creator"] = creator.map { ["id": .string($0.id), "typeId": .string($0.typeID)] }
        return .object(shown)
    }
}
