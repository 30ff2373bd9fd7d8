import HubCore
import JSON
import Moderation
import PluginModel
import Rules

/// Every fourth item strikes its user, and a rule on users looks at each change.
enum Strikes {
    static let users = 20

    static func begin(_ store: any HubStore) async throws {
        try await store.write { (records) throws(Fault) in
            let now = HubCore.Timestamp.system()
            guard try records.rulePart(.policy, "spam", in: FixedRules.owner) == nil else { return }
            try records.put(
                RulePart(
                    kind: .policy, organisation: FixedRules.owner, id: "spam", name: "Spam", document: ["strikes": 2], changedAt: now))
        }
    }

    static func rules() throws -> FixedRules {
        var striking = try FixedRules.rule("many", [FixedRules.condition("posts", "LESS_THAN", 5)], actions: ["note"])
        striking.policyIDs = ["spam"]
        let counting: JSONValue = [
            "input": ["type": "USER_ID"], "signal": ["type": "USER_STRIKE_VALUE"], "comparator": "GREATER_THAN_OR_EQUALS", "threshold": 6,
        ]
        var onUsers = try FixedRules.rule("struck", [counting], actions: ["note"])
        (onUsers.kind, onUsers.policyIDs) = (.user, ["spam"])
        return FixedRules([striking, onUsers], signals: HubSignal.allCases.map(\.descriptor))
    }

    /// Item 0 of each twenty is user 0's and so on, so five of the users are struck and the others are not.
    static func item(_ item: JSONValue, by user: Int) -> JSONValue {
        var object = item.objectValue ?? [:]
        object["creator"] = ["id": .string("u\(user)"), "typeId": "user"]
        return .object(object)
    }
}
