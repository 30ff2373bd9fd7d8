import JSON
import Testing

/// A hub beside an `integrations.config.json`, as programs for Coop have one.
@Suite(.serialized) struct ServeIntegrationsTests {
    let program: Program

    init() throws { program = try Program() }

    private func package(_ name: String) throws {
        try program.write(
            "\(name)/package.json", #"{"name": "\#(name)", "version": "1.0.0", "main": "index.js"}"#)
        let id = name.uppercased()
        try program.write(
            "\(name)/index.js",
            """
            const section = (id) => ({ id, title: id, fields: [] });
            module.exports = {
              manifest: {
                id: '\(id)', name: '\(name)', version: '1.0.0', requiresConfig: false, signalTypeIds: ['\(id)_SCORE'],
                modelCard: {
                  modelName: '\(name)', version: '1',
                  sections: ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations',
                    'implementationGuidance', 'relevantLinks'].map(section),
                },
              },
              createSignals: () => [{
                signalTypeId: '\(id)_SCORE',
                signal: {
                  id: { type: '\(id)_SCORE' }, displayName: 'Score', description: 'A score.', docsUrl: null, recommendedThresholds: null,
                  supportedLanguages: 'ALL', pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'],
                  outputType: { scalarType: 'NUMBER' }, getCost: () => 1, needsMatchingValues: false, eligibleSubcategories: [],
                  needsActionPenalties: false, integration: '\(id)', allowedInAutomatedRules: true,
                  run: async () => ({ outputType: { scalarType: 'NUMBER' }, score: 1 }), getDisabledInfo: async () => ({ disabled: false }),
                },
              }],
            };
            """)
    }

    private func file(_ entries: String) throws { try program.write("conf/integrations.config.json", #"{"integrations": [\#(entries)]}"#) }

    private func plugins(_ visitor: HTTPVisitor) async throws -> [JSONValue] {
        try await visitor.ask("GET", "/api/v1/plugins").json.arrayValue ?? []
    }

    @Test func `what it names waits, changes are taken, and a damaged file changes nothing`() async throws {
        for name in ["north", "south"] { try package(name) }
        try file(#"{"package": "../north"}, {"package": "../nowhere"}, 7"#)
        let environment = ["INTEGRATIONS_CONFIG_PATH=\(program.home)/conf/integrations.config.json"]
        let hub = try await ServedHub.start(program, environment: environment)
        #expect(hub.running.error.contains("nowhere") && hub.running.error.contains("integrations.wrong-type"), "\(hub.running.error)")
        let ada = try await hub.setUp()
        let list = try await plugins(ada)
        #expect(list.count == 1 && list.first?["waiting"] != nil, "a file gives no consent: \(list)")
        let north = try #require(list.first?["id"]?.stringValue)
        let shown = try await ada.ask("GET", "/api/v1/plugins/\(north)").json
        #expect(shown["contentHash"]?.stringValue?.isEmpty == false, "what is consented to is shown")
        let consent = try await ada.ask("POST", "/api/v1/plugins/\(north)/consent", json: ["grants": []])
        #expect(consent.status == 200, "\(consent.text)")

        // Saved half, it changes nothing; mended, it does.
        try program.write("conf/integrations.config.json", #"{"integrations": ["#)
        #expect(await blocking { hub.running.read { $0.error.contains("integrations.malformed") } })
        #expect(try await plugins(ada).count == 1)
        try file(#"{"package": "../north", "enabled": false}, {"package": "../south"}"#)
        _ = try await ada.wait(for: "/api/v1/plugins") { $0.json.arrayValue?.count == 2 }
        _ = try await ada.wait(for: "/api/v1/plugins/\(north)") { $0.json["state"]?["name"] == "disabled" }

        // Behind a restart over a damaged file the last good one counts.
        try program.write("conf/integrations.config.json", "{")
        #expect(await blocking { hub.running.read { $0.error.components(of: "integrations.malformed") == 2 } })
        #expect(await hub.end() == 0)
        let again = try await ServedHub.start(program, environment: environment)
        let later = again.visitor.with(cookies: ada.cookies)
        #expect(again.running.error.contains("integrations.malformed"))
        #expect(try await later.ask("GET", "/api/v1/plugins/\(north)").json["state"]?["name"] == "disabled")
        try file(#"{"package": "../north"}"#)
        _ = try await later.wait(for: "/api/v1/plugins/\(north)") { $0.json["state"]?["name"] != "disabled" }
        #expect(try await plugins(later).count == 2, "what is no longer named stays")
        #expect(await again.end() == 0)
    }
}

extension String {
    /// How often a word is in it.
    fileprivate func components(of word: String) -> Int { ranges(of: word).count }
}
