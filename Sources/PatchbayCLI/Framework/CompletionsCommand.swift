/// `patchbay completions bash`: a script for the shell to source.
package struct CompletionsCommand: Command {
    package static let spec = CommandSpec(
        name: "completions", summary: "Print completions for a shell",
        examples: [
            .init("for this shell, until it ends", "source <(patchbay completions bash)"),
            .init("for every shell of yours", "patchbay completions bash > ~/.local/share/bash-completion/completions/patchbay"),
        ],
        positionals: [.init("SHELL", "The shell: bash", completion: .words(["bash"]))])

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        let shell = arguments.required("SHELL")
        guard shell == "bash" else {
            throw .invalidValue(of: "SHELL", value: shell, why: "completions exist for bash only", hint: "Write: patchbay completions bash")
        }
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        context.terminal.output.write(BashCompletions.script(for: Patchbay.commands))
        return .ok
    }
}
