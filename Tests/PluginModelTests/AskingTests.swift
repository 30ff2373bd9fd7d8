import PluginModel
import Testing

/// What may be granted without being asked for, and what follows.
struct AskingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var declared: [String] = []
        var granted: [String] = []
        let need: Need
        /// For plugins whose manifest lists what they need, and for those whose format leaves hosts to the operator.
        let expected: (listed: Decision, open: Decision)
    }

    private static let host = Need.networkConnect(scheme: .https, host: "api.acme.test", port: 443)

    @Test(arguments: [
        Case(testDescription: "nothing", need: host, expected: (.deny(.notInManifest), .deny(.notGranted))),
        Case(
            testDescription: "granted and not declared", granted: ["network:outbound:*.acme.test"], need: host,
            expected: (.deny(.notInManifest), .allow)),
        Case(
            testDescription: "another host granted", granted: ["network:outbound:acme.test"], need: host,
            expected: (.deny(.notInManifest), .deny(.notGranted))),
        Case(
            testDescription: "declared and not granted", declared: ["network:outbound:api.acme.test"], need: host,
            expected: (.deny(.notGranted), .deny(.notGranted))),
        Case(
            testDescription: "a power of the engine", granted: ["engine:jit"], need: .engine(.jit),
            expected: (.deny(.notInManifest), .deny(.notInManifest))),
        Case(
            testDescription: "a table", granted: ["data:read:persons"], need: .dataRead(table: "persons"),
            expected: (.deny(.notInManifest), .deny(.notInManifest))),
        Case(
            testDescription: "a private address", granted: ["network:private:10.0.0.0/8@nas.test"],
            need: .privateAddress(host: "nas.test", address: [10, 0, 0, 1]), expected: (.allow, .allow)),
    ]) func `what is left to the operator`(_ c: Case) throws {
        let declared = try c.declared.map { try Permission(parsing: $0) }
        let granted = GrantSet(try c.granted.map { try Permission(parsing: $0) })
        #expect(decide(c.need, declared: declared, granted: granted) == c.expected.listed)
        #expect(decide(c.need, declared: declared, granted: granted, asking: .openForNetwork) == c.expected.open)
    }

    @Test func `what granting does anything for`() throws {
        func takes(_ asking: Asking, _ text: String, _ declared: String...) throws -> Bool {
            asking.takes(try Permission(parsing: text), declared: try declared.map { try Permission(parsing: $0) })
        }
        for text in ["network:outbound:api.acme.test", "network:private:10.0.0.0/8@nas.test"] {
            #expect(try takes(.openForNetwork, text))
            #expect(try !takes(.listed, text))
        }
        for text in ["network:inbound", "engine:wasm", "data:write:events", "event:publish:a.b"] {
            #expect(try !takes(.openForNetwork, text))
            #expect(try takes(.openForNetwork, text, text) && takes(.listed, text, text))
        }
    }

    @Test func `a refusal names the host and who lets it`() throws {
        let denied = PermissionDenied(
            plugin: try PluginID("acme.words"), need: Self.host, denial: .notGranted, asking: .openForNetwork)
        #expect(denied.fault.code == "permission.not-granted" && denied.fault.turn == .operator)
        #expect(denied.fault.message == "plugin 'acme.words' may not connect to 'https://api.acme.test'. The operator has not granted it.")
        #expect(denied.fault.remedy?.contains("--grant network:outbound:api.acme.test") == true)
    }
}
