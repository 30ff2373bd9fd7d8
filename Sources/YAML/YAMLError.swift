/// Why a text is no YAML that we read.
package struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A plain sentence without place, and without a word of the text, which may be a secret.
    package let message: String
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in code points.
    package let column: Int

    package init(message: String, line: Int, column: Int) {
        (self.message, self.line, self.column) = (message, line, column)
    }

    package var description: String { "\(message) (line \(line), column \(column))" }
}

/// How large, how deep and how much a document may be.
package struct YAMLLimits: Sendable, Hashable {
    /// In bytes.
    package var bytesMax: Int
    /// How many lists and mappings may be open at once, those reached through aliases included; at most `depthCeiling` is honoured,
    /// because reading and freeing a tree recurse by its depth.
    package var depthMax: Int
    /// How many values the document may hold once every alias stands for its anchor's value. A text counts one more for each 64 bytes.
    package var nodesMax: Int

    package static let depthCeiling = 256

    package init(bytesMax: Int = 1 << 20, depthMax: Int = 64, nodesMax: Int = 100_000) {
        (self.bytesMax, self.depthMax, self.nodesMax) = (bytesMax, depthMax, nodesMax)
    }

    /// 1 MiB, 64 deep, 100,000 values: for files that people write.
    package static let `default` = YAMLLimits()
}
