import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

/// What the hub shows signals of what stands around an item, from the items it keeps.
@Suite(.timeLimit(.minutes(3))) struct ContextTests {
    /// Remembers what it was asked, and gives every value 1.
    private final class Listening: SignalSource, SignalRunning {
        let inputs = Mutex<[JSONValue]>([])

        func signals(for organisation: Organisation.ID) async -> [SignalDescriptor] { [] }
        func runner(for organisation: Organisation.ID) -> any SignalRunning { self }

        func run(_ batch: SignalBatch) async -> [SignalRun] {
            inputs.withLock { $0 += batch.inputs }
            return batch.inputs.map { _ in .scored(.number(1), output: nil, matchedValue: nil) }
        }

        /// By the item's id.
        var contexts: [String: JSONValue] {
            Dictionary(inputs.withLock { $0 }.map { ($0["contentId"]?.stringValue ?? "", $0["context"] ?? .null) }) { _, last in last }
        }
    }

    private static let message = ItemType(
        id: "message", name: "Message",
        fields: [
            .init("text", .scalar(.string)), .init("room", .scalar(.relatedItem)), .init("answers", .scalar(.id)),
            .init("at", .scalar(.dateTime)),
        ], roles: [.threadId: "room", .parentId: "answers", .createdAt: "at"])
    private static let room = ItemType(id: "room", kind: .thread, fields: [.init("name", .scalar(.string))])

    private static func says(
        _ id: String, _ text: String, room: String? = "r", answers: String? = nil, at: String? = nil, roomType: String = "room"
    ) -> JSONValue {
        var data: JSONObject = ["text": .string(text)]
        data["room"] = room.map { ["id": .string($0), "typeId": .string(roomType)] }
        data["answers"] = answers.map { .string($0) }
        data["at"] = at.map { .string($0) }
        return ["id": .string(id), "typeId": "message", "data": .object(data), "creator": ["id": "u1", "typeId": "user"]]
    }

    private static func set(_ lab: ItemLab, _ wish: ContextWish, for organisation: Organisation.ID = ItemLab.one) {
        let signal = SignalDescriptor(type: "SEES", inputs: [.string], output: ScoreType(.number), cost: 5, context: wish)
        let leaf = LeafCondition(.field(name: "text", typeID: "message"), signal: SignalChoice("SEES"), .greaterThan, .number(0))
        var rule = Rule(id: "r", conditions: ConditionSet(.and, [.leaf(leaf)]))
        rule.status = .live
        lab.rules.set([rule], types: [message, room], signals: [signal], for: organisation)
    }

    private static func ids(_ context: JSONValue?) -> [String] {
        context?["thread"]?["messages"]?.arrayValue?.compactMap { $0["itemId"]?.stringValue } ?? []
    }

    @Test(arguments: ItemStore.allCases) func `an item sees what it answers to and what was said before it`(_ kind: ItemStore) async throws
    {
        try await withItems(kind) { (lab) async throws in
            Self.set(lab, ContextWish(item: true, parent: true, thread: true, messagesMax: 2))
            let heard = Listening()
            let desk = lab.desk { $0.signals = heard }
            try await desk.start()
            let sent = [
                Self.says("m1", "first", at: "2026-01-03"), Self.says("m2", "second", answers: "m1", at: "2026-01-01"),
                Self.says("m3", "third", answers: "gone"), Self.says("x", "elsewhere", room: "other"),
                Self.says("m4", "fourth", answers: "m2"), Self.says("n", "nowhere", room: nil),
            ]
            _ = try await desk.submit(sent, in: ItemLab.one)
            try await lab.isQuiet()
            var seen = heard.contexts
            #expect(seen["m1"]?["item"]?["itemId"] == "m1" && seen["m1"]?["unavailable"] == ["parent"])
            #expect(seen["m1"]?["thread"] == ["id": "r", "typeId": "room", "messages": [], "truncated": false])
            let parent = try #require(seen["m2"]?["parent"])
            #expect(parent["itemId"] == "m1" && parent["itemTypeName"] == "Message" && parent["itemTypeKind"] == "CONTENT")
            #expect(parent["data"]?["text"] == "first" && parent["creator"] == ["id": "u1", "typeId": "user"])
            #expect(parent["createdAt"] == "2026-01-03T00:00:00.000Z" || parent["createdAt"] == "2026-01-03")
            #expect(seen["m2"]?["unavailable"] == Optional<JSONValue>.none)
            #expect(Self.ids(seen["m3"]) == ["m2", "m1"], "oldest first, by the role")
            #expect(seen["m3"]?["unavailable"] == ["parent"], "what it answers to was never handed in")
            #expect(Self.ids(seen["m4"]) == ["m2", "m3"] && seen["m4"]?["thread"]?["truncated"] == true)
            #expect(Self.ids(seen["x"]) == [] && seen["x"]?["thread"]?["id"] == "other")
            #expect(seen["n"]?["unavailable"] == ["parent", "thread"])

            // One that was handed in again is one message, as it was last; and no item is a message of its own thread.
            _ = try await desk.decide([Self.says("m1", "first, mended")], in: ItemLab.one)
            #expect(Self.ids(heard.contexts["m1"]) == ["m3", "m4"])
            _ = try await desk.decide([Self.says("m5", "fifth")], in: ItemLab.one)
            seen = heard.contexts
            #expect(Self.ids(seen["m5"]) == ["m4", "m1"])
            #expect(seen["m5"]?["thread"]?["messages"]?[1]?["data"]?["text"] == "first, mended")
            await desk.stop()
        }
    }

    @Test(arguments: ItemStore.allCases) func `another organisation's items are nobody's surroundings`(_ kind: ItemStore) async throws {
        try await withItems(kind) { (lab) async throws in
            for organisation in [ItemLab.one, ItemLab.two] { Self.set(lab, ContextWish(parent: true, thread: true), for: organisation) }
            let heard = Listening()
            let desk = lab.desk { $0.signals = heard }
            try await desk.start()
            _ = try await desk.decide([Self.says("m1", "first")], in: ItemLab.one)
            _ = try await desk.decide([Self.says("m2", "second", answers: "m1")], in: ItemLab.two)
            #expect(heard.contexts["m2"]?["unavailable"] == ["parent"] && Self.ids(heard.contexts["m2"]).isEmpty)
            _ = try await desk.decide([Self.says("m3", "third", answers: "m1")], in: ItemLab.one)
            #expect(heard.contexts["m3"]?["parent"]?["itemId"] == "m1" && Self.ids(heard.contexts["m3"]) == ["m1"])
            await desk.stop()
        }
    }

    @Test func `a long thread is shown from its end, within the limit of bytes`() async throws {
        try await withItems(.sqlite) { (lab) async throws in
            Self.set(lab, ContextWish(parent: true, thread: true, messagesMax: 100))
            let heard = Listening()
            let desk = lab.desk { $0.signals = heard }
            try await desk.start()
            let long = String(repeating: "é", count: 5_000)
            _ = try await desk.decide((1...9).map { Self.says("l\($0)", long) }, in: ItemLab.one)
            _ = try await desk.decide([Self.says("wide", String(repeating: "x", count: 100_000), room: "w")], in: ItemLab.one)
            _ = try await desk.decide([Self.says("a", "x", answers: "wide"), Self.says("b", "y", room: "w")], in: ItemLab.one)
            let seen = heard.contexts
            #expect(Self.ids(seen["a"]) == ["l4", "l5", "l6", "l7", "l8", "l9"] && seen["a"]?["thread"]?["truncated"] == true)
            let bytes = seen["a"]?["thread"]?.serializedBytes().count ?? .max
            #expect(bytes <= RuleLimits.contextPartBytesMax + 200)
            #expect(seen["a"]?["unavailable"] == ["parent"], "it is too long")
            #expect(Self.ids(seen["b"]).isEmpty && seen["b"]?["thread"]?["truncated"] == true)
            await desk.stop()
        }
    }

    @Test func `threads of two types may have one id, and a name that cannot be looked up has none`() async throws {
        try await withItems(.sqlite) { (lab) async throws in
            Self.set(lab, ContextWish(thread: true))
            let heard = Listening()
            let desk = lab.desk { $0.signals = heard }
            try await desk.start()
            _ = try await desk.decide([Self.says("m1", "a"), Self.says("m2", "b", roomType: "group")], in: ItemLab.one)
            let endless = String(repeating: "r", count: 300)
            _ = try await desk.decide([Self.says("m3", "c"), Self.says("m4", "d", room: endless)], in: ItemLab.one)
            #expect(Self.ids(heard.contexts["m3"]) == ["m1"])
            #expect(heard.contexts["m4"]?["unavailable"] == ["thread"])
            await desk.stop()
        }
    }

    @Test func `a live test sees what is kept, a backtest what was there before each item`() async throws {
        let lab = try await RuleLab()
        let schema: JSONValue = [
            "kind": "CONTENT", "name": "Message", "schema": [["name": "text", "type": "STRING"]],
        ]
        _ = try await lab.book.putItemType("post", schema, in: RuleLab.acme, by: RuleLab.who())
        let wish = ContextWish(thread: true)
        lab.signals.known.withLock {
            $0[RuleLab.acme] = [SignalDescriptor(type: "SEES", inputs: [.string], output: ScoreType(.number), cost: 5, context: wish)]
        }
        @Sendable func post(_ id: String) -> JSONValue {
            ["id": .string(id), "typeId": "post", "data": ["text": .string(id), "spectrum-context-id": "r"]]
        }
        lab.items.add((1...3).map { post("\($0)") })
        try await lab.store.write { (records) throws(Fault) in
            let now = HubCore.Timestamp(unixMilliseconds: 1)
            _ = try records.append(
                (1...3).map { place in
                    SubmittedItem(
                        organisation: RuleLab.acme, itemID: "\(place)", typeID: "post", submission: Submission.ID("s"),
                        data: post("\(place)"),
                        receivedAt: now, state: .decided, thread: "r")
                })
        }
        let rule = RuleLab.asking("SEES")
        let test = try await lab.book.test(rule, on: [post("new")], in: RuleLab.acme)
        #expect(test.decisions.map(\.outcome) == [.passed])
        #expect(lab.signals.contexts.withLock { $0 }.map(Self.ids) == [["1", "2", "3"]])
        lab.signals.contexts.withLock { $0 = [] }
        let begun = try await lab.moderation.backtests.start(
            BacktestRequest(last: 10, draft: rule), in: RuleLab.acme)
        _ = try await untilRules("the backtest is over") {
            let backtest = try await lab.moderation.backtests.backtest(begun.id, in: RuleLab.acme)
            return backtest.state == .running ? nil : backtest
        }
        #expect(lab.signals.contexts.withLock { $0 }.map(Self.ids) == [["1", "2"], ["1"], []])
    }

    // MARK: Settings

    private static let tone: PluginID = {
        guard let id = try? PluginID("TONE") else { preconditionFailure("a good id") }
        return id
    }()

    struct ShareCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let options: ContextOptions?
        let settings: ContextSettings?
        let expected: (parent: Bool, messages: Int)
    }

    private static func settings(thread: Bool? = nil, messages: Int? = nil, parent: Bool? = nil) -> ContextSettings {
        ContextSettings(
            plugin: tone, organisation: ItemLab.one, includesThread: thread, messagesMax: messages, includesParent: parent, revision: 1,
            changedAt: HubCore.Timestamp(unixMilliseconds: 0))
    }

    @Test(arguments: [
        ShareCase(
            testDescription: "nothing is offered", options: nil, settings: settings(thread: true, parent: true), expected: (false, 0)),
        ShareCase(
            testDescription: "as the manifest has it", options: ContextOptions(thread: .init(isIncluded: true), parent: true),
            settings: nil,
            expected: (true, 20)),
        ShareCase(
            testDescription: "off unless the organisation says so",
            options: ContextOptions(thread: .init(isIncluded: false), parent: false),
            settings: nil, expected: (false, 0)),
        ShareCase(
            testDescription: "the organisation says so",
            options: ContextOptions(thread: .init(isIncluded: false, messages: 5), parent: false),
            settings: settings(thread: true, parent: true), expected: (true, 5)),
        ShareCase(
            testDescription: "the organisation does not want it", options: ContextOptions(thread: .init(isIncluded: true), parent: true),
            settings: settings(thread: false, parent: false), expected: (false, 0)),
        ShareCase(
            testDescription: "a number of its own", options: ContextOptions(thread: .init(isIncluded: true, messages: 5, messagesMax: 50)),
            settings: settings(messages: 40), expected: (false, 40)),
        ShareCase(
            testDescription: "an update offers less than was chosen",
            options: ContextOptions(thread: .init(isIncluded: true, messagesMax: 10)),
            settings: settings(messages: 40), expected: (false, 10)),
        ShareCase(
            testDescription: "a default beyond the limit",
            options: ContextOptions(thread: .init(isIncluded: true, messages: 30, messagesMax: 8)),
            settings: nil, expected: (false, 8)),
    ])
    func `what is shown is what the manifest offers and the organisation takes`(_ c: ShareCase) {
        let share = ContextShare(c.options, c.settings)
        #expect(share.parent == c.expected.parent && share.messagesMax == c.expected.messages)
    }

    @Test(arguments: ItemStore.allCases) func `settings are an organisation's own, and each change is written down`(_ kind: ItemStore)
        async throws
    {
        try await withItems(kind) { (lab) async throws in
            let book = ContextBook(store: lab.store, events: HubEvents(), clock: lab.clock.read)
            let options = ContextOptions(thread: .init(isIncluded: true, messagesMax: 50))
            func put(_ draft: ContextDraft, expecting: Int? = nil) async throws -> ContextSettings {
                try await book.put(
                    draft, of: Self.tone, offering: options, in: ItemLab.one, expecting: expecting, by: RuleLab.who())
            }
            let first = try await put(ContextDraft(includesThread: true, messagesMax: 50), expecting: 0)
            #expect(first.revision == 1)
            #expect(try await book.settings(of: Self.tone, in: ItemLab.one) == first)
            #expect(try await book.settings(of: Self.tone, in: ItemLab.two) == nil)
            #expect(try await put(ContextDraft(includesThread: false)).messagesMax == nil, "the whole is replaced")
            #expect(await ruleCode { try await put(ContextDraft(), expecting: 1) } == "plugin.changed-meanwhile")
            #expect(await ruleCode { try await put(ContextDraft(includesParent: true)) } == "context.not-offered")
            for count in [0, 51] {
                #expect(await ruleCode { try await put(ContextDraft(messagesMax: count)) } == "context.wrong-count")
            }
            let audit = try await lab.store.read { (r) throws(Fault) in try r.audit(AuditFilter(), before: nil, limit: 10) }
            #expect(audit.map(\.action) == ["plugin.context", "plugin.context"])
            #expect(try await lab.events("system.PluginContextChanged").count == 2)
        }
    }
}
