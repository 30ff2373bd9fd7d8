import Glibc

/// An IPv4 or IPv6 address as the bytes a socket would connect to, never as the text somebody wrote.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    package enum Family: Sendable { case v4, v6 }

    package let family: Family
    /// The upper eight bytes of an IPv6 address; 0 for IPv4.
    package let high: UInt64
    /// The lower eight bytes of an IPv6 address; the four bytes of an IPv4 address in its lower half.
    package let low: UInt64

    package init(v4 value: UInt32) {
        family = .v4
        high = 0
        low = UInt64(value)
    }

    package init(high: UInt64, low: UInt64) {
        family = .v6
        self.high = high
        self.low = low
    }

    /// Reads four or sixteen bytes in network order; any other number is no address.
    package init?(bytes: some Collection<UInt8>) {
        func fold(_ part: some Sequence<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: self.init(v4: UInt32(truncatingIfNeeded: fold(bytes)))
        case 16: self.init(high: fold(bytes.prefix(8)), low: fold(bytes.dropFirst(8)))
        default: return nil
        }
    }

    /// Reads the canonical spellings only: a dotted quad of decimal numbers, or an IPv6 address without zone and brackets.
    package init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(bytes: withUnsafeBytes(of: &v6) { Array($0) })
        } else {
            return nil
        }
    }

    package var bytes: [UInt8] {
        func unfold(_ value: UInt64) -> [UInt8] { (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        return family == .v4 ? Array(unfold(low).suffix(4)) : unfold(high) + unfold(low)
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let known = bytes.withUnsafeBytes {
            inet_ntop(family == .v4 ? AF_INET : AF_INET6, $0.baseAddress, &text, socklen_t(text.count)) != nil
        }
        precondition(known, "inet_ntop refuses only unknown families and short buffers; neither can be here")
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The IPv4 address this one carries traffic to, where the mapping is certain: `::ffff:a.b.c.d` is the same host to the kernel, and
    /// `64:ff9b::a.b.c.d` (RFC 6052) is the same host behind NAT64, the only way out for a hub on an IPv6-only network.
    package var unwrapped: IPAddress {
        guard family == .v6 else { return self }
        let mapped = high == 0 && low >> 32 == 0xffff
        let translated = high == 0x0064_ff9b_0000_0000 && low >> 32 == 0
        return mapped || translated ? IPAddress(v4: UInt32(truncatingIfNeeded: low)) : self
    }
}
