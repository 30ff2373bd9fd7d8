package enum TextWrap {
    /// Lines of at most `width` columns, broken between words; a word longer than a line stands alone. Line breaks in the text and spaces at the
    /// start of a paragraph are kept, and a number is not parted from its unit.
    /// - Parameter indent: Put before every line but the first, and counted in the width.
    package static func lines(_ text: String, width: Int, indent: String = "") -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
            var lines: [String] = []
            var current = ""
            let margin = paragraph.prefix { $0 == " " }
            for word in words(of: paragraph) {
                if current.isEmpty {
                    current = margin + word
                } else if current.columns + 1 + word.columns <= width {
                    current += " " + word
                } else {
                    lines.append(current)
                    current = indent + word
                }
            }
            return lines + [current]
        }
    }

    private static let units: Set<Substring> = ["%", "B", "KB", "MB", "GB", "µs", "ms", "s", "min", "h"]

    private static func words(of paragraph: Substring) -> [String] {
        var words: [String] = []
        for part in paragraph.split(separator: " ", omittingEmptySubsequences: true) {
            let unit = part.prefix { !".,;:)]".contains($0) }
            if let last = words.last, last.last?.isNumber == true, units.contains(unit) {
                words[words.count - 1] = last + " " + part
            } else {
                words.append(String(part))
            }
        }
        return words
    }

    /// A block of lines under a heading: a label column, then text wrapped beside it.
    /// - Parameters:
    ///   - rows: Label and text of each entry, in order.
    ///   - labelWidth: Columns for labels; a longer label gets a line of its own.
    package static func columns(
        _ rows: [(label: String, text: String)], indent: Int, labelWidth: Int, width: Int
    ) -> [String] {
        rows.flatMap { row -> [String] in
            let margin = String(repeating: " ", count: indent)
            let gutter = String(repeating: " ", count: indent + labelWidth + 2)
            let wrapped = lines(row.text, width: max(20, width - gutter.count))
            if row.label.columns > labelWidth {
                return [margin + row.label] + wrapped.map { gutter + $0 }
            }
            let first = margin + row.label.padded(to: labelWidth) + "  " + (wrapped.first ?? "")
            return [first.trimmedEnd] + wrapped.dropFirst().map { gutter + $0 }
        }
    }
}

extension String {
    var trimmedEnd: String {
        var copy = self[...]
        while copy.last == " " { copy.removeLast() }
        return String(copy)
    }
}
