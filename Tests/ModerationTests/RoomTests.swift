import HubCore
import JSON
import Moderation
import PluginModel
import Testing

/// Items of an organisation take no more bytes than they may.
@Suite(.timeLimit(.minutes(3))) struct RoomTests {
    private static let max = 20_000

    private static func desk(_ lab: ItemLab, _ change: (inout ItemDesk.Parts) -> Void = { _ in }) throws -> ItemDesk {
        for owner in [ItemLab.one, ItemLab.two] {
            lab.rules.set([try WrittenRules.rule("r1", ["spam"])], types: [WrittenRules.post], for: owner)
        }
        return lab.desk { parts in
            (parts.limits.keptBytesMax, parts.limits.sweptAtOnce) = (max, 3)
            change(&parts)
        }
    }

    private static func kept(_ lab: ItemLab, _ owner: Organisation.ID = ItemLab.one) async throws -> Int {
        try await lab.store.read { (records) throws(Fault) in try records.itemBytes(in: owner) }
    }

    @Test(arguments: ItemStore.allCases) func `the oldest that are decided make room for what is handed in`(_ kind: ItemStore) async throws
    {
        try await withItems(kind) { (lab) async throws in
            let desk = try Self.desk(lab)
            try await desk.start()
            _ = try await desk.submit(WrittenRules.items(3), in: ItemLab.two)
            for round in 0..<8 {
                let text = String(repeating: "x", count: 700)
                _ = try await desk.submit(WrittenRules.items(5, text, prefix: "\(round)-"), in: ItemLab.one)
                try await lab.isQuiet()
                #expect(try await desk.queue(of: ItemLab.one).keptBytes == Self.kept(lab))
            }
            let reports = try await desk.decide(WrittenRules.items(2, prefix: "now-"), in: ItemLab.one)
            #expect(reports.count == 2)
            let items = try await lab.items()
            let places = items.map(\.sequence)
            #expect(places == (places.count == 0 ? [] : Array((places[places.count - 1]...45).reversed())), "the latest, without a gap")
            #expect(items.count > 5 && items.count < 30)
            // Traces of what was let in come behind.
            #expect(try await Self.kept(lab) <= Self.max + 8_000)
            try await lab.isQuiet(ItemLab.two)
            #expect(try await lab.items(of: ItemLab.two).count == 3, "each organisation has its own")
            await desk.stop()
        }
    }

    @Test(arguments: ItemStore.allCases) func `where all that is kept waits, a submission is refused whole`(_ kind: ItemStore) async throws
    {
        try await withItems(kind) { (lab) async throws in
            let idle = try Self.desk(lab) { $0.limits.organisationsAtOnce = 0 }
            try await idle.start()
            let long = String(repeating: "x", count: 4_000)
            _ = try await idle.submit(WrittenRules.items(4, long), in: ItemLab.one)
            let before = try await Self.kept(lab)
            #expect(
                await refusal { () async throws(SubmissionRefusal) in try await idle.submit(WrittenRules.items(1, long), in: ItemLab.one) }
                    == ["item.storage-full"])
            #expect(
                await refusal { () async throws(SubmissionRefusal) in try await idle.decide(WrittenRules.items(1, long), in: ItemLab.one) }
                    == ["item.storage-full"])
            #expect(try await Self.kept(lab) == before)
            #expect(try await idle.queue(of: ItemLab.one).waiting == 4)
            _ = try await idle.submit(WrittenRules.items(1, "short"), in: ItemLab.one)
            _ = try await idle.submit(WrittenRules.items(1, long), in: ItemLab.two)
            await idle.stop()
            // When they are decided there is room again.
            let desk = try Self.desk(lab)
            try await desk.start()
            try await lab.isQuiet()
            _ = try await desk.submit(WrittenRules.items(1, long, prefix: "last-"), in: ItemLab.one)
            try await lab.isQuiet()
            #expect(try await lab.items().first?.itemID == "last-0")
            await desk.stop()
        }
    }

    @Test func `a round of housekeeping brings an organisation under a bound that came down`() async throws {
        try await withItems(.sqlite) { (lab) async throws in
            let desk = try Self.desk(lab) { $0.limits.keptBytesMax = 1 << 20 }
            try await desk.start()
            _ = try await desk.submit(WrittenRules.items(40, String(repeating: "x", count: 700)), in: ItemLab.one)
            try await lab.isQuiet()
            await desk.stop()
            let strict = try Self.desk(lab)
            try await strict.sweep()
            let (items, kept) = (try await lab.items(), try await Self.kept(lab))
            #expect(kept <= Self.max && kept > Self.max / 2)
            #expect(items.map(\.sequence) == ((41 - Int64(items.count))...40).reversed())
        }
    }
}
