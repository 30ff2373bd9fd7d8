/// Why an address may not be reached by a plugin without the operator's word: where it leads.
package enum AddressClass: String, Sendable, CaseIterable {
    case loopback = "this machine itself"
    case unspecified = "the unspecified network, which connects to this machine"
    case privateNetwork = "a private network"
    case linkLocal = "the local link"
    case cloudMetadata = "the cloud's metadata service"
    case carrierShared = "a carrier's shared network"
    case protocolAssignment = "a range kept for protocols"
    case documentation = "a range kept for documentation"
    case benchmarking = "a range kept for benchmarks"
    case multicast = "a multicast group"
    case reserved = "a reserved range"
    case siteLocal = "an old site-local network"
    case tunnel = "a tunnel whose far end the address hides"
    case notGlobal = "a range that is not part of the public internet"
}

/// Which addresses are part of the public internet, decided on bytes after name resolution.
///
/// Names and spellings play no part here: `127.1`, `0x7f000001`, `[::ffff:7f00:1]` and a name whose DNS answers 127.0.0.1 all arrive as
/// the same bytes. The ranges are IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890 and its updates); for IPv6 the rule is
/// the other way about: only 2000::/3, less the exceptions below, is public.
package enum AddressRules {
    /// Where `address` leads if that is not the public internet; nil when it is public.
    package static func classify(_ address: IPAddress) -> AddressClass? {
        let target = address.unwrapped
        switch target.family {
        case .v4: return specialV4.first { $0.contains(target) }?.kind
        case .v6:
            if let special = specialV6.first(where: { $0.contains(target) }) { return special.kind }
            // ISATAP (RFC 5214) puts an IPv4 address into the last four bytes behind 0000:5efe or 0200:5efe, under any prefix.
            if (target.low >> 32) & ~0x0200_0000 == 0x5efe { return .tunnel }
            return globalV6.contains(target) ? nil : .notGlobal
        }
    }

    /// Addresses that share their leading bits.
    private struct Special: Sendable {
        let base: IPAddress
        let mask: (high: UInt64, low: UInt64)
        let kind: AddressClass

        /// Takes `ADDRESS/LENGTH`, or an address alone.
        init(_ text: String, _ kind: AddressClass) {
            let parts = text.split(separator: "/")
            guard let base = IPAddress(String(parts[0])), let length = parts.count == 1 ? 128 : Int(parts[1]) else {
                preconditionFailure("'\(text)' is no range of addresses")
            }
            // An IPv4 address lies in the last 32 of 128 bits. A shift by the full width gives 0 in Swift.
            let ones = base.family == .v4 ? min(length, 32) + 96 : length
            self.base = base
            self.kind = kind
            mask = (~0 << UInt64(max(0, 64 - ones)), ones <= 64 ? 0 : ~0 << UInt64(128 - ones))
            precondition(base.high & ~mask.high == 0 && base.low & ~mask.low == 0, "'\(text)' has bits behind its length")
        }

        func contains(_ address: IPAddress) -> Bool {
            address.family == base.family && address.high & mask.high == base.high && address.low & mask.low == base.low
        }
    }

    private static let globalV6 = Special("2000::/3", .notGlobal)

    /// First match wins, so single addresses stand before the ranges that hold them.
    private static let specialV4: [Special] = [
        Special("169.254.169.254", .cloudMetadata),
        // Alibaba's and Oracle's metadata services, and Azure's host agent, which lies in public space.
        Special("100.100.100.200", .cloudMetadata),
        Special("192.0.0.192", .cloudMetadata),
        Special("168.63.129.16", .cloudMetadata),
        Special("0.0.0.0/8", .unspecified),
        Special("10.0.0.0/8", .privateNetwork),
        Special("100.64.0.0/10", .carrierShared),
        Special("127.0.0.0/8", .loopback),
        Special("169.254.0.0/16", .linkLocal),
        Special("172.16.0.0/12", .privateNetwork),
        Special("192.0.0.0/24", .protocolAssignment),
        Special("192.0.2.0/24", .documentation),
        Special("192.88.99.0/24", .tunnel),
        Special("192.168.0.0/16", .privateNetwork),
        Special("198.18.0.0/15", .benchmarking),
        Special("198.51.100.0/24", .documentation),
        Special("203.0.113.0/24", .documentation),
        Special("224.0.0.0/4", .multicast),
        Special("240.0.0.0/4", .reserved),
    ]

    private static let specialV6: [Special] = [
        Special("fd00:ec2::254", .cloudMetadata),
        Special("::", .unspecified),
        Special("::1", .loopback),
        // IPv4-compatible addresses (RFC 4291, deprecated): nothing good is reached this way.
        Special("::/96", .tunnel),
        Special("64:ff9b:1::/48", .tunnel),
        Special("100::/64", .notGlobal),
        Special("2001::/32", .tunnel),
        Special("2001:2::/48", .benchmarking),
        Special("2001::/23", .protocolAssignment),
        Special("2001:db8::/32", .documentation),
        Special("2002::/16", .tunnel),
        Special("3fff::/20", .documentation),
        Special("fc00::/7", .privateNetwork),
        Special("fe80::/10", .linkLocal),
        Special("fec0::/10", .siteLocal),
        Special("ff00::/8", .multicast),
    ]
}
