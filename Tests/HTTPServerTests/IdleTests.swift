import Glibc
import HTTPServer
import Testing

/// Idle clients are held, cost little, and hold nobody up. 1,000 of them here; 10,000 of another process where `PATCHBAY_SOAK` is set; the
/// memory it prints is theirs only when it runs alone.
struct IdleTests {
    private static let request =
        "GET /hello/x HTTP/1.1\r\nHost: a.test\r\nAccept: text/html\r\nUser-Agent: one of many idle clients\r\n\r\n"

    private static func limits(_ count: Int) -> HTTPLimits {
        var limits = HTTPLimits()
        limits.connectionsPerAddress = count + 10
        return limits
    }

    @Test func `a thousand idle connections are held and answered again`() async throws {
        let count = 1_000
        try await withServer(try echoRouter(), limits: Self.limits(count)) { server, port in
            let held = try await onThread {
                let clients = try (0..<count).map { _ in try RawClient(port: port) }
                for client in clients { _ = try client.ask(Self.request) }
                return clients
            }
            #expect(server.counts.open == count)
            let answered = try await onThread { try held.filter { try $0.ask(Self.request).text == "hello x" }.count }
            #expect(answered == count)
            #expect(server.counts.accepted == count, "on the connections they had")
        }
    }

    @Test(.enabled(if: getenv("PATCHBAY_SOAK") != nil))
    func `ten thousand idle connections are held and answered again`() async throws {
        let count = 10_000
        let journal = Journal()
        let router = try echoRouter([
            Route(.get, "/again", deadline: nil) { _ in
                journal.note("held")
                guard await journal.has("again", within: .seconds(60)) else { throw CancellationError() }
                return .text("again")
            }
        ])
        try await withServer(router, limits: Self.limits(count)) { server, port in
            // The clients: ask once on every connection, wait until /again is answered, ask once more.
            let script = """
                const net = require("net"), request = \(Self.literal);
                const ask = s => new Promise(done => { s.once("data", d => done(String(d).endsWith("hello x"))); s.write(request); });
                (async () => {
                    const held = [];
                    for (let n = 0; n < \(count); n++) {
                        const s = net.connect(\(port), "127.0.0.1");
                        s.on("error", e => { console.log(e.code); process.exit(1); });
                        await new Promise(done => s.once("connect", done));
                        await ask(s);
                        held.push(s);
                    }
                    const last = net.connect(\(port), "127.0.0.1");
                    last.write("GET /again HTTP/1.1\\r\\nHost: a.test\\r\\n\\r\\n");
                    await new Promise(done => last.once("data", done));
                    let answered = 0;
                    for (const s of held) if (await ask(s)) answered++;
                    console.log(answered);
                    process.exit(0);
                })();
                """
            let before = Self.residentBytes()
            async let output = onThread { try Self.output(of: "node -e '\(script)'") }
            #expect(await journal.has("held", within: .seconds(60)))
            #expect(server.counts.open == count + 1)
            let bytesEach = (Self.residentBytes() - before) / count
            print("\(count) idle connections: \(bytesEach) bytes each")
            journal.note("again")
            let answered = try await output
            #expect(answered == "\(count)\n")
        }
    }

    /// The request as JavaScript writes it.
    private static var literal: String { "\"\(request.replacing("\r\n", with: "\\r\\n"))\"" }

    private static func output(of command: String) throws -> String {
        guard let pipe = popen(command, "r") else { throw RawClient.Failure(description: "popen: errno \(errno)") }
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        while case let byte = getc(pipe), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func residentBytes() -> Int {
        let file = open("/proc/self/statm", O_RDONLY)
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 256)
        let count = read(file, &text, text.count)
        let pages =
            String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
