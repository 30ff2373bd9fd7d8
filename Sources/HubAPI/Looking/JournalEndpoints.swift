import HTTPServer
import HubCore
import JSON
import PluginModel

/// What happened, and who did what.
enum JournalEndpoints {
    static let chapter = "Journal"

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/journal", "Events in their order, or latest first with order=desc", chapter: chapter,
            access: .organisation(.journalRead),
            query: QueryParameter.page + [
                QueryParameter("types", .text, "Types divided by commas; `system.*` means all that begin so."),
                QueryParameter("order", .choice(["asc", "desc"]), "Oldest first, or latest first."),
            ], answer: .list(.named("JournalEvent")), handler: journal),
        Endpoint(
            .get, "/audit", "Who did what to what, latest first", chapter: chapter, access: .hub(.auditRead),
            query: [
                QueryParameter("limit", .integer, "How many at most, 1 to 200."),
                QueryParameter("before", .integer, "Entries before this one."),
                QueryParameter("actor", .text, "A user's id, or token:…, plugin:…, hub."),
                QueryParameter("action", .text, "An action, or all that begin with what ends in a dot."),
                QueryParameter("subject", .text, "What it was done to, such as plugin:hello."),
                QueryParameter("since", .time, "Not before."),
                QueryParameter("until", .time, "Not after."),
            ], answer: .list(.named("AuditEntry")), handler: audit),
    ]

    private static func journal(_ call: APICall) async throws -> HTTPResponse {
        let page = try call.page()
        let types = (call.query("types") ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) }
        let after = try page.after.map { text in
            guard let sequence = Int64(text), sequence >= 0 else { throw ProblemDocument.badQuery("after", "is the number of an event") }
            return sequence
        }
        // Somebody who may not see everything sees their organisation's alone.
        let organisation = call.principal.may(.journalRead, in: nil) ? nil : call.organisation?.id
        let isDescending: Bool
        switch call.query("order") {
        case nil, "asc": isDescending = false
        case "desc": isDescending = true
        default: throw ProblemDocument.badQuery("order", "is 'asc' or 'desc'")
        }
        let events = try await call.hub.store.read { (records) throws(Fault) in
            isDescending
                ? try JournalReading.latest(page.limit, before: after, types: types, organisation: organisation, in: records)
                : try records.events(after: after ?? 0, types: types, organisation: organisation, limit: page.limit)
        }
        return .page(events.map(\.json), call, page, last: events.last.map { "\($0.sequence)" })
    }

    private static func audit(_ call: APICall) async throws -> HTTPResponse {
        var filter = AuditFilter()
        (filter.actor, filter.action, filter.subject) = (call.query("actor"), call.query("action"), call.query("subject"))
        (filter.since, filter.until) = (try call.time("since"), try call.time("until"))
        let limit = try call.number("limit", in: 1...200, otherwise: 50)
        let before = try call.number("before", in: 1...Int.max, otherwise: Int.max)
        let wanted = filter
        let entries = try await call.hub.store.read { (records) throws(Fault) in
            try records.audit(wanted, before: before == Int.max ? nil : Int64(before), limit: limit)
        }
        var response = HTTPResponse.json(.array(entries.map(\.json)))
        if entries.count == limit, let last = entries.last {
            response.headers["Link"] = "<\(HTTPResponse.nextAddress(call, after: "\(last.sequence)", named: "before"))>; rel=\"next\""
        }
        return response
    }
}

/// The journal from its end.
enum JournalReading {
    /// So many events are looked through at once, and at most so many times.
    private static let (window, windowsMax): (Int64, Int) = (500, 20)

    /// Latest first. Looks back through the last 10,000 events and no further: whoever wants older ones reads forward.
    static func latest(
        _ limit: Int, before: Int64?, types: [String], organisation: Organisation.ID?, in records: any HubTransaction
    ) throws(Fault) -> [JournalEvent] {
        var found: [JournalEvent] = []
        var end: Int64
        if let before { end = before - 1 } else { end = try records.lastSequence() }
        for _ in 0..<windowsMax where end > 0 && found.count < limit {
            let start = max(0, end - window)
            let some = try records.events(after: start, types: types, organisation: organisation, limit: Int(window))
            found += some.filter { $0.sequence <= end }.reversed()
            end = start
        }
        return Array(found.prefix(limit))
    }
}

extension JournalEvent {
    var json: JSONValue {
        var members: JSONObject = [
            "sequence": .int(sequence), "eventId": .string(eventID.rawValue), "eventType": .string(eventType),
            "eventVersion": .string(eventVersion), "timestamp": .string(timestamp.description), "source": .string(source),
            "correlationId": .string(correlationID), "data": data,
        ]
        if let organisation { members["organisation"] = .string(organisation.rawValue) }
        return .object(members)
    }
}

extension AuditEntry {
    var json: JSONValue {
        var members: JSONObject = [
            "sequence": .int(sequence), "at": .string(at.description), "actor": .string(actor), "actorName": .string(actorName),
            "action": .string(action), "subject": .string(subject), "outcome": .string(outcome.rawValue), "detail": .object(detail),
        ]
        if let organisation { members["organisation"] = .string(organisation.rawValue) }
        if let address { members["address"] = .string(address) }
        return .object(members)
    }
}
