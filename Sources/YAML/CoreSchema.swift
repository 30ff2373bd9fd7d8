import JSON

/// What an unquoted scalar means in the core schema of YAML 1.2 (yaml.org/spec/1.2.2, § 10.3).
enum CoreSchema {
    enum Outcome: Equatable {
        case value(JSONValue)
        /// Goes on from "the value …".
        case refused(String)
    }

    static func resolve(_ text: String) -> Outcome {
        switch text {
        case "", "~", "null", "Null", "NULL": return .value(.null)
        case "true", "True", "TRUE": return .value(.bool(true))
        case "false", "False", "FALSE": return .value(.bool(false))
        default: return number(text) ?? .value(.string(text))
        }
    }

    /// Nil when the text is no number.
    static func number(_ text: String) -> Outcome? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else { return nil }
        // Most texts begin with a letter and are none.
        guard isDigit(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".") else { return nil }
        if text.hasPrefix("0x") || text.hasPrefix("0o") { return radix(bytes.dropFirst(2), text.hasPrefix("0x") ? 16 : 8) }
        let body = first == UInt8(ascii: "-") || first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes[...]
        let word = String(decoding: body, as: UTF8.self)
        if [".inf", ".Inf", ".INF"].contains(word) { return .refused("is infinite, which no configuration value can be") }
        if [".nan", ".NaN", ".NAN"].contains(text) { return .refused("is no number, which no configuration value can be") }
        guard let isWhole = shape(body) else { return nil }
        if isWhole, let value = Int64(text) { return .value(.int(value)) }
        guard let value = Double(text), value.isFinite else { return .refused("is a number too large to keep") }
        return .value(.double(value))
    }

    /// Whether it is `[0-9]+`, or else `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`; nil when it is neither.
    private static func shape(_ body: ArraySlice<UInt8>) -> Bool? {
        var rest = body
        let whole = rest.prefix(while: isDigit).count
        rest = rest.dropFirst(whole)
        if rest.isEmpty { return whole > 0 ? true : nil }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            let fraction = rest.prefix(while: isDigit).count
            guard whole + fraction > 0 else { return nil }
            rest = rest.dropFirst(fraction)
        } else if whole == 0 {
            return nil
        }
        guard let mark = rest.first else { return false }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return nil }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit) ? false : nil
    }

    private static func radix(_ digits: ArraySlice<UInt8>, _ radix: Int) -> Outcome? {
        let allowed = digits.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "7"): true
            case UInt8(ascii: "8")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                radix == 16
            default: false
            }
        }
        guard !digits.isEmpty, allowed else { return nil }
        guard let value = Int64(String(decoding: digits, as: UTF8.self), radix: radix) else {
            return .refused("is a number too large to keep")
        }
        return .value(.int(value))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
