import JSON
import Testing

struct ValueTests {
    @Test("Accessors answer for their kind and are nil for others")
    func accessors() {
        let value: JSONValue = ["s": "text", "i": 3, "d": 2.5, "whole": .double(4), "b": true, "a": [1, 2], "o": [:], "n": nil]
        #expect(value["s"]?.stringValue == "text")
        #expect(value["i"]?.intValue == 3)
        #expect(value["i"]?.doubleValue == 3)
        #expect(value["d"]?.doubleValue == 2.5)
        #expect(value["d"]?.intValue == nil)
        #expect(value["whole"]?.intValue == 4)
        #expect(value["b"]?.boolValue == true)
        #expect(value["a"]?[1] == 2)
        #expect(value["a"]?[2] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["a"]?["s"] == nil)
        #expect(value["missing"] == nil)
        #expect(value["n"] == .null)
        #expect(value["n"]?.isNull == true)
        #expect(value[0] == nil)
        #expect(value.stringValue == nil && value.arrayValue == nil && value["s"]?.objectValue == nil && value["s"]?.boolValue == nil)
        #expect(JSONValue.double(1e300).intValue == nil)
        #expect(
            value.objectValue?.map(\.value.kindName) == ["string", "integer", "number", "number", "boolean", "array", "object", "null"])
    }

    @Test("An object keeps its order, replaces in place and forgets what is set to nil", arguments: [5, 16, 17, 100])
    func objects(_ count: Int) {
        var object = JSONObject((0..<count).map { ("k\($0)", .int(Int64($0))) })
        object["k1"] = "changed"
        object["k2"] = nil
        object["k2"] = nil
        object["new"] = true
        #expect(object.count == count)
        #expect(object.keys == (0..<count).filter { $0 != 2 }.map { "k\($0)" } + ["new"])
        #expect(object["k1"] == "changed")
        #expect(object["k2"] == nil && !object.contains("k2"))
        #expect(object["k\(count - 1)"] == .int(Int64(count - 1)))
        #expect(object["new"] == true)
    }

    @Test("Objects are equal and hash alike in any order", arguments: [3, 30])
    func orderFreeEquality(_ count: Int) {
        let pairs = (0..<count).map { ("k\($0)", JSONValue.int(Int64($0))) }
        let forward = JSONValue.object(JSONObject(pairs))
        let backward = JSONValue.object(JSONObject(pairs.reversed()))
        #expect(forward == backward)
        #expect(Set([forward, backward]).count == 1)
        #expect(forward != .object(JSONObject(pairs.dropLast())))
        #expect(forward != .object(JSONObject(pairs.dropLast() + [("other", 1)])))
    }

    @Test("Integers and doubles are different values")
    func kindsDiffer() {
        #expect(JSONValue.int(1) != .double(1))
        #expect(JSONValue.int(0) != .bool(false))
        #expect(JSONValue.null != .bool(false))
    }
}

struct PointerTests {
    static let document: JSONValue = ["foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "k\"l": 6, " ": 7, "m~n": 8]

    struct Case: Sendable, CustomTestStringConvertible {
        let pointer: String
        let value: JSONValue?
        var testDescription: String { "\"\(pointer)\"" }

        init(_ pointer: String, _ value: JSONValue?) { (self.pointer, self.value) = (pointer, value) }
    }

    @Test(
        "The examples of RFC 6901 § 5, and pointers that lead nowhere",
        arguments: [
            Case("", document), Case("/foo", ["bar", "baz"]), Case("/foo/0", "bar"), Case("/", 0), Case("/a~1b", 1), Case("/c%d", 2),
            Case("/e^f", 3), Case("/k\"l", 6), Case("/ ", 7), Case("/m~0n", 8), Case("/foo/2", nil), Case("/foo/-", nil),
            Case("/foo/01", nil),
            Case("/foo/-1", nil), Case("/foo/0/x", nil), Case("/nowhere", nil),
        ])
    func pointers(_ c: Case) throws {
        let pointer = try #require(JSONPointer(parsing: c.pointer))
        #expect(Self.document.value(at: pointer) == c.value)
        #expect(pointer.description == c.pointer)
    }

    @Test("A text that is no pointer is refused", arguments: ["foo", "/a~", "/a~2", "/~~"])
    func invalid(_ text: String) {
        #expect(JSONPointer(parsing: text) == nil)
    }

    @Test("Appending escapes")
    func appending() {
        #expect(JSONPointer().appending("permissions").appending(0).appending("a/b~c").description == "/permissions/0/a~1b~0c")
    }
}
