import Testing

@testable import PluginModel

private typealias Part = Contribution.Quicklink.Part

private struct GoodCase: Sendable, CustomTestStringConvertible {
    let link: String
    let parts: [Contribution.Quicklink.Part]
    var testDescription: String { link }
}

private struct BadCase: Sendable, CustomTestStringConvertible {
    let link: String
    let error: QuicklinkError
    var testDescription: String { link }
}

private func query(_ name: String, _ defaultValue: String? = nil) -> Part { .argument(name: name, defaultValue: defaultValue) }

@Suite("Quicklinks") struct QuicklinkTests {
    @Test(
        "are split into texts and places",
        arguments: [
            GoodCase(link: "", parts: []),
            GoodCase(link: "https://a.test/", parts: [.text("https://a.test/")]),
            GoodCase(link: "https://a.test/?q={query}", parts: [.text("https://a.test/?q="), query("query")]),
            GoodCase(link: "{ query }&x", parts: [query("query"), .text("&x")]),
            GoodCase(link: "{a}{b}", parts: [query("a"), query("b")]),
            GoodCase(link: "{}", parts: [query("")]),
            GoodCase(link: "a}b", parts: [.text("a}b")]),
            GoodCase(link: "{\"a: b, c\"}", parts: [query("a: b, c")]),
            GoodCase(link: "{argument_name: \"q\"}", parts: [query("q")]),
            GoodCase(link: "{argument_name: 'q', default: 'x'}", parts: [query("q", "x")]),
            GoodCase(link: "{argument_name:q,default:x}", parts: [query("q", "x")]),
            GoodCase(link: "{default: \"x\", argument_name: q}", parts: [query("q", "x")]),
            GoodCase(link: "{argument_name: q, default: \"a, b: {c\"}", parts: [query("q", "a, b: {c")]),
            GoodCase(link: "{argument_name: q, default: {x, y}}", parts: [query("q", "{x, y}")]),
            GoodCase(link: "{argument_name: q, default: http://b.test/}", parts: [query("q", "http://b.test/")]),
            GoodCase(link: "{argument_name: q, default: it's}", parts: [query("q", "it's")]),
            GoodCase(link: "{argument_name: q, default: 'tis}", parts: [query("q", "'tis")]),
            GoodCase(link: "{argument_name: q, default: \"\"}", parts: [query("q", "")]),
            GoodCase(link: "{argument_name: q, default: }", parts: [query("q", "")]),
            GoodCase(link: "{argument_name}", parts: [query("argument_name")]),
        ])
    private func split(_ c: GoodCase) throws { #expect(try QuicklinkTemplate.parse(c.link) == c.parts) }

    @Test(
        "are refused with the reason",
        arguments: [
            BadCase(link: "ab{query", error: .unmatchedBrace(character: 3)),
            BadCase(link: "{", error: .unmatchedBrace(character: 1)),
            BadCase(link: "{a{b}", error: .unmatchedBrace(character: 1)),
            BadCase(link: "{argument_name: a, defualt: b}", error: .unknownKey("defualt")),
            BadCase(link: "{https://a.test}", error: .unknownKey("https")),
            BadCase(link: "{argument_name: a, default}", error: .missingValue(key: "default")),
            BadCase(link: "{a, b}", error: .missingValue(key: "a")),
            BadCase(link: "{default: b}", error: .missingArgumentName),
            BadCase(link: String(repeating: "a", count: QuicklinkTemplate.lengthMax + 1), error: .tooLong),
        ])
    private func refused(_ c: BadCase) {
        #expect(throws: c.error) { try QuicklinkTemplate.parse(c.link) }
    }

    private static let golden = "https://a.test/?q={term}&in={argument_name: \"site\", default: \"docs\"}"

    @Test("are expanded with given values, else defaults, else nothing") func expanded() throws {
        let parts = try QuicklinkTemplate.parse(Self.golden)
        #expect(QuicklinkTemplate.expand(parts) == "https://a.test/?q=&in=docs")
        #expect(QuicklinkTemplate.expand(parts, ["term": "x y"]) == "https://a.test/?q=x%20y&in=docs")
        #expect(QuicklinkTemplate.expand(parts, ["site": "", "other": "z"]) == "https://a.test/?q=&in=")
    }

    @Test("encode whatever is inserted, so that a value stays one value") func encoded() throws {
        let parts = try QuicklinkTemplate.parse("https://a.test/{p}?q={argument_name: q, default: 'a&b'}")
        #expect(QuicklinkTemplate.expand(parts, ["p": "../x#y?é"]) == "https://a.test/..%2Fx%23y%3F%C3%A9?q=a%26b")
    }
}
