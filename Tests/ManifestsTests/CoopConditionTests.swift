import JSON
import Testing

@testable import Manifests

private struct Case: Sendable, CustomTestStringConvertible {
    let score: CoopThreshold
    var output = CoopOutput(.number)
    var comparator: CoopComparator?
    var threshold: CoopThreshold?
    let expected: CoopOutcome

    init(
        _ score: CoopThreshold, _ comparator: CoopComparator?, _ threshold: CoopThreshold?, _ expected: CoopOutcome,
        output: CoopOutput = CoopOutput(.number)
    ) {
        (self.score, self.comparator, self.threshold, self.expected, self.output) = (score, comparator, threshold, expected, output)
    }

    var testDescription: String {
        "\(output.scalar.rawValue) \(score) \(comparator?.rawValue ?? "is") \(threshold.map { "\($0)" } ?? "true")"
    }
}

private let levels = CoopOutput(.string, values: ["LOW", "MEDIUM", "HIGH"], isOrdered: true)
private let boolean = CoopOutput(.boolean)
private let text = CoopOutput(.string)

@Suite("A condition") struct CoopConditionTests {
    @Test(
        "judges",
        arguments: [
            Case(.number(0.7), .greaterThanOrEquals, .number(0.7), .passed),
            Case(.number(0.69), .greaterThanOrEquals, .number(0.7), .failed),
            Case(.number(1), .greaterThan, .string("0.5"), .passed), Case(.number(1), .lessThan, .string(" 2e0 "), .passed),
            Case(.number(1), .equals, .string("one"), .failed), Case(.number(1), .notEqualTo, .string("one"), .passed),
            Case(.number(.nan), .lessThan, .number(1), .failed), Case(.number(.nan), .greaterThanOrEquals, .number(1), .failed),
            Case(.number(.nan), .equals, .number(.nan), .failed), Case(.number(.nan), .notEqualTo, .number(1), .passed),
            Case(.number(.infinity), .greaterThan, .number(1e300), .passed), Case(.number(1), .equals, .string("infinity"), .failed),
            Case(.number(16), .equals, .string("0x10"), .failed),
            Case(.string("5"), .greaterThan, .number(4), .passed), Case(.boolean(true), .equals, .number(1), .passed),
            Case(.boolean(true), .equals, .boolean(true), .passed, output: boolean),
            Case(.boolean(true), .equals, .string("TRUE"), .passed, output: boolean),
            Case(.boolean(true), .equals, .string("false"), .failed, output: boolean),
            Case(.boolean(false), .equals, .string("False"), .passed, output: boolean),
            Case(
                .boolean(true), .equals, .string("yes"),
                .errored("The threshold 'yes' is neither true nor false, and the score is a boolean."), output: boolean),
            Case(.number(0), .equals, .boolean(false), .passed, output: boolean),
            Case(.string("x"), .equals, .boolean(true), .errored("The score 'x' is neither true nor false."), output: boolean),
            Case(.string("HIGH"), .greaterThan, .string("MEDIUM"), .passed, output: levels),
            Case(.string("LOW"), .greaterThanOrEquals, .string("MEDIUM"), .failed, output: levels),
            Case(
                .string("EXTREME"), .greaterThan, .string("LOW"),
                .errored("The score 'EXTREME' is none of the values the signal can take."),
                output: levels),
            Case(
                .string("LOW"), .greaterThan, .string("LOWEST"),
                .errored("The threshold 'LOWEST' is none of the values the signal can take."),
                output: levels),
            Case(.string("a"), .equals, .string("a"), .passed, output: text),
            Case(.string("a"), .equals, .string("A"), .failed, output: text),
            Case(.string("b"), .greaterThan, .string("a"), .passed, output: text),
            Case(.number(3), nil, nil, .passed), Case(.number(0), nil, nil, .failed), Case(.number(.nan), nil, nil, .failed),
            Case(.boolean(true), nil, nil, .passed), Case(.string(""), nil, nil, .failed), Case(.string("0"), nil, nil, .passed),
            Case(.number(3), .greaterThan, nil, .passed), Case(.number(3), nil, .number(5), .passed),
            Case(.number(3), .isUnavailable, nil, .failed), Case(.number(0), .isUnavailable, nil, .failed),
            Case(.number(3), .isNotProvided, nil, .failed),
        ])
    private func outcome(_ c: Case) {
        let run = CoopRun.scored(c.score, output: c.output, matchedValue: nil)
        #expect(CoopCondition(c.comparator, c.threshold).outcome(of: run, declared: CoopOutput(.string)) == c.expected)
    }

    @Test("is errored by a run that failed, except where that is what it asks for") func failedRun() {
        let run = CoopRun.failed(name: "Error", message: "down", stack: nil)
        #expect(CoopCondition(.greaterThan, .number(1)).outcome(of: run, declared: CoopOutput(.number)) == .errored("down"))
        #expect(CoopCondition().outcome(of: run, declared: CoopOutput(.number)) == .errored("down"))
        #expect(CoopCondition(.isUnavailable).outcome(of: run, declared: CoopOutput(.number)) == .passed)
    }

    @Test("goes by what the run says its score is, and else by what the signal declares") func output() {
        let condition = CoopCondition(.equals, .string("true"))
        #expect(condition.outcome(of: .scored(.boolean(true), output: nil, matchedValue: nil), declared: boolean) == .passed)
        #expect(
            condition.outcome(of: .scored(.boolean(true), output: CoopOutput(.number), matchedValue: nil), declared: boolean) == .failed)
    }

    @Test(
        "takes a worker's answer",
        arguments: [
            (
                #"{"ok": {"score": 0.5, "outputType": {"scalarType": "NUMBER"}, "matchedValue": "x"}}"#,
                CoopRun.scored(.number(0.5), output: CoopOutput(.number), matchedValue: "x")
            ),
            (#"{"ok": {"score": 7}}"#, .scored(.number(7), output: nil, matchedValue: nil)),
            (#"{"ok": {"score": null, "number": "-Infinity"}}"#, .scored(.number(-.infinity), output: nil, matchedValue: nil)),
            (
                #"{"ok": {"score": "HIGH", "outputType": {"scalarType": "STRING", "enum": ["LOW", "HIGH"], "ordered": true}}}"#,
                .scored(.string("HIGH"), output: CoopOutput(.string, values: ["LOW", "HIGH"], isOrdered: true), matchedValue: nil)
            ),
            (
                #"{"ok": {"score": true, "outputType": {"scalarType": "NONSENSE"}}}"#,
                .scored(.boolean(true), output: nil, matchedValue: nil)
            ),
            (#"{"ok": {"score": null}}"#, .failed(name: "InvalidResult", message: "The signal gave no score.", stack: nil)),
            (#"{"ok": {"score": {}}}"#, .failed(name: "InvalidResult", message: "The signal gave no score.", stack: nil)),
            (
                #"{"error": {"name": "TypeError", "message": "x is undefined", "stack": "f@a:1:2"}}"#,
                .failed(name: "TypeError", message: "x is undefined", stack: "f@a:1:2")
            ),
            ("[]", .failed(name: "Error", message: "The worker's answer cannot be read.", stack: nil)),
        ] as [(String, CoopRun)])
    func answers(_ json: String, _ expected: CoopRun) throws {
        #expect(try CoopRun(JSONValue(parsing: json)) == expected)
    }

    @Test("takes a score of NaN") func notANumber() throws {
        guard case .scored(.number(let number), _, _) = CoopRun(try JSONValue(parsing: #"{"ok": {"score": null, "number": "NaN"}}"#)) else {
            Issue.record("no number")
            return
        }
        #expect(number.isNaN)
    }
}
