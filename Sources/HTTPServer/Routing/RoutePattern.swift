/// The path of a route: `/plugins/{id}/files/{path...}`. A name in braces stands for one segment that is not empty; with dots, as the last
/// one, for all that follow, joined by slashes.
package struct RoutePattern: Sendable, Hashable, CustomStringConvertible {
    enum Piece: Sendable, Hashable {
        case literal(String)
        case parameter(String)
        case rest(String)
    }

    package let description: String
    let pieces: [Piece]

    package struct Malformed: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    package init(parsing text: String) throws(Malformed) {
        description = text
        guard text.first == "/" else { throw Malformed(description: "'\(text)' does not begin with '/'") }
        let parts = text == "/" ? [] : text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var pieces: [Piece] = []
        var names: Set<String> = []
        for (place, part) in parts.enumerated() {
            guard part.contains("{") || part.contains("}") else {
                pieces.append(.literal(String(part)))
                continue
            }
            guard part.first == "{", part.last == "}" else { throw Malformed(description: "'\(part)' in '\(text)' mixes text and a name") }
            var name = part.dropFirst().dropLast()
            let isRest = name.hasSuffix("...")
            if isRest { name = name.dropLast(3) }
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
                throw Malformed(description: "'\(part)' in '\(text)' is no name")
            }
            guard names.insert(String(name)).inserted else { throw Malformed(description: "'\(text)' has '\(name)' twice") }
            guard !isRest || place == parts.count - 1 else { throw Malformed(description: "'\(part)' in '\(text)' is not the last piece") }
            pieces.append(isRest ? .rest(String(name)) : .parameter(String(name)))
        }
        self.pieces = pieces
    }

    /// The names in braces, in order.
    package var parameters: [String] {
        pieces.compactMap { piece in
            switch piece {
            case .literal: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }
}
