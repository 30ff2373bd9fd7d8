import Glibc
import JSON
import Manifests
import PluginModel

extension PackageStore {
    /// Installs a package, or finds that it is there already.
    ///
    /// The package is unpacked or copied into a staging folder, hashed, read, its signature checked, synced, and moved into place by one renaming;
    /// the plugin's index names it last. Killed anywhere before that, the store is as it was. Throws `rejected` with every finding when the package
    /// itself is at fault. `progress` is called on whatever thread works, at most once a megabyte.
    package func install(
        _ source: PackageSource, options: InstallOptions = InstallOptions(), progress: (@Sendable (InstallProgress) -> Void)? = nil
    ) async throws(StoreError) -> InstallOutcome {
        try options.checkCancelled()
        let place = try await locate(source, options: options, progress: progress)
        try options.checkCancelled()
        if case .linked(let folder) = source { return try await link(folder, options: options) }
        let staged = try await blocking { () throws(StoreError) in try stage(place, options: options, progress: progress) }
        let outcome: Result<InstallOutcome, StoreError>
        do throws(StoreError) { outcome = .success(try await settle(staged, source: source, options: options, progress: progress)) } catch {
            outcome = .failure(error)
        }
        await OwnThread.run { staged.staging.discard() }
        return try outcome.get()
    }

    // MARK: Finding

    /// A source that lies on this machine.
    private enum Place: Sendable {
        /// `isNPM`: what it stands on lies beside it.
        case folder(String, isNPM: Bool = false)
        /// `name` is the file's as its source calls it, for the package's folder.
        case archive(String, name: String)
    }

    private func locate(
        _ source: PackageSource, options: InstallOptions, progress: (@Sendable (InstallProgress) -> Void)?
    ) async throws(StoreError) -> Place {
        switch source {
        case .folder(let path), .linked(let path):
            guard SmallFile.kind(path) == .folder else {
                throw .refused("package.not-found", "There is no folder '\(visible(path))'.", remedy: "Check the path.", turn: .caller)
            }
            return .folder(path)
        case .archive(let path):
            guard SmallFile.kind(path) == .file else {
                throw .refused("package.not-found", "There is no file '\(visible(path))'.", remedy: "Check the path.", turn: .caller)
            }
            return .archive(path, name: Paths.lastComponent(path))
        case .npm(let name, let from):
            do { return .folder(try PackageResolver(folder: from).packageFolder(named: name).folder, isNPM: true) } catch {
                throw .refused(
                    "package.not-found", visible(error.cause, scalarsMax: 500) + ".",
                    remedy: "Install it with npm first, or name its folder.",
                    turn: .caller)
            }
        case .address(let address):
            guard address.lowercased().hasPrefix("https://") else {
                throw .refused(
                    "package.not-https", "Packages are fetched over https only, not from '\(visible(address))'.",
                    remedy: "Download it yourself and install the file.", turn: .caller)
            }
            guard let fetch = options.fetch else { preconditionFailure("An address is installed with `InstallOptions.fetch`.") }
            progress?(InstallProgress(stage: .fetching, done: 0, total: 0))
            let plain = String(address.prefix { $0 != "?" && $0 != "#" })
            return .archive(try await fetch(address), name: Paths.lastComponent(plain))
        }
    }

    // MARK: Staging

    /// A package in its staging folder.
    private struct Staged: Sendable {
        let staging: Staging
        /// The package's folder inside the version's.
        let root: String
        let listing: ContentListing
        let signature: PackageSignature?
        var folder: String { Paths.join(staging.version, root) }
    }

    private func stage(
        _ place: Place, options: InstallOptions, progress: (@Sendable (InstallProgress) -> Void)?
    ) throws(StoreError) -> Staged {
        let staging = try Staging(in: folders, patience: settings.patience)
        do throws(StoreError) {
            try settings.atStep(.staged)
            let filled =
                switch place {
                case .folder(let path, let isNPM): try stageFolder(path, isNPM: isNPM, in: staging, options: options, progress: progress)
                case .archive(let path, let name): try stageArchive(path, name: name, in: staging, options: options, progress: progress)
                }
            try settings.atStep(.filled)
            try options.checkCancelled()
            let signature = try PackageSignature.read(in: PackageSigner.open(Paths.join(staging.version, filled.root)))
            return Staged(staging: staging, root: filled.root, listing: filled.listing, signature: signature)
        } catch {
            staging.discard()
            throw error
        }
    }

    private func stageFolder(
        _ path: String, isNPM: Bool, in staging: Staging, options: InstallOptions, progress: (@Sendable (InstallProgress) -> Void)?
    ) throws(StoreError) -> (root: String, listing: ContentListing) {
        guard options.integrity == nil else {
            throw .refused(
                "package.integrity-malformed", "An integrity is that of an archive; a folder has none.", remedy: "Leave it out.",
                turn: .caller)
        }
        let source = try PackageSigner.open(path)
        // Formats may read an id or a kind from the folders a package lies in, so their names are kept.
        var names = source.path.split(separator: "/").suffix(3).map(String.init)
        while let bad = names.lastIndex(where: { !isPlainName($0) }) {
            if bad == names.count - 1 { names[bad] = "package" } else { names.removeSubrange(...bad) }
        }
        if names.isEmpty { names = ["package"] }
        let root = ([StoreFolders.filesFolder] + names).joined(separator: "/")
        let folder = Paths.join(staging.version, root)
        try staging.make(folder)
        var listing = try FolderWalk.copy(source, to: folder, limits: settings.limits) { done, total in
            progress?(InstallProgress(stage: .copying, done: done, total: total))
        }
        if isNPM, try copyDependencies(of: source.path, into: folder) {
            listing = try ContentListing.of(PackageSigner.open(folder), limits: settings.limits)
        }
        if let above = try? BeneathFolder(Paths.parent(source.path)) {
            for name in settings.siblingNames where !names.contains(name) {
                guard let bytes = try? above.bytes(name, bytesMax: settings.siblingBytesMax, followingSymlinks: false) else { continue }
                do { try SmallFile.write(bytes, toNew: Paths.join(Paths.parent(folder), name)) } catch {
                    throw .unusable("write '\(name)'", error)
                }
            }
        }
        return (root, listing)
    }

    private func stageArchive(
        _ path: String, name fileName: String, in staging: Staging, options: InstallOptions,
        progress: (@Sendable (InstallProgress) -> Void)?
    ) throws(StoreError) -> (root: String, listing: ContentListing) {
        var archive = path
        if let integrity = options.integrity {
            try integrity.copyChecked(path, to: staging.archive, bytesMax: settings.limits.archiveBytesMax)
            archive = staging.archive
        }
        try staging.make(staging.unpacked)
        _ = try ArchiveUnpacker(limits: settings.limits).unpack(archive, into: staging.unpacked) { done, total in
            progress?(InstallProgress(stage: .unpacking, done: done, total: total))
        }
        var folder = staging.unpacked
        var name = Self.stem(of: fileName)
        // What macOS adds to its archives is no part of a package.
        let top = (Folder.names(folder) ?? []).filter { $0 != "__MACOSX" }
        if top.count == 1, SmallFile.kind(Paths.join(folder, top[0]), following: false) == .folder {
            folder = Paths.join(folder, top[0])
            if top[0] != "package" { name = top[0] }
        } else if top.count < (Folder.names(folder)?.count ?? 0) {
            Folder.remove(Paths.join(folder, "__MACOSX"), depthMax: settings.limits.depthMax)
        }
        let root = "\(StoreFolders.filesFolder)/\(isPlainName(name) ? name : "package")"
        try staging.make(Paths.join(staging.version, StoreFolders.filesFolder))
        let place = Paths.join(staging.version, root)
        guard rename(folder, place) == 0, chmod(place, 0o755) == 0 else { throw .unusable("move the package", place, errno: errno) }
        let package = try PackageSigner.open(place)
        var files: [ContentListing.File] = []
        for found in try FolderWalk.files(of: package, limits: settings.limits, leavesOut: false) {
            files.append(try FolderWalk.read(found, in: package, limits: settings.limits, into: nil))
        }
        return (root, ContentListing(files: files))
    }

    /// The archive's name without its ending.
    private static func stem(of name: String) -> String {
        let ending = [".tar.gz", ".tgz", ".tar", ".zip"].first { name.lowercased().hasSuffix($0) }
        return ending.map { String(name.dropLast($0.count)) } ?? name
    }

    /// Whether a name may stand in the store as it is.
    private func isPlainName(_ name: String) -> Bool {
        var names = EntryNames(limits: settings.limits)
        return !name.contains("/") && !name.hasPrefix(".") && (try? names.admit(Array(name.utf8), .folder)) == name
    }

    // MARK: Settling

    private func settle(
        _ staged: Staged, source: PackageSource, options: InstallOptions, progress: (@Sendable (InstallProgress) -> Void)?
    ) async throws(StoreError) -> InstallOutcome {
        progress?(InstallProgress(stage: .examining, done: 0, total: 0))
        var reading = await examiner.examine(staged.folder)
        try options.checkCancelled()
        guard let manifest = reading.manifest else { throw .rejected(findings: reading.findings, reading: reading) }
        try settings.atStep(.examined)
        try checkID(manifest, options)
        try checkOwner(manifest, reading.format)
        reading.findings += nameFindings(manifest)
        var trust = PackageTrust.unsigned
        if let signature = staged.signature {
            guard signature.isGood(id: manifest.id, version: manifest.version, contentHash: staged.listing.contentHash) else {
                throw PackageSigner.invalid(signature)
            }
            trust = .signed(key: signature.key, publisher: signature.publisher)
        }
        let diff = await diff(to: manifest, staged.listing)
        let version = InstalledVersion(
            name: InstalledVersion.name(version: manifest.version, contentHash: staged.listing.contentHash), version: manifest.version,
            contentHash: staged.listing.contentHash, format: reading.format, title: manifest.name, installedAt: settings.now(),
            source: visible(source.description, scalarsMax: 1000), trust: trust, files: staged.listing.files.count,
            bytes: staged.listing.bytes, root: staged.root, aliases: manifest.aliases)
        progress?(InstallProgress(stage: .storing, done: 0, total: staged.listing.bytes))
        let settled = try await blocking { () throws(StoreError) in try store(version, of: manifest.id, staged, options: options) }
        return InstallOutcome(
            plugin: manifest.id, version: settled.version, isNew: settled.isNew, isCurrent: settled.isCurrent, reading: reading, diff: diff)
    }

    private func checkID(_ manifest: PluginManifest, _ options: InstallOptions) throws(StoreError) {
        guard let required = options.requiredID, manifest.id != required else { return }
        throw .refused(
            "package.wrong-id", "This package is '\(manifest.id)', not '\(required)'.", remedy: "Install it as a plugin of its own.",
            turn: .caller)
    }

    /// Writes the record, syncs, moves the version into place and names it in the index.
    private func store(
        _ version: InstalledVersion, of id: PluginID, _ staged: Staged, options: InstallOptions
    ) throws(StoreError) -> (version: InstalledVersion, isNew: Bool, isCurrent: Bool) {
        let record: JSONValue = ["form": 1, "files": staged.listing.json]
        do { try SmallFile.write(record.serializedBytes(), toNew: Paths.join(staged.staging.version, StoreFolders.recordFile)) } catch {
            throw .unusable("write the list of files", error)
        }
        try Durable.syncAll(staged.staging.version, files: staged.listing.files.count)
        try settings.atStep(.synced)

        let lock = try folders.lock(id, patience: settings.patience)
        defer { withExtendedLifetime(lock) {} }
        try settings.atStep(.locked)
        try options.checkCancelled()
        var plugin = try folders.read(id) ?? InstalledPlugin(id: id)
        let activates =
            switch options.activation {
            case .firstOnly: plugin.isEmpty
            case .never: false
            case .always: true
            }
        // What was let in once is not judged again by a key that was pinned since.
        if let present = plugin.versions.first(where: { $0.name == version.name }) {
            if activates {
                plugin.activate(present.name)
                try write(plugin)
            }
            return (present, false, plugin.current == present.name)
        }
        plugin.publisher = try TrustPolicy.decide(
            version.trust, pinned: plugin.publisher, of: id, allowsUnsigned: options.allowsUnsigned, allowsOtherKey: options.allowsOtherKey,
            now: version.installedAt)
        let place = folders.version(id, version.name)
        do { try Folder.make(folders.plugin(id)) } catch { throw .unusable("make the plugin's folder", error) }
        // Left by somebody who was killed before the index named it.
        if SmallFile.kind(place, following: false) != .missing { _ = staged.staging.take(place) }
        guard rename(staged.staging.version, place) == 0 else { throw .unusable("move the package into place", place, errno: errno) }
        do throws(StoreError) {
            try Durable.sync(folders.plugin(id))
            try Durable.sync(folders.packages)
            try settings.atStep(.moved)
            plugin.versions.append(version)
            if activates { plugin.activate(version.name) }
            try write(plugin)
        } catch {
            // Unless the index names it by now, it goes again.
            if (try? folders.read(id))?.versions.contains(where: { $0.name == version.name }) != true {
                _ = staged.staging.take(place)
                rmdir(folders.plugin(id))
            }
            throw error
        }
        return (version, true, plugin.current == version.name)
    }

    // MARK: Comparing and linking

    /// Against what is current; nil when nothing is, or it cannot be read.
    func diff(to manifest: PluginManifest, _ listing: ContentListing) async -> PackageDiff? {
        guard let active = try? await active(manifest.id), let before = active.reading.manifest else { return nil }
        let files: ContentListing?
        if let version = active.version {
            files = try? folders.listing(manifest.id, version.name)
        } else {
            files = try? await blocking { () throws(StoreError) in
                try ContentListing.of(PackageSigner.open(active.folder), limits: settings.limits)
            }
        }
        return files.map { PackageDiff(from: before, $0, to: manifest, listing) }
    }

    private func link(_ path: String, options: InstallOptions) async throws(StoreError) -> InstallOutcome {
        guard let folder = Paths.real(path) else {
            throw .refused("package.not-found", "There is no folder '\(visible(path))'.", remedy: "Check the path.", turn: .caller)
        }
        var examined = await examiner.examine(folder)
        guard let manifest = examined.manifest else { throw .rejected(findings: examined.findings, reading: examined) }
        try checkID(manifest, options)
        try checkOwner(manifest, examined.format)
        examined.findings += nameFindings(manifest)
        let reading = examined
        return try await blocking { () throws(StoreError) in
            let lock = try folders.lock(manifest.id, patience: settings.patience)
            defer { withExtendedLifetime(lock) {} }
            try settings.atStep(.locked)
            var plugin = try folders.read(manifest.id) ?? InstalledPlugin(id: manifest.id)
            let isNew = plugin.link?.folder != folder
            if isNew { plugin.link = LinkedFolder(folder: folder, linkedAt: settings.now()) }
            plugin.link?.aliases = manifest.aliases
            // Whoever links a folder means to work on it.
            if options.activation != .never { plugin.activate(LinkedFolder.name) }
            do throws(FileFailure) { try Folder.make(folders.plugin(manifest.id)) } catch {
                throw .unusable("make the plugin's folder", error)
            }
            try write(plugin)
            return InstallOutcome(
                plugin: manifest.id, version: nil, isNew: isNew, isCurrent: plugin.isLinked, reading: reading, diff: nil)
        }
    }

    func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws(StoreError) -> Value) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await OwnThread.run {
            do throws(StoreError) { return .success(try body()) } catch { return .failure(error) }
        }
        return try result.get()
    }
}

extension InstallOptions {
    fileprivate func checkCancelled() throws(StoreError) {
        guard isCancelled?() == true else { return }
        throw .refused("package.cancelled", "The installation was cancelled.", remedy: "Nothing of it was kept.", turn: .caller)
    }
}
