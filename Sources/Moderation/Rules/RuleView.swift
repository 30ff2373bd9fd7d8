package import HubCore
package import Rules

/// A rule as people see it.
package struct RuleView: Sendable {
    package let record: RuleRecord
    /// Nil where the document can no longer be read.
    package let rule: Rule?
    package let state: RuleState
    /// Types of signals it asks that nobody here has.
    package let missingSignals: [String]
    package let findings: [RuleFinding]
    /// How often it acted today, in UTC.
    package let actionsToday: Int
    /// How often it looked and passed today, in UTC; of a past version nothing.
    package internal(set) var today = RuleTally()
    package internal(set) var alarm: RuleAlarm?
}

/// What a rule would be, read and compiled beside what is there.
package struct RuleReview: Sendable {
    /// Nil where it cannot be read.
    package let rule: Rule?
    package let findings: [RuleFinding]
    package let missingSignals: [String]
    var size = ProgramSize()

    package var errors: [RuleFinding] { findings.filter { $0.severity == .error } }
}

/// What would go with a rule.
package struct RuleRemoval: Sendable, Hashable {
    /// Whether it would be removed for good; else it is archived, and everything of it stays.
    package let isForGood: Bool
    package let state: RuleState
    package let versions: Int
    package let actionsToday: Int
}
