/// Whether a score is what a condition wants. Contract of Coop, section 15, rules 5 and 6.
enum Comparison {
    enum Result: Hashable {
        case passed
        case failed
        /// They cannot be compared; a sentence for people.
        case incomparable(String)

        init(_ holds: Bool) { self = holds ? .passed : .failed }
    }

    /// - Precondition: The comparator is not `isUnavailable` or `isNotProvided`, which do not look at a score.
    static func judge(_ score: Score, of type: ScoreType, _ comparator: Comparator?, _ threshold: Score?) -> Result {
        guard let comparator, let threshold else { return Result(isTrue(score)) }
        if type.scalar == .boolean {
            guard let wanted = boolean(threshold) else {
                return .incomparable("The threshold '\(short(threshold))' is neither true nor false, and the score is a boolean.")
            }
            guard let given = boolean(score) else { return .incomparable("The score '\(short(score))' is neither true nor false.") }
            return Result(holds(comparator, order(given ? 1 : 0, wanted ? 1 : 0)))
        }
        if type.scalar == .string, type.isOrdered, let values = type.values {
            guard let given = values.firstIndex(of: score.description) else {
                return .incomparable("The score '\(short(score))' is none of the values the signal can take.")
            }
            guard let wanted = values.firstIndex(of: threshold.description) else {
                return .incomparable("The threshold '\(short(threshold))' is none of the values the signal can take.")
            }
            return Result(holds(comparator, order(Double(given), Double(wanted))))
        }
        if type.scalar == .dateTime, case .text(let given) = score {
            guard let given = Timestamp(iso8601: given) else {
                return .incomparable("The score '\(short(score))' is no date and time of ISO 8601.")
            }
            guard let wanted = moment(threshold) else {
                return .incomparable("The threshold '\(short(threshold))' is no date and time of ISO 8601.")
            }
            return Result(holds(comparator, order(Double(given.milliseconds), wanted)))
        }
        if case .text(let given) = score, case .text(let wanted) = threshold { return Result(holds(comparator, order(given, wanted))) }
        return Result(holds(comparator, order(number(score), number(threshold))))
    }

    enum Order { case less, equal, greater, none }

    @inline(__always)
    static func order(_ a: Double, _ b: Double) -> Order { a < b ? .less : a > b ? .greater : a == b ? .equal : .none }

    /// Whether they have the same code units; Swift's `==` takes canonical equivalents for the same, and is quick to tell most apart.
    @inline(__always)
    static func isSame(_ a: String, _ b: String) -> Bool { a == b && (a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)) }

    /// By UTF-16 code units, as JavaScript does.
    static func order(_ a: String, _ b: String) -> Order {
        if isSame(a, b) { return .equal }
        return a.utf16.lexicographicallyPrecedes(b.utf16) ? .less : .greater
    }

    /// NaN is in no order, and so only unequal.
    @inline(__always)
    static func holds(_ comparator: Comparator, _ order: Order) -> Bool {
        switch comparator {
        case .equals: order == .equal
        case .notEqualTo: order != .equal
        case .lessThan: order == .less
        case .lessThanOrEquals: order == .less || order == .equal
        case .greaterThan: order == .greater
        case .greaterThanOrEquals: order == .greater || order == .equal
        case .isUnavailable, .isNotProvided: false
        }
    }

    /// JavaScript's truth, which upstream goes by.
    static func isTrue(_ score: Score) -> Bool {
        switch score {
        case .boolean(let flag): flag
        case .number(let number): number != 0 && !number.isNaN
        case .text(let text): !text.isEmpty
        }
    }

    /// A text is true or false by its word alone: by truthiness `"false"` would be true.
    private static func boolean(_ value: Score) -> Bool? {
        switch value {
        case .boolean(let flag): flag
        case .number(let number): number != 0 && !number.isNaN
        case .text(let text): ["true": true, "false": false][text.lowercased()]
        }
    }

    static func number(_ value: Score) -> Double {
        switch value {
        case .number(let number): number
        case .boolean(let flag): flag ? 1 : 0
        case .text(let text): NumberText.javaScript(text)
        }
    }

    private static func moment(_ value: Score) -> Double? {
        switch value {
        case .text(let text): Timestamp(iso8601: text).map { Double($0.milliseconds) }
        case .number(let milliseconds): milliseconds
        case .boolean: nil
        }
    }

    private static func short(_ score: Score) -> String { String(score.description.prefix(100)) }
}
