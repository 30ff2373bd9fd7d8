/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Sendable, Hashable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    /// Reads `2026-01-31`, `2026-01-31T10:20[:30[.123]]` and the same with `Z` or an offset `±hh:mm`; without one it is UTC, so that the
    /// same item means the same on every machine. Years 0000 to 9999; a leap second counts as the second after it.
    package init?(iso8601 text: String) {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), scanner.take("-"),
            let day = scanner.digits(2), (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        var total = Self.daysSince1970(year, month, day) * 86_400_000
        if !scanner.isAtEnd {
            guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let hour = scanner.digits(2), scanner.take(":"),
                let minute = scanner.digits(2), hour <= 23, minute <= 59
            else { return nil }
            total += Int64(hour * 3600 + minute * 60) * 1000
            if scanner.take(":") {
                guard let second = scanner.digits(2), second <= 60 else { return nil }
                total += Int64(second) * 1000
                if scanner.take(".") || scanner.take(",") {
                    guard let thousandths = scanner.thousandths() else { return nil }
                    total += thousandths
                }
            }
            guard let offset = scanner.offset() else { return nil }
            total -= offset
        }
        guard scanner.isAtEnd else { return nil }
        milliseconds = total
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Howard Hinnant's `days_from_civil`.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>
        var isAtEnd: Bool { rest.isEmpty }

        mutating func take(_ sign: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: sign) else { return false }
            rest.removeFirst()
            return true
        }

        mutating func digits(_ count: Int) -> Int? {
            guard rest.count >= count, rest.prefix(count).allSatisfy({ (48...57).contains($0) }) else { return nil }
            defer { rest.removeFirst(count) }
            return rest.prefix(count).reduce(0) { $0 * 10 + Int($1 - 48) }
        }

        /// One to nine digits of a fraction; beyond thousandths they are left out.
        mutating func thousandths() -> Int64? {
            let digits = rest.prefix { (48...57).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            rest.removeFirst(digits.count)
            return (Array(digits) + [48, 48]).prefix(3).reduce(0) { $0 * 10 + Int64($1 - 48) }
        }

        mutating func offset() -> Int64? {
            if isAtEnd || take("Z") || take("z") { return 0 }
            let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
            guard take("+") || take("-"), let hours = digits(2), hours <= 23 else { return nil }
            _ = take(":")
            let minutes = isAtEnd ? 0 : digits(2)
            guard let minutes, minutes <= 59 else { return nil }
            return sign * Int64(hours * 3600 + minutes * 60) * 1000
        }
    }
}
