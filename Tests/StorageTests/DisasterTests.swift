import Glibc
import HostCalls
import HubCore
import JSON
import PluginModel
import TestServers
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(3))) struct TheDisasters {
    // MARK: PostgreSQL goes away

    /// Ends every connection to a database from outside, as its administrator could.
    private func disconnectAll(_ lab: Lab) throws {
        _ = try PostgresCluster.shared.get().admin().rows(
            "select 1 from (select pg_terminate_backend(pid) from pg_stat_activity where datname = $1) as ended", [.text(lab.database)]
        ) { (_: any SQLRow) in }
    }

    @Test func `connections that were lost between calls are made again`() async throws {
        let lab = try Lab(.postgreSQL)
        let store = try await lab.open()
        try await store.put(person("u0"))
        for round in 1...3 {
            try disconnectAll(lab)
            try await store.put(person("u\(round)"))
            #expect(try await store.read { (r) throws(Fault) in try r.userCount() } == round + 1)
            try disconnectAll(lab)
            #expect(try await store.read { (r) throws(Fault) in try r.userCount() } == round + 1)
            try store.set([1], of: try plugin(), key: "k\(round)", limits: .default)
            try disconnectAll(lab)
            #expect(try store.usage(of: try plugin()).keys == round)
        }
        try await store.put(person("last"))
        #expect(await code { try await lab.open() } == "storage.in-use", "the lock was taken again by writing")
        await store.close()
    }

    @Test func `a connection lost before the commit lets the body run again, whole`() async throws {
        let lab = try Lab(.postgreSQL)
        let store = try await lab.open()
        let runs = Gate()
        let attempts = try await store.write { (r) throws(Fault) -> Int in
            let attempt = runs.next()
            try r.put(person("u\(attempt)"))
            if attempt == 1 { do { try disconnectAll(lab) } catch { throw Fault(code: "test.no", message: "\(error)", turn: .hub) } }
            try r.put(person("v\(attempt)"))
            return attempt
        }
        #expect(attempts == 2)
        #expect(try await store.read { (r) throws(Fault) in try r.users(PageRequest()).map(\.id.rawValue) } == ["u2", "v2"])
        await store.close()
    }

    /// The body is done, the connection dies, and only then comes the commit: what was said of it cannot be known, and nobody repeats it.
    @Test func `a connection lost in the commit is told, and the body does not run again`() async throws {
        let lab = try Lab(.postgreSQL)
        let store = try await lab.open()
        let runs = Gate()
        let found = await code {
            try await store.write { (r) throws(Fault) in
                _ = runs.next()
                try r.put(person("u1"))
                do { try disconnectAll(lab) } catch { throw Fault(code: "test.no", message: "\(error)", turn: .hub) }
            }
        }
        #expect(found == "storage.outcome-unknown")
        #expect(runs.next() == 2)
        #expect(try await store.read { (r) throws(Fault) in try r.userCount() } == 0)
        try await store.put(person("u1"))
        await store.close()
    }

    @Test func `a hub whose lock another one has writes nothing more`() async throws {
        let lab = try Lab(.postgreSQL)
        let first = try await lab.open()
        try await first.put(person("u1"))
        // The second waits for the lock, and has it as soon as the first one's connection is gone.
        async let opening = lab.open()
        let admin = try PostgresCluster.shared.get().admin()
        var second: SQLStore?
        for _ in 0..<40 where second == nil {
            try disconnectAll(lab)
            do { second = try await lab.open() } catch let fault as Fault {
                #expect(fault.code == "storage.in-use" || fault.code == "storage.connection-lost")
            }
        }
        let waiting: SQLStore?
        do { waiting = try await opening } catch { waiting = nil }
        let hub = try #require(second ?? waiting)
        #expect(await code { try await first.put(person("u2")) } == "storage.in-use")
        try await hub.put(person("u3"))
        #expect(try await hub.read { (r) throws(Fault) in try r.users(PageRequest()).map(\.id.rawValue) } == ["u1", "u3"])
        withExtendedLifetime(admin) {}
        for store in [first, second, waiting].compactMap(\.self) { await store.close() }
    }

    /// Writes that wait for a database that is away are told so together, not one after another.
    @Test func `a server that is away is told to all who wait at once`() async throws {
        let cluster = try PostgresCluster()
        let store = try await HubStores.open(cluster.address(try cluster.makeDatabase()))
        try await store.put(person("u1"))
        cluster.end()
        let start = ContinuousClock.now
        let outcomes = await withTaskGroup(of: String?.self) { group in
            for number in 0..<40 { group.addTask { await code { try await store.put(person("w\(number)")) } } }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(Set(outcomes) == ["storage.unreachable"])
        #expect(ContinuousClock.now - start < .seconds(StorageLimits.connectSeconds))
        #expect(await code { try await store.read { (r) throws(Fault) in try r.userCount() } } == "storage.unreachable")
        await store.close()
    }

    @Test func `a statement that takes too long is ended`() async throws {
        let lab = try Lab(.postgreSQL)
        await (try await lab.open()).close()
        let session = try lab.raw()
        try session.run("set statement_timeout = '50ms'")
        #expect(await code { try session.run("select pg_sleep(20)") } == "storage.timed-out")
        let deadlock = "do $$ begin raise exception 'no' using errcode = '40P01'; end $$"
        try session.begin(.writing)
        #expect(await code { try session.run(deadlock) } == "storage.busy")
        #expect(session.mayRunAgain)
        session.rollback()
    }

    @Test func `sessions say whose they are, and commits wait for the disk`() async throws {
        let lab = try Lab(.postgreSQL)
        let cluster = try PostgresCluster.shared.get()
        try cluster.admin().run("alter database \(lab.database) set synchronous_commit = off")
        let store = try await lab.open { $0.applicationName = "patchbay-test" }
        let names = try cluster.admin().rows(
            "select distinct application_name from pg_stat_activity where datname = $1", [.text(lab.database)]
        ) { (row: any SQLRow) in row.text(0) }
        #expect(names == ["patchbay-test"])
        let setting = try lab.raw().rows("show synchronous_commit", []) { (row: any SQLRow) in row.text(0) }
        #expect(setting == ["on"])
        await store.close()
    }

    // MARK: SQLite's file

    @Test func `on a full disk nothing is half kept, and reading goes on`() async throws {
        let lab = try Lab(.sqlite)
        let store = try await lab.open { $0.fileBytesMax = 600 * 1024 }
        try await store.put(person("u1"))
        let outcomes = await withTaskGroup(of: String?.self) { group in
            for number in 0..<30 {
                group.addTask {
                    await code {
                        try await store.write { (r) throws(Fault) in
                            try r.put(person("w\(number)"))
                            _ = try r.append([event("e\(number)", data: .string(String(repeating: "x", count: 50_000)))])
                        }
                    }
                }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        let kept = outcomes.filter { $0 == nil }.count
        #expect((1..<30).contains(kept))
        #expect(Set(outcomes) == [nil, "storage.full"])
        let found = try await store.read { (r) throws(Fault) in
            (try r.userCount(), try r.events(after: 0, types: [], organisation: nil, limit: 100).map(\.sequence))
        }
        #expect(found.0 == kept + 1)
        #expect(found.1 == (1...Int64(kept)).map { $0 })
        #expect(try await store.write { (r) throws(Fault) in try r.removeEvents(before: at(100), types: []) } == kept)
        try await store.put(person("u2"))
        await store.close()
    }

    @Test func `a damaged file is told and left as it is`() async throws {
        let lab = try Lab(.sqlite)
        let store = try await lab.open()
        try await store.write { (r) throws(Fault) in
            _ = try r.append((0..<200).map { event("e\($0)", data: .string(String(repeating: "x", count: 2000))) })
        }
        await store.close()
        let file = try #require(fopen(lab.address, "r+"))
        fseek(file, 0, SEEK_END)
        let size = ftell(file)
        fseek(file, 250_000, SEEK_SET)
        let rubbish = (250_000..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        fwrite(rubbish, 1, rubbish.count, file)
        fclose(file)
        let found = await code {
            let store = try await lab.open()
            _ = try await store.read { (r) throws(Fault) in try r.events(after: 0, types: [], organisation: nil, limit: 1000) }
        }
        #expect(found == "storage.damaged")
        try Program.run(["sh", "-c", "printf 'my diary' > \"$1\"", "sh", lab.folder.path + "/diary"])
        #expect(await code { try await HubStores.open(lab.folder.path + "/diary") } == "storage.damaged")
        #expect(try Program.run(["cat", lab.folder.path + "/diary"]) == "my diary")
    }

    @Test func `a record that no version could have written is told`() async throws {
        for (backend, change) in Backend.allCases.flatMap({ backend in
            [
                (backend, "update memberships set role = 'emperor'"), (backend, "update plugins set quarantine = 'no JSON'"),
                (backend, "update plugins set id = 'no id'"),
            ]
        }) {
            let lab = try Lab(backend)
            let store = try await lab.open()
            let record = PluginRecord(id: try plugin(), installedAt: at(1))
            try await store.put(person("u1"))
            try await store.put(organisation("o1"))
            try await store.write { (r) throws(Fault) in
                try r.put(Membership(organisation: Organisation.ID("o1"), user: User.ID("u1"), role: .viewer))
                try r.put(record)
            }
            try lab.raw().run(change)
            let found = await code {
                try await store.read { (r) throws(Fault) in
                    _ = try r.memberships(of: User.ID("u1"))
                    _ = try r.plugins()
                }
            }
            #expect(found == "storage.damaged", "\(backend): \(change)")
            await store.close()
        }
    }

    @Test func `a folder that is missing, and one that is no place for a lock`() async throws {
        let folder = try TestFolder()
        #expect(await code { try await HubStores.open(folder.path + "/absent/hub.sqlite") } == "storage.cannot-open")
        try Program.run(["ln", "-s", "/etc/hostname", folder.path + "/linked.sqlite.lock"])
        #expect(await code { try await HubStores.open(folder.path + "/linked.sqlite") } == "storage.cannot-open")
    }
}
