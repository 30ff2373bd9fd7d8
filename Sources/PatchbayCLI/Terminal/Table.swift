/// Rows of cells in aligned columns that fit the terminal.
package struct Table: Sendable {
    package struct Column: Sendable {
        package let title: String
        package let isNumeric: Bool
        /// The columns that give way, first one first, when the table is wider than the terminal.
        package let isFlexible: Bool
        /// The narrowest a flexible column is cut to.
        package let least: Int
        /// Left out, last one first, when cutting alone does not make the table fit.
        package let isOptional: Bool

        package init(_ title: String, isNumeric: Bool = false, isFlexible: Bool = false, least: Int = 8, isOptional: Bool = false) {
            self.title = title
            self.isNumeric = isNumeric
            self.isFlexible = isFlexible
            self.least = least
            self.isOptional = isOptional
        }
    }

    /// One cell: its text, and how it is painted once it has its width. Text is cut and padded before it is painted, so colours never count.
    package struct Cell: Sendable, ExpressibleByStringLiteral {
        package let text: String
        package let paint: (@Sendable (Style, String) -> String)?

        package init(_ text: String, paint: (@Sendable (Style, String) -> String)? = nil) {
            self.text = text
            self.paint = paint
        }

        package init(stringLiteral value: String) { self.init(value) }
    }

    private let columns: [Column]
    private var rows: [[Cell]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    /// Missing cells at the end are empty.
    package mutating func add(_ cells: [Cell]) {
        precondition(cells.count <= columns.count, "a row has more cells than the table has columns")
        rows.append(cells + Array(repeating: "", count: columns.count - cells.count))
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// The table with its titles, two spaces between columns, no line wider than `width` unless even the narrowest form is.
    package func lines(width: Int, style: Style, indent: Int = 0, showsTitles: Bool = true) -> [String] {
        var shown = Array(columns.indices)
        let natural = columns.indices.map { index in
            max(showsTitles ? columns[index].title.columns : 0, rows.map { $0[index].text.columns }.max() ?? 0)
        }
        func narrowest(_ index: Int) -> Int { columns[index].isFlexible ? min(natural[index], columns[index].least) : natural[index] }
        func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + 2 * max(0, widths.count - 1) + indent }
        while total(shown.map(narrowest)) > width, let last = shown.lastIndex(where: { columns[$0].isOptional }) { shown.remove(at: last) }

        var widths = natural
        var excess = total(shown.map { natural[$0] }) - width
        for index in shown where excess > 0 {
            let cut = max(0, min(excess, natural[index] - narrowest(index)))
            widths[index] -= cut
            excess -= cut
        }
        let titles = columns.map { Cell($0.title, paint: { $0.dim($1) }) }
        return ((showsTitles ? [titles] : []) + rows).map { row in
            let cells = shown.map { index -> String in
                let text = row[index].text.fitted(to: widths[index])
                let painted = row[index].paint.map { $0(style, text) } ?? text
                let space = String(repeating: " ", count: max(0, widths[index] - text.columns))
                if columns[index].isNumeric { return space + painted }
                return index == shown.last ? painted : painted + space
            }
            return (String(repeating: " ", count: indent) + cells.joined(separator: "  ")).trimmedEnd
        }
    }
}
