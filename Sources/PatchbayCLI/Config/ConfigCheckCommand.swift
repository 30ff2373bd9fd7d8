import JSON
import Manifests
import PluginModel
import PluginPackages

/// `patchbay config check`: reads configuration files and says what is wrong with them, and which plugins they lead to.
package struct ConfigCheckCommand: Command {
    package static let spec = CommandSpec(
        name: "check", summary: "Read configuration files, and say which plugins they lead to",
        discussion: [
            "FILE is a patchbay.yaml, a forgeportal.yaml or an integrations.config.json; without one, those in this folder are read, and the one INTEGRATIONS_CONFIG_PATH names. What a patchbay.yaml includes is read too. Nothing is changed and no code runs.",
            "Every finding is told with its place. Then come the plugins in load order, each with where it would come from: a folder, the nearest node_modules, or what is installed. Variables FORGEPORTAL_… count as they do when the hub runs; no value of theirs is shown.",
            "The exit code is 0 when nothing is wrong, 1 when there are errors, and 2 when a file is not there.",
        ],
        examples: [
            .init("check what is in this folder", "patchbay config check"),
            .init("a file of another name", "patchbay config check --as patchbay staging.yaml"),
            .init("list what is missing", "patchbay config check --json | jq '.plugins[] | select(.state==\"missing\").name'"),
        ],
        positionals: [
            .init("FILE", "A configuration file; there may be several", isRequired: false, repeats: true, completion: .file)
        ],
        options: [.configurationFormat, .data, .jsonObject, .quiet], topics: ["formats", "exit-codes"])

    private let files: [(path: String, format: ConfigurationFormat)]
    private let store: StoreArguments
    private let isJSON: Bool
    private let isQuiet: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        let word = try arguments.configurationFormat()
        var files: [(String, ConfigurationFormat)] = []
        for path in arguments.positionals("FILE") { files.append((path, try .of(path, as: word, name: "FILE"))) }
        self.files = files
        store = StoreArguments(arguments)
        isJSON = arguments.has("json")
        isQuiet = arguments.has("quiet")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let packages = context.services.packages()
        do throws(CommandFailure) {
            let review = try await review(packages, in: context)
            await packages.finish()
            let output = context.terminal.output
            if isJSON {
                output.line(review.json.serialized())
            } else if !isQuiet || !review.isValid {
                let rendering = ConfigurationRendering(style: output.style, width: output.width, folder: context.workingDirectory)
                output.lines(rendering.lines(review))
            }
            return review.isValid ? .ok : .hasFindings
        } catch {
            await packages.finish()
            throw error
        }
    }

    private func review(_ packages: any PackageReadingService, in context: CommandContext) async throws(CommandFailure)
        -> ConfigurationReview
    {
        let reviewer = ConfigurationReviewer(context: context, packages: packages, installed: InstalledPlugins(store, in: context).find)
        var whole = ConfigurationReview()
        for (path, format) in files.isEmpty ? try ConfigurationFiles.here(in: context) : files {
            let seen = Set(whole.files.map { Files.absolute($0.path, from: context.workingDirectory) })
            guard !seen.contains(Files.absolute(path, from: context.workingDirectory)) else { continue }
            let next = try await reviewer.review(path, as: format)
            // What two of the files include is told once.
            whole.files += next.files.filter { file in !whole.files.contains { $0.path == file.path } }
            whole.plugins += next.plugins
        }
        return whole
    }
}

/// The configuration files a folder has.
enum ConfigurationFiles {
    /// In load order; throws `usage.no-configuration` when there is none.
    static func here(in context: CommandContext) throws(CommandFailure) -> [(path: String, format: ConfigurationFormat)] {
        let folder = context.workingDirectory
        var found: [(path: String, format: ConfigurationFormat)] = [ConfigurationFormat.patchbay, .forgeportal].filter {
            Files.target(Files.absolute($0.fileName, from: folder)) != .missing
        }.map { ($0.fileName, $0) }
        let coop = ConfigurationFile(environment: context.environment, workingDirectory: folder).path
        let isNamed = context.environment[ConfigurationFile.pathVariable].map { !$0.isEmpty } ?? false
        // Whoever named a file meant one: when it is not there, reading it says so.
        if isNamed || Files.target(coop) != .missing { found.append((Files.shown(coop, from: folder), .coop)) }
        guard !found.isEmpty else {
            throw CommandFailure(
                Fault(
                    code: "usage.no-configuration", message: "there is no configuration here", place: folder,
                    remedy: "Name a file, or write one of: \(ConfigurationFormat.allCases.map(\.fileName).joined(separator: ", ")).",
                    turn: .caller))
        }
        return found
    }
}

/// What is installed, for whoever only looks: a store that is not there is not made.
struct InstalledPlugins: Sendable {
    private let store: StoreArguments
    private let context: CommandContext

    init(_ store: StoreArguments, in context: CommandContext) { (self.store, self.context) = (store, context) }

    /// Nil for what is not installed, and where the store cannot be read; `patchbay plugin list` says why.
    @Sendable func find(_ id: PluginID) -> InstalledPlugin? {
        guard let folder = try? store.folder(in: context), Files.target(folder) == .folder,
            let access = try? StoreAccess.open(store, in: context)
        else { return nil }
        return try? access.store.plugin(id)
    }
}
