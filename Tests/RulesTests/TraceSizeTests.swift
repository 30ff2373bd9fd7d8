import JSON
import Rules
import Testing

struct TraceSizeTests {
    private static let long = String(repeating: "long ", count: 200_000)

    private static func plain(_ count: Int, _ input: ConditionInput = .gathered(.allText)) -> Rule {
        Rule(
            id: "plain", conditions: ConditionSet(.or, (0..<count).map { .leaf(LeafCondition(input, .equals, .text("\($0)"))) }))
    }

    private static func trace(_ rule: Rule, _ data: JSONValue, banks: Banks = Banks()) throws -> TraceNode {
        let evaluation = ItemEvaluation(RuleProgram([rule], types: [post], banks: banks), of: try item(data))
        _ = evaluation.decide(0)
        return evaluation.trace(of: 0)
    }

    @Test(arguments: [1, 50, 200, 1_999]) func `the trace of a long text is short, however many conditions look at it`(_ count: Int) throws
    {
        let trace = try Self.trace(Self.plain(count), ["text": .string(Self.long), "title": "b"])
        #expect(trace.outcome == .failed)
        let json = trace.json
        let bytes = json.serializedBytes().count
        #expect(bytes <= RuleLimits.traceBytesMax)
        #expect(json["conditions"]?[0]?["result"]?["outcome"] == "FAILED")
        let told = json["conditions"]?[0]?["result"]?["values"]?[0]
        #expect(told?["value"]?.stringValue.map { $0.hasPrefix("long ") && $0.hasSuffix("…") && $0.count == 501 } == true)
        #expect(told?["score"]?.stringValue?.count == 501)
        #expect(json["truncated"] == (count >= 200 ? true : Optional<JSONValue>.none))
    }

    @Test func `a character as long as a text is cut too`() throws {
        let one = "a" + String(repeating: "\u{301}", count: 100_000)
        #expect(try Self.trace(Self.plain(1, field("text")), ["text": .string(one)]).json.serializedBytes().count < 5_000)
    }

    @Test func `references and pictures are cut`() throws {
        let text = String(repeating: "i", count: 100_000)
        let user = try Self.trace(
            Rule(id: "r", conditions: ConditionSet(.and, [.leaf(LeafCondition(field("owner"), .equals, .text("u")))])),
            ["owner": ["id": .string(text), "typeId": "user", "name": .string(text)]])
        #expect(user.outcome == .failed && user.json.serializedBytes().count < 5_000)
        let banks: [JSONValue] = (0..<1_000).map { .string("\($0)\(text.prefix(600))") }
        let picture = try Self.trace(
            Rule(id: "r", conditions: ConditionSet(.and, [.leaf(LeafCondition(field("picture"), .equals, .text("u")))])),
            ["picture": ["url": .string("https://a.test/" + text), "matchedBanks": .array(banks)]])
        #expect(picture.outcome == .failed && picture.json.serializedBytes().count < 20_000)
    }

    @Test func `what a condition compares with is left out where it is long, and what came of it stays`() throws {
        let words = (0..<10_000).map { "word number \($0)" }
        let leaf = LeafCondition(
            field("text"), signal: SignalChoice(BuiltInSignal.containsText.rawValue), matchingValues: MatchingValues(strings: words))
        let json = try Self.trace(rule(leaf), ["text": "has word number 77 in it"]).json
        #expect(json.serializedBytes().count < 5_000)
        #expect(json["conditions"]?[0]?["truncated"] == true)
        #expect(json["conditions"]?[0]?["result"]?["matchedValue"] == "word number 7")
        #expect(json["result"]?["outcome"] == "PASSED")
        // The rule itself has it all.
        #expect(rule(leaf).json["conditionSet"]?["conditions"]?[0]?["matchingValues"]?["strings"]?.arrayValue?.count == 10_000)
    }

    @Test(arguments: [200, 1_000, 10_000, 60_000]) func `a trace is written in the room there is`(_ bytes: Int) throws {
        let lines = JSONValue.array((0..<40).map { .string("line \"\($0)\"\n" + String(repeating: "\u{1}", count: 400)) })
        let trace = try Self.trace(Self.plain(30, field("lines")), ["lines": lines])
        #expect(trace.json(bytesMax: bytes).serializedBytes().count <= bytes)
        #expect(trace.json(bytesMax: bytes).serialized().contains("\"truncated\":true"))
        #expect(trace.json(bytesMax: bytes)["result"]?["outcome"] == "FAILED")
    }

    @Test func `a short trace is whole`() throws {
        let json = try Self.trace(Self.plain(20), ["text": "7", "title": nil]).json
        #expect(json["truncated"] == nil)
        #expect(json["conditions"]?.arrayValue?.count == 20)
        #expect(json["conditions"]?[7]?["result"]?["outcome"] == "PASSED" && json["conditions"]?[8]?["result"] == nil)
    }

    @Test func `rules that passed have their traces before those that did not`() async throws {
        let rules = (0..<25).map { place in
            var rule = Self.plain(400, field("lines"))
            rule.id = "failed \(place)"
            return rule
        }
        let passing = rule(LeafCondition(field("lines"), .equals, .text("last")), id: "passed")
        let lines = JSONValue.array((0..<49).map { .string(String(repeating: "x", count: 600) + "\($0)") } + ["last"])
        let decisions = await RuleEvaluator(RuleProgram(rules + [passing], types: [post])).decide(
            [try item(["lines": lines])], orgID: "o", traces: .all)
        let traces = decisions[0].results.map { $0.trace?.json }
        let told = traces.last??["conditions"]?[0]?["result"]
        #expect(told?["score"] == "last" && told?["truncated"] == nil)
        #expect(traces.reduce(0) { $0 + ($1?.serializedBytes().count ?? 0) } < 26 * RuleLimits.traceBytesMax)
        #expect(traces[24]?["conditions"]?[0]?["result"]?["truncated"] == true)
    }
}
