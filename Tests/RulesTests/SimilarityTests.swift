import JSON
import Rules
import Testing

/// How like texts are, and the signal that says so.
struct SimilarityTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let texts: [String]
        let text: String
        let expected: ClosedRange<Double>
        var nearest: String?
    }

    @Test(arguments: [
        Case(testDescription: "the same", texts: ["free money"], text: "free money", expected: 1...1, nearest: "free money"),
        Case(
            testDescription: "the same in other case, spacing and punctuation", texts: ["Free, money!"], text: "  FREE\n\tmoney...",
            expected: 1...1, nearest: "Free, money!"),
        Case(
            testDescription: "a letter or two differ", texts: ["buy cheap pills now"], text: "Buy cheap pillz now!!", expected: 0.78...0.85,
            nearest: "buy cheap pills now"),
        Case(
            testDescription: "other order", texts: ["buy cheap pills now"], text: "now buy pills cheap", expected: 0.6...0.95,
            nearest: "buy cheap pills now"),
        Case(testDescription: "nothing in common", texts: ["buy cheap pills now"], text: "see you at lunch", expected: 0...0),
        Case(
            testDescription: "a little in common", texts: ["the weather in Oslo"], text: "the price of gold", expected: 0.05...0.35,
            nearest: "the weather in Oslo"),
        Case(
            testDescription: "the nearest of several", texts: ["apples and pears", "free money for all", "free money"], text: "free moneys",
            expected: 0.7...0.95, nearest: "free money"),
        Case(testDescription: "of equally near ones the first", texts: ["AB C", "ab c"], text: "ab c", expected: 1...1, nearest: "AB C"),
        Case(testDescription: "one sign", texts: ["x"], text: "X", expected: 1...1, nearest: "x"),
        Case(testDescription: "other scripts", texts: ["免费领取礼品"], text: "免费领取礼物", expected: 0.5...0.9, nearest: "免费领取礼品"),
        Case(
            testDescription: "umlauts in either case", texts: ["GRÜSSE AUS KÖLN"], text: "grüsse aus köln", expected: 1...1,
            nearest: "GRÜSSE AUS KÖLN"),
        Case(
            testDescription: "a short text in a long one is not near", texts: ["spam"],
            text: String(repeating: "some other words ", count: 20) + "spam", expected: 0.001...0.2, nearest: "spam"),
        Case(testDescription: "nothing is left of the text", texts: ["spam"], text: " ?! ", expected: 0...0),
        Case(testDescription: "repetition is counted", texts: ["ha ha ha ha"], text: "ha", expected: 0.5...0.99, nearest: "ha ha ha ha"),
    ]) func `the score of a text`(_ c: Case) throws {
        let similarity = try #require(TextSimilarity(c.texts))
        let (score, place) = similarity.nearest(to: c.text)
        #expect(c.expected.contains(score), "\(score)")
        #expect(place.map { similarity.texts[$0] } == c.nearest)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func `it is the same both ways round, and between 0 and 1`(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let letters: [Character] = ["a", "b", "c", " ", "é", "!"]
        func text() -> String {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &random) { text.append(letters[Int.random(in: 0..<6, using: &random)]) }
            return text
        }
        for _ in 0..<300 {
            let (a, b) = (text(), text())
            let there = try #require(TextSimilarity([a])).nearest(to: b).score
            let back = try #require(TextSimilarity([b])).nearest(to: a).score
            #expect(abs(there - back) < 1e-12 && (0...1).contains(there), "seed \(seed): '\(a)' '\(b)' \(there) \(back)")
        }
    }

    @Test func `texts with more to compare than the limit are refused, and long values are cut`() throws {
        var random = Seeded(7)
        var scalars = String.UnicodeScalarView()
        for _ in 0..<60_000 {
            let value = UInt32.random(in: 0x4E00..<0x9000, using: &random)
            if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
        }
        let long = String(scalars)
        #expect(TextSimilarity(Array(repeating: long, count: 16)) != nil)
        #expect(TextSimilarity(Array(repeating: long, count: 40)) == nil)
        let endless = String(repeating: "spam and eggs ", count: 80_000)
        let start = ContinuousClock.now
        let (score, _) = try #require(TextSimilarity([String(repeating: "spam and eggs ", count: 5)])).nearest(to: endless)
        #expect(score > 0.95)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    struct LeafCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let leaf: LeafCondition
        let data: JSONValue
        let expected: Outcome
    }

    private static func leaf(
        _ comparator: Comparator?, _ threshold: Score?, of input: ConditionInput = field("text"), _ texts: [String] = ["free money"]
    ) -> LeafCondition {
        LeafCondition(
            input, signal: SignalChoice("TEXT_SIMILARITY_SCORE"), matchingValues: MatchingValues(strings: texts), comparator, threshold)
    }

    @Test(arguments: [
        LeafCase(testDescription: "near enough", leaf: leaf(.greaterThan, .number(0.8)), data: ["text": "free money!"], expected: .passed),
        LeafCase(testDescription: "not near enough", leaf: leaf(.greaterThan, .number(0.8)), data: ["text": "lunch"], expected: .failed),
        LeafCase(testDescription: "a threshold as text", leaf: leaf(.lessThan, .text("0.1")), data: ["text": "lunch"], expected: .passed),
        LeafCase(
            testDescription: "without a comparator anything in common", leaf: leaf(nil, nil), data: ["text": "free"], expected: .passed),
        LeafCase(
            testDescription: "without a comparator nothing in common", leaf: leaf(nil, nil), data: ["text": "lunch"], expected: .failed),
        LeafCase(
            testDescription: "any value of a list", leaf: leaf(.greaterThan, .number(0.9), of: field("lines")),
            data: ["lines": ["lunch", "FREE money"]], expected: .passed),
        LeafCase(testDescription: "a score was had", leaf: leaf(.isUnavailable, nil), data: ["text": "lunch"], expected: .failed),
        LeafCase(testDescription: "there is no text", leaf: leaf(.lessThan, .number(1)), data: [:], expected: .inapplicable),
        LeafCase(
            testDescription: "a number is no text", leaf: leaf(.lessThan, .number(1), of: field("likes")), data: ["likes": 1],
            expected: .errored),
        LeafCase(
            testDescription: "no texts to compare with", leaf: leaf(.lessThan, .number(1), []), data: ["text": "x"], expected: .errored),
        LeafCase(
            testDescription: "nothing is left of them", leaf: leaf(.lessThan, .number(1), ["!?"]), data: ["text": "x"], expected: .errored),
    ]) func `a condition on similarity`(_ c: LeafCase) throws {
        #expect(try outcome(c.leaf, c.data) == c.expected)
    }

    @Test func `the trace tells the score and the nearest text, also of a bank`() async throws {
        var banks = Banks()
        banks.texts["scams"] = ["double your coins", "Free Money"]
        let leaf = LeafCondition(
            field("text"), signal: SignalChoice("TEXT_SIMILARITY_SCORE"), matchingValues: MatchingValues(textBankIDs: ["scams"]), .lessThan,
            .number(0.5))
        let program = RuleProgram([rule(leaf)], types: [post], banks: banks)
        let decision = await RuleEvaluator(program).decide([try item(["text": "free money"])], orgID: "o", traces: .all)
        let told = decision[0].results[0].trace?.json["conditions"]?[0]
        #expect(told?["result"]?["score"] == "1" && told?["result"]?["matchedValue"] == "Free Money" && told?["cost"] == 5)
        #expect(decision[0].signalRuns == 0)
    }
}
