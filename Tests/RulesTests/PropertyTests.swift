import JSON
import Rules
import Testing

/// Random rules over random items, beside an evaluator that takes no short cut: no compiling, no order, no memory, every child looked at.
struct PropertyTests {
    private static let words = ["alpha", "beta", "gamma", "Alpha beta", "", "7", "false"]

    private static func data(_ random: inout Seeded) -> JSONValue {
        var data = JSONObject()
        func word() -> JSONValue { .string(words.randomElement(using: &random) ?? "") }
        if Bool.random(using: &random) { data["text"] = word() }
        if Bool.random(using: &random) { data["likes"] = .int(.random(in: 0...3, using: &random)) }
        if Bool.random(using: &random) { data["isNew"] = .bool(.random(using: &random)) }
        if Bool.random(using: &random) { data["lines"] = .array((0..<Int.random(in: 0...3, using: &random)).map { _ in word() }) }
        return .object(data)
    }

    private static func leaf(_ random: inout Seeded) -> LeafCondition {
        let name = ["text", "likes", "isNew", "lines"].randomElement(using: &random) ?? "text"
        let comparator = (Comparator.allCases + [nil]).randomElement(using: &random) ?? nil
        if comparator == .isNotProvided { return LeafCondition(field(name), comparator) }
        let thresholds: [Score] = [.number(1), .number(2), .text("alpha"), .text("true"), .text("2"), .boolean(false)]
        let threshold = comparator?.needsThreshold == true ? thresholds.randomElement(using: &random) : nil
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return LeafCondition(
                field(name), signal: SignalChoice(BuiltInSignal.containsText.rawValue),
                matchingValues: MatchingValues(strings: ["ALPHA", "7"]),
                comparator, threshold)
        case 1:
            return LeafCondition(field(name), signal: SignalChoice(["S", "T"].randomElement(using: &random) ?? "S"), comparator, threshold)
        default: return LeafCondition(field(name), comparator, threshold)
        }
    }

    private static func set(_ random: inout Seeded, depth: Int) -> ConditionSet {
        let conjunction = ConditionSet.Conjunction.allCases.randomElement(using: &random) ?? .and
        let isLeaves = depth == 0 || Int.random(in: 0..<3, using: &random) == 0
        let count = Int.random(in: 1...4, using: &random)
        return ConditionSet(
            conjunction, (0..<count).map { _ in isLeaves ? .leaf(leaf(&random)) : .set(set(&random, depth: depth - 1)) })
    }

    /// What the signals of the test say: `S` a length, or nothing of a word with a g; `T` that a text is short.
    @Sendable private static func answer(_ signal: String, _ text: String) -> SignalRun {
        if text.contains("g") { return .unavailable(.failed, "A g.") }
        return signal == "S"
            ? .scored(.number(Double(text.count % 4)), output: nil, matchedValue: nil)
            : .scored(.boolean(text.count < 6), output: nil, matchedValue: nil)
    }

    private static let signals = [
        SignalDescriptor(type: "S", inputs: [.string], output: ScoreType(.number), cost: 3),
        SignalDescriptor(type: "T", inputs: [.string], output: ScoreType(.boolean), cost: 2),
    ]

    // MARK: - The naive evaluator

    private static func truth(_ set: ConditionSet, _ data: JSONValue) -> Truth {
        SetTests.expected(
            set.conjunction,
            set.conditions.map { condition in
                switch condition {
                case .leaf(let leaf): naive(leaf, data).truth
                case .set(let inner): truth(inner, data)
                }
            })
    }

    private static func naive(_ leaf: LeafCondition, _ data: JSONValue) -> Outcome {
        guard case .field(let name, _) = leaf.input else { return .inapplicable }
        let values = data[name].map { $0.arrayValue ?? [$0] } ?? []
        if leaf.comparator == .isNotProvided { return values.isEmpty ? .passed : .failed }
        if values.isEmpty { return .inapplicable }
        let scalar: Scalar = name == "likes" ? .number : name == "isNew" ? .boolean : .string
        let results = values.map { value -> (Outcome, scored: Bool) in
            guard let (score, type) = score(leaf, value, scalar) else {
                return (leaf.comparator == .isUnavailable ? .passed : .errored, false)
            }
            if leaf.comparator == .isUnavailable { return (.failed, true) }
            return (judge(score, type, leaf.comparator, leaf.threshold), true)
        }
        if results.contains(where: { $0.0 == .passed }) { return .passed }
        return (results.first { $0.scored } ?? results[0]).0
    }

    /// Nil: none can be had.
    private static func score(_ leaf: LeafCondition, _ value: JSONValue, _ scalar: Scalar) -> (JSONValue, Scalar)? {
        guard let signal = leaf.signal?.type else { return (value, scalar) }
        guard scalar == .string, let text = value.stringValue else { return nil }
        if signal == BuiltInSignal.containsText.rawValue {
            return (.bool(text.lowercased().contains("alpha") || text.contains("7")), .boolean)
        }
        guard case .scored(let score, _, _) = answer(signal, text) else { return nil }
        return (score.json, signal == "S" ? .number : .boolean)
    }

    private static func judge(_ score: JSONValue, _ type: Scalar, _ comparator: Comparator?, _ threshold: Score?) -> Outcome {
        guard let comparator, let threshold else {
            return score == false || score == "" || score.doubleValue == 0 ? .failed : .passed
        }
        var sign: Int?
        if type == .boolean {
            let wanted: Bool
            switch threshold {
            case .boolean(let flag): wanted = flag
            case .number(let number): wanted = number != 0
            case .text(let text):
                guard text == "true" || text == "false" else { return .errored }
                wanted = text == "true"
            }
            sign = (score == true ? 1 : 0) - (wanted ? 1 : 0)
        } else if let a = score.stringValue, case .text(let b) = threshold {
            sign = a < b ? -1 : a > b ? 1 : 0
        } else {
            func number(_ text: String) -> Double? { text.isEmpty ? 0 : Double(text) }
            let a = score.stringValue.map(number) ?? score.doubleValue
            let b: Double? =
                switch threshold {
                case .number(let number): number
                case .boolean(let flag): flag ? 1 : 0
                case .text(let text): number(text)
                }
            if let a, let b { sign = a < b ? -1 : a > b ? 1 : 0 }
        }
        let holds =
            switch comparator {
            case .equals: sign == 0
            case .notEqualTo: sign != 0
            case .lessThan: sign == -1
            case .lessThanOrEquals: sign == -1 || sign == 0
            case .greaterThan: sign == 1
            case .greaterThanOrEquals: sign == 1 || sign == 0
            case .isUnavailable, .isNotProvided: false
            }
        return holds ? .passed : .failed
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `compiled rules say what a naive evaluator says`(_ seed: UInt64) async throws {
        var random = Seeded(seed)
        let rules = (0..<30).map { Rule(id: "\($0)", conditions: Self.set(&random, depth: .random(in: 0...4, using: &random))) }
        let runner = ScriptedSignals { Self.answer($0, $1["value"]?["value"]?.stringValue ?? "") }
        let evaluator = RuleEvaluator(RuleProgram(rules, types: [post], signals: Self.signals), runner: runner)
        let datas = (0..<40).map { _ in Self.data(&random) }
        let items = try datas.enumerated().map { try item($1, id: "\($0)") }
        let decisions = await evaluator.decide(items, orgID: "o", traces: .all)
        for (data, decision) in zip(datas, decisions) {
            for (rule, result) in zip(rules, decision.results) {
                #expect(result.truth == Self.truth(rule.conditions, data), "\(rule.conditions.json) on \(data)")
                #expect(result.trace?.outcome == result.truth.outcome)
            }
        }
        let asked = runner.messages.flatMap { message in
            message.inputs.map { "\(message.signal) \($0["contentId"] ?? "") \($0["value"] ?? "")" }
        }
        #expect(Set(asked).count == asked.count, "no question twice")
    }

    @Test func `an evaluation that is taken again knows nothing of the item before`() throws {
        var random = Seeded(77)
        let rules = (0..<50).map { Rule(id: "\($0)", conditions: Self.set(&random, depth: 2)) }
        let program = RuleProgram(rules, types: [post])
        let items = try (0..<60).map { try item(Self.data(&random), id: "\($0)") }
        let again = ItemEvaluation(program, of: items[0])
        for item in items {
            again.take(item)
            let fresh = ItemEvaluation(program, of: item)
            for place in rules.indices { #expect(again.decide(place) == fresh.decide(place)) }
        }
    }
}
