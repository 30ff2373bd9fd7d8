import CBeast

/// Whoever is at the other end of a connection: an address and a port. Behind a proxy, that is the proxy.
package struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address as IPv6 in two halves; IPv4 is mapped (`::ffff:0:0/96`).
    package let high: UInt64
    package let low: UInt64
    package let port: UInt16

    init(_ peer: pb_peer) {
        (high, low) = withUnsafeBytes(of: peer.address) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        port = peer.port
    }

    package init(high: UInt64, low: UInt64, port: UInt16) { (self.high, self.low, self.port) = (high, low, port) }

    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    package var isLoopback: Bool { isIPv4 ? low >> 24 & 0xFF == 127 : high == 0 && low == 1 }

    /// What counts as one client when attempts are counted: an IPv4 address, or the first half of an IPv6 one, which is the smallest
    /// piece anybody gets.
    package var client: PeerAddress { PeerAddress(high: high, low: isIPv4 ? low : 0, port: 0) }

    /// The address without the port: dotted, or as RFC 5952 writes IPv6.
    package var host: String {
        if isIPv4 { return (0..<4).map { "\(low >> (24 - 8 * $0) & 0xFF)" }.joined(separator: ".") }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - 16 * ($0 % 4))) }
        var longest = 0..<0
        var place = 0
        while place < 8 {
            let end = groups[place...].firstIndex { $0 != 0 } ?? 8
            if end - place > max(longest.count, 1) { longest = place..<end }
            place = max(end, place) + 1
        }
        func text(_ groups: ArraySlice<UInt16>) -> String { groups.map { String($0, radix: 16) }.joined(separator: ":") }
        return longest.isEmpty ? text(groups[...]) : "\(text(groups[..<longest.lowerBound]))::\(text(groups[longest.upperBound...]))"
    }

    package var description: String { isIPv4 ? "\(host):\(port)" : "[\(host)]:\(port)" }
}
