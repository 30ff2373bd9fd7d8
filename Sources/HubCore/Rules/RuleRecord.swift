package import JSON

/// A rule of an organisation as it is kept: the document its author wrote, and what became of it.
package struct RuleRecord: Sendable, Hashable {
    package typealias ID = Identifier<RuleRecord>

    package var id: ID
    package var organisation: Organisation.ID
    package var name: String
    /// A word of the rules' own, such as `LIVE`.
    package var status: String
    /// Without id and status, which stand beside it.
    package var document: JSONObject
    /// Of the document: goes up whenever it is saved.
    package var version: Int
    /// Goes up with every change, that of its status too; the API's entity tag.
    package var revision: Int
    package var createdAt: Timestamp
    package var changedAt: Timestamp
    /// As the audit names them.
    package var changedBy: String
    package var changedByName: String

    package init(
        id: ID, organisation: Organisation.ID, name: String, status: String, document: JSONObject, version: Int = 1, revision: Int = 1,
        createdAt: Timestamp, changedAt: Timestamp, changedBy: String, changedByName: String
    ) {
        (self.id, self.organisation, self.name, self.status, self.document) = (id, organisation, name, status, document)
        (self.version, self.revision, self.createdAt, self.changedAt) = (version, revision, createdAt, changedAt)
        (self.changedBy, self.changedByName) = (changedBy, changedByName)
    }
}

/// What a rule was when it was saved once.
package struct RuleVersion: Sendable, Hashable {
    package var rule: RuleRecord.ID
    package var organisation: Organisation.ID
    package var version: Int
    /// The rule's when this version was saved.
    package var status: String
    package var document: JSONObject
    package var at: Timestamp
    package var by: String
    package var byName: String
    /// What its author says of the change.
    package var note: String?

    package init(
        rule: RuleRecord.ID, organisation: Organisation.ID, version: Int, status: String, document: JSONObject, at: Timestamp, by: String,
        byName: String, note: String? = nil
    ) {
        (self.rule, self.organisation, self.version, self.status) = (rule, organisation, version, status)
        (self.document, self.at, self.by, self.byName, self.note) = (document, at, by, byName, note)
    }
}
