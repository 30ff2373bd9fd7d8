package import JSON
package import PluginModel

/// Hands the plugin its resolved configuration: `config.get` the whole object, or one top-level value with `key`.
///
/// Needs no permission: it is the plugin's own. The values are fixed for the life of the worker's broker and kept as bytes, so asking is
/// cheap. Secret fields that the manifest says how to use never come here; the broker adds them to requests itself (a later room).
package struct ConfigCapability: Capability {
    package static let name = "config"
    package static let operations = [
        OperationDescription("config.get", isImmediate: true, "Read the plugin's configuration, or one value of it by `key`.")
    ]
    package static let errors: [ErrorDescription] = []

    private let whole: [UInt8]
    private let values: [String: [UInt8]]

    package init(values: JSONObject) {
        whole = JSONValue.object(values).serializedBytes()
        var byKey: [String: [UInt8]] = [:]
        for (key, value) in values { byKey[key] = value.serializedBytes() }
        self.values = byKey
    }

    package func need(for call: HostCall) throws(Fault) -> Need? { nil }

    /// A key that is not set answers `null`, as an absent member reads in a script.
    package func perform(_ call: HostCall) throws(Fault) -> Answer {
        guard let key = try call.text(ifPresent: "key") else { return .now(whole) }
        return .now(values[key] ?? Self.absent)
    }

    private static let absent = Array("null".utf8)
}
