package enum TextWrap {
    /// Lines of at most `width` columns, broken between words; a word longer than a line stands alone. Line breaks in the text are kept.
    /// - Parameter indent: Put before every line but the first, and counted in the width.
    package static func lines(_ text: String, width: Int, indent: String = "") -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph -> [String] in
            var lines: [String] = []
            var current = ""
            for word in paragraph.split(separator: " ", omittingEmptySubsequences: true) {
                let prefix = lines.isEmpty ? "" : indent
                if current.isEmpty {
                    current = prefix + word
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
            let wrapped = lines(row.text, width: max(20, width - gutter.count)).map { $0 }
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
