package import JSON

/// Something that happened, in the envelope of Made Open's events. Written once, never changed.
package struct JournalEvent: Sendable, Hashable {
    /// Its place in the journal, from 1, without gaps that could be mistaken for loss; 0 before it is written.
    package var sequence: Int64
    package var eventID: Identifier<JournalEvent>
    /// `domain.NounVerb`, such as `system.PluginEnabled`.
    package var eventType: String
    package var eventVersion: String
    package var timestamp: Timestamp
    /// A plugin's id, or `hub`.
    package var source: String
    package var correlationID: String
    /// Nil: of the whole hub.
    package var organisation: Organisation.ID?
    package var data: JSONValue

    package init(
        sequence: Int64 = 0, eventID: Identifier<JournalEvent>, eventType: String, eventVersion: String = "1.0", timestamp: Timestamp,
        source: String, correlationID: String, organisation: Organisation.ID? = nil, data: JSONValue
    ) {
        (self.sequence, self.eventID, self.eventType, self.eventVersion) = (sequence, eventID, eventType, eventVersion)
        (self.timestamp, self.source, self.correlationID) = (timestamp, source, correlationID)
        (self.organisation, self.data) = (organisation, data)
    }
}

/// Who did what to what, for people who answer for the hub. Never holds a secret.
package struct AuditEntry: Sendable, Hashable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case done, refused, failed
    }

    package var sequence: Int64
    package var at: Timestamp
    /// A user's id, a token's as `token:…`, a plugin's as `plugin:…`, or `hub`.
    package var actor: String
    /// The actor's name when it happened.
    package var actorName: String
    package var organisation: Organisation.ID?
    /// `plugin.install`, `grant.give`, `session.begin` …
    package var action: String
    /// What it was done to: `plugin:acme.weather`, `user:…`.
    package var subject: String
    package var outcome: Outcome
    package var address: String?
    package var detail: JSONObject

    package init(
        sequence: Int64 = 0, at: Timestamp, actor: String, actorName: String, organisation: Organisation.ID? = nil, action: String,
        subject: String, outcome: Outcome = .done, address: String? = nil, detail: JSONObject = [:]
    ) {
        (self.sequence, self.at, self.actor, self.actorName) = (sequence, at, actor, actorName)
        (self.organisation, self.action, self.subject, self.outcome) = (organisation, action, subject, outcome)
        (self.address, self.detail) = (address, detail)
    }
}
