import PluginModel

/// One header line as a pair; names in lower case.
package struct HTTPHeader: Sendable, Hashable {
    package let name: String
    /// One character a byte, as the fetch standard reads and writes header values ("isomorphic" encoding).
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name.lowercased()
        self.value = value
    }
}

/// Which headers a plugin may send, and which survive a redirect.
enum HTTPHeaderRules {
    /// Set by curl and the hub alone: with them a plugin could speak past the request it was granted.
    static let forbidden: Set<String> = [
        "connection", "content-length", "expect", "host", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// Left out quietly, because many plugins set it out of habit: curl asks for what it can decode within the limits.
    static let ignored: Set<String> = ["accept-encoding"]

    /// What proves who the plugin is; never carried to another origin.
    static let credentials: Set<String> = ["authorization", "cookie", "proxy-authorization"]

    /// What speaks of a body; dropped together with it (fetch standard, "request-body-header name").
    static let body: Set<String> = ["content-encoding", "content-language", "content-location", "content-type"]

    /// Names are tokens (RFC 9110 § 5.6.2); values have neither line breaks nor zero bytes and fit in one byte a character.
    static func check(_ name: String, _ value: String) throws(Fault) -> HTTPHeader? {
        guard isToken(name) else { throw HTTPFault.badHeader(name, "has a name that is no token") }
        let header = HTTPHeader(name, trimmed(value))
        guard !forbidden.contains(header.name) else { throw HTTPFault.forbiddenHeader(name) }
        for scalar in header.value.unicodeScalars {
            switch scalar.value {
            case 0x0a, 0x0d: throw HTTPFault.badHeader(name, "has a line break in its value")
            case 0x09, 0x20...0x7e, 0x80...0xff: break
            case 0x100...: throw HTTPFault.badHeader(name, "has a character in its value that does not fit in a byte")
            default: throw HTTPFault.badHeader(name, "has a control character in its value")
            }
        }
        return ignored.contains(header.name) ? nil : header
    }

    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private static func trimmed(_ value: String) -> String {
        var scalars = Substring(value).unicodeScalars
        while let first = scalars.first, first == " " || first == "\t" { scalars.removeFirst() }
        while let last = scalars.last, last == " " || last == "\t" { scalars.removeLast() }
        return String(scalars)
    }

    /// One byte a character; `check` has seen to it that each fits.
    static func bytes(_ value: String) -> [UInt8] { value.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }
}
