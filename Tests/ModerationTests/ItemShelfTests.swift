import HubCore
import Moderation
import Testing

@Suite(.timeLimit(.minutes(2))) struct ItemShelfTests {
    @Test func `what was submitted is found again, latest first`() async throws {
        try await withItems(.sqlite) { (lab) async throws in
            lab.rules.set([], types: [WrittenRules.post])
            let desk = lab.desk()
            try await desk.start()
            _ = try await desk.submit(WrittenRules.items(5) + [WrittenRules.item("i0", "again")], in: ItemLab.one)
            let shelf = ItemShelf(store: lab.store)
            let latest = try await shelf.items(of: ItemLab.one, before: nil, limit: 2, types: [])
            #expect(latest.map(\.sequence) == [6, 5])
            #expect(try await shelf.items(of: ItemLab.one, before: 5, limit: 9, types: ["post"]).map(\.sequence) == [4, 3, 2, 1])
            #expect(try await shelf.items(of: ItemLab.one, before: nil, limit: 9, types: ["other"]).isEmpty)
            #expect(try await shelf.count(of: ItemLab.one, types: ["post"], limit: 4) == 4)
            #expect(try await shelf.count(of: ItemLab.one, types: [], limit: 100) == 6)
            #expect(try await shelf.item("i0", of: ItemLab.one)?.submission == WrittenRules.item("i0", "again"), "the latest of that id")
            #expect(try await shelf.item("i0", of: ItemLab.two) == nil)
            await desk.stop()
        }
    }
}
