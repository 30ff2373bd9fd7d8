/// How a connection is made; WebSockets count as the scheme they begin with.
public enum NetworkScheme: String, Hashable, Sendable, CaseIterable {
    case https
    case http

    public var defaultPort: UInt16 { self == .https ? 443 : 80 }
}

/// The third part of `network:outbound`: `[http://|https://] host | *.domain [:port]`.
///
/// Without a scheme it is https, without a port the scheme's own; nothing wider than what is written is allowed.
package struct OutboundRule: Hashable, Sendable, CustomStringConvertible {
    private enum Pattern: Hashable, Sendable {
        case host(NetworkHost)
        /// Everything with one or more labels in front of this domain.
        case below(String)
    }

    package let scheme: NetworkScheme
    package let port: UInt16
    private let pattern: Pattern

    init(_ text: String) throws(ResourceError) {
        var rest = text[...]
        var scheme = NetworkScheme.https
        for known in NetworkScheme.allCases where rest.lowercased().hasPrefix(known.rawValue + "://") {
            scheme = known
            rest = rest.dropFirst(known.rawValue.count + 3)
            break
        }
        if rest.contains("://") { throw ResourceError("has a scheme other than http:// and https://") }
        let (host, port) = try Self.splitPort(rest)
        self.scheme = scheme
        self.port = port ?? scheme.defaultPort
        if host.hasPrefix("*") {
            pattern = .below(try Self.domain(host))
        } else {
            pattern = .host(try NetworkHost(host))
        }
    }

    private static func splitPort(_ text: Substring) throws(ResourceError) -> (host: String, port: UInt16?) {
        if addressBytes(String(text))?.count == 16 {
            throw ResourceError("has an IPv6 address without brackets", suggestion: "[\(text)]")
        }
        let hostEnd: Substring.Index
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { throw ResourceError("has an IPv6 address without its closing bracket") }
            hostEnd = text.index(after: bracket)
        } else {
            hostEnd = text.firstIndex(of: ":") ?? text.endIndex
        }
        let host = String(text[..<hostEnd])
        guard hostEnd < text.endIndex else { return (host, nil) }
        let digits = text[hostEnd...].dropFirst()
        guard text[hostEnd] == ":", !digits.hasPrefix("0"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(digits)
        else {
            throw ResourceError(
                "has '\(visible(String(text[hostEnd...])))' after its host, where only a port from 1 to 65535 may follow a colon")
        }
        return (host, port)
    }

    private static func domain(_ text: String) throws(ResourceError) -> String {
        guard text.hasPrefix("*.") else { throw ResourceError("has a wildcard that is not a whole label; write *.example.com") }
        let domain = try NetworkHost.checkedName(String(text.dropFirst(2)))
        guard domain.contains(".") else {
            throw ResourceError("allows every host below '\(domain)', which is too wide; name at least two labels, as in *.example.com")
        }
        guard !NetworkHost.endsInNumber(domain) else {
            throw ResourceError("has a wildcard before an address; ranges of addresses are not hosts")
        }
        return domain
    }

    func allows(scheme: NetworkScheme, host: String, port: UInt16) -> Bool {
        guard scheme == self.scheme, port == self.port, let asked = NetworkHost(exactly: host) else { return false }
        return covers(asked)
    }

    func covers(_ asked: NetworkHost) -> Bool {
        switch pattern {
        case .host(let host): asked == host
        case .below(let domain): asked.name?.hasSuffix("." + domain) ?? false
        }
    }

    func overlaps(_ other: OutboundRule) -> Bool {
        guard scheme == other.scheme, port == other.port else { return false }
        switch (pattern, other.pattern) {
        case (.host(let host), _): return other.covers(host)
        case (_, .host(let host)): return covers(host)
        case (.below(let one), .below(let two)): return one == two || one.hasSuffix("." + two) || two.hasSuffix("." + one)
        }
    }

    package var description: String {
        let host =
            switch pattern {
            case .host(let host): host.description
            case .below(let domain): "*." + domain
            }
        return (scheme == .http ? "http://" : "") + host + (port == scheme.defaultPort ? "" : ":\(port)")
    }
}
