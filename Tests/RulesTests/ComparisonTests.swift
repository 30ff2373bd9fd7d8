import JSON
import Rules
import Testing

private let levels = ScoreType(.string, values: ["LOW", "MEDIUM", "HIGH"], isOrdered: true)
private let boolean = ScoreType(.boolean)
private let text = ScoreType(.string)

private struct Case: Sendable, CustomTestStringConvertible {
    let score: Score
    let comparator: Comparator?
    let threshold: Score?
    let expected: Outcome
    let because: String?
    let type: ScoreType

    init(
        _ score: Score, _ comparator: Comparator?, _ threshold: Score?, _ expected: Outcome, because: String? = nil,
        of type: ScoreType = ScoreType(.number)
    ) {
        (self.score, self.comparator, self.threshold, self.expected, self.because, self.type) = (
            score, comparator, threshold, expected, because, type
        )
    }

    var testDescription: String {
        "\(type.scalar.rawValue) \(score) \(comparator?.rawValue ?? "is") \(threshold.map { "\($0)" } ?? "true")"
    }
}

/// Scores of signals, as they are compared with thresholds.
struct ComparisonTests {
    @Test(arguments: [
        Case(.number(0.7), .greaterThanOrEquals, .number(0.7), .passed),
        Case(.number(0.69), .greaterThanOrEquals, .number(0.7), .failed),
        Case(.number(1), .greaterThan, .text("0.5"), .passed), Case(.number(1), .lessThan, .text(" 2e0 "), .passed),
        Case(.number(1), .equals, .text("one"), .failed), Case(.number(1), .notEqualTo, .text("one"), .passed),
        Case(.number(.nan), .lessThan, .number(1), .failed), Case(.number(.nan), .greaterThanOrEquals, .number(1), .failed),
        Case(.number(.nan), .equals, .number(.nan), .failed), Case(.number(.nan), .notEqualTo, .number(1), .passed),
        Case(.number(.infinity), .greaterThan, .number(1e300), .passed), Case(.number(1), .equals, .text("infinity"), .failed),
        Case(.number(16), .equals, .text("0x10"), .failed),
        Case(.text("5"), .greaterThan, .number(4), .passed), Case(.boolean(true), .equals, .number(1), .passed),
        Case(.boolean(true), .equals, .boolean(true), .passed, of: boolean),
        Case(.boolean(true), .equals, .text("TRUE"), .passed, of: boolean),
        Case(.boolean(true), .equals, .text("false"), .failed, of: boolean),
        Case(.boolean(false), .equals, .text("False"), .passed, of: boolean),
        Case(
            .boolean(true), .equals, .text("yes"),
            .errored, because: "The threshold 'yes' is neither true nor false, and the score is a boolean.", of: boolean),
        Case(.number(0), .equals, .boolean(false), .passed, of: boolean),
        Case(.text("x"), .equals, .boolean(true), .errored, because: "The score 'x' is neither true nor false.", of: boolean),
        Case(.text("HIGH"), .greaterThan, .text("MEDIUM"), .passed, of: levels),
        Case(.text("LOW"), .greaterThanOrEquals, .text("MEDIUM"), .failed, of: levels),
        Case(
            .text("EXTREME"), .greaterThan, .text("LOW"),
            .errored, because: "The score 'EXTREME' is none of the values the signal can take.", of: levels),
        Case(
            .text("LOW"), .greaterThan, .text("LOWEST"),
            .errored, because: "The threshold 'LOWEST' is none of the values the signal can take.", of: levels),
        Case(.text("a"), .equals, .text("a"), .passed, of: text),
        Case(.text("a"), .equals, .text("A"), .failed, of: text),
        Case(.text("b"), .greaterThan, .text("a"), .passed, of: text),
        Case(.number(3), nil, nil, .passed), Case(.number(0), nil, nil, .failed), Case(.number(.nan), nil, nil, .failed),
        Case(.boolean(true), nil, nil, .passed), Case(.text(""), nil, nil, .failed), Case(.text("0"), nil, nil, .passed),
        Case(.number(3), .greaterThan, nil, .passed), Case(.number(3), nil, .number(5), .passed),
        Case(.number(3), .isUnavailable, nil, .failed), Case(.number(0), .isUnavailable, nil, .failed),
    ])
    private func `a score is judged by its type`(_ c: Case) async throws {
        let trace = try await SignalTests.decide(SignalTests.asking(c.comparator, c.threshold), ["lines": ["x"]]) { _ in
            .scored(c.score, output: c.type, matchedValue: nil)
        }
        #expect(trace.outcome == c.expected)
        #expect(trace.json["error"]?["message"]?.stringValue == c.because)
    }

    @Test func `a score is of the type that came with it, and else of the one the signal declares`() async throws {
        let declared = [SignalDescriptor(type: "NUMBER", inputs: [.string], output: ScoreType(.boolean))]
        func outcome(_ output: ScoreType?) async throws -> Outcome {
            try await SignalTests.decide(SignalTests.asking(.equals, .text("true")), ["lines": ["x"]], signals: declared) { _ in
                .scored(.boolean(true), output: output, matchedValue: nil)
            }.outcome
        }
        #expect(try await outcome(nil) == .passed)
        #expect(try await outcome(ScoreType(.number)) == .failed)
    }
}
