/// Reads a range's text from left to right.
struct RangeScanner {
    /// One of the three places of a version.
    enum Place {
        case open
        case fixed(Int)

        var value: Int? {
            switch self {
            case .open: nil
            case .fixed(let value): value
            }
        }
    }

    private(set) var rest: ArraySlice<Unicode.Scalar>

    init(_ text: ArraySlice<Unicode.Scalar>) { rest = text }

    var peek: Unicode.Scalar? { rest.first }
    var isAtEnd: Bool { rest.isEmpty }

    @discardableResult mutating func advance() -> Unicode.Scalar { rest.removeFirst() }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    /// How many were passed over.
    @discardableResult mutating func skip(while isPassed: (Unicode.Scalar) -> Bool) -> Int {
        let before = rest.count
        rest = rest.drop(while: isPassed)
        return before - rest.count
    }

    /// `<`, `>`, `<=`, `>=`, `=`, or nothing.
    mutating func relation() -> String.UnicodeScalarView {
        var relation = String.UnicodeScalarView()
        if let first = rest.first, first == "<" || first == ">" { relation.append(advance()) }
        if rest.first == "=" { relation.append(advance()) }
        return relation
    }

    /// A number, or `x`, `X`, `*`. A number with a leading zero is read up to that zero. Numbers that are too large
    /// come out as one that is too large.
    mutating func number() -> Place? {
        guard let first = rest.first else { return nil }
        if RangeText.isWild(first) {
            rest.removeFirst()
            return .open
        }
        guard RangeText.isDigit(first) else { return nil }
        rest.removeFirst()
        var value = Int(first.value) - 48
        guard value != 0 else { return .fixed(0) }
        while let digit = rest.first, RangeText.isDigit(digit) {
            value = min(value * 10 + Int(digit.value) - 48, VersionRange.numberMax + 1)
            rest.removeFirst()
        }
        return .fixed(value)
    }

    /// The identifiers behind a mark, joined by dots; nil, and nothing is read, where there are none.
    mutating func suffix(_ mark: Unicode.Scalar, isNumberStrict: Bool) -> String? {
        guard rest.first == mark else { return nil }
        let text = rest.dropFirst().prefix { RangeText.isIdentifierPart($0) || $0 == "." }
        for identifier in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard let first = identifier.first else { return nil }
            if isNumberStrict, identifier.count > 1, first == "0", identifier.allSatisfy(RangeText.isDigit) { return nil }
        }
        rest = rest.dropFirst(1 + text.count)
        var suffix = String.UnicodeScalarView()
        suffix.append(contentsOf: text)
        return String(suffix)
    }
}

extension RangeText {
    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    static func isWild(_ scalar: Unicode.Scalar) -> Bool { scalar == "x" || scalar == "X" || scalar == "*" }

    static func isPrefix(_ scalar: Unicode.Scalar) -> Bool { scalar == "v" || scalar == "=" }

    static func isPrefixOrBlank(_ scalar: Unicode.Scalar) -> Bool { isPrefix(scalar) || isBlank(scalar) }

    static func isIdentifierPart(_ scalar: Unicode.Scalar) -> Bool {
        isDigit(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "-"
    }

    static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{feff}" || (scalar.properties.isWhitespace && scalar != "\u{85}")
    }
}
