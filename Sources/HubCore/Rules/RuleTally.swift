/// How often a rule looked at items, and what came of it.
package struct RuleTally: Sendable, Hashable {
    /// Decisions the rule took part in.
    package var looked: Int
    package var passed: Int
    /// It could not be told.
    package var errored: Int
    /// Items on which it acted; a rule in the background does not.
    package var actions: Int

    package init(looked: Int = 0, passed: Int = 0, errored: Int = 0, actions: Int = 0) {
        (self.looked, self.passed, self.errored, self.actions) = (looked, passed, errored, actions)
    }

    package static func += (tally: inout RuleTally, more: RuleTally) {
        tally.looked += more.looked
        tally.passed += more.passed
        tally.errored += more.errored
        tally.actions += more.actions
    }
}

/// What was counted of a rule on one day of UTC.
package struct RuleDay: Sendable, Hashable {
    /// Counted from 1970-01-01.
    package var day: Int64
    package var tally: RuleTally

    package init(day: Int64, tally: RuleTally) { (self.day, self.tally) = (day, tally) }
}
