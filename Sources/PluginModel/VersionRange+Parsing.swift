/// Why one alternative of a range cannot be read; goes on from "the version range …".
struct RangeFault: Error {
    let reason: String
}

/// The grammar of npm's version ranges. Blanks are those of JavaScript's `\s`.
///
/// node-semver rewrites the text step by step with regular expressions; this reads it once and comes to the same sets, which a test
/// holds against node-semver itself.
enum RangeText {
    typealias Comparator = VersionRange.Comparator

    /// The texts between `||`.
    static func alternatives(of text: String) -> [[Unicode.Scalar]] {
        var parts: [[Unicode.Scalar]] = [[]]
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            if scalar == "|", rest.first == "|" {
                rest.removeFirst()
                parts.append([])
            } else {
                parts[parts.count - 1].append(scalar)
            }
        }
        return parts
    }

    static func comparators(of text: [Unicode.Scalar]) throws(RangeFault) -> [Comparator] {
        var comparators: [Comparator] = []
        if let (from, to) = hyphenRange(text) {
            comparators = try lowerEnd(from) + upperEnd(to)
        } else {
            for word in joined(text).split(whereSeparator: isBlank) { comparators += try read(Array(word)) }
        }
        // npm drops `>=0.0.0`, and so lets a pre-release of 0.0.0 pass where another comparator allows it.
        return comparators.filter { $0.relation != .atLeast || $0.version != Version(0, 0, 0) }
    }

    // MARK: Hyphens

    private static func hyphenRange(_ text: [Unicode.Scalar]) -> (Partial, Partial)? {
        var scanner = RangeScanner(text[...])
        scanner.skip(while: isBlank)
        guard let from = Partial(&scanner, isPrefix: isPrefixOrBlank), scanner.skip(while: isBlank) > 0, scanner.take("-"),
            scanner.skip(while: isBlank) > 0, let to = Partial(&scanner, isPrefix: isPrefixOrBlank)
        else { return nil }
        scanner.skip(while: isBlank)
        return scanner.isAtEnd ? (from, to) : nil
    }

    private static func lowerEnd(_ end: Partial) throws(RangeFault) -> [Comparator] {
        guard let major = end.major else { return [] }
        guard let minor = end.minor else { return [try compare(.atLeast, major, 0, 0)] }
        guard let patch = end.patch else { return [try compare(.atLeast, major, minor, 0)] }
        guard end.hasPlainPrefix else { throw unreadable(end.text) }
        return [try compare(.atLeast, major, minor, patch, end.prerelease)]
    }

    private static func upperEnd(_ end: Partial) throws(RangeFault) -> [Comparator] {
        guard let major = end.major else { return [] }
        guard let minor = end.minor else { return [try compare(.less, major + 1, 0, 0, "0")] }
        guard let patch = end.patch else { return [try compare(.less, major, minor + 1, 0, "0")] }
        guard end.prerelease != nil || end.hasPlainPrefix else { throw unreadable(end.text) }
        return [try compare(.atMost, major, minor, patch, end.prerelease)]
    }

    // MARK: Words

    /// The text with operators moved to their versions: `> 1.2` becomes `>1.2`, `~> 1` becomes `~1`, `^ 1` becomes `^1`.
    private static func joined(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var scanner = RangeScanner(text[...])
        while let scalar = scanner.peek {
            var ahead = scanner
            let relation = ahead.relation()
            if !relation.isEmpty { ahead.skip(while: isBlank) }
            let version = ahead.rest
            ahead.skip(while: isPrefixOrBlank)
            if let next = ahead.peek, isDigit(next) || isWild(next), !isBlank(scalar) {
                // Blanks between further `v` and `=` and the number stay, and make the text unreadable.
                result += relation
                result += version.prefix(version.count - ahead.rest.count)
                scanner = ahead
                result.append(scanner.advance())
            } else {
                result.append(scanner.advance())
            }
        }
        return closed(closed(result, "~"), "^")
    }

    /// Without the blanks behind an operator; `~>` with blanks behind it is a `~`.
    private static func closed(_ text: [Unicode.Scalar], _ mark: Unicode.Scalar) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var scanner = RangeScanner(text[...])
        while let scalar = scanner.peek {
            result.append(scalar)
            scanner.advance()
            guard scalar == mark else { continue }
            var ahead = scanner
            if mark == "~" { _ = ahead.take(">") }
            if ahead.skip(while: isBlank) > 0 { scanner = ahead }
        }
        return result
    }

    private static func read(_ word: [Unicode.Scalar]) throws(RangeFault) -> [Comparator] {
        var scanner = RangeScanner(word[...])
        if scanner.take("^") {
            guard let partial = Partial(&scanner), scanner.isAtEnd else { throw unreadable(word) }
            return try caret(partial)
        }
        if scanner.take("~") {
            _ = scanner.take(">")
            guard let partial = Partial(&scanner), scanner.isAtEnd else { throw unreadable(word) }
            return try tilde(partial)
        }
        let relation = Comparator.Relation(rawValue: String(scanner.relation()))
        if let partial = Partial(&scanner), scanner.isAtEnd {
            guard !partial.isWhole || partial.hasPlainPrefix else { throw unreadable(word) }
            return try plain(relation, partial)
        }
        // npm takes a stray star out of whatever else it cannot read: `1.2.3*` is 1.2.3.
        guard let star = word.firstIndex(of: "*") else { throw unreadable(word) }
        var start = star
        if start > 0, word[start - 1] == "=" { start -= 1 }
        if start > 0, word[start - 1] == "<" || word[start - 1] == ">" { start -= 1 }
        let rest = Array(word[..<start] + word[(star + 1)...])
        scanner = RangeScanner(rest[...])
        let kept = Comparator.Relation(rawValue: String(scanner.relation()))
        guard let partial = Partial(&scanner), scanner.isAtEnd, partial.isWhole, partial.hasPlainPrefix else { throw unreadable(word) }
        return try plain(kept, partial)
    }

    /// Up to the next change of the leftmost number that is not zero.
    private static func caret(_ partial: Partial) throws(RangeFault) -> [Comparator] {
        guard let major = partial.major else { return [] }
        guard let minor = partial.minor else { return try between((major, 0, 0), (major + 1, 0, 0)) }
        guard let patch = partial.patch else {
            return try between((major, minor, 0), major == 0 ? (0, minor + 1, 0) : (major + 1, 0, 0))
        }
        let end = major > 0 ? (major + 1, 0, 0) : minor > 0 ? (0, minor + 1, 0) : (0, 0, patch + 1)
        return try between((major, minor, patch), end, partial.prerelease)
    }

    /// Up to the next minor version, or the next major one where no minor is named.
    private static func tilde(_ partial: Partial) throws(RangeFault) -> [Comparator] {
        guard let major = partial.major else { return [] }
        guard let minor = partial.minor else { return try between((major, 0, 0), (major + 1, 0, 0)) }
        return try between((major, minor, partial.patch ?? 0), (major, minor + 1, 0), partial.patch == nil ? nil : partial.prerelease)
    }

    private static func plain(_ relation: Comparator.Relation?, _ partial: Partial) throws(RangeFault) -> [Comparator] {
        guard let major = partial.major else {
            // Nothing is above or below every version.
            return relation == .greater || relation == .less ? [try compare(.less, 0, 0, 0, "0")] : []
        }
        if let minor = partial.minor, let patch = partial.patch {
            return [try compare(relation ?? .equal, major, minor, patch, partial.prerelease)]
        }
        let start = (major, partial.minor ?? 0, 0)
        let end = partial.minor.map { (major, $0 + 1, 0) } ?? (major + 1, 0, 0)
        switch relation {
        case nil, .equal: return try between(start, end)
        case .greater: return [try compare(.atLeast, end.0, end.1, end.2)]
        case .atLeast: return [try compare(.atLeast, start.0, start.1, start.2)]
        case .less: return [try compare(.less, start.0, start.1, start.2, "0")]
        case .atMost: return [try compare(.less, end.0, end.1, end.2, "0")]
        }
    }

    // MARK: Comparators

    private typealias Numbers = (Int, Int, Int)

    private static func between(_ start: Numbers, _ end: Numbers, _ prerelease: String? = nil) throws(RangeFault) -> [Comparator] {
        [
            try compare(.atLeast, start.0, start.1, start.2, prerelease),
            try compare(.less, end.0, end.1, end.2, "0"),
        ]
    }

    private static func compare(
        _ relation: Comparator.Relation, _ major: Int, _ minor: Int, _ patch: Int, _ prerelease: String? = nil
    ) throws(RangeFault) -> Comparator {
        guard max(major, minor, patch) <= VersionRange.numberMax else { throw RangeFault(reason: "has a number too large to compare") }
        do {
            return Comparator(
                relation: relation, version: try Version("\(major).\(minor).\(patch)" + (prerelease.map { "-\($0)" } ?? "")))
        } catch { throw RangeFault(reason: error.reason) }
    }

    private static func unreadable(_ word: [Unicode.Scalar]) -> RangeFault {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: word)
        return RangeFault(reason: "has '\(visible(String(text), scalarsMax: 60))' where a version such as ^1.2.0 belongs")
    }
}

/// A version with places left open: `1`, `1.x`, `1.2.*`, `v1.2.3-pr+build`. Nil stands for an open place.
private struct Partial {
    private(set) var major: Int?
    private(set) var minor: Int?
    private(set) var patch: Int?
    private(set) var prerelease: String?
    /// Whether a whole version with this beginning is one: npm allows one `v`, and more only before versions with open places.
    let hasPlainPrefix: Bool
    let text: [Unicode.Scalar]

    var isWhole: Bool { major != nil && minor != nil && patch != nil }

    /// Reads as far as there is a version; nil when there is none.
    init?(_ scanner: inout RangeScanner, isPrefix: (Unicode.Scalar) -> Bool = RangeText.isPrefix) {
        let start = scanner
        scanner.skip(while: isPrefix)
        let prefix = start.rest.prefix(start.rest.count - scanner.rest.count)
        hasPlainPrefix = prefix.isEmpty || Array(prefix) == ["v"]
        var numbers: [Int?] = []
        guard let first = scanner.number() else { return nil }
        numbers.append(first.value)
        while numbers.count < 3 {
            var ahead = scanner
            guard ahead.take("."), let number = ahead.number() else { break }
            numbers.append(number.value)
            scanner = ahead
        }
        if numbers.count == 3 {
            prerelease = scanner.suffix("-", isNumberStrict: true)
            _ = scanner.suffix("+", isNumberStrict: false)
        }
        text = Array(start.rest.prefix(start.rest.count - scanner.rest.count))
        // What follows an open place is open as well.
        guard let major = numbers[0] else { return }
        self.major = major
        guard numbers.count > 1, let minor = numbers[1] else { return }
        self.minor = minor
        guard numbers.count > 2, let patch = numbers[2] else { return }
        self.patch = patch
    }
}
