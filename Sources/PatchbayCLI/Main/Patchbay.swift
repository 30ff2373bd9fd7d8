import JSON
import PluginModel

/// The program `patchbay`: its tree of commands, and one command line carried out from words to exit code.
package enum Patchbay {
    package static let version = hubVersion

    package static let commands = CommandNode.group(
        name: "patchbay", summary: "a self-hosted plugin hub",
        children: [
            .command(ServeCommand.self),
            .command(RunCommand.self),
            .group(
                name: "plugin", summary: "Read, check, install and run plugins",
                children: [
                    .command(PluginCallCommand.self), .command(PluginValidateCommand.self), .command(PluginInspectCommand.self),
                    .command(PluginInstallCommand.self), .command(PluginListCommand.self), .command(PluginVersionsCommand.self),
                    .command(PluginUpdateCommand.self), .command(PluginRollbackCommand.self), .command(PluginRemoveCommand.self),
                    .command(PluginVerifyCommand.self), .command(PluginEnableCommand.self), .command(PluginDisableCommand.self),
                    .command(PluginPackCommand.self), .command(PluginSignCommand.self),
                ]),
            .group(name: "config", summary: "Check configuration files", children: [.command(ConfigCheckCommand.self)]),
            .group(name: "rule", summary: "Try rules without a hub", children: [.command(RuleTestCommand.self)]),
            .group(
                name: "schema", summary: "Check JSON by JSON Schemas",
                children: [.command(SchemaCheckCommand.self), .command(SchemaTestCommand.self)]),
            .group(
                name: "admin", summary: "Look after a hub with its data folder in hand",
                children: [
                    .command(AdminUsersCommand.self), .command(AdminCreateUserCommand.self), .command(AdminResetPasswordCommand.self),
                    .command(AdminBackupCommand.self), .command(AdminOIDCSecretCommand.self),
                    .group(
                        name: "vault", summary: "The keys that seal secrets",
                        children: [
                            .command(AdminVaultStatusCommand.self), .command(AdminVaultAddKeyCommand.self),
                            .command(AdminVaultRotateCommand.self), .command(AdminVaultRetireCommand.self),
                        ]),
                ]),
            .command(DoctorCommand.self),
            .command(HelpCommand.self),
            .command(CompletionsCommand.self),
        ])

    /// What a person who typed only `patchbay` may want to type next.
    package static let firstExamples: [CommandSpec.Example] = [
        .init("start a hub", "patchbay serve"),
        .init("judge real texts with the signals a configuration names", "patchbay run"),
        .init("call one function of a plugin", "patchbay plugin call plugins/hello greet '{\"name\":\"Ada\"}'"),
        .init("check plugins of any format", "patchbay plugin validate plugins/"),
        .init("see what this machine offers", "patchbay doctor"),
    ]

    /// Carries out one command line. Everything a person sees goes through the context's terminal; nothing here ends the process.
    /// - Parameter words: The command line without the program's name.
    package static func perform(_ words: [String], in context: CommandContext) async -> ExitCode {
        await carryOut(words, in: context).exitCode
    }

    /// The same, and whether the command is one that runs until it is stopped.
    static func carryOut(_ words: [String], in context: CommandContext) async -> (exitCode: ExitCode, runsUntilStopped: Bool) {
        var runsUntilStopped = false
        let exitCode = await carryOut(words, in: context, &runsUntilStopped)
        return (exitCode, runsUntilStopped)
    }

    private static func carryOut(_ words: [String], in context: CommandContext, _ runsUntilStopped: inout Bool) async -> ExitCode {
        let isJSON = words.prefix { $0 != "--" }.contains("--json")
        do {
            switch try ArgumentParser(root: commands).parse(words) {
            case .run(let command):
                let exitCode = try await command.run(in: context)
                runsUntilStopped = type(of: command).runsUntilStopped
                return exitCode
            case .version: context.terminal.output.line("patchbay \(version)")
            case .help(let path):
                let output = context.terminal.output
                output.lines(HelpPage(style: output.style, width: output.width).lines(for: node(at: path), path: path))
            }
            return .ok
        } catch let error as UsageError {
            return report(CommandFailure(error.fault, exitCode: .usage), isJSON: isJSON, to: context.terminal)
        } catch let failure as CommandFailure {
            return report(failure, isJSON: isJSON, to: context.terminal)
        } catch {
            let fault = Fault(code: "hub.unexpected", message: "\(error)", place: nil, remedy: "Please report this.", turn: .hub)
            return report(CommandFailure(fault), isJSON: isJSON, to: context.terminal)
        }
    }

    private static func report(_ failure: CommandFailure, isJSON: Bool, to terminal: Terminal) -> ExitCode {
        // Nobody reads any more, as after `| head`: the command was cancelled for that, which is no error to tell.
        if terminal.output.isClosed { return .outputClosed }
        if isJSON {
            terminal.output.line(ErrorRendering.json(failure).serialized())
        } else {
            terminal.error.lines(ErrorRendering.lines(failure.fault, style: terminal.error.style, width: terminal.error.width))
        }
        return failure.exitCode
    }

    private static func node(at path: [String]) -> CommandNode {
        path.dropFirst().reduce(commands) { $0.child($1) ?? $0 }
    }
}
