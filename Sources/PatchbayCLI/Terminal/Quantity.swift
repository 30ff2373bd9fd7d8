/// Numbers as people read them, and back.
package enum Quantity {
    /// `15209` → `15,209`.
    package static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return number < 0 ? "-" + result : result
    }

    /// A number with a fixed count of decimals, rounded half away from zero; `-` for what is not a number.
    package static func fixed(_ number: Double, _ decimals: Int) -> String {
        guard number.isFinite else { return "-" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (number.magnitude * scale).rounded()
        guard scaled < 9e15 else { return "\(number)" }
        let whole = Int(scaled)
        let sign = number < 0 && whole > 0 ? "-" : ""
        guard decimals > 0 else { return sign + grouped(whole) }
        let fraction = String(whole % Int(scale))
        return sign + grouped(whole / Int(scale)) + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    /// A score with as many decimals as its size deserves: `0.034`, `7.25`, `1,204`.
    package static func score(_ number: Double) -> String {
        if number == number.rounded(), number.magnitude < 1e15 { return fixed(number, 0) }
        return fixed(number, number.magnitude < 1 ? 3 : number.magnitude < 100 ? 2 : 1)
    }

    /// A number somebody chose, with the digits it was given: `0.85`, `5`.
    package static func exact(_ number: Double) -> String {
        number == number.rounded() && number.magnitude < 1e15 ? fixed(number, 0) : "\(number)"
    }

    /// `312 of 15209` → `2.1 %`; `0 %` of nothing.
    package static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0 %" }
        let percent = Double(part) * 100 / Double(whole)
        if part > 0, percent < 0.1 { return "<0.1 %" }
        return fixed(percent, percent == percent.rounded() || percent >= 99.95 ? 0 : 1) + " %"
    }

    /// `67108864` → `64 MB` (1 MB = 1024 × 1024 bytes).
    package static func bytes(_ count: Int) -> String {
        let units = ["B", "KB", "MB", "GB", "TB"]
        var value = Double(count)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return fixed(value, value == value.rounded() || value >= 100 ? 0 : 1) + " " + units[unit]
    }

    /// `64MB`, `64 mb`, `1024` (bytes) → bytes; nil when it is none of these or does not fit.
    package static func parseBytes(_ text: String) -> Int? {
        guard let (number, unit) = split(text), let count = Int(number), count >= 0 else { return nil }
        let shifts = ["": 0, "b": 0, "kb": 10, "k": 10, "mb": 20, "m": 20, "gb": 30, "g": 30]
        guard let shift = shifts[unit] else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << shift)
        return overflow ? nil : bytes
    }

    /// Splits `64MB` into its number and its unit in lower case.
    static func split(_ text: String) -> (number: String, unit: String)? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard !number.isEmpty else { return nil }
        return (String(number), text.dropFirst(number.count).drop { $0 == " " }.lowercased())
    }
}

extension Duration {
    /// `250ms`, `1.5s`, `2m`; nil for anything else, a bare number included, since a forgotten unit is a factor of a thousand.
    package init?(quantity text: String) {
        guard let (number, unit) = Quantity.split(text), let value = Double(number), value.isFinite, value < 1e9 else { return nil }
        switch unit {
        case "ms": self = .milliseconds(value)
        case "s": self = .seconds(value)
        case "m", "min": self = .seconds(value * 60)
        default: return nil
        }
    }

    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

    /// One unit, or two neighbours: `850 µs`, `12 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`.
    package var brief: String {
        let seconds = inSeconds
        if seconds < 0.001 { return Quantity.fixed(seconds * 1e6, 0) + " µs" }
        if seconds < 0.9995 {
            let milliseconds = seconds * 1000
            return Quantity.fixed(milliseconds, milliseconds < 10 && milliseconds != milliseconds.rounded() ? 1 : 0) + " ms"
        }
        if seconds < 59.5 {
            let tenths = (seconds * 10).rounded() / 10
            return Quantity.fixed(tenths, tenths < 10 && tenths != tenths.rounded() ? 1 : 0) + " s"
        }
        let whole = Int(min(seconds, 1e12).rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        if hours > 0 { return "\(Quantity.grouped(hours)) h" + (minutes > 0 ? " \(minutes) min" : "") }
        return "\(minutes) min" + (rest > 0 ? " \(rest) s" : "")
    }
}
