import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    // MARK: Rules

    private static let ruleColumns =
        "id, organisation, name, status, document, version, revision, created_ms, changed_ms, changed_by, changed_by_name"

    private static func rule(_ row: any SQLRow) throws(Fault) -> RuleRecord {
        RuleRecord(
            id: row.id(0), organisation: row.id(1), name: row.text(2), status: row.text(3), document: try row.object(4),
            version: Int(row.integer(5)), revision: Int(row.integer(6)), createdAt: row.timestamp(7), changedAt: row.timestamp(8),
            changedBy: row.text(9), changedByName: row.text(10))
    }

    func rule(_ id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> RuleRecord? {
        try rows(
            "select \(Self.ruleColumns) from rules where organisation = $1 and id = $2", .id(organisation), .id(id), read: Self.rule
        ).first
    }

    func rules(in organisation: Organisation.ID) throws(Fault) -> [RuleRecord] {
        try rows("select \(Self.ruleColumns) from rules where organisation = $1 order by id", .id(organisation), read: Self.rule)
    }

    func put(_ rule: RuleRecord) throws(Fault) {
        try require(rule.organisation)
        let found = try rows(
            "select revision from rules where organisation = $1 and id = $2", .id(rule.organisation), .id(rule.id)
        ) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first
        guard rule.revision - 1 == found ?? 0 else {
            throw RecordFault.ruleChangedMeanwhile("The rule '\(rule.name)'", expected: rule.revision - 1, found: found)
        }
        try change(
            """
            insert into rules (\(Self.ruleColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict (organisation, id) do update set name = excluded.name, status = excluded.status, document = excluded.document,
                version = excluded.version, revision = excluded.revision, created_ms = excluded.created_ms,
                changed_ms = excluded.changed_ms, changed_by = excluded.changed_by, changed_by_name = excluded.changed_by_name
            """, .id(rule.id), .id(rule.organisation), .text(rule.name), .text(rule.status), .json(.object(rule.document)),
            .integer(Int64(rule.version)), .integer(Int64(rule.revision)), .at(rule.createdAt), .at(rule.changedAt),
            .text(rule.changedBy), .text(rule.changedByName))
    }

    /// Versions go by their foreign key.
    func removeRule(_ id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try hasChanged("delete from rules where organisation = $1 and id = $2", .id(organisation), .id(id))
    }

    // MARK: Versions

    private static let versionColumns = "rule, organisation, version, status, document, at_ms, by_actor, by_name, note"

    private static func version(_ row: any SQLRow) throws(Fault) -> RuleVersion {
        RuleVersion(
            rule: row.id(0), organisation: row.id(1), version: Int(row.integer(2)), status: row.text(3), document: try row.object(4),
            at: row.timestamp(5), by: row.text(6), byName: row.text(7), note: row.optionalText(8))
    }

    func versions(of rule: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> [RuleVersion] {
        try rows(
            "select \(Self.versionColumns) from rule_versions where organisation = $1 and rule = $2 order by version desc",
            .id(organisation), .id(rule), read: Self.version)
    }

    func version(_ version: Int, of rule: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> RuleVersion? {
        try rows(
            "select \(Self.versionColumns) from rule_versions where organisation = $1 and rule = $2 and version = $3",
            .id(organisation), .id(rule), .integer(Int64(version)), read: Self.version
        ).first
    }

    func append(_ version: RuleVersion, keeping: Int) throws(Fault) {
        try change(
            "insert into rule_versions (\(Self.versionColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)", .id(version.rule),
            .id(version.organisation), .integer(Int64(version.version)), .text(version.status), .json(.object(version.document)),
            .at(version.at), .text(version.by), .text(version.byName), .text(version.note))
        try change(
            """
            delete from rule_versions where organisation = $1 and rule = $2 and version <= (
                select version from rule_versions where organisation = $1 and rule = $2 order by version desc limit 1 offset $3)
            """, .id(version.organisation), .id(version.rule), .limit(keeping))
    }

    // MARK: What rules name

    private static let partColumns = "kind, organisation, id, name, document, entries, revision, changed_ms"

    private static func part(_ row: any SQLRow) throws(Fault) -> RulePart {
        RulePart(
            kind: try row.named(0, "a kind of what rules name"), organisation: row.id(1), id: row.text(2), name: row.text(3),
            document: try row.json(4), count: Int(row.integer(5)), revision: Int(row.integer(6)), changedAt: row.timestamp(7))
    }

    func rulePart(_ kind: RulePart.Kind, _ id: String, in organisation: Organisation.ID) throws(Fault) -> RulePart? {
        try rows(
            "select \(Self.partColumns) from rule_parts where organisation = $1 and kind = $2 and id = $3", .id(organisation),
            .text(kind.rawValue), .text(id), read: Self.part
        ).first
    }

    func ruleParts(_ kind: RulePart.Kind, in organisation: Organisation.ID) throws(Fault) -> [RulePart] {
        try rows(
            "select \(Self.partColumns) from rule_parts where organisation = $1 and kind = $2 order by id", .id(organisation),
            .text(kind.rawValue), read: Self.part)
    }

    func rulePartSummaries(in organisation: Organisation.ID) throws(Fault) -> [RulePartSummary] {
        try rows(
            "select kind, id, name, entries, revision, changed_ms from rule_parts where organisation = $1 order by kind, id",
            .id(organisation)
        ) { (row: any SQLRow) throws(Fault) in
            RulePartSummary(
                kind: try row.named(0, "a kind of what rules name"), id: row.text(1), name: row.text(2), count: Int(row.integer(3)),
                revision: Int(row.integer(4)), changedAt: row.timestamp(5))
        }
    }

    func put(_ part: RulePart) throws(Fault) {
        try require(part.organisation)
        let found = try rows(
            "select revision from rule_parts where organisation = $1 and kind = $2 and id = $3", .id(part.organisation),
            .text(part.kind.rawValue), .text(part.id)
        ) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first
        guard part.revision - 1 == found ?? 0 else {
            throw RecordFault.ruleChangedMeanwhile("'\(part.name)'", expected: part.revision - 1, found: found)
        }
        try change(
            """
            insert into rule_parts (\(Self.partColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (organisation, kind, id) do update set name = excluded.name, document = excluded.document,
                entries = excluded.entries, revision = excluded.revision, changed_ms = excluded.changed_ms
            """, .text(part.kind.rawValue), .id(part.organisation), .text(part.id), .text(part.name), .json(part.document),
            .integer(Int64(part.count)), .integer(Int64(part.revision)), .at(part.changedAt))
    }

    func removeRulePart(_ kind: RulePart.Kind, _ id: String, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try hasChanged(
            "delete from rule_parts where organisation = $1 and kind = $2 and id = $3", .id(organisation), .text(kind.rawValue), .text(id))
    }
}
