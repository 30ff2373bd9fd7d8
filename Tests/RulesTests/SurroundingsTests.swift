import JSON
import Rules
import Synchronization
import Testing

/// What signals are shown around an item.
struct SurroundingsTests {
    /// Gives what it is told, and remembers for which items it was asked.
    private final class Scripted: ItemSurroundings {
        let asked = Mutex<[[String]]>([])
        let found: Surroundings

        init(_ found: Surroundings) { self.found = found }

        func surroundings(of wishes: [SurroundingsWish]) async -> [Surroundings] {
            asked.withLock { $0.append(wishes.map { "\($0.item.id) \($0.parent) \($0.messagesMax)" }) }
            return wishes.map { _ in found }
        }
    }

    private static let messages: [JSONValue] = ["a", "b", "c"]
    private static let all = Surroundings(
        parent: ["itemId": "p"], thread: ThreadContext(id: "t", typeID: "chat", messages: messages, isTruncated: false))

    private static func signal(_ wish: ContextWish?, _ type: String = "S") -> SignalDescriptor {
        SignalDescriptor(type: type, inputs: [.string], output: ScoreType(.number), cost: 5, context: wish)
    }

    private static func asking(_ type: String = "S", of input: ConditionInput = field("text")) -> LeafCondition {
        LeafCondition(input, signal: SignalChoice(type), .greaterThan, .number(0))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let wish: ContextWish?
        let around: Surroundings?
        let expected: JSONValue?
    }

    @Test(arguments: [
        Case(testDescription: "nothing is wanted", wish: nil, around: all, expected: Optional<JSONValue>.none),
        Case(
            testDescription: "the parent and the thread", wish: ContextWish(parent: true, thread: true), around: all,
            expected: [
                "parent": ["itemId": "p"], "thread": ["id": "t", "typeId": "chat", "messages": ["a", "b", "c"], "truncated": false],
            ]),
        Case(
            testDescription: "the latest two messages", wish: ContextWish(thread: true, messagesMax: 2), around: all,
            expected: ["thread": ["id": "t", "typeId": "chat", "messages": ["b", "c"], "truncated": true]]),
        Case(
            testDescription: "what may not be shown is unavailable",
            wish: ContextWish(parent: true, thread: true, showsParent: false, messagesMax: 0), around: all,
            expected: ["unavailable": ["parent", "thread"]]),
        Case(
            testDescription: "one part may be shown", wish: ContextWish(parent: true, thread: true, messagesMax: 0), around: all,
            expected: ["parent": ["itemId": "p"], "unavailable": ["thread"]]),
        Case(
            testDescription: "nothing stands around it", wish: ContextWish(parent: true, thread: true), around: Surroundings(),
            expected: ["unavailable": ["parent", "thread"]]),
        Case(
            testDescription: "nobody keeps items", wish: ContextWish(parent: true, thread: true), around: nil,
            expected: ["unavailable": ["parent", "thread"]]),
        Case(testDescription: "only what is wanted", wish: ContextWish(parent: true), around: all, expected: ["parent": ["itemId": "p"]]),
    ])
    func `a signal is shown the parts that it wants and may see`(_ c: Case) async throws {
        let runner = ScriptedSignals { _, _ in .scored(.number(1), output: nil, matchedValue: nil) }
        let program = RuleProgram([rule(Self.asking())], types: [post], signals: [Self.signal(c.wish)])
        _ = await RuleEvaluator(program, runner: runner).decide(
            [try item(["text": "x"])], orgID: "o", surroundings: c.around.map { Scripted($0) })
        #expect(runner.messages.first?.inputs.first?["context"] == c.expected)
    }

    @Test func `one look a round, for those items alone that a signal is asked about which wants it`() async throws {
        let source = Scripted(Self.all)
        let runner = ScriptedSignals { _, _ in .scored(.number(1), output: nil, matchedValue: nil) }
        let cheap = LeafCondition(field("likes"), .greaterThan, .number(5))
        let rules = [
            Rule(id: "a", conditions: ConditionSet(.and, [.leaf(cheap), .leaf(Self.asking("WIDE"))])),
            Rule(id: "b", conditions: ConditionSet(.and, [.leaf(Self.asking("PLAIN", of: field("title")))])),
            Rule(id: "c", conditions: ConditionSet(.and, [.leaf(cheap), .leaf(Self.asking("NARROW"))])),
        ]
        let signals = [
            Self.signal(ContextWish(thread: true, messagesMax: 7), "WIDE"), Self.signal(ContextWish(item: true), "PLAIN"),
            Self.signal(ContextWish(parent: true, thread: true, messagesMax: 1), "NARROW"),
        ]
        let program = RuleProgram(rules, types: [post], signals: signals)
        let items = try (1...3).map { try item(["text": "x", "title": "y", "likes": .int(Int64($0 * 4))], id: "\($0)") }
        _ = await RuleEvaluator(program, runner: runner).decide(items, orgID: "o", surroundings: source)
        #expect(source.asked.withLock { $0 } == [["2 true 7", "3 true 7"]])
        let narrow = runner.messages.filter { $0.signal == "NARROW" }.flatMap(\.inputs)
        #expect(narrow.map { $0["context"]?["thread"]?["messages"] } == [["c"], ["c"]])

        let without = Scripted(Self.all)
        _ = await RuleEvaluator(program, runner: runner).decide([items[0]], orgID: "o", surroundings: without)
        #expect(without.asked.withLock { $0 }.isEmpty, "the first item's rules ask nothing that wants it")
    }

    @Test func `values that are large together go in several messages, each within what a worker takes`() async throws {
        let runner = ScriptedSignals { _, _ in .scored(.number(1), output: nil, matchedValue: nil) }
        let program = RuleProgram([rule(Self.asking())], types: [post], signals: [Self.signal(ContextWish(parent: true))])
        let wide = Surroundings(parent: ["data": .string(String(repeating: "x", count: RuleLimits.contextPartBytesMax - 20))])
        let items = try (0..<RuleLimits.signalBatchMax).map { try item(["text": .string("t\($0)")], id: "\($0)") }
        let decisions = await RuleEvaluator(program, runner: runner).decide(items, orgID: "o", surroundings: Scripted(wide))
        #expect(decisions.allSatisfy { $0.results[0].passed })
        #expect(runner.questions == items.count && runner.messages.count == 5)
        let largest = runner.messages.map { JSONValue.array($0.inputs).serializedBytes().count }.max() ?? 0
        #expect(largest <= RuleLimits.signalMessageBytes && largest > RuleLimits.signalMessageBytes / 2, "\(largest)")
    }

    struct Named: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var roles: [ItemType.Role: String] = [:]
        var fields: [ItemType.Field] = []
        let data: JSONValue
        var parent: String?
        var thread: String?
    }

    private static let related = ItemType.Field("about", .scalar(.relatedItem))
    private static let reference: JSONValue = ["id": "9", "typeId": "chat"]

    @Test(arguments: [
        Named(testDescription: "nothing is said", data: [:]),
        Named(
            testDescription: "a parent by its role", roles: [.parentId: "up"], fields: [.init("up", .scalar(.id))], data: ["up": 7],
            parent: "7"),
        Named(
            testDescription: "a parent by its role, as a reference", roles: [.parentId: "about"], fields: [related],
            data: ["about": reference], parent: "9 chat"),
        Named(testDescription: "the only reference is the parent", fields: [related], data: ["about": reference], parent: "9 chat"),
        Named(
            testDescription: "one of two references is nobody's parent", fields: [related, .init("other", .scalar(.relatedItem))],
            data: ["about": reference]),
        Named(
            testDescription: "with a role and without a value no reference takes its place", roles: [.parentId: "up"],
            fields: [.init("up", .scalar(.id)), related], data: ["about": reference]),
        Named(
            testDescription: "the reference to the thread is no parent", roles: [.threadId: "about"], fields: [related],
            data: ["about": reference], thread: "9 chat"),
        Named(
            testDescription: "a thread by its role comes before the member", roles: [.threadId: "room"],
            fields: [.init("room", .scalar(.id))],
            data: ["room": "r", "spectrum-context-id": "s"], thread: "r"),
        Named(testDescription: "a thread by the member", data: ["spectrum-context-id": "s"], thread: "s"),
        Named(testDescription: "a thread by the other spelling", data: ["spectrum_context_id": "s"], thread: "s"),
    ])
    func `what an item answers to and belongs to`(_ c: Named) throws {
        let type = ItemType(id: "note", fields: c.fields, roles: c.roles)
        let made = try item(c.data, type: type)
        func text(_ named: (id: String, typeID: String?)?) -> String? {
            named.map { [$0.id, $0.typeID].compactMap(\.self).joined(separator: " ") }
        }
        #expect(text(made.parent) == c.parent)
        #expect(text(made.thread) == c.thread)
    }
}
