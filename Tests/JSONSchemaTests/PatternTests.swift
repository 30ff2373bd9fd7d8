import JSON
import Patterns
import Testing

@testable import JSONSchema

struct PatternCase: Sendable, CustomTestStringConvertible {
    let pattern: String
    let matching: [String]
    let differing: [String]
    var testDescription: String { pattern.debugDescription }

    init(_ pattern: String, _ matching: [String], not differing: [String]) {
        (self.pattern, self.matching, self.differing) = (pattern, matching, differing)
    }
}

struct PatternTests {
    @Test(arguments: [
        PatternCase("", ["", "a"], not: []),
        PatternCase("^a$", ["a"], not: ["a\n", "ba", "A"]),
        PatternCase("b", ["abc"], not: ["ac"]),
        PatternCase("^\\d+$", ["12"], not: ["\u{663}", "", "1a"]),
        PatternCase("^\\w+$", ["a_1"], not: ["é"]),
        PatternCase("^\\s$", [" ", "\u{a0}", "\u{feff}", "\u{2028}", "\u{b}", "\n"], not: ["\u{180e}", "x", "\u{200b}"]),
        PatternCase("^\\S$", ["x", "\u{200b}", "é"], not: [" ", "\u{a0}", "\u{feff}"]),
        PatternCase("^[\\s]$", [" ", "\u{3000}"], not: ["x"]),
        PatternCase("^[\\S]$", ["x", "\u{10FFFF}", "\u{fefe}"], not: [" ", "\u{3000}", "\u{feff}", "\u{2028}", "\t"]),
        PatternCase("^.$", ["x", "😀", "\u{85}"], not: ["\n", "\r", "\u{2028}", ""]),
        PatternCase("^\\u00e9\\x41\\cJ\\0$", ["éA\n\u{0}"], not: ["éA"]),
        PatternCase("^\\u{1F600}$", ["😀"], not: ["u"]),
        PatternCase("^\\ud83d\\ude00$", ["😀"], not: [""]),
        PatternCase("^[\\ud83d\\ude00-\\u{1F610}]$", ["😀", "😁"], not: ["😑"]),
        PatternCase("^\\p{Letter}+$", ["aé文"], not: ["a1"]),
        PatternCase("^\\p{Lu}\\P{Lu}$", ["Éa"], not: ["ÉA"]),
        PatternCase("^\\p{Script=Greek}$", ["α"], not: ["a"]),
        PatternCase("^\\p{gc=Decimal_Number}$", ["\u{663}"], not: ["a"]),
        PatternCase("^[[:alpha:]]$", [":]", "[]"], not: ["x"]),
        PatternCase("^[^]$", ["x", "\n"], not: [""]),
        PatternCase("[]", [], not: ["", "x"]),
        PatternCase("^[\\b]$", ["\u{8}"], not: ["b"]),
        PatternCase("\\bcat\\b", ["a cat"], not: ["concat"]),
        PatternCase("^(?<y>a|b)\\k<y>$", ["aa", "bb"], not: ["ab"]),
        PatternCase("^(a)\\1$", ["aa"], not: ["a1"]),
        PatternCase("^(?:(a)|b)\\1$", ["aa", "b"], not: ["ab"]),
        PatternCase("^a(?=b)..(?<!c)$", ["abd"], not: ["abc", "acd"]),
        PatternCase("^a{2}b{1,}c{0,1}$", ["aab", "aabbc"], not: ["ab", "aabcc"]),
        PatternCase("^{a}$", ["{a}"], not: ["a"]),
        PatternCase("^a{,2}$", ["a{,2}"], not: ["aa"]),
        PatternCase("^a+?b??$", ["aab", "a"], not: ["b"]),
        PatternCase("^\\/\\-\\.\\$ #$", ["/-.$ #"], not: ["x"]),
        PatternCase("^a|b$", ["ax", "xb"], not: ["xa"]),
    ])
    func `a pattern means what ECMAScript means by it`(_ c: PatternCase) throws {
        let pattern = try Pattern(c.pattern)
        let matcher = try #require(PatternMatcher())
        for text in c.matching { #expect(matcher.match(pattern, text) == .matches, "\(text.debugDescription)") }
        for text in c.differing { #expect(matcher.match(pattern, text) == .differs, "\(text.debugDescription)") }
        // Long texts take another way through PCRE2, which has to say the same.
        let long = String(repeating: "\u{1}", count: 3000)
        let either = try Pattern("(?:\(c.pattern))|\u{1}$")
        #expect(matcher.match(either, long) == .matches)
    }

    @Test func `a pattern that ignores case takes letters of any script in either case, in short texts and in long ones`() throws {
        let pattern = try Pattern("^straße|ΣΊΓΜΑ$", ignoringCase: true)
        let matcher = try #require(PatternMatcher())
        for text in ["STRAßE", "σίγμα", "x ΣίΓΜα"] { #expect(matcher.match(pattern, text) == .matches, "\(text)") }
        #expect(matcher.match(pattern, "strasse") == .differs)
        #expect(matcher.match(pattern, String(repeating: "x", count: 3000) + "ΣίΓΜα") == .matches)
        #expect(matcher.match(try Pattern("σ"), "Σ") == .differs)
    }

    @Test(arguments: [
        "(", ")", "[a", "*a", "a**", "a++", "a{2}{3}", "(?i)a", "(?>a)", "(?R)", "(?#x)", "(*FAIL)", "(?P<a>b)", "\\", "\\Z", "\\A",
        "\\Qa\\E",
        "\\e", "\\h", "\\X", "\\C", "\\g1", "\\1", "\\01", "\\k<a>", "\\u12", "\\ud800", "\\u{110000}", "\\x1", "\\c1", "\\p{Klingon}",
        "\\pL",
        "\\p{^L}", "(?<a-b>x)", "[b-a]", "[\\1]", "a{99999}", "(?<a>x)(?<a>y)", "(?<=a+)b",
    ])
    func `what is no regular expression here is refused with a sentence`(_ source: String) {
        let error = #expect(throws: PatternError.self) { try Pattern(source) }
        #expect(error?.message.hasSuffix(".") == true)
    }

    @Test func `a pattern that is too long or too deep is refused`() {
        #expect(throws: PatternError.self) { try Pattern(String(repeating: "a", count: SchemaLimits.patternBytesMax + 1)) }
        #expect(throws: PatternError.self) { try Pattern(String(repeating: "(", count: 2000) + String(repeating: ")", count: 2000)) }
        #expect(throws: PatternError.self) { try Pattern("((((a{1,999}){1,999}){1,999}){1,999})") }
    }
}

struct SlowPatternCase: Sendable, CustomTestStringConvertible {
    let pattern: String
    let text: String
    var testDescription: String { "\(pattern) on \(text.utf8.count) bytes" }

    init(_ pattern: String, _ piece: String, _ count: Int, _ end: String = "") {
        (self.pattern, text) = (pattern, String(repeating: piece, count: count) + end)
    }
}

struct SlowPatternTests {
    /// A match takes at most about twice its limit, and is tried twice; the rest is for a busy machine.
    static let patience: Duration = .seconds(2)

    @Test(arguments: [
        SlowPatternCase("^(a+)+$", "a", 40, "!"), SlowPatternCase("(a+)+$", "a", 40, "!"), SlowPatternCase("^(a|a)*$", "a", 60, "!"),
        SlowPatternCase("^(a|aa)+$", "a", 3000, "!"), SlowPatternCase("^(([a-z])+.)+[A-Z]([a-z])+$", "a", 60),
        SlowPatternCase("^(a*)*$", "a", 50_000, "!"), SlowPatternCase("\\s+$", " ", 300_000, "x"),
        SlowPatternCase("a*a*a*a*c|b", "a", 2000), SlowPatternCase("(?:a?){50}a{50}$", "a", 49, "!"),
        SlowPatternCase("^(?:(?:x+)+y|z)*$", "x", 2000, "!"), SlowPatternCase("(.*)(.*)(.*)(.*)(.*)[^\\s\\S]", "a", 2000),
    ])
    func `a pattern that backtracks without end is given up within moments, and the value is not valid`(_ c: SlowPatternCase) throws {
        let clock = ContinuousClock()
        for schema in [["pattern": .string(c.pattern)], ["not": ["pattern": .string(c.pattern)]]] as [JSONValue] {
            let compiled = try JSONSchema(schema)
            let started = clock.now
            let found = compiled.validate(.string(c.text))
            #expect(clock.now - started < Self.patience)
            guard schema["not"] == nil || !found.isEmpty else { continue }
            let violation = try #require(found.last)
            #expect(violation.keyword == "pattern")
            #expect(violation.message.contains("took too long") || violation.message.contains("does not match"))
        }
    }

    @Test func `what could not be decided passes for no answer`() throws {
        let slow: JSONValue = ["pattern": "^(a+)+$"]
        let text: JSONValue = .string(String(repeating: "a", count: 60) + "!")
        for schema in [
            ["not": slow], ["anyOf": [slow, true]], ["if": slow, "else": true], ["oneOf": [slow, true]], ["allOf": [slow]],
            ["contains": slow, "minContains": 0],
        ] as [JSONValue] {
            let instance: JSONValue = schema["contains"] == nil ? text : [text]
            let found = try JSONSchema(schema).validate(instance)
            #expect(found.contains { $0.message.contains("took too long") }, "\(schema)")
        }
    }

    @Test func `a text too long for patterns is told as such`() throws {
        let text = String(repeating: "a", count: SchemaLimits.patternTextBytesMax + 1)
        let found = try JSONSchema(["pattern": "a"]).validate(.string(text))
        #expect(found.first?.message.contains("more than") == true)
    }

    @Test func `many slow members cost no more than the total`() throws {
        let schema = try JSONSchema(["items": ["pattern": "^(a|aa)+$"]])
        let text: JSONValue = .string(String(repeating: "a", count: 22) + "!")
        let clock = ContinuousClock()
        let started = clock.now
        _ = schema.validate(.array(Array(repeating: text, count: 2000)))
        #expect(clock.now - started < SchemaLimits.patternTimeTotal * 4)
    }

    @Test func `honest patterns on long texts are decided`() throws {
        let schema = try JSONSchema(["pattern": "^([a-z]+,)*[a-z]*$"])
        #expect(schema.isValid(.string(String(repeating: "abc,", count: 5_000))))
        #expect(!schema.isValid(.string(String(repeating: "abc,", count: 5_000) + "!")))
    }
}
