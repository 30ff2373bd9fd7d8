import HTTPServer
import Synchronization
import Testing

/// A server on a free loopback port while `body` runs.
func withServer<T>(
    _ dispatcher: some RequestDispatching, limits: HTTPLimits = HTTPLimits(), times: HTTPTimes = HTTPTimes(), loops: Int = 2,
    _ body: (HTTPServer, UInt16) async throws -> T
) async throws -> T {
    var configuration = HTTPServerConfiguration(loops: loops)
    configuration.limits = limits
    configuration.times = times
    let server = try HTTPServer(configuration: configuration, dispatcher: dispatcher)
    let port = try #require(try server.start().first?.port)
    do {
        let result = try await body(server, port)
        await server.shutdown(grace: .zero)
        return result
    } catch {
        await server.shutdown(grace: .zero)
        throw error
    }
}

/// Routes most tests ask: they say what arrived.
func echoRouter(_ more: [Route<Void>] = []) throws -> Router<Void> {
    try Router(
        [
            Route(.get, "/") { _ in .text("root") },
            Route(.get, "/hello/{name}") { request in .text("hello \(request.parameters["name"] ?? "")") },
            Route(.post, "/echo", body: .collected(limit: 64 * 1024)) { request in
                HTTPResponse(headers: ["Content-Type": "application/octet-stream"], body: .bytes(request.body.bytes))
            },
            Route(.get, "/fields") { request in .text(request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "|")) },
        ] + more)
}

/// Something several tasks and threads write down.
final class Journal: Sendable {
    private let lines = Mutex<[String]>([])
    func note(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }

    /// Waits for a line; false when it does not come in time.
    func has(_ line: String, within time: Duration = .seconds(20)) async -> Bool {
        await eventually(within: time) { self.all.contains(line) }
    }
}

/// Waits for a state with a deadline.
func eventually(within time: Duration = .seconds(20), _ condition: @Sendable () -> Bool) async -> Bool {
    let end = ContinuousClock.now + time
    while !condition() {
        if ContinuousClock.now > end { return false }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return true
}

/// A generator whose seed is in the test's name (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
