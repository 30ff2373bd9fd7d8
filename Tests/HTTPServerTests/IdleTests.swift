import Glibc
import HTTPServer
import Testing

/// Idle clients are held, cost little, and hold nobody up. 1,000 of them, or 10,000 where `PATCHBAY_SOAK` is set and the machine gives the
/// descriptors: each connection takes two here, since the clients are in the same process.
struct IdleTests {
    private static var isSoak: Bool { getenv("PATCHBAY_SOAK") != nil }

    @Test func `idle connections are held and answered again`() async throws {
        let count = Self.isSoak ? 10_000 : 1_000
        try Self.raiseDescriptors(to: count * 2 + 1_000)
        var limits = HTTPLimits()
        limits.connectionsPerAddress = count + 10
        try await withServer(try echoRouter(), limits: limits) { server, port in
            let request = "GET /hello/x HTTP/1.1\r\nHost: a.test\r\nAccept: text/html\r\nUser-Agent: a test of many idle clients\r\n\r\n"
            let (held, bytesEach) = try await onThread {
                let before = Self.residentBytes()
                let clients = try (0..<count).map { _ in try RawClient(port: port) }
                for client in clients { _ = try client.ask(request) }
                let after = Self.residentBytes()
                return (clients, (after - before) / count)
            }
            #expect(server.counts.open == count)
            let answered = try await onThread { try held.filter { try $0.ask(request).text == "hello x" }.count }
            #expect(answered == count)
            // Both ends' memory in this process, the kernel's buffers not counted. Other tests' memory is in it when they run beside.
            if Self.isSoak {
                print("\(count) idle connections: \(bytesEach) bytes each")
                #expect(bytesEach < 8_192)
            }
        }
    }

    private static func raiseDescriptors(to count: Int) throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < rlim_t(count) else { return }
        limit.rlim_cur = rlim_t(count)
        limit.rlim_max = max(limit.rlim_max, limit.rlim_cur)
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw RawClient.Failure(description: "this machine gives no \(count) descriptors: errno \(errno)")
        }
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
