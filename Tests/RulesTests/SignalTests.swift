import JSON
import Rules
import Synchronization
import Testing

/// Leaves that ask signals outside.
struct SignalTests {
    static let number = SignalDescriptor(
        type: "NUMBER", inputs: [.string, .image], takesFullItem: true, output: ScoreType(.number), cost: 5)

    static func decide(
        _ leaf: LeafCondition, _ data: JSONValue, signals: [SignalDescriptor] = [number], time: Duration = .seconds(5),
        _ answer: @escaping @Sendable (JSONValue) async -> SignalRun
    ) async throws -> LeafTrace {
        let program = RuleProgram([rule(leaf)], types: [post], signals: signals)
        let evaluator = RuleEvaluator(program, runner: ScriptedSignals { await answer($1) }, signalTime: time)
        let decision = await evaluator.decide([try item(data)], orgID: "o", traces: .all)
        guard case .set(_, let children, _, _)? = decision[0].results[0].trace, case .leaf(_, _, let trace?) = children[0] else {
            throw Incomplete()
        }
        return trace
    }

    private struct Incomplete: Error {}

    static func asking(_ comparator: Comparator? = nil, _ threshold: Score? = nil, of input: ConditionInput = field("lines"))
        -> LeafCondition
    {
        LeafCondition(input, signal: SignalChoice("NUMBER"), comparator, threshold)
    }

    /// Answers by the text of the value: a number is the score, anything else a failure with that sentence.
    @Sendable static func byText(_ input: JSONValue) -> SignalRun {
        let text = input["value"]?["value"]?.stringValue ?? ""
        if let number = Double(text) { return .scored(.number(number), output: nil, matchedValue: nil) }
        return .unavailable(.failed, text)
    }

    @Test(arguments: [
        (["1", "9"], Outcome.passed), (["9", "1"], .passed), (["1", "2"], .failed), (["bad", "1"], .failed), (["1", "bad"], .failed),
        (["bad", "worse"], .errored), (["bad", "9"], .passed), (["nan"], .failed),
    ])
    func `upstream defect: whether any value passes depends on their order`(_ lines: [String], _ expected: Outcome) async throws {
        let data: JSONValue = ["lines": .array(lines.map { .string($0) })]
        #expect(try await Self.decide(Self.asking(.greaterThan, .number(5)), data) { Self.byText($0) }.outcome == expected)
    }

    @Test(arguments: [
        (["1"], Outcome.failed), (["0"], .failed), (["bad"], .passed), (["1", "bad"], .passed),
    ])
    func `upstream defect: IS_UNAVAILABLE passes where a score was had`(_ lines: [String], _ expected: Outcome) async throws {
        let data: JSONValue = ["lines": .array(lines.map { .string($0) })]
        #expect(try await Self.decide(Self.asking(.isUnavailable), data) { Self.byText($0) }.outcome == expected)
    }

    @Test(arguments: SignalRun.Reason.allCases)
    func `whatever the reason that there is no score, it is told, and IS_UNAVAILABLE passes`(_ reason: SignalRun.Reason) async throws {
        let data: JSONValue = ["lines": ["x"]]
        let trace = try await Self.decide(Self.asking(.equals, .number(1)), data) { _ in .unavailable(reason, "Because.") }
        #expect(trace.outcome == .errored)
        #expect(trace.json["error"] == ["code": .string(reason.rawValue), "message": "Because."])
        #expect(try await Self.decide(Self.asking(.isUnavailable), data) { _ in .unavailable(reason, "Because.") }.outcome == .passed)
    }

    @Test func `a signal that is not loaded, upstream's own ones included, is told as missing`() async throws {
        for type in ["NOWHERE", "OPEN_AI_HATE"] {
            let leaf = LeafCondition(field("text"), signal: SignalChoice(type), .isUnavailable)
            let program = RuleProgram(
                [rule(leaf)], types: [post],
                signals: [SignalDescriptor(type: type == "NOWHERE" ? "NOWHERES" : type, inputs: [.string], output: ScoreType(.number))])
            #expect(program.missingSignals(of: 0) == [type])
            #expect(program.findings.map(\.code) == ["rule.missing-signal"])
            #expect(ItemEvaluation(program, of: try item(["text": "a"])).decide(0) == .true)
        }
    }

    @Test func `a score is compared by the type that came with it, and ordered texts by their place`() async throws {
        let levels = ScoreType(.string, values: ["LOW", "MEDIUM", "HIGH"], isOrdered: true)
        let data: JSONValue = ["lines": ["x"]]
        for (score, expected) in [("LOW", Outcome.failed), ("HIGH", .passed), ("NONE", .errored)] {
            let trace = try await Self.decide(Self.asking(.greaterThanOrEquals, .text("MEDIUM")), data) { _ in
                .scored(.text(score), output: levels, matchedValue: "m")
            }
            #expect(trace.outcome == expected, "\(score)")
            #expect(trace.json["matchedValue"] == "m")
        }
        let strange = try await Self.decide(Self.asking(.equals, .text("MIDDLE")), data) { _ in
            .scored(.text("LOW"), output: levels, matchedValue: nil)
        }
        #expect(strange.json["error"]?["code"] == "condition.incomparable")
    }

    @Test func `a signal is asked with what the contract names`() async throws {
        let signal = SignalDescriptor(
            type: "S", inputs: [.string], takesFullItem: true, output: ScoreType(.number), needsMatchingValues: true,
            needsActionPenalties: true)
        func leaf(_ input: ConditionInput) -> LeafCondition {
            LeafCondition(
                input, signal: SignalChoice("S", subcategory: "sub", arguments: ["a": 1]),
                matchingValues: MatchingValues(strings: ["x"], textBankIDs: ["bank"]))
        }
        var banks = Banks()
        banks.texts = ["bank": ["y"]]
        let penalties: [JSONValue] = [["actionId": "a", "policyId": "p", "penalties": [1]]]
        let rules = [rule(leaf(field("text"))), rule(leaf(.fullItem(typeIDs: nil)))]
        let program = RuleProgram(rules, types: [post], signals: [signal], banks: banks, penalties: penalties)
        let runner = ScriptedSignals { _, _ in .scored(.number(1), output: nil, matchedValue: nil) }
        let about = try item(["text": "a", "spectrum_context_id": "ctx", "owner": ["id": "u", "typeId": "user"]], id: "i")
        _ = await RuleEvaluator(program, runner: runner).decide([about], orgID: "org")
        #expect(runner.messages.count == 1, "both questions in one message")
        #expect(
            runner.messages[0].inputs[0] == [
                "signal": ["type": "S"], "value": ["type": "STRING", "value": "a"], "matchingValues": ["x", "y"],
                "actionPenalties": .array(penalties), "subcategory": "sub", "args": ["a": 1], "orgId": "org", "contentId": "i",
                "userId": "u",
                "contentType": "Post", "contextId": "ctx",
            ])
        #expect(runner.messages[0].inputs[1]["value"] == ["itemType": post.json, "data": about.data])
    }

    @Test func `one value is asked about once, whatever rules and fields it stands in`() async throws {
        let rules = [
            rule(Self.asking(.greaterThan, .number(5), of: field("text")), id: "a"),
            rule(Self.asking(.lessThan, .number(5), of: field("title")), id: "b"),
            rule(Self.asking(.equals, .number(7), of: .gathered(.allText)), id: "c"), rule(Self.asking(of: field("lines")), id: "d"),
        ]
        let runner = ScriptedSignals { Self.byText($1) }
        let evaluator = RuleEvaluator(RuleProgram(rules, types: [post], signals: [Self.number]), runner: runner)
        let decisions = await evaluator.decide(
            [try item(["text": "7", "title": "7"]), try item(["lines": ["7", "7", "8"]], id: "2")], orgID: "o")
        #expect(runner.questions == 2 + 3, "'7' and '7 7' of the one; '7', '8' and '7 7 8' of the other")
        #expect(runner.messages.count == 1)
        #expect(decisions[0].results.map(\.truth) == [.true, .false, .unknown, .false])
        #expect(decisions[1].results.map(\.truth) == [.false, .false, .unknown, .true])
    }

    @Test func `questions of many items go out in messages of the limit`() async throws {
        let runner = ScriptedSignals { _, _ in .scored(.number(1), output: nil, matchedValue: nil) }
        let evaluator = RuleEvaluator(
            RuleProgram([rule(Self.asking(of: field("text")))], types: [post], signals: [Self.number]), runner: runner)
        let items = try (0..<600).map { try item(["text": .string("\($0)")], id: "\($0)") }
        let decisions = await evaluator.decide(items, orgID: "o")
        #expect(runner.messages.map(\.inputs.count).sorted() == [88, 256, 256])
        #expect(decisions.count == 600 && decisions.allSatisfy { $0.results[0].passed })
    }

    @Test(.timeLimit(.minutes(1))) func `a signal that never answers costs its own leaf and no more than its time`() async throws {
        let slow = SignalDescriptor(type: "SLOW", inputs: [.string], output: ScoreType(.number), cost: 1)
        let rules = [
            rule(LeafCondition(field("text"), signal: SignalChoice("SLOW"), .greaterThan, .number(0)), id: "slow"),
            rule(Self.asking(.equals, .number(7), of: field("text")), id: "good"),
        ]
        let never = AsyncStream<Void>.makeStream()
        defer { never.continuation.finish() }
        let runner = ScriptedSignals { type, input in
            // Heeds no cancellation: it waits in a task of its own.
            if type == "SLOW" { await Task.detached { for await _ in never.stream {} }.value }
            return Self.byText(input)
        }
        let program = RuleProgram(rules, types: [post], signals: [slow, Self.number])
        // It answers no earlier than the end of this test, so that there is a decision at all says that nobody waited for it.
        let decision = await RuleEvaluator(program, runner: runner, signalTime: .milliseconds(100)).decide(
            [try item(["text": "7"])], orgID: "o", traces: .all)[0]
        #expect(decision.results.map(\.truth) == [.unknown, .true])
        #expect(decision.results[0].trace?.json["conditions"]?[0]?["result"]?["error"]?["code"] == "condition.signal-timed-out")
    }

    @Test func `too few answers are none`() async throws {
        struct Short: SignalRunning {
            func run(_ batch: SignalBatch) async -> [SignalRun] { [] }
        }
        let program = RuleProgram([rule(Self.asking(of: field("text")))], types: [post], signals: [Self.number])
        let decision = await RuleEvaluator(program, runner: Short()).decide([try item(["text": "7"])], orgID: "o")
        #expect(decision[0].results[0].truth == .unknown)
        let nobody = await RuleEvaluator(program).decide([try item(["text": "7"])], orgID: "o")
        #expect(nobody[0].results[0].truth == .unknown)
    }
}
