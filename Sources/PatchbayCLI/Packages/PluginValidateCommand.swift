import JSON
import Manifests
import PluginModel

/// `patchbay plugin validate PATH…`: reads packages of any format and says everything that is wrong with them.
package struct PluginValidateCommand: Command {
    package static let spec = CommandSpec(
        name: "validate", summary: "Read packages of any format and say everything that is wrong with them",
        discussion: [
            "PATH is a package's folder, an archive of it, or a tree of packages such as Coco AI's extensions/ or Made Open's plugins/. Nothing is installed. No code of a package runs, but for Coop's, whose manifest is code: it is evaluated in the sandbox without any rights.",
            "With --json one array is printed, an object a package: {path, format, valid, id, name, version, contributions, permissions, findings}. The exit code is 0 when all are valid, 1 when one is not, 2 when the command line names something that is not there.",
        ],
        examples: [
            .init("check a plugin", "patchbay plugin validate plugins/hello"),
            .init("check a whole tree", "patchbay plugin validate extensions/"),
            .init("in a script", "patchbay plugin validate --json . > findings.json"),
        ],
        positionals: [.init("PATH", "A package's folder, an archive, or a tree of packages", repeats: true, completion: .file)],
        options: [
            .format, .platform, .init("all", short: "a", help: "Show valid packages without findings too, a line each"),
            .init("json", help: "Print one JSON array, an object a package, and errors as JSON too"), .quiet,
        ],
        topics: ["formats", "permissions", "exit-codes"])

    private let paths: [String]
    private let format: PackageFormat?
    private let platform: Platform?
    private let showsAll: Bool
    private let isJSON: Bool
    private let isQuiet: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        paths = arguments.positionals("PATH")
        for path in paths where path.isEmpty {
            throw .invalidValue(of: "PATH", value: path, why: "it is empty", hint: "Name a folder; . is the one you are in.")
        }
        format = try arguments.packageFormat()
        platform = try arguments.platform()
        showsAll = arguments.has("all")
        isJSON = arguments.has("json")
        isQuiet = arguments.has("quiet")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let service = context.services.packages()
        do throws(CommandFailure) {
            let code = try await validate(service, in: context)
            await service.finish()
            return code
        } catch {
            await service.finish()
            throw error
        }
    }

    private func validate(_ service: any PackageReadingService, in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        var found: [FoundPackage] = []
        for path in paths { found += try await service.find(at: path, format: format) }
        let progress = ProgressReporter(
            label: "reading", total: found.count, on: context.terminal.error, clock: context.clock,
            mode: ProgressReporter.mode(for: context.terminal.error, isSilent: isJSON || isQuiet || found.count < Self.progressMin))
        var summary = ValidationSummary()
        let output = context.terminal.output
        let rendering = ValidationRendering(style: output.style, width: output.width)
        for (index, package) in found.enumerated() {
            let checked = await service.read(package, platform: platform)
            let isFirst = summary.count == 0
            summary.count(checked)
            if isJSON {
                output.write((isFirst ? "[\n" : ",\n") + checked.json.serialized())
            } else if !(isQuiet && checked.isValid) {
                let lines = rendering.lines(checked, isAlone: found.count == 1, showsValid: showsAll || found.count <= Self.listedMax)
                progress.interleave { output.lines(lines) }
            }
            progress.advance(to: index + 1)
            if Task.isCancelled { throw .interrupted(after: index + 1) }
        }
        progress.finish()
        if isJSON {
            output.line(found.isEmpty ? "[]" : "\n]")
        } else if found.count > 1 {
            output.lines(rendering.lines(summary))
        }
        return summary.invalid > 0 ? .pluginFailed : .ok
    }

    /// From this many packages on, a bar is shown.
    private static let progressMin = 50
    /// Up to this many, valid packages get a line each.
    private static let listedMax = 40
}

extension CommandSpec.Option {
    static let format = CommandSpec.Option(
        "format", value: "FORMAT",
        help: "Read as this format instead of recognising it: \(PackageFormat.allCases.map(\.rawValue).joined(separator: ", "))",
        completion: .words(PackageFormat.allCases.map(\.rawValue)))
    /// The hub runs on Linux, and so do the commands of an extension.
    static let hubPlatform = CommandSpec.Option(
        "platform", value: "PLATFORM",
        help: "Install what is for this platform: \(Platform.allCases.map(\.rawValue).joined(separator: ", "))",
        fallback: "linux", completion: .words(Platform.allCases.map(\.rawValue)))
    static let platform = CommandSpec.Option(
        "platform", value: "PLATFORM", help: "Read for this platform: \(Platform.allCases.map(\.rawValue).joined(separator: ", "))",
        fallback: "all of them", completion: .words(Platform.allCases.map(\.rawValue)))
}

extension ParsedArguments {
    func packageFormat() throws(UsageError) -> PackageFormat? { try word("format", among: PackageFormat.allCases) }
    func platform() throws(UsageError) -> Platform? { try word("platform", among: Platform.allCases) }

    private func word<Word: RawRepresentable<String>>(_ option: String, among known: [Word]) throws(UsageError) -> Word? {
        guard let text = value(option) else { return nil }
        // `MadeOpen` and `forge-portal` are meant well.
        func plain(_ text: String) -> String { text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " } }
        if let word = known.first(where: { plain($0.rawValue) == plain(text) }) { return word }
        let words = known.map(\.rawValue)
        throw .invalidValue(
            of: "--\(option)", value: text, why: "the words are: \(words.joined(separator: ", "))",
            hint: nearMiss(text, among: words).map { "Did you mean '\($0)'?" } ?? "Leave it out to have it recognised.")
    }
}
