import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages
import PluginRuntime

/// Types of signals that several integrations want. ``SignalTypes`` says whose they are.
extension PluginRegistry {
    /// Whose each type is for an organisation: of those who have it for everybody, and those who have it in the organisation's catalogs.
    ///
    /// While a catalog cannot be read, what was so before stays.
    nonisolated func typeHolders(for organisation: Organisation.ID) async -> TypeHolders {
        let stamp = signalsStamp
        let known = types.holders(for: organisation)
        if let known, known.stamp == stamp { return known.holders }
        var holders = types.ofManifests
        var isWhole = true
        for (plugin, owner) in types.withCatalogs {
            let catalog: SignalCatalog?
            do throws(Fault) { catalog = try await catalogs.read(of: plugin, for: organisation) } catch {
                if let known { return known.holders }
                isWhole = false
                continue
            }
            guard let catalog else { continue }
            let present = Set(catalog.catalog.signals.map(\.type)).union(owner.since.keys)
            holders.add(catalog.since.filter { present.contains($0.key) }, of: plugin, installedAt: owner.installedAt)
        }
        if isWhole { types.keep(holders, for: organisation, at: stamp) }
        return holders
    }

    /// What a version names that another integration has, for whoever looks at it: in the organisation that is looked at, or for everybody.
    nonisolated func duplicates(in manifest: PluginManifest?, of plugin: PluginID, _ holders: TypeHolders? = nil) -> [Finding] {
        guard let manifest, manifest.format == .coop else { return [] }
        return manifest.contributions.compactMap { signal in
            guard signal.kind == .signal, let other = holders?.holder(of: signal.id) ?? types.holder(of: signal.id), other != plugin else {
                return nil
            }
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

    /// What an organisation's catalog names that another integration has had there before.
    nonisolated func duplicates(in catalog: SignalCatalog, of plugin: PluginID, _ holders: TypeHolders) -> [Finding] {
        catalog.catalog.signals.enumerated().compactMap { index, signal in
            guard let other = holders.holder(of: signal.type), other != plugin else { return nil }
            return Self.duplicate(Contribution(signal, origin: JSONPointer(["catalog", String(index)])), of: plugin, other)
        }
    }

    /// The same for whoever is to let a version in, with what others have in a catalog of any organisation: which one is not said.
    nonisolated func duplicatesAnywhere(in manifest: PluginManifest?, of plugin: PluginID) async -> [Finding] {
        guard let manifest, manifest.format == .coop else { return [] }
        var found = duplicates(in: manifest, of: plugin)
        let told = Set(found.map(\.place))
        let signals = manifest.contributions.filter { signal in
            signal.kind == .signal && !told.contains(.document(file: plugin.rawValue, pointer: signal.origin))
        }
        guard !signals.isEmpty else { return found }
        for (other, _) in types.withCatalogs where other != plugin {
            let theirs = await catalogs.everyType(of: other)
            for signal in signals where theirs.contains(signal.id) {
                found.append(
                    Finding(
                        .warning, code: "coop.duplicate-signal", place: .document(file: plugin.rawValue, pointer: signal.origin),
                        "'\(other)' makes the signal '\(signal.id)' for single organisations: where it was first, their rules ask that one.",
                        remedy: "Rename one of the two, or remove '\(other)'."))
            }
        }
        return found
    }

    private static func duplicate(_ signal: Contribution, of plugin: PluginID, _ other: PluginID) -> Finding {
        Finding(
            .warning, code: "coop.duplicate-signal", place: .document(file: plugin.rawValue, pointer: signal.origin),
            CoopText.duplicateSignal(signal.id, plugin.rawValue)
                + " '\(other)' has had the signal '\(signal.id)' before: rules ask that one, and never this.",
            remedy: "Rename one of the two, or remove '\(other)'.")
    }

    // MARK: Since when

    /// Takes over which types a plugin has now: those of the version that runs, switched on or off.
    func noteSignalTypes(of id: PluginID) {
        // A package that cannot be read at the moment, or of which no version runs any more, keeps what it had.
        guard let entry = entries[id], let manifest = entry.manifest, entry.record.runningVersion != nil else { return }
        let isCoop = manifest.format == .coop
        let kept = types.set(
            isCoop ? manifest.contributions.filter { $0.kind == .signal }.map(\.id) : [], of: id, installedAt: entry.record.installedAt,
            mayHaveCatalogs: isCoop && manifest.hasSignalCatalog, now: now)
        guard let kept else { return }
        seen.changed()
        typeShelf.keep(kept, of: id)
    }

    /// What was kept of all, before the first call is let in. Of those too whose package cannot be read now: what they had is not free.
    ///
    /// Throws what the database throws: with half of it known, types would change hands.
    func restoreSignalTypes() async throws(Fault) {
        // Of a package that cannot be read the store may know the format all the same; keys of another one's state are its own matter.
        let known = entries.values.filter { entry in
            (entry.manifest?.format ?? entry.version(entry.shownVersion)?.format ?? .coop) == .coop
        }
        let ids = known.map(\.id)
        let kept = try await blocking { [typeShelf] () throws(Fault) -> [[String: Int64]?] in
            var kept: [[String: Int64]?] = []
            for id in ids { kept.append(try typeShelf.kept(of: id)) }
            return kept
        }
        for (entry, kept) in zip(known, kept) {
            var owner = SignalTypes.Owner(installedAt: entry.record.installedAt)
            owner.mayHaveCatalogs = entry.manifest?.hasSignalCatalog ?? true
            if let kept {
                owner.since = kept
            } else if let manifest = entry.manifest, entry.record.runningVersion != nil {
                // From when this version was let in: its types may be younger than the plugin.
                let since = (entry.record.consentedAt ?? entry.record.installedAt).unixMilliseconds
                for signal in manifest.contributions where signal.kind == .signal { owner.since[signal.id] = since }
            }
            types.restore(entry.id, owner)
        }
        types.settle()
    }
}
