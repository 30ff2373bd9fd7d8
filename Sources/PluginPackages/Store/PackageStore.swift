import Glibc
import JSON
package import Manifests
package import PluginModel

/// The packages that are installed on this machine, each version under its content hash, never changed once it is there.
///
/// Any number of values, threads and processes may use one data folder. What a plugin's index names is whole and on disk; whatever else a killed
/// process left is invisible, and goes when the store is opened next. The layout and the guarantees stand in docs/package-store.md.
///
/// Methods without `async` block for some file operations on a few small files; those with `async` do their work on a thread of their own.
package struct PackageStore: Sendable {
    /// How the store is kept.
    package struct Settings: Sendable {
        package var limits = ArchiveLimits.default
        /// Small files beside a package's folder that belong to its reading, such as Coco AI's `developer.json`; copied along.
        package var siblingNames = ["developer.json"]
        /// Bytes of such a file.
        package var siblingBytesMax = 64 << 10
        /// How long a change waits for another change of the same plugin.
        package var patience = Duration.seconds(60)
        /// Seconds since 1970.
        package var now: @Sendable () -> Int64 = { Int64(time(nil)) }
        /// Called at each step of a change; what it throws ends the change there. For tests.
        package var atStep: @Sendable (StoreStep) throws(StoreError) -> Void = { (_: StoreStep) throws(StoreError) in }

        package init() {}
    }

    /// A plugin that is ready to be read and run.
    package struct ActivePackage: Sendable {
        package let plugin: InstalledPlugin
        /// Absolute.
        package let folder: String
        /// Nil for a linked folder.
        package let version: InstalledVersion?
        package let reading: PackageReading
    }

    let folders: StoreFolders
    let examiner: any PackageExamining
    let settings: Settings

    /// The data folder; absolute.
    package var folder: String { folders.root }

    /// Opens the store in a data folder, which is made for this user alone where it is missing, and removes what killed changes left behind.
    package init(folder: String, examiner: any PackageExamining, settings: Settings = Settings()) throws(StoreError) {
        do {
            try Folder.make(folder)
            let root = Paths.real(folder) ?? folder
            folders = StoreFolders(root: root)
            for place in [folders.packages, folders.staging, folders.locks] { try Folder.make(place) }
        } catch {
            throw .unusable("open its folder", error)
        }
        self.examiner = examiner
        self.settings = settings
        try sweep()
    }

    // MARK: Looking

    /// Every plugin with a version or a link, by id; and what is wrong with those that cannot be listed.
    package func list() -> (plugins: [InstalledPlugin], problems: [Fault]) {
        var plugins: [InstalledPlugin] = []
        var problems: [Fault] = []
        for id in folders.ids() {
            do throws(StoreError) {
                if let plugin = try folders.read(id), !plugin.isEmpty { plugins.append(plugin) }
            } catch {
                problems.append(error.fault)
            }
        }
        return (plugins, problems)
    }

    /// Throws `package.not-installed`.
    package func plugin(_ id: PluginID) throws(StoreError) -> InstalledPlugin {
        guard let plugin = try folders.read(id), !plugin.isEmpty else { throw notInstalled(id) }
        return plugin
    }

    package func versions(of id: PluginID) throws(StoreError) -> [InstalledVersion] { try plugin(id).versions }

    /// The folder of a version's files; read-only by agreement.
    package func folder(of version: InstalledVersion, of id: PluginID) -> String { folders.package(id, version) }

    /// The files of a version with their hashes, as they were installed.
    package func listing(of version: InstalledVersion, of id: PluginID) throws(StoreError) -> ContentListing {
        try folders.listing(id, version.name)
    }

    /// The version in use, its manifest read anew; for a linked folder that means as it is now.
    package func active(_ id: PluginID) async throws(StoreError) -> ActivePackage {
        let plugin = try plugin(id)
        if plugin.isLinked, let link = plugin.link {
            let reading = await examiner.examine(link.folder)
            guard let manifest = reading.manifest else { throw .rejected(findings: reading.findings, reading: reading) }
            guard manifest.id == id else {
                throw .refused(
                    "package.link-changed", "The folder linked as '\(id)' now holds '\(manifest.id)'.",
                    remedy: "Change its id back, or link it anew.", turn: .plugin)
            }
            return ActivePackage(plugin: plugin, folder: link.folder, version: nil, reading: reading)
        }
        guard let version = plugin.currentVersion else {
            throw .refused(
                "package.no-current", "No version of '\(id)' is in use.", remedy: "patchbay plugin versions \(id) lists those there are.")
        }
        let folder = folders.package(id, version)
        let reading = await examiner.examine(folder)
        guard reading.manifest != nil else { throw .rejected(findings: reading.findings, reading: reading) }
        return ActivePackage(plugin: plugin, folder: folder, version: version, reading: reading)
    }

    /// The manifest of one version, or of the linked folder as it is now, and where its files lie. Whatever is wrong is in the reading.
    package func reading(of name: String, of plugin: InstalledPlugin) async throws(StoreError) -> (folder: String, reading: PackageReading)
    {
        let folder: String
        if name == LinkedFolder.name, let link = plugin.link {
            folder = link.folder
        } else if let version = plugin.versions.first(where: { $0.name == name }) {
            folder = folders.package(plugin.id, version)
        } else {
            throw .refused(
                "package.no-such-version", "'\(plugin.id)' has no version '\(visible(name))'.", remedy: "Install it again.", turn: .caller)
        }
        return (folder, await examiner.examine(folder))
    }

    /// The same packages with another reader of manifests, such as one that builds what is installed.
    package func examining(with examiner: any PackageExamining) -> PackageStore {
        PackageStore(folders: folders, examiner: examiner, settings: settings)
    }

    private init(folders: StoreFolders, examiner: any PackageExamining, settings: Settings) {
        (self.folders, self.examiner, self.settings) = (folders, examiner, settings)
    }

    func notInstalled(_ id: PluginID) -> StoreError {
        .refused(
            "package.not-installed", "The plugin '\(id)' is not installed.", remedy: "patchbay plugin list shows those that are.",
            turn: .caller)
    }

    // MARK: Changing an index

    /// Changes a plugin's index under its lock, and writes it if it became another.
    func change<Value>(_ id: PluginID, _ body: (inout InstalledPlugin) throws(StoreError) -> Value) throws(StoreError) -> Value {
        let lock = try folders.lock(id, patience: settings.patience)
        defer { withExtendedLifetime(lock) {} }
        guard var plugin = try folders.read(id), !plugin.isEmpty else { throw notInstalled(id) }
        let before = plugin
        let value = try body(&plugin)
        if plugin != before { try write(plugin) }
        return value
    }

    /// The caller holds the plugin's lock.
    func write(_ plugin: InstalledPlugin) throws(StoreError) {
        let bytes = Array((plugin.json.serialized(pretty: true) + "\n").utf8)
        try AtomicFile.write(bytes, to: folders.index(plugin.id)) { () throws(StoreError) in try settings.atStep(.indexPrepared) }
        try settings.atStep(.indexed)
    }

    // MARK: Sweeping

    /// Removes staging folders of dead owners, and versions that no index names. A plugin that is being changed right now is left alone.
    private func sweep() throws(StoreError) {
        try Staging.sweep(folders, patience: settings.patience)
        for id in folders.ids() {
            guard let names = Folder.names(folders.plugin(id)),
                let lock = try? folders.lock(id, patience: .zero)
            else { continue }
            defer { withExtendedLifetime(lock) {} }
            // A damaged index hides what belongs to it: then nothing is touched.
            guard let plugin = try? folders.read(id) ?? InstalledPlugin(id: id) else { continue }
            let known = Set(plugin.versions.map(\.name) + [StoreFolders.indexFile])
            for name in names where !known.contains(name) {
                let path = Paths.join(folders.plugin(id), name)
                if name.hasPrefix(AtomicFile.temporaryPrefix) {
                    unlink(path)
                } else if let staging = try? Staging(in: folders, patience: settings.patience) {
                    _ = staging.take(path)
                    staging.discard()
                }
            }
            // Only goes when it is empty.
            rmdir(folders.plugin(id))
        }
    }
}
