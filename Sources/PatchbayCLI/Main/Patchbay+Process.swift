import Glibc
import PluginModel
import Synchronization

extension Patchbay {
    /// The whole life of the process `patchbay`: reads the command line, listens to Ctrl-C, and gives back the exit code.
    public static func main() async -> Int32 { await main(services: .real) }

    /// The same over other services, so that a terminal's behaviour can be tried without a sandbox.
    package static func main(services: Services) async -> Int32 {
        let environment = processEnvironment()
        let ending = Ending()
        let terminal = Terminal.ofProcess(environment: environment) { reason in
            ending.end(as: reason == EPIPE ? .outputClosed : .hubFailed, because: reason)
        }
        let context = CommandContext(
            terminal: terminal, environment: environment, workingDirectory: currentFolder(), services: services)
        Interrupts.listen {
            if terminal.error.isTTY { terminal.error.line("\r\u{1B}[Kstopping… Ctrl-C again ends at once") }
            ending.end(as: .interrupted)
        }
        let words = Array(CommandLine.arguments.dropFirst())
        let task = Task { await carryOut(words, in: context) }
        ending.attach { task.cancel() }
        let (exitCode, runsUntilStopped) = await task.value
        if ending.cause == .hubFailed {
            let fault = Fault(
                code: "hub.output-failed", message: "standard output cannot be written", remedy: "Make room, or write somewhere else.",
                turn: .operator, details: String(cString: strerror(ending.reason)).lowercased())
            terminal.error.lines(ErrorRendering.lines(fault, style: terminal.error.style, width: terminal.error.width))
        }
        if ending.cause == .interrupted, runsUntilStopped { return exitCode.rawValue }
        return (ending.cause ?? exitCode).rawValue
    }

    private static func currentFolder() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    static func processEnvironment() -> [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return result
    }
}

/// Why the work was stopped from outside, if it was; the first cause stays.
private final class Ending: Sendable {
    private struct State {
        var cause: ExitCode?
        var reason: Int32 = 0
        var cancel: (@Sendable () -> Void)?
    }
    private let state = Mutex(State())

    var cause: ExitCode? { state.withLock { $0.cause } }

    /// The system's error number behind the cause; 0 where there is none.
    var reason: Int32 { state.withLock { $0.reason } }

    /// Cancels the running command, at once or as soon as there is one.
    func end(as cause: ExitCode, because reason: Int32 = 0) {
        let cancel = state.withLock { state in
            if state.cause == nil { (state.cause, state.reason) = (cause, reason) }
            return state.cancel
        }
        cancel?()
    }

    func attach(_ cancel: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.cancel = cancel
            return state.cause != nil
        }
        if isLate { cancel() }
    }
}
