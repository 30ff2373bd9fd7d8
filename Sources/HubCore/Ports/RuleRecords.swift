package import PluginModel

/// Rules of organisations with their versions, and what rules name: item types, banks, policies.
package protocol RuleRecords {
    func rule(_ id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> RuleRecord?
    /// By id, which is by age; how many an organisation may have is for whoever writes them.
    func rules(in organisation: Organisation.ID) throws(Fault) -> [RuleRecord]
    /// Inserts, or replaces the record of the revision before; another revision there is `rule.changed-meanwhile`.
    func put(_ rule: RuleRecord) throws(Fault)
    /// With its versions. False when there was none.
    func removeRule(_ id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> Bool

    /// Latest first.
    func versions(of rule: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> [RuleVersion]
    func version(_ version: Int, of rule: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> RuleVersion?
    /// Keeps the newest `keeping` of that rule.
    func append(_ version: RuleVersion, keeping: Int) throws(Fault)

    func rulePart(_ kind: RulePart.Kind, _ id: String, in organisation: Organisation.ID) throws(Fault) -> RulePart?
    /// By id.
    func ruleParts(_ kind: RulePart.Kind, in organisation: Organisation.ID) throws(Fault) -> [RulePart]
    /// By kind and id.
    func rulePartSummaries(in organisation: Organisation.ID) throws(Fault) -> [RulePartSummary]
    /// Inserts, or replaces the record of the revision before; another revision there is `rule.changed-meanwhile`.
    func put(_ part: RulePart) throws(Fault)
    func removeRulePart(_ kind: RulePart.Kind, _ id: String, in organisation: Organisation.ID) throws(Fault) -> Bool
}
