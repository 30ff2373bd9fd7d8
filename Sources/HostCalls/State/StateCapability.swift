import JSON
package import PluginModel

/// Keeps small JSON values for the plugin: `state.get`, `state.set`, `state.delete`, `state.list`.
///
/// Needs no permission: each plugin sees its own keys and no others. Limits stand in `StateLimits`.
package struct StateCapability: Capability {
    package static let name = "state"
    package static let operations = [
        OperationDescription("state.get", isImmediate: true, "Read the value of `key`; null where there is none."),
        OperationDescription("state.set", isImmediate: true, "Keep `value` under `key`."),
        OperationDescription("state.delete", isImmediate: true, "Forget `key`; answers whether there was one."),
        OperationDescription("state.list", isImmediate: true, "List keys by `prefix`, a page at a time: `keys` and `cursor`."),
    ]
    package static let errors = [
        ErrorDescription("state.too-large", "A key or a value is longer than one may be.", .plugin),
        ErrorDescription("state.too-much", "The plugin keeps as many keys or bytes as it may.", .plugin),
    ]

    private let plugin: PluginID
    private let store: any StateStore
    private let limits: StateLimits

    package init(plugin: PluginID, store: any StateStore, limits: StateLimits = .default) {
        self.plugin = plugin
        self.store = store
        self.limits = limits
    }

    package func need(for call: HostCall) throws(Fault) -> Need? { nil }

    package func perform(_ call: HostCall) throws(Fault) -> Answer {
        switch call.operation {
        case "state.get": return .now(try store.value(of: plugin, key: try key(call)) ?? Self.null)
        case "state.set":
            guard let value = call.arguments["value"] else { throw call.wrong("value", "any JSON value") }
            let key = try key(call)
            let bytes = value.serializedBytes()
            guard bytes.count <= limits.valueBytesMax else {
                throw StateFault.tooLarge(
                    "The value for '\(visible(key))'", bytes: bytes.count, bytesMax: limits.valueBytesMax, operation: call.operation)
            }
            try store.set(bytes, of: plugin, key: key, limits: limits)
            return .now(Self.null)
        case "state.delete": return .now(try store.remove(of: plugin, key: try key(call)) ? Self.yes : Self.no)
        default: return .now(try list(call))
        }
    }

    private static let null = Array("null".utf8)
    private static let yes = Array("true".utf8)
    private static let no = Array("false".utf8)

    private func key(_ call: HostCall) throws(Fault) -> String {
        let key = try call.text("key")
        try check(key, call)
        if key.isEmpty { throw call.wrong("key", "a string that is not empty") }
        return key
    }

    private func check(_ key: String, _ call: HostCall) throws(Fault) {
        guard key.utf8.count <= limits.keyBytesMax else {
            throw StateFault.tooLarge("The key", bytes: key.utf8.count, bytesMax: limits.keyBytesMax, operation: call.operation)
        }
    }

    /// The cursor is the last key of the page, so that keys set or deleted in between neither repeat nor hide others.
    private func list(_ call: HostCall) throws(Fault) -> [UInt8] {
        let prefix = try call.text(ifPresent: "prefix") ?? ""
        let cursor = try call.text(ifPresent: "cursor")
        let limit = try call.integer(ifPresent: "limit") ?? limits.pageKeysMax
        try check(prefix, call)
        if let cursor { try check(cursor, call) }
        guard (1...limits.pageKeysMax).contains(limit) else { throw call.wrong("limit", "a whole number from 1 to \(limits.pageKeysMax)") }
        var keys = try store.keys(of: plugin, prefix: prefix, after: cursor, limit: limit + 1)
        let hasMore = keys.count > limit
        if hasMore { keys.removeLast() }
        let page: JSONValue = [
            "keys": .array(keys.map { .string($0) }), "cursor": hasMore ? keys.last.map { .string($0) } ?? .null : .null,
        ]
        return page.serializedBytes()
    }
}
