import JSON

/// Looks at the machine this process runs on.
package protocol MachineExamining: Sendable {
    func examine() async throws(CommandFailure) -> DoctorReport
}

/// `patchbay doctor`: what this machine offers, what is missing, and what to do about it.
package struct DoctorCommand: Command {
    package static let spec = CommandSpec(
        name: "doctor", summary: "Say what this machine offers: sandbox layers, engine, tools, limits",
        discussion: [
            "Nothing is changed. Each layer is tried, not only looked up. The exit code is 6 when something the sandbox requires is missing, else 0."
        ],
        examples: [
            .init("look", "patchbay doctor"),
            .init("in a script", "patchbay doctor --json && echo ready"),
        ],
        options: [.json], topics: ["sandbox", "exit-codes"])

    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) { isJSON = arguments.has("json") }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let report = try await context.services.machine.examine()
        let output = context.terminal.output
        if isJSON {
            output.line(report.json.serialized())
        } else {
            output.lines(DoctorRendering.lines(report, style: output.style, width: output.width))
        }
        return report.verdict == .refused ? .cannotSandbox : .ok
    }
}
