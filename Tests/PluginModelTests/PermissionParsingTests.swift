import PluginModel
import Testing

struct PermissionParsingTests {
    struct Canonical: Sendable, CustomTestStringConvertible {
        let text: String
        let canonical: String
        var testDescription: String { text }

        init(_ text: String, _ canonical: String? = nil) { (self.text, self.canonical) = (text, canonical ?? text) }
    }

    static let canonical = [
        Canonical("network:outbound:api.example.com"), Canonical("network:outbound:API.Example.COM", "network:outbound:api.example.com"),
        Canonical("network:outbound:https://api.example.com:443", "network:outbound:api.example.com"),
        Canonical("network:outbound:api.example.com:8443"), Canonical("network:outbound:http://api.example.com"),
        Canonical("network:outbound:HTTP://api.example.com:80", "network:outbound:http://api.example.com"),
        Canonical("network:outbound:http://api.example.com:443"),
        Canonical("network:outbound:*.Example.com", "network:outbound:*.example.com"),
        Canonical("network:outbound:http://*.example.com:8080"), Canonical("network:outbound:localhost:3000"),
        Canonical("network:outbound:192.0.2.7"),
        Canonical("network:outbound:[2001:DB8:0::1]:8443", "network:outbound:[2001:db8::1]:8443"),
        Canonical("network:outbound:xn--bcher-kva.example"),
        Canonical("network:outbound:_sip.example.com"), Canonical("network:inbound"), Canonical("network:private:127.0.0.1/32@localhost"),
        Canonical("network:private:10.0.0.0/8@NAS.example", "network:private:10.0.0.0/8@nas.example"),
        Canonical("network:private:fd00:0::/8@nas.example", "network:private:fd00::/8@nas.example"),
        Canonical("network:private:::1/128@[::1]"), Canonical("event:publish:connector.*"), Canonical("event:publish:>"),
        Canonical("event:publish:data.*.Person_Created-2.>"), Canonical("data:read:persons"), Canonical("data:write:organizations"),
        Canonical("engine:jit"), Canonical("engine:wasm"),
    ]

    @Test("A permission has one canonical text, which reads back as itself", arguments: canonical)
    func canonicalText(_ c: Canonical) throws {
        let permission = try Permission(parsing: c.text)
        #expect(permission.description == c.canonical)
        #expect(try Permission(parsing: c.canonical) == permission)
    }

    @Test("Every capability stands in the table above")
    func everyHeadIsTested() {
        for head in Permission.heads { #expect(Self.canonical.contains { $0.text == head || $0.text.hasPrefix(head + ":") }, "\(head)") }
        #expect(Self.canonical.allSatisfy { c in Permission.heads.contains { c.text.hasPrefix($0) } })
    }

    struct Unknown: Sendable, CustomTestStringConvertible {
        let text: String
        let suggestion: String?
        var testDescription: String { text.debugDescription }

        init(_ text: String, _ suggestion: String? = nil) { (self.text, self.suggestion) = (text, suggestion) }
    }

    @Test(
        "An unknown capability is an error, with the likely one beside it",
        arguments: [
            Unknown("network:outbond:api.example.com", "network:outbound:api.example.com"), Unknown("Network:Inbound", "network:inbound"),
            Unknown("network:outgoing:api.example.com", "network:outbound:api.example.com"),
            Unknown("data:raed:persons", "data:read:persons"),
            Unknown("engine:jti", "engine:jit"), Unknown("events:publish:a.b", "event:publish:a.b"),
            Unknown("filesystem:read:/etc/passwd"), Unknown(""), Unknown(":"), Unknown("::"), Unknown("*"), Unknown("*:*:*"),
            Unknown("network"),
            Unknown("network:*"), Unknown(" network:inbound", "network:inbound"), Unknown("network:outbond:not a host"),
        ])
    func unknown(_ c: Unknown) throws {
        let error = try #require(throws: PermissionError.self) { try Permission(parsing: c.text) }
        #expect(error.suggestion == c.suggestion)
        #expect(error.kind == .unknownCapability)
        #expect(error.fault().code == "permission.unknown-capability")
        #expect(error.reason.contains("network:outbound, network:inbound"))
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        let text: String
        let reason: String
        var testDescription: String { text.debugDescription }

        init(_ text: String, _ reason: String) { (self.text, self.reason) = (text, reason) }
    }

    @Test(
        "A known capability with a wrong resource says what is wrong with it",
        arguments: [
            Malformed("network:outbound", "lacks its third part"), Malformed("network:outbound:", "lacks its third part"),
            Malformed("network:outbound:*", "wildcard that is not a whole label"), Malformed("network:outbound:*.com", "too wide"),
            Malformed("network:outbound:*example.com", "wildcard that is not a whole label"),
            Malformed("network:outbound:*.*.example.com", "wildcard in the middle"),
            Malformed("network:outbound:api.*.com", "wildcard in the middle"),
            Malformed("network:outbound:*.0.0.1", "wildcard before an address"),
            Malformed("network:outbound:api.example.com.", "ends with a dot"),
            Malformed("network:outbound:api..example.com", "empty label"),
            Malformed("network:outbound:.example.com", "empty label"), Malformed("network:outbound:api.example.com/v1", "has a path"),
            Malformed("network:outbound:https://api.example.com/", "has a path"),
            Malformed("network:outbound:user@example.com", "user name"),
            Malformed("network:outbound:ftp://example.com", "scheme other than"), Malformed("network:outbound:bücher.example", "xn-- form"),
            Malformed("network:outbound:api example.com", "has a space"), Malformed("network:outbound:example.com:0", "only a port"),
            Malformed("network:outbound:example.com:65536", "only a port"), Malformed("network:outbound:example.com:080", "only a port"),
            Malformed("network:outbound:example.com:", "only a port"), Malformed("network:outbound:example.com:80:80", "only a port"),
            Malformed("network:outbound:example.com:*", "only a port"), Malformed("network:outbound:127.1", "spelling of its own"),
            Malformed("network:outbound:0x7f.0.0.1", "spelling of its own"),
            Malformed("network:outbound:2130706433", "spelling of its own"),
            Malformed("network:outbound:0177.0.0.1", "spelling of its own"),
            Malformed("network:outbound:0x7f000001", "spelling of its own"),
            Malformed("network:outbound:[::1", "IPv6"), Malformed("network:outbound:::1", "IPv6"),
            Malformed("network:outbound:[::1%25lo]", "IPv6"),
            Malformed("network:outbound:-a.example", "hyphen"), Malformed("network:outbound:\u{430}pi.example.com", "xn-- form"),
            Malformed("network:outbound:" + String(repeating: "a", count: 64) + ".example", "label longer"),
            Malformed("network:outbound:" + Array(repeating: "abcdefg", count: 32).joined(separator: "."), "host longer"),
            Malformed("network:outbound:" + String(repeating: "a", count: 500), "longer than 512 bytes"),
            Malformed("network:inbound:", "nothing may follow"), Malformed("network:inbound:x", "nothing may follow"),
            Malformed("engine:jit:on", "nothing may follow"),
            Malformed("network:private:127.0.0.1/32", "one host"), Malformed("network:private:127.0.0.1@localhost", "length of its range"),
            Malformed("network:private:localhost@localhost", "where a range belongs"),
            Malformed("network:private:0.0.0.0/0@localhost", "wider than /8"),
            Malformed("network:private:::/0@localhost", "wider than /7"),
            Malformed("network:private:10.0.0.1/8@localhost", "begins at 10.0.0.0/8"),
            Malformed("network:private:10.0.0.0/33@localhost", "length of its range"),
            Malformed("network:private:10.0.0.0/+8@localhost", "length of its range"),
            Malformed("network:private:::ffff:127.0.0.1/128@localhost", "written as IPv6"),
            Malformed("network:private:10.0.0.0/8@*.example.com", "wildcard"),
            Malformed("network:private:10.0.0.0/8@", "lacks a host"), Malformed("network:private:10.0.0.0/8@a@b", "user name"),
            Malformed("event:publish:", "lacks its third part"), Malformed("event:publish:a..b", "empty token"),
            Malformed("event:publish:.a", "empty token"),
            Malformed("event:publish:a.", "empty token"), Malformed("event:publish:>.a", "before the end"),
            Malformed("event:publish:a.b*", "token of its own"),
            Malformed("event:publish:a.>>", "token of its own"), Malformed("event:publish:a b", "ASCII letters"),
            Malformed("event:publish:a:b", "ASCII letters"),
            Malformed("event:publish:" + String(repeating: "a.", count: 128) + "a", "longer than 255"),
            Malformed("data:read:*", "all tables at once"),
            Malformed("data:read:people", "does not exist"), Malformed("data:write:Persons", "does not exist"),
            Malformed("data:read", "lacks its third part"),
            Malformed("data:read:persons:name", "does not exist"),
        ])
    func malformed(_ c: Malformed) throws {
        let error = try #require(throws: PermissionError.self) { try Permission(parsing: c.text) }
        #expect(error.reason.contains(c.reason), "\(error)")
        #expect(error.kind == .malformed)
    }

    @Test("A misspelt table and a trailing dot come with what was probably meant")
    func suggestions() {
        #expect(#expect(throws: PermissionError.self) { try Permission(parsing: "data:write:Persons") }?.suggestion == "data:write:persons")
        #expect(#expect(throws: PermissionError.self) { try Permission(parsing: "data:read:persons ") }?.suggestion == "data:read:persons")
        #expect(
            #expect(throws: PermissionError.self) { try Permission(parsing: "network:outbound:::1") }?.suggestion
                == "network:outbound:[::1]")
        #expect(#expect(throws: PermissionError.self) { try Permission(parsing: "data:read:mesages") }?.suggestion == "data:read:messages")
        #expect(
            #expect(throws: PermissionError.self) { try Permission(parsing: "network:outbound:api.example.com.") }?.suggestion
                == "network:outbound:api.example.com")
    }

    @Test("Whatever bytes come, reading ends in a permission or an error that can be shown", arguments: 1...20)
    func anyText(seed: UInt64) {
        var state = seed
        func next(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(below))
        }
        let pieces =
            Permission.heads + [
                ":", "@", "/", "*", ".", ">", "[", "]", "::", "10.0.0.0/8", "a", "\u{0}", "\u{202E}", "é", "http://", "80", "-", "%",
            ]
        for _ in 0..<500 {
            let text = Permission.heads[next(Permission.heads.count)] + (0..<next(8)).map { _ in pieces[next(pieces.count)] }.joined()
            do {
                let permission = try Permission(parsing: text)
                #expect((try? Permission(parsing: permission.description)) == permission, "\(text)")
            } catch {
                #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E }, "\(text.debugDescription)")
            }
        }
    }
}
