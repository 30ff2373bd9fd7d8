/// The host a request is for, from its Host field: a name or address in lower case, and a port if one was given.
package struct Authority: Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let port: UInt16?

    /// Reads `name`, `name:8080`, `[::1]:8080`; nil for anything else. A dot at the end of a name is left out.
    package init?(parsing text: String) {
        // Asked for every request, and nearly always in lower case already.
        let isLower = text.utf8.allSatisfy { $0 < 0x80 && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        var host = isLower ? text[...].utf8 : text.lowercased()[...].utf8
        let (open, close) = (UInt8(ascii: "["), UInt8(ascii: "]"))
        var port: UInt16?
        let afterBracket = host.lastIndex(of: close).map { host.index(after: $0) } ?? host.startIndex
        if host.first == open, afterBracket == host.startIndex { return nil }
        if let colon = host[afterBracket...].firstIndex(of: UInt8(ascii: ":")) {
            let digits = host[host.index(after: colon)...]
            guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(Substring(digits)) else {
                return nil
            }
            port = number
            host = host[..<colon]
        }
        if host.last == UInt8(ascii: ".") { host.removeLast() }
        guard !host.isEmpty, host.first == open ? host.last == close : !host.contains(open) && !host.contains(close) else { return nil }
        self.host = String(Substring(host))
        self.port = port
    }

    package var description: String { port.map { "\(host):\($0)" } ?? host }
}
