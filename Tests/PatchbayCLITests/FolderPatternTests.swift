import PatchbayCLI
import Testing

struct PatternCase: Sendable, CustomTestStringConvertible {
    let pattern: String
    let fits: [String]
    let others: [String]
    var testDescription: String { pattern }
}

struct FolderPatternTests {
    @Test(arguments: [
        PatternCase(pattern: "*", fits: ["a", "plugin-x", "ü"], others: [".git", "."]),
        PatternCase(pattern: "plugin-*", fits: ["plugin-", "plugin-x"], others: ["plugin", "my-plugin-x"]),
        PatternCase(pattern: "*-plugin", fits: ["-plugin", "a-plugin-plugin"], others: ["a-plugin-x"]),
        PatternCase(pattern: "a*b*c", fits: ["abc", "axxbxxc", "abbcc"], others: ["ab", "acb", "abcd"]),
        PatternCase(pattern: ".*", fits: [".git"], others: ["git"]),
        PatternCase(pattern: "plain", fits: ["plain"], others: ["plainer", "Plain", ""]),
    ]) func `a star stands for any text, and never for a leading dot`(_ c: PatternCase) {
        for name in c.fits { #expect(FolderPattern.matches(name, c.pattern), "\(name)") }
        for name in c.others { #expect(!FolderPattern.matches(name, c.pattern), "\(name)") }
    }

    @Test func `many stars against a long name end soon`() {
        let name = String(repeating: "a", count: 255)
        #expect(!FolderPattern.matches(name, String(repeating: "a*", count: 100) + "b"))
    }

    @Test func `folders alone are found, in the order of their names, at any depth of the path`() throws {
        let program = try Program()
        for path in ["p/b/x/f", "p/a/x/f", "p/a/y/f", "p/file", "q/a/x/f"] { try program.write(path, "") }
        let found = FolderPattern.folders("p/*/x", from: program.home)
        #expect(found == ["\(program.home)/p/a/x", "\(program.home)/p/b/x"])
        #expect(FolderPattern.folders("../\(program.home.split(separator: "/").last ?? "")/p/*", from: program.home)?.count == 2)
        #expect(FolderPattern.folders("none/*", from: program.home) == [])
    }
}
