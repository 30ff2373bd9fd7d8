extension JSONValue {
    /// The value as JSON text; `pretty` breaks lines and indents by two spaces.
    ///
    /// Members keep their order. Integers are exact; a double is written with the fewest digits that read back as itself and keeps a mark
    /// of being one (`3.0`); NaN and the infinities become null, as in `JSON.stringify`. Only what RFC 8259 demands is escaped.
    public func serialized(pretty: Bool = false) -> String {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self, depth: 0)
        return writer.out.text()
    }

    public func serializedBytes() -> [UInt8] {
        var writer = JSONWriter(pretty: false)
        writer.write(self, depth: 0)
        return writer.out.bytes()
    }

    /// Lends the serialized bytes without giving them an array of their own, for copying into a ring or a socket.
    package func withSerializedBytes<R, E>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R) throws(E) -> R {
        var writer = JSONWriter(pretty: false)
        writer.write(self, depth: 0)
        return try writer.out.lend(body)
    }
}

struct JSONWriter: ~Copyable {
    var out = ByteSink()
    let pretty: Bool

    init(pretty: Bool) { self.pretty = pretty }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: out.append("null")
        case .bool(let value): out.append(value ? "true" : "false")
        case .int(let value): write(value)
        case .double(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements): write(elements, depth: depth)
        case .object(let object): write(object, depth: depth)
        }
    }

    private mutating func write(_ elements: [JSONValue], depth: Int) {
        out.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            separate(isFirst, depth: depth + 1)
            isFirst = false
            write(element, depth: depth + 1)
        }
        if pretty, !isFirst { breakLine(depth: depth) }
        out.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ object: JSONObject, depth: Int) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in object.members {
            separate(isFirst, depth: depth + 1)
            isFirst = false
            write(member.key)
            out.append(UInt8(ascii: ":"))
            if pretty { out.append(0x20) }
            write(member.value, depth: depth + 1)
        }
        if pretty, !isFirst { breakLine(depth: depth) }
        out.append(UInt8(ascii: "}"))
    }

    private mutating func separate(_ isFirst: Bool, depth: Int) {
        if !isFirst { out.append(UInt8(ascii: ",")) }
        if pretty { breakLine(depth: depth) }
    }

    private mutating func breakLine(depth: Int) {
        out.append(0x0A)
        for _ in 0..<depth { out.append("  ") }
    }

    private mutating func write(_ value: Int64) {
        var rest = value.magnitude
        let start = out.reserve(20)  // the longest is -9223372036854775808
        var length = 0
        repeat {
            start[length] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            length += 1
        } while rest > 0
        if value < 0 {
            start[length] = UInt8(ascii: "-")
            length += 1
        }
        var digits = UnsafeMutableBufferPointer(start: start, count: length)
        digits.reverse()
        out.advance(length)
    }

    private mutating func write(_ value: Double) {
        guard value.isFinite else { return out.append("null") }
        var text = value.description  // the shortest that reads back, in a form that is JSON as well: 0.1, 1e+16, 5e-324, 3.0
        text.withUTF8 { out.append($0) }
    }

    private mutating func write(_ text: String) {
        var text = text
        out.append(UInt8(ascii: "\""))
        text.withUTF8 { all in
            var written = 0
            var place = 0
            while place < all.count {
                while place + 8 <= all.count, !Self.anyNeedsEscape(UnsafeRawPointer(all.baseAddress! + place)) { place += 8 }
                let stop = min(place + 8, all.count)
                while place < stop {
                    if Self.needsEscape(all[place]) {
                        out.append(UnsafeBufferPointer(rebasing: all[written..<place]))
                        escape(all[place])
                        written = place + 1
                    }
                    place += 1
                }
            }
            out.append(UnsafeBufferPointer(rebasing: all[written...]))
        }
        out.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Asks eight bytes at once: each term leaves the high bit of a byte set where that byte is below the bound, or zero after the xor.
    @inline(__always)
    private static func anyNeedsEscape(_ eight: UnsafeRawPointer) -> Bool {
        let every: UInt64 = 0x0101_0101_0101_0101
        let word = eight.loadUnaligned(as: UInt64.self)
        let quote = word ^ (every &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (every &* UInt64(UInt8(ascii: "\\")))
        let control = (word &- every &* 0x20) & ~word
        return (control | ((quote &- every) & ~quote) | ((backslash &- every) & ~backslash)) & (every &* 0x80) != 0
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): out.append("\\\"")
        case UInt8(ascii: "\\"): out.append("\\\\")
        case 0x08: out.append("\\b")
        case 0x0C: out.append("\\f")
        case 0x0A: out.append("\\n")
        case 0x0D: out.append("\\r")
        case 0x09: out.append("\\t")
        default:
            out.append("\\u00")
            for digit in [byte >> 4, byte & 15] {
                out.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
