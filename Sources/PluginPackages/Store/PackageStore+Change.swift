import Glibc
package import PluginModel

extension PackageStore {
    /// Lets a plugin use another of its versions, or `link`. Gives the name of what is current now.
    @discardableResult
    package func activate(_ id: PluginID, _ selector: String) throws(StoreError) -> String {
        try change(id) { plugin throws(StoreError) in
            let name = try plugin.find(selector)
            plugin.activate(name)
            return name
        }
    }

    /// Goes back to what was current before, or to a version that is named. Gives the name of what is current now.
    @discardableResult
    package func rollback(_ id: PluginID, to selector: String? = nil) throws(StoreError) -> String {
        if let selector { return try activate(id, selector) }
        return try change(id) { plugin throws(StoreError) in
            guard plugin.history.count > 1, let before = plugin.history.dropLast().last else {
                throw .refused(
                    "package.nothing-before", "Nothing was in use before the current version of '\(id)'.",
                    remedy: "Name a version: patchbay plugin versions \(id) lists them.", turn: .caller)
            }
            plugin.history.removeLast()
            return before
        }
    }

    /// What a removal takes away.
    package struct Removal: Sendable, Hashable {
        package let plugin: PluginID
        /// Names of versions, `link` among them.
        package let versions: [String]
        /// Absolute; a linked folder itself is never removed.
        package let folders: [String]
        package let files: Int
        package let bytes: Int
        /// What is current afterwards; nil when nothing is.
        package let currentAfter: String?
        /// Whether nothing of the plugin is left but its publisher's pinned key.
        package let isWhole: Bool
    }

    /// Removes one version, or the plugin with all of them. With `dryRun` nothing changes and the answer is the same.
    ///
    /// The pinned publisher outlives the plugin, so that nobody else can take its place by a removal in between; `forgetsPublisher` lets go of it.
    package func remove(
        _ id: PluginID, version selector: String? = nil, dryRun: Bool = false, forgetsPublisher: Bool = false
    ) async throws(StoreError) -> Removal {
        try await blocking { () throws(StoreError) in
            let lock = try folders.lock(id, patience: settings.patience)
            defer { withExtendedLifetime(lock) {} }
            try settings.atStep(.locked)
            guard var plugin = try folders.read(id), !plugin.isEmpty else { throw notInstalled(id) }
            let names =
                if let selector { [try plugin.find(selector)] } else {
                    plugin.versions.map(\.name) + (plugin.link == nil ? [] : [LinkedFolder.name])
                }
            let going = plugin.versions.filter { names.contains($0.name) }
            for name in names { plugin.forget(name) }
            let removal = Removal(
                plugin: id, versions: names, folders: going.map { folders.version(id, $0.name) }, files: going.reduce(0) { $0 + $1.files },
                bytes: going.reduce(0) { $0 + $1.bytes }, currentAfter: plugin.current, isWhole: plugin.isEmpty)
            if dryRun { return removal }
            let staging = try Staging(in: folders, patience: settings.patience)
            defer { staging.discard() }
            if forgetsPublisher { plugin.publisher = nil }
            // Out of the index first: what is not named there does not exist, and is swept if we die here.
            if plugin.isEmpty, plugin.publisher == nil {
                guard unlink(folders.index(id)) == 0 else {
                    throw .unusable("remove the index of '\(id)'", folders.index(id), errno: errno)
                }
                try Durable.sync(folders.plugin(id))
                try settings.atStep(.indexed)
            } else {
                try write(plugin)
            }
            for version in going { _ = staging.take(folders.version(id, version.name)) }
            rmdir(folders.plugin(id))
            try settings.atStep(.discarding)
            return removal
        }
    }
}
