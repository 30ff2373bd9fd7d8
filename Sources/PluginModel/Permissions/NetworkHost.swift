import Glibc

/// A host as permissions compare it: a lower-case ASCII name, or an address by its bytes.
///
/// Names come in their IDNA form (`xn--…`); whoever reads URLs converts them first. A trailing dot, an empty label, or a number in a
/// spelling of its own (`127.1`, `0x7f.0.0.1`, `2130706433`) is refused rather than mended, because another reader may mend it differently.
package struct NetworkHost: Hashable, Sendable, CustomStringConvertible {
    private enum Form: Hashable, Sendable {
        case name(String)
        /// 4 or 16 bytes, network order.
        case address([UInt8])
    }

    /// DNS: a name has at most 253 characters, a label at most 63 (RFC 1035 § 2.3.4).
    static let nameLengthMax = 253
    static let labelLengthMax = 63

    private let form: Form

    /// Reads a host, or nil where the text is none; IPv6 with or without brackets.
    package init?(exactly text: String) {
        guard let host = try? NetworkHost(text) else { return nil }
        self = host
    }

    init(_ text: String) throws(ResourceError) {
        if text.hasPrefix("[") || text.contains(":") {
            let inner = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
            guard let address = addressBytes(inner), address.count == 16 else {
                throw ResourceError("has '\(visible(text))' where a host belongs; an IPv6 address stands in brackets, a port after a colon")
            }
            form = .address(address)
            return
        }
        let name = try Self.checkedName(text)
        if Self.endsInNumber(name) {
            guard let address = addressBytes(name), address.count == 4 else {
                throw ResourceError(
                    "has the address '\(visible(text))' in a spelling of its own; write four decimal numbers, such as 127.0.0.1")
            }
            form = .address(address)
        } else {
            form = .name(name)
        }
    }

    package var description: String {
        switch form {
        case .name(let name): name
        case .address(let bytes): bytes.count == 16 ? "[\(addressText(bytes))]" : addressText(bytes)
        }
    }

    /// The name in lower case, or nil for an address.
    var name: String? {
        if case .name(let name) = form { name } else { nil }
    }

    /// Checks labels and letters, and returns the name in lower case.
    static func checkedName(_ text: String) throws(ResourceError) -> String {
        guard !text.isEmpty else { throw ResourceError("lacks a host") }
        guard text.utf8.count <= nameLengthMax else { throw ResourceError("has a host longer than \(nameLengthMax) characters") }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": break
            case "*": throw ResourceError("has a wildcard in the middle of a host; only a leading '*.' is allowed, as in *.example.com")
            case "/", "?", "#": throw ResourceError("has a path; a permission ends with the host, or its port")
            case "@": throw ResourceError("has a user name; a permission names the host alone")
            case " ": throw ResourceError("has a space in its host")
            default:
                let why = scalar.isASCII ? "is no part of a host" : "is not ASCII; write the host in its xn-- form"
                throw ResourceError("has '\(visible(String(scalar)))' in its host, which \(why)")
            }
        }
        if text.hasSuffix(".") { throw ResourceError("has a host that ends with a dot; leave it out", suggestion: String(text.dropLast())) }
        for label in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard !label.isEmpty else { throw ResourceError("has a host with an empty label") }
            guard label.utf8.count <= labelLengthMax else {
                throw ResourceError("has a host label longer than \(labelLengthMax) characters")
            }
            guard !label.hasPrefix("-"), !label.hasSuffix("-") else {
                throw ResourceError("has a host label that begins or ends with a hyphen")
            }
        }
        return text.lowercased()
    }

    /// Whether URL readers take such a host for an IPv4 address (WHATWG URL, "ends in a number").
    static func endsInNumber(_ name: String) -> Bool {
        guard let last = name.split(separator: ".").last else { return false }
        if last.allSatisfy({ $0.isASCII && $0.isNumber }) { return true }
        return last.hasPrefix("0x") && last.dropFirst(2).allSatisfy { $0.isHexDigit }
    }
}

/// The bytes of an IPv4 address in four decimal numbers, or of an IPv6 address without brackets and zone.
func addressBytes(_ text: String) -> [UInt8]? {
    var v4 = in_addr()
    if inet_pton(AF_INET, text, &v4) == 1 { return withUnsafeBytes(of: &v4) { Array($0) } }
    var v6 = in6_addr()
    if inet_pton(AF_INET6, text, &v6) == 1 { return withUnsafeBytes(of: &v6) { Array($0) } }
    return nil
}

/// The usual spelling of 4 or 16 address bytes.
func addressText(_ bytes: [UInt8]) -> String {
    guard bytes.count == 4 || bytes.count == 16 else { return "(no address)" }
    let text = [UInt8](unsafeUninitializedCapacity: Int(INET6_ADDRSTRLEN)) { buffer, count in
        buffer.initialize(repeating: 0)
        _ = buffer.withMemoryRebound(to: CChar.self) { text in
            inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, text.baseAddress, socklen_t(text.count))
        }
        count = buffer.firstIndex(of: 0) ?? 0
    }
    return String(decoding: text, as: UTF8.self)
}
