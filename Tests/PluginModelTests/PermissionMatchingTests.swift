import PluginModel
import Testing

struct PermissionMatchingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let permission: String
        let need: Need
        let allowed: Bool
        var testDescription: String { "\(permission) \(allowed ? "covers" : "does not cover") \(need)" }
    }

    private static func connect(
        _ permission: String, _ host: String, _ allowed: Bool, scheme: NetworkScheme = .https, port: UInt16? = nil
    ) -> Case {
        let need = Need.networkConnect(scheme: scheme, host: host, port: port ?? scheme.defaultPort)
        return Case(permission: "network:outbound:" + permission, need: need, allowed: allowed)
    }

    static let hosts = [
        connect("api.example.com", "api.example.com", true), connect("api.example.com", "API.EXAMPLE.com", true),
        connect("api.example.com", "example.com", false), connect("api.example.com", "v2.api.example.com", false),
        connect("api.example.com", "api.example.com.evil.example", false), connect("api.example.com", "evil-api.example.com", false),
        connect("api.example.com", "apixexample.com", false), connect("api.example.com", "api.example.com.", false),
        connect("api.example.com", "api.example.com\u{0}", false), connect("api.example.com", "api.example.com/", false),
        connect("api.example.com", "x@api.example.com", false), connect("api.example.com", "api.example.com:443", false),
        connect("api.example.com", "\u{430}pi.example.com", false), connect("api.example.com", "api。example.com", false),
        connect("api.example.com", "", false), connect("api.example.com", "*.example.com", false),
        connect("example.com", "\u{212A}.example.com", false),
        connect("*.example.com", "api.example.com", true), connect("*.example.com", "a.b.example.com", true),
        connect("*.example.com", "A.EXAMPLE.COM", true),
        connect("*.example.com", "example.com", false), connect("*.example.com", ".example.com", false),
        connect("*.example.com", "evilexample.com", false),
        connect("*.example.com", "api.example.com.evil.example", false), connect("*.example.com", "*.example.com", false),
        connect("*.example.com", "api.example.com.", false),
        connect("api.example.com", "api.example.com", false, port: 8443),
        connect("api.example.com:8443", "api.example.com", true, port: 8443),
        connect("api.example.com:8443", "api.example.com", false), connect("*.example.com:8443", "a.example.com", true, port: 8443),
        connect("*.example.com:8443", "a.example.com", false),
        connect("api.example.com", "api.example.com", false, scheme: .http),
        connect("api.example.com", "api.example.com", false, scheme: .http, port: 443),
        connect("api.example.com:8080", "api.example.com", false, scheme: .http, port: 8080),
        connect("http://api.example.com", "api.example.com", true, scheme: .http),
        connect("http://api.example.com", "api.example.com", false),
        connect("http://api.example.com", "api.example.com", false, scheme: .http, port: 8080),
        connect("http://api.example.com:8080", "api.example.com", true, scheme: .http, port: 8080),
        connect("192.0.2.7", "192.0.2.7", true), connect("192.0.2.7", "192.0.2.70", false), connect("192.0.2.7", "3221225991", false),
        connect("192.0.2.7", "[::ffff:192.0.2.7]", false), connect("[2001:db8::1]", "[2001:DB8:0::1]", true),
        connect("[2001:db8::1]", "2001:db8::1", true),
        connect("[2001:db8::1]", "[2001:db8::2]", false), connect("localhost:3000", "localhost", true, port: 3000),
    ]

    private static func publish(_ pattern: String, _ subject: String, _ allowed: Bool) -> Case {
        Case(permission: "event:publish:" + pattern, need: .eventPublish(subject: subject), allowed: allowed)
    }

    static let subjects = [
        publish("connector.*", "connector.SyncCompleted", true), publish("connector.*", "connector.a.b", false),
        publish("connector.*", "connector", false),
        publish("connector.*", "Connector.a", false), publish("connector.*", "connector.", false),
        publish("connector.*", "connector.*", false),
        publish("connector.*", "connector.>", false), publish("connector.*", "connector.a b", false),
        publish("connector.*", "xconnector.a", false),
        publish("connector.>", "connector.a", true), publish("connector.>", "connector.a.b.c", true),
        publish("connector.>", "connector", false),
        publish("connector.>", "connector.", false), publish("connector.>", "connector.a..b", false), publish(">", "a", true),
        publish(">", "", false),
        publish("*", "a", true), publish("*", "a.b", false), publish("*.b", "a.b", true), publish("*.b", "b", false),
        publish("a.*.c", "a.b.c", true),
        publish("a.*.c", "a.b.b.c", false), publish("a.*.>", "a.b", false), publish("a.*.>", "a.b.c", true),
        publish("data.PersonCreated", "data.PersonCreated", true),
        publish("data.PersonCreated", "data.personCreated", false), publish("data.PersonCreated", "data.PersonCreated.x", false),
        publish(">", String(repeating: "a.", count: 128) + "a", false),
    ]

    static let others = [
        Case(permission: "data:read:persons", need: .dataRead(table: "persons"), allowed: true),
        Case(permission: "data:read:persons", need: .dataRead(table: "Persons"), allowed: false),
        Case(permission: "data:read:persons", need: .dataRead(table: "messages"), allowed: false),
        Case(permission: "data:read:persons", need: .dataWrite(table: "persons"), allowed: false),
        Case(permission: "data:write:persons", need: .dataRead(table: "persons"), allowed: false),
        Case(permission: "data:write:persons", need: .dataWrite(table: "persons"), allowed: true),
        Case(permission: "data:write:persons", need: .dataWrite(table: "*"), allowed: false),
        Case(permission: "network:inbound", need: .networkInbound, allowed: true),
        Case(permission: "network:inbound", need: .networkConnect(scheme: .https, host: "inbound", port: 443), allowed: false),
        Case(permission: "network:outbound:api.example.com", need: .networkInbound, allowed: false),
        Case(permission: "engine:jit", need: .engine(.jit), allowed: true),
        Case(permission: "engine:jit", need: .engine(.wasm), allowed: false),
        Case(
            permission: "network:private:127.0.0.1/32@localhost", need: .privateAddress(host: "LOCALHOST", address: [127, 0, 0, 1]),
            allowed: true),
        Case(
            permission: "network:private:127.0.0.1/32@localhost", need: .privateAddress(host: "localhost", address: [127, 0, 0, 2]),
            allowed: false),
        Case(
            permission: "network:private:127.0.0.1/32@localhost", need: .privateAddress(host: "evil.example", address: [127, 0, 0, 1]),
            allowed: false),
        Case(
            permission: "network:private:127.0.0.1/32@localhost", need: .networkConnect(scheme: .https, host: "localhost", port: 443),
            allowed: false),
        Case(
            permission: "network:private:127.0.0.1/32@localhost",
            need: .privateAddress(host: "localhost", address: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 1]), allowed: true),
        Case(
            permission: "network:private:127.0.0.1/32@localhost",
            need: .privateAddress(host: "localhost", address: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), allowed: false),
        Case(
            permission: "network:private:10.16.0.0/12@nas.example",
            need: .privateAddress(host: "nas.example", address: [10, 31, 255, 255]), allowed: true),
        Case(
            permission: "network:private:10.16.0.0/12@nas.example", need: .privateAddress(host: "nas.example", address: [10, 32, 0, 0]),
            allowed: false),
        Case(
            permission: "network:private:10.16.0.0/12@nas.example", need: .privateAddress(host: "nas.example", address: []), allowed: false),
        Case(
            permission: "network:private:fd00::/8@nas.example",
            need: .privateAddress(host: "nas.example", address: [0xFD, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), allowed: true),
        Case(
            permission: "network:private:fd00::/8@nas.example",
            need: .privateAddress(host: "nas.example", address: [0xFC, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), allowed: false),
    ]

    @Test("A permission covers exactly what it says", arguments: hosts + subjects + others)
    func coverage(_ c: Case) throws {
        #expect(try Permission(parsing: c.permission).allows(c.need) == c.allowed)
    }

    @Test("What a need asks for covers that need", arguments: (hosts + subjects + others).filter(\.allowed))
    func narrowestPermission(_ c: Case) throws {
        #expect(try Permission(parsing: c.need.permission).allows(c.need))
    }

    @Test(
        "what two permissions both cover",
        arguments: [
            ("network:outbound:api.example.com", "network:outbound:api.example.com", true),
            ("network:outbound:api.example.com", "network:outbound:*.example.com", true),
            ("network:outbound:*.a.example.com", "network:outbound:*.example.com", true),
            ("network:outbound:*.a.example.com", "network:outbound:*.b.example.com", false),
            ("network:outbound:example.com", "network:outbound:*.example.com", false),
            ("network:outbound:example.com", "network:outbound:example.com:8443", false),
            ("network:outbound:example.com", "network:outbound:http://example.com", false),
            ("network:outbound:example.com", "network:inbound", false),
            ("network:private:10.0.0.0/8@nas.example", "network:outbound:nas.example", true),
            ("network:private:10.0.0.0/8@nas.example", "network:outbound:other.example", false),
            ("event:publish:connector.*", "event:publish:connector.done", true),
            ("event:publish:connector.*", "event:publish:connector.a.b", false),
            ("event:publish:connector.>", "event:publish:*.a.b", true),
            ("event:publish:a.b", "event:publish:a", false),
            ("data:read:persons", "data:read:persons", true), ("data:read:persons", "data:write:persons", false),
            ("engine:jit", "engine:wasm", false),
        ]) func overlaps(one: String, two: String, expected: Bool) throws
    {
        let (one, two) = (try Permission(parsing: one), try Permission(parsing: two))
        #expect(one.overlaps(two) == expected)
        #expect(two.overlaps(one) == expected)
    }
}
