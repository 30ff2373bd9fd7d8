import JSON
import Testing
import YAML

private struct Good: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let yaml: String
    let value: JSONValue

    init(_ testDescription: String, _ yaml: String, _ value: JSONValue) {
        (self.testDescription, self.yaml, self.value) = (testDescription, yaml, value)
    }
}

private struct Bad: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let yaml: String
    /// Part of the sentence.
    let says: String
    let line: Int
    let column: Int

    init(_ testDescription: String, _ yaml: String, _ says: String, _ line: Int, _ column: Int) {
        (self.testDescription, self.yaml, self.says, self.line, self.column) = (testDescription, yaml, says, line, column)
    }
}

private func read(_ yaml: String, _ limits: YAMLLimits = .default) throws(YAMLError) -> YAMLDocument {
    try YAMLDocument(parsing: Array(yaml.utf8), limits: limits)
}

@Suite("YAML") struct YAMLDocumentTests {
    @Test(
        "is read into JSON:",
        arguments: [
            Good("nothing", "", nil),
            Good("only a comment", "# nothing yet\n", nil),
            Good("an empty document", "---\n...\n", nil),
            Good("a byte order mark", "\u{FEFF}a: 1\n", ["a": 1]),
            Good("Windows line ends", "a: 1\r\nb:\r\n  - x\r\n", ["a": 1, "b": ["x"]]),
            Good("the 1.2 directive", "%YAML 1.2\n---\na: b\n", ["a": "b"]),
            Good("nested blocks", "a:\n  b:\n    - 1\n    - c: d\n", ["a": ["b": [1, ["c": "d"]]]]),
            Good("flow form", "{a: [1, 'two', {b: null}], c: }", ["a": [1, "two", ["b": nil]], "c": nil]),
            Good("JSON itself", #"{"a": [1.5, "x\u00e9\n", true]}"#, ["a": [1.5, "x\u{e9}\n", true]]),
            Good("a literal block", "a: |\n  one\n  two\n", ["a": "one\ntwo\n"]),
            Good("a folded block", "a: >-\n  one\n  two\n", ["a": "one two"]),
            Good("keys as they are written", "1: a\ntrue: b\nnull: c\n1.0: d\n", ["1": "a", "true": "b", "null": "c", "1.0": "d"]),
            Good("an anchor used twice", "a: &x [1, 2]\nb: *x\nc: *x\n", ["a": [1, 2], "b": [1, 2], "c": [1, 2]]),
            Good("an anchor set again", "- &x 1\n- *x\n- &x 2\n- *x\n", [1, 1, 2, 2]),
            Good("an alias as key", "- &k name\n- *k : value\n", ["name", ["name": "value"]]),
            Good("a merge", "base: &b {x: 1, y: 2}\nit:\n  <<: *b\n  y: 3\n", ["base": ["x": 1, "y": 2], "it": ["y": 3, "x": 1]]),
            Good(
                "a merge of two, the first stronger", "- &a {x: 1}\n- &b {x: 2, y: 2}\n- <<: [*a, *b]\n  z: 3\n",
                [["x": 1], ["x": 2, "y": 2], ["z": 3, "x": 1, "y": 2]]),
            Good("a quoted << as an ordinary key", "'<<': 1\n", ["<<": 1]),
            Good("core tags", "[!!str 1, !!int 1, !!float 1, !!null ~, !!bool true, ! 1]", ["1", 1, 1.0, nil, true, "1"]),
            Good("core tags of collections", "!!map {a: !!seq [b]}", ["a": ["b"]]),
        ])
    private func good(_ c: Good) throws { #expect(try read(c.yaml).value == c.value) }

    @Test(
        "takes an unquoted scalar as the core schema of 1.2 does:",
        arguments: [
            ("null", JSONValue.null), ("Null", nil), ("NULL", nil), ("~", nil), ("nUll", "nUll"),
            ("true", true), ("True", true), ("TRUE", true), ("tRUE", "tRUE"), ("false", false), ("FALSE", false),
            ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("N", "N"),
            ("0", 0), ("-0", 0), ("+12", 12), ("-12", -12), ("0123", 123), ("1_000", "1_000"), ("12e", "12e"), ("1-2", "1-2"),
            ("0o17", 15), ("0o18", "0o18"), ("0x1F", 31), ("0xg", "0xg"), ("-0x1", "-0x1"), ("0b1", "0b1"), ("0o", "0o"),
            ("9223372036854775807", .int(.max)), ("9223372036854775808", .double(0x1p63)), ("-9223372036854775808", .int(.min)),
            ("1.5", 1.5), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("+.5", 0.5), ("1e3", 1000.0), ("1.5E-3", 0.0015), (".", "."),
            ("-", "-"),
            ("1.2.3", "1.2.3"), ("1e", "1e"), ("1e+", "1e+"), ("e3", "e3"), ("..", ".."), ("12:30", "12:30"), ("2026-01-02", "2026-01-02"),
            ("=", "="), ("inf", "inf"), (".infinity", ".infinity"), ("NaN", "NaN"),
        ] as [(String, JSONValue)])
    func scalar(_ text: String, _ value: JSONValue) throws {
        // A lone dash would open a list outside of a flow.
        #expect(try read(text == "-" ? "- - -" : "[\(text)]").value == (text == "-" ? [[[nil]]] : [value]))
        #expect(try read("'\(text)'").value == .string(text))
        #expect(try read("\"\(text)\"").value == .string(text))
    }

    @Test(
        "is refused with its place:",
        arguments: [
            Bad("an open list", "a: [1, 2\nb: 3\n", "This is not YAML", 2, 2),
            Bad("a tab for indentation", "a:\n\tb: 1\n", "This is not YAML", 2, 1),
            Bad("a key out of line", "a: 1\n b: 2\n", "This is not YAML", 2, 3),
            Bad("an open quote", "a: \"x\n", "This is not YAML", 2, 1),
            Bad("an unknown escape", "a: \"\\q\"\n", "This is not YAML", 1, 5),
            Bad("an anchor that is not there", "a: *x\n", "This alias stands for an anchor that is not written above", 1, 4),
            Bad("an alias within its own anchor", "a: &x\n  b: *x\n", "inside the value it stands for", 2, 6),
            Bad("a key twice", "a: 1\nb: 2\na: 3\n", "This key stands twice", 3, 1),
            Bad("a key twice in a flow", "{a: 1, 'a': 2}", "This key stands twice", 1, 8),
            Bad("two merges", "- &x {a: 1}\n- <<: *x\n  <<: *x\n", "'<<' stands twice", 3, 3),
            Bad("a merge of a text", "<<: x\n", "'<<' merges", 1, 5),
            Bad("a merge of a list of texts", "<<: [x]\n", "'<<' merges", 1, 5),
            Bad("a list as key", "? [a, b]\n: c\n", "a list or a mapping", 1, 3),
            Bad("an alias of a list as key", "- &x [1]\n- *x : 1\n", "stands for no text", 2, 3),
            Bad("no key", "?\n: 1\n", "A key is missing", 1, 2),
            Bad("two documents", "a: 1\n---\nb: 2\n", "second document", 2, 1),
            Bad("infinity", "a: .inf\n", "is infinite", 1, 4),
            Bad("negative infinity", "a: -.INF\n", "is infinite", 1, 4),
            Bad("not a number", "a: .NaN\n", "is no number", 1, 4),
            Bad("a number too large", "a: 1e999\n", "too large", 1, 4),
            Bad("a hexadecimal number too large", "a: 0x10000000000000000\n", "too large", 1, 4),
            Bad("a tag of the 1.1 types", "a: !!set {x}\n", "'!!set'", 1, 4),
            Bad("binary", "a: !!binary aGk=\n", "'!!binary'", 1, 4),
            Bad("a tag of a language", "a: !!python/object:os.system x\n", "The tag that stands here is not read", 1, 4),
            Bad("a local tag", "a: !env HOME\n", "The tag that stands here is not read", 1, 4),
            Bad("a tag on a key", "!env a: 1\n", "The tag that stands here is not read", 1, 1),
            Bad("an int that is none", "a: !!int x\n", "'!!int'", 1, 4),
            Bad("a bool that is none", "a: !!bool yes\n", "'!!bool'", 1, 4),
            Bad("a text tagged as a mapping", "a: !!map x\n", "'!!map'", 1, 4),
            Bad("a list tagged as a text", "a: !!str [x]\n", "'!!str'", 1, 4),
            Bad("a control character", "a: 1\nb: \u{1}\n", "not readable text", 2, 4),
            Bad("an unknown version", "%YAML 3.0\n---\na\n", "This is not YAML", 1, 1),
        ])
    private func bad(_ c: Bad) {
        let error = #expect(throws: YAMLError.self) { try read(c.yaml) }
        #expect(error?.message.contains(c.says) == true, "\(error?.message ?? "")")
        #expect(error?.line == c.line)
        #expect(error?.column == c.column)
    }

    /// Whatever a slip makes of a secret: a tag, an alias, a key, a number, a broken quote.
    @Test(
        "is refused without a word of what stands there",
        arguments: [
            "token: *%", "token: !% x", "token: !!%", "token: &a !!int %", "token: \"%", "token: '%", "token: [%", "token: {%: 1, %: 2}",
            "%: 1\n%: 2", "token: @%", "token: `%", "token: \"\\%\"", "a: 1\n % : x", "token: % : b", "token: |%", "%YAML %\n---\na",
            "%TAG ! %\n%TAG ! %\n--- a", "? [%]\n: 1", "- &% [*%]", "a: %\n  b: 1", "token: !<%> x", "a:\n\t%", "token: !!float %",
            "<<: %", "? *%\n: 1", "a: b\n--- %", "token: >9%", "- %: - %", "%!%: 1", "a: \"%\u{1}\"",
        ])
    func secrets(_ yaml: String) {
        for secret in ["hunter2xyz", "SK-live_7f3a", "0x99999999999999999999"] {
            var text = yaml.replacing("%", with: secret)
            if yaml.hasPrefix("%YAML") || yaml.hasPrefix("%TAG") { text = "%" + text.dropFirst(secret.count) }
            do {
                _ = try read(text)
            } catch {
                #expect(!error.description.contains(secret.prefix(4)), "\(error)")
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
    }

    @Test("is refused where it is no UTF-8") func notUTF8() {
        let error = #expect(throws: YAMLError.self) { try YAMLDocument(parsing: Array("a: é\nb: ".utf8) + [0xFF, 0x0A]) }
        #expect(error?.line == 2)
        #expect(error?.column == 4)
    }

    @Test("is refused when aliases would swell it") func aliasBomb() {
        var yaml = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...20 {
            let names = Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "l\(level): &l\(level) [\(names)]\n"
        }
        let error = #expect(throws: YAMLError.self) { try read(yaml) }
        #expect(error?.message == "The document holds more than 100000 values once its aliases are written out.")
        #expect(error?.line == 6)
    }

    @Test("is refused when aliases of a long text would swell it") func textBomb() {
        let yaml = "- &x \(String(repeating: "x", count: 500_000))\n" + String(repeating: "- *x\n", count: 100)
        #expect(throws: YAMLError.self) { try read(yaml) }
    }

    @Test("is refused when merges would swell it") func mergeBomb() {
        var yaml = "- &m0 {\((0..<300).map { "k\($0): \($0)" }.joined(separator: ", "))}\n"
        for level in 1...400 { yaml += "- &m\(level)\n  <<: *m\(level - 1)\n  n\(level): 1\n" }
        #expect(throws: YAMLError.self) { try read(yaml) }
    }

    @Test("is refused past its depth, also where aliases lead there") func depth() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try read(nested(64)) }
        #expect(throws: YAMLError.self) { try read(nested(65)) }
        #expect(throws: YAMLError.self) { try read(nested(100_000)) }
        #expect(throws: Never.self) { try read("- &x \(nested(63))\n- [*x]\n", YAMLLimits(depthMax: 65)) }
        #expect(throws: YAMLError.self) { try read("- &x \(nested(63))\n- [[*x]]\n", YAMLLimits(depthMax: 64)) }
        #expect(throws: YAMLError.self) { try read(nested(300), YAMLLimits(depthMax: 100_000)) }
    }

    @Test("is refused with more directives than anybody writes, before they cost time") func directives() {
        let yaml = (0..<60_000).map { "%TAG !a\($0)! b\n" }.joined()
        let error = #expect(throws: YAMLError.self) { try read(yaml, YAMLLimits(bytesMax: 4 << 20)) }
        #expect(error?.message == "More than 1000 lines begin with '%'.")
        #expect(error?.line == 1001)
        for end in ["\r", "\u{85}", "\u{2028}", "\u{2029}"] {
            #expect(throws: YAMLError.self) { try read((0..<1001).map { "%TAG !a\($0)! b\(end)" }.joined() + "---\na") }
        }
        #expect(throws: Never.self) { try read((0..<1000).map { "%TAG !a\($0)! b\n" }.joined() + "---\na") }
    }

    @Test("is refused past its size") func size() throws {
        #expect(throws: Never.self) { try read("a: 1", YAMLLimits(bytesMax: 4)) }
        #expect(throws: YAMLError.self) { try read("a: 12", YAMLLimits(bytesMax: 4)) }
    }

    @Test("remembers where everything stood") func places() throws {
        let document = try read("top:\n  list:\n    - one\n    - {a: 1, b: 2}\nbase: &b\n  x: 1\nuses:\n  <<: *b\n  y: *b\n")
        func place(_ pointer: String) throws -> YAMLDocument.Position? { document.place(of: try #require(JSONPointer(parsing: pointer))) }
        #expect(try place("") == .init(line: 1, column: 1))
        #expect(try place("/top") == .init(line: 1, column: 1))
        #expect(try place("/top/list") == .init(line: 2, column: 3))
        #expect(try place("/top/list/0") == .init(line: 3, column: 7))
        #expect(try place("/top/list/1/b") == .init(line: 4, column: 14))
        #expect(try place("/uses/x") == .init(line: 6, column: 3))
        #expect(try place("/uses/y") == .init(line: 9, column: 3))
        #expect(try place("/uses/y/x") == .init(line: 6, column: 3))
        #expect(try place("/top/list/2") == nil)
        #expect(try place("/none") == nil)
        #expect(document.nearestPlace(of: JSONPointer(["top", "list", "7", "x"])) == .init(line: 2, column: 3))
    }

    @Test("never brings the reader down, whatever the bytes", arguments: 1...20)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "&x ", "*x", "<<: ", "!!str ", "\"", "'", "|\n", ">", "#", "---\n", "%",
            "? ",
            "1", ".inf", "é", "\t", "\u{85}", "...\n",
        ].map { Array($0.utf8) }
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                if Int.random(in: 0..<12, using: &random) == 0 {
                    bytes.append(.random(in: 0...255, using: &random))
                } else {
                    bytes += pieces[Int.random(in: 0..<pieces.count, using: &random)]
                }
            }
            do {
                let document = try YAMLDocument(parsing: bytes)
                // What was read is JSON, and JSON is YAML: it reads the same again.
                #expect(try YAMLDocument(parsing: document.value.serializedBytes()).value == document.value, "\(bytes)")
            } catch {
                let lines = bytes.count { $0 == 0x0A || $0 == 0x0D || $0 == 0x85 } + 1
                #expect(error.line >= 1 && error.line <= lines + 1, "\(bytes)")
                #expect(error.column >= 1, "\(bytes)")
            }
        }
    }
}
