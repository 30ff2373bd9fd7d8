/// The host a request is for, from its Host field: a name or address in lower case, and a port if one was given.
package struct Authority: Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let port: UInt16?

    /// Reads `name`, `name:8080`, `[::1]:8080`; nil for anything else. A dot at the end of a name is left out.
    package init?(parsing text: String) {
        var host = Substring(text.lowercased())
        var port: UInt16?
        let afterBracket = host.lastIndex(of: "]").map { host.index(after: $0) } ?? host.startIndex
        if host.first == "[", afterBracket == host.startIndex { return nil }
        if let colon = host[afterBracket...].firstIndex(of: ":") {
            let digits = host[host.index(after: colon)...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits) else { return nil }
            port = number
            host = host[..<colon]
        }
        if host.last == "." { host.removeLast() }
        guard !host.isEmpty, host.first == "[" ? host.last == "]" : !host.contains("[") && !host.contains("]") else { return nil }
        self.host = String(host)
        self.port = port
    }

    package var description: String { port.map { "\(host):\($0)" } ?? host }
}
