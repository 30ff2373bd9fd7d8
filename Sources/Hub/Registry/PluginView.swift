package import HubCore
package import JSON
package import Manifests
package import PluginModel
package import PluginPackages
import PluginRuntime
import Sandbox

/// One plugin as it is shown, for the hub or for one organisation. A value: it does not change when the plugin does.
package struct PluginView: Sendable {
    /// ForgePortal's word for what a plugin has.
    package enum Sides: String, Sendable, Hashable, CaseIterable {
        case ui, backend, fullstack
    }

    /// Another version that waits for a yes.
    package struct Waiting: Sendable, Hashable {
        /// In the package store.
        package var name: String
        package var version: String?
        /// Whether it asks for permissions that the running one does not.
        package var asksForMore: Bool
    }

    /// What was decided about whether it is on, by whom. The hub's decision stands before the file's; neither lets the organisation switch on
    /// what it switches off.
    package struct Switches: Sendable, Hashable {
        /// Somebody's, for the whole hub.
        package var hub: Bool?
        /// A configuration file's.
        package var file: Bool?
        /// The organisation's that is looked at.
        package var organisation: Bool?
        /// How the package itself wants to begin.
        package var begins: Bool

        init(_ facts: PluginFacts) {
            (hub, file, organisation, begins) = (facts.override, facts.file, facts.organisation, facts.startsEnabled)
        }
    }

    /// Equal as long as nothing that is shown has changed; never equal again afterwards.
    ///
    /// Views of one registry with one id, for one organisation, say the same when their stamps are equal.
    package struct Stamp: Sendable, Hashable {
        /// Of whatever the registry holds.
        var changes: Int
        var worker: PluginState.Worker
        var degraded: [String]
        var health: PluginHealth
    }

    package var id: PluginID
    package var stamp: Stamp
    /// Every name that leads to it, the id first.
    package var names: [String]
    package var name: String
    package var version: String?
    package var format: PackageFormat?
    package var sides: Sides?
    package var state: PluginState
    package var switches: Switches
    /// Nil when the package cannot be read.
    package var manifest: PluginManifest?
    package var findings: [Finding]
    /// As the manifest asks for them.
    package var permissions: [String]
    package var publicConfig: JSONObject
    package var trust: PackageTrust?
    package var waiting: Waiting?
    /// In the package store.
    package var runningVersion: String?
    package var pinnedVersion: String?
    /// Runs on trial: the version before comes back if it fails its first calls.
    package var isOnTrial: Bool
    package var isLinked: Bool
    /// Absolute; where its files lie. Nil when there are none.
    package var folder: String?
    package var installedAt: Timestamp
    package var changedAt: Timestamp
    package var revision: Int
    package var health: PluginHealth
}

/// One version that is kept.
package struct VersionView: Sendable, Hashable {
    package var version: InstalledVersion
    package var isRunning: Bool
    package var isWaiting: Bool
    package var isFallback: Bool
    package var isPinned: Bool
}

extension PluginRegistry {
    /// All plugins, by id, as the hub or one organisation sees them.
    package nonisolated func plugins(for organisation: Organisation.ID? = nil) async -> [PluginView] {
        if let known = seen.all(for: organisation, directory, at: now) { return known }
        return await everyView(organisation)
    }

    package nonisolated func plugin(_ id: PluginID, for organisation: Organisation.ID? = nil) async throws(Fault) -> PluginView {
        if let known = seen.view(of: id, for: organisation, directory, at: now) { return known }
        guard let view = await view(of: id, organisation) else { throw RegistryFault.notFound(id.rawValue) }
        return view
    }

    private func everyView(_ organisation: Organisation.ID?) async -> [PluginView] {
        var views: [PluginView] = []
        views.reserveCapacity(entries.count)
        for id in idsInOrder() {
            if let view = await view(of: id, organisation) { views.append(view) }
        }
        return views
    }

    private func idsInOrder() -> [PluginID] {
        let changes = seen.changes
        if let known = seen.ids(at: changes) { return known }
        let ids = entries.keys.sorted { $0.rawValue < $1.rawValue }
        seen.keep(ids, at: changes)
        return ids
    }

    /// What ForgePortal's pages ask: every name of every enabled plugin, and the settings that anybody may see, only where there are some.
    package func status(for organisation: Organisation.ID? = nil) -> (enabledIDs: [String], configs: [String: JSONObject]) {
        var ids: [String] = []
        var configs: [String: JSONObject] = [:]
        for id in idsInOrder() {
            guard let entry = entries[id] else { continue }
            let layers = entry.layers(organisation, environment: parts.environment)
            guard entry.facts(organisation, layers).state.status == .enabled else { continue }
            // An alias of another plugin's id leads there.
            let names = entry.names.filter { directory.find($0)?.id == id }
            ids += names
            guard let config = layers?.publicConfig, !config.isEmpty else { continue }
            for name in names { configs[name] = config }
        }
        return (ids, configs)
    }

    /// Oldest first.
    package func versions(of id: PluginID) throws(Fault) -> [VersionView] {
        let entry = try entry(id)
        return (entry.installed?.versions ?? []).map { version in
            VersionView(
                version: version, isRunning: version.name == entry.record.runningVersion,
                isWaiting: version.name == entry.record.waitingVersion,
                isFallback: version.name == entry.record.fallbackVersion, isPinned: version.name == entry.record.pinnedVersion)
        }
    }

    /// The view as it is now, made or found; asks its worker.
    private func view(of id: PluginID, _ organisation: Organisation.ID?) async -> PluginView? {
        guard let live = directory.live(id), let entry = entries[id] else { return nil }
        let changes = seen.changes
        let (worker, degraded) = await worker(live, entry, organisation)
        let stamp = PluginView.Stamp(changes: changes, worker: worker, degraded: degraded, health: live.metrics.health(at: now))
        if let known = seen.kept(id, organisation), known.stamp == stamp { return known }
        let made = view(of: entry, organisation, stamp, duplicates: await duplicates(in: entry, for: organisation))
        seen.keep(made, organisation)
        return made
    }

    /// Types of signals that others have, for everybody or where the organisation is.
    private func duplicates(in entry: PluginEntry, for organisation: Organisation.ID?) async -> [Finding] {
        guard let manifest = entry.manifest, manifest.format == .coop else { return [] }
        guard let organisation else { return duplicates(in: manifest, of: entry.id) }
        let holders = await typeHolders(for: organisation)
        let found = duplicates(in: manifest, of: entry.id, holders)
        guard manifest.hasSignalCatalog, let catalog = await catalogs.kept(of: entry.id, for: organisation) else { return found }
        return found + duplicates(in: catalog, of: entry.id, holders)
    }

    private func view(
        of entry: PluginEntry, _ organisation: Organisation.ID?, _ stamp: PluginView.Stamp, duplicates: [Finding]
    ) -> PluginView {
        let layers = entry.layers(organisation, environment: parts.environment)
        var facts = entry.facts(organisation, layers)
        (facts.worker, facts.degraded) = (stamp.worker, stamp.degraded)
        let manifest = entry.manifest
        let version = entry.version(entry.shownVersion)
        let waiting = entry.record.runningVersion == nil ? nil : entry.record.waitingVersion
        let asked = Set(manifest?.permissions.map(\.text) ?? [])
        return PluginView(
            id: entry.id, stamp: stamp, names: entry.names, name: manifest?.name ?? version?.title ?? entry.id.rawValue,
            version: manifest?.version ?? version?.version,
            format: manifest?.format ?? version?.format, sides: manifest.flatMap(Self.sides), state: facts.state,
            switches: PluginView.Switches(facts), manifest: manifest,
            findings: (entry.reading?.findings ?? []) + duplicates,
            permissions: manifest?.permissions.map(\.text) ?? [],
            publicConfig: layers?.publicConfig ?? JSONObject(), trust: version?.trust,
            waiting: waiting.map { name in
                PluginView.Waiting(
                    name: name, version: entry.version(name)?.version ?? entry.waiting?.manifest?.version,
                    asksForMore: entry.waiting?.manifest?.permissions.contains { !asked.contains($0.text) } ?? false)
            }, runningVersion: entry.record.runningVersion, pinnedVersion: entry.record.pinnedVersion,
            isOnTrial: entry.record.fallbackVersion != nil, isLinked: entry.shownVersion == LinkedFolder.name,
            folder: entry.reading?.folder,
            installedAt: entry.record.installedAt, changedAt: entry.record.changedAt, revision: entry.record.revision,
            health: stamp.health)
    }

    private static func sides(_ manifest: PluginManifest) -> PluginView.Sides? {
        switch (manifest.entry, manifest.uiEntry) {
        case (.some, .some): .fullstack
        case (.some, nil): .backend
        case (nil, .some): .ui
        case (nil, nil): nil
        }
    }

    /// What its worker does, for the scope that is looked at.
    private func worker(
        _ live: PluginLive, _ entry: PluginEntry, _ organisation: Organisation.ID?
    ) async -> (PluginState.Worker, degraded: [String]) {
        if live.desk.isResting(organisation) { return (.quarantined, []) }
        guard let generation = live.desk.generation else { return (entry.draining > 0 ? .draining : .idle, []) }
        let isApart = entry.manifest?.format == .coop
        let scope = organisation.flatMap { isApart || entry.scopes.contains($0) ? .organisation($0) : nil } ?? ConfigurationScope.hub
        guard organisation == nil, isApart else { return await worker(generation.instance(scope)) }
        // The hub sees the workers of all organisations as one: any that runs.
        var shown: (PluginState.Worker, degraded: [String]) = (.idle, [])
        for instance in generation.instances {
            let found = await worker(instance)
            if found.0 == .running { return found }
            if found.0 != .idle { shown = found }
        }
        return shown
    }

    private func worker(_ instance: Instance?) async -> (PluginState.Worker, degraded: [String]) {
        guard let status = await instance?.plugin.host.status else { return (.idle, []) }
        switch status.state {
        case .idle: return (.idle, [])
        case .starting: return (.starting, [])
        case .running: return (.running, status.degraded)
        case .backingOff: return (.backingOff, [])
        case .quarantined: return (.quarantined, [])
        case .stopped: return (.stopped, [])
        }
    }
}
