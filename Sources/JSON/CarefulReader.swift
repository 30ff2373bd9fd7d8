/// Reads JSON a byte at a time: slower than simdjson, but it knows where it stands and what it expected there.
///
/// It decides every refusal, and it takes what simdjson cannot: integers beyond 64 bits (as doubles) and, where the limits say so, lone
/// surrogates. Each byte is looked at a bounded number of times; the depth of recursion is `depthMax`.
struct CarefulReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    private let depthMax: Int
    var at = 0
    private var path: [Step] = []

    private enum Step {
        case key(String)
        case index(Int)
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
        let value = try value(depth: 0)
        skipSpace()
        guard at == bytes.count else {
            throw failure("json.trailing", "The document is complete, but \(shown(at)) follows it.")
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

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard at < bytes.count else { throw failure("json.unfinished", "The document ends where a value is expected.") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
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

    private func checkDepth(_ depth: Int) throws(JSONError) {
        guard depth <= depthMax else {
            throw failure("json.depth", "The document is nested more than \(depthMax) levels deep.")
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try checkDepth(depth)
        at += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            path.append(.index(elements.count))
            skipSpace()
            elements.append(try value(depth: depth))
            path.removeLast()
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw expected("a comma or ]", in: "array") }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try checkDepth(depth)
        at += 1
        var object = JSONObject()
        skipSpace()
        if take("}") { return .object(object) }
        while true {
            skipSpace()
            let start = at
            guard at < bytes.count else { throw expected("a member name", in: "object") }
            guard bytes[at] == UInt8(ascii: "\"") else {
                throw failure("json.syntax", "A member name in double quotes is expected here, but \(shown(at)) stands in its place.")
            }
            let key = try string()
            path.append(.key(key))
            if limits.duplicateKeys == .reject, object.contains(key) {
                throw failure("json.duplicate-key", "The member \"\(visible(key))\" stands twice in this object.", at: start)
            }
            skipSpace()
            guard take(":") else { throw expected("a colon", in: "object") }
            skipSpace()
            object[key] = try value(depth: depth)
            path.removeLast()
            skipSpace()
            if take("}") { return .object(object) }
            guard take(",") else { throw expected("a comma or }", in: "object") }
        }
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

    private func expected(_ what: String, in container: String) -> JSONError {
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
        let tokens = path.map { step in
            switch step {
            case .key(let key): key
            case .index(let index): String(index)
            }
        }
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
