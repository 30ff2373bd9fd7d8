import CBeast
import Glibc

/// Where a server listens and what it lets clients do. Every number is in docs/limits.md.
package struct HTTPServerConfiguration: Sendable {
    package var addresses: [ListenAddress]
    /// I/O loops, each a thread: one a core, four at most.
    package var loops: Int
    package var limits = HTTPLimits()
    package var times = HTTPTimes()

    package init(addresses: [ListenAddress] = [ListenAddress()], loops: Int = HTTPServerConfiguration.usualLoops) {
        self.addresses = addresses
        self.loops = loops
    }

    package static var usualLoops: Int { max(1, min(4, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// Sizes in bytes, and counts.
package struct HTTPLimits: Sendable {
    package var headBytes = 32 * 1024
    package var targetBytes = 8 * 1024
    package var fields = 100
    package var readAheadBytes = 16 * 1024
    package var chunkLineBytes = 4 * 1024
    package var chunkOverheadBytes = 16 * 1024
    /// What a response may have waiting before its writer has to wait for the client.
    package var unsentBytes = 256 * 1024
    package var connections = 12_000
    package var connectionsPerAddress = 1_000
    package var lingerBytes = 256 * 1024

    package init() {}
}

/// How long a client may take. None of these begins anew because a byte came.
package struct HTTPTimes: Sendable {
    /// From a request's first byte, or from connecting, to the end of its head.
    package var head: Duration = .seconds(10)
    /// Granted to a body; then it must have brought `bodyRate` bytes for each further second.
    package var body: Duration = .seconds(10)
    package var bodyRate = 16 * 1024
    /// Between requests.
    package var idle: Duration = .seconds(60)
    /// Granted to a client that does not read; then it must have taken `writeRate` bytes for each further second.
    package var write: Duration = .seconds(30)
    package var writeRate = 4 * 1024
    /// For a client to read the last answer and close.
    package var linger: Duration = .seconds(2)

    package init() {}
}

extension pb_http_limits {
    init(_ configuration: HTTPServerConfiguration) {
        let (limits, times) = (configuration.limits, configuration.times)
        let shortest = [times.head, times.body, times.idle, times.write, times.linger].map(\.milliseconds).min() ?? 1_000
        self.init(
            head_bytes: UInt32(limits.headBytes), target_bytes: UInt32(limits.targetBytes), fields: UInt32(limits.fields),
            read_ahead_bytes: UInt32(limits.readAheadBytes), chunk_line_bytes: UInt32(limits.chunkLineBytes),
            chunk_overhead_bytes: UInt32(limits.chunkOverheadBytes), unsent_bytes: UInt32(limits.unsentBytes),
            connections: UInt32(limits.connections), connections_per_address: UInt32(limits.connectionsPerAddress),
            head_time: times.head.milliseconds, body_time: times.body.milliseconds, body_rate: UInt32(max(1, times.bodyRate)),
            idle_time: times.idle.milliseconds, write_time: times.write.milliseconds, write_rate: UInt32(max(1, times.writeRate)),
            linger_time: times.linger.milliseconds, linger_bytes: UInt32(limits.lingerBytes),
            tick_time: min(250, max(10, shortest / 4)))
    }
}

extension Duration {
    /// At least 1 and at most what 32 bits hold.
    var milliseconds: UInt32 {
        let (seconds, attoseconds) = components
        return UInt32(clamping: max(1, seconds * 1_000 + attoseconds / 1_000_000_000_000_000))
    }
}
