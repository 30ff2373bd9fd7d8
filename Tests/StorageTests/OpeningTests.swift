import Glibc
import HostCalls
import HubCore
import PluginModel
import TestServers
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(3))) struct TheOpening {
    struct BadAddress: Sendable, CustomTestStringConvertible {
        let address: String
        var testDescription: String { address.isEmpty ? "an empty address" : address }
    }

    @Test(
        arguments: [
            "", "mysql://u:s3cret@h/d", "sqlite:", "sqlite://", "postgres://u:s3cret@h:99999999/d?nonsense=s3cret",
            "postgres://u:s3cret@[::1/d", "http://h/",
        ].map(BadAddress.init))
    func `an address of no database is refused without its secrets`(_ c: BadAddress) async throws {
        do throws(Fault) {
            _ = try await HubStores.open(c.address)
            Issue.record("it was opened")
        } catch {
            #expect(["storage.unknown-database", "storage.unreachable"].contains(error.code))
            #expect(!"\(error) \(error.details ?? "")".contains("s3cret"))
        }
    }

    struct BadServer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: String
        let address: @Sendable (PostgresCluster) -> String
    }

    static let encoded = PostgresCluster.password.replacing("/", with: "%2F").replacing("@", with: "%40").replacing(":", with: "%3A")

    @Test(arguments: [
        BadServer(testDescription: "a wrong password", code: "storage.wrong-password") {
            "postgres://postgres:wr0ng%2Fpass@127.0.0.1:\($0.port)/postgres"
        },
        BadServer(testDescription: "no password", code: "storage.wrong-password") { "postgres://postgres@127.0.0.1:\($0.port)/postgres" },
        BadServer(testDescription: "an unknown user", code: "storage.wrong-password") {
            "postgres://nobody:wr0ng%2Fpass@127.0.0.1:\($0.port)/postgres"
        },
        BadServer(testDescription: "an unknown database", code: "storage.no-such-database") {
            "postgres://postgres:\(encoded)@127.0.0.1:\($0.port)/absent"
        },
        BadServer(testDescription: "nobody at the port", code: "storage.unreachable") { _ in
            "postgres://postgres:wr0ng%2Fpass@127.0.0.1:1/postgres"
        },
        BadServer(testDescription: "no such host", code: "storage.unreachable") { _ in
            "postgres://postgres:wr0ng%2Fpass@host.invalid/postgres"
        },
        BadServer(testDescription: "no such socket", code: "storage.unreachable") { _ in
            "postgres://postgres:wr0ng%2Fpass@%2Fabsent/postgres"
        },
    ])
    func `a server that does not let us in is named by what is wrong, without the password`(_ c: BadServer) async throws {
        let cluster = try PostgresCluster.shared.get()
        do throws(Fault) {
            _ = try await HubStores.open(c.address(cluster))
            Issue.record("it was opened")
        } catch {
            #expect(error.code == c.code, "\(error.details ?? "")")
            let told = "\(error) \(error.details ?? "") \(error.place ?? "")"
            for secret in ["wr0ng/pass", "wr0ng%2Fpass", PostgresCluster.password, Self.encoded] { #expect(!told.contains(secret)) }
        }
    }

    @Test func `a password opens, and a database in another encoding is refused`() async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try cluster.makeDatabase()
        let store = try await HubStores.open("postgresql://postgres:\(Self.encoded)@127.0.0.1:\(cluster.port)/\(name)")
        try await store.put(person("u1"))
        await store.close()
        try cluster.admin().run("create database latin template template0 encoding 'LATIN1' locale 'C'")
        #expect(await code { try await HubStores.open(cluster.address("latin")) } == "storage.not-utf8")
    }

    @Test(arguments: Backend.allCases) func `one hub at a time, with the command line beside it`(_ backend: Backend) async throws {
        let lab = try Lab(backend)
        let hub = try await lab.open()
        #expect(await code { try await lab.open() } == "storage.in-use")
        let beside = try await lab.open { $0.isHub = false }
        try await beside.put(person("u1"))
        try await hub.put(person("u2"))
        #expect(try await beside.read { (r) throws(Fault) in try r.userCount() } == 2)
        await beside.close()
        await hub.close()
        let next = try await lab.open()
        #expect(try await next.read { (r) throws(Fault) in try r.userCount() } == 2)
        await next.close()
    }

    // MARK: Migrations

    /// The number of the step that comes after all there are.
    static let next = Schema.steps.count + 1
    static let later = SchemaStep(number: next, name: "a later one", "create table later (id text primary key) strict, without rowid;")
    static let broken = SchemaStep(
        number: next + 1, name: "broken", "create table half (id text primary key) strict, without rowid; create table;")

    @Test(arguments: Backend.allCases) func `each step is taken once, and a copy made before`(_ backend: Backend) async throws {
        let lab = try Lab(backend)
        let first = try await lab.open()
        try await first.put(person("u1"))
        await first.close()
        let backups = backend == .sqlite ? lab.folder.path : lab.folder.path + "/backups"
        func names() throws -> [String] {
            try Program.run(["sh", "-c", "ls \"$1\" 2>/dev/null || true", "sh", backups]).split(separator: "\n").map(String.init)
                .filter { $0.contains(".before-") }
        }
        #expect(try names() == [], "a new database has nothing to copy")
        for _ in 0..<2 {
            let store = try await HubStores.open(lab.address, lab.options, steps: Schema.steps + [Self.later])
            #expect(try await store.read { (r) throws(Fault) in try r.userCount() } == 1)
            await store.close()
        }
        let made = try names()
        #expect(made.count == 1)
        let copy = try #require(made.first)
        #expect(copy.hasPrefix(backend == .sqlite ? "hub.sqlite.before-\(Self.next)-2" : "postgresql.before-\(Self.next)-2"))
        var status = stat()
        #expect(stat("\(backups)/\(copy)", &status) == 0 && status.st_mode & 0o777 == 0o600)
        let steps = try lab.raw().rows("select number from schema_migrations order by number", []) { (row: any SQLRow) in row.integer(0) }
        #expect(steps == (1...Int64(Self.next)).map { $0 })
        // The copy is whole: it opens as what it was.
        switch backend {
        case .sqlite:
            let old = try await HubStores.open("\(backups)/\(copy)")
            #expect(try await old.read { (r) throws(Fault) in try r.userCount() } == 1)
            await old.close()
        case .postgreSQL:
            let cluster = try PostgresCluster.shared.get()
            let name = try cluster.makeDatabase()
            try Program.run(["pg_restore", "--exit-on-error", "--dbname=\(cluster.address(name))", "\(backups)/\(copy)"])
            let old = try await HubStores.open(cluster.address(name))
            #expect(try await old.read { (r) throws(Fault) in try r.userCount() } == 1)
            await old.close()
        }
        #expect(await code { try await lab.open() } == "storage.newer")
    }

    @Test(arguments: Backend.allCases) func `a step that fails leaves the database as it was`(_ backend: Backend) async throws {
        let lab = try Lab(backend)
        await (try await lab.open()).close()
        #expect(
            await code { try await HubStores.open(lab.address, lab.options, steps: Schema.steps + [Self.later, Self.broken]) }
                == "storage.failed")
        let store = try await lab.open()
        try await store.put(person("u1"))
        await store.close()
        #expect(await code { try lab.raw().rows("select id from later", []) { (row: any SQLRow) in row.text(0) } } == "storage.failed")
    }

    @Test(arguments: Backend.allCases) func `a step that was edited is refused`(_ backend: Backend) async throws {
        let lab = try Lab(backend)
        await (try await HubStores.open(lab.address, lab.options, steps: Schema.steps + [Self.later])).close()
        let edited = [
            SchemaStep(number: Self.next, name: "a later one", "create table later (id text primary key, x text) strict, without rowid;"),
            SchemaStep(number: Self.next, name: "another name", "create table later (id text primary key) strict, without rowid;"),
        ]
        for step in edited {
            #expect(
                await code { try await HubStores.open(lab.address, lab.options, steps: Schema.steps + [step]) }
                    == "storage.migration-changed")
        }
        await (try await HubStores.open(lab.address, lab.options, steps: Schema.steps + [Self.later])).close()
    }

    @Test func `the newest three copies are kept`() async throws {
        let lab = try Lab(.sqlite)
        var steps = Schema.steps
        await (try await HubStores.open(lab.address, lab.options, steps: steps)).close()
        let last = Self.next + 5
        for number in Self.next...last {
            steps.append(SchemaStep(number: number, name: "step \(number)", "create table t\(number) (id text primary key) strict;"))
            var options = lab.options
            options.clock = HubClock(monotonicNanoseconds: { 0 }, unixMilliseconds: { Int64(number - Self.next + 5) * 86_400_000 })
            await (try await HubStores.open(lab.address, options, steps: steps)).close()
        }
        let copies = lab.folder.names().filter { $0.contains(".before-") }
        #expect(
            Set(copies) == [
                "hub.sqlite.before-\(last - 2)-19700109T000000Z", "hub.sqlite.before-\(last - 1)-19700110T000000Z",
                "hub.sqlite.before-\(last)-19700111T000000Z",
            ])
    }

    @Test func `PostgreSQL is not migrated without a dump, unless the operator says so`() async throws {
        let lab = try Lab(.postgreSQL)
        await (try await lab.open()).close()
        let steps = Schema.steps + [Self.later]
        var options = lab.options
        options.backupFolder = nil
        #expect(await code { try await HubStores.open(lab.address, options, steps: steps) } == "storage.no-backup")
        options.backupFolder = lab.folder.file + "/absent/backups"
        #expect(await code { try await HubStores.open(lab.address, options, steps: steps) } == "storage.no-backup")
        let address = try PostgreSQLAddress(lab.address)
        for programs in [[], ["/absent/pg_dump"], ["/bin/false"]] {
            let backup = PostgreSQLBackup(address: address, folder: lab.folder.path, isWaived: false, programs: programs)
            #expect(await code { try backup.make(before: 4, 0) } == "storage.no-backup")
        }
        #expect(lab.folder.names() == [], "nothing half done is left")
        options.isBackupWaived = true
        await (try await HubStores.open(lab.address, options, steps: steps)).close()
    }

    /// Failures belonged to nobody, and trials had no grants to come back to.
    @Test(arguments: Backend.allCases) func `a database of before whose failures it was is brought up to date`(_ backend: Backend)
        async throws
    {
        let lab = try Lab(backend)
        let old = try await HubStores.open(lab.address, lab.options, steps: Array(Schema.steps.prefix(3)))
        await old.close()
        try lab.raw().run(
            """
            insert into plugins (id, running_version, fallback_version, installed_ms, changed_ms, revision)
                values ('acme.weather', '2', '1', 1, 1, 1);
            insert into plugin_failures (sequence, plugin, at_ms, failure)
                values (1, 'acme.weather', 5, '{"version":"2","entry":"scan","code":"plugin.threw","message":"m","turn":"plugin"}');
            insert into counters (name, value) values ('failures', 1)
            """)
        let store = try await lab.open()
        let (weather, id) = (try plugin(), Organisation.ID("o1"))
        let record = try #require(try await store.read { (r) throws(Fault) in try r.plugin(weather) })
        #expect(record.fallbackVersion == "1" && record.fallbackGrants == nil)
        try await store.put(organisation("o1"))
        let fault = Fault(code: "plugin.threw", message: "n", turn: .plugin)
        try await store.write { (r) throws(Fault) in
            try r.append(PluginFailure(plugin: weather, version: "2", at: at(6), organisation: id, entry: "scan", fault: fault), keeping: 9)
        }
        let (all, own) = try await store.read { (r) throws(Fault) in
            (try r.failures(of: weather, limit: 9), try r.failures(of: weather, in: id, limit: 9))
        }
        #expect(all.map(\.organisation) == [id, nil] && all.map(\.sequence) == [2, 1])
        #expect(own.map(\.sequence) == [2])
        await store.close()
    }

    /// The state of plugins, as databases were written before there was a hub: keys were texts.
    @Test func `a database of the first schema is brought up to date`() async throws {
        let lab = try Lab(.sqlite)
        do {
            let old = try SQLiteConnection(path: lab.address)
            try old.configure(isWriter: true)
            try old.run(
                "create table schema_migrations (number integer primary key, name text not null, applied_ms integer not null) strict")
            try old.run(Schema.steps[0].text(for: .sqlite))
            try old.run(
                """
                insert into schema_migrations values (1, 'plugin state', 5);
                insert into plugin_state values ('acme.weather', 'clé', x'31', 5);
                insert into plugin_state_usage values ('acme.weather', 1, 5)
                """)
        }
        let store = try await lab.open()
        #expect(try store.value(of: try plugin(), key: "clé") == [0x31])
        #expect(try store.keys(of: try plugin(), prefix: "c", after: nil, limit: 5) == ["clé"])
        await store.close()
        #expect(lab.folder.names().contains { $0.hasPrefix("hub.sqlite.before-2-") })
    }
}
