package import PluginModel

/// How much one plugin may keep.
package struct StateLimits: Sendable, Hashable {
    /// In bytes of UTF-8.
    package var keyBytesMax: Int
    /// In bytes of JSON.
    package var valueBytesMax: Int
    /// Keys and values together.
    package var totalBytesMax: Int
    package var keysMax: Int
    /// Keys that one `state.list` answers with.
    package var pageKeysMax: Int

    package init(
        keyBytesMax: Int = 512, valueBytesMax: Int = 256 * 1024, totalBytesMax: Int = 16 * 1024 * 1024, keysMax: Int = 10_000,
        pageKeysMax: Int = 1000
    ) {
        self.keyBytesMax = keyBytesMax
        self.valueBytesMax = valueBytesMax
        self.totalBytesMax = totalBytesMax
        self.keysMax = keysMax
        self.pageKeysMax = pageKeysMax
    }

    package static let `default` = StateLimits()
}

package struct StateUsage: Sendable, Hashable {
    package var keys: Int
    /// Keys and values together.
    package var bytes: Int

    package init(keys: Int = 0, bytes: Int = 0) {
        self.keys = keys
        self.bytes = bytes
    }
}

/// Small values that a plugin keeps from one call to the next, such as cursors; the port behind `state.*`.
///
/// Keys are compared and ordered by their UTF-8 bytes. Every call is done when it returns, and a value it took survives the end of the
/// process (of an implementation that keeps values at all). Calls come from any thread and may block for as long as local storage takes.
package protocol StateStore: Sendable {
    /// The value as it was set, in bytes of JSON; nil when there is none.
    func value(of plugin: PluginID, key: String) throws(Fault) -> [UInt8]?

    /// Sets a value, all or nothing; `state.too-much` when the plugin would then keep more than `limits` allow.
    func set(_ value: [UInt8], of plugin: PluginID, key: String, limits: StateLimits) throws(Fault)

    /// Whether there was such a key.
    func remove(of plugin: PluginID, key: String) throws(Fault) -> Bool

    /// At most `limit` keys that begin with `prefix` and come after the key `after`, in order.
    func keys(of plugin: PluginID, prefix: String, after: String?, limit: Int) throws(Fault) -> [String]

    func usage(of plugin: PluginID) throws(Fault) -> StateUsage

    /// Forgets everything a plugin keeps, when it is removed.
    func removeAll(of plugin: PluginID) throws(Fault)
}

/// The faults of stored state, worded once for every store.
package enum StateFault {
    /// Throws when the plugin would keep too much after a set that moves it from `usage` to `next`.
    package static func check(_ next: StateUsage, key: String, limits: StateLimits) throws(Fault) {
        if next.keys > limits.keysMax {
            throw tooMuch(key, "\(limits.keysMax) keys are kept for this plugin already")
        }
        if next.bytes > limits.totalBytesMax {
            throw tooMuch(key, "the plugin would keep \(next.bytes) bytes; at most \(limits.totalBytesMax) are kept")
        }
    }

    static func tooLarge(_ what: String, bytes: Int, bytesMax: Int, operation: String) -> Fault {
        Fault(
            code: "state.too-large", message: "\(what) has \(bytes) bytes; at most \(bytesMax) are kept.", place: operation,
            remedy: "Keep less under one key, or spread it over several.", turn: .plugin)
    }

    private static func tooMuch(_ key: String, _ why: String) -> Fault {
        Fault(
            code: "state.too-much", message: "'\(visible(key))' was not set: \(why).", place: "state.set",
            remedy: "Delete keys that are no longer needed.", turn: .plugin)
    }
}
