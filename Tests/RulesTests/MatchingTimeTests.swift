import JSON
import Rules
import Testing

@Suite(.timeLimit(.minutes(2))) struct MatchingTimeTests {
    private static let text = String(repeating: "0", count: RuleLimits.itemTextBytesMax - 20_000)

    private static func holds(_ words: [String], _ signal: BuiltInSignal = .containsText) -> LeafCondition {
        LeafCondition(field("text"), signal: SignalChoice(signal.rawValue), matchingValues: MatchingValues(strings: words))
    }

    private static func matched(_ leaf: LeafCondition, _ text: String) throws -> String? {
        let evaluation = ItemEvaluation(RuleProgram([rule(leaf)], types: [post]), of: try item(["text": .string(text)]))
        _ = evaluation.decide(0)
        return evaluation.trace(of: 0).json["conditions"]?[0]?["result"]?["matchedValue"]?.stringValue
    }

    @Test(arguments: [1, 3, 8, 9, 20, 200]) func `many needles are found wherever a slow search finds them`(_ count: Int) throws {
        var random = Seeded(UInt64(count))
        let letters = Array("abz é")
        func text(_ length: Int) -> String { String((0..<length).map { _ in letters.randomElement(using: &random) ?? "a" }) }
        for round in 0..<200 {
            let words = (0..<count).map { _ in text(.random(in: 1...7, using: &random)) }
            let hay = text(.random(in: 0...30, using: &random))
            func isIn(_ word: String) -> Bool { hay.utf8.indices.contains { hay.utf8[$0...].starts(with: word.utf8) } }
            let found = try outcome(Self.holds(words), ["text": .string(hay)])
            #expect(found == (words.contains(where: isIn) ? .passed : .failed), "round \(round): \(words) in '\(hay)'")
            #expect(try Self.matched(Self.holds(words), hay) == words.first(where: isIn), "round \(round): the first in the list")
        }
    }

    struct Slow: Sendable, CustomTestStringConvertible {
        let testDescription: String, words: [String]
    }

    @Test(arguments: [
        Slow(testDescription: "one byte again and again", words: ["00000001"]),
        Slow(testDescription: "a long one", words: [String(repeating: "0", count: 16_000) + "1"]),
        Slow(testDescription: "the odd one first", words: ["1" + String(repeating: "0", count: 5_000)]),
        Slow(testDescription: "a few", words: (1...8).map { String(repeating: "0", count: $0 * 1_000) + "1" }),
        Slow(testDescription: "many", words: (1...400).map { String(repeating: "0", count: $0) + "1" }),
    ]) func `a text of nothing but a needle's rarest byte is looked through in time`(_ c: Slow) throws {
        let words = c.words
        let start = ContinuousClock().now
        #expect(try outcome(Self.holds(words), ["text": .string(Self.text)]) == .failed)
        #expect(try outcome(Self.holds(words), ["text": .string(Self.text.dropLast(1) + words[0])]) == .passed)
        #expect(ContinuousClock().now - start < .seconds(20))
    }

    @Test(arguments: [BuiltInSignal.containsText, .containsVariant, .containsRegex])
    func `conditions of an item have a time together, and what it does not suffice for cannot be told`(_ signal: BuiltInSignal) throws {
        let leaves =
            (0..<1_000).map { number -> LeafCondition in
                let letters = String(number, radix: 2).map { $0 == "0" ? "e" : "t" }.joined(separator: " ")
                return Self.holds(["x x x " + letters], signal)
            } + [LeafCondition(field("likes"), .equals, .number(1))]
        let rule = Rule(id: "r", conditions: ConditionSet(.or, leaves.map { .leaf($0) }))
        let program = RuleProgram([rule], types: [post])
        let text = JSONValue.string(String(repeating: "x ", count: signal == .containsRegex ? 20_000 : 150_000) + "zet")
        let evaluation = ItemEvaluation(program, of: try item(["text": text]), time: .milliseconds(100))
        let start = ContinuousClock().now
        #expect(evaluation.decide(0) == .unknown)
        let json = evaluation.trace(of: 0).json
        #expect(ContinuousClock().now - start < .seconds(30))
        #expect(json["result"]?["outcome"] == "ERRORED")
        let results = json["conditions"]?.arrayValue?.compactMap { $0["result"] } ?? []
        #expect(results.contains { $0["outcome"] == "FAILED" })
        #expect(results.contains { $0["outcome"] == "ERRORED" && $0["error"]?["code"] == "condition.too-long" })
        // The next item has its time before it.
        evaluation.take(try item(["text": "short", "likes": 1]))
        #expect(evaluation.decide(0) == .true)
    }

    @Test func `an item's time is not what it waits for`() async throws {
        let signal = SignalDescriptor(type: "SLOW", inputs: [.string], output: ScoreType(.number), cost: 1)
        let asking = LeafCondition(field("text"), signal: SignalChoice("SLOW"), .greaterThan, .number(0))
        let rules = [Rule(id: "r", conditions: ConditionSet(.and, [.leaf(asking), .leaf(Self.holds(["a"], .containsVariant))]))]
        let runner = ScriptedSignals { _, _ in
            try? await Task.sleep(for: .milliseconds(300))
            return .scored(.number(1), output: nil, matchedValue: nil)
        }
        let evaluator = RuleEvaluator(RuleProgram(rules, types: [post], signals: [signal]), runner: runner, itemTime: .milliseconds(250))
        let decisions = await evaluator.decide([try item(["text": "a b"])], orgID: "o")
        #expect(decisions.map { $0.results.map(\.truth) } == [[.true]])
    }

    @Test func `who is no longer waited for decides nothing more`() async throws {
        let rules = [rule(LeafCondition(field("likes"), .equals, .number(1)))]
        let items = try (0..<50).map { try item(["likes": 1], id: "\($0)") }
        let evaluator = RuleEvaluator(RuleProgram(rules, types: [post]))
        let task = Task { () -> [ItemDecision] in
            withUnsafeCurrentTask { $0?.cancel() }
            return await evaluator.decide(items, orgID: "o", traces: .all)
        }
        let decisions = await task.value
        #expect(decisions.count == 50)
        #expect(decisions.allSatisfy { $0.results.map(\.truth) == [.unknown] && $0.results[0].trace == nil })
    }
}
