import HostCalls
import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages
import Sandbox

/// Types of signals that several integrations want. ``SignalTypes`` says whose they are.
extension PluginRegistry {
    /// Types that a catalog must not have, with the integration whose they are: what others have for everybody, and in catalogs of this
    /// organisation.
    nonisolated func typesOfOthers(than plugin: PluginID, for organisation: Organisation.ID) async -> [String: PluginID] {
        var taken: [String: PluginID] = [:]
        for other in directory.all where other.id != plugin {
            for signal in await catalogs.kept(of: other.id, for: organisation)?.catalog.signals ?? [] { taken[signal.type] = other.id }
        }
        return taken.merging(types.holders(but: plugin)) { _, holder in holder }
    }

    static func check(_ catalog: CoopCatalog, of plugin: PluginID, _ others: [String: PluginID]) throws(Fault) {
        for (index, signal) in catalog.signals.enumerated() {
            guard let other = others[signal.type] else { continue }
            throw CoopCatalog.refused(
                "\(CoopText.duplicateSignal(signal.type, plugin.rawValue)) It is a signal of '\(other)'",
                at: "/signals/\(index)/signalTypeId")
        }
    }

    /// What a version names that another integration has, for whoever looks at it.
    nonisolated func duplicates(in manifest: PluginManifest?, of plugin: PluginID) -> [Finding] {
        guard let manifest, manifest.format == .coop else { return [] }
        return manifest.contributions.compactMap { signal in
            guard signal.kind == .signal, let other = types.holder(of: signal.id), other != plugin else { return nil }
            return Self.duplicate(signal, of: plugin, other)
        }
    }

    /// Whether a version comes from a package of another name than the one that runs under its id: upstream refuses the second, and here it is
    /// an update like any other, for whoever lets it run to notice.
    func otherPackage(_ reading: VersionReading, of plugin: PluginID) -> [Finding] {
        guard reading.manifest?.format == .coop, let running = entries[plugin]?.reading, entries[plugin]?.record.runningVersion != nil,
            let new = Self.packageName(in: reading.folder), let old = Self.packageName(in: running.folder), new != old
        else { return [] }
        return [
            Finding(
                .warning, code: "coop.duplicate-id", place: .file(new),
                CoopText.duplicateID(plugin.rawValue, new)
                    + " '\(old)' has the id and runs: letting this version run puts it in that one's place, with its settings and grants.",
                remedy: "Let it run only if one is meant to replace the other; else change the id of one of the two.")
        ]
    }

    private static let packageFileBytesMax = 1 << 20

    private static func packageName(in folder: String) -> String? {
        guard let files = try? FolderPackage(folder), let path = try? RelativePath("package.json"),
            let bytes = try? files.bytes(of: path, bytesMax: packageFileBytesMax)
        else { return nil }
        return (try? JSONValue(parsing: bytes))?["name"]?.stringValue
    }

    static func duplicate(_ signal: Contribution, of plugin: PluginID, _ other: PluginID) -> Finding {
        Finding(
            .warning, code: "coop.duplicate-signal", place: .document(file: plugin.rawValue, pointer: signal.origin),
            CoopText.duplicateSignal(signal.id, plugin.rawValue)
                + " '\(other)' has had the signal '\(signal.id)' before: rules ask that one, and never this.",
            remedy: "Rename one of the two, or remove '\(other)'.")
    }

    /// Takes over which types a plugin has now: those of the version that runs, switched on or off.
    func noteSignalTypes(of id: PluginID) {
        // A package that cannot be read at the moment keeps what it had.
        guard let entry = entries[id], let manifest = entry.manifest, manifest.format == .coop else { return }
        let own = entry.record.runningVersion == nil ? [] : manifest.contributions.filter { $0.kind == .signal }.map(\.id)
        guard let kept = types.set(own, of: id, installedAt: entry.record.installedAt, now: now) else { return }
        seen.changed()
        // Lost with a hub that is killed now: then they count from the next start, after all that are kept.
        HubThread.start("pb-signal-types") { [state = parts.state] in
            try? state.set(kept, of: id, key: SignalTypes.key, limits: .default)
        }
    }

    /// What was kept of all, before the first call is let in.
    func restoreSignalTypes() async {
        let known = entries.values.filter { $0.manifest?.format == .coop && $0.record.runningVersion != nil }
        let ids = known.map(\.id)
        let kept = await blocking { [state = parts.state] () throws(Never) in ids.map { try? state.value(of: $0, key: SignalTypes.key) } }
        for (entry, bytes) in zip(known, kept) {
            let own = entry.manifest?.contributions.filter { $0.kind == .signal }.map(\.id) ?? []
            types.restore(entry.id, bytes, types: own, installedAt: entry.record.installedAt)
        }
        types.settle()
    }
}
