import HostCalls
import HubCore
import JSON
import Manifests
package import PluginModel
import PluginPackages

extension PluginRegistry {
    /// What trials and loading are called among a plugin's failures.
    static let trialEntry = "(trial)"

    // MARK: Consent

    /// Lets a version of a plugin run with these grants; the waiting version where none is named.
    ///
    /// The first version begins with its first call. A later one is an update: see ``update(_:to:grants:by:)``. For the version that runs already,
    /// the grants are changed. Fewer grants than it asks for are fine; one that it does not ask for is `grant.not-asked`.
    package func consent(
        to id: PluginID, version selector: String? = nil, grants: [Permission], expecting revision: Int? = nil, by initiator: Initiator
    ) async throws(Fault) {
        try await enter(id)
        defer { leave(id) }
        let entry = try entry(id)
        try check(revision, entry)
        guard let installed = entry.installed else { throw entry.problem ?? RegistryFault.noVersion(id) }
        guard
            let name = try selector.map({ (selector) throws(Fault) in try Self.find(selector, in: installed) }) ?? entry.record
                .waitingVersion
                ?? entry.record.runningVersion
        else { throw RegistryFault.noVersion(id) }
        let reading = try await reading(name, of: entry)
        guard let manifest = reading.manifest else {
            let first = reading.findings.errors.first
            throw Fault(
                code: first?.code ?? "plugin.unusable", message: first?.sentence ?? "This version cannot be used.",
                place: first?.place.description, remedy: first?.remedy, turn: .plugin)
        }
        let granted = try Self.grants(grants, asked: manifest, of: id, before: entry.grants, by: initiator, at: now)
        if entry.record.runningVersion == nil {
            try await begin(reading, granted, entry, by: initiator)
        } else if entry.record.runningVersion == name {
            try await setGrants(granted, of: id, by: initiator)
        } else {
            try await switchVersion(
                of: id, to: reading, grants: granted, deed: "plugin.update", event: "PluginUpdated", onTrial: true, by: initiator)
        }
    }

    /// The first version: nothing ran before, so nothing has to be handed over.
    private func begin(_ reading: VersionReading, _ grants: [Grant], _ entry: PluginEntry, by initiator: Initiator) async throws(Fault) {
        let id = entry.id
        let name = reading.name
        try await storing { (packages) throws(StoreError) in _ = try packages.activate(id, name) }
        let record = changed(entry.record) { record in
            (record.runningVersion, record.waitingVersion) = (name, nil)
            record.consentedAt = now
        }
        let before = entry.grants
        let deed = Deed(
            action: "plugin.consent", event: "PluginConsented", plugin: id,
            detail: ["version": .string(reading.manifest?.version ?? name), "grants": .texts(grants.map(\.permission))])
        try await write(deed, by: initiator) { (records) throws(Fault) in
            try records.put(record)
            try Self.put(grants, before: before, in: records)
        }
        await reload(id, record: record, reading: reading) { entry in
            (entry.grants, entry.waiting) = (grants, nil)
        }
    }

    /// The grants that a consent makes: asked for by the manifest, opening a private network to a host that is, or of a kind that the
    /// plugin's format leaves to the operator.
    static func grants(
        _ permissions: [Permission], asked manifest: PluginManifest, of id: PluginID, before: [Grant], by initiator: Initiator,
        at now: Timestamp
    ) throws(Fault) -> [Grant] {
        let declared = manifest.permissions.compactMap(\.permission)
        let known = Dictionary(before.map { ($0.permission, $0) }, uniquingKeysWith: { first, _ in first })
        var grants: [Grant] = []
        for permission in permissions where !grants.contains(where: { $0.permission == permission.description }) {
            guard manifest.asking.takes(permission, declared: declared) else {
                throw RegistryFault.grantNotAsked(permission.description, id)
            }
            grants.append(
                known[permission.description]
                    ?? Grant(plugin: id, permission: permission.description, grantedBy: initiator.actor, grantedAt: now))
        }
        return grants
    }

    static func put(_ grants: [Grant], before: [Grant], in records: any HubTransaction) throws(Fault) {
        let kept = Set(grants.map(\.permission))
        for grant in before where !kept.contains(grant.permission) {
            _ = try records.removeGrant(of: grant.plugin, permission: grant.permission)
        }
        for grant in grants where !before.contains(grant) { try records.put(grant) }
    }

    func check(_ revision: Int?, _ entry: PluginEntry) throws(Fault) {
        if let revision, revision != entry.record.revision { throw RegistryFault.changed(entry.id) }
    }

    static func find(_ selector: String, in installed: InstalledPlugin) throws(Fault) -> String {
        do throws(StoreError) { return try installed.find(selector) } catch { throw error.fault }
    }

    /// The manifest of a version, from memory where it is known.
    func reading(_ name: String, of entry: PluginEntry) async throws(Fault) -> VersionReading {
        if name != LinkedFolder.name {
            for known in [entry.reading, entry.waiting].compactMap(\.self) where known.name == name { return known }
        }
        guard let installed = entry.installed else { throw RegistryFault.noVersion(entry.id) }
        do throws(StoreError) {
            let read = try await parts.packages.reading(of: name, of: installed)
            return VersionReading(name: name, folder: read.folder, reading: read.reading)
        } catch { throw error.fault }
    }

    /// Takes over what was written: the record, the store's view, a reading; then lets calls in by it.
    func reload(
        _ id: PluginID, record: PluginRecord, reading: VersionReading? = nil, _ change: (inout PluginEntry) -> Void = { _ in }
    ) async {
        let installed = try? await storing { (packages) throws(StoreError) in try packages.plugin(id) }
        take(id, record: record, installed: installed, reading: reading, change)
    }

    /// The same at one moment, so that nobody sees half of it.
    func take(
        _ id: PluginID, record: PluginRecord, installed: InstalledPlugin?, reading: VersionReading?, _ change: (inout PluginEntry) -> Void
    ) {
        guard var entry = entries[id] else { return }
        entry.record = record
        if let installed { (entry.installed, entry.problem) = (installed, nil) }
        if let reading { entry.reading = reading }
        change(&entry)
        entries[id] = entry
        let file = fileEntry(of: id)
        entries[id]?.file = file
        refreshNames()
        refresh(id)
    }
}
