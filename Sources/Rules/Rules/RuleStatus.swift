/// What its author wants of a rule.
package enum RuleStatus: String, Sendable, Hashable, CaseIterable {
    case draft = "DRAFT"
    /// Decides, and does nothing.
    case background = "BACKGROUND"
    case live = "LIVE"
    case archived = "ARCHIVED"
    /// Upstream's older word for a rule that no longer runs.
    case deprecated = "DEPRECATED"
}

/// What a rule is now: its status, unless its time is over.
package enum RuleState: String, Sendable, Hashable, CaseIterable {
    case draft = "DRAFT"
    case background = "BACKGROUND"
    case live = "LIVE"
    case expired = "EXPIRED"
    case archived = "ARCHIVED"
    case deprecated = "DEPRECATED"

    /// A draft and an archived rule stay what they are: only what runs can expire.
    package init(_ status: RuleStatus, expiresAt: Timestamp?, now: Timestamp) {
        let isOver = expiresAt.map { $0 <= now } ?? false
        switch status {
        case .draft: self = .draft
        case .background: self = isOver ? .expired : .background
        case .live: self = isOver ? .expired : .live
        case .archived: self = .archived
        case .deprecated: self = .deprecated
        }
    }

    package var judgesSubmissions: Bool { self == .live || self == .background }
}

/// Why a rule is evaluated, which decides what follows from it.
package enum RuleEnvironment: String, Sendable, Hashable, CaseIterable {
    case live = "LIVE"
    case background = "BACKGROUND"
    case backtest = "BACKTEST"
    case manual = "MANUAL"
    case retroaction = "RETROACTION"

    /// Whether a passing rule does something.
    package var firesActions: Bool { self == .live || self == .manual || self == .retroaction }

    /// Whether a passing rule uses up a share of its daily allowance.
    package var countsTowardsCap: Bool { self == .live }

    /// Where a rule in this state is evaluated when an item comes in; nil: nowhere.
    package init?(submissionTo state: RuleState) {
        switch state {
        case .live: self = .live
        case .background: self = .background
        default: return nil
        }
    }
}

/// How often a rule may act in a day of UTC.
package struct DailyCap: Sendable, Hashable {
    /// Nil: without limit.
    package let actionsMax: Int?

    package init(_ actionsMax: Int?) { self.actionsMax = actionsMax }

    package enum Decision: Sendable, Hashable {
        /// It may act, and its count becomes this.
        case fire(count: Int)
        /// It passed, and has acted as often as it may today.
        case spent
        /// Nothing happens in this environment.
        case silent
    }

    /// Asked when a passing rule is about to act, so that it never acts too often; upstream asks when rules are listed.
    /// - Parameter count: How often it has acted since the day began (`Timestamp.day`).
    package func decide(in environment: RuleEnvironment, count: Int) -> Decision {
        guard environment.firesActions else { return .silent }
        guard environment.countsTowardsCap else { return .fire(count: count) }
        if let actionsMax, count >= actionsMax { return .spent }
        return .fire(count: count + 1)
    }
}

extension Timestamp {
    /// The day of UTC it lies in, counted from 1970-01-01.
    package var day: Int64 { milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds - 86_399_999) / 86_400_000 }
}
