/// Rows of cells in aligned columns that fit the terminal.
package struct Table: Sendable {
    package struct Column: Sendable {
        package let title: String
        package let isNumeric: Bool
        /// The columns that give way, first one first, when the table is wider than the terminal.
        package let isFlexible: Bool
        /// The narrowest a flexible column is cut to.
        package let least: Int

        package init(_ title: String, isNumeric: Bool = false, isFlexible: Bool = false, least: Int = 8) {
            self.title = title
            self.isNumeric = isNumeric
            self.isFlexible = isFlexible
            self.least = least
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
        let widths = fittedWidths(total: width - indent, showsTitles: showsTitles)
        let margin = String(repeating: " ", count: indent)
        let title = columns.map { Cell($0.title, paint: { $0.dim($1) }) }
        return ((showsTitles ? [title] : []) + rows).map { row in
            let cells = zip(row, zip(columns, widths)).enumerated().map { index, part -> String in
                let (cell, (column, width)) = part
                let text = cell.text.fitted(to: width)
                let painted = cell.paint.map { $0(style, text) } ?? text
                let space = String(repeating: " ", count: max(0, width - text.columns))
                if column.isNumeric { return space + painted }
                return index == columns.count - 1 ? painted : painted + space
            }
            return (margin + cells.joined(separator: "  ")).trimmedEnd
        }
    }

    private func fittedWidths(total: Int, showsTitles: Bool) -> [Int] {
        var widths = columns.indices.map { index in
            max(showsTitles ? columns[index].title.columns : 0, rows.map { $0[index].text.columns }.max() ?? 0)
        }
        var excess = widths.reduce(0, +) + 2 * (columns.count - 1) - total
        for index in columns.indices where columns[index].isFlexible && excess > 0 {
            let cut = max(0, min(excess, widths[index] - columns[index].least))
            widths[index] -= cut
            excess -= cut
        }
        return widths
    }
}
