import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    private static let jobColumns =
        "sequence, organisation, queue, item_id, type_id, state, decisions, opened_ms, changed_ms, claimed_by, claimed_by_name, "
        + "claimed_until_ms, closing"

    private static func job(_ row: any SQLRow) throws(Fault) -> ReviewJob {
        var job = ReviewJob(
            sequence: row.integer(0), organisation: row.id(1), queue: row.text(2), itemID: row.text(3), typeID: row.text(4),
            state: try row.named(5, "a review's state"), decisions: Int(row.integer(6)), openedAt: row.timestamp(7),
            changedAt: row.timestamp(8))
        if let by = row.optionalText(9) { job.claim = ReviewJob.Claim(by: by, byName: row.text(10), until: row.timestamp(11)) }
        if !row.isNull(12) { job.closing = try Self.closing(try row.object(12)) }
        return job
    }

    private static func closing(_ object: JSONObject) throws(Fault) -> ReviewJob.Closing {
        guard let outcome = ReviewJob.Outcome(rawValue: object["outcome"]?.stringValue ?? "") else {
            throw StorageFault.unreadable("how a review ended", JSONValue.object(object).serialized())
        }
        func texts(_ name: String) -> [String] { object[name]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        return ReviewJob.Closing(
            outcome: outcome, actions: texts("actions"), policies: texts("policies"), note: object["note"]?.stringValue,
            by: object["by"]?.stringValue ?? "", byName: object["byName"]?.stringValue ?? "",
            at: Timestamp(unixMilliseconds: Int64(object["at"]?.intValue ?? 0)))
    }

    private static func values(_ job: ReviewJob) -> [SQLValue] {
        let closing = job.closing.map { closing -> JSONValue in
            var object: JSONObject = [
                "outcome": .string(closing.outcome.rawValue), "actions": .array(closing.actions.map { .string($0) }),
                "policies": .array(closing.policies.map { .string($0) }), "by": .string(closing.by), "byName": .string(closing.byName),
                "at": .int(closing.at.unixMilliseconds),
            ]
            object["note"] = closing.note.map { .string($0) }
            return .object(object)
        }
        return [
            .integer(job.sequence), .id(job.organisation), .text(job.queue), .text(job.itemID), .text(job.typeID),
            .text(job.state.rawValue), .integer(Int64(job.decisions)), .at(job.openedAt), .at(job.changedAt), .text(job.claim?.by),
            .text(job.claim?.byName), .at(job.claim?.until), closing.map { .json($0) } ?? .null,
        ]
    }

    func open(_ job: ReviewJob) throws(Fault) -> ReviewJob {
        try require(job.organisation)
        var job = job
        job.sequence = try advance("review jobs", by: 1)
        try change(
            "insert into review_jobs (\(Self.jobColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            Self.values(job))
        return job
    }

    func reviewJob(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> ReviewJob? {
        try rows(
            "select \(Self.jobColumns) from review_jobs where sequence = $1 and organisation = $2", .integer(sequence), .id(organisation),
            read: Self.job
        ).first
    }

    func openReviewJob(on itemID: String, ofType typeID: String, in organisation: Organisation.ID) throws(Fault) -> ReviewJob? {
        try rows(
            """
            select \(Self.jobColumns) from review_jobs where organisation = $1 and item_id = $2 and type_id = $3 and state = 'open'
            """, .id(organisation), .text(itemID), .text(typeID), read: Self.job
        ).first
    }

    func reviewJobs(
        _ wanted: ReviewFilter, in organisation: Organisation.ID, after sequence: Int64?, limit: Int
    ) throws(Fault) -> [ReviewJob] {
        let isOpen = wanted.state == .open
        var filter = SQLFilter()
        filter.add("organisation = ", .id(organisation))
        filter.add("state = ", .text(wanted.state.rawValue))
        if let queue = wanted.queue { filter.add("queue = ", .text(queue)) }
        if let item = wanted.itemID { filter.add("item_id = ", .text(item)) }
        if let sequence { filter.add(isOpen ? "sequence > " : "sequence < ", .integer(sequence)) }
        return try rows(
            """
            select \(Self.jobColumns) from review_jobs where \(filter.text) order by sequence \(isOpen ? "asc" : "desc")
            limit \(filter.next(.limit(limit)))
            """, filter.values, read: Self.job)
    }

    func openReviewJobCounts(in organisation: Organisation.ID) throws(Fault) -> [String: Int] {
        let pairs = try rows(
            "select queue, count(*) from review_jobs where organisation = $1 and state = 'open' group by queue", .id(organisation)
        ) { (row: any SQLRow) throws(Fault) -> (String, Int) in (row.text(0), Int(row.integer(1))) }
        return Dictionary(pairs) { first, _ in first }
    }

    func change(_ job: ReviewJob) throws(Fault) -> Bool {
        try change(
            """
            update review_jobs set queue = $3, state = $6, decisions = $7, changed_ms = $9, claimed_by = $10, claimed_by_name = $11,
                claimed_until_ms = $12, closing = $13
            where sequence = $1 and organisation = $2 and item_id = $4 and type_id = $5 and opened_ms = $8
            """, Self.values(job)) > 0
    }

    func moveReviewJobs(from queue: String, to other: String, in organisation: Organisation.ID, at moment: Timestamp) throws(Fault) -> Int {
        try change(
            "update review_jobs set queue = $1, changed_ms = $2 where organisation = $3 and queue = $4 and state = 'open'", .text(other),
            .at(moment), .id(organisation), .text(queue))
    }

    func removeReviewJobs(in organisation: Organisation.ID, closedBefore moment: Timestamp, limit: Int) throws(Fault) -> Int {
        try change(
            """
            delete from review_jobs where sequence in (
                select sequence from review_jobs where organisation = $1 and state = 'closed' and changed_ms < $2
                order by sequence limit $3)
            """, .id(organisation), .at(moment), .limit(limit))
    }

    // MARK: Why

    func append(_ reason: ReviewReason, keeping: Int, holding: Int) throws(Fault) {
        try change(
            """
            insert into review_reasons (sequence, job, decision, action, rules, policies, at_ms, routing, holds)
            values ($1, $2, $3, $4, $5, $6, $7, $8, 1)
            """, .integer(try advance("review reasons", by: 1)), .integer(reason.job), .integer(reason.decision), .text(reason.action),
            .json(.array(reason.rules.map { .string($0) })), .json(.array(reason.policies.map { .string($0) })), .at(reason.at),
            reason.routing.map { .json($0) } ?? .null)
        // Those between the first and the newest: `offset` counts from the newest.
        let between = """
            job = $1 and sequence > (select min(sequence) from review_reasons where job = $1) and sequence <= (
                select sequence from review_reasons where job = $1 order by sequence desc limit 1 offset $2)
            """
        try change("update review_reasons set holds = 0 where holds = 1 and \(between)", .integer(reason.job), .limit(holding))
        try change("delete from review_reasons where \(between)", .integer(reason.job), .limit(max(keeping - 1, 1)))
    }

    func reviewReasons(of job: Int64, in organisation: Organisation.ID, limit: Int) throws(Fault) -> [ReviewReason] {
        try rows(
            """
            select job, decision, action, rules, policies, at_ms, routing from review_reasons
            where job = $1 and exists (select 1 from review_jobs where sequence = $1 and organisation = $2) order by sequence desc limit $3
            """, .integer(job), .id(organisation), .limit(limit)
        ) { (row: any SQLRow) throws(Fault) in
            ReviewReason(
                job: row.integer(0), decision: row.integer(1), action: row.text(2),
                rules: try row.json(3).arrayValue?.compactMap(\.stringValue) ?? [],
                policies: try row.json(4).arrayValue?.compactMap(\.stringValue) ?? [], at: row.timestamp(5),
                routing: row.isNull(6) ? Optional<JSONValue>.none : try row.json(6))
        }
    }
}
