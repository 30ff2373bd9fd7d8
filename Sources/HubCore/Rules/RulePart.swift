package import JSON

/// Something of an organisation that its rules name: the shape of its items, values to compare with, a policy.
package struct RulePart: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case itemType = "item-type"
        case textBank = "text-bank"
        case locationBank = "location-bank"
        case imageBank = "image-bank"
        case policy
    }

    package var kind: Kind
    package var organisation: Organisation.ID
    /// As rules and items name it.
    package var id: String
    package var name: String
    /// The item type, the list of a bank's values, or a policy's description.
    package var document: JSONValue
    /// How many values a bank has; else 0.
    package var count: Int
    /// Goes up with every change; the API's entity tag.
    package var revision: Int
    package var changedAt: Timestamp

    package init(
        kind: Kind, organisation: Organisation.ID, id: String, name: String, document: JSONValue, count: Int = 0, revision: Int = 1,
        changedAt: Timestamp
    ) {
        (self.kind, self.organisation, self.id, self.name) = (kind, organisation, id, name)
        (self.document, self.count, self.revision, self.changedAt) = (document, count, revision, changedAt)
    }
}

/// One of them without its document, which of a bank may be long.
package struct RulePartSummary: Sendable, Hashable {
    package var kind: RulePart.Kind
    package var id: String
    package var name: String
    package var count: Int
    package var revision: Int
    package var changedAt: Timestamp

    package init(kind: RulePart.Kind, id: String, name: String, count: Int, revision: Int, changedAt: Timestamp) {
        (self.kind, self.id, self.name, self.count) = (kind, id, name, count)
        (self.revision, self.changedAt) = (revision, changedAt)
    }
}

extension RulePart {
    package var summary: RulePartSummary {
        RulePartSummary(kind: kind, id: id, name: name, count: count, revision: revision, changedAt: changedAt)
    }
}
