import HostCalls
import Hub
import HubCore
import JSON
import PluginModel

/// Levels of log lines by their words. Here, because HostCalls has answers of its own that are called like the server's.
enum LogLevels {
    static let words = LogLevel.allCases.map(\.rawValue)
    static func level(_ word: String) -> LogLevel? { LogLevel(rawValue: word) }
}

extension PluginLogLine {
    var json: JSONValue {
        var members: JSONObject = [
            "sequence": .int(sequence), "at": .string(at.description), "plugin": .string(plugin.rawValue), "version": .string(version),
            "level": .string(level.rawValue), "message": .string(message),
        ]
        if !fields.isEmpty { members["fields"] = .object(fields) }
        if let call { members["call"] = .string("\(call)") }
        return .object(members)
    }
}
