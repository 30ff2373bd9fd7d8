import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    // MARK: Events

    private static let eventColumns =
        "sequence, event_id, event_type, event_version, at_ms, source, correlation_id, organisation, data"

    private static func event(_ row: any SQLRow) throws(Fault) -> JournalEvent {
        JournalEvent(
            sequence: row.integer(0), eventID: row.id(1), eventType: row.text(2), eventVersion: row.text(3), timestamp: row.timestamp(4),
            source: row.text(5), correlationID: row.text(6), organisation: row.optionalID(7), data: try row.json(8))
    }

    /// Only one transaction writes at a time, and it has its places until it ends: whoever reads behind a place misses nothing later.
    func append(_ events: [JournalEvent]) throws(Fault) -> [JournalEvent] {
        guard !events.isEmpty else { return [] }
        var sequence = try advance("journal", by: events.count) - Int64(events.count)
        var placed = events
        for index in placed.indices {
            sequence += 1
            placed[index].sequence = sequence
            let event = placed[index]
            try change(
                "insert into journal (\(Self.eventColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)", .integer(sequence),
                .id(event.eventID), .text(event.eventType), .text(event.eventVersion), .at(event.timestamp), .text(event.source),
                .text(event.correlationID), .id(event.organisation), .json(event.data))
        }
        return placed
    }

    /// With an organisation: its own events alone, not those of the whole hub.
    func events(after sequence: Int64, types: [String], organisation: Organisation.ID?, limit: Int) throws(Fault) -> [JournalEvent] {
        var filter = SQLFilter()
        filter.add("sequence > ", .integer(sequence))
        filter.addAny(types.map { SQLFilter.Pattern($0, suffix: ".*", column: "event_type") })
        if let organisation { filter.add("organisation = ", .id(organisation)) }
        return try rows(
            "select \(Self.eventColumns) from journal where \(filter.text) order by sequence limit \(filter.next(.limit(limit)))",
            filter.values, read: Self.event)
    }

    /// The last place that was given, whether or not its event is still there.
    func lastSequence() throws(Fault) -> Int64 {
        try rows("select value from counters where name = $1", .text("journal")) { (row: any SQLRow) throws(Fault) in row.integer(0) }
            .first ?? 0
    }

    /// As in reading, no types are all types.
    func removeEvents(before moment: Timestamp, types: [String]) throws(Fault) -> Int {
        var filter = SQLFilter()
        filter.add("at_ms < ", .at(moment))
        filter.addAny(types.map { SQLFilter.Pattern($0, suffix: ".*", column: "event_type") })
        return try change("delete from journal where \(filter.text)", filter.values)
    }

    // MARK: Audit

    private static let auditColumns =
        "sequence, at_ms, actor, actor_name, organisation, action, subject, outcome, address, detail"

    private static func entry(_ row: any SQLRow) throws(Fault) -> AuditEntry {
        AuditEntry(
            sequence: row.integer(0), at: row.timestamp(1), actor: row.text(2), actorName: row.text(3), organisation: row.optionalID(4),
            action: row.text(5), subject: row.text(6), outcome: try row.named(7, "an outcome"), address: row.optionalText(8),
            detail: try row.object(9))
    }

    func append(_ entry: AuditEntry) throws(Fault) {
        let sequence = try advance("audit", by: 1)
        try change(
            "insert into audit (\(Self.auditColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", .integer(sequence), .at(entry.at),
            .text(entry.actor), .text(entry.actorName), .id(entry.organisation), .text(entry.action), .text(entry.subject),
            .text(entry.outcome.rawValue), .text(entry.address), .json(.object(entry.detail)))
    }

    func audit(_ wanted: AuditFilter, before sequence: Int64?, limit: Int) throws(Fault) -> [AuditEntry] {
        var filter = SQLFilter()
        filter.add("sequence < ", .integer(sequence ?? .max))
        if let actor = wanted.actor { filter.add("actor = ", .text(actor)) }
        if let action = wanted.action { filter.addAny([SQLFilter.Pattern(action, suffix: ".", column: "action")]) }
        if let subject = wanted.subject { filter.add("subject = ", .text(subject)) }
        if let organisation = wanted.organisation { filter.add("organisation = ", .id(organisation)) }
        if let since = wanted.since { filter.add("at_ms >= ", .at(since)) }
        if let until = wanted.until { filter.add("at_ms < ", .at(until)) }
        return try rows(
            "select \(Self.auditColumns) from audit where \(filter.text) order by sequence desc limit \(filter.next(.limit(limit)))",
            filter.values, read: Self.entry)
    }

    // MARK: Cursors

    func cursor(_ name: String) throws(Fault) -> Int64 {
        try rows("select sequence from journal_cursors where name = $1", .text(name)) { (row: any SQLRow) throws(Fault) in row.integer(0) }
            .first ?? 0
    }

    func setCursor(_ name: String, _ sequence: Int64) throws(Fault) {
        try change(
            """
            insert into journal_cursors (name, sequence) values ($1, $2)
            on conflict (name) do update set sequence = excluded.sequence where excluded.sequence > journal_cursors.sequence
            """, .text(name), .integer(sequence))
    }
}
