/// The grammar of quicklinks: text with places in braces that a person fills in.
///
/// A place is `{query}`, `{argument_name: "query"}` or `{argument_name: "query", default: "x"}`. Quotes are `"` or `'` and may be left out;
/// inside quotes commas, colons and braces are text, outside them nested braces are counted. A `}` without its `{` is text.
package enum QuicklinkTemplate {
    /// In Unicode scalars; browsers and servers stop near this length.
    package static let lengthMax = 8192

    /// Splits a link into its texts and places, in order.
    package static func parse(_ link: String) throws(QuicklinkError) -> [Contribution.Quicklink.Part] {
        var scanner = Scanner(Array(link.unicodeScalars.prefix(lengthMax + 1)))
        guard scanner.scalars.count <= lengthMax else { throw QuicklinkError.tooLong }
        var parts: [Contribution.Quicklink.Part] = []
        var text = String.UnicodeScalarView()
        while let scalar = scanner.next() {
            guard scalar == "{" else {
                text.append(scalar)
                continue
            }
            if !text.isEmpty { parts.append(.text(String(text))) }
            text = String.UnicodeScalarView()
            parts.append(try scanner.placeholder())
        }
        if !text.isEmpty { parts.append(.text(String(text))) }
        return parts
    }

    /// The address with every place filled: with the value given for its name, else its default, else nothing. Values and defaults are
    /// percent-encoded, so that none of them can begin another parameter, path or host.
    package static func expand(_ parts: [Contribution.Quicklink.Part], _ values: [String: String] = [:]) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .argument(let name, let defaultValue): PercentCoding.encode(values[name] ?? defaultValue ?? "")
            }
        }.joined()
    }
}

/// Why a text is no quicklink.
package enum QuicklinkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `character` counts from 1.
    case unmatchedBrace(character: Int)
    case unknownKey(String)
    /// A key without `: value`, where more than a bare name stands in the braces.
    case missingValue(key: String)
    case missingArgumentName
    case tooLong

    package var description: String {
        switch self {
        case .unmatchedBrace(let character): "Unmatched '{' at character \(character)"
        case .unknownKey(let key): "Unknown key '\(visible(key))'"
        case .missingValue(let key): "Missing value for key '\(visible(key))'"
        case .missingArgumentName: "Missing key 'argument_name'"
        case .tooLong: "Longer than \(QuicklinkTemplate.lengthMax) characters"
        }
    }
}

private struct Scanner {
    let scalars: [Unicode.Scalar]
    private var place = 0

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    mutating func next() -> Unicode.Scalar? {
        guard place < scalars.count else { return nil }
        defer { place += 1 }
        return scalars[place]
    }

    /// Reads from behind a `{` to behind its `}`.
    mutating func placeholder() throws(QuicklinkError) -> Contribution.Quicklink.Part {
        let opening = place
        var name: String?
        var defaultValue: String?
        var isFirst = true
        while true {
            guard let (key, end) = token(until: [":", ",", "}"]) else { throw QuicklinkError.unmatchedBrace(character: opening) }
            if end != ":" {
                if isFirst, end == "}" { return .argument(name: key, defaultValue: nil) }
                throw QuicklinkError.missingValue(key: key)
            }
            guard let (value, valueEnd) = token(until: [",", "}"]) else { throw QuicklinkError.unmatchedBrace(character: opening) }
            switch key {
            case "argument_name": name = value
            case "default": defaultValue = value
            default: throw QuicklinkError.unknownKey(key)
            }
            isFirst = false
            if valueEnd == "}" { break }
        }
        guard let name else { throw QuicklinkError.missingArgumentName }
        return .argument(name: name, defaultValue: defaultValue)
    }

    /// A quoted or bare text, and the delimiter behind it, which is consumed; nil when the link ends first.
    private mutating func token(until delimiters: [Unicode.Scalar]) -> (text: String, end: Unicode.Scalar)? {
        skipBlanks()
        if let quoted = quoted(until: delimiters) { return quoted }
        var text = String.UnicodeScalarView()
        var depth = 0
        while let scalar = next() {
            if depth == 0, delimiters.contains(scalar) { return (trimmed(text), scalar) }
            if scalar == "{" { depth += 1 }
            if scalar == "}" { depth -= 1 }
            text.append(scalar)
        }
        return nil
    }

    /// A quote closes where a delimiter follows it; an apostrophe that nothing closes is text.
    private mutating func quoted(until delimiters: [Unicode.Scalar]) -> (text: String, end: Unicode.Scalar)? {
        guard place < scalars.count, scalars[place] == "\"" || scalars[place] == "'" else { return nil }
        for closing in scalars.indices.dropFirst(place + 1) where scalars[closing] == scalars[place] {
            var after = closing + 1
            while after < scalars.count, scalars[after].properties.isWhitespace { after += 1 }
            guard after < scalars.count, delimiters.contains(scalars[after]) else { continue }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[(place + 1)..<closing])
            place = after + 1
            return (String(text), scalars[after])
        }
        return nil
    }

    private mutating func skipBlanks() {
        while place < scalars.count, scalars[place].properties.isWhitespace { place += 1 }
    }

    private func trimmed(_ text: String.UnicodeScalarView) -> String {
        var text = text[...]
        while let last = text.last, last.properties.isWhitespace { text.removeLast() }
        return String(text)
    }
}
