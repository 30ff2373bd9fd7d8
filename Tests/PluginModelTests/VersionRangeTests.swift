import Testing

@testable import PluginModel

private struct RangeCase: Sendable, CustomTestStringConvertible {
    let range: String
    let contains: [String]
    let lacks: [String]
    var testDescription: String { "'\(range)'" }

    init(_ range: String, _ contains: [String], not lacks: [String]) { (self.range, self.contains, self.lacks) = (range, contains, lacks) }
}

@Suite("Version ranges") struct VersionRangeTests {
    @Test(
        "contain what npm says",
        arguments: [
            RangeCase("", ["0.0.0", "9.9.9"], not: ["1.0.0-a"]),
            RangeCase("*", ["0.0.0", "9.9.9"], not: ["1.0.0-a"]),
            RangeCase("1.2.3", ["1.2.3", "1.2.3+build"], not: ["1.2.4", "1.2.3-a"]),
            RangeCase("=v1.2.3", ["1.2.3"], not: ["1.2.4"]),
            RangeCase("1", ["1.0.0", "1.9.9"], not: ["2.0.0", "0.9.9", "2.0.0-a"]),
            RangeCase("1.2.x", ["1.2.0", "1.2.9"], not: ["1.3.0", "1.2.0-a"]),
            RangeCase("1.*.3", ["1.0.0", "1.9.9"], not: ["2.0.0"]),
            RangeCase("^1.2.3", ["1.2.3", "1.9.0"], not: ["1.2.2", "2.0.0", "2.0.0-0", "1.3.0-a"]),
            RangeCase("^0.2.3", ["0.2.3", "0.2.9"], not: ["0.3.0", "0.2.2"]),
            RangeCase("^0.0.3", ["0.0.3"], not: ["0.0.4", "0.0.2"]),
            RangeCase("^0.0", ["0.0.0", "0.0.9"], not: ["0.1.0"]),
            RangeCase("^0", ["0.0.0", "0.9.0"], not: ["1.0.0"]),
            RangeCase("^1.2.3-beta.2", ["1.2.3-beta.2", "1.2.3-beta.10", "1.2.3", "1.9.0"], not: ["1.2.3-beta.1", "1.2.4-beta.3"]),
            RangeCase("~1.2.3", ["1.2.3", "1.2.9"], not: ["1.3.0", "1.2.2"]),
            RangeCase("~> 1.2", ["1.2.0", "1.2.9"], not: ["1.3.0"]),
            RangeCase("~1", ["1.0.0", "1.9.0"], not: ["2.0.0"]),
            RangeCase(">1.2", ["1.3.0"], not: ["1.2.9"]),
            RangeCase("> 1", ["2.0.0"], not: ["1.9.9"]),
            RangeCase("<=1.2", ["1.2.9", "0.0.1"], not: ["1.3.0", "1.3.0-a"]),
            RangeCase("<1.2", ["1.1.9"], not: ["1.2.0", "1.2.0-a"]),
            RangeCase(">=1.0.0 <2.0.0", ["1.0.0", "1.9.9"], not: ["2.0.0", "0.9.9"]),
            RangeCase("1.2 - 2.3", ["1.2.0", "2.3.9"], not: ["1.1.9", "2.4.0"]),
            RangeCase("1.2.3 - 2.3.4", ["1.2.3", "2.3.4"], not: ["1.2.2", "2.3.5"]),
            RangeCase("x - 2", ["0.0.1", "2.9.9"], not: ["3.0.0"]),
            RangeCase("^1 || ^3.1 ||", ["1.0.0", "3.1.0", "2.0.0"], not: ["3.1.0-a"]),
            RangeCase("* || 1.0.0-a", ["1.0.0"], not: ["1.0.0-a"]),
            RangeCase(">x", [], not: ["0.0.0", "9.9.9", "0.0.0-0"]),
            RangeCase("1.2.3*", ["1.2.3"], not: ["1.2.30"]),
        ])
    private func membership(_ c: RangeCase) throws {
        let range = try VersionRange(c.range)
        for text in c.contains { #expect(range.contains(try Version(text)), "\(text)") }
        for text in c.lacks { #expect(!range.contains(try Version(text)), "\(text)") }
    }

    @Test(
        "are refused where npm refuses them",
        arguments: [
            "a", "1.2.3.4", "01.2.3", "1.2-a", "^", "~", ">", ">=", "=", "v", "-", "1.2.3 -", "1.2.3 - 2 - 3", "==1.2.3", "=>1.2.3", "^>1",
            "1 | 2",
            "1.2.3-01", "1.2.3-", "1.2.3+", "9007199254740992", "^9007199254740991", "1.99999999999999999999.0", ">v 1.2.3", "latest",
            "file:x",
        ])
    func refused(_ text: String) { #expect(throws: InvalidVersionRange.self) { try VersionRange(text) } }

    @Test("are limited in length, and keep how they were written") func text() throws {
        #expect(throws: InvalidVersionRange.self) { try VersionRange(String(repeating: " ", count: VersionRange.lengthMax + 1)) }
        #expect(try VersionRange(" ^1.0 ").description == " ^1.0 ")
        #expect(throws: InvalidVersionRange(text: "1.x || nope", reason: "has 'nope' where a version such as ^1.2.0 belongs")) {
            try VersionRange("1.x || nope")
        }
    }

    @Test("agree with node-semver", arguments: [20_260_101, 7, 99] as [UInt64])
    func oracle(seed: UInt64) throws {
        guard NodeSemver.isInstalled else {
            print("skipped: node and its module semver are not installed (Debian: nodejs, node-semver); nothing was compared")
            return
        }
        var maker = RangeMaker(seed: seed)
        let versions = (0..<60).map { _ in maker.version() }
        let ranges = (0..<1500).map { _ in maker.range() }
        let answers = try NodeSemver.judge(ranges, versions)
        try #require(answers.count == ranges.count)
        var readable = 0
        for (text, answer) in zip(ranges, answers) {
            let range = try? VersionRange(text)
            let ours = try range.map { range in try versions.map { range.contains(try Version($0)) ? "1" : "0" }.joined() } ?? "-"
            #expect(ours == answer, "'\(text)' (seed \(seed))")
            if answer != "-" { readable += 1 }
        }
        // A generator that made only nonsense, or only sense, would prove little.
        #expect((300...1450).contains(readable), "\(readable) of \(ranges.count) could be read")
    }
}
