/// Reads JSON a byte at a time: slower than simdjson, but it knows where it stands and what it expected there.
///
/// It decides every refusal, and it takes what simdjson cannot: integers beyond 64 bits (as doubles) and, where the limits say so, lone
/// surrogates. Each byte is looked at a bounded number of times. Open containers are kept in a list, not on the call stack: a recursive
/// form took up to 1.8 KB a level, and a hostile document would have ended a thread with a small stack.
struct CarefulReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    private let depthMax: Int
    var at = 0
    private var open: [Container] = []

    private struct Container {
        let isObject: Bool
        var elements: [JSONValue] = []
        var members = JSONObject()
        /// The member whose value comes next.
        var key = ""
        /// Whether the reader stands at or in a value of this container, and not between two.
        var isInside = false

        var word: String { isObject ? "object" : "array" }
        var close: Unicode.Scalar { isObject ? "}" : "]" }

        mutating func add(_ value: JSONValue) {
            isInside = false
            if isObject { members[key] = value } else { elements.append(value) }
        }
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        depthMax = min(limits.depthMax, JSONLimits.depthCeiling)
    }

    mutating func document() throws(JSONError) -> JSONValue {
        try checkUTF8()
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        skipSpace()
        guard at < bytes.count else { throw failure("json.empty", "There is no JSON value here, only emptiness.") }
        while true {
            guard let value = try scalarOrEmpty() else { continue }
            guard let whole = try complete(with: value) else { continue }
            skipSpace()
            guard at == bytes.count else { throw failure("json.trailing", "The document is complete, but \(shown(at)) follows it.") }
            return whole
        }
    }

    /// Hands a value to the container it stands in, and closes every container that ends after it; nil where another value follows.
    private mutating func complete(with value: JSONValue) throws(JSONError) -> JSONValue? {
        var value = value
        while let last = open.indices.last {
            open[last].add(value)
            skipSpace()
            if take(",") {
                try beginNext()
                return nil
            }
            guard take(open[last].close) else { throw expected("a comma or \(open[last].close)") }
            let closed = open.removeLast()
            value = closed.isObject ? .object(closed.members) : .array(closed.elements)
        }
        return value
    }

    private func checkUTF8() throws(JSONError) {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw failure("json.utf8", "The text is not valid UTF-8 here.", at: error.byteOffsets.lowerBound)
        }
    }

    /// Reads a value that holds no other; nil where a container opens instead, and its first value comes next.
    private mutating func scalarOrEmpty() throws(JSONError) -> JSONValue? {
        guard at < bytes.count else { throw failure("json.unfinished", "The document ends where a value is expected.") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try openContainer(isObject: true) ? nil : .object(JSONObject())
        case UInt8(ascii: "["): return try openContainer(isObject: false) ? nil : .array([])
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "'"): throw failure("json.syntax", "Strings stand in double quotes in JSON, not in single ones.")
        case UInt8(ascii: "/"): throw failure("json.syntax", "JSON has no comments.")
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            throw failure("json.syntax", "A value is expected before \(shown(at)); JSON allows no comma in front of it.")
        default: throw failure("json.syntax", "A value is expected here, but \(shown(at)) stands in its place.")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for place in 0..<word.utf8CodeUnitCount where at + place >= bytes.count || bytes[at + place] != word.utf8Start[place] {
            throw failure("json.syntax", "Only true, false and null are words in JSON; this looks like \(word), but is not.")
        }
        at += word.utf8CodeUnitCount
        return value
    }

    /// Whether it holds anything; an empty one is closed again.
    private mutating func openContainer(isObject: Bool) throws(JSONError) -> Bool {
        guard open.count < depthMax else { throw failure("json.depth", "The document is nested more than \(depthMax) levels deep.") }
        at += 1
        let container = Container(isObject: isObject)
        skipSpace()
        if take(container.close) { return false }
        open.append(container)
        try beginNext()
        return true
    }

    /// Goes on to the next value of the innermost container, past the member name in an object.
    private mutating func beginNext() throws(JSONError) {
        skipSpace()
        let last = open.count - 1
        guard open[last].isObject else {
            open[last].isInside = true
            return
        }
        let start = at
        guard at < bytes.count else { throw expected("a member name") }
        guard bytes[at] == UInt8(ascii: "\"") else {
            throw failure("json.syntax", "A member name in double quotes is expected here, but \(shown(at)) stands in its place.")
        }
        let key = try string()
        open[last].key = key
        open[last].isInside = true
        if limits.duplicateKeys == .reject, open[last].members.contains(key) {
            throw failure("json.duplicate-key", "The member \"\(visible(key))\" stands twice in this object.", at: start)
        }
        skipSpace()
        guard take(":") else { throw expected("a colon") }
        skipSpace()
    }

    // MARK: Small steps

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: letter) else { return false }
        at += 1
        return true
    }

    // MARK: Words for a failure

    private func expected(_ what: String) -> JSONError {
        let container = open.last?.word ?? "document"
        if at >= bytes.count { return failure("json.unfinished", "The document ends inside an \(container), where \(what) is expected.") }
        return failure("json.syntax", "Inside an \(container), \(what) is expected here, but \(shown(at)) stands in its place.")
    }

    func failure(_ code: String, _ message: String, at place: Int? = nil) -> JSONError {
        let place = min(place ?? at, bytes.count)
        var line = 1
        var column = 1
        for byte in bytes[..<place] {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        let tokens = open.filter(\.isInside).map { $0.isObject ? $0.key : String($0.elements.count) }
        return JSONError(code: code, message: message, line: line, column: column, offset: place, pointer: JSONPointer(tokens))
    }

    /// The character at a place as a reader may see it: quoted, or by number where it is invisible.
    func shown(_ place: Int) -> String {
        guard place < bytes.count else { return "the end" }
        let rest = String(decoding: bytes[place..<min(place + 4, bytes.count)], as: UTF8.self)
        return rest.unicodeScalars.first.map(shown) ?? "the end"
    }

    func shown(_ scalar: Unicode.Scalar) -> String {
        if (0x21...0x7E).contains(scalar.value) || scalar.properties.isAlphabetic { return "'\(scalar)'" }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// A member name for an error line: shortened, and without characters that would move a terminal's cursor.
    private func visible(_ key: String) -> String {
        let nameScalarsMax = 60
        var text = ""
        for scalar in key.unicodeScalars.prefix(nameScalarsMax) {
            text += scalar.value == 0x20 || scalar == "'" ? String(scalar) : shown(scalar).trimmingQuotes
        }
        return key.unicodeScalars.count > nameScalarsMax ? text + "…" : text
    }
}

extension String {
    fileprivate var trimmingQuotes: String { hasPrefix("'") ? String(dropFirst().dropLast()) : self }
}
