package import JSON
import PluginModel

/// How much a line matters, the least first.
package enum LogLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    case debug, info, warn, error

    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warn: 2
        case .error: 3
        }
    }
}

/// One line of a plugin's log, with its secrets already taken out.
package struct LogLine: Sendable, Hashable {
    package enum Origin: String, Sendable, Hashable {
        case plugin
        /// The hub speaks about the plugin, for example of dropped lines.
        case hub
    }

    package let unixMilliseconds: Int64
    package let plugin: PluginIdentity
    /// The call during which it was written; nil for the hub's own lines.
    package let callID: UInt32?
    package let origin: Origin
    package let level: LogLevel
    package let message: String
    package let fields: JSONObject

    package init(
        unixMilliseconds: Int64, plugin: PluginIdentity, callID: UInt32?, origin: Origin, level: LogLevel, message: String,
        fields: JSONObject = JSONObject()
    ) {
        self.unixMilliseconds = unixMilliseconds
        self.plugin = plugin
        self.callID = callID
        self.origin = origin
        self.level = level
        self.message = message
        self.fields = fields
    }

    /// One object, for programs: time, plugin, version, level, message, and what else there is.
    package var json: JSONObject {
        var object: JSONObject = [
            "time": .int(unixMilliseconds), "plugin": .string(plugin.id.rawValue), "version": .string(plugin.version),
            "level": .string(level.rawValue), "message": .string(message),
        ]
        if let callID { object["call"] = .int(Int64(callID)) }
        if origin == .hub { object["origin"] = .string(origin.rawValue) }
        if !fields.isEmpty { object["fields"] = .object(fields) }
        return object
    }
}
