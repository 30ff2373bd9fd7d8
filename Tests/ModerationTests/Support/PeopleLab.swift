import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Testing

/// Rules on content that give strikes, rules on users that count them, and what belongs to both.
extension ItemLab {
    /// A desk that asks the hub's own signals too.
    func peopleDesk(_ change: (inout ItemDesk.Parts) -> Void = { _ in }) -> ItemDesk {
        desk { parts in
            parts.signals = HubSignals(beside: NoSignals(), store: store, now: clock.read)
            change(&parts)
        }
    }

    func people(_ desk: ItemDesk) -> PeopleBook { PeopleBook(store: store, rules: rules, desk: desk, now: clock.read) }

    func putPolicy(_ id: String, strikes: Int, in organisation: Organisation.ID = one) async throws {
        let part = RulePart(
            kind: .policy, organisation: organisation, id: id, name: "Policy \(id)", document: ["strikes": .int(Int64(strikes))],
            changedAt: clock.read())
        try await store.write { (records) throws(Fault) in try records.put(part) }
    }

    func strikes(of user: String = "u1", in organisation: Organisation.ID = one) async throws -> [Strike] {
        try await store.read { (records) throws(Fault) in
            try records.strikes(
                of: ItemUser(kept: user, typeID: "user"), in: organisation, since: Timestamp(unixMilliseconds: 0), limit: 1000)
        }
    }

    /// Decisions about users, oldest first.
    func looks(in organisation: Organisation.ID = one) async throws -> [DecisionReport] {
        try await store.read { (records) throws(Fault) in
            var filter = DecisionFilter()
            filter.isLook = true
            return try records.reports(on: try records.decisions(filter, in: organisation, before: nil, limit: 1000)).reversed()
        }
    }
}

extension WrittenRules {
    /// A live rule on users by one of the hub's signals.
    static func userRule(
        _ id: String, _ signal: HubSignal = .userStrikeValue, _ comparator: String = "GREATER_THAN_OR_EQUALS", _ threshold: Int,
        actions: [String] = ["flag"], policies: [String] = [], cap: Int? = nil
    ) throws -> Rule {
        var document: JSONObject = [
            "id": .string(id), "name": .string("Rule \(id)"), "status": "LIVE", "ruleType": "USER",
            "actionIds": .array(actions.map { .string($0) }), "policyIds": .array(policies.map { .string($0) }),
            "conditionSet": [
                "conjunction": "AND",
                "conditions": [
                    [
                        "input": ["type": "USER_ID"], "signal": ["type": .string(signal.rawValue)], "comparator": .string(comparator),
                        "threshold": .int(Int64(threshold)),
                    ]
                ],
            ],
        ]
        document["maxDailyActions"] = cap.map { .int(Int64($0)) }
        return try #require(Rule.read(.object(document)).value)
    }

    /// The type of users, with a field.
    static let user = ItemType(id: "user", kind: .user, fields: [ItemType.Field("karma", .scalar(.number))])
}
