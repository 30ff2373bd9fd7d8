package import JSON

/// A rule's conditions with what became of each, for whoever asks why.
package indirect enum TraceNode: Sendable {
    case leaf(LeafCondition, cost: Double, LeafTrace?)
    /// Children in the order they are written; nil: the set was not needed.
    case set(ConditionSet.Conjunction, [TraceNode], cost: Double, Outcome?)

    package var outcome: Outcome? {
        switch self {
        case .leaf(_, _, let trace): trace?.outcome
        case .set(_, _, _, let outcome): outcome
        }
    }

    package var cost: Double {
        switch self {
        case .leaf(_, let cost, _), .set(_, _, let cost, _): cost
        }
    }

    /// The condition as it is stored, with `cost` (null where it is not finite) and `result` beside it; what was skipped has no `result`.
    package var json: JSONValue {
        func price(_ cost: Double) -> JSONValue {
            cost.isFinite ? Int64(exactly: cost).map(JSONValue.int) ?? .double(cost) : .null
        }
        switch self {
        case .leaf(let condition, let cost, let trace):
            var object = condition.json
            object["cost"] = price(cost)
            object["result"] = trace?.json
            return .object(object)
        case .set(let conjunction, let children, let cost, let outcome):
            var object = JSONObject([
                ("conjunction", .string(conjunction.rawValue)), ("conditions", .array(children.map(\.json))), ("cost", price(cost)),
            ])
            object["result"] = outcome.map { ["outcome": .string($0.word)] }
            return .object(object)
        }
    }
}

/// What became of one condition.
package struct LeafTrace: Sendable, Hashable {
    /// One value that was looked at.
    package struct Value: Sendable, Hashable {
        /// Nil: the full item.
        package let value: ItemValue?
        package let scalar: Scalar?
        package let outcome: Outcome
        package let score: Score?
        package let matched: String?
        package let error: Failure?
        package let time: Duration?
    }

    package struct Failure: Sendable, Hashable {
        package let code: String
        package let sentence: String
    }

    package let outcome: Outcome
    /// In the order of the item; at most `valuesMax`.
    package let values: [Value]
    /// Why the condition as a whole could not be told.
    package let error: Failure?
    /// How long it took; of a signal, the longest wait for an answer.
    package let time: Duration

    package static let valuesMax = 50
    /// Characters of a value that are shown.
    static let shownMax = 500

    static func shown(_ text: String) -> String {
        guard text.utf8.count > shownMax, text.unicodeScalars.count > shownMax else { return text }
        return String(text.unicodeScalars.prefix(shownMax)) + "…"
    }

    /// The value that decided: the first that came to the same as the condition.
    package var deciding: Value? { values.first { $0.outcome == outcome && $0.score != nil } ?? values.first { $0.outcome == outcome } }

    package var json: JSONValue {
        var object = JSONObject([("outcome", .string(outcome.word))])
        object["score"] = deciding?.score.map { .string($0.description) }
        object["matchedValue"] = deciding?.matched.map { .string(LeafTrace.shown($0)) }
        object["error"] = (error ?? deciding?.error)?.json
        if !values.isEmpty { object["values"] = .array(values.map(\.json)) }
        object["milliseconds"] = .double(time.milliseconds)
        return .object(object)
    }
}

extension LeafTrace.Failure {
    var json: JSONValue { ["code": .string(code), "message": .string(sentence)] }
}

extension LeafTrace.Value {
    var json: JSONValue {
        var object = JSONObject([("type", .string(scalar?.rawValue ?? "FULL_ITEM"))])
        if case .text(let text)? = value { object["value"] = .string(LeafTrace.shown(text)) } else { object["value"] = value?.json }
        object["outcome"] = .string(outcome.word)
        object["score"] = score.map { $0.json }
        object["matchedValue"] = matched.map { .string(LeafTrace.shown($0)) }
        object["error"] = error?.json
        return .object(object)
    }
}

extension Duration {
    var milliseconds: Double {
        let microseconds = Double(components.seconds) * 1e6 + Double(components.attoseconds / 1_000_000_000_000)
        return microseconds / 1000
    }
}

/// Writes down what a leaf looks at.
final class LeafTelling {
    private(set) var values: [LeafTrace.Value] = []
    var problem: LeafProblem?
    private(set) var longest: Duration = .zero

    func add(
        _ value: ItemValue?, _ scalar: Scalar?, _ outcome: Outcome, score: Score? = nil, matched: String? = nil,
        error: (SignalRun.Reason, String)? = nil, time: Duration? = nil
    ) {
        longest = max(longest, time ?? .zero)
        // What passed must be seen, also behind many that did not.
        guard values.count < LeafTrace.valuesMax || outcome == .passed else { return }
        if values.count >= LeafTrace.valuesMax { values.removeLast() }
        values.append(
            LeafTrace.Value(
                value: value, scalar: scalar, outcome: outcome, score: score, matched: matched,
                error: error.map { LeafTrace.Failure(code: $0.0.rawValue, sentence: $0.1) }, time: time))
    }

    func add(
        _ value: ItemValue?, _ scalar: Scalar?, _ result: Comparison.Result, score: Score, matched: String? = nil, time: Duration? = nil
    ) {
        var error: (SignalRun.Reason, String)?
        if case .incomparable(let sentence) = result { error = (.incomparable, sentence) }
        add(value, scalar, result.outcome, score: score, matched: matched, error: error, time: time)
    }
}
