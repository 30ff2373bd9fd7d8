import HostCalls
package import HubCore
import JSON
package import PluginModel
import PluginPackages

/// What a removal takes away, in numbers and names.
package struct RemovalPlan: Sendable, Hashable {
    package var plugin: PluginID
    package var name: String
    /// For people; `link` for a linked folder, which itself stays.
    package var versions: [String]
    package var files: Int
    package var bytes: Int
    /// Values of settings, the hub's and all organisations'.
    package var settings: Int
    package var secrets: Int
    package var grants: [String]
    /// Keys the plugin kept.
    package var stateKeys: Int
    /// `kind id` of each.
    package var contributions: [String]
    /// Organisations with a decision or settings of their own.
    package var organisations: [Organisation.ID]
    package var failures: Int
    /// Names of rules that ask its signals, of every organisation. Their conditions could not be told any more.
    package var rules: [String]
}

extension PluginRegistry {
    /// The setting that names plugins whose removal was decided and is not through.
    private static let removingSetting = "plugins-removing"

    /// What would go. Nothing is changed.
    package func removal(of id: PluginID) async throws(Fault) -> RemovalPlan {
        let entry = try entry(id)
        let kept = limits.failuresKept
        let failures = try await parts.store.read { (records) throws(Fault) in try records.failures(of: id, limit: kept).count }
        let usage = try await blocking { [parts] () throws(Fault) in try parts.state.usage(of: id) }
        let versions = entry.installed?.versions ?? []
        return RemovalPlan(
            plugin: id, name: entry.manifest?.name ?? id.rawValue,
            versions: versions.map { $0.version ?? $0.name } + (entry.installed?.link == nil ? [] : [LinkedFolder.name]),
            files: versions.reduce(0) { $0 + $1.files }, bytes: versions.reduce(0) { $0 + $1.bytes },
            settings: entry.settings.values.reduce(0) { $0 + $1.values.count }, secrets: entry.sealed.values.reduce(0) { $0 + $1.count },
            grants: entry.grants.map(\.permission), stateKeys: usage.keys,
            contributions: entry.manifest?.contributions.map { "\($0.kind.rawValue) \($0.id)" } ?? [],
            organisations: entry.organisations.sorted(), failures: failures, rules: await rulesAsking(id))
    }

    /// Removes a plugin with everything it has: its records in one transaction, then its state and its folders. Its workers finish their calls.
    ///
    /// A hub killed after the transaction finishes the rest when it starts. The publisher's pinned key stays, as the package store keeps it.
    package func remove(_ id: PluginID, by initiator: Initiator) async throws(Fault) -> RemovalPlan {
        let plan = try await removal(of: id)
        try await enter(id)
        defer { leave(id) }
        _ = try entry(id)
        let deed = Deed(
            action: "plugin.remove", event: "PluginRemoved", plugin: id,
            detail: [
                "versions": .texts(plan.versions), "settings": .int(Int64(plan.settings)), "secrets": .int(Int64(plan.secrets)),
                "stateKeys": .int(Int64(plan.stateKeys)),
            ])
        try await write(deed, by: initiator) { (records) throws(Fault) in
            _ = try records.removePlugin(id)
            try Self.setRemoving(Self.removing(in: records) + [id], in: records)
        }
        let old = directory.live(id)?.desk.change { desk in desk.close(RegistryFault.notFound(id.rawValue)) }
        (entries[id], exportsKnown[id]) = (nil, nil)
        if let old {
            let instances = old.takeAll()
            for instance in instances { await instance.drain(within: limits.drainTime) }
        }
        await catalogs.forget(id)
        if types.forget(id) { seen.changed() }
        await typeShelf.forget(id)
        refreshNames()
        events.publish(.removed(id))
        // What is left now is invisible; when it cannot be taken away the next start tries again.
        try await finishRemoval(of: id)
        return plan
    }

    /// Takes away what a decided removal left: state and folders. Safe to do again.
    func finishRemoval(of id: PluginID) async throws(Fault) {
        try await blocking { [parts] () throws(Fault) in try parts.state.removeAll(of: id) }
        do throws(StoreError) { _ = try await parts.packages.remove(id) } catch {
            guard error.fault.code == "package.not-installed" else { throw error.fault }
        }
        try await parts.store.write { (records) throws(Fault) in
            // State written by a call that was finishing meanwhile.
            _ = try records.removePlugin(id)
            try Self.setRemoving(Self.removing(in: records).filter { $0 != id }, in: records)
        }
    }

    static func removing(in records: any HubTransaction) throws(Fault) -> [PluginID] {
        let bytes = try records.setting(removingSetting) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { try? PluginID(String($0)) }
    }

    private static func setRemoving(_ ids: [PluginID], in records: any HubTransaction) throws(Fault) {
        try records.setSetting(removingSetting, Array(ids.map(\.rawValue).joined(separator: "\n").utf8))
    }
}
