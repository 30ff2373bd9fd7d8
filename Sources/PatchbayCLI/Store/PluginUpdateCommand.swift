import JSON
import Manifests
import PluginModel
import PluginPackages

/// `patchbay plugin update ID [SOURCE]`: shows what another version changes, and takes it into use.
package struct PluginUpdateCommand: Command {
    package static let spec = CommandSpec(
        name: "update", summary: "Show what another version of a plugin changes, and take it into use",
        discussion: [
            "SOURCE is where the new version comes from, as for 'install'; without it the newest version that is kept is taken. The difference in permissions, contributions, settings and files is shown. A version that asks for more than the one in use is kept and waits: say --yes to take it into use all the same.",
            "With --dry-run nothing is taken into use and a new version is not kept.",
        ],
        examples: [
            .init("see what would change", "patchbay plugin update acme.weather weather-1.3.0.tgz --dry-run"),
            .init("update", "patchbay plugin update acme.weather weather-1.3.0.tgz"),
        ],
        positionals: [
            .init("ID", "The plugin's id, as 'patchbay plugin list' shows it"),
            .init("SOURCE", "A folder, an archive or an address", isRequired: false, completion: .file),
        ],
        options: [
            .init("yes", short: "y", help: "Take it into use even if it asks for more"),
            .init("integrity", value: "HASH", help: "What the archive must hash to: sha512-… as npm writes it"),
            .init("allow-unsigned", help: "Take an unsigned version of a plugin that was signed before"),
            .init("allow-other-key", help: "Take a version signed by another key than before, and expect that key from now on"),
            .hubPlatform, .dryRun, .data, .jsonObject,
        ],
        topics: ["permissions"])

    private let id: PluginID
    private let source: String?
    private let isYes: Bool
    private let isDryRun: Bool
    private let platform: Platform
    private let options: InstallOptions
    private let store: StoreArguments
    private let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        id = try arguments.pluginID("ID")
        source = arguments.positional("SOURCE")
        isYes = arguments.has("yes")
        isDryRun = arguments.has("dry-run")
        platform = try arguments.platform() ?? .linux
        var options = try InstallOptions(arguments)
        options.activation = .never
        options.requiredID = id
        self.options = options
        store = StoreArguments(arguments)
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        // A dry run of a new version keeps it for a moment.
        let access = try await StoreAccess.openToChange(store, in: context, builds: true, platform: platform)
        do throws(CommandFailure) {
            let code = try await update(access, in: context)
            await access.reader.finish()
            return code
        } catch {
            await access.reader.finish()
            throw error
        }
    }

    private func update(_ access: StoreAccess, in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let before = try await storing { () throws(StoreError) in try access.store.plugin(id) }
        let target = try await target(access, before, in: context)
        let takesIntoUse = !isDryRun && !target.isCurrent && (isYes || !(target.diff?.asksForMore ?? false))
        if takesIntoUse { try await storing { () throws(StoreError) in _ = try access.store.activate(id, target.name) } }
        if isDryRun, target.isNew {
            _ = try await storing { () throws(StoreError) in try await access.store.remove(id, version: target.name) }
        }
        show(target, takesIntoUse, in: context)
        return target.isCurrent || takesIntoUse || isDryRun ? .ok : .refused
    }

    private struct Target {
        let name: String
        let version: String?
        let isNew: Bool
        let isCurrent: Bool
        let diff: PackageDiff?
    }

    private func target(_ access: StoreAccess, _ before: InstalledPlugin, in context: CommandContext) async throws(CommandFailure) -> Target
    {
        guard let source else {
            guard let newest = before.versions.last else {
                throw CommandFailure(
                    Fault(
                        code: "package.no-update", message: "there is no version of '\(id)' to update to",
                        place: "the plugin is linked to its folder",
                        remedy: "Name where a version comes from: patchbay plugin update \(id) SOURCE", turn: .caller))
            }
            let diff = try await storing { () throws(StoreError) in try await access.store.diff(id, to: newest.name) }
            return Target(name: newest.name, version: newest.version, isNew: false, isCurrent: newest.name == before.current, diff: diff)
        }
        let found = try await InstallSources(isLink: false).find(source, in: context)
        guard let only = found.first, found.count == 1 else {
            throw CommandFailure(
                Fault(
                    code: "usage.several-packages", message: "there are \(Quantity.grouped(found.count)) packages here", place: source,
                    remedy: "Name the one that is '\(id)'.", turn: .caller), exitCode: .usage)
        }
        let outcome = try await storing { () throws(StoreError) in
            try await access.store.install(only, options: options.fetching(with: access.reader))
        }
        guard let version = outcome.version else {
            throw CommandFailure(
                Fault(code: "package.no-update", message: "a link has no versions", remedy: "Name an archive or a folder.", turn: .caller))
        }
        return Target(
            name: version.name, version: version.version, isNew: outcome.isNew, isCurrent: outcome.isCurrent, diff: outcome.diff)
    }

    private func show(_ target: Target, _ isTaken: Bool, in context: CommandContext) {
        let output = context.terminal.output
        if isJSON {
            output.line(
                JSONValue.object(
                    JSONObject([
                        ("id", .string(id.rawValue)), ("version", target.version.map { .string($0) } ?? .null),
                        ("updated", .bool(isTaken)), ("current", .bool(target.isCurrent || isTaken)), ("dryRun", .bool(isDryRun)),
                        ("waits", .bool(!isTaken && !target.isCurrent && !isDryRun)), ("diff", target.diff?.json ?? .null),
                    ])
                ).serialized())
            return
        }
        let version = SafeText.line(target.version ?? String(target.name.suffix(12)))
        if target.isCurrent { return output.line("\(id) is at \(version) already.") }
        let from = target.diff?.versionBefore.map { SafeText.line($0) + " → " } ?? ""
        output.line("\(output.style.bold(id.rawValue)) \(from)\(version)")
        output.lines([""] + (target.diff?.lines(style: output.style, width: output.width) ?? []) + [""])
        if isDryRun {
            output.line("Nothing was changed.")
        } else if isTaken {
            output.lines([
                "\(output.style.green("●")) \(version) is in use.",
                output.style.dim("Back to the one before: patchbay plugin rollback \(id)"),
            ])
        } else {
            output.lines([
                "\(output.style.yellow("●")) \(version) asks for more than the version in use, and waits.",
                "  → Take it into use: patchbay plugin update \(id) --yes",
            ])
        }
    }
}
