import Glibc
import JSON
import PatchbayCLI
import Testing

/// `patchbay serve` as a process: how it starts, refuses to, and ends. One at a time: each starts a sandbox of its own.
@Suite(.serialized) struct ServeTests {
    let program: Program

    init() throws { program = try Program() }

    @Test func `a fresh hub asks for a first account, lets nobody in without one, and ends well with SIGTERM`() async throws {
        let hub = try await ServedHub.start(program)
        #expect(hub.greeting.contains("http://127.0.0.1:\(hub.port)/setup#code="))
        let stranger = try await hub.visitor.ask("GET", "/api/v1/plugins")
        #expect(stranger.status == 401 && stranger.json["code"] == "account.not-signed-in")
        #expect(try await hub.visitor.ask("GET", "/api/v1/setup").json["needed"] == true)
        #expect(try await hub.visitor.ask("GET", "/healthz").status == 200)
        let ada = try await hub.setUp()
        #expect(try await ada.ask("GET", "/api/v1/plugins").json == [])
        #expect(await hub.end() == 0)
        #expect(hub.running.error.isEmpty, "\(hub.running.error)")

        let again = try await ServedHub.start(program)
        #expect(again.setupCode == nil && again.greeting.contains("admin reset-password"))
        var session = ada
        session = again.visitor.with(cookies: session.cookies)
        #expect(try await session.ask("GET", "/api/v1/session").json["user"]?["email"] == "ada@acme.test", "sessions survive")
        #expect(await again.end(SIGINT) == 0, "Ctrl-C is how a hub at a terminal ends")
    }

    @Test func `calls in flight finish before it ends`() async throws {
        let folder = try program.plugin(
            "slow",
            "import { log, time } from '@patchbay/plugin';\nexport async function work() { log.info('working'); await time.sleep(1500); return 'whole'; }\n"
        )
        let hub = try await ServedHub.start(program)
        let ada = try await hub.setUp()
        try await ada.install(folder)
        async let call = ada.ask("POST", "/api/v1/plugins/test.slow/call", json: ["export": "work", "argument": [:]])
        _ = try await ada.wait(for: "/api/v1/plugins/test.slow/logs") { $0.text.contains("working") }
        let start = ContinuousClock.now
        let exit = await hub.end()
        #expect(exit == 0 && ContinuousClock.now - start < .seconds(10))
        let answer = try await call
        #expect(answer.status == 200 && answer.json["result"] == "whole", "\(answer.text)")
        #expect(hub.running.descendants.isEmpty)
    }

    @Test func `a second hub on the folder is refused, and so is one on a port that is taken`() async throws {
        let hub = try await ServedHub.start(program)
        let second = try #require(try await ServedHub.refusal(program))
        #expect(second.exit == 7 && second.error.contains("error[hub.folder-in-use]"), "\(second)")
        #expect(second.error.contains("Stop that hub"))
        let other = try await program.run(["serve", "--data", "\(program.home)/other", "--port", "\(hub.port)"])
        #expect(other.exit == 7 && other.error.contains("error[hub.cannot-listen]") && other.error.contains("--port"), "\(other)")
        #expect(try await hub.visitor.ask("GET", "/healthz").status == 200, "the first one does not notice")
        #expect(await hub.end() == 0)
        #expect(try await ServedHub.refusal(program) == nil, "the folder is free again")
    }

    @Test func `a data folder that cannot be used is told with its place`() async throws {
        try program.write("file", "no folder")
        let below = try #require(try await ServedHub.refusal(program, data: "\(program.home)/file/data"))
        #expect(below.exit == 7 && below.error.contains("error[hub.no-data-folder]") && below.error.contains("--data"), "\(below)")
        guard geteuid() != 0 else { return }
        mkdir("\(program.home)/locked", 0o000)
        let locked = try #require(try await ServedHub.refusal(program, data: "\(program.home)/locked"))
        #expect(locked.exit == 7 && locked.error.contains("error[hub.no-data-folder]"), "\(locked)")
    }

    @Test func `another key than the vault's is refused, and nothing is changed by the attempt`() async throws {
        #expect(try await ServedHub.refusal(program) == nil)
        let path = "\(program.home)/data/vault.key"
        let right = String(decoding: try Files.read(path, limit: 1 << 16), as: UTF8.self)
        try write("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", to: path)
        let wrong = try #require(try await ServedHub.refusal(program))
        #expect(wrong.exit == 7 && wrong.error.contains("error[vault.wrong-key]") && wrong.error.contains("backup"), "\(wrong)")
        unlink(path)
        let gone = try #require(try await ServedHub.refusal(program))
        #expect(gone.exit == 7 && gone.error.contains("error[vault.key-file-missing]"), "\(gone)")
        #expect(Files.kind(path) == .missing, "no new key was made")
        try write(right, to: path)
        chmod(path, 0o644)
        let exposed = try #require(try await ServedHub.refusal(program))
        #expect(exposed.exit == 7 && exposed.error.contains("error[vault.key-file-exposed]"), "\(exposed)")
        chmod(path, 0o600)
        #expect(try await ServedHub.refusal(program) == nil)
    }

    @Test func `it listens on other addresses only when somebody has an account`() async throws {
        let early = try #require(try await ServedHub.refusal(program, ["--host", "0.0.0.0"]))
        #expect(early.exit == 7 && early.error.contains("error[hub.not-set-up]"), "\(early)")
        let hub = try await ServedHub.start(program)
        _ = try await hub.setUp()
        #expect(await hub.end() == 0)
        let open = try await ServedHub.start(program, ["--host", "0.0.0.0"])
        #expect(try await open.visitor.ask("GET", "/healthz").status == 200)
        let rebound = try await open.visitor.with(host: "evil.test").ask("GET", "/api/v1/setup")
        #expect(rebound.status == 421, "a name nobody told the hub is refused")
        #expect(await open.end() == 0)
        #expect(open.running.error.contains("--public-url"), "\(open.running.error)")
    }

    @Test func `without its interface it says so and serves the API`() async throws {
        let hub = try await ServedHub.start(program, environment: ["PATCHBAY_WEB=\(program.home)/nowhere"])
        let page = try await hub.visitor.ask("GET", "/")
        #expect(page.status == 503 && page.text.contains("make build"))
        #expect(try await hub.visitor.ask("GET", "/api/v1/openapi.json").status == 200)
        #expect(await hub.end() == 0)
        #expect(hub.running.error.contains("interface"), "\(hub.running.error)")
    }

    @Test func `it raises its own limit of open files as far as it may`() async throws {
        let hub = try await ServedHub.start(
            program, prefix: ["/bin/sh", "-c", "ulimit -Sn 256; ulimit -Hn 5000; exec \"$@\"", "sh"])
        let limits = String(decoding: try Files.read("/proc/\(hub.running.pid)/limits", limit: 1 << 16), as: UTF8.self)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
        #expect(line.split(separator: " ")[3] == "5000", "\(line)")
        #expect(await hub.end() == 0)
    }

    @Test func `a hub on PostgreSQL keeps its people there and its packages in the folder`() async throws {
        let postgres = try await PostgresServer()
        let words = ["--database", postgres.address]
        let hub = try await ServedHub.start(program, words)
        let ada = try await hub.setUp()
        try await ada.install("\(Program.repository)/plugins/hello")
        let second = try #require(try await ServedHub.refusal(program, words, data: "\(program.home)/other"))
        #expect(second.exit == 7 && second.error.contains("error[storage.in-use]"), "\(second)")
        #expect(try await ada.ask("GET", "/api/v1/settings").json["database"] == "PostgreSQL")
        #expect(await hub.end() == 0)
        #expect(Files.kind("\(program.home)/data/hub.sqlite") == .missing)
        let again = try await ServedHub.start(program, environment: ["PATCHBAY_DATABASE=\(postgres.address)"])
        let plugins = try await again.visitor.with(cookies: ada.cookies).ask("GET", "/api/v1/plugins")
        #expect(plugins.json[0]?["id"] == "patchbay.hello", "\(plugins.text)")
        let users = try await program.run(
            ["admin", "users", "--json", "--data", "\(program.home)/data", "--database", postgres.address])
        #expect(users.exit == 0 && users.output.contains("ada@acme.test"), "\(users)")
        let backup = try await program.run(
            ["admin", "backup", "\(program.home)/copy", "--data", "\(program.home)/data", "--database", postgres.address])
        #expect(backup.exit == 2 && backup.error.contains("pg_dump --format=custom"), "\(backup)")
        #expect(await again.end() == 0)
        postgres.end()
        let down = try #require(try await ServedHub.refusal(program, words))
        #expect(down.exit == 7 && down.error.contains("error[storage.unreachable]"), "\(down)")
    }
}

extension HTTPVisitor {
    func with(cookies: [String: String]) -> HTTPVisitor {
        var other = self
        other.cookies = cookies
        return other
    }

    /// The same, under another name for the hub.
    func with(host: String) -> HTTPVisitor {
        var other = self
        other.host = host
        return other
    }
}

/// A PostgreSQL server of a test's own, reached by its socket.
final class PostgresServer: Sendable {
    private static let programs = "/usr/lib/postgresql/15/bin"
    let address: String
    private let home: Program
    private let server: RunningProgram

    init() async throws {
        home = try Program()
        let folder = home.home
        chmod(folder, 0o755)
        // PostgreSQL refuses to run as root.
        let isRoot = geteuid() == 0
        let user = isRoot ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
        if isRoot { try RunningProgram.tool("/bin/chown", "postgres:", folder) }
        func start(_ words: [String]) throws -> RunningProgram {
            let line = user + words
            return try RunningProgram(
                line[0], Array(line.dropFirst()), folder: "/", environment: ["PATH=/usr/bin:/bin", "LC_ALL=C"], input: nil)
        }
        let made = try start([
            "\(Self.programs)/initdb", "--pgdata=\(folder)/db", "--username=postgres", "--auth=trust", "--encoding=UTF8",
            "--locale=C.UTF-8",
        ])
        let exit = await blocking { made.wait() }
        try #require(exit == 0, "\(made.error)")
        server = try start([
            "\(Self.programs)/postgres", "-D", "\(folder)/db", "-k", folder, "-c", "listen_addresses=", "-c", "shared_buffers=32MB",
        ])
        address = "postgres://postgres@\(folder.replacing("/", with: "%2F"))/postgres"
        let running = server
        let isReady = await blocking { running.read { $0.error.contains("ready to accept connections") } }
        try #require(isReady, "\(server.error)")
    }

    func end() {
        guard server.isOpen else { return }
        kill(server.pid, SIGINT)
        _ = server.wait()
    }

    deinit { end() }
}
