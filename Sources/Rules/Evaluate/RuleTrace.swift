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
    /// Whether values were left out, or cut further than elsewhere, since so much was written down of the item already.
    package let isTruncated: Bool

    package static let valuesMax = 50

    /// The value that decided: the first that came to the same as the condition.
    package var deciding: Value? { values.first { $0.outcome == outcome && $0.score != nil } ?? values.first { $0.outcome == outcome } }

    package var json: JSONValue {
        var object = JSONObject([("outcome", .string(outcome.word))])
        object["score"] = deciding?.score.map { .string($0.description) }
        object["matchedValue"] = deciding?.matched.map { .string($0) }
        object["error"] = (error ?? deciding?.error)?.json
        if !values.isEmpty { object["values"] = .array(values.map(\.json)) }
        object["milliseconds"] = .double(time.milliseconds)
        if isTruncated { object["truncated"] = true }
        return .object(object)
    }
}

extension LeafTrace.Failure {
    var json: JSONValue { ["code": .string(code), "message": .string(sentence)] }
}

extension LeafTrace.Value {
    var json: JSONValue {
        var object = JSONObject([("type", .string(scalar?.rawValue ?? "FULL_ITEM"))])
        object["value"] = value?.json
        object["outcome"] = .string(outcome.word)
        object["score"] = score.map { $0.json }
        object["matchedValue"] = matched.map { .string($0) }
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
