import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    // MARK: Queues

    private static let queueColumns = "organisation, id, name, description, is_default, revision, changed_ms"

    func reviewQueues(in organisation: Organisation.ID) throws(Fault) -> [ReviewQueue] {
        try rows("select \(Self.queueColumns) from review_queues where organisation = $1 order by id", .id(organisation)) {
            (row: any SQLRow) throws(Fault) in
            ReviewQueue(
                organisation: row.id(0), id: row.text(1), name: row.text(2), description: row.optionalText(3), isDefault: row.truth(4),
                revision: Int(row.integer(5)), changedAt: row.timestamp(6))
        }
    }

    func put(_ queue: ReviewQueue) throws(Fault) {
        try require(queue.organisation)
        let found = try rows(
            "select revision from review_queues where organisation = $1 and id = $2", .id(queue.organisation), .text(queue.id)
        ) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first
        guard queue.revision == (found ?? 0) + 1 else { throw ReviewQueue.changedMeanwhile(queue.id) }
        try change(
            """
            insert into review_queues (\(Self.queueColumns)) values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (organisation, id) do update set name = excluded.name, description = excluded.description,
                is_default = excluded.is_default, revision = excluded.revision, changed_ms = excluded.changed_ms
            """, .id(queue.organisation), .text(queue.id), .text(queue.name), .text(queue.description), .truth(queue.isDefault),
            .integer(Int64(queue.revision)), .at(queue.changedAt))
    }

    func removeReviewQueue(_ id: String, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try hasChanged("delete from review_queues where organisation = $1 and id = $2", .id(organisation), .text(id))
    }

    // MARK: Rules

    private static let routingColumns =
        "id, organisation, name, status, document, queue, place, revision, created_ms, changed_ms, changed_by, changed_by_name"

    func routingRules(in organisation: Organisation.ID) throws(Fault) -> [RoutingRuleRecord] {
        try rows("select \(Self.routingColumns) from routing_rules where organisation = $1 order by place, id", .id(organisation)) {
            (row: any SQLRow) throws(Fault) in
            let rule = RuleRecord(
                id: row.id(0), organisation: row.id(1), name: row.text(2), status: row.text(3), document: try row.object(4),
                revision: Int(row.integer(7)), createdAt: row.timestamp(8), changedAt: row.timestamp(9), changedBy: row.text(10),
                changedByName: row.text(11))
            return RoutingRuleRecord(rule: rule, queue: row.text(5), place: Int(row.integer(6)))
        }
    }

    func put(_ routing: RoutingRuleRecord) throws(Fault) {
        try require(routing.rule.organisation)
        let rule = routing.rule
        let found = try rows(
            "select revision from routing_rules where organisation = $1 and id = $2", .id(rule.organisation), .id(rule.id)
        ) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first
        guard rule.revision - 1 == found ?? 0 else {
            throw RecordFault.ruleChangedMeanwhile("The routing rule '\(rule.name)'", expected: rule.revision - 1, found: found)
        }
        // Whoever removes a queue looks for such rules in a transaction of their own, which came before this one or comes after.
        if routing.isLive {
            let queues = try rows(
                "select 1 from review_queues where organisation = $1 and id = $2", .id(rule.organisation), .text(routing.queue)
            ) { (row: any SQLRow) throws(Fault) in row.integer(0) }
            guard !queues.isEmpty else { throw RoutingRuleRecord.queueGone(routing.queue) }
        }
        try change(
            """
            insert into routing_rules (\(Self.routingColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (organisation, id) do update set name = excluded.name, status = excluded.status, document = excluded.document,
                queue = excluded.queue, place = excluded.place, revision = excluded.revision, changed_ms = excluded.changed_ms,
                changed_by = excluded.changed_by, changed_by_name = excluded.changed_by_name
            """, .id(rule.id), .id(rule.organisation), .text(rule.name), .text(rule.status), .json(.object(rule.document)),
            .text(routing.queue), .integer(Int64(routing.place)), .integer(Int64(rule.revision)), .at(rule.createdAt), .at(rule.changedAt),
            .text(rule.changedBy), .text(rule.changedByName))
    }

    func setPlace(_ place: Int, ofRoutingRule id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) {
        try change(
            "update routing_rules set place = $1 where organisation = $2 and id = $3", .integer(Int64(place)), .id(organisation), .id(id))
    }

    func removeRoutingRule(_ id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try hasChanged("delete from routing_rules where organisation = $1 and id = $2", .id(organisation), .id(id))
    }
}
