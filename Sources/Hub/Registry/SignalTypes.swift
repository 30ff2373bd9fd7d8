import HubCore
import JSON
import PluginModel
import Synchronization

/// Which integration has which type of signal: of several that want one, whoever had it first, for as long as it is installed.
///
/// Rules name a signal by its type alone, so a type must not change hands because another plugin is installed, updated, switched on or
/// comes first by its id. Since when each has a type is kept with its state, where it outlives the hub.
final class SignalTypes: Sendable {
    fileprivate struct Owner {
        /// When each type was first seen, in milliseconds.
        var since: [String: Int64]
        var installedAt: Int64
    }

    fileprivate struct State {
        var owners: [PluginID: Owner] = [:]
        var holders: [String: PluginID] = [:]
    }

    private let state = Mutex(State())

    /// Where a plugin's own are kept in its state.
    static let key = "signal-types"

    /// Who has a type; nil: nobody.
    func holder(of type: String) -> PluginID? { state.withLock { $0.holders[type] } }

    /// Types that others than this plugin have, by type.
    func holders(but plugin: PluginID) -> [String: PluginID] { state.withLock { $0.holders.filter { $0.value != plugin } } }

    /// What was kept of a plugin; nil: nothing, and its types count from its installation. `settle` comes after the last one.
    func restore(_ plugin: PluginID, _ kept: [UInt8]?, types: [String], installedAt: Timestamp) {
        var since = Dictionary(types.map { ($0, installedAt.unixMilliseconds) }, uniquingKeysWith: { first, _ in first })
        if let kept, let object = (try? JSONValue(parsing: kept))?.objectValue {
            since = [:]
            for (type, at) in object { since[type] = at.intValue.map { Int64($0) } }
        }
        state.withLock { state in
            state.owners[plugin] = Owner(since: since, installedAt: installedAt.unixMilliseconds)
        }
    }

    func settle() { state.withLock { $0.settle() } }

    /// The types a plugin has from here on. Gives what is to be kept; nil: nothing has changed.
    func set(_ types: [String], of plugin: PluginID, installedAt: Timestamp, now: Timestamp) -> [UInt8]? {
        state.withLock { state in
            let known = state.owners[plugin]?.since ?? [:]
            let since = Dictionary(types.map { ($0, known[$0] ?? now.unixMilliseconds) }, uniquingKeysWith: { first, _ in first })
            guard since != known else { return nil }
            state.owners[plugin] = Owner(since: since, installedAt: installedAt.unixMilliseconds)
            state.settle()
            let object = JSONObject(since.sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) })
            return JSONValue.object(object).serializedBytes()
        }
    }

    /// Whether it had any.
    func forget(_ plugin: PluginID) -> Bool {
        state.withLock { state in
            guard state.owners.removeValue(forKey: plugin)?.since.isEmpty == false else { return false }
            state.settle()
            return true
        }
    }
}

extension SignalTypes.State {
    /// Plugins of the same moment, such as those of one file, by when they were installed, and then by id.
    fileprivate mutating func settle() {
        var first: [String: (since: Int64, installedAt: Int64, id: String)] = [:]
        holders = [:]
        for (plugin, owner) in owners {
            for (type, since) in owner.since {
                let place = (since, owner.installedAt, plugin.rawValue)
                if let known = first[type], (known.since, known.installedAt, known.id) <= place { continue }
                first[type] = place
                holders[type] = plugin
            }
        }
    }
}
