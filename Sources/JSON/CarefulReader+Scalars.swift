extension CarefulReader {
    /// Reads a number by the grammar of RFC 8259 § 6.
    mutating func number() throws(JSONError) -> JSONValue {
        let start = at
        var isInteger = true
        _ = take("-")
        guard let first = digit() else {
            throw failure("json.number", "A digit is expected after the minus sign.")
        }
        if first == UInt8(ascii: "0") {
            at += 1
            guard digit() == nil else { throw failure("json.number", "A number does not begin with 0 in JSON.", at: start) }
        } else {
            skipDigits()
        }
        if take(".") {
            isInteger = false
            guard digit() != nil else { throw failure("json.number", "A digit is expected after the decimal point.") }
            skipDigits()
        }
        if take("e") || take("E") {
            isInteger = false
            _ = take("+") || take("-")
            guard digit() != nil else { throw failure("json.number", "A digit is expected in the exponent.") }
            skipDigits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isInteger, let exact = Int64(text) { return .int(exact) }
        guard let rounded = Double(text), rounded.isFinite else {
            throw failure("json.number-range", "The number is too large; the largest is about 1.8e308.", at: start)
        }
        return .double(rounded)
    }

    private func digit() -> UInt8? {
        guard at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) else { return nil }
        return bytes[at]
    }

    private mutating func skipDigits() {
        while digit() != nil { at += 1 }
    }

    /// Reads a string, its opening quote first; the bytes are known to be UTF-8.
    mutating func string() throws(JSONError) -> String {
        let opening = at
        at += 1
        var text: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case 0..<0x20:
                let how = byte == 0x0A ? "A line break in a string is written \\n." : "\(shown(at)) in a string is written as an escape."
                throw failure("json.string", how)
            default:
                text.append(byte)
                at += 1
            }
        }
        throw failure("json.unfinished", "This string has no closing quote.", at: opening)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let start = at
        at += 1
        guard at < bytes.count else { throw failure("json.unfinished", "The document ends after a backslash.") }
        let letter = bytes[at]
        at += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try scalar(escapedAt: start)).utf8)
        default:
            throw failure("json.string", "\\\(shown(at - 1)) is no escape in JSON; \\\\ writes a backslash.", at: start)
        }
    }

    /// Reads the four digits after `\u`, and a second escape where the first is the upper half of a pair.
    private mutating func scalar(escapedAt start: Int) throws(JSONError) -> Unicode.Scalar {
        let unit = try fourHexDigits(escapedAt: start)
        if let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
        let afterFirst = at
        if unit < 0xDC00, take("\\"), take("u") {
            let second = try fourHexDigits(escapedAt: afterFirst)
            if (0xDC00...0xDFFF).contains(second) {
                let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
                if let scalar = Unicode.Scalar(value) { return scalar }
            }
        }
        at = afterFirst
        guard limits.loneSurrogates == .replace else {
            throw failure("json.surrogate", "This escape is half of a surrogate pair, which is no character.", at: start)
        }
        return "\u{FFFD}"
    }

    private mutating func fourHexDigits(escapedAt start: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let value: UInt8? =
                if at >= bytes.count { nil } else {
                    switch bytes[at] {
                    case UInt8(ascii: "0")...UInt8(ascii: "9"): bytes[at] - UInt8(ascii: "0")
                    case UInt8(ascii: "a")...UInt8(ascii: "f"): bytes[at] - UInt8(ascii: "a") + 10
                    case UInt8(ascii: "A")...UInt8(ascii: "F"): bytes[at] - UInt8(ascii: "A") + 10
                    default: nil
                    }
                }
            guard let value else { throw failure("json.string", "Four hexadecimal digits are expected after \\u.", at: start) }
            unit = unit << 4 | UInt16(value)
            at += 1
        }
        return unit
    }
}
