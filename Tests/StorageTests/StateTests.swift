import HostCalls
import HubCore
import PluginModel
import Testing

@testable import Storage

/// Plugins' state through the hub's store. What the port promises in detail is tested beside it, over SQLite and memory.
@Suite(.timeLimit(.minutes(3))) struct ThePluginState {
    @Test(arguments: Backend.allCases) func `values are kept, counted, listed by bytes and removed`(_ backend: Backend) async throws {
        let (mine, theirs) = (try plugin("mine"), try plugin("theirs"))
        try await withStore(backend) { (store) async throws in
            let keys = ["e", "e\u{301}", "\u{e9}", "E", "p:1", "p:2", "p:\u{0}", "p:\u{10ffff}", "p;"]
            for key in keys.shuffled() { try store.set(Array(key.utf8), of: mine, key: key, limits: .default) }
            try store.set([], of: theirs, key: "p:1", limits: .default)
            for key in keys { #expect(try store.value(of: mine, key: key) == Array(key.utf8)) }
            #expect(try store.value(of: theirs, key: "p:1") == [])
            #expect(try store.value(of: mine, key: "absent") == nil)
            #expect(
                try store.keys(of: mine, prefix: "", after: nil, limit: 100).map { Array($0.utf8) }
                    == keys.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) })
            #expect(try store.keys(of: mine, prefix: "p:", after: nil, limit: 100) == ["p:\u{0}", "p:1", "p:2", "p:\u{10ffff}"])
            #expect(try store.keys(of: mine, prefix: "p:", after: "p:1", limit: 1) == ["p:2"])
            #expect(try store.usage(of: mine) == StateUsage(keys: keys.count, bytes: keys.reduce(0) { $0 + 2 * $1.utf8.count }))
            #expect(try store.remove(of: mine, key: "e") == true)
            #expect(try store.remove(of: mine, key: "e") == false)
            #expect(try store.usage(of: mine).keys == keys.count - 1)
            try store.removeAll(of: mine)
            #expect(try store.usage(of: mine) == StateUsage())
            #expect(try store.keys(of: mine, prefix: "", after: nil, limit: 10) == [])
            #expect(try store.usage(of: theirs) == StateUsage(keys: 1, bytes: 3))
        }
    }

    @Test(arguments: Backend.allCases) func `beyond its limits a plugin keeps nothing more`(_ backend: Backend) async throws {
        let mine = try plugin()
        try await withStore(backend) { (store) async throws in
            let limits = StateLimits(totalBytesMax: 10, keysMax: 2)
            try store.set([1], of: mine, key: "a", limits: limits)
            try store.set([1], of: mine, key: "b", limits: limits)
            #expect(await code { try store.set([1], of: mine, key: "c", limits: limits) } == "state.too-much")
            #expect(await code { try store.set(Array(repeating: 1, count: 8), of: mine, key: "a", limits: limits) } == "state.too-much")
            #expect(try store.value(of: mine, key: "a") == [1])
            #expect(try store.usage(of: mine) == StateUsage(keys: 2, bytes: 4))
        }
    }

    /// Threads that set keys of one plugin and of several, while the plugin is removed again and again.
    @Test(arguments: Backend.allCases) func `the counts stay right whoever writes beside whom`(_ backend: Backend) async throws {
        let ids = [try plugin("a"), try plugin("b")]
        try await withStore(backend) { (store) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<6 {
                    group.addTask {
                        for number in 0..<25 {
                            let id = ids[(worker + number) % 2]
                            try store.set(Array("\(number)".utf8), of: id, key: "k\(number % 7)", limits: .default)
                            _ = try store.value(of: id, key: "k0")
                            if number % 5 == 0 { _ = try store.remove(of: id, key: "k\(number % 3)") }
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<5 { _ = try await store.write { (r) throws(Fault) in try r.removePlugin(ids[0]) } }
                }
                try await group.waitForAll()
            }
            for id in ids {
                let keys = try store.keys(of: id, prefix: "", after: nil, limit: 100)
                let bytes = try keys.reduce(0) { $0 + $1.utf8.count + (try store.value(of: id, key: $1)?.count ?? 0) }
                #expect(try store.usage(of: id) == StateUsage(keys: keys.count, bytes: bytes))
            }
        }
    }
}
