import Testing

@testable import PluginPackages

private func map(_ mappings: String, sources: String = #"["a.ts", "b.ts"]"#) -> SourceMap? {
    SourceMap(bytes: Array(#"{"version": 3, "sources": \#(sources), "names": [], "mappings": "\#(mappings)"}"#.utf8))
}

private struct LookupCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let mappings: String
    let line: Int
    let column: Int
    let expected: String?
}

private struct StackCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let stack: String
    let expected: [String]
}

@Suite("A source map") struct SourceMapTests {
    @Test(
        "answers for",
        arguments: [
            LookupCase(testDescription: "the first segment", mappings: "AAAA", line: 1, column: 1, expected: "a.ts:1:1"),
            LookupCase(
                testDescription: "a column behind the last segment", mappings: "AAAA,IAAI", line: 1, column: 99, expected: "a.ts:1:5"),
            LookupCase(testDescription: "a column between two segments", mappings: "AAAA,IAAI", line: 1, column: 4, expected: "a.ts:1:1"),
            LookupCase(testDescription: "a column before the first segment", mappings: "IAAA", line: 1, column: 4, expected: nil),
            LookupCase(testDescription: "a second line and another file", mappings: "AAAA;ACCA", line: 2, column: 1, expected: "b.ts:2:1"),
            LookupCase(testDescription: "a step back", mappings: "AACA;AADA", line: 2, column: 1, expected: "a.ts:1:1"),
            LookupCase(testDescription: "code of no file", mappings: "AAAA,I", line: 1, column: 6, expected: nil),
            LookupCase(testDescription: "an empty line", mappings: "AAAA;;AACA", line: 2, column: 1, expected: nil),
            LookupCase(testDescription: "a line that is not there", mappings: "AAAA", line: 7, column: 1, expected: nil),
            LookupCase(testDescription: "line 0", mappings: "AAAA", line: 0, column: 1, expected: nil),
            LookupCase(testDescription: "column 0", mappings: "AAAA", line: 1, column: 0, expected: nil),
            LookupCase(
                testDescription: "numbers of several digits", mappings: "gnBAghgBkR", line: 1, column: 625, expected: "a.ts:16401:275"),
            LookupCase(testDescription: "a line after a damaged one", mappings: "AAAA,!!!!;AACA", line: 2, column: 1, expected: "a.ts:2:1"),
            LookupCase(testDescription: "what stands before the damage", mappings: "AAAA,g", line: 1, column: 3, expected: "a.ts:1:1"),
            LookupCase(testDescription: "a file beyond the list", mappings: "AEAA", line: 1, column: 1, expected: nil),
            LookupCase(testDescription: "a line before the first", mappings: "AADA", line: 1, column: 1, expected: nil),
            LookupCase(testDescription: "segments out of order", mappings: "IAAI,JAAJ", line: 1, column: 2, expected: "a.ts:1:1"),
            LookupCase(testDescription: "a number beyond 32 bits", mappings: "ggggggggggggggC", line: 1, column: 1, expected: nil),
            LookupCase(testDescription: "two numbers", mappings: "AA", line: 1, column: 1, expected: nil),
            LookupCase(testDescription: "six numbers", mappings: "AAAAAA", line: 1, column: 1, expected: nil),
        ])
    private func lookup(_ c: LookupCase) throws {
        #expect(try #require(map(c.mappings)).position(line: c.line, column: c.column)?.description == c.expected)
    }

    @Test(
        "is refused when it is none",
        arguments: [
            "", "[]", "{", #"{"version": 2, "sources": [], "mappings": ""}"#, #"{"version": 3, "sources": []}"#,
            #"{"version": 3, "mappings": ""}"#,
        ])
    func refused(_ text: String) { #expect(SourceMap(bytes: Array(text.utf8)) == nil) }

    @Test("puts its root before its files, and survives files without a name") func root() throws {
        let text = #"{"version": 3, "sourceRoot": "src/", "sources": ["a.ts", null], "mappings": "AAAA"}"#
        #expect(try #require(SourceMap(bytes: Array(text.utf8))).sources == ["src/a.ts", "(unknown)"])
    }

    @Test("survives any mappings", arguments: 0..<200) func fuzz(seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let letters = Array("ABCDEFghij0129+/gggg;;,,,,!=")
        let mappings = String((0..<400).map { _ in letters[next(letters.count)] })
        let decoded = try #require(map(mappings))
        for line in 0...60 {
            if let position = decoded.position(line: line, column: 1 + next(300)) {
                #expect(position.line >= 1 && position.column >= 1)
                #expect(["a.ts", "b.ts"].contains(position.file))
            }
        }
    }
}

@Suite("A stack") struct StackTests {
    /// Line 1 of the script is glue; line 2 is a.ts from its first line, line 3 is b.ts from its line 9.
    private let rewriter = StackRewriter(scriptName: "plugin:acme.hello/index.ts", map: map(";AAAA,UAAU;ACQV"))

    @Test(
        "becomes the author's",
        arguments: [
            StackCase(testDescription: "named", stack: "run@plugin:acme.hello/index.ts:3:1", expected: ["at run (b.ts:9:1)"]),
            StackCase(testDescription: "nameless", stack: "@plugin:acme.hello/index.ts:2:12", expected: ["at a.ts:1:11"]),
            StackCase(testDescription: "without @", stack: "plugin:acme.hello/index.ts:2:12", expected: ["at a.ts:1:11"]),
            StackCase(testDescription: "outside functions", stack: "global code@plugin:acme.hello/index.ts:2:1", expected: ["at a.ts:1:1"]),
            StackCase(
                testDescription: "a name with an @ in it", stack: "a@b:1:2@plugin:acme.hello/index.ts:2:1",
                expected: ["at a@b:1:2 (a.ts:1:1)"]),
            StackCase(
                testDescription: "with the hub's and the engine's own calls in between",
                stack:
                    "map@[native code]\nrun@plugin:acme.hello/index.ts:2:1\npump@patchbay:prelude.js:4:9\nglobal code@patchbay:prelude.js:1:1",
                expected: ["at run (a.ts:1:1)"]),
            StackCase(testDescription: "the bundler's glue", stack: "__toESM@plugin:acme.hello/index.ts:1:1", expected: []),
            StackCase(testDescription: "another plugin's script", stack: "f@evil-plugin:acme.hello/index.ts:2:1", expected: []),
            StackCase(testDescription: "a script of a longer name", stack: "f@plugin:acme.hello/index.ts.js:2:1", expected: []),
            StackCase(testDescription: "made-up text", stack: "Error: x\n    at foo (bar.js:1:2)\n\n::::\n:1:1\n@:1:1", expected: []),
            StackCase(testDescription: "numbers too large", stack: "f@plugin:acme.hello/index.ts:99999999999999999999:1", expected: []),
            StackCase(
                testDescription: "a name that would move the cursor", stack: "\u{1b}[2Jf@plugin:acme.hello/index.ts:2:1",
                expected: ["at \\u{1b}[2Jf (a.ts:1:1)"]),
        ])
    private func frames(_ c: StackCase) { #expect(rewriter.frames(of: c.stack).map(\.description) == c.expected) }

    @Test("keeps its places without a map") func withoutMap() {
        let frames = StackRewriter(scriptName: "plugin:a/i.js", map: nil).frames(of: "f@plugin:a/i.js:3:4\ng@patchbay:prelude.js:1:1")
        #expect(frames.map(\.description) == ["at f (plugin:a/i.js:3:4)"])
    }

    @Test("allows for what the worker put around the script") func offsets() {
        let rewriter = StackRewriter(scriptName: "plugin:a/i.js", map: map("AAAA,UAAU"), lineOffset: 2, firstLineColumnOffset: 5)
        #expect(rewriter.frames(of: "f@plugin:a/i.js:3:16").map(\.description) == ["at f (a.ts:1:11)"])
    }

    @Test("is cut at 50 calls, 64 KiB and 100 letters a name") func limits() {
        let line = "f@plugin:acme.hello/index.ts:2:1\n"
        #expect(rewriter.frames(of: String(repeating: line, count: 60)).count == StackRewriter.framesMax)
        #expect(rewriter.frames(of: String(repeating: "x\n", count: 40_000) + line).isEmpty)
        let named = rewriter.frames(of: String(repeating: "n", count: 5000) + "@plugin:acme.hello/index.ts:2:1")
        #expect(named.first?.function == String(repeating: "n", count: 100) + "…")
    }
}
