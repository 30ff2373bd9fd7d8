import Testing

@testable import JSON

struct RefusalTests {
    @Test(
        "A refusal tells code, line, column, offset and pointer",
        arguments: [
            RefusedCase(testDescription: "nothing", text: "", code: "json.empty", line: 1, column: 1, offset: 0),
            RefusedCase(testDescription: "only space", text: " \n ", code: "json.empty", line: 2, column: 2, offset: 3),
            RefusedCase(testDescription: "two values", text: "{} {}", code: "json.trailing", line: 1, column: 4, offset: 3),
            RefusedCase(
                testDescription: "a comma too many", text: "{\n  \"a\": [1,]\n}", code: "json.syntax", line: 2, column: 11, offset: 12,
                pointer: "/a/1"),
            RefusedCase(testDescription: "a comma too few", text: "{\"a\":1 \"b\":2}", code: "json.syntax", line: 1, column: 8, offset: 7),
            RefusedCase(testDescription: "a name without quotes", text: "{a:1}", code: "json.syntax", line: 1, column: 2, offset: 1),
            RefusedCase(testDescription: "single quotes", text: "['a']", code: "json.syntax", line: 1, column: 2, offset: 1, pointer: "/0"),
            RefusedCase(
                testDescription: "a comment", text: "[1, // one\n2]", code: "json.syntax", line: 1, column: 5, offset: 4, pointer: "/1"),
            RefusedCase(
                testDescription: "a word cut short", text: "[tru]", code: "json.syntax", line: 1, column: 2, offset: 1, pointer: "/0"),
            RefusedCase(testDescription: "an open array", text: "[1,2", code: "json.unfinished", line: 1, column: 5, offset: 4),
            RefusedCase(
                testDescription: "an open object", text: "{\"a\":{\"b/c\":", code: "json.unfinished", line: 1, column: 13, offset: 12,
                pointer: "/a/b~1c"),
            RefusedCase(
                testDescription: "an open string", text: "[\"abc", code: "json.unfinished", line: 1, column: 2, offset: 1, pointer: "/0"),
            RefusedCase(testDescription: "a leading zero", text: "[01]", code: "json.number", line: 1, column: 2, offset: 1, pointer: "/0"),
            RefusedCase(testDescription: "a bare minus", text: "-", code: "json.number", line: 1, column: 2, offset: 1),
            RefusedCase(testDescription: "a point without digits", text: "1.", code: "json.number", line: 1, column: 3, offset: 2),
            RefusedCase(testDescription: "an exponent without digits", text: "1e+", code: "json.number", line: 1, column: 4, offset: 3),
            RefusedCase(
                testDescription: "past the largest double", text: "[1e400]", code: "json.number-range", line: 1, column: 2, offset: 1,
                pointer: "/0"),
            RefusedCase(testDescription: "NaN", text: "NaN", code: "json.syntax", line: 1, column: 1, offset: 0),
            RefusedCase(
                testDescription: "a line break in a string", text: "[\"é\n\"]", code: "json.string", line: 1, column: 4, offset: 4,
                pointer: "/0"),
            RefusedCase(
                testDescription: "an unknown escape", text: #"["\x"]"#, code: "json.string", line: 1, column: 3, offset: 2, pointer: "/0"),
            RefusedCase(
                testDescription: "three hex digits", text: #"["\u12g4"]"#, code: "json.string", line: 1, column: 3, offset: 2, pointer: "/0"
            ),
            RefusedCase(
                testDescription: "an upper half", text: #"["\ud800"]"#, code: "json.surrogate", line: 1, column: 3, offset: 2, pointer: "/0"
            ),
            RefusedCase(
                testDescription: "a lower half", text: #"["\udc00"]"#, code: "json.surrogate", line: 1, column: 3, offset: 2, pointer: "/0"),
            RefusedCase(
                testDescription: "too long", text: "[1,2,3]", code: "json.size", line: 1, column: 1, offset: 0,
                limits: JSONLimits(bytesMax: 6)),
        ])
    func refusal(_ c: RefusedCase) throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: c.text, limits: c.limits) }
        #expect(error.code == c.code)
        #expect([error.line, error.column, error.offset] == [c.line, c.column, c.offset])
        #expect(error.pointer.description == c.pointer)
        #expect(error.message.hasSuffix("."))
    }

    struct BrokenUTF8: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
    }

    @Test(
        "Bytes that are no UTF-8 are refused at their place",
        arguments: [
            BrokenUTF8(testDescription: "a lone continuation byte", bytes: [0x80]),
            BrokenUTF8(testDescription: "a cut character", bytes: [0xE2, 0x82]),
            BrokenUTF8(testDescription: "an overlong slash", bytes: [0xC0, 0xAF]),
            BrokenUTF8(testDescription: "a surrogate in three bytes", bytes: [0xED, 0xA0, 0x80]),
            BrokenUTF8(testDescription: "beyond U+10FFFF", bytes: [0xF4, 0x90, 0x80, 0x80]),
            BrokenUTF8(testDescription: "a byte that never occurs", bytes: [0xFF]),
        ])
    func invalidUTF8(_ c: BrokenUTF8) throws {
        let bytes = Array("{\"é\":\"".utf8) + c.bytes + Array("\"}".utf8)
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        #expect(error.code == "json.utf8")
        #expect([error.offset, error.column] == [7, 7])
    }

    @Test("A hostile member name cannot move the reader's cursor")
    func hostileName() throws {
        let name = "\u{1B}[2J\u{202E}" + String(repeating: "x", count: 1000)
        let text = JSONValue.object([name: 1]).serialized()
        let twice = text.dropLast() + "," + text.dropFirst()
        let error = try #require(throws: JSONError.self) {
            try JSONValue(parsing: String(twice), limits: JSONLimits(duplicateKeys: .reject))
        }
        #expect(error.message.hasPrefix("The member \"U+001B[2JU+202Exxx"))
        #expect(error.message.count < 150)
    }

    @Test("The words of a refusal")
    func sentence() throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(parsing: "{\n  \"id\": \"hello\"\n  \"name\": 1\n}") }
        #expect(
            error.description
                == "json.syntax: Inside an object, a comma or } is expected here, but '\"' stands in its place. (line 3, column 3)")
    }
}
