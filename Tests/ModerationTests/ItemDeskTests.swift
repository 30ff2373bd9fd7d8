import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct ItemDeskTests {
    @Test(arguments: ItemStore.allCases) func `the answer of a request with a key is there exactly when its items are`(_ kind: ItemStore)
        async throws
    {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set([], types: [WrittenRules.post])
            @Sendable func answer(_ count: Int, _ at: HubCore.Timestamp) -> KeptAnswer {
                KeptAnswer(requestHash: [1], status: 202, headers: [:], body: Array("\(count)".utf8), at: at)
            }
            let at = lab.clock.read()
            let desk = lab.desk { $0.limits.waitingMax = 3 }
            try await desk.start()
            let handed = OnceNote<[SubmittedItem]>(owner: "ada", key: "one") { answer($0.count, at) }
            let decided = OnceNote<[DecisionReport]>(owner: "ada", key: "two") { answer($0.count, at) }
            let refused = OnceNote<[SubmittedItem]>(owner: "ada", key: "three") { answer($0.count, at) }
            _ = try await desk.submit(WrittenRules.items(2), in: ItemLab.one, once: handed)
            _ = try await desk.decide(WrittenRules.items(3), in: ItemLab.one, once: decided)
            await #expect(throws: SubmissionRefusal.self) { try await desk.submit(WrittenRules.items(4), in: ItemLab.one, once: refused) }
            let kept = try await lab.store.read { (records) throws(Fault) in
                try ["one", "two", "three"].map { (key) throws(Fault) in try records.answer(to: key, of: "ada")?.body }
            }
            #expect(kept == [Array("2".utf8), Array("3".utf8), nil])
            await desk.stop()
        }
    }

    @Test func `nobody has all places where decisions are waited for`() async throws {
        try await withItems(.memory) { (lab) async throws in
            for organisation in [ItemLab.one, ItemLab.two] { lab.rules.set([], types: [WrittenRules.post], for: organisation) }
            let held = lab.rules.hold()
            let desk = lab.desk { $0.limits.decidingAtOnce = 4 }
            try await desk.start()
            func ask(_ organisation: Organisation.ID) -> Task<Bool, Never> {
                Task { (try? await desk.decide([WrittenRules.item("a")], in: organisation)) != nil }
            }
            let first = [ask(ItemLab.one), ask(ItemLab.one)]
            try await until("two wait") { held.waiting == 2 }
            // Two are free, and it has two.
            #expect(await ask(ItemLab.one).value == false)
            let other = ask(ItemLab.two)
            try await until("the other waits") { held.waiting == 3 }
            held.letGo()
            for task in first + [other] { #expect(await task.value) }
            await desk.stop()
        }
    }

    @Test(arguments: ItemStore.allCases) func `what is handed in is kept, and decided once`(_ kind: ItemStore) async throws {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set(
                [
                    try WrittenRules.rule("r1", ["spam"]), try WrittenRules.rule("r2", ["ham"], .background),
                    try WrittenRules.rule("r3", ["egg"]),
                ], types: [WrittenRules.post], versions: [4, 5, 6])
            let desk = lab.desk()
            try await desk.start()
            let taken = try await desk.submit(
                [WrittenRules.item("a", "spam and ham"), WrittenRules.item("b", "tea"), WrittenRules.item("a", "ham")], in: ItemLab.one)
            #expect(taken.map(\.sequence) == [1, 2, 3])
            #expect(Set(taken.map(\.submission)).count == 1)
            try await lab.isQuiet()
            await desk.stop()
            let reports = try await lab.reports().reversed()
            #expect(reports.map(\.decision.sequence) == [1, 2, 3], "the same id twice is two items")
            #expect(reports.map(\.decision.itemID) == ["a", "b", "a"])
            #expect(reports.map(\.decision.passed) == [["r1", "r2"], [], ["r2"]])
            #expect(reports.map(\.decision.outcome) == [.passed, .failed, .passed])
            #expect(reports.map(\.outcomes) == [[.passed, .passed, .failed], [.failed, .failed, .failed], [.failed, .passed, .failed]])
            #expect(reports.first?.lineup.members.map(\.version) == [4, 5, 6])
            #expect(reports.first?.lineup.members.map(\.status) == ["LIVE", "BACKGROUND", "LIVE"])
            #expect(try await lab.items().allSatisfy { $0.state == .decided && $0.attempts == 1 })
            let whole = try await lab.store.read { (records) throws(Fault) in try records.decision(1, in: ItemLab.one) }
            #expect(whole?.traces.count == 3, "of the failed one too, while there are few rules")
            #expect(whole?.traces[0]?["result"]?["outcome"] == "PASSED")
            let events = try await lab.events()
            #expect(events.map(\.eventType) == Array(repeating: "moderation.ItemDecided", count: 3))
            #expect(events.map(\.organisation) == Array(repeating: ItemLab.one, count: 3))
            #expect(events.map { $0.data["decision"] } == ["1", "2", "3"])
            #expect(events.first?.data["passed"] == ["r1", "r2"])
            #expect(events.first?.data["itemId"] == "a" && events.first?.data["itemTypeId"] == "post")
            #expect(events.first?.data["submissionId"]?.stringValue == taken.first?.submission.rawValue)
        }
    }

    @Test func `everything that is wrong is told at once, and nothing is taken`() async throws {
        try await withItems(.memory) { (lab) async throws in
            lab.rules.set([], types: [WrittenRules.post])
            let desk = lab.desk { $0.limits.itemBytesMax = 1000 }
            #expect(
                await refusal { () async throws(SubmissionRefusal) in try await desk.submit([WrittenRules.item("a")], in: ItemLab.one) }
                    == ["hub.starting"])
            try await desk.start()
            let wrong: [JSONValue] = [
                WrittenRules.item("good"), WrittenRules.item("a", type: "pots"), ["id": "b", "typeId": "post", "data": ["posts": "many"]],
                "text", WrittenRules.item(String(repeating: "x", count: 257)), WrittenRules.item("nul\u{0}"),
                WrittenRules.item("big", String(repeating: "x", count: 1000)),
            ]
            for isAsync in [true, false] {
                let codes = await refusal { () async throws(SubmissionRefusal) in
                    if isAsync {
                        _ = try await desk.submit(wrong, in: ItemLab.one)
                    } else {
                        _ = try await desk.decide(wrong, in: ItemLab.one)
                    }
                }
                #expect(
                    codes == [
                        "item.unknown-type /items/1/typeId", "item.missing-field /items/2/data/text",
                        "item.wrong-value /items/2/data/posts",
                        "item.malformed /items/3", "item.malformed /items/4/id", "item.malformed /items/5/id", "item.too-large /items/6",
                    ])
            }
            for count in [0, 1001] {
                let items = WrittenRules.items(count)
                #expect(
                    await refusal { () async throws(SubmissionRefusal) in try await desk.submit(items, in: ItemLab.one) } == [
                        "item.wrong-count /items"
                    ])
            }
            let many = WrittenRules.items(101)
            #expect(
                await refusal { () async throws(SubmissionRefusal) in try await desk.decide(many, in: ItemLab.one) } == [
                    "item.wrong-count /items"
                ])
            #expect(try await lab.items() == [])
            await desk.stop()
            #expect(
                await refusal { () async throws(SubmissionRefusal) in try await desk.submit([WrittenRules.item("a")], in: ItemLab.one) }
                    == ["hub.stopping"])
        }
    }

    @Test(arguments: ItemStore.allCases) func `a full queue takes nothing of what does not fit`(_ kind: ItemStore) async throws {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set([], types: [WrittenRules.post])
            lab.rules.set([], types: [WrittenRules.post], for: ItemLab.two)
            // Some have waited since before.
            let old = (0..<4).map { number in
                SubmittedItem(
                    organisation: ItemLab.one, itemID: "old\(number)", typeID: "post", submission: Submission.ID("s"),
                    data: WrittenRules.item("old\(number)"), receivedAt: lab.clock.read())
            }
            _ = try await lab.store.write { (records) throws(Fault) in try records.append(old) }
            let idle = lab.desk { ($0.limits.waitingMax, $0.limits.organisationsAtOnce) = (10, 0) }
            try await idle.start()
            @Sendable func refused(_ count: Int) async -> [String] {
                await refusal { () async throws(SubmissionRefusal) in try await idle.submit(WrittenRules.items(count), in: ItemLab.one) }
            }
            #expect(await refused(7) == ["item.queue-full"])
            #expect(await refused(6) == [])
            #expect(await refused(1) == ["item.queue-full"])
            _ = try await idle.submit(WrittenRules.items(10), in: ItemLab.two)
            lab.clock.advance(by: .seconds(7))
            #expect(try await idle.queue(of: ItemLab.one).figures == [10, 7, 0])
            await idle.stop()
            let desk = lab.desk { $0.limits.waitingMax = 10 }
            try await desk.start()
            try await lab.isQuiet()
            // The desk hears of its own commit a moment after everybody else can see it.
            try await until("there is room again") {
                await refusal { () async throws(SubmissionRefusal) in try await desk.submit(WrittenRules.items(10), in: ItemLab.one) } == []
            }
            try await lab.isQuiet()
            #expect(try await desk.queue(of: ItemLab.one).figures == [0, nil, 20])
            await desk.stop()
        }
    }

    @Test(arguments: ItemStore.allCases) func `an item that cannot be decided fails, and holds up nobody`(_ kind: ItemStore) async throws {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set([try WrittenRules.rule("r1", ["spam"])], types: [WrittenRules.post])
            let mixed = [("a", "post"), ("b", "gone"), ("c", "post")].map { id, type in
                SubmittedItem(
                    organisation: ItemLab.one, itemID: id, typeID: type, submission: Submission.ID("s"),
                    data: WrittenRules.item(id, type: type), receivedAt: lab.clock.read())
            }
            _ = try await lab.store.write { (records) throws(Fault) in try records.append(mixed) }
            let desk = lab.desk()
            try await desk.start()
            try await lab.isQuiet()
            await desk.stop()
            let items = try await lab.items().reversed()
            #expect(items.map(\.state) == [.decided, .failed, .decided])
            #expect(items.map(\.problem?.code) == [nil, "item.unknown-type", nil])
            let events = try await lab.events()
            #expect(events.map(\.eventType) == ["moderation.ItemDecided", "moderation.ItemFailed", "moderation.ItemDecided"])
            #expect(events.map { $0.data["code"] } == [nil, "item.unknown-type", nil])
        }
    }

    @Test func `what cannot be written down fails alone`() async throws {
        try await withItems(.sqlite) { (lab) async throws in
            // No database keeps such an id; whatever lets it in, the queue goes on.
            let other = ItemType(id: "other", fields: WrittenRules.post.fields)
            var rule = try WrittenRules.rule("r\u{0}", ["spam"])
            rule.itemTypeIDs = ["other"]
            lab.rules.set([rule], types: [WrittenRules.post, other])
            let desk = lab.desk()
            try await desk.start()
            _ = try await desk.submit(
                [WrittenRules.item("a"), WrittenRules.item("b", type: "other"), WrittenRules.item("c")], in: ItemLab.one)
            try await lab.isQuiet()
            await desk.stop()
            let items = try await lab.items().reversed()
            #expect(items.map(\.state) == [.decided, .failed, .decided])
            #expect(items.map(\.problem?.code) == [nil, "storage.text-with-nul", nil])
        }
    }

    @Test(arguments: ItemStore.allCases) func `whoever waits gets what is kept`(_ kind: ItemStore) async throws {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set([try WrittenRules.rule("r1", ["spam"])], types: [WrittenRules.post])
            let desk = lab.desk()
            try await desk.start()
            let reports = try await desk.decide([WrittenRules.item("a"), WrittenRules.item("b", "tea")], in: ItemLab.one)
            #expect(reports.map(\.decision.sequence) == [1, 2])
            #expect(reports.map(\.decision.passed) == [["r1"], []])
            for report in reports {
                let sequence = report.decision.sequence
                let kept = try await lab.store.read { (records) throws(Fault) in try records.decision(sequence, in: ItemLab.one) }
                #expect(kept == report.decision)
            }
            #expect(try await lab.items().map(\.state) == [.decided, .decided])
            #expect(try await lab.events("moderation.ItemDecided").count == 2)
            await desk.stop()
        }
    }

    @Test func `organisations take turns`() async throws {
        try await withItems(.sqlite) { (lab) async throws in
            for organisation in [ItemLab.one, ItemLab.two] {
                lab.rules.set([try WrittenRules.rule("r1", ["spam"])], types: [WrittenRules.post], for: organisation)
            }
            let desk = lab.desk {
                $0.limits.organisationsAtOnce = 1
                $0.limits.batchMax = 50
            }
            try await desk.start()
            _ = try await desk.submit(WrittenRules.items(1000), in: ItemLab.one)
            _ = try await desk.submit(WrittenRules.items(60), in: ItemLab.two)
            try await lab.isQuiet(ItemLab.one)
            try await lab.isQuiet(ItemLab.two)
            await desk.stop()
            let owners = try await lab.events().map(\.organisation)
            #expect(owners.count == 1060)
            let last = try #require(owners.lastIndex(of: ItemLab.two))
            #expect(owners[last...].count { $0 == ItemLab.one } >= 500, "the few did not wait for the many")
        }
    }

    @Test func `items wait while their rules cannot be had`() async throws {
        try await withItems(.memory) { (lab) async throws in
            lab.rules.set([try WrittenRules.rule("r1", ["spam"])], types: [WrittenRules.post])
            let idle = lab.desk { $0.limits.organisationsAtOnce = 0 }
            try await idle.start()
            _ = try await idle.submit(WrittenRules.items(3), in: ItemLab.one)
            await idle.stop()
            lab.rules.fail(with: Fault(code: "rule.trouble", message: "not now", turn: .hub))
            let desk = lab.desk()
            try await desk.start()
            try await until("it was tried often") { lab.rules.refused.withLock { $0 } > 4 }
            #expect(lab.log.withLock { $0 } == ["items of organisation o1 wait: rule.trouble: not now"], "told once")
            #expect(try await lab.items().allSatisfy { $0.state == .waiting && $0.attempts == 1 })
            lab.rules.fail(with: nil)
            try await lab.isQuiet()
            #expect(try await lab.reports().count == 3)
            await desk.stop()
        }
    }

    @Test(arguments: [ItemStore.sqlite, .memory]) func `an item that ends the hub again and again is found and given up`(
        _ kind: ItemStore
    ) async throws {
        try await withItems(kind) { (lab) async throws in
            lab.rules.set([], types: [WrittenRules.post])
            let items = (0..<30).map { number in
                SubmittedItem(
                    organisation: ItemLab.one, itemID: "i\(number)", typeID: "post", submission: Submission.ID("s"),
                    data: WrittenRules.item("i\(number)"), receivedAt: lab.clock.read(), attempts: number == 20 ? 5 : number < 25 ? 2 : 0)
            }
            _ = try await lab.store.write { (records) throws(Fault) in try records.append(items) }
            let batches = Mutex<[Int]>([])
            let desk = lab.desk { parts in
                let store = lab.store
                parts.told = { organisation in
                    let done = try? await store.read { (records) throws(Fault) in
                        try records.decisionCount(in: organisation, since: HubCore.Timestamp(unixMilliseconds: 0))
                    }
                    batches.withLock { $0.append(done ?? -1) }
                }
            }
            try await desk.start()
            try await lab.isQuiet()
            await desk.stop()
            let kept = try await lab.items()
            #expect(kept.filter { $0.state == .failed }.map(\.itemID) == ["i20"])
            #expect(kept.first { $0.itemID == "i20" }?.problem?.code == "item.undecidable")
            #expect(kept.count { $0.state == .decided } == 29)
            #expect(batches.withLock { $0 }.first == 16, "a smaller batch where something ended twice")
        }
    }

    @Test func `what is old is removed`() async throws {
        try await withItems(.sqlite) { (lab) async throws in
            lab.rules.set([try WrittenRules.rule("r1", ["spam"])], types: [WrittenRules.post])
            let desk = lab.desk {
                ($0.limits.keptMax, $0.limits.sweptAtOnce) = (50, 7)
                $0.limits.keptTime = .seconds(3600)
            }
            try await desk.start()
            _ = try await desk.submit(WrittenRules.items(80), in: ItemLab.one)
            try await lab.isQuiet()
            try await desk.sweep()
            #expect(try await lab.items().map(\.sequence) == (31...80).reversed().map { Int64($0) })
            lab.clock.advance(by: .seconds(3601))
            _ = try await desk.submit(WrittenRules.items(2), in: ItemLab.one)
            try await lab.isQuiet()
            try await desk.sweep()
            #expect(try await lab.reports().map(\.decision.sequence) == [82, 81])
            await desk.stop()
        }
    }
}

extension QueueState {
    /// Without the bytes, which are a test of their own.
    fileprivate var figures: [Int?] { [waiting, oldestSeconds, decidedPerMinute] }
}
