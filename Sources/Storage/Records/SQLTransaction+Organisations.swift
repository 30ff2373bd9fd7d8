import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    private static func organisation(_ row: any SQLRow) throws(Fault) -> Organisation {
        Organisation(id: row.id(0), slug: row.text(1), name: row.text(2), createdAt: row.timestamp(3))
    }

    func organisation(_ id: Organisation.ID) throws(Fault) -> Organisation? {
        try rows(
            "select id, slug, name, created_ms from organisations where id = $1 and removed_ms is null", .id(id), read: Self.organisation
        ).first
    }

    func organisation(slug: String) throws(Fault) -> Organisation? {
        try rows(
            "select id, slug, name, created_ms from organisations where slug = $1 and removed_ms is null", .text(slug),
            read: Self.organisation
        ).first
    }

    /// By id, which is by age.
    func organisations(_ page: PageRequest) throws(Fault) -> [Organisation] {
        try rows(
            "select id, slug, name, created_ms from organisations where id > $1 and removed_ms is null order by id limit $2",
            .text(page.after ?? ""), .limit(page.limit), read: Self.organisation)
    }

    func put(_ organisation: Organisation) throws(Fault) {
        if let other = try self.organisation(slug: organisation.slug), other.id != organisation.id {
            throw RecordFault.taken("account.slug-taken", "Another organisation has this short name.", organisation.id.rawValue)
        }
        let changed = try change(
            """
            insert into organisations (id, slug, name, created_ms) values ($1, $2, $3, $4)
            on conflict (id) do update set slug = excluded.slug, name = excluded.name, created_ms = excluded.created_ms
                where organisations.removed_ms is null
            """, .id(organisation.id), .text(organisation.slug), .text(organisation.name), .at(organisation.createdAt))
        guard changed > 0 else { throw StorageFault.unknownReference("organisation \(organisation.id), which is removed") }
        forgetPresence()
    }

    // MARK: Removing

    /// What is small and opens something goes at once. Tokens that are good in this organisation alone go too: without it they would be good
    /// everywhere. The short name becomes one that nobody can type, and so is free.
    func removeOrganisation(_ id: Organisation.ID, at moment: Timestamp) throws(Fault) -> Bool {
        let isRemoved = try hasChanged(
            """
            update organisations set removed_ms = $1, removed_slug = slug, slug = ':' || id, swept = '{}'
            where id = $2 and removed_ms is null
            """, .at(moment), .id(id))
        guard isRemoved else { return false }
        forgetPresence()
        for table in Self.goneAtOnce { try change("delete from \(table) where organisation = $1", .id(id)) }
        return true
    }

    private static let removedColumns = "id, removed_slug, removed_ms, swept"

    private static func removed(_ row: any SQLRow) throws(Fault) -> RemovedOrganisation {
        var swept: [String: Int] = [:]
        for (table, count) in try row.object(3) { swept[table] = count.intValue ?? 0 }
        return RemovedOrganisation(id: row.id(0), slug: row.text(1), removedAt: row.timestamp(2), swept: swept)
    }

    func removedOrganisations(limit: Int) throws(Fault) -> [RemovedOrganisation] {
        try rows(
            "select \(Self.removedColumns) from organisations where removed_ms is not null order by removed_ms, id limit $1", .limit(limit),
            read: Self.removed)
    }

    func sweep(_ organisation: Organisation.ID, limit: Int) throws(Fault) -> OrganisationSweep? {
        let found = try rows(
            "select \(Self.removedColumns) from organisations where id = $1 and removed_ms is not null", .id(organisation),
            read: Self.removed
        ).first
        guard var removed = found else { return nil }
        for (table, key) in Self.sweptTables {
            let count = try change(
                "delete from \(table) where (\(key)) in (select \(key) from \(table) where organisation = $1 limit $2)", .id(organisation),
                .limit(limit))
            guard count > 0 else { continue }
            removed.swept[table, default: 0] += count
            let swept = JSONObject(removed.swept.sorted { $0.key < $1.key }.map { ($0.key, .int(Int64($0.value))) })
            try change("update organisations set swept = $1 where id = $2", .json(.object(swept)), .id(organisation))
            return .going(removed)
        }
        try change("delete from organisations where id = $1", .id(organisation))
        forgetPresence()
        return .gone(removed)
    }

    /// Few rows each, by people and plugins.
    static let goneAtOnce = ["memberships", "api_tokens", "plugin_settings", "secrets", "plugin_enablement", "plugin_context"]
    /// One row, with the row of an item or with the last.
    static let goneAlong = ["decisions", "item_usage"]
    /// Every other table of theirs, with its key: children first, so that no row takes thousands along. A test compares all three with the schema.
    static let sweptTables = [
        ("decision_rules", "organisation, rule, outcome, sequence"), ("action_runs", "sequence"), ("items", "sequence"),
        ("review_jobs", "sequence"), ("rule_lineup_members", "organisation, rule, lineup"), ("rule_lineups", "organisation, id"),
        ("rule_action_counts", "organisation, day, rule"), ("rule_days", "organisation, day, rule"), ("rule_actions", "organisation, id"),
        ("strikes", "sequence"),
        ("user_days", "organisation, user_id, user_type, day"), ("item_users", "organisation, user_id, user_type"),
        ("routing_rules", "organisation, id"),
        ("review_queues", "organisation, id"), ("rule_versions", "organisation, rule, version"), ("rules", "organisation, id"),
        ("rule_parts", "organisation, kind, id"), ("plugin_failures", "sequence"),
    ]
}
