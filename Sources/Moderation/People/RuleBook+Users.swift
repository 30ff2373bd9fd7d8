import HubCore
import JSON
import PluginModel
import Rules

extension RuleBook {
    /// What a rule on users looks at when it is tried on items: each item's user, with what was handed in last of them; where an item is a
    /// user, the item itself, and where it comes from nobody, nil.
    nonisolated func users(of items: [Item], _ surroundings: RuleSurroundings) async throws(Fault) -> [Item?] {
        var wanted: [ItemUser] = []
        var seen: Set<ItemUser> = []
        for item in items where item.type.kind != .user {
            if let user = item.itemUser, seen.insert(user).inserted { wanted.append(user) }
        }
        let (users, organisation) = (wanted, surroundings.organisation)
        let profiles = try await store.read { (records) throws(Fault) -> [ItemUser: JSONValue] in
            var profiles: [ItemUser: JSONValue] = [:]
            for user in users { profiles[user] = try UserLook.profile(of: user, in: organisation, records) }
            return profiles
        }
        var reading = UserReading(surroundings.typesByID)
        return items.map { item in
            if item.type.kind == .user { return item }
            return item.itemUser.map { reading.item($0, profiles[$0]) }
        }
    }
}

extension RuleRefusal {
    static func badStrikes() -> RuleRefusal {
        invalid(
            "The policy",
            [
                RuleFinding(
                    .error, "rule.wrong-type", at: JSONPointer(["strikes"]),
                    "Strikes of a policy are a whole number from 0 to \(PeopleLimits.strikesMax).", remedy: "Write such a number.")
            ])
    }
}
