/// A range of addresses, `10.0.0.0/8` or `fd00::/8`.
///
/// Addresses of IPv4 in IPv6's clothes (`::ffff:10.0.0.1`) are compared as IPv4, because a connection to them goes there.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// No wider range can be lent to a host: /8 is the widest private IPv4 range, /7 that of IPv6 (RFC 1918, RFC 4193).
    static let prefixMin = (v4: 8, v6: 7)

    private let bytes: [UInt8]
    private let prefix: Int

    init(_ text: String) throws(ResourceError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let shown = visible(text)
        guard let address = addressBytes(parts[0]) else {
            throw ResourceError("has '\(shown)' where a range belongs, such as 10.0.0.0/8 or fd00::/8")
        }
        let bits = address.count * 8
        guard parts.count == 2, let prefix = Int(parts[1]), String(prefix) == parts[1], (0...bits).contains(prefix) else {
            throw ResourceError("needs the length of its range, '\(visible(parts[0]))/\(bits)' for one address")
        }
        guard Self.unmapped(address).count == address.count else {
            throw ResourceError("has an IPv4 address written as IPv6; write it with four decimal numbers")
        }
        let shortest = address.count == 4 ? Self.prefixMin.v4 : Self.prefixMin.v6
        guard prefix >= shortest else { throw ResourceError("has a range wider than /\(shortest), more than any private network") }
        let masked = Self.masked(address, prefix)
        guard masked == address else {
            throw ResourceError("has a range with bits after its prefix; it begins at \(addressText(masked))/\(prefix)")
        }
        bytes = address
        self.prefix = prefix
    }

    func contains(_ address: [UInt8]) -> Bool {
        let address = Self.unmapped(address)
        return address.count == bytes.count && Self.masked(address, prefix) == bytes
    }

    package var description: String { "\(addressText(bytes))/\(prefix)" }

    private static func masked(_ address: [UInt8], _ prefix: Int) -> [UInt8] {
        address.enumerated().map { place, byte in
            let kept = min(max(prefix - place * 8, 0), 8)
            return byte & ~(kept == 8 ? 0 : 0xFF >> UInt8(kept))
        }
    }

    static func unmapped(_ address: [UInt8]) -> [UInt8] {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return address.count == 16 && address.starts(with: mapped) ? Array(address[12...]) : address
    }
}
