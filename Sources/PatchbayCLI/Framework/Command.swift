package import PluginModel

/// One subcommand: a description, a reading of its arguments, and what it does.
///
/// Everything that can be wrong with the words typed is found in `init`, before anything runs.
package protocol Command: Sendable {
    static var spec: CommandSpec { get }
    /// Whether being stopped by Ctrl-C or SIGTERM is how it ends, and no failure.
    static var runsUntilStopped: Bool { get }
    init(_ arguments: ParsedArguments) throws(UsageError)
    func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode
}

extension Command {
    package static var runsUntilStopped: Bool { false }
}

/// What a command may use of the world: the terminal, the place it was started from, and the parts of the hub it drives.
package struct CommandContext: Sendable {
    package let terminal: Terminal
    package let environment: [String: String]
    /// The folder relative paths start from, absolute.
    package let workingDirectory: String
    package let services: Services
    package let clock: MonotonicClock

    package init(
        terminal: Terminal, environment: [String: String], workingDirectory: String, services: Services,
        clock: MonotonicClock = .system
    ) {
        self.terminal = terminal
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.services = services
        self.clock = clock
    }
}

/// A command that could not do its work: what to tell the person, and what to tell the shell.
package struct CommandFailure: Error, Sendable {
    package let fault: Fault
    package let exitCode: ExitCode

    package init(_ fault: Fault, exitCode: ExitCode) {
        self.fault = fault
        self.exitCode = exitCode
    }

    /// Takes the exit code from the fault's code, by the table beside `ExitCode.init(faultCode:)`.
    package init(_ fault: Fault) { self.init(fault, exitCode: ExitCode(faultCode: fault.code)) }
}

extension CommandFailure {
    /// The work was cancelled from outside before its end.
    package static func interrupted(after done: Int) -> CommandFailure {
        CommandFailure(
            Fault(
                code: "interrupted.by-signal", message: "stopped before the end", place: "after \(Quantity.grouped(done)) runs",
                remedy: "Start it again; nothing was kept.", turn: .caller, details: "it was interrupted"),
            exitCode: .interrupted)
    }
}
