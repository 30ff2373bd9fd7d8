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
        return .object(input)
    }
}
