import Hub
import JSON
import Manifests
import PluginModel
import PluginPackages

/// Reads a configuration file with everything it includes, and looks for the plugins it names.
///
/// Only `patchbay.yaml` includes, and what it includes includes nothing; a file that comes back to itself by another name is told apart by
/// where its links lead.
struct ConfigurationReviewer: Sendable {
    /// Plugins of one configuration, its includes and trees among them.
    static let pluginsMax = 10_000

    let context: CommandContext
    /// Reads manifests of ForgePortal, whose settings need them.
    let packages: any PackageReadingService
    let installed: @Sendable (PluginID) -> InstalledPlugin?

    /// Throws `usage.…` when the file itself cannot be read; everything else is a finding.
    func review(_ path: String, as format: ConfigurationFormat) async throws(CommandFailure) -> ConfigurationReview {
        let absolute = Files.absolute(path, from: context.workingDirectory)
        var work = Work()
        let bytes = try Self.bytes(absolute, format)
        work.seen = [Files.real(absolute) ?? absolute]
        await read(bytes, ReadFile(path: absolute, shown: path, format: format, includedBy: nil), &work)
        noteRepeats(&work.review)
        return work.review
    }

    struct Work {
        var review = ConfigurationReview()
        /// Real paths of the files that were read, the first one first.
        var seen: [String] = []
        var isFull = false

        mutating func note(_ finding: Finding, in file: ReadFile) {
            guard let index = review.files.firstIndex(where: { $0.path == file.shown }) else {
                preconditionFailure("A file is begun before anything is noted of it.")
            }
            review.files[index].findings.append(finding)
        }
    }

    struct ReadFile {
        /// Absolute.
        let path: String
        let shown: String
        let format: ConfigurationFormat
        let includedBy: String?

        var folder: String { Files.absolute("..", from: path) }
        func place(_ tokens: [String]) -> Finding.Place { .document(file: shown, pointer: JSONPointer(tokens)) }
    }

    private static func bytes(_ path: String, _ format: ConfigurationFormat) throws(CommandFailure) -> [UInt8] {
        // Opening a pipe or a device could wait for ever.
        let kind = Files.target(path)
        guard kind != .other else {
            throw CommandFailure(
                Fault(
                    code: "usage.cannot-read", message: "this is no plain file", place: path, remedy: "Name a configuration file.",
                    turn: .caller))
        }
        return try Files.read(path, limit: format.bytesMax)
    }

    // MARK: The formats

    private func read(_ bytes: [UInt8], _ file: ReadFile, _ work: inout Work) async {
        switch file.format {
        case .patchbay: await readPatchbay(bytes, file, &work)
        case .forgeportal: await readForgePortal(bytes, file, &work)
        case .coop: readIntegrations(bytes, file, &work)
        }
    }

    private func readIntegrations(_ bytes: [UInt8], _ file: ReadFile, _ work: inout Work) {
        let reading = IntegrationsConfiguration.read(bytes, file: file.shown)
        begin(file, isUsable: reading.manifest != nil, reading.findings, &work)
        for entry in reading.manifest?.entries ?? [] {
            let place = file.place(["integrations", String(entry.index), "package"])
            var located = locator(file).integration(entry.spec, at: place)
            if !entry.isEnabled { located = Located(source: located.source) }
            if !entry.isEnabled, let source = located.source {
                work.review.entries.append(FileEntry(.installed(from: source.description), isEnabled: false, file: file.shown))
            }
            let isPath = entry.spec.hasPrefix(".") || entry.spec.hasPrefix("/")
            add(
                ConfiguredPlugin(
                    name: entry.spec, origin: isPath ? .path : .package, place: place, isEnabled: entry.isEnabled, located: located), file,
                &work)
        }
    }

    private func readPatchbay(_ bytes: [UInt8], _ file: ReadFile, _ work: inout Work) async {
        let reading = PatchbayConfiguration.read(bytes, file: file.shown)
        begin(file, isUsable: reading.manifest != nil, reading.findings, &work)
        guard let configuration = reading.manifest else { return }
        work.review.limits = configuration.limits
        for entry in configuration.entries {
            let plugin = plugin(entry, file)
            add(plugin, file, &work)
            if let said = Self.said(entry, plugin, file) { work.review.entries.append(said) }
        }
        for (index, one) in configuration.includes.enumerated() {
            let place = file.place(["include", String(index)])
            switch one {
            case .integrations(let path): await include(path, .coop, place, file, &work)
            case .forgePortal(let path): await include(path, .forgeportal, place, file, &work)
            case .folders(let pattern): addFolders(pattern, place, file, &work)
            }
        }
        for (key, trees) in [("coco", configuration.cocoTrees), ("madeOpen", configuration.madeOpenTrees)] {
            for tree in trees { addTree(tree, file.place(["trees", key]), file, &work) }
        }
    }

    private func plugin(_ entry: PatchbayConfiguration.Entry, _ file: ReadFile) -> ConfiguredPlugin {
        let place = Finding.Place.source(file: file.shown, line: entry.line, column: 1, text: nil)
        let locator = locator(file)
        let (name, origin, locate): (String, ConfiguredPlugin.Origin, () -> Located) =
            switch entry.source {
            case .path(let path): (path, .path, { locator.path(path, at: place) })
            case .package(let name): (name, .package, { locator.package(named: name, at: place) })
            case .store(let id, let range):
                (range.map { "\(id)@\($0)" } ?? id, .store, { locator.installed(id, range: range, at: place) })
            }
        let located = locate()
        return ConfiguredPlugin(
            name: name, origin: origin, place: place, isEnabled: entry.isEnabled,
            located: entry.isEnabled ? located : Located(source: located.source))
    }

    /// What an entry says beside where its plugin comes from.
    private static func said(_ entry: PatchbayConfiguration.Entry, _ plugin: ConfiguredPlugin, _ file: ReadFile) -> FileEntry? {
        let subject: FileEntry.Subject
        if case .store(let id, _) = entry.source {
            subject = .named(id)
        } else if let source = plugin.located.source {
            subject = .installed(from: source.description)
        } else {
            return nil
        }
        // A plugin that is listed and not switched off is as it would be without a word: the manifest may have it begin switched off.
        var said = FileEntry(subject, isEnabled: entry.isEnabled ? nil : false, config: entry.config, file: file.shown)
        said.callTime = entry.limits.callMilliseconds.map { .milliseconds($0) }
        said.memoryBytes = entry.limits.memoryBytes
        return said
    }

    // MARK: Includes

    /// Reads an included file, unless something keeps it from being read.
    private func include(
        _ path: String, _ format: ConfigurationFormat, _ place: Finding.Place, _ file: ReadFile, _ work: inout Work
    ) async {
        func refuse(_ sentence: String, _ remedy: String) {
            work.note(Finding(.error, code: "configuration.include", place: place, sentence, remedy: remedy), in: file)
        }
        let absolute = Files.absolute(path, from: file.folder)
        let real = Files.real(absolute) ?? absolute
        switch work.seen.firstIndex(of: real) {
        case 0?: return refuse("'\(visible(path))' leads back to this file itself.", "Take it out.")
        case .some: return refuse("'\(visible(path))' is a file that is included already.", "Take one of the two out.")
        case nil: break
        }
        do throws(CommandFailure) {
            let bytes = try Self.bytes(absolute, format)
            work.seen.append(real)
            let shown = Files.shown(absolute, from: context.workingDirectory)
            await read(bytes, ReadFile(path: absolute, shown: shown, format: format, includedBy: file.shown), &work)
        } catch {
            refuse(
                "'\(visible(path))' cannot be included: \(error.fault.details ?? error.fault.message).",
                "Correct the path; it starts at this file's folder.")
        }
    }

    private func addFolders(_ pattern: String, _ place: Finding.Place, _ file: ReadFile, _ work: inout Work) {
        guard FolderPattern.hasWildcard(pattern) else {
            return add(
                ConfiguredPlugin(
                    name: pattern, origin: .include, place: place, isEnabled: true, located: locator(file).path(pattern, at: place)), file,
                &work)
        }
        guard let folders = FolderPattern.folders(pattern, from: file.folder) else {
            return work.note(
                Finding(
                    .error, code: "configuration.include", place: place,
                    "'\(visible(pattern))' means more than \(Quantity.grouped(FolderPattern.namesMax)) names to look at.",
                    remedy: "Name the folders more closely."), in: file)
        }
        let found = folders.filter(PluginLocator.isPackage)
        if found.isEmpty {
            work.note(
                Finding(
                    .warning, code: "configuration.no-match", place: place, "No folder that is a plugin fits '\(visible(pattern))'.",
                    remedy: "Correct the path, or take it out."), in: file)
        }
        for folder in found { add(whole(folder, .include, place), file, &work) }
    }

    private func addTree(_ path: String, _ place: Finding.Place, _ file: ReadFile, _ work: inout Work) {
        let absolute = Files.absolute(path, from: file.folder)
        do throws(StoreError) {
            let found = try PackageTree.find(in: absolute)
            if found.isEmpty {
                work.note(
                    Finding(
                        .warning, code: "configuration.no-match", place: place, "There is no plugin in the tree '\(visible(path))'.",
                        remedy: "Correct the path, or take it out."), in: file)
            }
            for folder in found { add(whole(folder, .tree, place), file, &work) }
        } catch {
            work.note(
                Finding(
                    .error, code: "configuration.plugin-not-found", place: place, error.fault.message,
                    remedy: "Correct the path; it starts at this file's folder."), in: file)
        }
    }

    private func whole(_ folder: String, _ origin: ConfiguredPlugin.Origin, _ place: Finding.Place) -> ConfiguredPlugin {
        ConfiguredPlugin(
            name: Files.shown(folder, from: context.workingDirectory), origin: origin, place: place, isEnabled: true,
            located: Located(location: folder, source: .folder(folder)))
    }

    // MARK: Pieces

    func locator(_ file: ReadFile) -> PluginLocator { PluginLocator(folder: file.folder, installed: installed) }

    func begin(_ file: ReadFile, isUsable: Bool, report: String? = nil, _ findings: [Finding], _ work: inout Work) {
        work.review.files.append(
            ReviewedFile(
                path: file.shown, format: file.format, includedBy: file.includedBy, isUsable: isUsable, report: report, findings: findings))
    }

    func add(_ plugin: ConfiguredPlugin, _ file: ReadFile, _ work: inout Work) {
        if work.review.plugins.count < Self.pluginsMax { return work.review.plugins.append(plugin) }
        guard !work.isFull else { return }
        work.isFull = true
        work.note(
            Finding(
                .error, code: "configuration.too-many", place: plugin.place,
                "There are more than \(Quantity.grouped(Self.pluginsMax)) plugins.", remedy: "Take some out."), in: file)
    }

    /// Two names that lead to one folder.
    private func noteRepeats(_ review: inout ConfigurationReview) {
        var first: [String: String] = [:]
        for (index, plugin) in review.plugins.enumerated() where plugin.origin != .store && plugin.state == .found {
            guard let path = plugin.located.location.flatMap(Files.real) else { continue }
            guard let earlier = first[path] else {
                first[path] = plugin.name
                continue
            }
            let sentence = "'\(visible(plugin.name))' is the same plugin as '\(visible(earlier))', which stands before it."
            review.plugins[index].located.findings.append(
                Finding(.warning, code: "configuration.repeated", place: plugin.place, sentence, remedy: "Keep one of the two."))
        }
    }
}
