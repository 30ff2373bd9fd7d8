import JSON
import Patterns

/// The formats that can be checked; every other name is only noted, as the standard says.
///
/// Checked by shape, and by meaning where a shape says too little (days of a month, leap years). `regex` is checked by `Pattern`.
enum Format: String, Sendable, CaseIterable {
    case dateTime = "date-time"
    case date, time, email, uri
    case uriReference = "uri-reference"
    case uuid, ipv4, ipv6, hostname, regex

    func holds(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return switch self {
        case .dateTime: Self.isDateTime(bytes)
        case .date: Self.isDate(bytes[...])
        case .time: Self.isTime(bytes[...])
        case .email: Self.isEmail(bytes)
        case .uri: Self.isURI(bytes) && URIReference(text).scheme != nil
        case .uriReference: Self.isURI(bytes)
        case .uuid: Self.isUUID(bytes)
        case .ipv4: Self.isIPv4(bytes[...])
        case .ipv6: Self.isIPv6(bytes)
        case .hostname: Self.isHostname(bytes[...])
        case .regex: (try? Pattern(text)) != nil
        }
    }

    // MARK: - Dates (RFC 3339 § 5.6)

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 9 else { return nil }
        var value = 0
        for byte in bytes {
            guard isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        return value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    private static func isDateTime(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 11, bytes[10] | 0x20 == UInt8(ascii: "t") else { return false }
        return isDate(bytes[..<10]) && isTime(bytes[11...])
    }

    private static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), let year = number(bytes[0..<4]),
            let month = number(bytes[5..<7]), let day = number(bytes[8..<10]), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day >= 1 && day <= days[month - 1]
    }

    private static func isTime(_ slice: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(slice)
        guard bytes.count >= 9, bytes[2] == UInt8(ascii: ":"), bytes[5] == UInt8(ascii: ":"), let hour = number(bytes[0..<2]),
            let minute = number(bytes[3..<5]), let second = number(bytes[6..<8]), hour <= 23, minute <= 59, second <= 60
        else { return false }
        var rest = bytes[8...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: isDigit)
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(1 + digits.count)
        }
        var offset = 0
        if rest.count == 1, rest.first.map({ $0 | 0x20 }) == UInt8(ascii: "z") {
        } else {
            let zone = Array(rest)
            guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"), zone[3] == UInt8(ascii: ":"),
                let hours = number(zone[1..<3]), let minutes = number(zone[4..<6]), hours <= 23, minutes <= 59
            else { return false }
            offset = (hours * 60 + minutes) * (zone[0] == UInt8(ascii: "+") ? 1 : -1)
        }
        // A leap second is the last of a day in UTC.
        return second < 60 || (hour * 60 + minute - offset + 2 * 1440) % 1440 == 1439
    }

    // MARK: - Addresses

    private static func isEmail(_ bytes: [UInt8]) -> Bool {
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at > 0, at <= 64 else { return false }
        let local = bytes[..<at]
        let host = bytes[(at + 1)...]
        if local.first == UInt8(ascii: "\""), local.last == UInt8(ascii: "\""), local.count >= 2 {
            let inner = local.dropFirst().dropLast()
            guard !inner.contains(UInt8(ascii: "\"")), inner.allSatisfy({ $0 >= 32 && $0 != 127 }) else { return false }
        } else {
            let isAtom = { (byte: UInt8) in isLetterOrDigit(byte) || Array("!#$%&'*+-/=?^_`{|}~".utf8).contains(byte) }
            let parts = local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isAtom) }) else { return false }
        }
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]") {
            let address = host.dropFirst().dropLast()
            return address.starts(with: "IPv6:".utf8) ? isIPv6(Array(address.dropFirst(5))) : isIPv4(address)
        }
        return isHostname(host)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    private static func isHostname(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.isEmpty, bytes.count <= 253 else { return false }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.count <= 63 && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard part.count <= 3, let value = number(part), value <= 255 else { return false }
                return part.count == 1 || part.first != UInt8(ascii: "0")
            }
    }

    private static func isIPv6(_ bytes: [UInt8]) -> Bool {
        var groups = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(Array.init)
        guard groups.count >= 3, groups.count <= 9 else { return false }
        var count = 0
        if let last = groups.last, last.contains(UInt8(ascii: ".")) {
            guard isIPv4(last[...]) else { return false }
            groups[groups.count - 1] = [UInt8(ascii: "0")]
            count += 1
        }
        // `::` leaves one empty group within, two at an end.
        var gaps = 0
        for (place, group) in groups.enumerated() {
            if group.isEmpty {
                let isEdge = place == 0 || place == groups.count - 1
                if isEdge {
                    guard groups[place == 0 ? 1 : place - 1].isEmpty else { return false }
                } else {
                    gaps += 1
                }
            } else {
                guard group.count <= 4, group.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else { return false }
                count += 1
            }
        }
        return gaps == 0 ? count == 8 : gaps == 1 && count < 8
    }

    /// The letters and signs of RFC 3986, percent signs followed by two digits; brackets only around an address.
    private static func isURI(_ bytes: [UInt8]) -> Bool {
        let signs = Array("-._~:/?#@!$&'()*+,;=".utf8)
        var place = 0
        var hashes = 0
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "%") {
                guard place + 2 < bytes.count,
                    bytes[(place + 1)...(place + 2)].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit })
                else { return false }
                place += 2
            } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") {
                guard isBracketOfAuthority(bytes, at: place) else { return false }
            } else {
                guard isLetterOrDigit(byte) || signs.contains(byte) else { return false }
                if byte == UInt8(ascii: "#") { hashes += 1 }
            }
            place += 1
        }
        guard hashes <= 1 else { return false }
        let parts = URIReference(String(decoding: bytes, as: UTF8.self))
        // Without a scheme, a colon in the first segment would make it look like one.
        if parts.scheme == nil, parts.authority == nil, parts.path.prefix(while: { $0 != "/" }).contains(":") { return false }
        if let authority = parts.authority {
            let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            if !host.hasPrefix("["), let colon = host.firstIndex(of: ":"), !host[host.index(after: colon)...].allSatisfy(\.isNumber) {
                return false
            }
        }
        return true
    }

    private static func isBracketOfAuthority(_ bytes: [UInt8], at place: Int) -> Bool {
        let before = bytes[..<place]
        guard
            let slashes = before.indices.dropLast().first(where: { before[$0] == UInt8(ascii: "/") && before[$0 + 1] == UInt8(ascii: "/") })
        else { return false }
        return !before[(slashes + 2)...].contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
    }

    private static func isUUID(_ bytes: [UInt8]) -> Bool {
        bytes.count == 36
            && bytes.enumerated().allSatisfy { place, byte in
                [8, 13, 18, 23].contains(place) ? byte == UInt8(ascii: "-") : Unicode.Scalar(byte).properties.isASCIIHexDigit
            }
    }
}
