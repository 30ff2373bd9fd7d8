import HubCore
import PluginModel
import Synchronization

/// Views that were made, for those who look again before anything changed: most requests do, and they need not wait for the registry then.
///
/// A view follows from the registry's entries, from what its worker does and from what was counted. Every change of an entry, of whatever
/// plugin, moves `changes` on, at the moment it happens; a view made before it is not given out any more.
final class ViewMemory: Sendable {
    private struct Key: Hashable {
        let plugin: PluginID
        let organisation: Organisation.ID?
    }

    private struct State {
        var views: [Key: PluginView] = [:]
        var ids: [PluginID] = []
        var idsChanges = -1
    }

    /// Views that are kept; beyond them all are forgotten.
    private static let viewsMax = 4096

    private let counter = Atomic<Int>(0)
    private let state = Mutex(State())

    /// Changes of the registry's entries so far.
    var changes: Int { counter.load(ordering: .acquiring) }

    func changed() { counter.add(1, ordering: .acquiringAndReleasing) }

    func kept(_ id: PluginID, _ organisation: Organisation.ID?) -> PluginView? {
        state.withLock { $0.views[Key(plugin: id, organisation: organisation)] }
    }

    func keep(_ view: PluginView, _ organisation: Organisation.ID?) {
        state.withLock { state in
            if state.views.count >= Self.viewsMax { state.views.removeAll(keepingCapacity: true) }
            state.views[Key(plugin: view.id, organisation: organisation)] = view
        }
    }

    /// The ids in order, as they were sorted at that count of changes.
    func ids(at changes: Int) -> [PluginID]? { state.withLock { $0.idsChanges == changes ? $0.ids : nil } }

    func keep(_ ids: [PluginID], at changes: Int) { state.withLock { ($0.ids, $0.idsChanges) = (ids, changes) } }

    /// The view, where that can be told without asking a worker: nothing of it runs, and nothing changed.
    func view(of id: PluginID, for organisation: Organisation.ID?, _ directory: PluginDirectory, at now: Timestamp) -> PluginView? {
        let changes = changes
        guard let live = directory.live(id), let known = kept(id, organisation) else { return nil }
        return isPresent(known, live, changes, now) ? known : nil
    }

    /// All of them, where every one can be told.
    func all(for organisation: Organisation.ID?, _ directory: PluginDirectory, at now: Timestamp) -> [PluginView]? {
        let changes = changes
        guard let ids = ids(at: changes) else { return nil }
        let known = state.withLock { state in
            ids.compactMap { state.views[Key(plugin: $0, organisation: organisation)] }
        }
        guard known.count == ids.count else { return nil }
        return known.allSatisfy { view in directory.live(view.id).map { isPresent(view, $0, changes, now) } ?? false } ? known : nil
    }

    private func isPresent(_ view: PluginView, _ live: PluginLive, _ changes: Int, _ now: Timestamp) -> Bool {
        // Without a generation there is no worker to ask, and whether one drains stands in the entry.
        guard view.stamp.changes == changes, live.desk.generation == nil else { return false }
        guard view.stamp.worker == .idle || view.stamp.worker == .draining else { return false }
        return view.stamp.health == live.metrics.health(at: now)
    }
}
