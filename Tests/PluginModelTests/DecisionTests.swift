import PluginModel
import Testing

struct DecisionTests {
    static let connect = Need.networkConnect(scheme: .https, host: "api.acme.test", port: 443)
    static let loopback = Need.privateAddress(host: "localhost", address: [127, 0, 0, 1])
    static let api = "network:outbound:api.acme.test"

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var need = connect
        let declared: [String]
        let granted: [String]
        let expected: Decision
    }

    @Test(
        "Both the manifest and the operator are asked",
        arguments: [
            Case(testDescription: "neither asked nor granted", declared: [], granted: [], expected: .deny(.notInManifest)),
            Case(testDescription: "granted but never asked", declared: [], granted: [api], expected: .deny(.notInManifest)),
            Case(testDescription: "asked but not granted", declared: [api], granted: [], expected: .deny(.notGranted)),
            Case(testDescription: "asked and granted", declared: [api], granted: [api], expected: .allow),
            Case(
                testDescription: "asked widely, granted narrowly", declared: ["network:outbound:*.acme.test"], granted: [api],
                expected: .allow),
            Case(
                testDescription: "asked narrowly, granted widely", declared: [api], granted: ["network:outbound:*.acme.test"],
                expected: .allow),
            Case(
                testDescription: "another granted", declared: [api], granted: ["network:outbound:www.acme.test"],
                expected: .deny(.notGranted)),
            Case(testDescription: "second of two", declared: ["network:inbound", api], granted: ["engine:jit", api], expected: .allow),
            Case(
                testDescription: "a private address needs the operator alone", need: loopback, declared: [],
                granted: ["network:private:127.0.0.0/8@localhost"], expected: .allow),
            Case(
                testDescription: "a manifest cannot lend itself a private address", need: loopback,
                declared: ["network:private:127.0.0.0/8@localhost"],
                granted: [], expected: .deny(.notGranted)),
            Case(
                testDescription: "reaching the host does not lend its private address", need: loopback,
                declared: ["network:outbound:localhost"],
                granted: ["network:outbound:localhost"], expected: .deny(.notGranted)),
        ])
    func decision(_ c: Case) throws {
        let declared = try c.declared.map { try Permission(parsing: $0) }
        let granted = GrantSet(try c.granted.map { try Permission(parsing: $0) })
        #expect(decide(c.need, declared: declared, granted: granted) == c.expected)
        let plugin = try PluginID("acme.weather")
        switch c.expected {
        case .allow: #expect(throws: Never.self) { try require(c.need, of: plugin, declared: declared, granted: granted) }
        case .deny(let denial):
            let refusal = #expect(throws: PermissionDenied.self) { try require(c.need, of: plugin, declared: declared, granted: granted) }
            #expect(refusal?.denial == denial)
        }
    }

    @Test("A grant set lists in one order, and takes and gives back")
    func grantSet() throws {
        let api = try Permission(parsing: Self.api)
        let jit = try Permission(parsing: "engine:jit")
        var grants: GrantSet = [api, jit]
        #expect(grants.permissions.map(\.description) == ["engine:jit", Self.api])
        grants.remove(api)
        #expect(!grants.allows(Self.connect) && grants.contains(jit))
        grants.insert(try Permission(parsing: "network:outbound:API.acme.test:443"))
        #expect(grants == [jit, api])
        #expect(GrantSet.none.isEmpty && !GrantSet.none.allows(.engine(.jit)))
    }
}
