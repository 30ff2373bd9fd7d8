import Glibc
import HostCalls
import Hub
import HubCore
import JSON
import Manifests
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

extension LiveSignals {
    /// Whose a type is outlives the hub, whatever state the packages are in.
    struct KeepingTests {
        private static func module(_ id: String, _ types: [String], score: Int) -> String {
            SignalLab.module(id, "return [\(types.map { "signal('\($0)', async () => score(\(score)))" }.joined(separator: ", "))];")
        }

        private static func catalog(_ id: String, score: Int) -> String {
            SignalLab.module(
                id,
                more: """
                    refreshCatalog: async () => ({ version: '1', signals: [{ signalTypeId: 'OWN_LABEL', displayName: 'Own' }] }),
                    createCatalogSignal: (entry) => signal(entry.signalTypeId, async () => score(\(score))).signal,
                    """, "return [];")
        }

        private func score(_ lab: SignalLab, _ type: String) async -> JSONValue? {
            await lab.decide(["a"], by: [SignalLab.asking(type, .equals, .number(0))], for: SignalLab.red)[0].results[0].result?["score"]
        }

        /// What is kept of a plugin, once it says so.
        private func kept(_ lab: SignalLab, _ plugin: PluginID, until isThere: (JSONValue) -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(20)
            while ContinuousClock.now < deadline {
                if let bytes = try lab.state.value(of: plugin, key: "signal-types"), isThere(try JSONValue(parsing: bytes)) { return }
                try await Task.sleep(for: .milliseconds(5))
            }
            throw SignalLab.Incomplete("nothing of that kind was kept of \(plugin)")
        }

        @Test(.timeLimit(.minutes(1)), arguments: [false, true])
        func `a package that cannot be read at a start keeps its types from others`(_ isCatalog: Bool) async throws {
            let type = isCatalog ? "OWN_LABEL" : "TOX"
            var lab = try await SignalLab()
            let first = try await lab.install(
                "zzz", isCatalog ? Self.catalog("ZZZ", score: 1) : Self.module("ZZZ", ["TOX"], score: 1))
            if isCatalog { _ = try await lab.registry.refreshCatalog(of: first, for: SignalLab.red) }
            let second = try await lab.install("aaa", Self.module("AAA", [type], score: 2))
            #expect(await score(lab, type) == "1")
            let folder = try #require(try await lab.registry.plugin(first).folder)
            await lab.registry.stop()
            #expect(rename(folder, folder + "-away") == 0)
            lab = try await SignalLab(after: lab)
            #expect(try await lab.registry.plugin(first).manifest == nil)
            #expect(await score(lab, type) == nil, "nobody answers in its name")
            await lab.registry.stop()
            #expect(rename(folder + "-away", folder) == 0)
            lab = try await SignalLab(after: lab)
            #expect(await score(lab, type) == "1")
            #expect(
                try await lab.registry.plugin(second, for: SignalLab.red).findings.contains { $0.code == "coop.duplicate-signal" })
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `types are kept beside catalogs of any size`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install("tox", Self.module("TOX_MAKER", ["TOX"], score: 1))
            try await kept(lab, id) { $0["TOX"] != nil }
            let large = StateLimits(valueBytesMax: 32 << 20, totalBytesMax: 256 << 20)
            try lab.state.set(Array(repeating: UInt8(ascii: "1"), count: 20 << 20), of: id, key: "signal-catalog/other", limits: large)
            try await lab.install("tox", Self.module("TOX_MAKER", ["TOX", "MORE"], score: 1), version: "1.1.0")
            try await kept(lab, id) { $0["TOX"] != nil && $0["MORE"] != nil }
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `what cannot be read is not taken for nothing`() async throws {
            let memory = MemoryStateStore()
            let faulty = FaultyState(memory)
            let begun = try await SignalLab { $0.state = faulty }
            var lab = begun
            let first = try await lab.install("zzz", Self.catalog("ZZZ", score: 1))
            _ = try await lab.registry.refreshCatalog(of: first, for: SignalLab.red)
            try await lab.install("aaa", Self.module("AAA", ["OWN_LABEL"], score: 2))
            #expect(await score(lab, "OWN_LABEL") == "1")
            await lab.registry.stop()
            faulty.fails.store(true, ordering: .sequentiallyConsistent)
            let fault = await #expect(throws: Fault.self, "it must not begin without knowing whose types are") {
                _ = try await SignalLab(after: begun) { $0.state = faulty }
            }
            #expect(fault?.code == "state.away")
            faulty.fails.store(false, ordering: .sequentiallyConsistent)
            lab = try await SignalLab(after: lab) { $0.state = faulty }
            faulty.fails.store(true, ordering: .sequentiallyConsistent)
            do throws(Fault) {
                _ = try await lab.registry.refreshCatalog(of: first, for: SignalLab.red)
                Issue.record("made one without knowing the one before")
            } catch { #expect(error.code == "state.away") }
            faulty.fails.store(false, ordering: .sequentiallyConsistent)
            #expect(await score(lab, "OWN_LABEL") == "1", "it was not remembered as none")
            await lab.end()
        }
    }
}

/// A store whose reading fails while it is told to.
final class FaultyState: StateStore {
    let fails = Atomic<Bool>(false)
    private let inner: MemoryStateStore

    init(_ inner: MemoryStateStore) { self.inner = inner }

    func value(of plugin: PluginID, key: String) throws(Fault) -> [UInt8]? {
        if fails.load(ordering: .sequentiallyConsistent) { throw Fault(code: "state.away", message: "The store is away.", turn: .hub) }
        return try inner.value(of: plugin, key: key)
    }

    func set(_ value: [UInt8], of plugin: PluginID, key: String, limits: StateLimits) throws(Fault) {
        try inner.set(value, of: plugin, key: key, limits: limits)
    }

    func remove(of plugin: PluginID, key: String) throws(Fault) -> Bool { try inner.remove(of: plugin, key: key) }

    func keys(of plugin: PluginID, prefix: String, after: String?, limit: Int) throws(Fault) -> [String] {
        try inner.keys(of: plugin, prefix: prefix, after: after, limit: limit)
    }

    func usage(of plugin: PluginID) throws(Fault) -> StateUsage { try inner.usage(of: plugin) }
    func removeAll(of plugin: PluginID) throws(Fault) { try inner.removeAll(of: plugin) }
}
