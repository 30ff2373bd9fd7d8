/// What became of a condition.
package enum CoopOutcome: Sendable, Hashable {
    case passed
    case failed
    /// Neither: the reason is a sentence for people.
    case errored(String)
}

/// The end of a leaf condition: what a signal's score has to be. Contract of Coop, section 15, rules 5 to 7.
package struct CoopCondition: Sendable, Hashable {
    package let comparator: CoopComparator?
    package let threshold: CoopThreshold?

    package init(_ comparator: CoopComparator? = nil, _ threshold: CoopThreshold? = nil) {
        self.comparator = comparator
        self.threshold = threshold
    }

    /// Judges one run. `declared` stands in where the run does not say what its score is.
    package func outcome(of run: CoopRun, declared: CoopOutput) -> CoopOutcome {
        switch run {
        case .failed(_, let message, _): comparator == .isUnavailable ? .passed : .errored(message)
        case .scored(let score, let output, _): outcome(of: score, output: output ?? declared)
        }
    }

    private func outcome(of score: CoopThreshold, output: CoopOutput) -> CoopOutcome {
        guard let comparator else { return isTrue(score) ? .passed : .failed }
        // There was a value, and there is a score.
        if comparator == .isUnavailable || comparator == .isNotProvided { return .failed }
        guard let threshold else { return isTrue(score) ? .passed : .failed }
        switch Self.order(score, threshold, output) {
        case .failure(let reason): return .errored(reason.text)
        case .success(let order): return Self.holds(comparator, order) ? .passed : .failed
        }
    }

    /// JavaScript's truth, which upstream goes by.
    private func isTrue(_ score: CoopThreshold) -> Bool {
        switch score {
        case .boolean(let flag): flag
        case .number(let number): number != 0 && !number.isNaN
        case .string(let text): !text.isEmpty
        }
    }

    private enum Order { case less, equal, greater, none }
    private struct Incomparable: Error { let text: String }

    private static func order(_ score: CoopThreshold, _ threshold: CoopThreshold, _ output: CoopOutput) -> Result<Order, Incomparable> {
        if output.scalar == .boolean {
            guard let wanted = boolean(threshold) else {
                return .failure(Incomparable(text: "The threshold '\(threshold)' is neither true nor false, and the score is a boolean."))
            }
            guard let given = boolean(score) else { return .failure(Incomparable(text: "The score '\(score)' is neither true nor false.")) }
            return .success(compare(given ? 1 : 0, wanted ? 1 : 0))
        }
        if output.scalar == .string, output.isOrdered, let values = output.values {
            guard let given = values.firstIndex(of: score.description) else {
                return .failure(Incomparable(text: "The score '\(score)' is none of the values the signal can take."))
            }
            guard let wanted = values.firstIndex(of: threshold.description) else {
                return .failure(Incomparable(text: "The threshold '\(threshold)' is none of the values the signal can take."))
            }
            return .success(compare(Double(given), Double(wanted)))
        }
        switch (score, threshold) {
        case (.string(let given), .string(let wanted)):
            if given == wanted { return .success(.equal) }
            return .success(given.utf16.lexicographicallyPrecedes(wanted.utf16) ? .less : .greater)
        default: return .success(compare(number(score), number(threshold)))
        }
    }

    private static func compare(_ a: Double, _ b: Double) -> Order { a < b ? .less : a > b ? .greater : a == b ? .equal : .none }

    private static func boolean(_ value: CoopThreshold) -> Bool? {
        switch value {
        case .boolean(let flag): flag
        case .number(let number): number != 0 && !number.isNaN
        case .string(let text): ["true": true, "false": false][text.lowercased()]
        }
    }

    /// As JavaScript's `Number(…)` for the texts people write as thresholds.
    private static func number(_ value: CoopThreshold) -> Double {
        switch value {
        case .number(let number): return number
        case .boolean(let flag): return flag ? 1 : 0
        case .string(let text):
            let plain = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
            if plain.isEmpty { return 0 }
            // Swift also reads hexadecimal floats, "nan" and "infinity", which are no numbers here.
            return plain.allSatisfy({ "0123456789+-.eE".contains($0) }) ? Double(String(plain)) ?? .nan : .nan
        }
    }

    /// NaN is in no order, and so only unequal.
    private static func holds(_ comparator: CoopComparator, _ order: Order) -> Bool {
        switch comparator {
        case .equals: order == .equal
        case .notEqualTo: order != .equal
        case .lessThan: order == .less
        case .lessThanOrEquals: order == .less || order == .equal
        case .greaterThan: order == .greater
        case .greaterThanOrEquals: order == .greater || order == .equal
        case .isUnavailable, .isNotProvided: false
        }
    }
}
