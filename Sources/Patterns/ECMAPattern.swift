/// A pattern that is no regular expression of ECMAScript as understood here.
package struct PatternError: Error, Hashable {
    /// A plain sentence.
    package let message: String
}

/// Writes an ECMAScript regular expression (ECMA-262, read as with the flag `u`) as one for PCRE2 that means the same.
///
/// What PCRE2 knows beyond ECMAScript (verbs, recursion, conditions, inline comments, POSIX classes, possessive repeats) never gets through;
/// letters escaped without a meaning are refused. As most implementations do, a lone `{`, `}` or `]` stands for itself.
struct ECMAPattern {
    private var rest: ArraySlice<Unicode.Scalar>
    private var output = ""

    static func translated(_ pattern: String) throws(PatternError) -> String {
        var translator = ECMAPattern(rest: Array(pattern.unicodeScalars)[...])
        try translator.run()
        return translator.output
    }

    private init(rest: ArraySlice<Unicode.Scalar>) { self.rest = rest }

    private static let lineEnds = #"\n\r\x{2028}\x{2029}"#
    /// ECMAScript's white space and line ends, which `\s` means.
    private static let space = #"\t\n\x{b}\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"#
    /// Everything else, for `\S` within a class.
    private static let notSpace =
        #"\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}"#
        + #"\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}"#

    private mutating func run() throws(PatternError) {
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\": try escape(inClass: false)
            case "[": try characterClass()
            case ".": output += "[^" + Self.lineEnds + "]"
            case "(": try group()
            case "*", "+", "?": try finishRepeat(String(scalar))
            case "{":
                if let count = takeCount() { try finishRepeat(count) } else { output += "\\{" }
            case "}": output += "\\}"
            case "]": output += "\\]"
            default: output.unicodeScalars.append(scalar)
            }
        }
    }

    /// After `?` for a lazy repeat comes no further one: in PCRE2 `a++` would be possessive.
    private mutating func finishRepeat(_ text: String) throws(PatternError) {
        output += text
        if rest.first == "?" {
            rest.removeFirst()
            output += "?"
        }
        if rest.first == "*" || rest.first == "+" || rest.first == "?" {
            throw PatternError(message: "Nothing stands before '\(rest[rest.startIndex])' that could be repeated.")
        }
    }

    /// `{2}`, `{2,}` or `{2,3}` after its brace; nil, with nothing taken, when it is none.
    private mutating func takeCount() -> String? {
        guard let end = rest.firstIndex(of: "}"), end - rest.startIndex <= 12 else { return nil }
        let inner = rest[..<end]
        let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
        let isDigits = { (part: ArraySlice<Unicode.Scalar>) in part.allSatisfy { ("0"..."9").contains($0) } }
        guard parts.count <= 2, let first = parts.first, !first.isEmpty, parts.allSatisfy(isDigits) else { return nil }
        rest = rest[(end + 1)...]
        return "{" + String(String.UnicodeScalarView(inner)) + "}"
    }

    private mutating func group() throws(PatternError) {
        guard let next = rest.first else { throw PatternError(message: "A '(' is not closed.") }
        if next == "*" { throw PatternError(message: "Nothing stands before '*' that could be repeated.") }
        guard next == "?" else {
            output += "("
            return
        }
        for opening in ["?:", "?=", "?!", "?<=", "?<!"] where rest.starts(with: opening.unicodeScalars) {
            rest = rest.dropFirst(opening.unicodeScalars.count)
            output += "(" + opening
            return
        }
        guard rest.starts(with: "?<".unicodeScalars) else {
            throw PatternError(message: "'(?' is followed by something that is no group of ECMAScript.")
        }
        rest = rest.dropFirst(2)
        output += "(?<" + (try name()) + ">"
    }

    private mutating func name() throws(PatternError) -> String {
        guard let end = rest.firstIndex(of: ">") else { throw PatternError(message: "A group's name is not closed by '>'.") }
        let name = String(String.UnicodeScalarView(rest[..<end]))
        guard !name.isEmpty, name.utf8.allSatisfy({ isWord($0) }) else {
            throw PatternError(message: "A group's name holds something else than letters, digits and '_'.")
        }
        rest = rest[(end + 1)...]
        return name
    }

    private func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func characterClass() throws(PatternError) {
        output += "["
        if rest.first == "^" {
            rest.removeFirst()
            output += "^"
        }
        while let scalar = rest.popFirst() {
            switch scalar {
            case "]":
                output += "]"
                return
            // Else `[[:alpha:]]` would be a class of POSIX.
            case "[": output += "\\["
            case "\\": try escape(inClass: true)
            default: output.unicodeScalars.append(scalar)
            }
        }
        throw PatternError(message: "A '[' is not closed.")
    }

    // MARK: - Escapes

    private mutating func escape(inClass: Bool) throws(PatternError) {
        guard let scalar = rest.popFirst() else { throw PatternError(message: "It ends in a lone '\\'.") }
        switch scalar {
        case "d", "D", "w", "W", "t", "n", "r", "f": output += "\\\(scalar)"
        case "v": output += "\\x{b}"
        case "s": output += inClass ? Self.space : "[" + Self.space + "]"
        case "S": output += inClass ? Self.notSpace : "[^" + Self.space + "]"
        case "b": output += inClass ? "\\x{8}" : "\\b"
        case "B" where !inClass: output += "\\B"
        case "p", "P": try property(isNegated: scalar == "P")
        case "u": append(try unicodeEscape())
        case "x":
            guard let value = takeHex(2) else { throw PatternError(message: "'\\x' is not followed by two hexadecimal digits.") }
            append(value)
        case "c":
            guard let letter = rest.popFirst(), letter.isASCII, letter.properties.isAlphabetic else {
                throw PatternError(message: "'\\c' is not followed by a letter.")
            }
            append(letter.value & 31)
        case "0":
            if let next = rest.first, ("0"..."9").contains(next) { throw PatternError(message: "Octal escapes are not ECMAScript.") }
            append(0)
        case "1"..."9":
            if inClass { throw PatternError(message: "A class cannot refer to a group.") }
            var number = String(scalar)
            while number.count < 3, let next = rest.first, ("0"..."9").contains(next) {
                number.unicodeScalars.append(next)
                rest.removeFirst()
            }
            output += "\\g{\(number)}"
        case "k" where !inClass:
            guard rest.popFirst() == "<" else { throw PatternError(message: "'\\k' is not followed by a group's name.") }
            output += "\\k<" + (try name()) + ">"
        default:
            if scalar.isASCII, scalar.properties.isAlphabetic {
                throw PatternError(message: "'\\\(scalar)' is no escape of ECMAScript.")
            }
            append(scalar.value)
        }
    }

    /// By its number, so that no character can mean more to PCRE2 than itself.
    private mutating func append(_ scalar: UInt32) { output += "\\x{\(String(scalar, radix: 16))}" }

    private mutating func takeHex(_ count: Int) -> UInt32? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else { return nil }
        rest = rest.dropFirst(count)
        return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    }

    /// After `\u`: four digits, a pair of surrogates written as two escapes, or a number in braces.
    private mutating func unicodeEscape() throws(PatternError) -> UInt32 {
        let wrong = PatternError(message: "'\\u' is not followed by the number of a character.")
        if rest.first == "{" {
            guard let end = rest.firstIndex(of: "}"), end - rest.startIndex <= 9 else { throw wrong }
            let digits = String(String.UnicodeScalarView(rest[(rest.startIndex + 1)..<end]))
            guard let value = UInt32(digits, radix: 16), Unicode.Scalar(value) != nil, !digits.hasPrefix("+") else { throw wrong }
            rest = rest[(end + 1)...]
            return value
        }
        guard let high = takeHex(4) else { throw wrong }
        if Unicode.Scalar(high) != nil { return high }
        guard high < 0xDC00, rest.starts(with: "\\u".unicodeScalars) else {
            throw PatternError(message: "It holds half of a surrogate pair.")
        }
        rest = rest.dropFirst(2)
        guard let low = takeHex(4), (0xDC00...0xDFFF).contains(low) else {
            throw PatternError(message: "It holds half of a surrogate pair.")
        }
        return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    }

    /// `\p{Letter}`, `\p{L}`, `\p{Script=Greek}`, `\p{Lowercase}`.
    private mutating func property(isNegated: Bool) throws(PatternError) {
        guard rest.first == "{", let end = rest.firstIndex(of: "}") else {
            throw PatternError(message: "'\\p' is not followed by a property in braces.")
        }
        let text = String(String.UnicodeScalarView(rest[(rest.startIndex + 1)..<end]))
        rest = rest[(end + 1)...]
        guard text.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: "=") }) else {
            throw PatternError(message: "'\(text.prefix(80))' is no property of characters.")
        }
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        let name: String
        switch (parts.first, parts.count) {
        case ("Script", 2), ("sc", 2): name = "sc:" + parts[1]
        case ("Script_Extensions", 2), ("scx", 2): name = "scx:" + parts[1]
        case ("General_Category", 2), ("gc", 2): name = Self.categories[parts[1]] ?? parts[1]
        case (_, 1): name = Self.categories[text] ?? text
        default: throw PatternError(message: "'\(text.prefix(80))' is no property of characters.")
        }
        output += (isNegated ? "\\P{" : "\\p{") + name + "}"
    }

    /// The long names of general categories (Unicode Standard Annex 44, table 12), which PCRE2 10.42 does not know.
    private static let categories: [String: String] = [
        "Cased_Letter": "L&", "LC": "L&", "Close_Punctuation": "Pe", "Connector_Punctuation": "Pc", "Control": "Cc", "cntrl": "Cc",
        "Currency_Symbol": "Sc", "Dash_Punctuation": "Pd", "Decimal_Number": "Nd", "digit": "Nd", "Enclosing_Mark": "Me",
        "Final_Punctuation": "Pf", "Format": "Cf", "Initial_Punctuation": "Pi", "Letter": "L", "Letter_Number": "Nl",
        "Line_Separator": "Zl", "Lowercase_Letter": "Ll", "Mark": "M", "Combining_Mark": "M", "Math_Symbol": "Sm",
        "Modifier_Letter": "Lm", "Modifier_Symbol": "Sk", "Nonspacing_Mark": "Mn", "Number": "N", "Open_Punctuation": "Ps", "Other": "C",
        "Other_Letter": "Lo", "Other_Number": "No", "Other_Punctuation": "Po", "Other_Symbol": "So", "Paragraph_Separator": "Zp",
        "Private_Use": "Co", "Punctuation": "P", "punct": "P", "Separator": "Z", "Space_Separator": "Zs", "Spacing_Mark": "Mc",
        "Surrogate": "Cs", "Symbol": "S", "Titlecase_Letter": "Lt", "Unassigned": "Cn", "Uppercase_Letter": "Lu",
    ]
}
