extension Timestamp {
    /// Reads RFC 3339: `2026-01-31T12:00:00Z`, with fractions of a second and an offset where there are any. Fractions beyond milliseconds are
    /// cut off. Nil for anything else, dates that do not exist included.
    package init?(parsing text: String) {
        var rest = Array(text.utf8)[...]
        func number(_ digits: Int) -> Int64? {
            guard rest.count >= digits else { return nil }
            var value: Int64 = 0
            for byte in rest.prefix(digits) {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            rest = rest.dropFirst(digits)
            return value
        }
        func mark(_ marks: String) -> UInt8? {
            guard let first = rest.first, marks.utf8.contains(first) else { return nil }
            rest = rest.dropFirst()
            return first
        }
        guard let year = number(4), mark("-") != nil, let month = number(2), mark("-") != nil, let day = number(2), mark("Tt ") != nil,
            let hour = number(2), mark(":") != nil, let minute = number(2), mark(":") != nil, let second = number(2)
        else { return nil }
        var milliseconds: Int64 = 0
        if mark(".") != nil {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard !digits.isEmpty, digits.count <= 12 else { return nil }
            for place in 0..<3 {
                let digit = place < digits.count ? Int64(digits[digits.startIndex + place] - UInt8(ascii: "0")) : 0
                milliseconds = milliseconds * 10 + digit
            }
            rest = rest.dropFirst(digits.count)
        }
        var offset: Int64 = 0
        guard let zone = mark("Zz+-") else { return nil }
        if zone == UInt8(ascii: "+") || zone == UInt8(ascii: "-") {
            guard let hours = number(2), mark(":") != nil, let minutes = number(2), hours < 24, minutes < 60 else { return nil }
            offset = (hours * 60 + minutes) * (zone == UInt8(ascii: "-") ? -1 : 1)
        }
        guard rest.isEmpty, (1...12).contains(month), day >= 1, hour < 24, minute < 60, second < 60 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= days[Int(month) - 1] else { return nil }
        // Years begin in March here, as in the description of a moment.
        let (y, m) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + (153 * m + 2) / 5 + day - 1
        let dayNumber = era * 146_097 + dayOfEra - 719_468
        self.init(unixMilliseconds: (dayNumber * 86_400 + hour * 3600 + minute * 60 + second - offset * 60) * 1000 + milliseconds)
    }
}
