internal import JSON
package import PluginModel
internal import WorkerProtocol

/// What a plugin's code threw, as the worker described it. Texts are bounded by the worker's prelude and again when read here.
package struct WorkerError: Sendable, Hashable {
    package var code: String
    package var name: String
    package var message: String
    /// The engine's stack in terms of the bundled script; `SourceMap` turns it into the author's files.
    package var stack: String?
    /// A `code` that the plugin put on its own error.
    package var pluginCode: String?
    /// What to do now, when the error is one of ours.
    package var remedy: String?
    /// Whose turn it is, as the hub said when it refused or failed a host call.
    package var turn: Fault.Turn?

    package static let textBytesMax = 16 << 10

    package init(
        code: String, name: String, message: String, stack: String? = nil, pluginCode: String? = nil, remedy: String? = nil,
        turn: Fault.Turn? = nil
    ) {
        self.code = code
        self.name = name
        self.message = message
        self.stack = stack
        self.pluginCode = pluginCode
        self.remedy = remedy
        self.turn = turn
    }

    /// Reads the worker's JSON; whatever is missing or odd becomes a plain sentence.
    package init(reading payload: [UInt8]) {
        let value = payload.count <= 4 * Self.textBytesMax ? try? JSONValue(parsing: payload) : nil
        func text(_ key: String) -> String? { value?[key]?.stringValue.map { String($0.prefix(Self.textBytesMax)) } }
        self.init(
            code: text("code") ?? "plugin.threw", name: text("name") ?? "Error",
            message: text("message") ?? "the worker sent an error that cannot be read", stack: text("stack"),
            pluginCode: text("pluginCode"), remedy: text("remedy"),
            turn: text("turn").flatMap(Fault.Turn.init))
    }
}

/// How a call can fail. Each case is told apart because somebody else has to act.
package enum CallFailure: Error, Sendable, Hashable {
    /// The plugin's code threw, or returned what cannot be sent.
    case threw(WorkerError)
    /// Ran past its wall-clock limit. `settled` false: its promise never settled; `killed`: it did not let go and its worker was ended.
    case timeLimit(Duration, running: Bool, killed: Bool)
    case cpuLimit(Duration)
    case memoryLimit(bytes: Int)
    /// The worker made a system call that is not allowed and the kernel ended it.
    case sandboxViolation
    case crashed(signal: Int32)
    /// The worker left by itself with this status.
    case left(status: Int32)
    /// The worker broke the rules of the wire.
    case protocolViolation(String)
    /// The call was well, but shared its worker with one that was not.
    case lostWorker(String)
    case busy(inFlight: Int)
    case cancelled
    /// The plugin's top level failed.
    case loadFailed(WorkerError)
    case quarantined(reason: String)
    case noSuchExport(name: String, exports: [String])
    case argumentTooLarge(bytes: Int, limit: Int)
    /// The machine does not give what the sandbox needs.
    case sandboxUnavailable(String)
    case stopped
}

extension CallFailure {
    /// Failures of the plugin that count toward quarantine; a caller's mistake or a crowded worker do not.
    package var countsAgainstPlugin: Bool {
        switch self {
        case .timeLimit, .cpuLimit, .memoryLimit, .sandboxViolation, .crashed, .left, .protocolViolation: true
        case .loadFailed(let error): error.code.hasPrefix("limit.")
        case .threw, .lostWorker, .busy, .cancelled, .quarantined, .noSuchExport, .argumentTooLarge, .sandboxUnavailable, .stopped: false
        }
    }

    /// A few words for a list of past failures.
    package var brief: String {
        switch self {
        case .threw(let error): "\(error.name): \(error.message)"
        case .timeLimit(let limit, let running, _):
            running ? "time limit of \(limit.brief)" : "a promise did not settle within \(limit.brief)"
        case .cpuLimit(let limit): "CPU limit of \(limit.brief)"
        case .memoryLimit(let bytes): "memory limit of \(bytes >> 20) MB"
        case .sandboxViolation: "a forbidden system call"
        case .crashed(let signal): "a crash (signal \(signal))"
        case .left(let status): "the worker left with status \(status)"
        case .protocolViolation(let what): "broke the wire protocol: \(what)"
        case .lostWorker(let why): "its worker was lost: \(why)"
        case .busy(let inFlight): "\(inFlight) calls already in flight"
        case .cancelled: "cancelled"
        case .loadFailed(let error): "did not load: \(error.message)"
        case .quarantined(let reason): "in quarantine: \(reason)"
        case .noSuchExport(let name, _): "no export named \(name)"
        case .argumentTooLarge(let bytes, _): "an argument of \(bytes) bytes"
        case .sandboxUnavailable(let why): "no sandbox: \(why)"
        case .stopped: "stopped"
        }
    }

    /// The error as it reaches a person or a program. `place` is the call, such as `acme.hello scan`.
    package func fault(plugin: PluginID, place: String? = nil) -> Fault {
        let who = "plugin '\(plugin)'"
        switch self {
        case .threw(let error):
            return Self.thrown(error, who, place)
        case .timeLimit(let limit, let running, let killed):
            let what =
                running
                ? "was still running after its limit of \(limit.brief)" : "returned a promise that did not settle within \(limit.brief)"
            return Fault(
                code: running ? "call.time-limit" : "call.never-settled",
                message: "\(who) \(what)" + (killed ? ", so its worker was ended" : ""), place: place,
                remedy: running
                    ? "Do less per call, yield items from a generator, or raise the limit (--time-limit)."
                    : "Find the promise that nothing resolves; a host call that is awaited always settles.",
                turn: .plugin)
        case .cpuLimit(let limit):
            return Fault(
                code: "call.cpu-limit", message: "\(who) used more than \(limit.brief) of CPU time in one call", place: place,
                remedy: "Do less per call, or raise the limit (--time-limit).", turn: .plugin)
        case .memoryLimit(let bytes):
            return Fault(
                code: "call.memory-limit", message: "\(who) needed more than the \(bytes >> 20) MB of memory it may use", place: place,
                remedy: "Keep less at a time, or raise the limit (--memory-limit).", turn: .plugin)
        case .sandboxViolation:
            return Fault(
                code: "worker.sandbox-violation",
                message: "\(who) tried something that the sandbox forbids, and the kernel ended its worker", place: place,
                remedy: "Do not trust this plugin: ordinary JavaScript cannot do this. Remove it, and report it.", turn: .operator)
        case .crashed(let signal):
            return Fault(
                code: "worker.crashed", message: "the worker of \(who) crashed (signal \(signal))", place: place,
                remedy: "Try again; if it stays, report the plugin and this code.", turn: .hub)
        case .left(let status):
            return Fault(
                code: "worker.left", message: "the worker of \(who) ended with status \(status) in the middle of a call", place: place,
                remedy: "Try again; if it stays, report the plugin and this code.", turn: .hub)
        case .protocolViolation(let what):
            return Fault(
                code: "worker.protocol-violation", message: "the worker of \(who) broke the rules of the wire: \(what)", place: place,
                remedy: "Do not trust this plugin: ordinary JavaScript cannot do this. Remove it, and report it.", turn: .operator)
        case .lostWorker(let why):
            return Fault(
                code: "worker.lost", message: "another call brought down the worker of \(who) (\(why)) while this one was running",
                place: place,
                remedy: "Call again: a new worker starts by itself.", turn: .caller)
        case .busy(let inFlight):
            return Fault(
                code: "call.busy", message: "\(who) already has \(inFlight) calls in flight", place: place,
                remedy: "Wait for one of them, then call again.", turn: .caller)
        case .cancelled:
            return Fault(
                code: "call.cancelled", message: "the call to \(who) was cancelled", place: place,
                remedy: "Nothing: somebody asked for it.", turn: .caller)
        case .loadFailed(let error):
            return Fault(
                code: error.code == "plugin.load-failed" || error.code == "plugin.threw" ? "plugin.load-failed" : error.code,
                message: "\(who) did not load: \(error.name): \(error.message)", place: place,
                remedy: "The plugin's top level must run without errors and without host calls.", turn: .plugin, details: error.stack)
        case .quarantined(let reason):
            return Fault(
                code: "plugin.quarantined", message: "\(who) failed too often and is in quarantine: \(reason)", place: place,
                remedy: "Look at its failures, then release it or install another version.", turn: .operator)
        case .noSuchExport(let name, let exports):
            let hint = nearMiss(name, among: exports).map { " Did you mean '\($0)'?" } ?? ""
            let known =
                exports.isEmpty
                ? "It exports no functions."
                : "It exports: \(exports.prefix(20).joined(separator: ", "))\(exports.count > 20 ? ", …" : "")."
            return Fault(
                code: "call.no-such-export", message: "\(who) has no function '\(name)'.\(hint)", place: place, remedy: known, turn: .caller
            )
        case .argumentTooLarge(let bytes, let limit):
            return Fault(
                code: "call.argument-too-large", message: "an argument of \(bytes) bytes was given to \(who); at most \(limit) are allowed",
                place: place,
                remedy: "Send less at a time.", turn: .caller)
        case .sandboxUnavailable(let why):
            return Fault(
                code: "sandbox.unavailable", message: "this machine cannot confine \(who): \(why)", place: place,
                remedy: "Run: patchbay doctor", turn: .operator)
        case .stopped:
            return Fault(code: "plugin.stopped", message: "\(who) was stopped", place: place, remedy: "Start it again.", turn: .operator)
        }
    }

    private static func thrown(_ error: WorkerError, _ who: String, _ place: String?) -> Fault {
        let isOurs = error.code != "plugin.threw"
        return Fault(
            code: error.code,
            message: isOurs
                ? (error.message.hasPrefix(who) ? error.message : "\(who): \(error.message)")
                : "\(who) threw \(error.name): \(error.message)", place: place,
            remedy: isOurs ? error.remedy : "Mend the plugin's code at the place above.", turn: error.turn ?? .plugin, details: error.stack)
    }
}
