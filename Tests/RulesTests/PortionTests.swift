import JSON
import Rules
import Testing

struct PortionTests {
    private static let text = String(repeating: "0", count: RuleLimits.itemTextBytesMax - 20_000)

    @Test func `large rules and large items are decided a few at a time`() throws {
        let slots = (0..<5_000).map { LeafCondition(.field(name: "f\($0)", typeID: "post"), .equals, .number(1)) }
        let small = try (0..<300).map { try item(["likes": 1], id: "\($0)") }
        let big = try (0..<300).map { try item(["text": .string(Self.text)], id: "\($0)") }
        let plain = RuleProgram([rule(LeafCondition(field("likes"), .equals, .number(1)))], types: [post])
        let many = RuleProgram([Rule(id: "r", conditions: ConditionSet(.or, slots.map { .leaf($0) }))], types: [post])
        #expect(plain.portions(of: small) == [0..<300])
        #expect(plain.portions(of: []).isEmpty)
        for portions in [many.portions(of: small), plain.portions(of: big), many.portions(of: big)] {
            #expect(portions.count > 1 && portions.allSatisfy { !$0.isEmpty })
            #expect(portions.flatMap { Array($0) } == Array(0..<300))
        }
        #expect(plain.portions(of: big).allSatisfy { $0.count * Self.text.utf8.count * 4 <= RuleLimits.portionBytesMax })
    }

    @Test func `what is decided a few at a time is decided the same`() async throws {
        let signal = SignalDescriptor(type: "LENGTH", inputs: [.string], output: ScoreType(.number), cost: 1)
        let rules = [rule(LeafCondition(field("title"), signal: SignalChoice("LENGTH"), .equals, .number(2)))]
        let runner = ScriptedSignals { _, input in
            .scored(.number(Double(input["value"]?["value"]?.stringValue?.count ?? 0)), output: nil, matchedValue: nil)
        }
        let program = RuleProgram(rules, types: [post], signals: [signal])
        let items = try (0..<40).map { place in
            try item(["text": .string(Self.text), "title": .string(place % 3 == 0 ? "ab" : "c")], id: "\(place)")
        }
        #expect(program.portions(of: items).count > 1)
        let decisions = await RuleEvaluator(program, runner: runner).decide(items, orgID: "o")
        #expect(decisions.map(\.itemID) == items.map(\.id))
        #expect(decisions.map { $0.results[0].passed } == (0..<40).map { $0 % 3 == 0 })
    }
}
