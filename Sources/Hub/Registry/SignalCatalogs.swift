import HostCalls
package import HubCore
import JSON
package import Manifests
import PluginModel
import Sandbox
import Synchronization

/// The signals an integration made for one organisation, and when.
package struct SignalCatalog: Sendable, Hashable {
    package var catalog: CoopCatalog
    package var refreshedAt: Timestamp
    /// Of the plugin that made it.
    package var pluginVersion: String?
}

/// Counts up, for whoever looks.
final class ChangeCounter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func add() { count.add(1, ordering: .acquiringAndReleasing) }
}

/// Catalogs of signals: kept with the plugin's state, an organisation a key, and asked for anew where they are missing or old.
///
/// A plugin of Coop's has no way to state of its own, so nothing else is under these keys; what it keeps goes when it is removed.
actor SignalCatalogs {
    private struct Key: Hashable {
        let plugin: PluginID
        let organisation: Organisation.ID
    }

    /// Catalogs that were replaced so far.
    nonisolated let changes = ChangeCounter()
    private let state: any StateStore
    private let now: @Sendable () -> Timestamp
    private var known: [Key: SignalCatalog?] = [:]
    /// When a refresh was tried last, in vain or not.
    private var tried: [Key: Timestamp] = [:]
    private var refreshing: [Key: Task<Void, Never>] = [:]
    /// Organisations that were removed: what was on its way for them is not kept.
    private var gone: Set<Organisation.ID> = []

    /// A catalog older than this is asked for anew, while the one before is in use.
    static let ageMax: Int64 = 6 * 3_600_000
    /// How long an integration that gave none is not asked again.
    static let retryTime: Int64 = 5 * 60_000
    private static let keyPrefix = "signal-catalog/"
    private static let limits = StateLimits(valueBytesMax: 16 << 20, totalBytesMax: 256 << 20)
    /// Catalogs that are kept read, and removed organisations that are remembered.
    private static let knownMax = 1_000

    init(state: any StateStore, now: @escaping @Sendable () -> Timestamp) { (self.state, self.now) = (state, now) }

    func kept(of plugin: PluginID, for organisation: Organisation.ID) async -> SignalCatalog? {
        let key = Key(plugin: plugin, organisation: organisation)
        if let found = known[key] { return found }
        let name = Self.keyPrefix + organisation.rawValue
        let bytes = await onThread { [state] in try? state.value(of: plugin, key: name) }
        var read: SignalCatalog?
        if let bytes, let value = try? JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: 16 << 20)),
            let catalog = CoopCatalog(kept: value), let at = value["at"]?.intValue
        {
            read = SignalCatalog(
                catalog: catalog, refreshedAt: Timestamp(unixMilliseconds: Int64(at)), pluginVersion: value["of"]?.stringValue)
        }
        if known.count >= Self.knownMax { known = [:] }
        // A refresh may have been quicker.
        if let found = known[key] { return found }
        known[key] = .some(read)
        return read
    }

    /// The catalog to use now: the kept one. Where there is none, and where it is old or another version made it, one is made meanwhile:
    /// nobody who looks waits for an integration's provider.
    func current(
        of plugin: PluginID, version: String?, for organisation: Organisation.ID, in registry: PluginRegistry
    ) async -> SignalCatalog? {
        let key = Key(plugin: plugin, organisation: organisation)
        let found = await kept(of: plugin, for: organisation)
        let age = found.map { now().unixMilliseconds - $0.refreshedAt.unixMilliseconds }
        if let age, age < Self.ageMax, found?.pluginVersion == version { return found }
        let sinceTried = tried[key].map { now().unixMilliseconds - $0.unixMilliseconds } ?? .max
        if refreshing[key] == nil, sinceTried >= Self.retryTime {
            if tried.count >= Self.knownMax { tried = [:] }
            tried[key] = now()
            refreshing[key] = Task {
                // Why it failed stands among the plugin's failures; the catalog before stays.
                _ = try? await registry.refreshCatalog(of: plugin, for: organisation)
                self.refreshing[key] = nil
            }
        }
        return found
    }

    func keep(_ catalog: SignalCatalog, of plugin: PluginID, for organisation: Organisation.ID) async throws(Fault) {
        guard !gone.contains(organisation), case .object(var object) = catalog.catalog.json else { return }
        object["at"] = .int(catalog.refreshedAt.unixMilliseconds)
        object["of"] = catalog.pluginVersion.map { .string($0) }
        let bytes = JSONValue.object(object).serializedBytes()
        let name = Self.keyPrefix + organisation.rawValue
        let outcome: Result<Void, Fault> = await onThread { [state] in
            Result { () throws(Fault) in try state.set(bytes, of: plugin, key: name, limits: Self.limits) }
        }
        try outcome.get()
        if gone.contains(organisation) { return await removeKept(of: [plugin], for: organisation) }
        known[Key(plugin: plugin, organisation: organisation)] = .some(catalog)
        changes.add()
    }

    /// Settings or the version changed: the next look asks anew, and what is kept stays until then.
    func changed(_ plugin: PluginID, _ organisation: Organisation.ID?) -> [Organisation.ID] {
        let keys = known.keys.filter { $0.plugin == plugin && (organisation == nil || $0.organisation == organisation) }
        for key in keys { tried[key] = nil }
        return keys.map(\.organisation)
    }

    /// Types of every organisation's, as far as they are read.
    func signals(of plugin: PluginID) -> Set<String> {
        Set(known.filter { $0.key.plugin == plugin }.flatMap { $0.value?.catalog.signals.map(\.type) ?? [] })
    }

    /// The organisation is gone, and what these plugins have made for it goes too.
    func forget(_ organisation: Organisation.ID, of plugins: [PluginID]) async {
        if gone.count >= Self.knownMax { gone = [] }
        gone.insert(organisation)
        known = known.filter { $0.key.organisation != organisation }
        tried = tried.filter { $0.key.organisation != organisation }
        await removeKept(of: plugins, for: organisation)
        changes.add()
    }

    /// What cannot be removed now goes with its plugin.
    private func removeKept(of plugins: [PluginID], for organisation: Organisation.ID) async {
        let name = Self.keyPrefix + organisation.rawValue
        await onThread { [state] in for plugin in plugins { _ = try? state.remove(of: plugin, key: name) } }
    }

    func forget(_ plugin: PluginID) {
        known = known.filter { $0.key.plugin != plugin }
        tried = tried.filter { $0.key.plugin != plugin }
    }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            HubThread.start("pb-catalogs") { continuation.resume(returning: body()) }
        }
    }
}
