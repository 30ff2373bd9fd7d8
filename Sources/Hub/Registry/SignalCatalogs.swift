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
    /// When each type was first seen among the organisation's, in milliseconds; with what the integration has for everybody now and had here before.
    var since: [String: Int64]
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
    struct Key: Hashable {
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
    var rounds: [Key: Round] = [:]
    /// Organisations whose catalogs are to be made anew, one after the other, since the hub's settings of a plugin changed.
    var sweeps: [PluginID: Set<Organisation.ID>] = [:]
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
    private static let keysAtOnce = 256

    init(state: any StateStore, now: @escaping @Sendable () -> Timestamp) { (self.state, self.now) = (state, now) }

    /// The same as `read`, where one that cannot be read may be missing.
    func kept(of plugin: PluginID, for organisation: Organisation.ID) async -> SignalCatalog? {
        try? await read(of: plugin, for: organisation)
    }

    /// The catalog that is kept; nil when there is none, or a damaged one. Throws what the store throws: then there may be one.
    func read(of plugin: PluginID, for organisation: Organisation.ID) async throws(Fault) -> SignalCatalog? {
        let key = Key(plugin: plugin, organisation: organisation)
        if let found = known[key] { return found }
        let name = Self.keyPrefix + organisation.rawValue
        let outcome: Result<SignalCatalog?, Fault> = await onThread { [state] in
            Result { () throws(Fault) in try state.value(of: plugin, key: name).flatMap(Self.catalog) }
        }
        let read = try outcome.get()
        if known.count >= Self.knownMax { known = [:] }
        // A refresh may have been quicker.
        if let found = known[key] { return found }
        known[key] = .some(read)
        return read
    }

    private static func catalog(_ bytes: [UInt8]) -> SignalCatalog? {
        guard let value = try? JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: 16 << 20)), let catalog = CoopCatalog(kept: value),
            let at = value["at"]?.intValue
        else { return nil }
        var since: [String: Int64] = [:]
        for (type, moment) in value["since"]?.objectValue ?? [:] { since[type] = moment.intValue.map { Int64($0) } }
        for signal in catalog.signals where since[signal.type] == nil { since[signal.type] = Int64(at) }
        return SignalCatalog(
            catalog: catalog, refreshedAt: Timestamp(unixMilliseconds: Int64(at)), pluginVersion: value["of"]?.stringValue, since: since)
    }

    /// The catalog to use now: the kept one. Where there is none, and where it is old or another version made it, one is made meanwhile:
    /// nobody who looks waits for an integration's provider.
    func current(
        of plugin: PluginID, version: String?, for organisation: Organisation.ID, in registry: PluginRegistry
    ) async -> SignalCatalog? {
        let key = Key(plugin: plugin, organisation: organisation)
        let found: SignalCatalog?
        do throws(Fault) { found = try await read(of: plugin, for: organisation) } catch { return nil }
        let age = found.map { now().unixMilliseconds - $0.refreshedAt.unixMilliseconds }
        if let age, age < Self.ageMax, found?.pluginVersion == version { return found }
        let sinceTried = tried[key].map { now().unixMilliseconds - $0.unixMilliseconds } ?? .max
        if rounds[key] == nil, sinceTried >= Self.retryTime {
            if tried.count >= Self.knownMax { tried = [:] }
            tried[key] = now()
            Task {
                // Why it failed stands among the plugin's failures; the catalog before stays.
                _ = try? await registry.refreshCatalog(of: plugin, for: organisation)
            }
        }
        return found
    }

    func keep(_ catalog: SignalCatalog, of plugin: PluginID, for organisation: Organisation.ID) async throws(Fault) {
        guard !gone.contains(organisation), case .object(var object) = catalog.catalog.json else { return }
        object["at"] = .int(catalog.refreshedAt.unixMilliseconds)
        object["of"] = catalog.pluginVersion.map { .string($0) }
        object["since"] = .object(JSONObject(catalog.since.sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) }))
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

    /// Types of every organisation's, read from all that is kept. One that cannot be read now is left out.
    func everyType(of plugin: PluginID) async -> Set<String> {
        await onThread { [state] in
            var found: Set<String> = []
            var after: String?
            while let keys = try? state.keys(of: plugin, prefix: Self.keyPrefix, after: after, limit: Self.keysAtOnce), !keys.isEmpty {
                for key in keys {
                    guard let bytes = try? state.value(of: plugin, key: key) else { continue }
                    found.formUnion(Self.catalog(bytes)?.catalog.signals.map(\.type) ?? [])
                }
                after = keys.last
            }
            return found
        }
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
        sweeps[plugin] = nil
    }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            HubThread.start("pb-catalogs") { continuation.resume(returning: body()) }
        }
    }
}
