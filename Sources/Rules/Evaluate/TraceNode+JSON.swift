package import JSON

extension TraceNode {
    /// The condition as it is stored, with `cost` (null where it is not finite) and `result` beside it; what was skipped has no `result`.
    package var json: JSONValue { json(bytesMax: RuleLimits.traceBytesMax) }

    /// The same in at most so many bytes. What is too much is left out, and where that was stands `truncated`: values a condition compares
    /// with and looked at, then conditions of a set.
    package func json(bytesMax: Int) -> JSONValue {
        var writing = TraceWriting(left: bytesMax)
        return writing.json(self) ?? ["truncated": true]
    }
}

/// Writes a trace as long as there is room.
private struct TraceWriting {
    /// Bytes.
    var left: Int

    /// What goes with a set or a condition, whatever else it has.
    private static let frame = 120

    mutating func json(_ node: TraceNode) -> JSONValue? {
        switch node {
        case .leaf(let condition, let cost, let trace): leaf(condition, cost, trace)
        case .set(let conjunction, let children, let cost, let outcome): set(conjunction, children, cost, outcome)
        }
    }

    private func price(_ cost: Double) -> JSONValue {
        cost.isFinite ? Int64(exactly: cost).map(JSONValue.int) ?? .double(cost) : .null
    }

    private mutating func set(
        _ conjunction: ConditionSet.Conjunction, _ children: [TraceNode], _ cost: Double, _ outcome: Outcome?
    ) -> JSONValue? {
        guard left >= Self.frame else { return nil }
        left -= Self.frame
        var conditions: [JSONValue] = []
        for child in children {
            guard let json = json(child) else { break }
            conditions.append(json)
        }
        var object = JSONObject([
            ("conjunction", .string(conjunction.rawValue)), ("conditions", .array(conditions)), ("cost", price(cost)),
        ])
        object["result"] = outcome.map { ["outcome": .string($0.word)] }
        if conditions.count < children.count { object["truncated"] = true }
        return .object(object)
    }

    private mutating func leaf(_ condition: LeafCondition, _ cost: Double, _ trace: LeafTrace?) -> JSONValue? {
        // Lists are long where people paste them; they stand in the rule.
        let isLong = (condition.matchingValues?.count ?? 0) * 4 > left
        var object = (isLong ? condition.withoutMatchingValues : condition).json
        object["cost"] = price(cost)
        object["result"] = trace?.json
        var isTruncated = isLong
        var bytes = JSONValue.object(object).bytesAtMost
        if bytes > left / 2, object["matchingValues"] != nil {
            object["matchingValues"] = nil
            isTruncated = true
            bytes = JSONValue.object(object).bytesAtMost
        }
        if bytes > left / 2, var result = object["result"]?.objectValue, result["values"] != nil {
            result["values"] = nil
            result["truncated"] = true
            object["result"] = .object(result)
            bytes = JSONValue.object(object).bytesAtMost
        }
        if isTruncated { object["truncated"] = true }
        guard bytes + Self.frame <= left else { return nil }
        left -= bytes + 20
        return .object(object)
    }
}

extension MatchingValues {
    fileprivate var count: Int {
        strings.count + textBankIDs.count + locations.count + locationBankIDs.count + imageBankIDs.count
    }
}

extension LeafCondition {
    fileprivate var withoutMatchingValues: LeafCondition { LeafCondition(input, signal: signal, comparator, threshold) }
}

extension JSONValue {
    /// How many bytes it takes as JSON, or a few more, without writing it.
    var bytesAtMost: Int {
        switch self {
        case .null, .bool: 6
        case .int, .double: 26
        case .string(let text): Self.bytesAtMost(text)
        case .array(let values): values.reduce(2) { $0 + $1.bytesAtMost + 1 }
        case .object(let members): members.reduce(2) { $0 + Self.bytesAtMost($1.key) + 2 + $1.value.bytesAtMost }
        }
    }

    private static func bytesAtMost(_ text: String) -> Int {
        text.utf8.reduce(3) { $0 + ($1 < 0x20 || $1 == 0x7F ? 6 : $1 == 0x22 || $1 == 0x5C || $1 == 0x2F ? 2 : 1) }
    }
}
