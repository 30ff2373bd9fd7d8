import Glibc
import Testing

@testable import JSON

struct ReadCase: Sendable, CustomTestStringConvertible {
    let text: String
    let value: JSONValue
    var testDescription: String { text }

    init(_ text: String, _ value: JSONValue) { (self.text, self.value) = (text, value) }
}

struct RefusedCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let code: String
    let line: Int
    let column: Int
    let offset: Int
    var pointer = ""
    var limits = JSONLimits.default
}

struct ParsingTests {
    @Test(
        "A number is read exactly, or as the nearest double",
        arguments: [
            ReadCase("0", .int(0)), ReadCase("-0", .int(0)), ReadCase("0.1", .double(0.1)), ReadCase("-0.0", .double(-0.0)),
            ReadCase("1e308", .double(1e308)), ReadCase("5e-324", .double(.leastNonzeroMagnitude)), ReadCase("1e-400", .double(0)),
            ReadCase("9007199254740991", .int(9_007_199_254_740_991)), ReadCase("9007199254740993", .int(9_007_199_254_740_993)),
            ReadCase("9223372036854775807", .int(.max)), ReadCase("-9223372036854775808", .int(.min)),
            ReadCase("9223372036854775808", .double(9_223_372_036_854_775_808)),
            ReadCase("-9223372036854775809", .double(-9_223_372_036_854_775_808)),
            ReadCase("18446744073709551615", .double(0x1p64)), ReadCase("18446744073709551616", .double(0x1p64)),
            ReadCase("123456789012345678901234567890", .double(123_456_789_012_345_677_877_719_597_056)),
            ReadCase("1.7976931348623157e308", .double(.greatestFiniteMagnitude)), ReadCase("1.0", .double(1)),
            ReadCase("1E+2", .double(100)),
            ReadCase("2.2250738585072011e-308", .double(.leastNormalMagnitude.nextDown)),
        ])
    func numbers(_ c: ReadCase) throws {
        let value = try JSONValue(parsing: c.text)
        #expect(value == c.value)
        #expect(try carefully(Array(c.text.utf8)).get() == c.value)
        if case .double(let read) = value, case .double(let expected) = c.value { #expect(read.sign == expected.sign) }
    }

    @Test(
        "A string is read with its escapes",
        arguments: [
            ReadCase(#""""#, ""), ReadCase(#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), ReadCase(#""\u00e9\u0000""#, "é\u{0}"),
            ReadCase(#""\ud83d\ude00 \uD83D\uDE00""#, "😀 😀"), ReadCase(#""e\u0301""#, "e\u{301}"),
            ReadCase("\"\u{7f}\u{2028}\"", "\u{7f}\u{2028}"),
            ReadCase("\"fifteen letters\"", "fifteen letters"), ReadCase("\"sixteen letters!\"", "sixteen letters!"),
        ])
    func strings(_ c: ReadCase) throws {
        #expect(try JSONValue(parsing: c.text) == c.value)
        #expect(try carefully(Array(c.text.utf8)).get() == c.value)
    }

    @Test("A byte order mark in front is skipped, elsewhere it is refused")
    func byteOrderMark() throws {
        #expect(try JSONValue(parsing: "\u{FEFF}[1]") == [1])
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1]\u{FEFF}") }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "\u{FEFF}") }
    }

    @Test("Names that Unicode calls equal stay two members")
    func canonicallyEquivalentNames() throws {
        let value = try JSONValue(parsing: "{\"\u{e9}\":1,\"e\u{301}\":2,\"\u{212B}\":3,\"A\u{30A}\":4}")
        #expect(value.objectValue?.count == 4)
        #expect(value["\u{e9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{e9}") != .string("e\u{301}"))
    }

    @Test("Of two values for one name the last wins, at the place of the first", arguments: [2, 16, 17, 40])
    func duplicateNames(_ count: Int) throws {
        let members = (0..<count).map { "\"k\($0)\":\($0)" }
        let text = "{\(members.joined(separator: ",")),\"k0\":\"again\"}"
        let object = try #require(try JSONValue(parsing: text).objectValue)
        #expect(object.count == count)
        #expect(object["k0"] == "again")
        #expect(object.keys.first == "k0")
        #expect(try carefully(Array(text.utf8)).get() == .object(object))
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text, limits: JSONLimits(duplicateKeys: .reject)) }
        #expect(error?.code == "json.duplicate-key")
        #expect(error?.pointer.description == "/k0")
        #expect(error?.offset == text.utf8.count - "\"k0\":\"again\"}".utf8.count)
    }

    @Test("Nesting is taken up to the limit and refused one level past it", arguments: [1, 5, 512, 1024])
    func depth(_ depthMax: Int) throws {
        let limits = JSONLimits(depthMax: depthMax)
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = open == "[" ? "" : "0"
            let nested = { (depth: Int) in String(repeating: open, count: depth) + inner + String(repeating: close, count: depth) }
            let value = try JSONValue(parsing: nested(depthMax), limits: limits)
            #expect(value.serialized() == nested(depthMax))
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(depthMax + 1), limits: limits) }
            #expect(error?.code == "json.depth")
            #expect(error?.offset == depthMax * open.utf8.count)
        }
    }

    @Test("A limit beyond the ceiling is lowered to it, and a million brackets end quickly")
    func depthCeiling() throws {
        let limits = JSONLimits(depthMax: .max)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: [UInt8](repeating: 0x5B, count: 1_000_000), limits: limits) }
        #expect(error?.code == "json.depth")
        #expect(error?.offset == JSONLimits.depthCeiling)
    }

    @Test("A lone surrogate becomes U+FFFD where the limits say so")
    func replacedSurrogates() throws {
        let limits = JSONLimits(loneSurrogates: .replace)
        let text = #"["\ud800","\udc00x","\ud800\ud83d\ude00","\ud800\n","\uD83D\uD83D"]"#
        #expect(
            try JSONValue(parsing: text, limits: limits)
                == ["\u{FFFD}", "\u{FFFD}x", "\u{FFFD}😀", "\u{FFFD}\n", "\u{FFFD}\u{FFFD}"])
    }

    @Test("Large documents, one after another and beside each other, are read whole")
    func largeDocuments() async throws {
        let element = #"{"id":12345,"name":"a name that does not fit inline","tags":["x","y"],"score":0.25}"#
        try await withThrowingTaskGroup(of: Int.self) { group in
            for count in [1, 10, 3000, 20, 20_000, 1, 700, 701] {
                group.addTask {
                    let text = "[" + Array(repeating: element, count: count).joined(separator: ",") + "]"
                    let value = try JSONValue(parsing: text)
                    #expect(value.serialized() == text)
                    return value.arrayValue?.count ?? 0
                }
            }
            var sum = 0
            for try await count in group { sum += count }
            #expect(sum == 1 + 10 + 3000 + 20 + 20_000 + 1 + 700 + 701)
        }
    }

    @Test("A document that ends where readable memory ends is read without touching what follows")
    func inputAtThePageEnd() throws {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let memory = try #require(mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(memory, 2 * page) }
        try #require(mprotect(memory + page, page, PROT_NONE) == 0)
        for length in 0..<200 {
            for text in ["\"" + String(repeating: "a", count: length) + "\"", "[" + String(repeating: " ", count: length)] {
                let start = memory + page - text.utf8.count
                start.copyMemory(from: Array(text.utf8), byteCount: text.utf8.count)
                let bytes = UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: text.utf8.count)
                let read = Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
                switch read {
                case .success(let value): #expect(value.stringValue?.count == length)
                case .failure(let error): #expect(error.code == "json.unfinished")
                }
            }
        }
    }
}
