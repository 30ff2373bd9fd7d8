/// Where calls travel.
package enum DataPlane: UInt32, Sendable, Hashable, CaseIterable {
    /// The shared-memory rings.
    case ring = 0
    /// The control socket: slower, for machines or debuggers that cannot share memory.
    case socket = 1
}

/// The numbers a worker needs before any plugin code runs: the first frame on its socket, 64 bytes, little-endian.
package struct WorkerSetup: Sendable, Hashable {
    /// Version of everything in `WorkerProtocol`. A worker refuses another one.
    package static let version: UInt32 = 1
    package static let byteCount = 64

    package var dataPlane: DataPlane = .ring
    /// Memory the plugin may add to what the engine needs, in bytes. Enforced by RLIMIT_DATA.
    package var memoryBytesMax: UInt64 = 64 << 20
    /// CPU time one call may use, in milliseconds, summed over its turns.
    package var cpuMillisecondsMax: UInt32 = 10_000
    /// Largest message either way, in bytes.
    package var messageBytesMax: UInt32 = 16 << 20
    /// Required layers that may be missing, as a bit set of `CSandbox`'s layers. 0 refuses to run without any of them.
    package var layersWaived: UInt32 = 0
    /// Log lines per second after which the worker itself stops sending, so that a flood costs the plugin and not the hub.
    package var logLinesPerSecondMax: UInt32 = 200

    package init() {}

    package func encoded() -> [UInt8] {
        var words: [UInt32] = [Self.version, dataPlane.rawValue]
        words += [UInt32(truncatingIfNeeded: memoryBytesMax), UInt32(truncatingIfNeeded: memoryBytesMax >> 32)]
        // Words 6 and 7 are free.
        words += [cpuMillisecondsMax, messageBytesMax, 0, 0, layersWaived, logLinesPerSecondMax]
        var bytes: [UInt8] = []
        for word in words { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
        bytes.append(contentsOf: repeatElement(0, count: Self.byteCount - bytes.count))
        return bytes
    }

    /// Nil when the bytes are no setup of this version.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        let words = bytes.withUnsafeBytes { raw in
            (0..<Self.byteCount / 4).map { UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)) }
        }
        guard words[0] == Self.version, let plane = DataPlane(rawValue: words[1]) else { return nil }
        dataPlane = plane
        memoryBytesMax = UInt64(words[2]) | UInt64(words[3]) << 32
        cpuMillisecondsMax = words[4]
        messageBytesMax = words[5]
        layersWaived = words[8]
        logLinesPerSecondMax = words[9]
    }
}
