import JSON
import PluginModel
import PluginPackages

/// `patchbay plugin verify [ID]`: reads every installed file again and compares it with what was installed.
package struct PluginVerifyCommand: Command {
    package static let spec = CommandSpec(
        name: "verify", summary: "Compare every installed file with what was installed",
        discussion: ["The exit code is 0 when every byte is as it was installed, and 1 when one is not."],
        examples: [.init("everything", "patchbay plugin verify"), .init("one plugin", "patchbay plugin verify acme.weather")],
        positionals: [.init("ID", "The plugin's id; all of them when it is left out", isRequired: false)],
        options: [.data, .init("json", help: "Print one JSON array, an object a version")])

    private let id: PluginID?
    private let store: StoreArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        id = arguments.positional("ID") == nil ? nil : try arguments.pluginID("ID")
        store = StoreArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let access = try StoreAccess.open(store, in: context)
        let checks = try await storing { () throws(StoreError) in try await access.store.verify(id) }
        let output = context.terminal.output
        let bad = checks.filter { !$0.isGood }
        if isJSON {
            output.line(
                JSONValue.array(
                    checks.map { check in
                        [
                            "id": .string(check.plugin.rawValue), "version": check.version.version.map { .string($0) } ?? .null,
                            "hash": .string(check.version.contentHash), "good": .bool(check.isGood),
                            "trust": .string(check.version.trust.word),
                            "findings": .array(check.findings.map(\.checkedJSON)),
                        ]
                    }
                ).serialized())
        } else {
            let rendering = ValidationRendering(style: output.style, width: output.width)
            for check in checks {
                let mark = check.isGood ? output.style.green("●") : output.style.red("✗")
                output.line(
                    "\(mark) \(check.plugin) \(SafeText.line(check.version.version ?? "none"))"
                        + output.style.dim("  \(Quantity.grouped(check.version.files)) files · \(check.version.trust.phrase)"))
                output.lines(check.findings.flatMap { rendering.lines($0) })
            }
            if checks.isEmpty { output.line("No plugin is installed.") }
        }
        return bad.isEmpty ? .ok : .pluginFailed
    }
}
