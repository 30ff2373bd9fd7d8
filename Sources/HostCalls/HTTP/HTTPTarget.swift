import CCurl
package import PluginModel

/// Where a request goes, as curl itself reads the URL: what is checked is what is connected to.
///
/// There is one reader only. The text is parsed by curl's URL API, host and all, normalised until reading it again changes nothing, and
/// the parsed object itself is handed to the transfer; no text is ever parsed a second time by somebody else.
package struct HTTPTarget: Sendable, CustomStringConvertible {
    package let scheme: NetworkScheme
    /// Lower case, without a trailing dot, all ASCII; an IPv6 address in brackets.
    package let host: String
    package let port: UInt16
    /// The whole URL, normalised, without its fragment.
    package let text: String
    let parsed: ParsedURL

    /// In bytes; longer URLs are refused unread.
    package static let textBytesMax = 16 * 1024

    /// How often the text is read again until its host stands still; `%31%32%37.1` needs two.
    private static let readingsMax = 4

    package init(parsing text: String) throws(Fault) {
        guard text.utf8.count <= Self.textBytesMax else {
            throw HTTPFault.badURL(text, "is longer than \(Self.textBytesMax) bytes")
        }
        guard !text.utf8.contains(0) else { throw HTTPFault.badURL(text, "holds a zero byte") }
        let url = ParsedURL()
        try url.set(CURLUPART_URL, text, flags: UInt32(CURLU_DISALLOW_USER | CURLU_URLENCODE), of: text)
        try self.init(url, given: text)
    }

    /// The target that a `Location` header names, relative to this one.
    package func resolving(_ location: String) throws(Fault) -> HTTPTarget {
        guard location.utf8.count <= Self.textBytesMax, !location.utf8.contains(0) else {
            throw HTTPFault.badURL(location, "is too long or holds a zero byte")
        }
        let url = try parsed.copy()
        try url.set(CURLUPART_URL, location, flags: UInt32(CURLU_DISALLOW_USER | CURLU_URLENCODE), of: location)
        return try HTTPTarget(url, given: location)
    }

    /// The same target with one more parameter, percent-encoded already; one of that name is replaced.
    func adding(query name: String, _ value: String) throws(Fault) -> HTTPTarget {
        let url = try parsed.copy()
        let query = url.has(CURLUPART_QUERY) ? try url.get(CURLUPART_QUERY, of: text) : ""
        let kept = query.split(separator: "&").filter { $0 != name[...] && !$0.hasPrefix("\(name)=") }.map(String.init)
        try url.set(CURLUPART_QUERY, (kept + ["\(name)=\(value)"]).joined(separator: "&"), flags: 0, of: text)
        return try HTTPTarget(url, given: text)
    }

    /// Scheme, host and port; credentials stay within one origin.
    package func isSameOrigin(as other: HTTPTarget) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    package var need: Need { .networkConnect(scheme: scheme, host: host, port: port) }

    package var description: String { text }

    private init(_ first: ParsedURL, given: String) throws(Fault) {
        guard let scheme = NetworkScheme(rawValue: try first.get(CURLUPART_SCHEME, of: given).lowercased()) else {
            throw HTTPFault.unsupportedScheme(given)
        }
        var url = first
        var host = ""
        for reading in 1... {
            guard reading <= Self.readingsMax else { throw HTTPFault.badURL(given, "has a host that reads differently each time") }
            let name = try Self.plainHost(url, given: given)
            try url.set(CURLUPART_HOST, name, flags: 0, of: given)
            try url.set(CURLUPART_FRAGMENT, nil, flags: 0, of: given)
            let again = ParsedURL()
            try again.set(CURLUPART_URL, try url.get(CURLUPART_URL, of: given), flags: UInt32(CURLU_DISALLOW_USER), of: given)
            url = again
            host = try Self.plainHost(again, given: given)
            if host == name { break }
        }
        guard let port = UInt16(try url.get(CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT), of: given)), port > 0 else {
            throw HTTPFault.badURL(given, "has no usable port")
        }
        guard Self.isHost(host) else { throw HTTPFault.badURL(given, "has a host that is neither a name nor an address") }
        self.scheme = scheme
        self.host = host
        self.port = port
        self.text = try url.get(CURLUPART_URL, of: given)
        parsed = url
    }

    /// The host as curl read it, in the one spelling we keep: lower case and without the dot that ends a full name.
    private static func plainHost(_ url: ParsedURL, given: String) throws(Fault) -> String {
        guard !url.has(CURLUPART_ZONEID) else { throw HTTPFault.badURL(given, "names a zone of this machine after its address") }
        var host = try url.get(CURLUPART_HOST, of: given)
        guard host.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw HTTPFault.badURL(
                given, "has a host that is not ASCII", remedy: "Write the host as new URL(text).host gives it, beginning with 'xn--'.")
        }
        if host.hasSuffix(".") { host.removeLast() }
        return host.lowercased()
    }

    /// A name of letters, digits, hyphens and underscores in labels, or an address in its usual spelling. A name whose last label is a
    /// number is an address in some reader's eyes (WHATWG URL, "ends in a number"), so it must be a plain one.
    private static func isHost(_ host: String) -> Bool {
        if host.hasPrefix("[") { return host.hasSuffix("]") && IPAddress(String(host.dropFirst().dropLast()))?.family == .v6 }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, labels.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 63 }) else { return false }
        let isNamed = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            default: false
            }
        }
        guard isNamed, let last = labels.last else { return false }
        let endsInNumber = last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x")
        return !endsInNumber || IPAddress(host)?.family == .v4
    }
}

/// curl's parsed URL.
///
/// `@unchecked Sendable`: it is changed only while the one `HTTPTarget` that will own it is being made; afterwards it is only read, by
/// `curl_url_dup` inside transfers and by `copy`.
final class ParsedURL: @unchecked Sendable {
    let handle: OpaquePointer

    fileprivate init(_ handle: OpaquePointer? = curl_url()) {
        guard let handle else { preconditionFailure("curl has no memory left for a URL") }
        self.handle = handle
    }

    deinit { curl_url_cleanup(handle) }

    fileprivate func copy() throws(Fault) -> ParsedURL { ParsedURL(curl_url_dup(handle)) }

    fileprivate func set(_ part: CURLUPart, _ value: String?, flags: UInt32, of given: String) throws(Fault) {
        let code = curl_url_set(handle, part, value, flags)
        guard code == CURLUE_OK else { throw HTTPFault.refused(code, given) }
    }

    fileprivate func get(_ part: CURLUPart, flags: UInt32 = 0, of given: String) throws(Fault) -> String {
        var text: UnsafeMutablePointer<CChar>?
        let code = curl_url_get(handle, part, &text, flags)
        defer { curl_free(text) }
        guard code == CURLUE_OK, let text else { throw HTTPFault.refused(code, given) }
        return String(cString: text)
    }

    fileprivate func has(_ part: CURLUPart) -> Bool {
        var text: UnsafeMutablePointer<CChar>?
        defer { curl_free(text) }
        return curl_url_get(handle, part, &text, 0) == CURLUE_OK
    }
}
