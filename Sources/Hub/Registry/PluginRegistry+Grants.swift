import HostCalls
package import HubCore
import JSON
package import PluginModel
import PluginRuntime

/// One permission of a plugin: what it means, who allowed it, and how often it was used.
package struct GrantView: Sendable, Hashable {
    package var permission: String
    /// A plain sentence.
    package var words: String
    /// The author's.
    package var reason: String?
    package var risk: PermissionRisk
    package var isDeclared: Bool
    /// Whether an operator can grant it: it is asked for, or the plugin's format leaves such permissions to operators.
    package var mayBeGranted: Bool
    package var isOptional: Bool
    package var isGranted: Bool
    package var grantedBy: String?
    package var grantedAt: Timestamp?
    /// Since the plugin was installed.
    package var uses: Int
    package var refusals: Int
    package var lastUsedAt: Timestamp?

    /// Given, and nothing ever needed it.
    package var isNeverUsed: Bool { isGranted && uses == 0 }
}

extension PluginRegistry {
    /// What the manifest asks for, in its order, then what was granted beside it, then what was refused without being either.
    package func grants(of id: PluginID) async throws(Fault) -> [GrantView] {
        await flushUses(of: id)
        let entry = try entry(id)
        let uses = try await parts.store.read { (records) throws(Fault) in try records.grantUses(of: id) }
        let used = Dictionary(uses.map { ($0.permission, $0) }, uniquingKeysWith: { first, _ in first })
        let given = Dictionary(entry.grants.map { ($0.permission, $0) }, uniquingKeysWith: { first, _ in first })
        var views: [GrantView] = []
        let declared = (entry.manifest?.permissions ?? []).compactMap(\.permission)
        let asking = entry.manifest?.asking ?? .listed
        func add(_ permission: String, reason: String? = nil, isDeclared: Bool, isOptional: Bool = false) {
            guard !views.contains(where: { $0.permission == permission }) else { return }
            let words = PermissionWords(permission)
            let (use, grant) = (used[permission], given[permission])
            views.append(
                GrantView(
                    permission: permission, words: words.sentence, reason: reason, risk: words.risk, isDeclared: isDeclared,
                    mayBeGranted: (try? Permission(parsing: permission)).map { asking.takes($0, declared: declared) } ?? false,
                    isOptional: isOptional, isGranted: grant != nil, grantedBy: grant?.grantedBy, grantedAt: grant?.grantedAt,
                    uses: use?.uses ?? 0, refusals: use?.refusals ?? 0, lastUsedAt: use?.lastUsedAt))
        }
        for request in entry.manifest?.permissions ?? [] {
            add(request.text, reason: request.reason, isDeclared: true, isOptional: request.isOptional)
        }
        for grant in entry.grants { add(grant.permission, isDeclared: false) }
        for use in uses where use.refusals > 0 { add(use.permission, isDeclared: false) }
        return views
    }

    /// Gives one more permission. A running worker has it from its next host call on.
    package func grant(_ permission: Permission, to id: PluginID, by initiator: Initiator) async throws(Fault) {
        try await enter(id)
        defer { leave(id) }
        let entry = try entry(id)
        guard let manifest = entry.manifest else { throw RegistryFault.noVersion(id) }
        let wanted = entry.granted.permissions + [permission]
        try await setGrants(
            try Self.grants(wanted, asked: manifest, of: id, before: entry.grants, by: initiator, at: now), of: id, by: initiator)
    }

    /// Takes a permission back at once: also from a worker in the middle of a call.
    package func takeBack(_ permission: String, of id: PluginID, by initiator: Initiator) async throws(Fault) {
        try await enter(id)
        defer { leave(id) }
        let entry = try entry(id)
        guard entry.grants.contains(where: { $0.permission == permission }) else { throw RegistryFault.grantNotFound(permission, id) }
        try await setGrants(entry.grants.filter { $0.permission != permission }, of: id, by: initiator)
    }

    /// Takes back everything that was never used; gives what that was.
    package func takeBackUnused(of id: PluginID, by initiator: Initiator) async throws(Fault) -> [String] {
        let unused = Set(try await grants(of: id).filter(\.isNeverUsed).map(\.permission))
        try await enter(id)
        defer { leave(id) }
        let entry = try entry(id)
        let gone = entry.grants.map(\.permission).filter { unused.contains($0) }
        guard !gone.isEmpty else { return [] }
        try await setGrants(entry.grants.filter { !unused.contains($0.permission) }, of: id, by: initiator)
        return gone
    }

    /// Writes what is granted, and gives it to the workers that run. Whoever calls this has entered.
    func setGrants(_ grants: [Grant], of id: PluginID, by initiator: Initiator) async throws(Fault) {
        let entry = try entry(id)
        let (old, new) = (Set(entry.grants.map(\.permission)), Set(grants.map(\.permission)))
        guard old != new else { return }
        let before = entry.grants
        let (given, taken) = (new.subtracting(old).sorted(), old.subtracting(new).sorted())
        // What is taken back during a trial does not come back with the version before.
        let record = changed(entry.record) { record in
            record.fallbackGrants = record.fallbackGrants?.filter { !taken.contains($0.permission) }
        }
        let deed = Deed(
            action: taken.isEmpty ? "grant.give" : given.isEmpty ? "grant.take-back" : "grant.change", event: "PluginGrantsChanged",
            plugin: id,
            detail: ["given": .texts(given), "takenBack": .texts(taken)])
        try await write(deed, by: initiator) { (records) throws(Fault) in
            try records.put(record)
            try Self.put(grants, before: before, in: records)
        }
        entries[id]?.record = record
        entries[id]?.grants = grants
        let granted = GrantSet(grants.compactMap { try? Permission(parsing: $0.permission) })
        let instances = directory.live(id)?.desk.generation?.instances ?? []
        for instance in instances { instance.plugin.broker.regrant(granted) }
        // The engine's powers are fixed when a worker starts, and so are the hosts that secrets are sent to.
        let isFixed = given.union(taken).contains { $0.hasPrefix("engine:") }
        if isFixed || entry.fields.contains(where: { $0.secretUse != nil }) { renew(id) }
        refresh(id)
    }
}

extension Array where Element: Hashable {
    fileprivate func union(_ other: [Element]) -> Set<Element> { Set(self).union(other) }
}
