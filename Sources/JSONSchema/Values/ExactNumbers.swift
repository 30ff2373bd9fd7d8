import JSON

/// Numbers compared and divided without rounding: a schema that says 0.01 means a hundredth, not the double next to it.
enum ExactNumbers {
    enum Order { case less, equal, greater }

    /// nil where one is no number.
    @inline(__always)
    static func compare(_ a: JSONValue, _ b: JSONValue) -> Order? {
        switch (a, b) {
        case (.int(let a), .int(let b)): a < b ? .less : a > b ? .greater : .equal
        case (.int(let a), .double(let b)): compare(a, b)
        case (.double(let a), .int(let b)):
            switch compare(b, a) {
            case .less: .greater
            case .equal: .equal
            case .greater: .less
            }
        case (.double(let a), .double(let b)): a < b ? .less : a > b ? .greater : .equal
        default: nil
        }
    }

    private static func compare(_ a: Int64, _ b: Double) -> Order {
        if b >= 0x1p63 { return .less }
        if b < -0x1p63 { return .greater }
        let whole = Int64(b)
        if a != whole { return a < whole ? .less : .greater }
        let rest = b - Double(whole)
        return rest > 0 ? .less : rest < 0 ? .greater : .equal
    }

    /// Whether `value` is `divisor` times an integer, both taken as the shortest decimals that mean them, which is how they were written.
    static func isMultiple(_ value: JSONValue, of divisor: JSONValue) -> Bool {
        if case .int(let value) = value, case .int(let divisor) = divisor {
            return divisor == 0 ? false : value.magnitude % divisor.magnitude == 0
        }
        guard let value = Decimal(value), let divisor = Decimal(divisor), divisor.digits != 0 else { return false }
        if value.digits == 0 { return true }
        let shift = value.exponent - divisor.exponent
        if shift >= 0 {
            // value.digits × 10^shift mod divisor.digits, by squaring: the power may have 600 digits.
            let modulus = UInt128(divisor.digits)
            return UInt128(value.digits) % modulus * power(10, shift, modulo: modulus) % modulus == 0
        }
        // The divisor is finer than the value by -shift digits; beyond 19 it is larger than any value.digits.
        guard -shift <= 19 else { return false }
        var scaled = UInt128(divisor.digits)
        for _ in 0..<(-shift) { scaled *= 10 }
        return UInt128(value.digits) % scaled == 0
    }

    /// Both factors stay below 2^64, since the modulus does.
    private static func power(_ base: UInt128, _ exponent: Int, modulo modulus: UInt128) -> UInt128 {
        var result: UInt128 = 1 % modulus
        var square = base % modulus
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result * square % modulus }
            square = square * square % modulus
            rest >>= 1
        }
        return result
    }

    /// `digits` × 10^`exponent`, without a sign.
    private struct Decimal {
        var digits: UInt64
        var exponent: Int

        init?(_ value: JSONValue) {
            switch value {
            case .int(let number): (digits, exponent) = (number.magnitude, 0)
            case .double(let number):
                guard number.isFinite else { return nil }
                digits = 0
                exponent = 0
                // The shortest text that reads back as this double: at most 17 digits, then maybe `e` and an exponent.
                var isFraction = false
                var power = 0
                let text = number.magnitude.description
                let parts = text.split(separator: "e")
                for byte in parts[0].utf8 {
                    if byte == UInt8(ascii: ".") { isFraction = true; continue }
                    let (shifted, overflow) = digits.multipliedReportingOverflow(by: 10)
                    guard !overflow, byte >= 48, byte <= 57 else { return nil }
                    digits = shifted + UInt64(byte - 48)
                    if isFraction { power -= 1 }
                }
                if parts.count == 2 { power += Int(parts[1]) ?? 0 }
                exponent = power
                // `5.0` → 5: keeps the digits small, whatever the text looks like.
                while digits != 0, digits % 10 == 0 {
                    digits /= 10
                    exponent += 1
                }
            default: return nil
            }
        }
    }
}
