/// What became of one condition.
package enum Outcome: UInt8, Sendable, Hashable, CaseIterable {
    case passed = 1
    case failed
    /// There was nothing to look at.
    case inapplicable
    /// It could not be told.
    case errored

    package var word: String {
        switch self {
        case .passed: "PASSED"
        case .failed: "FAILED"
        case .inapplicable: "INAPPLICABLE"
        case .errored: "ERRORED"
        }
    }

    package var truth: Truth {
        switch self {
        case .passed: .true
        case .failed, .inapplicable: .false
        case .errored: .unknown
        }
    }
}

/// Kleene's three values.
package enum Truth: UInt8, Sendable, Hashable, CaseIterable {
    case `false`
    case `true`
    case unknown

    /// As the outcome of a set is written.
    package var outcome: Outcome {
        switch self {
        case .false: .failed
        case .true: .passed
        case .unknown: .errored
        }
    }
}

/// A set being decided, one child after the other. Contract of Coop, section 16.
struct SetDecision {
    let conjunction: ConditionSet.Conjunction
    private var trues = 0
    private var unknowns = 0
    private var falses = 0

    init(_ conjunction: ConditionSet.Conjunction) { self.conjunction = conjunction }

    /// Counts a child; true when the others no longer matter.
    @inline(__always)
    mutating func add(_ child: Truth) -> Bool {
        switch child {
        case .true: trues += 1
        case .false: falses += 1
        case .unknown: unknowns += 1
        }
        switch conjunction {
        case .and: return falses > 0
        case .or: return trues > 0
        case .xor: return trues > 1
        }
    }

    @inline(__always)
    var truth: Truth {
        switch conjunction {
        case .and: falses > 0 ? .false : unknowns > 0 ? .unknown : .true
        case .or: trues > 0 ? .true : unknowns > 0 ? .unknown : .false
        case .xor: trues > 1 ? .false : unknowns > 0 ? .unknown : trues == 1 ? .true : .false
        }
    }
}
