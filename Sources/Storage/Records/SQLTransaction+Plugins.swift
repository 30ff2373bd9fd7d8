import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    private static let pluginColumns =
        """
        id, running_version, waiting_version, fallback_version, quarantine, consented_ms, installed_ms, changed_ms, revision, pinned_version,
        fallback_grants
        """

    private static func record(_ row: any SQLRow) throws(Fault) -> PluginRecord {
        var record = PluginRecord(id: try row.plugin(0), installedAt: row.timestamp(6))
        (record.runningVersion, record.waitingVersion) = (row.optionalText(1), row.optionalText(2))
        (record.fallbackVersion, record.consentedAt) = (row.optionalText(3), row.optionalTimestamp(5))
        (record.changedAt, record.revision) = (row.timestamp(7), Int(row.integer(8)))
        record.pinnedVersion = row.optionalText(9)
        if !row.isNull(10) {
            record.fallbackGrants = (try row.json(10).arrayValue ?? []).map { grant in
                Grant(
                    plugin: record.id, permission: grant["permission"]?.stringValue ?? "", grantedBy: grant["by"]?.stringValue ?? "",
                    grantedAt: Timestamp(unixMilliseconds: Int64(grant["at"]?.intValue ?? 0)))
            }
        }
        if !row.isNull(4) {
            let quarantine = try row.json(4)
            record.quarantine = PluginRecord.Quarantine(
                reason: quarantine["reason"]?.stringValue ?? "", code: quarantine["code"]?.stringValue ?? "",
                since: Timestamp(unixMilliseconds: Int64(quarantine["since"]?.intValue ?? 0)))
        }
        return record
    }

    func plugin(_ id: PluginID) throws(Fault) -> PluginRecord? {
        try rows("select \(Self.pluginColumns) from plugins where id = $1", .plugin(id), read: Self.record).first
    }

    func plugins() throws(Fault) -> [PluginRecord] {
        try rows("select \(Self.pluginColumns) from plugins order by id", read: Self.record)
    }

    func put(_ plugin: PluginRecord) throws(Fault) {
        let found = try rows("select revision from plugins where id = $1", .plugin(plugin.id)) { (row: any SQLRow) throws(Fault) in
            Int(row.integer(0))
        }.first
        // A record that is gone was removed meanwhile; a change made for it must not bring it back.
        guard plugin.revision - 1 == found ?? 0 else {
            throw RecordFault.changedMeanwhile(plugin.id, what: "The record", expected: plugin.revision - 1, found: found)
        }
        // As JSON: a reason may come from a plugin, with any character.
        let quarantine = plugin.quarantine.map { quarantine -> JSONValue in
            [
                "reason": .string(quarantine.reason), "code": .string(quarantine.code),
                "since": .int(quarantine.since.unixMilliseconds),
            ]
        }
        let grants = plugin.fallbackGrants.map { grants -> JSONValue in
            .array(
                grants.map {
                    ["permission": .string($0.permission), "by": .string($0.grantedBy), "at": .int($0.grantedAt.unixMilliseconds)]
                })
        }
        try change(
            """
            insert into plugins (\(Self.pluginColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict (id) do update set running_version = excluded.running_version, waiting_version = excluded.waiting_version,
                fallback_version = excluded.fallback_version, quarantine = excluded.quarantine, consented_ms = excluded.consented_ms,
                installed_ms = excluded.installed_ms, changed_ms = excluded.changed_ms, revision = excluded.revision,
                pinned_version = excluded.pinned_version, fallback_grants = excluded.fallback_grants
            """, .plugin(plugin.id), .text(plugin.runningVersion), .text(plugin.waitingVersion), .text(plugin.fallbackVersion),
            .text(quarantine?.serialized()), .at(plugin.consentedAt), .at(plugin.installedAt), .at(plugin.changedAt),
            .integer(Int64(plugin.revision)), .text(plugin.pinnedVersion), .text(grants?.serialized()))
    }

    func removePlugin(_ id: PluginID) throws(Fault) -> Bool {
        for table in [
            "grants", "grant_uses", "plugin_settings", "plugin_enablement", "plugin_overrides", "plugin_failures", "plugin_context",
        ] {
            try change("delete from \(table) where plugin = $1", .plugin(id))
        }
        try change("delete from secrets where owner = $1", .plugin(id))
        try removeState(of: id)
        return try hasChanged("delete from plugins where id = $1", .plugin(id))
    }

    // MARK: On and off

    private static func override(_ row: any SQLRow) throws(Fault) -> PluginOverride {
        PluginOverride(plugin: try row.plugin(0), isEnabled: row.truth(1), updatedAt: row.timestamp(2))
    }

    func override(_ plugin: PluginID) throws(Fault) -> PluginOverride? {
        try rows("select plugin, is_enabled, updated_ms from plugin_overrides where plugin = $1", .plugin(plugin), read: Self.override)
            .first
    }

    /// By plugin.
    func overrides() throws(Fault) -> [PluginOverride] {
        try rows("select plugin, is_enabled, updated_ms from plugin_overrides order by plugin", read: Self.override)
    }

    func put(_ override: PluginOverride) throws(Fault) {
        try change(
            """
            insert into plugin_overrides (plugin, is_enabled, updated_ms) values ($1, $2, $3)
            on conflict (plugin) do update set is_enabled = excluded.is_enabled, updated_ms = excluded.updated_ms
            """, .plugin(override.plugin), .truth(override.isEnabled), .at(override.updatedAt))
    }

    func removeOverride(_ plugin: PluginID) throws(Fault) -> Bool {
        try hasChanged("delete from plugin_overrides where plugin = $1", .plugin(plugin))
    }

    func enablement(of plugin: PluginID) throws(Fault) -> [Organisation.ID: Bool] {
        let pairs = try rows("select organisation, is_enabled from plugin_enablement where plugin = $1", .plugin(plugin)) {
            (row: any SQLRow) throws(Fault) -> (Organisation.ID, Bool) in (row.id(0), row.truth(1))
        }
        return Dictionary(pairs) { first, _ in first }
    }

    func enablement(in organisation: Organisation.ID) throws(Fault) -> [PluginID: Bool] {
        let pairs = try rows("select plugin, is_enabled from plugin_enablement where organisation = $1", .id(organisation)) {
            (row: any SQLRow) throws(Fault) -> (PluginID, Bool) in (try row.plugin(0), row.truth(1))
        }
        return Dictionary(pairs) { first, _ in first }
    }

    func setEnablement(of plugin: PluginID, in organisation: Organisation.ID, _ isEnabled: Bool?) throws(Fault) {
        guard let isEnabled else {
            try change("delete from plugin_enablement where plugin = $1 and organisation = $2", .plugin(plugin), .id(organisation))
            return
        }
        try require(organisation)
        try change(
            """
            insert into plugin_enablement (plugin, organisation, is_enabled) values ($1, $2, $3)
            on conflict (plugin, organisation) do update set is_enabled = excluded.is_enabled
            """, .plugin(plugin), .id(organisation), .truth(isEnabled))
    }
}
