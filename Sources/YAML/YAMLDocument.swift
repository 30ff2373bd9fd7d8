package import JSON

/// One YAML 1.2 document (core schema) as a JSON value that remembers where its parts stood.
///
/// What JSON cannot hold, or what two readers might read differently, is refused with its place: infinities, keys that are lists or
/// mappings, a key twice, tags beyond the core ones, a second document. `yes`, `no`, `on` and `off` are texts, as YAML 1.2 has them.
/// Anchors and aliases are copied in; `<<` merges mappings, and what a mapping says itself wins. A file without a document is null.
package struct YAMLDocument: Sendable {
    /// Line and column, counted from 1; columns in code points.
    package struct Position: Sendable, Hashable {
        package let line: Int
        package let column: Int
        package init(line: Int, column: Int) { (self.line, self.column) = (line, column) }
    }

    package let value: JSONValue
    let root: PlacedNode

    package init(parsing bytes: [UInt8], limits: YAMLLimits = .default) throws(YAMLError) {
        guard bytes.count <= limits.bytesMax else {
            throw YAMLError(message: "The file has \(bytes.count) bytes; at most \(limits.bytesMax) are read.", line: 1, column: 1)
        }
        try Self.refuseManyDirectives(bytes)
        let node = try bytes.withUnsafeBufferPointer { (all) throws(YAMLError) in
            // Taken off here, because the library only knows a byte order mark where it guesses the encoding itself.
            let hasMark = all.count >= 3 && all[0] == 0xEF && all[1] == 0xBB && all[2] == 0xBF
            let events = YAMLEvents(hasMark ? UnsafeBufferPointer(rebasing: all[3...]) : all)
            var composer = YAMLComposer(events, limits: limits)
            return try composer.document()
        }
        value = node.value
        root = node.placed
    }

    /// How many lines may begin with `%`, where directives stand.
    private static let directivesMax = 1000

    /// libyaml compares each `%TAG` with all before it: a mebibyte of them takes seven seconds.
    private static func refuseManyDirectives(_ bytes: [UInt8]) throws(YAMLError) {
        var line = 1
        var count = 0
        var isStart = true
        for byte in bytes {
            if isStart, byte == UInt8(ascii: "%") {
                count += 1
                guard count <= directivesMax else {
                    throw YAMLError(message: "More than \(directivesMax) lines begin with '%'.", line: line, column: 1)
                }
            }
            // LF, CR, and the last bytes of U+0085, U+2028 and U+2029, at which libyaml ends lines too. Other characters end in these bytes as
            // well; a thousand of them with '%' behind are not missed.
            isStart = [0x0A, 0x0D, 0x85, 0xA8, 0xA9].contains(byte)
            if byte == UInt8(ascii: "\n") { line += 1 }
        }
    }

    /// Where a value stands: a member of a mapping at its key, an entry of a list at its beginning. What came through an alias or a merge
    /// stands where it was written. Nil when the document has no such value.
    package func place(of pointer: JSONPointer) -> Position? {
        var node = root
        for token in pointer.tokens {
            if let member = node.members[token] {
                node = member
            } else if let index = Int(token), String(index) == token, node.entries.indices.contains(index) {
                node = node.entries[index]
            } else {
                return nil
            }
        }
        return node.position
    }

    /// The same, or the nearest value around it that exists: for what is missing.
    package func nearestPlace(of pointer: JSONPointer) -> Position {
        var tokens = pointer.tokens[...]
        while !tokens.isEmpty {
            if let position = place(of: JSONPointer(Array(tokens))) { return position }
            tokens.removeLast()
        }
        return root.position
    }
}

/// A value's place and those of its parts. Copies share their storage, so an alias costs nothing here.
struct PlacedNode: Sendable {
    var position: YAMLDocument.Position
    var members: [String: PlacedNode] = [:]
    var entries: [PlacedNode] = []
}
