import PluginModel
import Testing

struct FaultTests {
    static let plugin = "acme.weather"

    private func refusal(_ need: Need, _ denial: Denial, at place: Int? = nil) throws -> PermissionDenied {
        PermissionDenied(plugin: try PluginID(Self.plugin), need: need, denial: denial, declaredAt: place)
    }

    @Test("What is not declared is the author's turn, in the contract's words")
    func notDeclared() throws {
        let refusal = try refusal(DecisionTests.connect, .notInManifest)
        #expect(refusal.description == "PermissionDenied: network:outbound:api.acme.test is not declared by acme.weather")
        #expect(
            refusal.fault.description == """
                permission.not-declared: plugin 'acme.weather' may not connect to 'https://api.acme.test'. \
                PermissionDenied: network:outbound:api.acme.test is not declared by acme.weather.
                  at patchbay.json /permissions; the plugin author's turn
                  Add "network:outbound:api.acme.test" to the manifest's permissions.
                """)
    }

    @Test("What is not granted is the operator's turn, with the words to type")
    func notGranted() throws {
        let refusal = try refusal(DecisionTests.connect, .notGranted, at: 0)
        #expect(refusal.scriptMessage == "network:outbound:api.acme.test is not granted to acme.weather")
        #expect(
            refusal.fault.description == """
                permission.not-granted: plugin 'acme.weather' may not connect to 'https://api.acme.test'. \
                Its manifest asks for this, but no operator has granted it.
                  at patchbay.json /permissions/0; the operator's turn
                  Allow it: patchbay plugin call … --grant network:outbound:api.acme.test
                """)
    }

    @Test("Which private address a name leads to is told to the operator, not to the plugin")
    func privateAddress() throws {
        let refusal = try refusal(.privateAddress(host: "nas.example", address: [10, 1, 2, 3]), .notGranted)
        #expect(!refusal.scriptMessage.contains("10.1.2.3"))
        #expect(!refusal.fault.message.contains("10.1.2.3"))
        #expect(refusal.fault.remedy == "Allow it: patchbay plugin call … --grant network:private:10.1.2.3/32@nas.example")
        #expect(try Permission(parsing: "network:private:10.1.2.3/32@nas.example").allows(refusal.need))
    }

    @Test("A remedy can be pasted into a shell as it stands")
    func shellSafety() throws {
        let refusal = try refusal(.networkConnect(scheme: .https, host: "[::1]", port: 8443), .notGranted, at: 1)
        #expect(refusal.fault.remedy?.hasSuffix("--grant 'network:outbound:[::1]:8443'") == true)
        #expect(shellWord("it's") == "'it'\\''s'")
        #expect(shellWord("") == "''")
        #expect(shellWord("a b") == "'a b'")
        #expect(shellWord("$(reboot)") == "'$(reboot)'")
        #expect(shellWord("event:publish:a.>") == "'event:publish:a.>'")
    }

    @Test(
        "A call that names nonsense is not offered as a grant, and cannot forge a line",
        arguments: [
            Need.networkConnect(scheme: .https, host: "a\u{1B}[2K\nhub.ok: fine; rm -rf /", port: 443),
            .eventPublish(subject: "x\r\ny\u{202E}"),
            .dataRead(table: "persons;\u{7}"), .networkConnect(scheme: .https, host: String(repeating: "h", count: 100_000), port: 1),
            .privateAddress(host: "a b", address: [1, 2, 3]),
        ])
    func hostileNeeds(_ need: Need) throws {
        for denial in [Denial.notInManifest, .notGranted] {
            let refusal = try refusal(need, denial)
            let lines = refusal.fault.description.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == 3)
            #expect(!refusal.fault.description.unicodeScalars.contains { ($0.value < 0x20 && $0 != "\n") || $0.value == 0x202E })
            #expect(refusal.fault.description.count < 1200)
            #expect(refusal.fault.remedy?.contains("--grant") != true)
        }
    }

    @Test("A fault is three lines, whoever's turn it is, and its inside details stay inside", arguments: Fault.Turn.allCases)
    func rendering(_ turn: Fault.Turn) {
        let fault = Fault(code: "x.y", message: "It broke.", turn: turn, details: "/var/lib/secret")
        let lines = fault.description.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first == "x.y: It broke.")
        #expect(lines.dropFirst().first.map(String.init) == "  \(turn.owner)'s turn")
        #expect(lines.last?.hasSuffix(".") == true)
        #expect(!fault.description.contains("secret"))
    }

    @Test("An unknown capability names those there are")
    func unknownCapability() throws {
        let error = try #require(throws: PermissionError.self) { try Permission(parsing: "network:outbond:api.acme.test") }
        #expect(
            error.fault(place: "patchbay.json /permissions/2").description == """
                permission.unknown-capability: The permission 'network:outbond:api.acme.test' names no capability of this hub; there are \
                network:outbound, network:inbound, network:private, event:publish, data:read, data:write, engine:jit, engine:wasm. \
                Did you mean 'network:outbound:api.acme.test'?
                  at patchbay.json /permissions/2; the plugin author's turn
                  Write network:outbound:api.acme.test instead.
                """)
    }
}
