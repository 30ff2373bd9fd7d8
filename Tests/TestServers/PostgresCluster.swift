import CPostgres
import Glibc
import Synchronization

/// A PostgreSQL server of the tests' own, with everything as a careful operator would leave it: `fsync` is on.
///
/// `@unchecked Sendable`: `server` is replaced only by the one test that has its own cluster; nothing else changes.
package final class PostgresCluster: @unchecked Sendable {
    package static let password = "s3cr3t/p@ss:word"
    private static let programs = "/usr/lib/postgresql/15/bin"

    /// The one most tests share, with a database each. Started when first asked for, ended when the tests end.
    package static let shared = Result { () throws -> PostgresCluster in
        let cluster = try PostgresCluster()
        toEnd.withLock { $0 = cluster }
        atexit { PostgresCluster.toEnd.withLock { $0 }?.end() }
        return cluster
    }
    private static let toEnd = Mutex<PostgresCluster?>(nil)
    private static let databases = Atomic<Int>(0)

    package let folder: String
    package let port: Int
    private var server: Program

    package init() throws {
        var template = Array("/tmp/patchbay-postgres-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestTrouble(description: "no temporary folder: errno \(errno)") }
        folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if getuid() == 0 { try Program.run(["chown", "postgres:", folder]) }
        let secret = folder + "/password"
        try Program.run(["sh", "-c", "printf '%s\\n' \"$1\" > \"$2\"; chmod 644 \"$2\"", "sh", Self.password, secret])
        try Program.run(
            Self.asPostgres + [
                "\(Self.programs)/initdb", "--pgdata=\(folder)/data", "--username=postgres", "--auth-local=trust",
                "--auth-host=scram-sha-256", "--pwfile=\(secret)", "--encoding=UTF8", "--locale=C.UTF-8",
            ])
        port = try Self.freePort()
        server = try Self.start(folder, port)
        try waitUntilItAnswers()
    }

    /// PostgreSQL refuses to run as root.
    private static let asPostgres = getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"]

    /// With `--pdeathsig` it ends with the tests, however they end; so the thread that starts it must live as long, and waits for it.
    private static func start(_ folder: String, _ port: Int) throws -> Program {
        let words =
            asPostgres + ["setpriv", "--pdeathsig", "QUIT"] + [
                "\(programs)/postgres", "-D", "\(folder)/data", "-p", "\(port)", "-k", folder, "-c", "listen_addresses=127.0.0.1",
                "-c", "max_connections=400", "-c", "shared_buffers=64MB",
            ]
        let box = Box()
        guard
            LoneThread.start({
                let result = Result { try Program(words, log: folder + "/log") }
                box.set(result)
                if case .success(let program) = result { program.wait() }
            })
        else { throw TestTrouble(description: "no thread") }
        return try box.wait().get()
    }

    /// Where a thread leaves what another one waits for.
    ///
    /// `@unchecked Sendable`: `value` is written before the semaphore is posted, and read after it was waited for, both once.
    private final class Box: @unchecked Sendable {
        private var value: Result<Program, any Error>?
        private let isThere = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

        init() { sem_init(isThere, 0, 0) }

        deinit {
            sem_destroy(isThere)
            isThere.deallocate()
        }

        func set(_ value: Result<Program, any Error>) {
            self.value = value
            sem_post(isThere)
        }

        func wait() -> Result<Program, any Error> {
            while sem_wait(isThere) != 0 {}
            return value ?? .failure(TestTrouble(description: "nothing was left"))
        }
    }

    private static func freePort() throws -> Int {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) + getsockname(socket, $0, &length) }
        }
        guard code == 0 else { throw TestTrouble(description: "no free port: errno \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    package func waitUntilItAnswers() throws {
        for _ in 0..<600 {
            if (try? run("select 1", in: "postgres")) != nil { return }
            usleep(50_000)
        }
        throw TestTrouble(description: "PostgreSQL does not answer; see \(folder)/log")
    }

    /// Runs one statement on a connection of its own, as the administrator.
    package func run(_ statement: String, in database: String = "postgres") throws {
        let connection = PQconnectdb(address(database))
        defer { PQfinish(connection) }
        guard PQstatus(connection) == CONNECTION_OK else { throw TestTrouble(description: String(cString: PQerrorMessage(connection))) }
        let result = PQexec(connection, statement)
        defer { PQclear(result) }
        guard [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result)) else {
            throw TestTrouble(description: String(cString: PQerrorMessage(connection)))
        }
    }

    /// By the socket, without a password.
    package func address(_ database: String) -> String {
        "postgres://postgres@\(folder.replacing("/", with: "%2F")):\(port)/\(database)"
    }

    /// A new, empty database; gives its name.
    package func makeDatabase() throws -> String {
        let name = "t\(Self.databases.add(1, ordering: .relaxed).newValue)"
        try run("create database \(name) template template0")
        return name
    }

    /// Everything that is in a database, as text.
    package func dump(_ database: String, to path: String) throws {
        try Program.run(["\(Self.programs)/pg_dump", "--dbname=\(address(database))", "--file=\(path)"])
    }

    /// Kills the server as a power cut would end it, as far as a program can, and starts it again.
    package func killAndRestart() throws {
        kill(server.pid, SIGKILL)
        waitUntilGone()
        // Its children notice, and end too; the new one waits for them by itself.
        for _ in 0..<100 {
            server = try Self.start(folder, port)
            do {
                try waitUntilItAnswers(orEnds: server)
                return
            } catch { usleep(50_000) }
        }
        throw TestTrouble(description: "PostgreSQL does not start again; see \(folder)/log")
    }

    private func waitUntilItAnswers(orEnds server: Program) throws {
        for _ in 0..<600 {
            if (try? run("select 1", in: "postgres")) != nil { return }
            guard kill(server.pid, 0) == 0 else { throw TestTrouble(description: "it ended") }
            usleep(50_000)
        }
        throw TestTrouble(description: "it does not answer")
    }

    private func waitUntilGone() {
        for _ in 0..<200 where kill(server.pid, 0) == 0 { usleep(25_000) }
    }

    package func end() {
        kill(server.pid, SIGQUIT)
        waitUntilGone()
        _ = try? Program.run(["rm", "-rf", folder])
    }
}
