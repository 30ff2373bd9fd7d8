import HostCalls
import PluginModel

/// Plugins' own state, in the same database. Its keys are bytes: any character may be in them, and they are compared by their bytes.
extension SQLTransaction {
    func stateValue(of plugin: PluginID, key: String) throws(Fault) -> [UInt8]? {
        try rows("select value from plugin_state where plugin = $1 and key = $2", .plugin(plugin), .bytes(Array(key.utf8))) {
            (row: any SQLRow) throws(Fault) in row.bytes(0)
        }.first
    }

    func setState(
        _ value: [UInt8], of plugin: PluginID, key: String, limits: StateLimits, unixMilliseconds: Int64
    ) throws(Fault) {
        try lockState(of: plugin)
        let old = try stateBytes(of: plugin, key: key)
        let usage = try stateUsage(of: plugin)
        let next = StateUsage(
            keys: usage.keys + (old == nil ? 1 : 0), bytes: usage.bytes + value.count + (old.map { -$0 } ?? key.utf8.count))
        try StateFault.check(next, key: key, limits: limits)
        try change(
            """
            insert into plugin_state (plugin, key, value, changed_ms) values ($1, $2, $3, $4)
            on conflict (plugin, key) do update set value = excluded.value, changed_ms = excluded.changed_ms
            """, .plugin(plugin), .bytes(Array(key.utf8)), .bytes(value), .integer(unixMilliseconds))
        try setStateUsage(of: plugin, next)
    }

    func removeState(of plugin: PluginID, key: String) throws(Fault) -> Bool {
        try lockState(of: plugin)
        guard let old = try stateBytes(of: plugin, key: key) else { return false }
        try change("delete from plugin_state where plugin = $1 and key = $2", .plugin(plugin), .bytes(Array(key.utf8)))
        let usage = try stateUsage(of: plugin)
        try setStateUsage(of: plugin, StateUsage(keys: usage.keys - 1, bytes: usage.bytes - old - key.utf8.count))
        return true
    }

    func stateKeys(of plugin: PluginID, prefix: String, after: String?, limit: Int) throws(Fault) -> [String] {
        // One range of the index: no UTF-8 text holds the byte 0xff, so prefix + 0xff lies behind every key with that prefix.
        try rows(
            "select key from plugin_state where plugin = $1 and key >= $2 and key < $3 and key > $4 order by key limit $5", .plugin(plugin),
            .bytes(Array(prefix.utf8)), .bytes(Array(prefix.utf8) + [0xff]), .bytes(Array((after ?? "").utf8)), .integer(Int64(limit))
        ) { (row: any SQLRow) throws(Fault) in row.text(0) }
    }

    func stateUsage(of plugin: PluginID) throws(Fault) -> StateUsage {
        try rows("select keys, bytes from plugin_state_usage where plugin = $1", .plugin(plugin)) { (row: any SQLRow) throws(Fault) in
            StateUsage(keys: Int(row.integer(0)), bytes: Int(row.integer(1)))
        }.first ?? StateUsage()
    }

    func removeState(of plugin: PluginID) throws(Fault) {
        try lockState(of: plugin)
        try change("delete from plugin_state where plugin = $1", .plugin(plugin))
        try change("delete from plugin_state_usage where plugin = $1", .plugin(plugin))
    }

    /// Whoever changes a plugin's state has it alone until the transaction ends; other plugins' go on.
    private func lockState(of plugin: PluginID) throws(Fault) { try session.lock("state:\(plugin.rawValue)") }

    private func stateBytes(of plugin: PluginID, key: String) throws(Fault) -> Int? {
        try rows(
            "select length(value) from plugin_state where plugin = $1 and key = $2", .plugin(plugin), .bytes(Array(key.utf8))
        ) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first
    }

    private func setStateUsage(of plugin: PluginID, _ usage: StateUsage) throws(Fault) {
        try change(
            """
            insert into plugin_state_usage (plugin, keys, bytes) values ($1, $2, $3)
            on conflict (plugin) do update set keys = excluded.keys, bytes = excluded.bytes
            """, .plugin(plugin), .integer(Int64(usage.keys)), .integer(Int64(usage.bytes)))
    }
}
