import PluginModel
import Testing

struct PluginIDTests {
    @Test(
        "A plugin id may be reverse-domain, kebab or upper snake",
        arguments: [
            "hello", "acme.weather", "ms-graph", "TOXICITY_SIGNALS", "a", "7zip", "A.b-c_d", "a.", String(repeating: "x", count: 128),
        ])
    func valid(_ raw: String) throws {
        let id = try PluginID(raw)
        #expect(id.rawValue == raw)
        #expect(id.description == raw)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let raw: String
        let reason: String
        var testDescription: String { raw.debugDescription }

        init(_ raw: String, _ reason: String) { (self.raw, self.reason) = (raw, reason) }
    }

    @Test(
        "An id that is none says which character is wrong and why",
        arguments: [
            Case("", "is empty"),
            Case(".hidden", "begins with '.'; the first character is a letter or a digit"),
            Case("-rf", "begins with '-'; the first character is a letter or a digit"),
            Case("a..b", "has two dots in a row at character 3"),
            Case("..", "begins with '.'; the first character is a letter or a digit"),
            Case("a b", "has a space at character 2; letters A-Z and a-z, digits, '.', '-' and '_' are allowed"),
            Case("a/b", "has '/' at character 2; letters A-Z and a-z, digits, '.', '-' and '_' are allowed"),
            Case("a\u{0}b", "has '\\u{0}' at character 2; letters A-Z and a-z, digits, '.', '-' and '_' are allowed"),
            Case("a\nb", "has '\\u{a}' at character 2; letters A-Z and a-z, digits, '.', '-' and '_' are allowed"),
            Case("wetter-öl", "has 'ö' at character 8; letters A-Z and a-z, digits, '.', '-' and '_' are allowed"),
            Case("@scope/name", "has '@' at character 1; scoped package names are not plugin ids, write 'scope.name' instead"),
            Case("\u{430}cme", "has '\u{430}' at character 1; letters A-Z and a-z, digits, '.', '-' and '_' are allowed"),
            Case(String(repeating: "x", count: 129), "is longer than 128 characters"),
        ])
    func invalid(_ c: Case) throws {
        let error = try #require(throws: InvalidPluginID.self) { try PluginID(c.raw) }
        #expect(error.reason == c.reason)
        #expect(error.fault.code == "plugin.invalid-id")
        #expect(error.fault.turn == .plugin)
        #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 })
    }
}
