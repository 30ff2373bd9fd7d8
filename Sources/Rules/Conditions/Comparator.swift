/// How a condition compares what it looked at with its threshold.
package enum Comparator: String, Sendable, Hashable, CaseIterable {
    case equals = "EQUALS"
    case notEqualTo = "NOT_EQUAL_TO"
    case lessThan = "LESS_THAN"
    case lessThanOrEquals = "LESS_THAN_OR_EQUALS"
    case greaterThan = "GREATER_THAN"
    case greaterThanOrEquals = "GREATER_THAN_OR_EQUALS"
    /// No score could be had.
    case isUnavailable = "IS_UNAVAILABLE"
    /// There is no value to look at.
    case isNotProvided = "IS_NOT_PROVIDED"

    /// Whether it means anything without a threshold.
    package var needsThreshold: Bool { self != .isUnavailable && self != .isNotProvided }
}

/// What a signal or a plain value comes to, and what it is compared with.
package enum Score: Sendable, Hashable, CustomStringConvertible {
    case text(String)
    case number(Double)
    case boolean(Bool)

    package var description: String {
        switch self {
        case .text(let text): text
        case .number(let number): number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
        case .boolean(let flag): String(flag)
        }
    }
}

/// The type of a score.
package struct ScoreType: Sendable, Hashable {
    package let scalar: Scalar
    /// The values it can take, where they are few: texts, or numbers as texts.
    package let values: [String]?
    /// Whether `values` go from low to high.
    package let isOrdered: Bool

    package init(_ scalar: Scalar, values: [String]? = nil, isOrdered: Bool = false) {
        (self.scalar, self.values, self.isOrdered) = (scalar, values, isOrdered)
    }
}
