import PluginModel
import Testing

struct NearMissTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let word: String
        let known: [String]
        let expected: String?
        var testDescription: String { "\(word) among \(known)" }

        init(_ word: String, _ known: [String], _ expected: String?) { (self.word, self.known, self.expected) = (word, known, expected) }
    }

    @Test(
        "The word that was probably meant is found, and nothing far-fetched",
        arguments: [
            Case("entyr", ["id", "name", "entry"], "entry"), Case("permisions", ["permissions", "version"], "permissions"),
            Case("ENTRY", ["entry"], "entry"),
            Case("nmae", ["name", "same"], "name"), Case("colour", ["color"], "color"), Case("x", ["y"], "y"), Case("ab", ["xy"], nil),
            Case("banana", ["entry", "name"], nil), Case("", ["a"], nil), Case("a", [], nil), Case("lat", ["bat", "cat"], "bat"),
            Case(String(repeating: "a", count: 65), [String(repeating: "a", count: 65)], nil),
            Case("name", [String(repeating: "n", count: 1000), "names"], "names"),
        ])
    func suggestion(_ c: Case) {
        #expect(nearMiss(c.word, among: c.known) == c.expected)
    }

    @Test("Text from outside is shown without what moves cursors or hides")
    func visibleText() {
        #expect(visible("plain é 😀") == "plain é 😀")
        #expect(visible("a\u{1B}[31m\n\u{202E}\u{200B}b") == "a\\u{1b}[31m\\u{a}\\u{202e}\\u{200b}b")
        #expect(visible("abcdef", scalarsMax: 3) == "abc…")
    }
}
