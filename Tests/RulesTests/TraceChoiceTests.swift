import JSON
import Rules
import Testing

/// Which rules are told why, where there are too many to tell of all.
struct TraceChoiceTests {
    private static let asks = LeafCondition(field("text"), signal: SignalChoice("NUMBER"), .greaterThan, .number(5))
    private static let likes = LeafCondition(field("likes"), .greaterThan, .number(5))

    private static func all(_ id: String, _ leaves: [LeafCondition]) -> Rule {
        Rule(id: id, conditions: ConditionSet(.and, leaves.map { .leaf($0) }))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let leaves: [LeafCondition]
        let data: JSONValue
        let isTold: Bool
    }

    @Test(arguments: [
        Case(testDescription: "failed without asking", leaves: [likes], data: ["text": "1", "likes": 1], isTold: false),
        Case(testDescription: "passed without asking", leaves: [likes], data: ["text": "1", "likes": 9], isTold: true),
        Case(testDescription: "failed by an answer", leaves: [asks], data: ["text": "1"], isTold: true),
        Case(testDescription: "could not be told", leaves: [asks], data: ["text": "bad"], isTold: true),
        Case(testDescription: "failed before it asked", leaves: [likes, asks], data: ["text": "9", "likes": 1], isTold: false),
        Case(testDescription: "failed after it asked", leaves: [likes, asks], data: ["text": "1", "likes": 9], isTold: true),
        Case(testDescription: "nothing to ask about", leaves: [asks], data: ["likes": 1], isTold: false),
    ]) func `a rule that failed is told where it asked a signal`(_ c: Case) async throws {
        let runner = ScriptedSignals { SignalTests.byText($1) }
        let program = RuleProgram([Self.all("r", c.leaves)], types: [post], signals: [SignalTests.number])
        let decisions = await RuleEvaluator(program, runner: runner).decide([try item(c.data)], orgID: "o", traces: .ofToldAndAsking)
        #expect((decisions[0].results[0].trace != nil) == c.isTold)
    }
}
