package import JSON

/// A rule of an organisation: which items it looks at, what it asks of them, and what follows.
package struct Rule: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Looks at submitted items.
        case content = "CONTENT"
        /// Looks at users: when their strikes change, when they are handed in themselves, when somebody asks.
        case user = "USER"
    }

    package var id: String
    package var name: String
    package var description: String?
    package var kind: Kind
    package var status: RuleStatus
    package var expiresAt: Timestamp?
    /// As it was written, so that it is written back the same.
    package var expirationTime: String?
    /// The item types it looks at; empty: all.
    package var itemTypeIDs: [String]
    package var conditions: ConditionSet
    /// What is done when it passes, by id.
    package var actionIDs: [String]
    /// Handed to actions.
    package var policyIDs: [String]
    package var tags: [String]
    package var maxDailyActions: Int?

    package init(
        id: String, name: String? = nil, kind: Kind = .content, status: RuleStatus = .draft, itemTypeIDs: [String] = [],
        conditions: ConditionSet
    ) {
        (self.id, self.name, self.kind, self.status) = (id, name ?? id, kind, status)
        (self.itemTypeIDs, self.conditions) = (itemTypeIDs, conditions)
        (actionIDs, policyIDs, tags) = ([], [], [])
    }

    package func state(at now: Timestamp) -> RuleState { RuleState(status, expiresAt: expiresAt, now: now) }

    /// A rule on users looks at items of every type of the kind USER.
    package func looksAt(_ type: ItemType) -> Bool {
        switch kind {
        case .content: itemTypeIDs.isEmpty || itemTypeIDs.contains(type.id)
        case .user: type.kind == .user
        }
    }
}

extension Rule {
    package var json: JSONValue {
        var object = JSONObject([("id", .string(id)), ("name", .string(name))])
        object["description"] = description.map { .string($0) }
        object["ruleType"] = .string(kind.rawValue)
        object["status"] = .string(status.rawValue)
        object["expirationTime"] = expirationTime.map { .string($0) }
        for (key, list) in [
            ("contentTypeIds", itemTypeIDs), ("actionIds", actionIDs), ("policyIds", policyIDs), ("tags", tags),
        ] where !list.isEmpty { object[key] = .texts(list) }
        object["maxDailyActions"] = maxDailyActions.map { .int(Int64($0)) }
        object["conditionSet"] = conditions.json
        return .object(object)
    }
}

/// The actions of all rules that passed, each once.
package enum FiringActions {
    /// In the order of the rules; an action that several of them name stands where the first one has it.
    package static func ids(of passing: [Rule]) -> [String] {
        var seen: Set<String> = []
        return passing.flatMap(\.actionIDs).filter { seen.insert($0).inserted }
    }

    /// Policies and tags of all rules that passed, each once, in the same order.
    package static func union(_ lists: [[String]]) -> [String] {
        var seen: Set<String> = []
        return lists.flatMap { $0 }.filter { seen.insert($0).inserted }
    }
}
