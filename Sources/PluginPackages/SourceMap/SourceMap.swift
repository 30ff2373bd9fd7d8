import JSON

/// A position in an author's file, as an editor shows it: line and column count from 1, columns in UTF-16 units.
package struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }
}

/// Says which line of which of the author's files a place in a bundled script comes from.
///
/// Reads source map version 3 (ECMA-426) without index maps (`sections`): our bundler writes none, and a plugin cannot hand us one.
/// A damaged map still answers for the lines before and after the damage: a wrong map may cost a good line number, never a report.
package struct SourceMap: Sendable, Hashable {
    /// The most bytes of a map that are read, 64 MiB: twice what a bundle may have.
    package static let bytesMax = 64 << 20
    /// The most mapped places that are kept; what lies beyond stays unmapped.
    package static let segmentsMax = 8_000_000

    private struct Segment: Sendable, Hashable {
        let column: Int32
        /// -1 for generated code that no file of the author's stands behind.
        let source: Int32
        let line: Int32
        let sourceColumn: Int32
    }

    /// The author's files in the map's order, relative to the plugin's folder.
    package let sources: [String]
    private var segments: [Segment]
    /// `lineStarts[n]` is where line n (from 0) starts in `segments`; one more entry closes the last line.
    private var lineStarts: [Int]

    /// Reads a map's bytes; nil when they are no version 3 source map at all.
    package init?(bytes: [UInt8]) {
        guard bytes.count <= Self.bytesMax, let document = try? JSONValue(parsing: bytes, limits: JSONLimits(bytesMax: Self.bytesMax))
        else { return nil }
        guard document["version"]?.intValue == 3, let mappings = document["mappings"]?.stringValue,
            let names = document["sources"]?.arrayValue
        else { return nil }
        let root = document["sourceRoot"]?.stringValue ?? ""
        sources = names.map { $0.stringValue.map { root + $0 } ?? "(unknown)" }
        (segments, lineStarts) = Self.decode(Array(mappings.utf8), sourceCount: sources.count)
    }

    /// The author's position for a place in the script, both counted from 1; nil for code that is not the author's.
    package func position(line: Int, column: Int) -> SourcePosition? {
        guard line >= 1, line < lineStarts.count, column >= 1 else { return nil }
        let wanted = Int32(clamping: column - 1)
        // The last segment that starts at or before the column covers it.
        var low = lineStarts[line - 1]
        var high = lineStarts[line]
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].column <= wanted { low = middle + 1 } else { high = middle }
        }
        guard low > lineStarts[line - 1] else { return nil }
        let segment = segments[low - 1]
        guard segment.source >= 0 else { return nil }
        return SourcePosition(file: sources[Int(segment.source)], line: Int(segment.line) + 1, column: Int(segment.sourceColumn) + 1)
    }

    private static func decode(_ mappings: [UInt8], sourceCount: Int) -> ([Segment], [Int]) {
        var segments: [Segment] = []
        var lineStarts = [0]
        var source = 0
        var line = 0
        var sourceColumn = 0
        for generatedLine in mappings.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            var column = 0
            let first = segments.count
            for piece in generatedLine.split(separator: UInt8(ascii: ",")) {
                // Positions are differences, so what follows a broken segment on its line cannot be trusted.
                guard let numbers = VLQReader.segment(piece), [1, 4, 5].contains(numbers.count), segments.count < segmentsMax else { break }
                column += numbers[0]
                guard column >= 0 else { break }
                if numbers.count == 1 {
                    segments.append(Segment(column: Int32(clamping: column), source: -1, line: 0, sourceColumn: 0))
                    continue
                }
                source += numbers[1]
                line += numbers[2]
                sourceColumn += numbers[3]
                let known = source >= 0 && source < sourceCount && line >= 0 && sourceColumn >= 0
                segments.append(
                    Segment(
                        column: Int32(clamping: column), source: known ? Int32(clamping: source) : -1, line: Int32(clamping: line),
                        sourceColumn: Int32(clamping: sourceColumn)))
            }
            // The format asks for ascending columns; a map that breaks it must not break the search.
            let columns = segments[first...]
            if zip(columns, columns.dropFirst()).contains(where: { $0.column > $1.column }) {
                segments[first...].sort { $0.column < $1.column }
            }
            lineStarts.append(segments.count)
        }
        return (segments, lineStarts)
    }
}
