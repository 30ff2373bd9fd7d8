import HostCalls
import PluginModel
import Testing

/// What a URL comes to: the one reading that is checked and connected to.
@Suite struct Targets {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let expected: String
        let need: String
        init(_ text: String, _ expected: String, _ need: String) {
            self.text = text
            self.expected = expected
            self.need = "network:outbound:" + need
        }
        var testDescription: String { text.debugDescription }
    }

    @Test(arguments: [
        Case("https://api.example", "https://api.example/", "api.example"),
        Case("https://api.example:443/", "https://api.example:443/", "api.example"),
        Case("HTTPS://API.Example/A?B#C", "https://api.example/A?B", "api.example"),
        Case("https://api.example.:8443/x", "https://api.example:8443/x", "api.example:8443"),
        Case("http://api.example", "http://api.example/", "http://api.example"),
        Case("https://api.example/é ü?q=ö", "https://api.example/%c3%a9%20%c3%bc?q=%c3%b6", "api.example"),
        Case("https://api.example/a/../b/./c", "https://api.example/b/c", "api.example"),
        Case("https://api.example/%2e%2e/x%2Fy", "https://api.example/%2e%2e/x%2Fy", "api.example"),
        Case("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        Case("https://a_b.example/", "https://a_b.example/", "a_b.example"),
        Case("https://0x7f.1/", "https://127.0.0.1/", "127.0.0.1"), Case("https://%31%32%37.1/", "https://127.0.0.1/", "127.0.0.1"),
        Case("https://[2606:4700::0:1]/", "https://[2606:4700::1]/", "[2606:4700::1]"),
        Case("https://api.example?x=@evil.example", "https://api.example/?x=@evil.example", "api.example"),
        Case("https://api.example/@evil.example", "https://api.example/@evil.example", "api.example"),
        Case("https://api.example#@evil.example", "https://api.example/", "api.example"),
    ]) func readOneWay(_ c: Case) throws {
        let target = try HTTPTarget(parsing: c.text)
        #expect(target.need.permission == c.need)
        // curl writes percent-encodings in the case it likes; what they say is the same.
        #expect(target.text.lowercased() == c.expected.lowercased())
        let again = try HTTPTarget(parsing: target.text)
        #expect(again.text == target.text && again.host == target.host && again.port == target.port)
    }

    struct Step: Sendable, CustomTestStringConvertible {
        let location: String
        let expected: String?
        init(_ location: String, _ expected: String?) {
            self.location = location
            self.expected = expected
        }
        var testDescription: String { location.debugDescription }
    }

    @Test(arguments: [
        Step("/x", "https://api.example/x"), Step("x", "https://api.example/a/x"), Step("../x", "https://api.example/x"),
        Step("?q", "https://api.example/a/b?q"), Step("//other.example/x", "https://other.example/x"),
        Step("http://other.example", "http://other.example/"), Step("https://u:p@other.example", nil), Step("ftp://other.example", nil),
        Step("javascript:alert(1)", nil), Step("//u@other.example/", nil), Step("https://other.example:99999/", nil),
        Step("//１２７.0.0.1/", nil), Step("/a\u{0}b", nil), Step(String(repeating: "x", count: 20_000), nil),
    ]) func resolveALocation(_ step: Step) throws {
        let base = try HTTPTarget(parsing: "https://api.example/a/b?c")
        #expect((try? base.resolving(step.location))?.text == step.expected)
    }

    /// Any bytes at all: read the same way twice, or refused.
    @Test(arguments: 0..<20) func standStillWhateverComes(_ seed: UInt64) {
        var random = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        func next(_ bound: Int) -> Int {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return Int(random >> 33) % bound
        }
        let pieces = [
            "http://", "https://", "127", "0x7f", "%31", "%2e", ".", ":", "@", "/", "\\", "#", "?", "[", "]", "::1", "ffff", "localhost",
            "%25",
            "é", "。", " ", "\t", "\u{0}", "..", "a", "80", "%00", "%", "//", "xn--", "０",
        ]
        var readable = 0
        for _ in 0..<2000 {
            let text = (next(4) > 0 ? "http://" : "") + (0..<(1 + next(8))).map { _ in pieces[next(pieces.count)] }.joined()
            guard let target = try? HTTPTarget(parsing: text) else { continue }
            readable += 1
            let again = try? HTTPTarget(parsing: target.text)
            #expect(again?.host == target.host && again?.port == target.port && again?.text == target.text, "\(text.debugDescription)")
            // Whatever stands between the slashes is the host and its port, nothing else.
            let authority = target.text.split(separator: "/", omittingEmptySubsequences: false)[2]
            #expect(authority == target.host || authority == "\(target.host):\(target.port)", "\(text.debugDescription)")
        }
        #expect(readable > 0)
    }
}
