import Glibc
import HubCore
import PluginModel
import Synchronization
import Testing

struct MemoryHubStoreTests {
    private func user(_ id: String, _ email: String) -> User {
        User(id: User.ID(id), email: email, name: id, createdAt: Timestamp(unixMilliseconds: 0))
    }

    @Test func `a transaction that fails leaves nothing`() async throws {
        let store = MemoryHubStore()
        let bob = user("1", "bob@acme.test")
        let code = await faultCode {
            try await store.write { (records) throws(Fault) in
                try records.put(bob)
                #expect(try records.user(bob.id) == bob, "seen inside")
                throw Fault(code: "test.stopped", message: "", turn: .hub)
            }
        }
        #expect(code == "test.stopped")
        #expect(try await store.read { (records) throws(Fault) in try records.userCount() } == 0)
    }

    @Test func `reading writes nothing, and sees one moment`() async throws {
        let store = MemoryHubStore()
        let bob = user("1", "bob@acme.test")
        #expect(
            await faultCode { try await store.read { (records) throws(Fault) in try records.put(bob) } }
                == "storage.read-only")
    }

    @Test func `writes come one after the other`() async throws {
        let store = MemoryHubStore()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await store.write { (records) throws(Fault) in
                        let count = try records.setting("count")?.first ?? 0
                        try records.setSetting("count", [count + 1])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.read { (records) throws(Fault) in try records.setting("count") } == [50])
    }

    @Test func `an address or a short name of somebody else is refused`() async throws {
        let store = MemoryHubStore()
        let (bob, eve) = (user("1", "bob@acme.test"), user("2", "bob@acme.test"))
        try await store.write { (records) throws(Fault) in try records.put(bob) }
        try await store.write { (records) throws(Fault) in try records.put(bob) }
        #expect(
            await faultCode { try await store.write { (records) throws(Fault) in try records.put(eve) } }
                == "account.email-taken")
    }

    @Test func `a record of an older revision is refused`() async throws {
        let store = MemoryHubStore()
        var plugin = PluginRecord(id: try PluginID("acme.weather"), installedAt: Timestamp(unixMilliseconds: 0))
        try await store.write { [plugin] (records) throws(Fault) in try records.put(plugin) }
        let same = await faultCode { [plugin] in
            try await store.write { (records) throws(Fault) in try records.put(plugin) }
        }
        #expect(same == "plugin.changed-meanwhile")
        plugin.revision = 2
        try await store.write { [plugin] (records) throws(Fault) in try records.put(plugin) }
    }

    @Test func `pages follow each other without gap or repetition`() async throws {
        let store = MemoryHubStore()
        let all = (100..<350).map { user("\($0)", "\($0)@acme.test") }
        try await store.write { (records) throws(Fault) in for one in all.reversed() { try records.put(one) } }
        var seen: [User.ID] = []
        var after: String?
        while true {
            let page = try await store.read { [after] (records) throws(Fault) in try records.users(PageRequest(after: after, limit: 60)) }
            if page.isEmpty { break }
            seen += page.map(\.id)
            after = page.last?.id.rawValue
        }
        #expect(seen == all.map(\.id))
    }

    @Test func `a closed store takes nothing more`() async {
        let store = MemoryHubStore()
        await store.close()
        #expect(
            await faultCode { _ = try await store.read { (records) throws(Fault) in try records.userCount() } }
                == "storage.busy")
    }
}

struct ThreadLaneTests {
    @Test func `one runs, one waits, and the third is turned away`() async throws {
        let lane = ThreadLane(name: "test", threads: 1, waitingMax: 1)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (reading, writing) = (ends[0], ends[1])
        defer {
            close(reading)
            close(writing)
        }
        let (begun, hasBegun) = AsyncStream<Void>.makeStream()
        async let first = lane.run { () throws(Fault) in
            hasBegun.yield()
            var byte: UInt8 = 0
            return read(reading, &byte, 1)
        }
        for await _ in begun { break }
        let answers = await withTaskGroup(of: Int?.self) { group in
            for number in 1...2 { group.addTask { (try? await lane.run { () throws(Fault) in number }) ?? nil } }
            // Whichever comes second finds no room, and only then may the first one end.
            let early = await group.next() ?? nil
            _ = write(writing, "x", 1)
            return [early, await group.next() ?? nil]
        }
        #expect(answers[0] == nil && answers[1] != nil)
        #expect(try await first == 1)
        #expect(try await lane.run { () throws(Fault) in 7 } == 7)
    }
}
