import HubCore
import JSON
import PluginModel
import Synchronization

/// Which integration has which type of signal: of several that want one, whoever had it first, for as long as it is installed.
///
/// Rules name a signal by its type alone, so a type must not change hands because another plugin is installed, updated, switched on or
/// comes first by its id. An integration has a type for everybody, by its manifest, or for one organisation, by the catalog it made for it;
/// either counts from when it was first seen there. Since when is kept: of manifests beside the plugin's state (``SignalTypeShelf``), of catalogs
/// with the catalog.
final class SignalTypes: Sendable {
    /// What one integration has for everybody.
    struct Owner: Sendable, Hashable {
        /// When each type was first seen, in milliseconds.
        var since: [String: Int64] = [:]
        var installedAt: Timestamp
        /// Whether there may be catalogs of its own: it makes some, or nobody knows since its package cannot be read.
        var mayHaveCatalogs = false
    }

    private struct State {
        var owners: [PluginID: Owner] = [:]
        /// Of manifests alone.
        var holders = TypeHolders()
        /// With the catalogs of one organisation, and the stamp of all they follow from.
        var organisations: [Organisation.ID: (stamp: Int, holders: TypeHolders)] = [:]

        mutating func settle() {
            holders = TypeHolders()
            for (plugin, owner) in owners { holders.add(owner.since, of: plugin, installedAt: owner.installedAt) }
        }
    }

    private let state = Mutex(State())

    /// Organisations whose holders are kept made; beyond them all are forgotten.
    private static let organisationsKept = 1_000

    /// Who has a type for everybody; nil: nobody.
    func holder(of type: String) -> PluginID? { state.withLock { $0.holders.holder(of: type) } }

    /// Those who may have catalogs, by id, with what they have for everybody.
    var withCatalogs: [(plugin: PluginID, owner: Owner)] {
        let found = state.withLock { $0.owners.filter { $0.value.mayHaveCatalogs } }
        return found.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
    }

    func since(of plugin: PluginID) -> [String: Int64] { state.withLock { $0.owners[plugin]?.since ?? [:] } }

    /// The holders of manifests, to which an organisation's catalogs are added.
    var ofManifests: TypeHolders { state.withLock { $0.holders } }

    func holders(for organisation: Organisation.ID) -> (stamp: Int, holders: TypeHolders)? {
        state.withLock { $0.organisations[organisation] }
    }

    func keep(_ holders: TypeHolders, for organisation: Organisation.ID, at stamp: Int) {
        state.withLock { state in
            if state.organisations.count >= Self.organisationsKept { state.organisations = [:] }
            state.organisations[organisation] = (stamp, holders)
        }
    }

    /// What was kept of a plugin. `settle` comes after the last one.
    func restore(_ plugin: PluginID, _ owner: Owner) { state.withLock { $0.owners[plugin] = owner } }

    func settle() { state.withLock { $0.settle() } }

    /// The types a plugin has from here on. Gives since when it has each, where that is something else than before; nil: nothing to keep.
    func set(
        _ types: [String], of plugin: PluginID, installedAt: Timestamp, mayHaveCatalogs: Bool, now: Timestamp
    ) -> [String: Int64]? {
        state.withLock { state in
            let known = state.owners[plugin]
            guard known != nil || mayHaveCatalogs || !types.isEmpty else { return nil }
            let before = known?.since ?? [:]
            let since = Dictionary(types.map { ($0, before[$0] ?? now.unixMilliseconds) }, uniquingKeysWith: { first, _ in first })
            let owner = Owner(since: since, installedAt: installedAt, mayHaveCatalogs: mayHaveCatalogs)
            guard owner != known else { return nil }
            state.owners[plugin] = owner
            state.settle()
            return since == before ? nil : since
        }
    }

    /// Whether it had any, or may have had for some organisation.
    func forget(_ plugin: PluginID) -> Bool {
        state.withLock { state in
            guard let owner = state.owners.removeValue(forKey: plugin) else { return false }
            state.settle()
            return !owner.since.isEmpty || owner.mayHaveCatalogs
        }
    }
}

/// Of several that want a type, who had it first. A value.
struct TypeHolders: Sendable {
    private struct Place: Sendable {
        let since: Int64
        let installedAt: Int64
        let plugin: PluginID

        /// Plugins of the same moment, such as those of one file, by when they were installed, and then by id.
        func isBefore(_ other: Place) -> Bool {
            (since, installedAt, plugin.rawValue) < (other.since, other.installedAt, other.plugin.rawValue)
        }
    }

    private var first: [String: Place] = [:]

    func holder(of type: String) -> PluginID? { first[type]?.plugin }

    /// Takes in since when a plugin has which types; it may be said twice of one type, and the earlier moment counts.
    mutating func add(_ since: [String: Int64], of plugin: PluginID, installedAt: Timestamp) {
        for (type, moment) in since {
            let place = Place(since: moment, installedAt: installedAt.unixMilliseconds, plugin: plugin)
            if let known = first[type], !place.isBefore(known) { continue }
            first[type] = place
        }
    }
}
