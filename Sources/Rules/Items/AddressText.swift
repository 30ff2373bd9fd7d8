import Glibc

/// Whether a text has the shape of an address. Nobody is asked whether it exists.
enum AddressText {
    static func isIP(_ text: String) -> Bool {
        var room = in6_addr()
        return text.withCString { inet_pton(AF_INET, $0, &room) == 1 || inet_pton(AF_INET6, $0, &room) == 1 } && !text.utf8.contains(0)
    }

    /// Something before the last `@`, a domain of at least one label behind it, no white space: what mail servers take is wider than any
    /// grammar, and a rule that judges addresses must see the odd ones.
    static func isEmail(_ text: String) -> Bool {
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")), at != text.utf8.startIndex else { return false }
        let domain = text.utf8[text.utf8.index(after: at)...]
        return !domain.isEmpty && text.utf8.count <= 320 && !text.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
            && domain.first != UInt8(ascii: ".")
    }
}
