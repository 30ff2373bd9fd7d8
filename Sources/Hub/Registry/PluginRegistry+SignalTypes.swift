import HostCalls
import HubCore
import JSON
import Manifests
import PluginModel
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

    static func check(_ catalog: CoopCatalog, _ others: [String: PluginID]) throws(Fault) {
        for (index, signal) in catalog.signals.enumerated() {
            guard let other = others[signal.type] else { continue }
            throw CoopCatalog.refused("'\(signal.type)' is a signal of '\(other)'", at: "/signals/\(index)/signalTypeId")
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

    static func duplicate(_ signal: Contribution, of plugin: PluginID, _ other: PluginID) -> Finding {
        Finding(
            .warning, code: "coop.duplicate-signal", place: .document(file: plugin.rawValue, pointer: signal.origin),
            "'\(other)' has had the signal '\(signal.id)' before: rules ask that one, and never this.",
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
