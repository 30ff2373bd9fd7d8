import HostCalls
import HubCore
import JSON
import PluginModel
import Sandbox
import Synchronization

/// Keeps since when each integration has its types, beside its state, where it outlives the hub.
///
/// One writer at a time, and of one plugin only the latest: what is written last is what was said last. What could not be written is tried again.
final class SignalTypeShelf: Sendable {
    private struct State {
        var waiting: [PluginID: [UInt8]] = [:]
        /// Of these the store took nothing; `retry` has them written again.
        var failed: [PluginID: [UInt8]] = [:]
        var isWriting = false
        var idle: [CheckedContinuation<Void, Never>] = []
    }

    private let store: any StateStore
    private let state = Mutex(State())

    private static let key = "signal-types"
    /// What a manifest can name is far below; catalogs of the same plugin, however many, must not keep this out.
    private static let limits = StateLimits(valueBytesMax: 1 << 20, totalBytesMax: .max, keysMax: .max)

    init(_ store: any StateStore) { self.store = store }

    /// Since when a plugin had each type; nil: nothing is kept. What is damaged counts as nothing; what cannot be read throws, since it may be there.
    func kept(of plugin: PluginID) throws(Fault) -> [String: Int64]? {
        guard let bytes = try store.value(of: plugin, key: Self.key), let object = (try? JSONValue(parsing: bytes))?.objectValue else {
            return nil
        }
        var since: [String: Int64] = [:]
        for (type, at) in object { since[type] = at.intValue.map { Int64($0) } }
        return since
    }

    /// Lost with a hub that is killed before it is written: then they count from when the version was let in.
    func keep(_ since: [String: Int64], of plugin: PluginID) {
        let object = JSONObject(since.sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) })
        let bytes = JSONValue.object(object).serializedBytes()
        state.withLock { state in
            state.waiting[plugin] = bytes
            state.failed[plugin] = nil
        }
        begin()
    }

    /// Tries again what the store did not take.
    func retry() {
        let isNeeded = state.withLock { state in
            state.waiting.merge(state.failed) { newer, _ in newer }
            state.failed = [:]
            return !state.waiting.isEmpty
        }
        if isNeeded { begin() }
    }

    /// Nothing of a plugin is written any more once this returns.
    func forget(_ plugin: PluginID) async {
        state.withLock { state in (state.waiting[plugin], state.failed[plugin]) = (nil, nil) }
        await settled()
    }

    /// Returns when all that was to be kept is written, or was refused.
    func settled() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.isWriting { state.idle.append(continuation) }
                return !state.isWriting
            }
            if isIdle { continuation.resume() }
        }
    }

    private func begin() {
        let begins = state.withLock { state in
            defer { state.isWriting = true }
            return !state.isWriting
        }
        guard begins else { return }
        HubThread.start("pb-signal-types") { [self] in while writeOne() {} }
    }

    private func writeOne() -> Bool {
        let next: (plugin: PluginID, bytes: [UInt8])? = state.withLock { state in
            guard let (plugin, bytes) = state.waiting.first else { return nil }
            state.waiting[plugin] = nil
            return (plugin, bytes)
        }
        guard let next else {
            let idle = state.withLock { state in
                // Something may have come since the look above.
                guard state.waiting.isEmpty else { return [CheckedContinuation<Void, Never>]?.none }
                defer { (state.isWriting, state.idle) = (false, []) }
                return state.idle
            }
            for continuation in idle ?? [] { continuation.resume() }
            return idle == nil
        }
        do throws(Fault) { try store.set(next.bytes, of: next.plugin, key: Self.key, limits: Self.limits) } catch {
            state.withLock { state in if state.waiting[next.plugin] == nil { state.failed[next.plugin] = next.bytes } }
        }
        return true
    }
}
