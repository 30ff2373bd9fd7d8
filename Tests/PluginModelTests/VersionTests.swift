import PluginModel
import Testing

struct VersionTests {
    /// Each comes before the next: semver.org § 11, its points 2, 3 and 4, and numbers too long for any integer.
    static let ascending = [
        "0.0.0", "0.0.1-0", "0.0.1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-beta.99999999999999999998", "1.0.0-beta.99999999999999999999", "1.0.0-beta.100000000000000000000", "1.0.0-beta.-",
        "1.0.0-rc.1",
        "1.0.0", "1.0.10", "1.9.0", "1.10.0", "1.11.0", "2.0.0", "2.1.0", "2.1.1", "10.0.0",
    ]

    @Test("Published precedence holds between any two")
    func precedence() throws {
        let versions = try Self.ascending.map { try Version($0) }
        for (i, a) in versions.enumerated() {
            for (j, b) in versions.enumerated() {
                #expect((a < b) == (i < j), "\(a) and \(b)")
                #expect((a == b) == (i == j), "\(a) and \(b)")
            }
        }
        #expect(versions.shuffled().sorted() == versions)
    }

    @Test("Build metadata is kept but does not count")
    func buildMetadata() throws {
        let plain = try Version("1.2.3-x")
        let built = try Version("1.2.3-x+build.007.-")
        #expect(plain == built && Set([plain, built]).count == 1)
        #expect(!(plain < built) && !(built < plain))
        #expect(built.build == ["build", "007", "-"])
    }

    @Test(
        "A version is written as it was read",
        arguments: ascending + [
            "1.0.0+20130313144700", "1.0.0-x-y-z.--", "1.0.0-0A.is.legal", "1.2.3----R-S.12.9.1--.12+meta", "1.0.0+a-b",
        ])
    func description(_ text: String) throws {
        #expect(try Version(text).description == text)
    }

    @Test(
        "A text that is no version is refused",
        arguments: [
            "", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.02.3", "1.2.03", "1.2.3-", "1.2.3+", "1.2.3-a..b", "1.2.3-01", "1.2.3+a+b",
            "1.2.3-ä",
            "1.2.-3", "1..3", " 1.2.3", "1.2.3 ", "1.2.3\n", "99999999999999999999.0.0", "+1.2.3", "１.2.3",
            "1.0.0-" + String(repeating: "a", count: 256),
        ])
    func invalid(_ text: String) throws {
        let error = try #require(throws: InvalidVersion.self) { try Version(text) }
        #expect(error.fault.code == "plugin.invalid-version")
        #expect(error.description.hasPrefix("The version '"))
    }
}
