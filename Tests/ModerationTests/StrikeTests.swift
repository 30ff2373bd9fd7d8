import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Testing

/// Strikes as decisions give them, and rules on users that count them.
@Suite(.timeLimit(.minutes(5))) struct StrikeTests {
    private static let user = ItemUser(kept: "u1", typeID: "user")

    @Test(arguments: ItemStore.allCases) func `each policy of the rules that really act strikes once an item`(_ kind: ItemStore)
        async throws
    {
        try await withItems(kind) { (lab) async throws in
            var (first, second) = (
                try WrittenRules.rule("r1", ["spam"], actions: ["note"]), try WrittenRules.rule("r2", ["spam"], actions: ["hook"])
            )
            (first.policyIDs, second.policyIDs) = (["spam", "mild"], ["spam", "none", "gone"])
            var others = [
                try WrittenRules.rule("capped", ["spam"], actions: ["note"], cap: 0),
                try WrittenRules.rule("background", ["spam"], .background, actions: ["note"]),
                try WrittenRules.rule("idle", ["spam"]), try WrittenRules.rule("broken", ["spam"], actions: ["missing"]),
                try WrittenRules.rule("failed", ["ham"], actions: ["note"]),
            ]
            for place in others.indices { others[place].policyIDs = ["other"] }
            lab.rules.set([first, second] + others, types: [WrittenRules.post])
            try await lab.put(lab.action("note", .journal), lab.action("hook", .webhook, url: "https://acme.test/in"))
            for (id, strikes) in [("spam", 2), ("mild", 1), ("none", 0), ("other", 50)] { try await lab.putPolicy(id, strikes: strikes) }
            let desk = lab.peopleDesk()
            try await desk.start()
            _ = try await desk.submit([WrittenRules.item("a"), WrittenRules.item("b"), WrittenRules.item("c", "tea")], in: ItemLab.one)
            try await lab.isQuiet()
            await desk.stop()
            let strikes = try await lab.strikes()
            #expect(
                strikes.map { "\($0.decision) \($0.policy) \($0.strikes)" }.sorted() == ["1 mild 1", "1 spam 2", "2 mild 1", "2 spam 2"])
            #expect(strikes.allSatisfy { $0.at == lab.clock.read() && $0.forgiven == nil })
            #expect(try await lab.items().count == 3, "no rule looks at users, so nobody was")
            let payloads = try await lab.store.read { [now = lab.clock.read()] (records) throws(Fault) in
                try records.dueRuns(in: ItemLab.one, at: now, limit: 9).compactMap(\.payload)
            }
            #expect(payloads.map { $0["userStrikeCount"] } == [3, 6], "behind the item")
            #expect(
                payloads.first?["policies"] == [
                    ["id": "spam", "name": "Policy spam", "strikes": 2], ["id": "none", "name": "Policy none", "strikes": 0],
                    ["id": "gone", "name": "gone", "strikes": 0],
                ])
            let events = try await lab.events("moderation.UserStruck")
            #expect(events.map { $0.data["total"] } == [3, 6])
            #expect(events.first?.data["user"] == ["id": "u1", "typeId": "user"] && events.first?.data["strikes"] == 3)
            let standing = try await lab.people(desk).standing(of: Self.user, in: ItemLab.one)
            #expect(standing.strikes == 6 && standing.tally == UserTally(items: 3, acted: 2))
            #expect(Set(standing.history.map(\.policyName)) == ["Policy spam", "Policy mild"])
            let elsewhere = try await lab.people(desk).standing(of: Self.user, in: ItemLab.two)
            #expect(elsewhere.strikes == 0 && elsewhere.tally == UserTally() && elsewhere.history.isEmpty)
            #expect(try await lab.people(desk).users(ItemUserFilter(), in: ItemLab.two, after: nil, limit: 9).isEmpty)
        }
    }

    @Test(arguments: ItemStore.allCases) func `a rule on users acts when strikes reach its number, once a change`(_ kind: ItemStore)
        async throws
    {
        try await withItems(kind) { (lab) async throws in
            var rule = try WrittenRules.rule("spam", ["spam"], actions: ["note"])
            rule.policyIDs = ["spam"]
            lab.rules.set(
                [rule, try WrittenRules.userRule("three", .userStrikeValue, "GREATER_THAN_OR_EQUALS", 3, policies: ["spam"], cap: 1)],
                types: [WrittenRules.post, WrittenRules.user])
            try await lab.put(lab.action("note", .journal), lab.action("flag", .webhook, url: "https://acme.test/in"))
            try await lab.putPolicy("spam", strikes: 1)
            let desk = lab.peopleDesk()
            try await desk.start()
            for number in 1...4 {
                // One behind the other, so that each change is looked at.
                _ = try await desk.decide([WrittenRules.item("i\(number)")], in: ItemLab.one)
                try await lab.isQuiet()
            }
            let looks = try await lab.looks()
            #expect(looks.map(\.decision.outcome) == [.failed, .failed, .passed, .passed])
            #expect(looks.map { $0.runs.map(\.state) } == [[], [], [.waiting], [.capped]], "caps hold for rules on users too")
            #expect(looks.allSatisfy { $0.decision.itemID == "u1" && $0.decision.typeID == "user" && $0.decision.look == .strikes })
            #expect(looks.allSatisfy { $0.lineup.members.map(\.id) == ["three"] }, "rules on content look at no user")
            #expect(try await lab.strikes().count == 4, "rules on users strike nobody")
            let payload = try await lab.store.read { [now = lab.clock.read()] (records) throws(Fault) in
                try records.dueRuns(in: ItemLab.one, at: now, limit: 9).first?.payload
            }
            #expect(
                payload?["item"] == ["id": "u1", "typeId": "user", "data": [:]] && payload?["userStrikeCount"] == 3, "\(payload ?? .null)")
            // A whole batch of one user's is one change.
            _ = try await desk.submit(WrittenRules.items(20, prefix: "many"), in: ItemLab.one)
            try await lab.isQuiet()
            #expect(try await lab.looks().count == 5)
            #expect(try await lab.strikes().count == 24)
            await desk.stop()
        }
    }

    @Test(arguments: ItemStore.allCases) func `users are looked at when they are handed in and when somebody asks`(_ kind: ItemStore)
        async throws
    {
        try await withItems(kind) { (lab) async throws in
            let leaf: JSONValue = [
                "input": ["type": "CONTENT_FIELD", "name": "karma", "contentTypeId": "user"], "comparator": "LESS_THAN", "threshold": 0,
            ]
            let document: JSONValue = [
                "id": "low", "status": "LIVE", "ruleType": "USER", "actionIds": ["flag"],
                "conditionSet": ["conjunction": "AND", "conditions": [leaf]],
            ]
            var content = try WrittenRules.rule("content", ["spam"], actions: ["flag"])
            content.itemTypeIDs = []
            lab.rules.set(
                [content, try #require(Rule.read(document).value)], types: [WrittenRules.post, WrittenRules.user])
            try await lab.put(lab.action("flag", .journal))
            let desk = lab.peopleDesk()
            let people = lab.people(desk)
            try await desk.start()
            func ask(_ id: String, type: String = "user") async throws -> DecisionReport {
                let user = try #require(ItemUser(id: id, typeID: type))
                let look = try await people.check(user, in: ItemLab.one)
                try await lab.isQuiet()
                let found = try await lab.store.read { (records) throws(Fault) in
                    try records.reports(on: try records.decision(look.sequence, in: ItemLab.one).map { [$0] } ?? [])
                }
                return try #require(found.first)
            }
            #expect(try await ask("bob").decision.outcome == .failed, "nothing is known of them")
            let bob: JSONValue = ["id": "bob", "typeId": "user", "data": ["karma": -5]]
            let handed = try #require(try await desk.decide([bob], in: ItemLab.one).first)
            #expect(handed.decision.passed == ["low"] && handed.lineup.members.map(\.id) == ["content", "low"])
            #expect(handed.decision.look == nil)
            let asked = try await ask("bob")
            #expect(asked.decision.passed == ["low"] && asked.lineup.members.map(\.id) == ["low"] && asked.decision.look == .check)
            #expect(asked.runs.map(\.state) == [.done])
            #expect(try await lab.items().first?.data == bob, "what was handed in last")
            #expect(try await ask("bob", type: "robot").decision.outcome == .failed, "another user of a type nobody declared")
            #expect(try await ask("bob", type: "post").decision.outcome == .failed, "a name of no user")
            #expect(try await lab.strikes(of: "bob").isEmpty)
            // Fields that do not fit any more cost no look.
            lab.rules.set(
                [try #require(Rule.read(document).value)],
                types: [ItemType(id: "user", kind: .user, fields: [ItemType.Field("name", .scalar(.string), isRequired: true)])])
            #expect(try await ask("bob").decision.outcome == .failed)
            lab.rules.set([content], types: [WrittenRules.post])
            await #expect(throws: Fault.self) { try await people.check(Self.user, in: ItemLab.one) }
            await desk.stop()
        }
    }

    @Test(arguments: ItemStore.allCases) func `who asks for a look again and again writes one down`(_ kind: ItemStore) async throws {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set([try WrittenRules.userRule("r", .userStrikeValue, "GREATER_THAN", 0)], types: [WrittenRules.post])
            let idle = lab.peopleDesk { $0.limits.organisationsAtOnce = 0 }
            let people = lab.people(idle)
            try await idle.start()
            let other = try #require(ItemUser(id: "u2", typeID: "user"))
            var places: [Int64] = []
            for user in [Self.user, Self.user, other, Self.user] {
                places.append(try await people.check(user, in: ItemLab.one).sequence)
            }
            #expect(places == [1, 1, 2, 1])
            #expect(try await lab.items().count == 2)
            await idle.stop()
            let desk = lab.peopleDesk()
            try await desk.start()
            try await lab.isQuiet()
            #expect(try await lab.people(desk).check(Self.user, in: ItemLab.one).sequence == 3, "the one before was decided")
            try await lab.isQuiet()
            await desk.stop()
        }
    }

    @Test(arguments: ItemStore.allCases) func `strikes end after ninety days, and can be forgiven and restored`(_ kind: ItemStore)
        async throws
    {
        try await withItems(kind) { (lab) async throws in
            var rule = try WrittenRules.rule("spam", ["spam"], actions: ["note"])
            rule.policyIDs = ["spam"]
            lab.rules.set(
                [rule, try WrittenRules.userRule("three", .userStrikeValue, "GREATER_THAN_OR_EQUALS", 3, actions: ["note"])],
                types: [WrittenRules.post])
            try await lab.put(lab.action("note", .journal))
            try await lab.putPolicy("spam", strikes: 2)
            let desk = lab.peopleDesk()
            let people = lab.people(desk)
            try await desk.start()
            _ = try await desk.decide([WrittenRules.item("a")], in: ItemLab.one)
            // Else both may be one change.
            try await lab.isQuiet()
            lab.clock.advance(by: .seconds(86_400))
            _ = try await desk.decide([WrittenRules.item("b")], in: ItemLab.one)
            try await lab.isQuiet()
            #expect(try await lab.looks().map(\.decision.outcome) == [.failed, .passed])
            let ada = RuleLab.who()
            func set(_ strike: Int64, _ user: ItemUser = Self.user, forgiven: Bool, in owner: Organisation.ID = ItemLab.one) async throws
                -> PeopleBook.Standing
            { try await people.set(strike, of: user, isForgiven: forgiven, in: owner, by: ada) }
            let after = try await set(2, forgiven: true)
            #expect(after.strikes == 2 && after.history.map { $0.strike.forgiven?.byName } == ["Ada", nil])
            #expect(try await set(2, forgiven: true).history == after.history, "again changes nothing")
            try await lab.isQuiet()
            #expect(try await lab.looks().map(\.decision.outcome) == [.failed, .passed, .failed])
            #expect(try await set(2, forgiven: false).strikes == 4)
            try await lab.isQuiet()
            #expect(try await lab.looks().map(\.decision.outcome) == [.failed, .passed, .failed, .passed])
            #expect(try await lab.events("moderation.StrikeForgiven").map { $0.data["strike"] } == ["2"])
            #expect(try await lab.events("moderation.StrikeRestored").count == 1)
            let audit = try await lab.store.read { (records) throws(Fault) in
                try records.audit(AuditFilter(), before: nil, limit: 9).map(\.action)
            }
            #expect(audit == ["strike.restore", "strike.forgive"])
            #expect(await ruleCode { try await set(9, forgiven: true) } == "item.strike-not-found")
            #expect(await ruleCode { try await set(1, ItemUser(kept: "u2", typeID: "user"), forgiven: true) } == "item.strike-not-found")
            #expect(await ruleCode { try await set(1, forgiven: true, in: ItemLab.two) } == "item.strike-not-found")
            // Ninety days behind the first, and then behind the second.
            lab.clock.advance(by: .seconds(89 * 86_400 + 1))
            #expect(try await people.standing(of: Self.user, in: ItemLab.one).strikes == 2)
            lab.clock.advance(by: .seconds(86_400))
            #expect(try await people.standing(of: Self.user, in: ItemLab.one).strikes == 0)
            #expect(try await lab.strikes().count == 2)
            try await desk.sweep()
            #expect(try await lab.strikes().isEmpty)
            lab.clock.advance(by: .seconds(86_400))
            try await desk.sweep()
            let tallies = try await lab.store.read { (records) throws(Fault) in
                try records.tallies(of: [Self.user], in: ItemLab.one, sinceDay: 0)
            }
            #expect(tallies == [:])
            await desk.stop()
        }
    }

    @Test func `a user's name that cannot be kept costs no decision`() async throws {
        try await withItems(.postgreSQL) { (lab) async throws in
            var rule = try WrittenRules.rule("spam", ["spam"], actions: ["note"])
            rule.policyIDs = ["spam"]
            lab.rules.set([rule], types: [WrittenRules.post])
            try await lab.put(lab.action("note", .journal))
            try await lab.putPolicy("spam", strikes: 1)
            let desk = lab.peopleDesk()
            try await desk.start()
            var item = WrittenRules.item("a").objectValue ?? [:]
            item["creator"] = ["id": .string(String(repeating: "x", count: 5_000)), "typeId": "user"]
            let report = try #require(try await desk.decide([.object(item)], in: ItemLab.one).first)
            #expect(report.runs.map(\.state) == [.done])
            #expect(try await lab.people(desk).users(ItemUserFilter(), in: ItemLab.one, after: nil, limit: 9).isEmpty)
            await desk.stop()
        }
        for id in ["", "a\u{0}b", "a\tb", String(repeating: "x", count: 257)] { #expect(ItemUser(id: id, typeID: "user") == nil) }
        #expect(ItemUser(id: String(repeating: "x", count: 256), typeID: "user") != nil)
    }
}
