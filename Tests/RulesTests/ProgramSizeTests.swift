import JSON
import Patterns
import Rules
import Testing

struct ProgramSizeTests {
    private static func words(_ range: Range<Int>) -> [String] { range.map { "w\($0)" } }

    private static func holds(_ values: MatchingValues, _ input: ConditionInput = field("text"), _ comparator: Comparator? = nil)
        -> LeafCondition
    {
        LeafCondition(
            input, signal: SignalChoice(BuiltInSignal.containsText.rawValue), matchingValues: values, comparator,
            comparator.map { _ in .text("true") })
    }

    private static func with(_ signal: BuiltInSignal, _ values: MatchingValues, _ threshold: Score = .number(1)) -> LeafCondition {
        LeafCondition(field("text"), signal: SignalChoice(signal.rawValue), matchingValues: values, .equals, threshold)
    }

    private static func any(_ leaves: [LeafCondition], id: String = "rule") -> Rule {
        Rule(id: id, conditions: ConditionSet(.or, leaves.map { .leaf($0) }))
    }

    private static func told(_ program: RuleProgram, _ data: JSONValue) throws -> TraceNode {
        let evaluation = ItemEvaluation(program, of: try item(data))
        _ = evaluation.decide(0)
        return evaluation.trace(of: 0)
    }

    @Test func `a bank that is named many times is there once`() throws {
        var banks = Banks()
        banks.texts["b"] = Self.words(0..<1_000)
        let often = MatchingValues(textBankIDs: Array(repeating: "b", count: RuleLimits.matchingValuesMax))
        let leaves = [field("text"), field("title"), field("lines")].flatMap { input in
            [nil, .equals, .notEqualTo].map { Self.holds(often, input, $0) }
        }
        let program = RuleProgram([Self.any(leaves)], types: [post], banks: banks)
        #expect(program.findings.isEmpty)
        #expect(program.size.leaves == leaves.count && program.size.slots == 3)
        #expect(program.size.values == 1_000)
        #expect(ItemEvaluation(program, of: try item(["lines": ["x", "a w999"]])).decide(0) == .true)
    }

    @Test func `conditions that compare with too much are broken, and the others stand`() throws {
        var banks = Banks()
        for bank in 0..<3 { banks.texts["b\(bank)"] = Self.words(bank * 70_000..<(bank + 1) * 70_000) }
        let tooMuch = Self.holds(MatchingValues(textBankIDs: ["b0", "b1", "b2"]))
        let program = RuleProgram([Self.any([tooMuch, Self.holds(MatchingValues(strings: ["fine"]))])], types: [post], banks: banks)
        #expect(program.findings.map(\.code) == ["rule.too-large"] && program.findings.first?.severity == .error)
        #expect(program.findings.first?.pointer.description == "/0/conditionSet/conditions/0/matchingValues")
        let node = try Self.told(program, ["text": "w1"])
        #expect(node.outcome == .errored)
        #expect(node.json["conditions"]?[0]?["result"]?["error"]?["code"] == "condition.too-large")
        #expect(try Self.told(program, ["text": "fine"]).outcome == .passed)
        #expect(program.size.values == 1)
    }

    @Test func `texts of too many bytes are too much`() throws {
        let long = (0..<RuleLimits.leafValueBytesMax / RuleLimits.textBytesMax + 1).map { place in
            String(repeating: "x", count: RuleLimits.textBytesMax - 4) + "\(place + 1_000)"
        }
        #expect(RuleProgram([Self.any([Self.holds(MatchingValues(strings: long))])]).findings.map(\.code) == ["rule.too-large"])
    }

    @Test func `a program takes lists until there are too many, and one that fits is still taken`() {
        var banks = Banks()
        for bank in 0..<6 { banks.texts["b\(bank)"] = Self.words(bank * 90_000..<(bank + 1) * 90_000) }
        let rules = (0..<6).map { Self.any([Self.holds(MatchingValues(textBankIDs: ["b\($0)"]))], id: "r\($0)") }
        let small = Self.any([Self.holds(MatchingValues(strings: ["a"]))], id: "small")
        let check = RuleCheck(banks: banks)
        let together = check.check(rules + [small])
        #expect(together.findings.map { "\($0.code) \($0.pointer.tokens.first ?? "")" } == ["rule.too-large 5"])
        #expect(together.size.values == 5 * 90_000 + 1)
        // Each alone is as it should be.
        for rule in rules { #expect(check.check(rule).findings.isEmpty) }
    }

    @Test func `conditions beyond what a program may have take no room for each item`() throws {
        let count = RuleLimits.programLeavesMax + 10
        let leaves = (0..<count).map { LeafCondition(field("likes"), .equals, .number(Double($0))) }
        let program = RuleProgram([Self.any(leaves)], types: [post])
        #expect(program.size.leaves == RuleLimits.programLeavesMax)
        #expect(program.findings.count == 10 && program.findings.allSatisfy { $0.code == "rule.too-large" })
        let evaluation = ItemEvaluation(program, of: try item(["likes": .int(Int64(count - 1))]))
        #expect(evaluation.decide(0) == .unknown)
        #expect(evaluation.evaluatedCount == RuleLimits.programLeavesMax + 1)
    }

    @Test func `inputs beyond what a program may have are refused alone`() {
        let leaves = (0..<RuleLimits.programSlotsMax + 1).map { LeafCondition(.field(name: "f\($0)", typeID: "post"), .equals, .number(1)) }
        let check = RuleCheck().check(Self.any(leaves + [LeafCondition(field("f1"), .equals, .number(2))]))
        #expect(check.findings.map(\.pointer.description) == ["/0/conditionSet/conditions/\(RuleLimits.programSlotsMax)"])
    }

    @Test func `what is made of texts and patterns counts by the memory it takes`() throws {
        // Groups that repeat are written out by the compiler of patterns: a few bytes come to many.
        let greedy = (0..<3).map { "(?:[a-f]{1,90}x\($0)y){1,50}" }
        let bytes = try greedy.reduce(0) { $0 + (try Pattern($1, ignoringCase: true).memoryBytes) }
        #expect(bytes > greedy.joined().utf8.count * 20)
        var banks = Banks()
        banks.texts["greedy"] = greedy
        let rule = Self.any([Self.with(.containsRegex, MatchingValues(textBankIDs: ["greedy"]))])
        #expect(RuleCheck(banks: banks).check(rule).size.memoryBytes == bytes)
        #expect(RuleProgram([rule], banks: banks).size.memoryBytes == bytes)
        #expect(ProgramSize(memoryBytes: RuleLimits.programMemoryBytesMax + 1).excess?.contains("memory") == true)

        // Texts are prepared for each manner of looking, and each counts.
        for bank in ["a", "b"] {
            banks.texts[bank] = (0..<500).map { "\(bank)\($0)" + String(repeating: "x", count: RuleLimits.textBytesMax - 10) }
        }
        func looking(_ signals: [(BuiltInSignal, String)]) -> RuleCheck.Result {
            let leaves = signals.map { Self.with($0.0, MatchingValues(textBankIDs: [$0.1])) }
            return RuleCheck(banks: banks).check([Self.any(leaves)])
        }
        let plain = looking([(.containsText, "a"), (.containsNoText, "a"), (.containsText, "b")])
        #expect(plain.findings.isEmpty && plain.size.memoryBytes > plain.size.valueBytes * 10)
        let both = looking([(.containsText, "a"), (.containsText, "b"), (.containsVariant, "a")])
        #expect(both.findings.map(\.pointer.description) == ["/0/conditionSet/conditions/2/matchingValues"])
    }

    @Test func `an index of trigrams counts by what it holds, made or only looked at`() throws {
        var banks = Banks()
        banks.texts["b"] = (0..<500).map { "the text of number \($0 * 7919)" }
        let rule = Self.any([Self.with(.textSimilarity, MatchingValues(textBankIDs: ["b"]))])
        let program = RuleProgram([rule], types: [post], banks: banks)
        #expect(program.size.memoryBytes > 500 * 20 * 20)
        #expect(RuleCheck(banks: banks).check(rule).size == program.size)
        // However many conditions compare with it, it is made once.
        let often = (0..<5).map { Self.with(.textSimilarity, MatchingValues(textBankIDs: ["b"]), .number(Double($0))) }
        #expect(RuleProgram([Self.any(often)], types: [post], banks: banks).size.memoryBytes == program.size.memoryBytes)
    }

    @Test func `what looking at rules takes does not grow with how many name a bank`() {
        var banks = Banks()
        banks.texts["b"] = (0..<8_000).map { "the text of number \($0) and \($0 * 7919)" }
        let signals: [BuiltInSignal] = [.textSimilarity, .containsText, .containsVariant]
        let rules = (0..<90).map { place in
            Self.any([Self.with(signals[place % 3], MatchingValues(textBankIDs: ["b"]), .number(Double(place)))], id: "r\(place)")
        }
        let check = RuleCheck(banks: banks)
        let clock = ContinuousClock()
        let first = clock.measure { for rule in rules.prefix(3) { #expect(check.check(rule).findings.isEmpty) } }
        let others = clock.measure { for rule in rules.dropFirst(3) { #expect(check.check(rule).findings.isEmpty) } }
        #expect(others < first, "looking at three took \(first), at \(rules.count - 3) more \(others)")
        #expect(check.check(rules).size.values == 8_000)
    }

    @Test func `what is only looked at says the same as what is compiled`() {
        let conditions: [LeafCondition] = [
            Self.holds(MatchingValues(textBankIDs: ["none"])), Self.holds(MatchingValues(strings: [])),
            LeafCondition(field("text"), signal: SignalChoice("TOXICITY"), .greaterThan, .number(1)),
            LeafCondition(
                field("text"), signal: SignalChoice(BuiltInSignal.containsRegex.rawValue),
                matchingValues: MatchingValues(strings: ["a", "("])),
            LeafCondition(
                field("title"), signal: SignalChoice(BuiltInSignal.containsRegex.rawValue),
                matchingValues: MatchingValues(strings: ["a", "("])),
            LeafCondition(field("picture"), signal: SignalChoice(BuiltInSignal.imageMatches.rawValue)),
            LeafCondition(field("place"), signal: SignalChoice(BuiltInSignal.geoContainedWithin.rawValue)),
            Self.with(.containsVariant, MatchingValues(strings: ["\u{200B}"])), Self.with(.textSimilarity, MatchingValues(strings: ["!?"])),
            Self.with(.textSimilarity, MatchingValues(textBankIDs: ["endless"])),
            Self.with(.containsRegex, MatchingValues(textBankIDs: ["brackets"])),
        ]
        var banks = Banks()
        banks.texts["endless"] = (0..<70).map { bank in
            String(String.UnicodeScalarView((0..<15_000).compactMap { Unicode.Scalar(0x4E00 + (bank * 131 + $0) % 20_000) }))
        }
        banks.texts["brackets"] = ["a", "[", "("]
        let program = RuleProgram([Self.any(conditions)], banks: banks)
        let check = RuleCheck(banks: banks).check(Self.any(conditions))
        #expect(program.findings.count == conditions.count)
        #expect(check.findings == program.findings)
        #expect(check.missingSignals == ["TOXICITY"] && program.missingSignals(of: 0) == ["TOXICITY"])
    }
}
