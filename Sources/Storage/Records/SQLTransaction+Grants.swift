import HubCore
import PluginModel

extension SQLTransaction {
    private static func grant(_ row: any SQLRow) throws(Fault) -> Grant {
        Grant(plugin: try row.plugin(0), permission: row.text(1), grantedBy: row.text(2), grantedAt: row.timestamp(3))
    }

    /// By permission.
    func grants(of plugin: PluginID) throws(Fault) -> [Grant] {
        try rows(
            "select plugin, permission, granted_by, granted_ms from grants where plugin = $1 order by permission", .plugin(plugin),
            read: Self.grant)
    }

    /// By plugin and permission.
    func grants() throws(Fault) -> [Grant] {
        try rows("select plugin, permission, granted_by, granted_ms from grants order by plugin, permission", read: Self.grant)
    }

    func put(_ grant: Grant) throws(Fault) {
        try change(
            """
            insert into grants (plugin, permission, granted_by, granted_ms) values ($1, $2, $3, $4)
            on conflict (plugin, permission) do update set granted_by = excluded.granted_by, granted_ms = excluded.granted_ms
            """, .plugin(grant.plugin), .text(grant.permission), .text(grant.grantedBy), .at(grant.grantedAt))
    }

    /// Its uses go with it: they are counted since it was given.
    func removeGrant(of plugin: PluginID, permission: String) throws(Fault) -> Bool {
        try change("delete from grant_uses where plugin = $1 and permission = $2", .plugin(plugin), .text(permission))
        return try hasChanged("delete from grants where plugin = $1 and permission = $2", .plugin(plugin), .text(permission))
    }

    /// By permission.
    func grantUses(of plugin: PluginID) throws(Fault) -> [GrantUse] {
        try rows(
            "select plugin, permission, uses, refusals, last_used_ms from grant_uses where plugin = $1 order by permission", .plugin(plugin)
        ) { (row: any SQLRow) throws(Fault) in
            GrantUse(
                plugin: try row.plugin(0), permission: row.text(1), uses: Int(row.integer(2)), refusals: Int(row.integer(3)),
                lastUsedAt: row.optionalTimestamp(4))
        }
    }

    func add(_ uses: [GrantUse]) throws(Fault) {
        for use in uses {
            try change(
                """
                insert into grant_uses (plugin, permission, uses, refusals, last_used_ms) values ($1, $2, $3, $4, $5)
                on conflict (plugin, permission) do update set uses = grant_uses.uses + excluded.uses,
                    refusals = grant_uses.refusals + excluded.refusals,
                    last_used_ms = case when excluded.last_used_ms is null or grant_uses.last_used_ms >= excluded.last_used_ms
                        then grant_uses.last_used_ms else excluded.last_used_ms end
                """, .plugin(use.plugin), .text(use.permission), .integer(Int64(use.uses)), .integer(Int64(use.refusals)),
                .at(use.lastUsedAt))
        }
    }
}
