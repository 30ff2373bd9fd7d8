/// What a request asks for: the path as it was sent, its segments without percent signs, and the query's pairs.
///
/// Refused are encodings that are none, bytes that are no UTF-8, control characters, and `.` and `..` as segments, however they are
/// written: no browser sends those, and whoever joins segments to a path must not meet them. A segment may hold a `/` that came as `%2F`.
package struct RequestTarget: Sendable, Hashable {
    /// The path as it was sent; `*` for `OPTIONS *`.
    package let path: String
    /// What stands between the slashes: `/` has none, `/a/` has `a` and an empty one.
    package let segments: [String]
    /// In order, repeated names included; `+` is a space.
    package let query: [Pair]

    package struct Pair: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    /// The first value of this name.
    package func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    package func queries(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }

    /// What about a target cannot be read; one sentence for the client.
    package struct Malformed: Error { package let rule: String }

    package init(parsing text: String) throws(Malformed) {
        var text = text
        let parts: Result<RequestTarget, Malformed> = text.withUTF8 { bytes in
            do throws(Malformed) { return .success(try RequestTarget(UnsafeRawBufferPointer(bytes))) } catch { return .failure(error) }
        }
        self = try parts.get()
    }

    init(_ target: UnsafeRawBufferPointer) throws(Malformed) {
        if target.isEmpty {
            (path, segments, query) = ("/", [], [])
            return
        }
        if target.count == 1, target[0] == UInt8(ascii: "*") {
            (path, segments, query) = ("*", [], [])
            return
        }
        let end = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        path = String(decoding: target[..<end], as: UTF8.self)
        var segments: [String] = []
        var start = 1
        while start < end || (start == end && end > 1) {
            var stop = start
            while stop < end, target[stop] != UInt8(ascii: "/") { stop += 1 }
            let segment = try Self.decode(target[start..<stop], plusIsSpace: false)
            if segment == "." || segment == ".." { throw Malformed(rule: "The path has a segment `.` or `..`.") }
            segments.append(segment)
            start = stop + 1
        }
        self.segments = segments
        self.query = end < target.count ? try Self.pairs(target[(end + 1)...]) : []
    }

    /// The pairs of a query, or of a form (`application/x-www-form-urlencoded`).
    package static func pairs(_ bytes: some Collection<UInt8>) throws(Malformed) -> [Pair] {
        var pairs: [Pair] = []
        for part in bytes.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let name = try decode(part[..<equals], plusIsSpace: true)
            let value = equals == part.endIndex ? "" : try decode(part[part.index(after: equals)...], plusIsSpace: true)
            pairs.append(Pair(name: name, value: value))
        }
        return pairs
    }

    private static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) throws(Malformed) -> String {
        var isPlain = true
        for byte in bytes where byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") || byte >= 0x80 || byte < 0x20 { isPlain = false }
        if isPlain { return String(decoding: bytes, as: UTF8.self) }
        var decoded: [UInt8] = []
        var place = bytes.startIndex
        while place != bytes.endIndex {
            var byte = bytes[place]
            bytes.formIndex(after: &place)
            if byte == UInt8(ascii: "%") {
                guard let high = hexDigit(bytes, &place), let low = hexDigit(bytes, &place) else {
                    throw Malformed(rule: "A percent sign in the target is not followed by two hexadecimal digits.")
                }
                byte = high << 4 | low
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                byte = 0x20
            }
            if byte < 0x20 || byte == 0x7F, !(plusIsSpace && [0x09, 0x0A, 0x0D].contains(byte)) {
                throw Malformed(rule: "The target encodes a control character.")
            }
            decoded.append(byte)
        }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw Malformed(rule: "The target's encoded bytes are not UTF-8.")
        }
        return text
    }

    private static func hexDigit<C: Collection<UInt8>>(_ bytes: C, _ place: inout C.Index) -> UInt8? {
        guard place != bytes.endIndex else { return nil }
        let byte = bytes[place]
        bytes.formIndex(after: &place)
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return byte - UInt8(ascii: "A") + 10
        default: return nil
        }
    }
}
