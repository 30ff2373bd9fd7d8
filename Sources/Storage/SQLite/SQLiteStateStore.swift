package import HostCalls
package import PluginModel

/// Plugins' state in a SQLite file, without the rest of a hub: for the command line, beside a hub or alone.
///
/// A value is on disk when `set` returns; it survives the hub being killed and the power going.
package final class SQLiteStateStore: StateStore {
    private let store: SQLStore

    /// Opens or makes the file at `path`; its folder must exist. With `fileBytesMax` the file does not grow beyond that, or beyond what the
    /// schema needs, as if the disk were full.
    package init(path: String, fileBytesMax: Int? = nil, clock: HubClock = .system) throws(Fault) {
        let migrator = Migrator(unixMilliseconds: clock.unixMilliseconds())
        store = SQLStore(
            try SQLiteDatabase(path: path, isHub: false, fileBytesMax: fileBytesMax, migrator: migrator), clock: clock)
    }

    package func value(of plugin: PluginID, key: String) throws(Fault) -> [UInt8]? { try store.value(of: plugin, key: key) }

    package func set(_ value: [UInt8], of plugin: PluginID, key: String, limits: StateLimits) throws(Fault) {
        try store.set(value, of: plugin, key: key, limits: limits)
    }

    package func remove(of plugin: PluginID, key: String) throws(Fault) -> Bool { try store.remove(of: plugin, key: key) }

    package func keys(of plugin: PluginID, prefix: String, after: String?, limit: Int) throws(Fault) -> [String] {
        try store.keys(of: plugin, prefix: prefix, after: after, limit: limit)
    }

    package func usage(of plugin: PluginID) throws(Fault) -> StateUsage { try store.usage(of: plugin) }

    package func removeAll(of plugin: PluginID) throws(Fault) { try store.removeAll(of: plugin) }
}
