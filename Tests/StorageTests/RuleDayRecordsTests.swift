import HubCore
import PluginModel
import Testing

@testable import Storage

private let (one, two) = (Organisation.ID("o1"), Organisation.ID("o2"))

private func tally(_ looked: Int, _ passed: Int = 0, _ errored: Int = 0, _ actions: Int = 0) -> RuleTally {
    RuleTally(looked: looked, passed: passed, errored: errored, actions: actions)
}

/// What every store promises about how often rules looked.
@Suite(.timeLimit(.minutes(3))) struct RuleDayRecordsTests {
    @Test(arguments: ItemStore.allCases) func `what is counted adds up by rule and day`(_ kind: ItemStore) async throws {
        try await kind.run { store in
            try await store.write { (r) throws(Fault) in
                try r.count(["a": tally(256, 3, 1, 2), "b": tally(256)], in: one, onDay: 10)
                try r.count(["a": tally(4, 4)], in: one, onDay: 10)
                try r.count(["a": tally(5, 1)], in: one, onDay: 12)
                try r.count(["a": tally(7, 7)], in: two, onDay: 10)
                try r.count([String: RuleTally](), in: one, onDay: 13)
            }
            try await store.read { (r) throws(Fault) in
                #expect(try r.ruleTallies(in: one, days: 10...10) == ["a": tally(260, 7, 1, 2), "b": tally(256)])
                #expect(try r.ruleTallies(in: one, days: 10...12)["a"] == tally(265, 8, 1, 2))
                #expect(try r.ruleTallies(in: one, days: 13...99) == [:])
                #expect(try r.ruleTallies(in: two, days: 0...99) == ["a": tally(7, 7)])
                #expect(
                    try r.ruleDays(of: "a", in: one, days: 1...90) == [
                        RuleDay(day: 12, tally: tally(5, 1)), RuleDay(day: 10, tally: tally(260, 7, 1, 2)),
                    ])
                #expect(try r.ruleDays(of: "b", in: one, days: 11...12) == [])
                #expect(try r.ruleDays(of: "b", in: two, days: 1...90) == [])
            }
        }
    }

    /// One statement takes 16 rules, then 4, then 1.
    @Test(arguments: ItemStore.allCases) func `a batch counts for however many rules looked`(_ kind: ItemStore) async throws {
        try await kind.run { store in
            for count in [1, 3, 5, 21, 63, 64, 149] {
                let tallies = Dictionary(uniqueKeysWithValues: (0..<count).map { ("rule \($0)", tally($0 + 1, 1)) })
                try await store.write { (r) throws(Fault) in for _ in 0..<2 { try r.count(tallies, in: one, onDay: Int64(count)) } }
                let found = try await store.read { (r) throws(Fault) in
                    try r.ruleTallies(in: one, days: Int64(count)...Int64(count))
                }
                #expect(found == tallies.mapValues { tally($0.looked * 2, 2) })
            }
        }
    }

    @Test(arguments: ItemStore.allCases) func `old days go a little at a time, and those of a rule with it`(_ kind: ItemStore) async throws
    {
        try await kind.run { store in
            try await store.write { (r) throws(Fault) in
                for day in 1...4 as ClosedRange<Int64> { try r.count(["a": tally(1), "b": tally(1)], in: one, onDay: day) }
                try r.count(["a": tally(1)], in: two, onDay: 1)
            }
            try await store.write { (r) throws(Fault) in
                #expect(try r.removeRuleDays(in: one, beforeDay: 4, limit: 4) == 4)
                #expect(try r.removeRuleDays(in: one, beforeDay: 4, limit: 4) == 2)
                #expect(try r.removeRuleDays(in: one, beforeDay: 4, limit: 4) == 0)
                #expect(try r.ruleTallies(in: one, days: 0...9) == ["a": tally(1), "b": tally(1)])
                try r.removeRuleDays(of: "a", in: one)
                #expect(try r.ruleTallies(in: one, days: 0...9) == ["b": tally(1)])
                #expect(try r.ruleTallies(in: two, days: 0...9) == ["a": tally(1)])
            }
        }
    }
}
