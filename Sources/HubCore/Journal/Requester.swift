package import JSON
package import PluginModel

/// Who asks for a change and from where: for the decision, and for the audit.
package struct Requester: Sendable, Hashable {
    package var principal: Principal
    /// Of the connection, as text; nil on this machine's command line.
    package var address: String?

    package init(_ principal: Principal, address: String? = nil) { (self.principal, self.address) = (principal, address) }

    /// The name the audit has for them.
    package var auditName: String {
        switch principal.kind {
        case .session: principal.user.id.rawValue
        case .token(let id): "token:\(id.rawValue)"
        case .local: "hub"
        }
    }
}

/// What is written beside a change: made before the transaction, since its body may run twice.
package struct ChangeNote: Sendable {
    package var entry: AuditEntry
    let eventID: Identifier<JournalEvent>

    package init(_ entry: AuditEntry, _ entropy: Entropy) {
        self.entry = entry
        eventID = .make(at: entry.at, random: entropy.bytes)
    }
}

extension ChangeNote {
    /// With a name for its event that was made before the transaction.
    init(_ entry: AuditEntry, eventID: Identifier<JournalEvent>) { (self.entry, self.eventID) = (entry, eventID) }
}

extension Requester {
    /// The note of a change by them.
    package func note(
        _ action: String, _ subject: String, at now: Timestamp, in organisation: Organisation.ID? = nil, detail: JSONObject = [:],
        _ entropy: Entropy
    ) -> ChangeNote {
        ChangeNote(
            AuditEntry(
                at: now, actor: auditName, actorName: principal.user.name, organisation: organisation, action: action, subject: subject,
                address: address, detail: detail), entropy)
    }
}

extension JournalRecords {
    /// Writes the audit entry and the event `DOMAIN.NAME` of one change.
    ///
    /// - Parameter data: Names of records and no more: plugins may read the journal.
    package func keep(_ note: ChangeNote, domain: String = "system", event: String, data: JSONObject) throws(Fault) {
        try append(note.entry)
        _ = try append([
            JournalEvent(
                eventID: note.eventID, eventType: "\(domain).\(event)", timestamp: note.entry.at, source: "hub",
                correlationID: note.eventID.rawValue, organisation: note.entry.organisation, data: .object(data))
        ])
    }
}
