/// A moment, to the millisecond, as an administrator's clock shows it.
package struct Timestamp: Hashable, Sendable, Comparable {
    /// Since 1970, in UTC.
    package let unixMilliseconds: Int64

    package init(unixMilliseconds: Int64) { self.unixMilliseconds = unixMilliseconds }

    package static func < (a: Self, b: Self) -> Bool { a.unixMilliseconds < b.unixMilliseconds }

    package func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(unixMilliseconds: unixMilliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds: `2026-11-21T19:23:00.125Z`.
    package var description: String {
        let (days, rest) = Self.divided(unixMilliseconds, by: 86_400_000)
        let (year, month, day) = Self.date(ofDay: days)
        // Answers are full of times, so the digits are written one by one.
        guard (0...9999).contains(year) else { return "\(year)" + Self.text(year: 0, month, day, rest).dropFirst(4) }
        return Self.text(year: year, month, day, rest)
    }

    private static func text(year: Int64, _ month: Int64, _ day: Int64, _ rest: Int64) -> String {
        String(unsafeUninitializedCapacity: 24) { bytes in
            var place = 0
            func write(_ number: Int64, _ width: Int, _ mark: Unicode.Scalar) {
                var number = number
                for digit in stride(from: place + width - 1, through: place, by: -1) {
                    bytes[digit] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
                    number /= 10
                }
                bytes[place + width] = UInt8(ascii: mark)
                place += width + 1
            }
            write(year, 4, "-")
            write(month, 2, "-")
            write(day, 2, "T")
            write(rest / 3_600_000, 2, ":")
            write(rest / 60_000 % 60, 2, ":")
            write(rest / 1000 % 60, 2, ".")
            write(rest % 1000, 3, "Z")
            return place
        }
    }

    private static func divided(_ number: Int64, by divisor: Int64) -> (Int64, Int64) {
        let rest = (number % divisor + divisor) % divisor
        return ((number - rest) / divisor, rest)
    }

    /// The Gregorian date of a day counted from 1970-01-01: years begin in March here, so that the leap day is the last of its year.
    private static func date(ofDay day: Int64) -> (Int64, Int64, Int64) {
        let (era, dayOfEra) = divided(day + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
