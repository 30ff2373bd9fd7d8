import HubCore
import PluginModel
import Sandbox

/// What a call came to, and on which version.
package struct CallAnswer: Sendable, Hashable {
    /// JSON in UTF-8; empty when the function returned nothing.
    package var value: [UInt8]
    package var version: String
    package var milliseconds: Double
}

extension CallFailure {
    /// What a trial makes of it; nil where it says nothing about the plugin.
    var trialOutcome: HealthTrial.Outcome? {
        switch self {
        case .threw(let error): (error.turn ?? .plugin) == .plugin ? .failed(brief) : nil
        case .timeLimit, .cpuLimit, .memoryLimit, .sandboxViolation, .crashed, .left, .protocolViolation, .loadFailed: .broke(brief)
        case .lostWorker, .busy, .cancelled, .quarantined, .noSuchExport, .argumentTooLarge, .sandboxUnavailable, .stopped: nil
        }
    }

    /// Whether it stands among the plugin's failures; a caller's mistake and a crowded worker do not.
    var isOfThePlugin: Bool {
        switch self {
        case .threw, .timeLimit, .cpuLimit, .memoryLimit, .sandboxViolation, .crashed, .left, .protocolViolation, .loadFailed: true
        case .lostWorker, .busy, .cancelled, .quarantined, .noSuchExport, .argumentTooLarge, .sandboxUnavailable, .stopped: false
        }
    }
}
