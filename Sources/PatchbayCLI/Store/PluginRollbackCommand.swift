import JSON
import PluginModel
import PluginPackages

/// `patchbay plugin rollback ID`: goes back to the version that was in use before.
package struct PluginRollbackCommand: Command {
    package static let spec = CommandSpec(
        name: "rollback", summary: "Go back to the version of a plugin that was in use before",
        examples: [
            .init("one step back", "patchbay plugin rollback acme.weather"),
            .init("to a version that is kept", "patchbay plugin rollback acme.weather --to 1.2.0"),
        ],
        positionals: [.init("ID", "The plugin's id, as 'patchbay plugin list' shows it")],
        options: [
            .init("to", value: "VERSION", help: "A version, or the first digits of its hash", fallback: "the one before"), .data,
            .jsonObject,
        ])

    private let id: PluginID
    private let version: String?
    private let store: StoreArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        id = try arguments.pluginID("ID")
        version = arguments.value("to")
        store = StoreArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let access = try await StoreAccess.openToChange(store, in: context)
        let before = try await storing { () throws(StoreError) in try access.store.plugin(id) }
        try await storing { () throws(StoreError) in _ = try access.store.rollback(id, to: version) }
        let after = try await storing { () throws(StoreError) in try access.store.plugin(id) }
        let output = context.terminal.output
        let names = (from: before.currentName, to: after.currentName)
        if isJSON {
            output.line(JSONValue.object(["id": .string(id.rawValue), "from": .string(names.from), "to": .string(names.to)]).serialized())
        } else {
            output.line("\(output.style.green("●")) \(id) is back at \(SafeText.line(names.to)), from \(SafeText.line(names.from)).")
        }
        return .ok
    }
}

extension InstalledPlugin {
    /// The version in use as a person calls it.
    fileprivate var currentName: String {
        isLinked ? "link" : currentVersion.map { $0.version ?? String($0.contentHash.prefix(12)) } ?? "none"
    }
}

/// `patchbay plugin remove ID`: removes a plugin, or one version of it.
package struct PluginRemoveCommand: Command {
    package static let spec = CommandSpec(
        name: "remove", summary: "Remove a plugin, or one version of it",
        discussion: [
            "The key that signed the plugin is remembered, so that nobody else can take its name; --forget-publisher lets go of it."
        ],
        examples: [
            .init("see what would go", "patchbay plugin remove acme.weather --dry-run"),
            .init("remove one version", "patchbay plugin remove acme.weather --version 1.2.0"),
        ],
        positionals: [.init("ID", "The plugin's id, as 'patchbay plugin list' shows it")],
        options: [
            .init("version", value: "VERSION", help: "Only this version, or the first digits of its hash", fallback: "all of them"),
            .init("forget-publisher", help: "Forget the key that signed it"), .dryRun, .data, .jsonObject,
        ])

    private let id: PluginID
    private let version: String?
    private let forgetsPublisher: Bool
    private let isDryRun: Bool
    private let store: StoreArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        id = try arguments.pluginID("ID")
        version = arguments.value("version")
        forgetsPublisher = arguments.has("forget-publisher")
        isDryRun = arguments.has("dry-run")
        store = StoreArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let access = isDryRun ? try StoreAccess.open(store, in: context) : try await StoreAccess.openToChange(store, in: context)
        let removal = try await storing { () throws(StoreError) in
            try await access.store.remove(id, version: version, dryRun: isDryRun, forgetsPublisher: forgetsPublisher)
        }
        let output = context.terminal.output
        if isJSON {
            output.line(
                JSONValue.object([
                    "id": .string(id.rawValue), "removed": .bool(!isDryRun), "dryRun": .bool(isDryRun),
                    "versions": .array(removal.versions.map(JSONValue.string)), "folders": .array(removal.folders.map(JSONValue.string)),
                    "files": .int(Int64(removal.files)), "bytes": .int(Int64(removal.bytes)),
                    "currentAfter": removal.currentAfter.map { .string($0) } ?? .null,
                ]).serialized())
            return .ok
        }
        let what = "\(Quantity.grouped(removal.files)) files, \(Quantity.bytes(removal.bytes))"
        output.line(isDryRun ? "This would go (\(what)):" : "\(output.style.green("●")) Removed \(id) (\(what)):")
        output.lines(removal.folders.map { "  " + SafeText.line($0) })
        if removal.versions.contains("link") { output.line("  the link; the folder it leads to stays") }
        if let current = removal.currentAfter {
            output.line(output.style.dim("In use \(isDryRun ? "then" : "now"): \(SafeText.line(current))"))
        }
        if isDryRun { output.line("Nothing was changed.") }
        return .ok
    }
}
