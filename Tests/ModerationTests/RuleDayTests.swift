import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Testing

/// How often rules pass, counted where decisions are written.
@Suite(.timeLimit(.minutes(5))) struct RuleDayTests {
    private func days(_ rule: String, _ lab: ItemLab, in organisation: Organisation.ID = ItemLab.one) async throws -> [RuleTally] {
        let today = lab.clock.read().unixMilliseconds / 86_400_000
        return try await lab.store.read { (records) throws(Fault) in
            try records.ruleDays(of: rule, in: organisation, days: (today - 5)...today).map(\.tally)
        }
    }

    @Test(arguments: ItemStore.allCases) func `live and background rules count what they looked at`(_ kind: ItemStore) async throws {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set(
                [
                    try WrittenRules.rule("live", ["spam"], actions: ["note"], cap: 1),
                    try WrittenRules.rule("background", ["spam", "tea"], .background, actions: ["note"]),
                    try WrittenRules.rule("idle", ["nothing says this"]),
                ], types: [WrittenRules.post])
            try await lab.put(lab.action("note", .journal))
            let desk = lab.desk()
            try await desk.start()
            _ = try await desk.submit([WrittenRules.item("a"), WrittenRules.item("b"), WrittenRules.item("c", "tea")], in: ItemLab.one)
            try await lab.isQuiet()
            // Of one that is answered at once too.
            _ = try await desk.decide([WrittenRules.item("d", "tea")], in: ItemLab.one)
            #expect(try await days("live", lab) == [RuleTally(looked: 4, passed: 2, actions: 1)], "capped at one")
            #expect(try await days("background", lab) == [RuleTally(looked: 4, passed: 4)])
            #expect(try await days("idle", lab) == [RuleTally(looked: 4)])
            #expect(try await days("live", lab, in: ItemLab.two) == [])
            lab.clock.advance(by: .seconds(86_400))
            _ = try await desk.decide([WrittenRules.item("e")], in: ItemLab.one)
            #expect(
                try await days("live", lab) == [RuleTally(looked: 1, passed: 1, actions: 1), RuleTally(looked: 4, passed: 2, actions: 1)])
            lab.clock.advance(by: .seconds(90 * 86_400 - 86_400))
            try await desk.sweep()
            let today = lab.clock.read().unixMilliseconds / 86_400_000
            let kept = try await lab.store.read { (records) throws(Fault) in
                try records.ruleDays(of: "live", in: ItemLab.one, days: (today - 95)...today).map(\.day)
            }
            #expect(kept == [today - 89], "90 days, today's too")
            await desk.stop()
        }
    }

    @Test(arguments: ItemStore.allCases) func `what could not be told is counted, and what was not decided is not`(_ kind: ItemStore)
        async throws
    {
        try await withItems(kind) { (lab) async throws in
            let asking = Rule.read([
                "id": "asks", "name": "Asks", "status": "LIVE",
                "conditionSet": [
                    "conjunction": "AND",
                    "conditions": [
                        [
                            "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                            "signal": ["type": "NOBODY_HAS_IT"],
                            "comparator": "EQUALS", "threshold": "true",
                        ]
                    ],
                ],
            ])
            lab.rules.set([try #require(asking.value)], types: [WrittenRules.post])
            let full = FullStore.Switch()
            let desk = lab.desk { $0.store = FullStore(behind: lab.store, full) }
            try await desk.start()
            full.isOn = true
            await #expect(throws: (any Error).self) { try await desk.decide([WrittenRules.item("a")], in: ItemLab.one) }
            full.isOn = false
            #expect(try await days("asks", lab) == [], "nothing was written")
            _ = try await desk.decide([WrittenRules.item("a"), WrittenRules.item("b")], in: ItemLab.one)
            #expect(try await days("asks", lab) == [RuleTally(looked: 2, errored: 2)])
            await desk.stop()
        }
    }

    struct AlarmCase: Sendable, CustomTestStringConvertible {
        let testDescription: String, today: RuleTally, before: RuleTally, expected: RuleAlarm.Direction?

        init(_ description: String, _ today: (Int, Int), _ before: (Int, Int), _ expected: RuleAlarm.Direction?) {
            testDescription = description
            self.today = RuleTally(looked: today.0, passed: today.1)
            self.before = RuleTally(looked: before.0, passed: before.1)
            self.expected = expected
        }
    }

    @Test(arguments: [
        AlarmCase("as ever", (1_000, 10), (7_000, 70), nil),
        AlarmCase("four times as often", (1_000, 40), (7_000, 70), nil),
        AlarmCase("more than four times", (1_000, 41), (7_000, 70), .more),
        AlarmCase("more than four times, of few", (100, 20), (7_000, 70), nil),
        AlarmCase("where none passed before", (1_000, 21), (7_000, 0), .more),
        AlarmCase("a new rule", (1_000, 1_000), (0, 0), nil),
        AlarmCase("a rule that has seen little", (1_000, 1_000), (99, 0), nil),
        AlarmCase("nothing looked at today", (0, 0), (7_000, 700), nil),
        AlarmCase("none where a hundred passed", (1_000, 0), (7_000, 700), .less),
        AlarmCase("a quarter of what is usual", (1_000, 25), (7_000, 700), nil),
        AlarmCase("none where ten passed", (100, 0), (7_000, 700), nil),
    ]) func `a rule that passes far from its last days is told`(_ c: AlarmCase) {
        let alarm = RuleAlarm(today: c.today, before: c.before)
        #expect(alarm?.direction == c.expected)
        if c.testDescription == "more than four times" {
            #expect(
                alarm?.sentence == "Today 4.1 % of items pass, 1.0 % of those of the 7 days before: far more than usual.")
        }
    }
}
