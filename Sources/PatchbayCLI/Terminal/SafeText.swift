/// Text from outside made harmless for a terminal.
///
/// A plugin's log line or a text of a corpus may hold escape sequences that move the cursor, retitle the window or rewrite what was printed
/// before, and direction marks that reorder what a person reads. Here they become visible instead.
package enum SafeText {
    /// One line: controls become pictures of themselves (`␛`), line breaks and tabs become spaces.
    package static func line(_ text: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: result.append(" ")
            case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value)!)
            case 0x7F: result.append("\u{2421}")
            case _ where isUnsafe(scalar): result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Several lines, each made safe.
    package static func lines(_ text: some StringProtocol) -> [String] {
        // "\r\n" is one Character, so the split has to look at scalars.
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line(String(String.UnicodeScalarView($0))) }
    }

    /// Serialised JSON for a person's eyes: what the JSON grammar leaves raw but a terminal would act on is written as an escape of the same value.
    package static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar) {
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// C1 controls (0x9B starts a sequence like ESC [), DEL, direction overrides and isolates, and the line separators.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
