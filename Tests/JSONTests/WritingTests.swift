import JSON
import Testing

struct WrittenCase: Sendable, CustomTestStringConvertible {
    let value: JSONValue
    let text: String
    var testDescription: String { text }

    init(_ value: JSONValue, _ text: String) { (self.value, self.text) = (value, text) }
}

struct WritingTests {
    @Test(
        "A value is written in one way",
        arguments: [
            WrittenCase(nil, "null"), WrittenCase(true, "true"), WrittenCase(false, "false"), WrittenCase(0, "0"), WrittenCase(-7, "-7"),
            WrittenCase(.int(.max), "9223372036854775807"), WrittenCase(.int(.min), "-9223372036854775808"), WrittenCase(0.1, "0.1"),
            WrittenCase(.double(3), "3.0"), WrittenCase(.double(-0.0), "-0.0"), WrittenCase(.double(1e16), "1e+16"),
            WrittenCase(.double(.leastNonzeroMagnitude), "5e-324"), WrittenCase(.double(1e308), "1e+308"),
            WrittenCase(.double(0.1 + 0.2), "0.30000000000000004"),
            WrittenCase(.double(.nan), "null"), WrittenCase(.double(.infinity), "null"), WrittenCase(.double(-.infinity), "null"),
            WrittenCase("", #""""#), WrittenCase("\"\\/\u{8}\u{c}\n\r\t", #""\"\\/\b\f\n\r\t""#),
            WrittenCase("\u{0}\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""),
            WrittenCase("é😀\u{2028}", "\"é😀\u{2028}\""), WrittenCase("a\"", #""a\"""#), WrittenCase([], "[]"),
            WrittenCase([1, [2], [:]], "[1,[2],{}]"),
            WrittenCase(["b": 1, "a": ["c": nil]], #"{"b":1,"a":{"c":null}}"#), WrittenCase(["\n": ""], #"{"\n":""}"#),
        ])
    func compact(_ c: WrittenCase) {
        #expect(c.value.serialized() == c.text)
        #expect(c.value.serializedBytes() == Array(c.text.utf8))
        #expect(c.value.description == c.text)
    }

    @Test("Pretty text breaks lines and indents by two spaces, and leaves empty containers whole")
    func pretty() {
        let value: JSONValue = ["name": "x", "list": [1, ["a": true]], "none": [], "nothing": [:]]
        #expect(
            value.serialized(pretty: true) == """
                {
                  "name": "x",
                  "list": [
                    1,
                    {
                      "a": true
                    }
                  ],
                  "none": [],
                  "nothing": {}
                }
                """)
        #expect(JSONValue.array([]).serialized(pretty: true) == "[]")
    }

    @Test("Every byte that needs an escape gets it, wherever it stands in a string")
    func escapesAtEveryPlace() throws {
        for length in 1...20 {
            for place in 0..<length {
                for scalar in ["\"", "\\", "\u{0}", "\u{1f}", "\n", " ", "!", "#", "[", "]", "\u{7f}", "\u{80}", "é"] as [Unicode.Scalar] {
                    var scalars = Array(repeating: "x" as Unicode.Scalar, count: length)
                    scalars[place] = scalar
                    let text = String(String.UnicodeScalarView(scalars))
                    let written = JSONValue.string(text).serialized()
                    #expect(try JSONValue(parsing: written).stringValue == text)
                    let isEscaped = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
                    #expect((written.utf8.count > text.utf8.count + 2) == isEscaped, "\(written)")
                }
            }
        }
    }

    @Test("Text longer than the first buffer is written whole")
    func growth() {
        for length in [254, 255, 256, 257, 10_000] {
            let text = String(repeating: "x", count: length)
            #expect(JSONValue.string(text).serialized() == "\"\(text)\"")
        }
    }
}
