import Glibc
import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages

/// The `integrations.config.json` of a hub that was started without `--config`, as programs for Coop know it.
///
/// What is damaged changes nothing: the last content that could be used counts, after a restart too, for which a copy lies in the data folder.
struct IntegrationsFile: Sendable {
    /// How often it is looked whether the file changed.
    static let pace = Duration.seconds(2)

    /// Absolute, whether or not there is a file.
    let path: String
    /// Where the last content that could be used lies.
    let copy: String

    /// Nil in a hub that a file was named for.
    init?(_ options: ServeOptions, _ folders: DataFolders) {
        guard let path = options.integrations else { return nil }
        (self.path, copy) = (path, folders.root + "/integrations.last-good.json")
    }

    /// What a content comes to.
    struct Content: Sendable {
        /// In the order of the file.
        var sources: [PackageSource] = []
        var entries: [FileEntry] = []
        /// Lines for whoever runs the hub.
        var notes: [String] = []
    }

    // MARK: Reading

    /// The file as it is now, or what was good last; a missing file names nothing.
    func first() -> Content {
        let (content, bytes) = now()
        if let content {
            if let bytes { keep(bytes) }
            return content
        }
        var last = kept().flatMap { read($0).content } ?? Content()
        last.notes = (bytes.map { read($0).notes } ?? ["note integrations.unreadable: \(path)"]) + last.notes
        return last
    }

    /// Nil where it cannot be used.
    private func now() -> (Content?, bytes: [UInt8]?) {
        switch Files.target(path) {
        case .missing: return (Content(), nil)
        case .file: break
        default: return (nil, nil)
        }
        guard let bytes = try? Files.read(path, limit: IntegrationsConfiguration.bytesMax) else { return (nil, nil) }
        return (read(bytes).content, bytes)
    }

    private func read(_ bytes: [UInt8]) -> (content: Content?, notes: [String]) {
        let reading = IntegrationsConfiguration.read(bytes, file: path)
        var content = Content()
        content.notes = reading.findings.map(Self.line)
        guard let configuration = reading.manifest else { return (nil, content.notes) }
        let locator = PluginLocator(folder: Files.absolute("..", from: path)) { _ in nil }
        for entry in configuration.entries {
            let place = Finding.Place.document(file: path, pointer: JSONPointer(["integrations", String(entry.index), "package"]))
            let located = locator.integration(entry.spec, at: place)
            guard entry.isEnabled else {
                // Looked for only to know which of the installed ones is meant.
                if let source = located.source {
                    content.entries.append(FileEntry(.installed(from: source.description), isEnabled: false, file: path))
                }
                continue
            }
            content.notes += located.findings.map(Self.line)
            guard located.location != nil, let source = located.source, !content.sources.contains(source) else { continue }
            content.sources.append(source)
        }
        return (content, content.notes)
    }

    private static func line(_ finding: Finding) -> String {
        "note \(finding.code): \(finding.place): \(finding.sentence)" + (finding.remedy.map { " \($0)" } ?? "")
    }

    // MARK: The last good content

    /// One of another file is none of this one.
    private func kept() -> [UInt8]? {
        guard let bytes = try? Files.read(copy, limit: 4 * IntegrationsConfiguration.bytesMax), let said = try? JSONValue(parsing: bytes),
            said["path"]?.stringValue == path, let text = said["text"]?.stringValue
        else { return nil }
        return Array(text.utf8)
    }

    private func keep(_ bytes: [UInt8]) {
        guard kept() != bytes else { return }
        let said: JSONValue = ["path": .string(path), "text": .string(String(decoding: bytes, as: UTF8.self))]
        let part = copy + ".part"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        let text = said.serializedBytes()
        let isWhole = Glibc.write(descriptor, text, text.count) == text.count && fsync(descriptor) == 0
        close(descriptor)
        // Without a copy a restart over a damaged file brings in nothing new; what is installed is there all the same.
        if isWhole { rename(part, copy) } else { unlink(part) }
    }

    // MARK: Watching

    /// Whatever changes when somebody saves a file.
    private struct Stamp: Equatable {
        let inode: UInt
        let bytes: Int
        /// To the nanosecond, as the kernel has it; compared and no more.
        let modified: [UInt8]
    }

    private func stamp() -> Stamp? {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        return Stamp(inode: found.st_ino, bytes: Int(found.st_size), modified: withUnsafeBytes(of: found.st_mtim) { Array($0) })
    }

    /// Until the task is cancelled: takes what the file says after each change.
    func watch(_ registry: PluginRegistry, log: @escaping @Sendable (String) -> Void) async {
        var seen = stamp()
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.pace)
            let found = stamp()
            guard found != seen, !Task.isCancelled else { continue }
            seen = found
            await take(registry, log: log)
        }
    }

    private func take(_ registry: PluginRegistry, log: @Sendable (String) -> Void) async {
        let (content, bytes) = now()
        guard let content else {
            for note in bytes.map({ read($0).notes }) ?? ["note integrations.unreadable: \(path)"] { log(note) }
            return log("note: '\(path)' changes nothing as long as it cannot be used")
        }
        if let bytes { keep(bytes) }
        for note in content.notes { log(note) }
        do throws(Fault) { try await registry.setFiles(content.entries) } catch { log("note \(error.code): \(error.message)") }
        await Seeding.install(content.sources, into: registry, log: log)
        log("note: read '\(path)' anew")
    }
}
