import Glibc
import HostCalls
import JSON
import PluginModel
import Synchronization
import Testing

@testable import Hub

@Suite struct SignalTypeShelfTests {
    /// A store that takes its time over the first write, and refuses some.
    private final class SlowState: StateStore {
        let inner = MemoryStateStore()
        let writes = Atomic<Int>(0)
        let refusals = Atomic<Int>(0)
        let goesOn = Atomic<Bool>(false)

        func value(of plugin: PluginID, key: String) throws(Fault) -> [UInt8]? { try inner.value(of: plugin, key: key) }

        func set(_ value: [UInt8], of plugin: PluginID, key: String, limits: StateLimits) throws(Fault) {
            let (_, number) = writes.add(1, ordering: .sequentiallyConsistent)
            let deadline = ContinuousClock.now + .seconds(10)
            while number == 1, !goesOn.load(ordering: .sequentiallyConsistent), ContinuousClock.now < deadline {
                var pause = timespec(tv_sec: 0, tv_nsec: 1_000_000)
                nanosleep(&pause, nil)
            }
            if refusals.load(ordering: .sequentiallyConsistent) >= number {
                throw Fault(code: "state.away", message: "The store is away.", turn: .hub)
            }
            try inner.set(value, of: plugin, key: key, limits: limits)
        }

        func remove(of plugin: PluginID, key: String) throws(Fault) -> Bool { try inner.remove(of: plugin, key: key) }

        func keys(of plugin: PluginID, prefix: String, after: String?, limit: Int) throws(Fault) -> [String] {
            try inner.keys(of: plugin, prefix: prefix, after: after, limit: limit)
        }

        func usage(of plugin: PluginID) throws(Fault) -> StateUsage { try inner.usage(of: plugin) }
        func removeAll(of plugin: PluginID) throws(Fault) { try inner.removeAll(of: plugin) }
    }

    private static let plugin = try? PluginID("TOX")

    @Test(.timeLimit(.minutes(1))) func `what is said last is what stays, however long the first write takes`() async throws {
        let plugin = try #require(Self.plugin)
        let state = SlowState()
        let shelf = SignalTypeShelf(state)
        shelf.keep(["A": 1], of: plugin)
        let deadline = ContinuousClock.now + .seconds(10)
        while state.writes.load(ordering: .sequentiallyConsistent) == 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(1))
        }
        for number in 2...20 { shelf.keep(["A": Int64(number)], of: plugin) }
        state.goesOn.store(true, ordering: .sequentiallyConsistent)
        await shelf.settled()
        #expect(try shelf.kept(of: plugin) == ["A": 20])
        #expect(state.writes.load(ordering: .sequentiallyConsistent) == 2, "those between were never worth a write")
    }

    @Test(.timeLimit(.minutes(1))) func `what the store did not take is written when it is tried again`() async throws {
        let plugin = try #require(Self.plugin)
        let state = SlowState()
        state.goesOn.store(true, ordering: .sequentiallyConsistent)
        state.refusals.store(1, ordering: .sequentiallyConsistent)
        let shelf = SignalTypeShelf(state)
        shelf.keep(["A": 1], of: plugin)
        await shelf.settled()
        #expect(try shelf.kept(of: plugin) == nil)
        shelf.retry()
        await shelf.settled()
        #expect(try shelf.kept(of: plugin) == ["A": 1])
    }

    @Test(.timeLimit(.minutes(1))) func `of a plugin that is gone nothing is written any more`() async throws {
        let plugin = try #require(Self.plugin)
        let state = SlowState()
        let shelf = SignalTypeShelf(state)
        shelf.keep(["A": 1], of: plugin)
        shelf.keep(["A": 2], of: plugin)
        state.goesOn.store(true, ordering: .sequentiallyConsistent)
        await shelf.forget(plugin)
        try state.removeAll(of: plugin)
        await shelf.settled()
        #expect(try shelf.kept(of: plugin) == nil)
    }
}
