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
    ///
    /// What the plugin itself said is left out: the verdict is told to every organisation and kept in journal and audit log, and an error's words
    /// may hold one organisation's data or a secret. They stand among its failures.
    var trialOutcome: HealthTrial.Outcome? {
        switch self {
        case .threw(let error): (error.turn ?? .plugin) == .plugin ? .failed("an error of its own") : nil
        case .loadFailed: .broke("it did not load")
        case .timeLimit, .cpuLimit, .memoryLimit, .sandboxViolation, .crashed, .left, .protocolViolation: .broke(brief)
        case .lostWorker, .busy, .cancelled, .quarantined, .noSuchExport, .argumentTooLarge, .sandboxUnavailable, .stopped: nil
        }
    }

    /// Whether what the plugin was asked can have caused it. It loads without being asked anything.
    var isOfInput: Bool {
        switch self {
        case .loadFailed: false
        default: true
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
