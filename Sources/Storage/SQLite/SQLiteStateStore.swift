import CSQLite
package import HostCalls
package import PluginModel
import Synchronization

/// Plugins' state in a SQLite file: one connection that writes and one that reads, so that a read never waits for a commit.
///
/// A value is on disk when `set` returns; it survives the hub being killed and the power going. Several processes may open one file, a
/// hub and a command line for example; writers take turns.
package final class SQLiteStateStore: StateStore {
    /// Both connections are reached only through their locks, which is what makes handing them over safe.
    private let writer: Mutex<Connection>
    private let reader: Mutex<Connection>
    private let clock: HubClock

    /// A connection whose every use is under a lock; so it may be sent to whoever takes the lock.
    private struct Connection: @unchecked Sendable {
        let sqlite: SQLiteConnection
    }

    /// Opens or makes the file at `path`; its folder must exist. With `fileBytesMax` the file does not grow beyond that, as if the disk
    /// were full.
    package init(path: String, fileBytesMax: Int? = nil, clock: HubClock = .system) throws(Fault) {
        self.clock = clock
        let writer = try SQLiteConnection(path: path)
        try writer.configure(isWriter: true)
        if let fileBytesMax { try writer.limitFile(bytes: fileBytesMax) }
        try SQLiteMigrations.apply(to: writer, unixMilliseconds: clock.unixMilliseconds())
        let reader = try SQLiteConnection(path: path, readOnly: true)
        try reader.configure(isWriter: false)
        self.writer = Mutex(Connection(sqlite: writer))
        self.reader = Mutex(Connection(sqlite: reader))
    }

    package func value(of plugin: PluginID, key: String) throws(Fault) -> [UInt8]? {
        try read { (sqlite) throws(Fault) in
            try sqlite.statement("select value from plugin_state where plugin = ?1 and key = ?2")
                .first(.text(plugin.rawValue), .text(key)) { $0.bytes(0) }
        }
    }

    package func set(_ value: [UInt8], of plugin: PluginID, key: String, limits: StateLimits) throws(Fault) {
        let now = clock.unixMilliseconds()
        try write { (sqlite) throws(Fault) in
            let old = try Self.valueBytes(sqlite, plugin, key)
            let usage = try Self.usage(sqlite, plugin)
            let next = StateUsage(
                keys: usage.keys + (old == nil ? 1 : 0), bytes: usage.bytes + value.count + (old.map { -$0 } ?? key.utf8.count))
            try StateFault.check(next, key: key, limits: limits)
            try sqlite.statement(
                """
                insert into plugin_state (plugin, key, value, changed_ms) values (?1, ?2, ?3, ?4)
                on conflict (plugin, key) do update set value = excluded.value, changed_ms = excluded.changed_ms
                """
            ).run(.text(plugin.rawValue), .text(key), .bytes(value), .integer(Int(now)))
            try Self.setUsage(sqlite, plugin, next)
        }
    }

    package func remove(of plugin: PluginID, key: String) throws(Fault) -> Bool {
        try write { (sqlite) throws(Fault) in
            guard let old = try Self.valueBytes(sqlite, plugin, key) else { return false }
            try sqlite.statement("delete from plugin_state where plugin = ?1 and key = ?2").run(.text(plugin.rawValue), .text(key))
            let usage = try Self.usage(sqlite, plugin)
            try Self.setUsage(sqlite, plugin, StateUsage(keys: usage.keys - 1, bytes: usage.bytes - old - key.utf8.count))
            return true
        }
    }

    package func keys(of plugin: PluginID, prefix: String, after: String?, limit: Int) throws(Fault) -> [String] {
        try read { (sqlite) throws(Fault) in
            // One range of the index: no UTF-8 text holds the byte 0xff, so prefix + 0xff lies behind every key with that prefix.
            try sqlite.statement(
                "select key from plugin_state where plugin = ?1 and key >= ?2 and key < ?3 and key > ?4 order by key limit ?5"
            ).all(
                .text(plugin.rawValue), .text(prefix), .textBytes(Array(prefix.utf8) + [0xff]), .text(after ?? ""), .integer(limit)
            ) { $0.text(0) }
        }
    }

    package func usage(of plugin: PluginID) throws(Fault) -> StateUsage {
        try read { (sqlite) throws(Fault) in try Self.usage(sqlite, plugin) }
    }

    package func removeAll(of plugin: PluginID) throws(Fault) {
        try write { (sqlite) throws(Fault) in
            try sqlite.statement("delete from plugin_state where plugin = ?1").run(.text(plugin.rawValue))
            try sqlite.statement("delete from plugin_state_usage where plugin = ?1").run(.text(plugin.rawValue))
        }
    }

    // MARK: Inside a transaction

    private static func valueBytes(_ sqlite: SQLiteConnection, _ plugin: PluginID, _ key: String) throws(Fault) -> Int? {
        try sqlite.statement("select length(value) from plugin_state where plugin = ?1 and key = ?2")
            .first(.text(plugin.rawValue), .text(key)) { $0.integer(0) }
    }

    private static func usage(_ sqlite: SQLiteConnection, _ plugin: PluginID) throws(Fault) -> StateUsage {
        try sqlite.statement("select keys, bytes from plugin_state_usage where plugin = ?1")
            .first(.text(plugin.rawValue)) { StateUsage(keys: $0.integer(0), bytes: $0.integer(1)) } ?? StateUsage()
    }

    private static func setUsage(_ sqlite: SQLiteConnection, _ plugin: PluginID, _ usage: StateUsage) throws(Fault) {
        try sqlite.statement(
            """
            insert into plugin_state_usage (plugin, keys, bytes) values (?1, ?2, ?3)
            on conflict (plugin) do update set keys = excluded.keys, bytes = excluded.bytes
            """
        ).run(.text(plugin.rawValue), .integer(usage.keys), .integer(usage.bytes))
    }

    private func read<Value: Sendable>(_ body: (SQLiteConnection) throws(Fault) -> Value) throws(Fault) -> Value {
        try reader.withLock { (connection) throws(Fault) in try body(connection.sqlite) }
    }

    private func write<Value: Sendable>(_ body: (SQLiteConnection) throws(Fault) -> Value) throws(Fault) -> Value {
        try writer.withLock { (connection) throws(Fault) in
            let sqlite = connection.sqlite
            return try sqlite.transaction { () throws(Fault) in try body(sqlite) }
        }
    }
}
