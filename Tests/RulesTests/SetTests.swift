import JSON
import Rules
import Testing

struct SetTests {
    /// A leaf that comes to what is wanted on the item `{likes: 1}`.
    static func leaf(_ truth: Truth) -> LeafCondition {
        switch truth {
        case .true: LeafCondition(field("likes"), .equals, .number(1))
        case .false: LeafCondition(field("likes"), .equals, .number(2))
        case .unknown: LeafCondition(field("when"), .equals, .text("never"))
        }
    }

    static func decide(_ set: ConditionSet) throws -> Truth {
        let program = RuleProgram([Rule(id: "r", conditions: set)], types: [post])
        return try #require(ItemEvaluation(program, of: try item(["likes": 1, "when": "2026-01-01"])).decide(0))
    }

    /// By the words of the contract, children all looked at.
    static func expected(_ conjunction: ConditionSet.Conjunction, _ children: [Truth]) -> Truth {
        let trues = children.filter { $0 == .true }.count
        let hasUnknown = children.contains(.unknown)
        return switch conjunction {
        case .and: children.contains(.false) ? .false : hasUnknown ? .unknown : .true
        case .or: trues > 0 ? .true : hasUnknown ? .unknown : .false
        case .xor: trues >= 2 ? .false : hasUnknown ? .unknown : trues == 1 ? .true : .false
        }
    }

    @Test(arguments: ConditionSet.Conjunction.allCases)
    func `up to five children decide a set by three values, in any order`(_ conjunction: ConditionSet.Conjunction) throws {
        for count in 1...5 {
            for number in 0..<[1, 3, 9, 27, 81, 243][count] {
                var rest = number
                let children = (0..<count).map { _ -> Truth in
                    defer { rest /= 3 }
                    return Truth.allCases[rest % 3]
                }
                let set = ConditionSet(conjunction, children.map { .leaf(Self.leaf($0)) })
                #expect(try Self.decide(set) == Self.expected(conjunction, children), "\(children)")
            }
        }
    }

    @Test func `upstream defect: exactly one of three is not an odd number of three`() throws {
        #expect(try Self.decide(ConditionSet(.xor, [.true, .true, .true].map { .leaf(Self.leaf($0)) })) == .false)
    }

    @Test func `what could not be told has not passed`() throws {
        let program = RuleProgram([rule(Self.leaf(.unknown))], types: [post])
        let truth = ItemEvaluation(program, of: try item(["when": "2026-01-01"])).decide(0)
        #expect(truth == .unknown)
        #expect(!RuleResult.passes(.unknown) && RuleResult.passes(.true))
    }

    @Test func `cheap conditions go first, and what is not needed is not asked`() async throws {
        let signals = [
            SignalDescriptor(type: "DEAR", inputs: [.string], output: ScoreType(.boolean), cost: 30),
            SignalDescriptor(type: "CHEAP", inputs: [.string], output: ScoreType(.boolean), cost: 10),
        ]
        func asking(_ type: String) -> Condition { .leaf(LeafCondition(field("text"), signal: SignalChoice(type))) }
        let set = ConditionSet(.and, [asking("DEAR"), asking("CHEAP"), .leaf(LeafCondition(field("likes"), .equals, .number(1)))])
        let program = RuleProgram([Rule(id: "r", conditions: set)], types: [post], signals: signals)
        let runner = ScriptedSignals { _, _ in .scored(.boolean(false), output: nil, matchedValue: nil) }
        let evaluator = RuleEvaluator(program, runner: runner)
        let failing = await evaluator.decide([try item(["text": "a", "likes": 2])], orgID: "o", traces: .all)
        #expect(runner.messages.isEmpty, "the free condition decided")
        guard case .set(.and, let children, let cost, .failed)? = failing[0].results[0].trace else {
            Issue.record("no trace")
            return
        }
        #expect(children.map(\.outcome) == [nil, nil, .failed], "in the order they are written")
        #expect(cost == 40 && children.map(\.cost) == [30, 10, 0])
        _ = await evaluator.decide([try item(["text": "a", "likes": 1])], orgID: "o")
        #expect(runner.messages.map(\.signal) == ["CHEAP"])
    }

    @Test func `a set costs as much as its children together, and one without end goes last`() async throws {
        let signals = [
            SignalDescriptor(type: "A", inputs: [.string], output: ScoreType(.boolean), cost: 3),
            SignalDescriptor(type: "B", inputs: [.string], output: ScoreType(.boolean), cost: 4),
            SignalDescriptor(type: "NEGATIVE", inputs: [.string], output: ScoreType(.boolean), cost: -1),
        ]
        func asking(_ type: String) -> Condition { .leaf(LeafCondition(field("text"), signal: SignalChoice(type))) }
        let set = ConditionSet(
            .or,
            [
                .set(ConditionSet(.or, [asking("NEGATIVE")])), .set(ConditionSet(.or, [asking("A"), asking("A")])),
                .set(ConditionSet(.or, [asking("B")])),
            ])
        let runner = ScriptedSignals { _, _ in .scored(.boolean(false), output: nil, matchedValue: nil) }
        let program = RuleProgram([Rule(id: "r", conditions: set)], types: [post], signals: signals)
        _ = await RuleEvaluator(program, runner: runner).decide([try item(["text": "a"])], orgID: "o")
        #expect(runner.messages.map(\.signal) == ["B", "A", "NEGATIVE"])
    }
}

extension RuleResult {
    static func passes(_ truth: Truth) -> Bool { RuleResult(rule: 0, truth: truth, trace: nil).passed }
}
