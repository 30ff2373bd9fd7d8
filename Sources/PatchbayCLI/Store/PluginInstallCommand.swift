import JSON
import Manifests
import PluginModel
import PluginPackages

/// `patchbay plugin install SOURCE…`, or `--from FILE`: checks packages, builds their code, and keeps them in the store.
package struct PluginInstallCommand: Command {
    package static let spec = CommandSpec(
        name: "install", summary: "Check a package, build its code, and keep it in the store",
        discussion: [
            "SOURCE is a package's folder, a .tgz, .tar or .zip, an https address of one, the name of an npm package in the node_modules of this folder or one above, or a tree of packages. A package with errors is not installed, and nothing of it is left. Installing grants nothing: what a plugin asks for is shown, and granted when it is enabled.",
            "A first version is in use at once. A further version of an installed plugin is kept beside it and waits: 'patchbay plugin update' shows what it changes, and takes it into use.",
        ],
        examples: [
            .init("install a folder", "patchbay plugin install plugins/hello"),
            .init("use a folder where it lies, while writing a plugin", "patchbay plugin install --link plugins/hello"),
            .init(
                "install an archive whose hash is known",
                "patchbay plugin install weather.tgz --integrity sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            .init("look first", "patchbay plugin install --dry-run extensions/"),
            .init("install what a configuration names", "patchbay plugin install --from patchbay.yaml"),
        ],
        positionals: [
            .init(
                "SOURCE", "A folder, an archive, an address, or the name of an npm package; not needed with --from", isRequired: false,
                repeats: true, completion: .file)
        ],
        options: [
            .init(
                "from", value: "FILE",
                help: "Install every plugin a patchbay.yaml, forgeportal.yaml or integrations.config.json names", completion: .file),
            .configurationFormat,
            .init("link", help: "Use the folder where it lies, read anew each time; for development"),
            .init("integrity", value: "HASH", help: "What the archive must hash to: sha512-… as npm writes it"),
            .init("allow-unsigned", help: "Take an unsigned version of a plugin that was signed before"),
            .init("allow-other-key", help: "Take a version signed by another key than before, and expect that key from now on"),
            .hubPlatform, .dryRun, .data, .jsonObject, .quiet,
        ] + RemoteArguments.options,
        topics: ["formats", "permissions", "exit-codes"])

    private let sources: [String]
    private let configuration: (path: String, format: ConfigurationFormat)?
    private let isLink: Bool
    private let isDryRun: Bool
    private let platform: Platform?
    private let options: InstallOptions
    private let store: StoreArguments
    private let remote: RemoteArguments
    private let isJSON: Bool
    private let isQuiet: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        sources = arguments.positionals("SOURCE")
        isLink = arguments.has("link")
        isDryRun = arguments.has("dry-run")
        platform = try arguments.platform() ?? .linux
        options = try InstallOptions(arguments)
        guard !sources.isEmpty || arguments.value("from") != nil else {
            throw .missingArgument(
                "SOURCE", help: "A folder, an archive, an address, or the name of an npm package", command: arguments.command)
        }
        let format = try arguments.configurationFormat()
        configuration = try arguments.value("from").map { (path) throws(UsageError) in
            (path, try ConfigurationFormat.of(path, as: format, name: "--from"))
        }
        if options.integrity != nil, sources.count > 1 || configuration != nil {
            throw .invalidValue(
                of: "--integrity", value: arguments.value("integrity") ?? "", why: "it is the hash of one archive",
                hint: "Install the packages one at a time.")
        }
        store = StoreArguments(arguments)
        remote = try RemoteArguments(arguments)
        if remote.hub != nil {
            // What these mean is said in the hub, where somebody looks at it.
            for option in ["from", "link", "dry-run", "integrity", "allow-unsigned", "allow-other-key"]
            where arguments.has(option) || arguments.value(option) != nil {
                throw .invalidValue(
                    of: "--\(option)", value: arguments.value(option) ?? "", why: "it does not go with --hub",
                    hint: "Use the hub's page Plugins, or its API, for that.")
            }
        }
        isJSON = arguments.has("json")
        isQuiet = arguments.has("quiet")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        if let hub = try HubClient.of(remote, in: context) {
            defer { hub.stop() }
            return try await HubPlugins(hub: hub, context: context, isJSON: isJSON).install(sources)
        }
        let access =
            isDryRun
            ? try StoreAccess.open(store, in: context, builds: true, platform: platform)
            : try await StoreAccess.openToChange(store, in: context, builds: true, platform: platform)
        do throws(CommandFailure) {
            let code = try await install(access, in: context)
            await access.reader.finish()
            return code
        } catch {
            await access.reader.finish()
            throw error
        }
    }

    private func install(_ access: StoreAccess, in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        var found: [PackageSource] = []
        for source in sources { found += try await InstallSources(isLink: isLink).find(source, in: context) }
        var missing: [ConfiguredPlugin] = []
        if let configuration {
            let named = try await ConfigurationSources(
                of: configuration.path, as: configuration.format, isLink: isLink, access: access, in: context)
            found += named.sources.filter { !found.contains($0) }
            missing = named.missing
        }
        let report = InstallReport(terminal: context.terminal, isJSON: isJSON, isQuiet: isQuiet)
        let progress = ProgressReporter(
            label: found.count == 1 ? "installing" : "installing \(Quantity.grouped(found.count)) packages",
            total: found.count == 1 ? Self.progressSteps : found.count, on: context.terminal.error, clock: context.clock,
            mode: ProgressReporter.mode(for: context.terminal.error, isSilent: isJSON || isQuiet || !context.terminal.error.isTTY))
        let isAlone = found.count == 1
        var failures = missing.count
        var rows = missing.map(report.json)
        for plugin in missing { report.show(plugin) }
        for (index, source) in found.enumerated() {
            do throws(StoreError) {
                if isDryRun {
                    let reading = try await DryInstall(access: access).read(source)
                    rows.append(report.json(dry: reading, source))
                    progress.interleave { report.show(dry: reading, source) }
                } else {
                    let outcome = try await access.store.install(source, options: options.fetching(with: access.reader)) { step in
                        if isAlone { progress.advance(to: step.share(of: Self.progressSteps)) }
                    }
                    rows.append(report.json(outcome, source))
                    progress.interleave { report.show(outcome) }
                }
            } catch {
                failures += 1
                rows.append(report.json(error, source))
                progress.interleave { report.show(error, source) }
            }
            if found.count > 1 { progress.advance(to: index + 1) }
            if Task.isCancelled { throw .interrupted(after: index + 1) }
        }
        progress.finish()
        let count = found.count + missing.count
        if isJSON {
            context.terminal.output.line(JSONValue.array(rows).serialized())
        } else if count == 0 {
            context.terminal.output.line("The configuration names no plugin that is to be installed.")
        } else if count > 1, !isQuiet {
            context.terminal.output.line(
                "\n\(Quantity.grouped(count - failures)) of \(Quantity.grouped(count)) packages \(isDryRun ? "could be installed" : "are installed")"
            )
        }
        return failures == 0 ? .ok : .pluginFailed
    }

    private static let progressSteps = 1_000
}

extension InstallOptions {
    init(_ arguments: ParsedArguments) throws(UsageError) {
        self.init()
        allowsUnsigned = arguments.has("allow-unsigned")
        allowsOtherKey = arguments.has("allow-other-key")
        guard let text = arguments.value("integrity") else { return }
        do throws(StoreError) { integrity = try Integrity(text) } catch {
            throw .invalidValue(
                of: "--integrity", value: text, why: error.fault.message,
                hint: "Write it as npm does, such as sha512- and 88 characters of base64.")
        }
    }

    func fetching(with reader: PackageReadingRunner) -> InstallOptions {
        var options = self
        options.fetch = { (address: String) async throws(StoreError) -> String in
            do throws(Fault) { return try await reader.download(address) } catch { throw .refused(error) }
        }
        return options
    }
}

extension InstallProgress {
    /// How far of `steps` the whole installation is: each stage has a part of it that fits how long it usually takes.
    func share(of steps: Int) -> Int {
        let (from, to): (Double, Double) =
            switch stage {
            case .fetching: (0, 0.3)
            case .unpacking, .copying: (0.3, 0.7)
            case .examining: (0.7, 0.8)
            case .storing: (0.8, 1)
            }
        let part = total > 0 ? Double(done) / Double(total) : 0
        return Int((from + (to - from) * min(1, part)) * Double(steps))
    }
}
