package import JSON

extension ConditionSet {
    /// As it is stored: what was read is written back the same.
    package var json: JSONValue {
        ["conjunction": .string(conjunction.rawValue), "conditions": .array(conditions.map(\.json))]
    }
}

extension Condition {
    package var json: JSONValue {
        switch self {
        case .leaf(let leaf): .object(leaf.json)
        case .set(let set): set.json
        }
    }
}

extension LeafCondition {
    package var json: JSONObject {
        var object = JSONObject([("input", input.json)])
        object["signal"] = signal?.json
        object["matchingValues"] = matchingValues?.json
        object["comparator"] = comparator.map { .string($0.rawValue) }
        object["threshold"] = threshold?.json
        return object
    }
}

extension ConditionInput {
    package var json: JSONValue {
        switch self {
        case .userID: return ["type": "USER_ID"]
        case .fullItem(let typeIDs):
            var object = JSONObject([("type", "FULL_ITEM")])
            object["contentTypeIds"] = typeIDs.map { .texts($0) }
            return .object(object)
        case .field(let name, let typeID): return ["type": "CONTENT_FIELD", "name": .string(name), "contentTypeId": .string(typeID)]
        case .gathered(let input): return ["type": "CONTENT_COOP_INPUT", "name": .string(input.rawValue)]
        case .derived(let spec): return ["type": "CONTENT_DERIVED_FIELD", "spec": .object(spec)]
        }
    }
}

extension SignalChoice {
    /// The id is a text of JSON within the JSON, as upstream stores it.
    package var json: JSONValue {
        var object = JSONObject([("id", .string((["type": .string(type)] as JSONValue).serialized())), ("type", .string(type))])
        object["name"] = name.map { .string($0) }
        object["subcategory"] = subcategory.map { .string($0) }
        object["args"] = arguments
        return .object(object)
    }
}

extension MatchingValues {
    package var json: JSONValue {
        var object = JSONObject()
        for (key, list) in [("strings", strings), ("textBankIds", textBankIDs)] where !list.isEmpty { object[key] = .texts(list) }
        if !locations.isEmpty { object["locations"] = .array(locations) }
        for (key, list) in [("locationBankIds", locationBankIDs), ("imageBankIds", imageBankIDs)] where !list.isEmpty {
            object[key] = .texts(list)
        }
        return .object(object)
    }
}

extension Score {
    package var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): Int64(exactly: number).map(JSONValue.int) ?? .double(number)
        case .boolean(let flag): .bool(flag)
        }
    }

    init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .int, .double: self = .number(value.doubleValue ?? .nan)
        case .bool(let flag): self = .boolean(flag)
        default: return nil
        }
    }
}

extension JSONValue {
    static func texts(_ list: [String]) -> JSONValue { .array(list.map { .string($0) }) }
}
