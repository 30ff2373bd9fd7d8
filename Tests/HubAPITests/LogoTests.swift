import HubCore
import JSON
import PluginModel
import Testing

@testable import HubAPI

/// Logos of integrations, which pages of others show too. Contract of Coop, section 11.
@Suite(.everyDatabase, .namingTheDatabase) struct LogoTests {
    private static let picture = "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>"

    private static func code(_ id: String, _ members: String) -> String {
        """
        const sections = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations',
          'implementationGuidance', 'relevantLinks'].map((id) => ({ id, title: id, fields: [{ label: 'l', value: 'v' }] }));
        exports.default = { manifest: { id: '\(id)', name: 'Logo', version: '1.0.0', requiresConfig: false, \(members)
          modelCard: { modelName: 'm', version: '3', sections } },
          createSignals: () => [{ signalTypeId: '\(id)', signal: { id: { type: '\(id)' }, displayName: 'S', description: '', docsUrl: null,
            recommendedThresholds: null, supportedLanguages: 'ALL', pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'],
            outputType: { scalarType: 'NUMBER' }, getCost: () => 1, run: async () => ({ score: 1 }), integration: '\(id)',
            getDisabledInfo: async () => ({ disabled: false }), needsMatchingValues: false, eligibleSubcategories: [],
            needsActionPenalties: false, allowedInAutomatedRules: true } }] };
        """
    }

    private func install(
        _ id: String, _ members: String, files: [String: String] = [:], consent: Bool = true, _ hub: TestHub, _ admin: Person
    )
        async throws
    {
        let place = "\(hub.folder)/source/\(id.lowercased())"
        try Folders.write(#"{"name":"@acme/\#(id.lowercased())","version":"1.0.0","main":"index.js"}"#, to: place + "/package.json")
        try Folders.write(Self.code(id, members), to: place + "/index.js")
        for (name, text) in files { try Folders.write(text, to: "\(place)/\(name)") }
        let done = try await hub.install(place, as: admin)
        #expect(done["state"] == "done" && done["plugin"]?.stringValue == id, "\(done.serialized())")
        guard consent else { return }
        #expect(try await hub.ask("POST", "/plugins/\(id)/consent", as: admin, ["grants": []]).status == 200)
    }

    @Test(.timeLimit(.minutes(1))) func `everybody may see the logos of integrations that run, and no other file`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let files = ["art/plain.svg": Self.picture, "art/big.svg": Self.picture + "<!-- big -->", "art/secret.svg": Self.picture]
        try await install("ONE_LOGO", "logoPath: '/art/plain.svg',", files: files, hub, admin)
        try await install("TWO_LOGOS", "logoPath: 'art/plain.svg', logoWithBackgroundPath: 'art/big.svg',", files: files, hub, admin)
        try await install("LOST_LOGO", "logoPath: 'art/gone.svg', logoUrl: 'https://acme.test/a.png',", hub, admin)
        try await install("FAR_LOGO", "logoUrl: 'https://acme.test/a.png',", hub, admin)
        try await install("NO_CONSENT", "logoPath: 'art/plain.svg',", files: files, consent: false, hub, admin)

        for path in ["/integration-logos/ONE_LOGO", "/integration-logos/ONE_LOGO/with-background", "/integration-logos/ONE_LOGO?v=1.0.0"] {
            let logo = try await hub.ask("GET", path)
            #expect(logo.status == 200 && logo.text == Self.picture, "\(path): \(logo)")
            #expect(logo["content-type"] == "image/svg+xml" && logo["x-content-type-options"] == "nosniff")
            #expect(logo["cache-control"] == "public, max-age=86400" && logo["cross-origin-resource-policy"] == "cross-origin")
            #expect(logo["content-security-policy"]?.contains("default-src 'none'") == true && logo["set-cookie"] == nil)
        }
        #expect(try await hub.ask("GET", "/integration-logos/TWO_LOGOS").text == Self.picture)
        #expect(try await hub.ask("GET", "/integration-logos/TWO_LOGOS/with-background").text.hasSuffix("<!-- big -->"))

        for path in [
            "LOST_LOGO", "LOST_LOGO/with-background", "FAR_LOGO", "NO_CONSENT", "NO_SUCH", "..", "..%2f..",
            "ONE_LOGO%2f..%2f..%2fart%2fsecret.svg",
            "ONE_LOGO/..%2fart%2fsecret.svg", "ONE_LOGO/art/secret.svg", "ONE_LOGO/with-background/..", "%00", "ONE_LOGO%00.svg",
        ] {
            let answer = try await hub.ask("GET", "/integration-logos/\(path)")
            #expect((400..<500).contains(answer.status) && !answer.text.contains("<svg"), "\(path): \(answer)")
        }
        for id in ["LOST_LOGO", "FAR_LOGO", "NO_CONSENT", "NO_SUCH"] {
            let answer = try await hub.ask("GET", "/integration-logos/\(id)")
            #expect(answer.status == 404 && answer.code == "package.no-such-asset", "\(id): a stranger is told the same of each: \(answer)")
        }

        let shown = try await hub.ask("GET", "/integrations", as: admin).json.arrayValue ?? []
        func logos(_ id: String) -> [JSONValue?] {
            let one = shown.first { $0["id"]?.stringValue == id }
            return [one?["logo"], one?["logoWithBackground"]]
        }
        #expect(
            logos("ONE_LOGO") == [
                "/api/v1/integration-logos/ONE_LOGO?v=1.0.0", "/api/v1/integration-logos/ONE_LOGO/with-background?v=1.0.0",
            ])
        #expect(logos("LOST_LOGO") == [.null, .null], "what is not there is not advertised")
        #expect(logos("FAR_LOGO") == ["https://acme.test/a.png", .null])
    }
}
