import Glibc
import HubCore
import JSON
import PluginModel
import Storage
import TestServers
import Testing

/// A hub's queue in a process of its own, killed at seeded moments, again and again over one database, until 10,000 items are through.
@Suite(.timeLimit(.minutes(20))) struct ItemCrashTests {
    static let items = 10_000
    /// Kills; `PATCHBAY_SOAK=1` makes more of them.
    static let rounds = getenv("PATCHBAY_SOAK") == nil ? 10 : 60
    static let seed: UInt64 = 20_261_122

    @Test(arguments: [ItemStore.sqlite, .postgreSQL], [seed])
    func `each item is decided once, wherever the hub is killed`(_ kind: ItemStore, _ seed: UInt64) async throws {
        let place = try CrashPlace(kind)
        defer { place.end() }
        var dice = CrashDice(state: seed)
        var taken: Set<Int64> = []
        var inTheMiddle = 0
        for round in 0...Self.rounds {
            let isLast = round == Self.rounds
            // Some while it starts, most at work.
            let time: Duration? = isLast ? nil : .milliseconds(round % 4 == 3 ? dice.roll(200) : 300 + dice.roll(1200))
            let lines = try await place.run([place.address, "\(round)", "\(max(0, Self.items - taken.count))"], killedAfter: time)
            #expect(!lines.contains { $0.hasPrefix("failed") }, "round \(round): \(lines.suffix(1))")
            for line in lines where line.hasPrefix("taken ") {
                taken.formUnion(line.split(separator: " ").dropFirst().compactMap { Int64($0) })
            }
            if isLast { #expect(lines.last == "empty") }
            if try await place.isInTheMiddle(Self.owner) { inTheMiddle += 1 }
        }
        print("\(kind.rawValue): killed \(Self.rounds) times, \(inTheMiddle) of them with items decided and items waiting")
        #expect(inTheMiddle >= 3)
        try await Self.look(place.address, taken)
    }

    private static let owner = Organisation.ID("o1")

    private static func look(_ address: String, _ taken: Set<Int64>) async throws {
        let store = try await HubStores.open(address, HubStoreOptions(isBackupWaived: true))
        var items: [SubmittedItem] = []
        while true {
            let last = items.last?.sequence
            let page = try await store.read { (records) throws(Fault) in
                try records.items(ItemFilter(), in: owner, before: last, limit: 1000)
            }
            if page.isEmpty { break }
            items += page
        }
        let places = Set(items.map(\.sequence))
        #expect(taken.count >= Self.items)
        #expect(taken.isSubset(of: places), "what was said to be kept is there")
        #expect(items.allSatisfy { $0.state == .decided })
        #expect(items.allSatisfy { $0.attempts >= 1 })

        var decided: [Int64: Int] = [:]
        var notes: [Int64: Int] = [:]
        var scarce: [Int64: Int] = [:]
        var journal: Int64 = 0
        while true {
            let events = try await store.read { [journal] (records) throws(Fault) in
                try records.events(after: journal, types: ["moderation.*"], organisation: owner, limit: 1000)
            }
            guard let last = events.last else { break }
            journal = last.sequence
            for event in events {
                let place = Int64(event.data["sequence"]?.intValue ?? 0)
                switch (event.eventType, event.data["action"]?.stringValue) {
                case ("moderation.ItemDecided", _): decided[place, default: 0] += 1
                case ("moderation.RulePassed", "note"): notes[place, default: 0] += 1
                case ("moderation.RulePassed", "scarce"): scarce[place, default: 0] += 1
                default: Issue.record("\(event)")
                }
            }
        }
        #expect(Set(decided.keys) == places, "each is in the journal")
        #expect(decided.values.allSatisfy { $0 == 1 }, "once")

        var decisions: [StoredDecision] = []
        while true {
            let last = decisions.last?.sequence
            let page = try await store.read { (records) throws(Fault) in
                try records.decisions(DecisionFilter(), in: owner, before: last, limit: 1000)
            }
            if page.isEmpty { break }
            decisions += page
        }
        #expect(decisions.count == places.count && Set(decisions.map(\.sequence)) == places, "each has one decision")
        let noted = decisions.filter { $0.passed.contains("many") || $0.passed.contains("hooked") }.map(\.sequence)
        #expect(Set(notes.keys) == Set(noted) && notes.values.allSatisfy { $0 == 1 }, "what follows was done once")

        var runs: [ActionRun] = []
        for start in stride(from: 0, to: decisions.count, by: 1000) {
            let some = decisions[start..<min(start + 1000, decisions.count)].map(\.sequence)
            runs += try await store.read { (records) throws(Fault) in try records.actionRuns(of: some, in: owner) }
        }
        #expect(Set(runs.map { "\($0.decision) \($0.action)" }).count == runs.count)
        #expect(Set(runs.filter { $0.action == "scarce" && $0.state == .done }.map(\.decision)) == Set(scarce.keys))
        let hooked = decisions.filter { $0.passed.contains("hooked") }.map(\.sequence)
        #expect(Set(runs.filter { $0.action == "hook" && $0.state == .waiting }.map(\.decision)) == Set(hooked), "each webhook waits once")
        var perDay: [Int64: Int] = [:]
        for decision in decisions where scarce[decision.sequence] != nil {
            perDay[decision.at.unixMilliseconds / 86_400_000, default: 0] += 1
        }
        #expect(perDay.values.allSatisfy { $0 <= 100 } && (perDay.values.max() ?? 0) == 100, "\(perDay)")
        let tallies = try await store.read { (records) throws(Fault) in try records.ruleTallies(in: owner, days: 0...100_000) }
        #expect(tallies.keys.contains("many") && tallies.values.allSatisfy { $0.looked == decisions.count }, "each counts once")
        for (rule, tally) in tallies { #expect(tally.passed == decisions.count { $0.passed.contains(rule) }, "\(rule)") }
        #expect(tallies["capped"]?.actions == scarce.count)
        await store.close()
    }
}
