/// Where items wait for a person's look.
package struct ReviewQueue: Sendable, Hashable {
    package var organisation: Organisation.ID
    /// As routing rules and people name it.
    package var id: String
    package var name: String
    package var description: String?
    /// Takes what no routing rule sends elsewhere. Of an organisation's queues one is it, as soon as there is any.
    package var isDefault: Bool
    package var revision: Int
    package var changedAt: Timestamp

    package init(
        organisation: Organisation.ID, id: String, name: String, description: String? = nil, isDefault: Bool, revision: Int = 1,
        changedAt: Timestamp
    ) {
        (self.organisation, self.id, self.name, self.description) = (organisation, id, name, description)
        (self.isDefault, self.revision, self.changedAt) = (isDefault, revision, changedAt)
    }
}

/// A rule that sends what is to be reviewed to a queue. Of all that are live the first that passes counts.
package struct RoutingRuleRecord: Sendable, Hashable {
    /// As any rule is kept; it has one version only.
    package var rule: RuleRecord
    /// The queue's id; it may not be there yet.
    package var queue: String
    /// Its place in the order, from 1, without gaps.
    package var place: Int

    package init(rule: RuleRecord, queue: String, place: Int) { (self.rule, self.queue, self.place) = (rule, queue, place) }
}
