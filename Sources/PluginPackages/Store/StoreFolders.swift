import Glibc
import JSON
import PluginModel

/// Where everything lies below the data folder, and the locks on it. docs/package-store.md draws it.
struct StoreFolders: Sendable, Hashable {
    let root: String

    var packages: String { Paths.join(root, "packages") }
    var staging: String { Paths.join(root, "staging") }
    var locks: String { Paths.join(root, "locks") }

    static let indexFile = "index.json"
    static let recordFile = "record.json"
    static let filesFolder = "files"
    private static let indexBytesMax = 4 << 20
    private static let recordBytesMax = 64 << 20

    func plugin(_ id: PluginID) -> String { Paths.join(packages, id.rawValue) }
    func index(_ id: PluginID) -> String { Paths.join(plugin(id), Self.indexFile) }
    func version(_ id: PluginID, _ name: String) -> String { Paths.join(plugin(id), name) }
    func package(_ id: PluginID, _ version: InstalledVersion) -> String { Paths.join(self.version(id, version.name), version.root) }

    // MARK: Reading

    /// The index of a plugin; nil when there is none.
    func read(_ id: PluginID) throws(StoreError) -> InstalledPlugin? {
        let bytes: [UInt8]
        do { bytes = try SmallFile.read(index(id), bytesMax: Self.indexBytesMax, followingSymlinks: false) } catch {
            if case .missing = error { return nil }
            throw .unusable("read the index of '\(id)'", error)
        }
        guard let json = try? JSONValue(parsing: bytes), let plugin = InstalledPlugin(json: json, id: id) else {
            throw .refused(
                "package.index-damaged", "The store's index of '\(id)' is damaged, or a newer Patchbay wrote it.",
                remedy: "Restore packages/\(id)/\(Self.indexFile) from a backup, or move that folder away and install the plugin again.")
        }
        return plugin
    }

    /// What a version's files were when it was installed.
    func listing(_ id: PluginID, _ name: String) throws(StoreError) -> ContentListing {
        guard
            let bytes = try? SmallFile.read(
                Paths.join(version(id, name), Self.recordFile), bytesMax: Self.recordBytesMax, followingSymlinks: false),
            let json = try? JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: Self.recordBytesMax)), let files = json["files"],
            let listing = ContentListing(json: files)
        else {
            throw .refused(
                "package.record-damaged", "The list of files of '\(id)' \(visible(name)) is missing or damaged.",
                remedy: "Remove this version and install it again.")
        }
        return listing
    }

    /// Ids with a folder, sorted.
    func ids() -> [PluginID] { (Folder.names(packages) ?? []).compactMap { try? PluginID($0) } }

    // MARK: Locks

    /// Keeps others, threads and processes, from changing a plugin. 256 files are shared by all ids, which bounds them; two ids of one file only
    /// wait for each other, since nobody holds two.
    func lock(_ id: PluginID, patience: Duration) throws(StoreError) -> FileLock {
        let name = Digest.of(Array(id.rawValue.utf8), purpose: "patchbay plugin lock").prefix(2)
        return try FileLock(Paths.join(locks, "plugin-\(name)"), patience: patience, of: "'\(id)'")
    }

    /// Held for a moment, while a staging folder is made or the dead ones are looked for.
    func lockStaging(patience: Duration) throws(StoreError) -> FileLock {
        try FileLock(Paths.join(locks, "staging"), patience: patience, of: "the store")
    }
}

/// An exclusive `flock`, let go of with the value, or with the process.
final class FileLock: Sendable {
    private let descriptor: Int32
    private static let pauseMicroseconds: useconds_t = 2000

    /// Waits for whoever holds it as long as `patience` lasts; the file stays for the next one.
    init(_ path: String, patience: Duration, of what: String) throws(StoreError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unusable("lock \(what)", path, errno: errno) }
        // From here on `deinit` closes, also when this throws.
        let deadline = ContinuousClock.now.advanced(by: patience)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .unusable("lock \(what)", path, errno: errno) }
            guard ContinuousClock.now < deadline else {
                throw .refused("package.busy", "Somebody else is changing \(what).", remedy: "Try again when that is done.", turn: .caller)
            }
            usleep(Self.pauseMicroseconds)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ bytes: [UInt8]) {
        ftruncate(descriptor, 0)
        _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
}
