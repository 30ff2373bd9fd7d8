import Glibc
import HubCore
import JSON
import PluginModel
import Storage
import TestServers
import Testing

/// Strikes, counts and looks at users while a hub's queue is killed again and again.
@Suite(.timeLimit(.minutes(10))) struct StrikeCrashTests {
    private static let (items, rounds) = (1_000, 8)
    private static let owner = Organisation.ID("o1")

    @Test(arguments: [ItemStore.sqlite, .postgreSQL], [20_261_123 as UInt64])
    func `each item strikes once, and no change goes unseen, wherever the hub is killed`(_ kind: ItemStore, _ seed: UInt64) async throws {
        let place = try CrashPlace(kind)
        defer { place.end() }
        var dice = CrashDice(state: seed)
        var taken = 0
        var inTheMiddle = 0
        for round in 0...Self.rounds {
            let isLast = round == Self.rounds
            // What was begun is finished first; each round brings new ones, so that there is always a middle.
            let words = ["strikes", place.address, "\(round)", "\(isLast ? max(0, Self.items - taken) : 300)"]
            let lines = try await place.run(words, killedAfter: isLast ? nil : .milliseconds(150 + dice.roll(400)))
            #expect(!lines.contains { $0.hasPrefix("failed") }, "round \(round): \(lines.suffix(1))")
            for line in lines where line.hasPrefix("taken ") { taken += line.split(separator: " ").count - 1 }
            if isLast { #expect(lines.last == "empty") }
            if try await place.isInTheMiddle(Self.owner) { inTheMiddle += 1 }
        }
        print("\(kind.rawValue): killed \(Self.rounds) times, \(inTheMiddle) of them with items decided and items waiting")
        #expect(inTheMiddle >= 2)
        try await Self.look(place.address)
    }

    private static func look(_ address: String) async throws {
        let store = try await HubStores.open(address, HubStoreOptions(isBackupWaived: true))
        var decisions: [StoredDecision] = []
        while true {
            let last = decisions.last?.sequence
            let page = try await store.read { (records) throws(Fault) in
                try records.decisions(DecisionFilter(), in: owner, before: last, limit: 1000)
            }
            if page.isEmpty { break }
            decisions += page
        }
        let handed = decisions.filter { $0.look == nil }
        #expect(handed.count >= items)
        let users = (0..<20).map { ItemUser(kept: "u\($0)", typeID: "user") }
        let beginning = Timestamp(unixMilliseconds: 0)
        var striking: [Int64] = []
        for user in users {
            let (strikes, tally) = try await store.read { (records) throws(Fault) in
                (
                    try records.strikes(of: user, in: owner, since: beginning, limit: 10_000),
                    try records.tallies(of: [user], in: owner, sinceDay: 0)[user] ?? UserTally()
                )
            }
            striking += strikes.map(\.decision)
            #expect(strikes.allSatisfy { $0.strikes == 2 && $0.policy == "spam" })
            let number = Int(user.id.dropFirst()) ?? 0
            #expect(tally.acted == strikes.count)
            #expect(tally.items == handed.count { $0.itemID.split(separator: "-").last.flatMap { Int($0) }.map { $0 % 20 } == number })
            // The last look came behind the last strike, and saw all of them.
            let looks = decisions.filter { $0.look != nil && $0.itemID == user.id }
            #expect(looks.isEmpty == strikes.isEmpty && looks.count <= strikes.count)
            #expect((looks.first?.passed == ["struck"]) == (strikes.count >= 3), "\(user.id): \(strikes.count) strikes")
            #expect(looks.first.map { last in strikes.allSatisfy { $0.decision < last.sequence } } ?? true)
        }
        #expect(striking.count == Set(striking).count, "once")
        #expect(Set(striking) == Set(handed.filter { $0.passed.contains("many") }.map(\.sequence)), "each that a rule acted on")
        await store.close()
    }
}
