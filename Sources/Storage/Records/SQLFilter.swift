/// Conditions that all hold, with their values in order.
struct SQLFilter {
    private var conditions: [String] = []
    private(set) var values: [SQLValue] = []

    var text: String { conditions.joined(separator: " and ") }

    /// Takes a value; gives its name in the statement.
    mutating func next(_ value: SQLValue) -> String {
        values.append(value)
        return "$\(values.count)"
    }

    mutating func add(_ condition: String) { conditions.append(condition) }

    mutating func add(_ condition: String, _ value: SQLValue, ending: String = "") { conditions.append(condition + next(value) + ending) }

    /// A text, or every text with a beginning.
    struct Pattern {
        let column: String
        let text: String
        let isPrefix: Bool

        init(exactly text: String, column: String) { (self.column, self.text, isPrefix) = (column, text, false) }

        /// - Parameter suffix: What marks a beginning; of it the dot belongs to the beginning.
        init(_ pattern: String, suffix: String, column: String) {
            self.column = column
            isPrefix = pattern.hasSuffix(suffix)
            text = isPrefix ? pattern.dropLast(suffix.count) + "." : pattern
        }
    }

    /// One of these; nothing when there are none.
    mutating func addAny(_ patterns: [Pattern]) {
        guard !patterns.isEmpty else { return }
        let choices = patterns.map { pattern -> String in
            guard pattern.isPrefix else { return "\(pattern.column) = \(next(.text(pattern.text)))" }
            // A range of the index; '/' is the character behind '.'.
            let (first, end) = (next(.text(pattern.text)), next(.text(pattern.text.dropLast() + "/")))
            return "\(pattern.column) >= \(first) and \(pattern.column) < \(end)"
        }
        conditions.append("(\(choices.joined(separator: " or ")))")
    }
}
