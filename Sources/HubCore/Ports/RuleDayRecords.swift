package import PluginModel

/// How often rules looked and passed, by day of UTC, counted from 1970-01-01.
package protocol RuleDayRecords {
    /// Adds to what was counted on a day, by the rules' ids.
    func count(_ tallies: [String: RuleTally], in organisation: Organisation.ID, onDay day: Int64) throws(Fault)
    /// What was counted of each rule on these days together; rules that did not look are not in it.
    func ruleTallies(in organisation: Organisation.ID, days: ClosedRange<Int64>) throws(Fault) -> [String: RuleTally]
    /// Of one rule, latest first; days on which it did not look are not in it.
    /// - Parameter days: 100 of them at most.
    func ruleDays(of rule: String, in organisation: Organisation.ID, days: ClosedRange<Int64>) throws(Fault) -> [RuleDay]
    /// Removes what was counted before a day, at most `limit` of it. Gives how much.
    func removeRuleDays(in organisation: Organisation.ID, beforeDay day: Int64, limit: Int) throws(Fault) -> Int
    /// Removes what was counted of one rule.
    func removeRuleDays(of rule: String, in organisation: Organisation.ID) throws(Fault)
}
