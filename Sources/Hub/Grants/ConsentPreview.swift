package import HubCore
package import JSON
package import Manifests
package import PluginModel
package import PluginPackages

/// What somebody agrees to by letting a version run, and what it changes beside the one that runs.
package struct ConsentPreview: Sendable {
    package enum Status: String, Sendable, Hashable, CaseIterable {
        case new
        case asBefore = "as-before"
        case gone
    }

    package struct Permission: Sendable, Hashable {
        package var permission: String
        package var words: String
        package var reason: String?
        package var risk: PermissionRisk
        package var status: Status
        package var isOptional: Bool
        package var isGranted: Bool
    }

    /// A setting that another version has differently.
    package struct SettingChange: Sendable, Hashable {
        package var key: String
        package var label: String
        package var before: JSONValue
        package var after: JSONValue
        /// What somebody has set, which stays; nil for secrets and where nothing is set.
        package var yours: JSONValue?
    }

    package var plugin: PluginID
    /// In the package store.
    package var name: String
    package var version: String?
    /// Of the version that runs; nil before there is one.
    package var from: String?
    package var permissions: [Permission]
    package var contributions: PackageDiff.Changes<Contribution>?
    package var settingsAdded: [ConfigField]
    package var settingsRemoved: [ConfigField]
    package var settingsChanged: [SettingChange]
    /// All are added where no version ran before. Nil for linked folders, whose files may change at any time.
    package var files: PackageDiff.Changes<ContentListing.File>?
    package var bytes: Int
    package var trust: PackageTrust?
    /// Whose key the plugin's versions are expected to be signed with.
    package var publisher: PinnedPublisher?
    package var findings: [Finding]
    package var manifest: PluginManifest?
}

extension PluginRegistry {
    /// What letting a version run means; the waiting one where none is named.
    package func consentPreview(of id: PluginID, version selector: String? = nil) async throws(Fault) -> ConsentPreview {
        let entry = try entry(id)
        guard let installed = entry.installed else { throw entry.problem ?? RegistryFault.noVersion(id) }
        guard
            let name = try selector.map({ (selector) throws(Fault) in try Self.find(selector, in: installed) }) ?? entry.record
                .waitingVersion
                ?? entry.record.runningVersion
        else { throw RegistryFault.noVersion(id) }
        let reading = try await reading(name, of: entry)
        let after = reading.manifest
        let running = entry.record.runningVersion.flatMap { $0 == name ? nil : $0 }
        let before = running == nil ? nil : entry.manifest
        let version = entry.version(name)
        let (listing, old) = try await listings(name, running, entry)
        var diff: PackageDiff?
        if let before, let after, let listing, let old { diff = PackageDiff(from: before, old, to: after, listing) }
        let files = diff?.files ?? (running == nil ? listing.map { .init(allNew: $0.files) } : nil)
        let settings = entry.settings[.hub]?.values ?? JSONObject()
        let duplicates = await duplicatesAnywhere(in: after, of: id)
        let shownChanges = diff?.configuration.changed ?? []
        return ConsentPreview(
            plugin: id, name: name, version: after?.version ?? version?.version, from: before?.version ?? running,
            permissions: Self.permissions(before, after, granted: entry.grants), contributions: diff?.contributions,
            settingsAdded: diff?.configuration.added ?? (before == nil ? after?.configuration ?? [] : []),
            settingsRemoved: diff?.configuration.removed ?? [],
            settingsChanged: shownChanges.map { change in
                ConsentPreview.SettingChange(
                    key: change.after.key, label: change.after.label, before: change.before.json, after: change.after.json,
                    yours: change.after.isSecret ? nil : settings[change.after.key])
            }, files: files, bytes: version?.bytes ?? 0, trust: version?.trust, publisher: installed.publisher,
            findings: reading.findings + otherPackage(reading, of: id) + duplicates,
            manifest: after)
    }

    private func listings(
        _ name: String, _ running: String?, _ entry: PluginEntry
    ) async throws(Fault) -> (ContentListing?, ContentListing?) {
        let (new, old) = (entry.version(name), entry.version(running))
        let id = entry.id
        return try await storing { (packages) throws(StoreError) in
            (
                try new.map { (version) throws(StoreError) in try packages.listing(of: version, of: id) },
                try old.map { (version) throws(StoreError) in try packages.listing(of: version, of: id) }
            )
        }
    }

    private static func permissions(
        _ before: PluginManifest?, _ after: PluginManifest?, granted: [Grant]
    ) -> [ConsentPreview.Permission] {
        let old = Set(before?.permissions.map(\.text) ?? [])
        let given = Set(granted.map(\.permission))
        func shown(_ request: PermissionRequest, _ status: ConsentPreview.Status) -> ConsentPreview.Permission {
            let words = PermissionWords(request.text)
            return ConsentPreview.Permission(
                permission: request.text, words: words.sentence, reason: request.reason, risk: words.risk, status: status,
                isOptional: request.isOptional, isGranted: given.contains(request.text))
        }
        let asked = after?.permissions ?? []
        let new = Set(asked.map(\.text))
        var permissions = asked.map { shown($0, old.contains($0.text) ? .asBefore : .new) }
        permissions += (before?.permissions ?? []).filter { !new.contains($0.text) }.map { shown($0, .gone) }
        // What was granted without being asked for stays with a plugin whose format leaves that to the operator: an update must not lose it.
        let declared = asked.compactMap(\.permission)
        for grant in granted where !permissions.contains(where: { $0.permission == grant.permission }) {
            guard let permission = try? Permission(parsing: grant.permission),
                after?.asking.takes(permission, declared: declared) == true
            else { continue }
            permissions.append(shown(PermissionRequest(permission, origin: JSONPointer()), .asBefore))
        }
        return permissions
    }
}
