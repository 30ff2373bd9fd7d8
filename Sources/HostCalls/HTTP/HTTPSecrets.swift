package import PluginModel

/// A secret that the hub itself puts into requests to certain hosts.
package struct HTTPSecret: Sendable {
    package enum Use: Sendable {
        case header(name: String, prefix: String)
        case query(name: String)
        /// HTTP's basic authentication (RFC 7617).
        case basic(user: String)
        /// A signature of the body, in hexadecimal digits behind `prefix`.
        case signature(header: String, prefix: String, sign: @Sendable (_ body: [UInt8]) -> [UInt8])
    }

    /// Where it may go: each a `network:outbound:…`.
    package var hosts: [Permission]
    package var use: Use
    package var value: String

    package init(hosts: [Permission], use: Use, value: String) { (self.hosts, self.use, self.value) = (hosts, use, value) }
}

/// What the hub adds to one plugin's requests, and takes out of the answers again.
///
/// They are added when a request goes out, behind every check of a permission, and only where the plugin itself sent it: a redirect to another
/// origin goes without. What the plugin wrote in the same place is replaced.
package struct HTTPSecrets: Sendable {
    private let secrets: [HTTPSecret]
    private let redactor: Redactor
    /// Every form in which they go over the wire.
    package let texts: [String]

    package init(_ secrets: [HTTPSecret]) {
        self.secrets = secrets
        texts = secrets.flatMap { secret -> [String] in
            switch secret.use {
            case .header: [secret.value]
            case .query: [secret.value, Self.encoded(secret.value), Self.encoded(secret.value, largeLetters: true)]
            case .basic(let user): [secret.value, Self.basic(user, secret.value)]
            case .signature: [secret.value]
            }
        }
        redactor = Redactor(secrets: texts)
    }

    package var isEmpty: Bool { secrets.isEmpty }

    /// The request as it goes out; nil when nothing is added.
    func added(to request: HTTPRequest) -> HTTPRequest? {
        var sent = request
        var isChanged = false
        for secret in secrets where secret.hosts.contains(where: { $0.allows(request.target.need) }) {
            switch secret.use {
            case .header(let name, let prefix): set(name, prefix + secret.value, in: &sent)
            case .basic(let user): set("authorization", "Basic " + Self.basic(user, secret.value), in: &sent)
            case .signature(let header, let prefix, let sign): set(header, prefix + Self.hexadecimal(sign(request.body ?? [])), in: &sent)
            case .query(let name):
                // A target that cannot be made is none that could be sent either.
                guard let target = try? sent.target.adding(query: Self.encoded(name), Self.encoded(secret.value)) else { continue }
                sent.target = target
            }
            isChanged = true
        }
        return isChanged ? sent : nil
    }

    /// What came back, without what a server repeats of them.
    func removed(from response: HTTPResponse) -> HTTPResponse {
        var shown = response
        shown.statusText = redactor.redact(response.statusText)
        shown.url = redactor.redact(response.url)
        shown.headers = response.headers.map { HTTPHeader($0.name, withoutSecrets($0.value)) }
        shown.body = redactor.redact(bytes: response.body)
        return shown
    }

    /// A header's text has one character a byte; secrets are UTF-8.
    private func withoutSecrets(_ value: String) -> String {
        let bytes = HTTPHeaderRules.bytes(value)
        let shown = redactor.redact(bytes: bytes)
        return shown == bytes ? value : HTTPHeaderRules.text(shown)
    }

    private func set(_ name: String, _ value: String, in request: inout HTTPRequest) {
        let header = HTTPHeader(name, HTTPHeaderRules.text(value.utf8))
        request.headers.removeAll { $0.name == header.name }
        request.headers.append(header)
    }

    private static func basic(_ user: String, _ password: String) -> String { Base64.encode(Array("\(user):\(password)".utf8)) }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Percent-encoded but for what RFC 3986 calls unreserved; with small letters, as curl writes a URL anew.
    private static func encoded(_ text: String, largeLetters: Bool = false) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%")] + (largeLetters ? hexadecimal([byte]).uppercased() : hexadecimal([byte])).utf8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a header may carry a secret: those that make the request itself may not.
    package static func mayCarry(header name: String) -> Bool {
        HTTPHeaderRules.isToken(name) && !HTTPHeaderRules.forbidden.contains(name.lowercased())
            && !HTTPHeaderRules.ignored.contains(name.lowercased())
    }

    /// Whether a value can stand in a header at all: no line breaks, no control characters.
    package static func fitsHeader(_ value: String) -> Bool { value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
}
