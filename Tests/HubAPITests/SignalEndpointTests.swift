import HTTPServer
import HubCore
import JSON
import PluginModel
import Rules
import Storage
import Testing

@testable import HubAPI

/// The gallery of signals, and that an organisation sees its own.
@Suite(.everyDatabase, .namingTheDatabase) struct SignalEndpointTests {
    private static let code = """
        const sections = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations',
          'implementationGuidance', 'relevantLinks'].map((id) => ({ id, title: id, fields: [{ label: 'l', value: 'v' }] }));
        const make = (type, run, more) => ({
          id: { type }, displayName: 'Tone', description: 'How it sounds.', docsUrl: 'https://tone.test/docs',
          recommendedThresholds: { highPrecisionThreshold: 0.9, highRecallThreshold: '0.4' }, supportedLanguages: ['ENGLISH'],
          pricingStructure: { type: 'SUBSCRIPTION' }, eligibleInputs: ['STRING', 'FULL_ITEM'], outputType: { scalarType: 'NUMBER' },
          getCost: () => 12, run, needsMatchingValues: false, needsActionPenalties: false, integration: 'TONE',
          eligibleSubcategories: [{ id: 'rude', label: 'Rude', childrenIds: ['very'] }, { id: 'very', label: 'Very rude', childrenIds: [] }],
          allowedInAutomatedRules: true, getDisabledInfo: async () => ({ disabled: false }), ...more });
        exports.default = {
          manifest: { id: 'TONE', name: 'Tone of voice', version: '1.0.0', requiresConfig: true,
            modelCard: { modelName: 'Tone', version: '3', sections },
            configurationFields: [{ key: 'word', label: 'Word', required: true, inputType: 'text' }] },
          createSignals: ({ getCredential }) => [{ signalTypeId: 'TONE', signal: make('TONE', async () => ({ score: 1 }), {
            getDisabledInfo: async (orgId) => (await getCredential(orgId))?.word
              ? { disabled: false } : { disabled: true, disabledMessage: 'Tone needs a word.' } }) }],
          refreshCatalog: async ({ getCredential }) => {
            const word = (await getCredential())?.word ?? '';
            return { version: '7', signals: word === '' ? [] : [{ signalTypeId: word, displayName: word }] };
          },
          createCatalogSignal: (entry) => make(entry.signalTypeId, async () => ({ score: 2 })),
        };
        """

    @Test(.timeLimit(.minutes(1))) func `signals are an organisation's own, with all that is known of them`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let place = hub.folder + "/source/tone"
        try Folders.write(
            #"{"name":"@acme/tone","version":"1.0.0","main":"index.js","dependencies":{"@roostorg/coop-types":"*"}}"#,
            to: place + "/package.json")
        try Folders.write(Self.code, to: place + "/index.js")
        let done = try await hub.install(place, as: admin)
        #expect(done["state"] == "done" && done["plugin"] == "TONE", "\(done.serialized())")
        #expect(try await hub.ask("POST", "/plugins/TONE/consent", as: admin, ["grants": []]).status == 200)
        #expect(try await hub.ask("POST", "/organisations", as: admin, ["name": "Beta", "slug": "beta"]).status == 201)
        let (alpha, beta) = (admin.about("alpha"), admin.about("beta"))
        let set = try await hub.ask(
            "PUT", "/plugins/TONE/configuration?scope=organisation", as: alpha, ["values": ["word": "ALPHAS_OWN"]])
        #expect(set.status == 200, "\(set)")
        let refreshed = try await hub.ask("POST", "/integrations/TONE/catalog/refresh", as: alpha)
        #expect(refreshed.status == 200 && refreshed.json["version"] == "7" && refreshed.json["signals"] == 1, "\(refreshed)")
        #expect(try await hub.ask("GET", "/integrations/TONE/catalog", as: alpha).json["entries"]?[0]?["type"] == "ALPHAS_OWN")

        let integration = try await hub.ask("GET", "/integrations", as: alpha).json[0]
        #expect(integration?["id"] == "TONE" && integration?["hasCatalog"] == true)

        func types(_ person: Person) async throws -> [String] {
            try await hub.ask("GET", "/signals", as: person).json.arrayValue?.compactMap { $0["type"]?.stringValue } ?? []
        }
        let builtIn = BuiltInSignal.allCases.map(\.rawValue) + HubSignal.allCases.map(\.rawValue)
        #expect(try await types(alpha) == builtIn + ["TONE", "ALPHAS_OWN"])
        #expect(try await types(beta) == builtIn + ["TONE"])
        #expect(try await hub.ask("GET", "/signals/ALPHAS_OWN", as: beta).code == "signal.not-found")
        #expect(
            try await hub.ask("GET", "/integrations/TONE/catalog", as: beta).json["signals"] == 0, "looking has made one, without a word")

        let shown = try await hub.ask("GET", "/signals/TONE", as: alpha).json
        #expect(shown["disabled"] == .null && shown["plugin"] == "TONE" && shown["name"] == "Tone", "\(shown.serialized())")
        #expect(shown["integration"]?["title"] == "Tone of voice" && shown["cost"] == 12 && shown["pricing"] == "SUBSCRIPTION")
        #expect(shown["thresholds"] == ["highPrecision": 0.9, "highRecall": "0.4"] && shown["languages"] == ["ENGLISH"])
        #expect(
            shown["subcategories"] == [
                ["id": "rude", "label": "Rude", "children": [["id": "very", "label": "Very rude", "children": []]]]
            ])
        #expect(shown["comparators"]?.arrayValue?.count == 8 && shown["modelCard"]?["modelName"] == "Tone")
        #expect(try await hub.ask("GET", "/signals/TONE", as: beta).json["disabled"] == ["message": "Tone needs a word."])
        let score = try await hub.ask("GET", "/signals/USER_SCORE", as: beta).json
        #expect(score["outputType"] == ["scalarType": "NUMBER", "enum": [1, 2, 3, 4, 5], "ordered": true], "\(score.serialized())")
        #expect(score["eligibleInputs"] == ["USER_ID"] && score["cost"] == 10 && score["isBuiltIn"] == true)
        #expect(score["comparators"]?.arrayValue?.count == 8)
        let contains = try await hub.ask("GET", "/signals/TEXT_MATCHING_CONTAINS_TEXT", as: beta).json
        #expect(contains["isBuiltIn"] == true && contains["needsMatchingValues"] == true && contains["comparators"]?.arrayValue?.count == 4)
        try await Self.decide(hub, alpha, beta)
        // A catalog goes with its organisation.
        let tone = try PluginID("TONE")
        #expect(try hub.store.keys(of: tone, prefix: "signal-catalog/", after: nil, limit: 9).count == 2)
        let removed = try await hub.ask("DELETE", "/organisations/beta?confirm=beta", as: admin)
        #expect(removed.status == 204, "\(removed)")
        #expect(try hub.store.keys(of: tone, prefix: "signal-catalog/", after: nil, limit: 9).count == 1)
        #expect(try await hub.ask("GET", "/integrations/TONE/catalog", as: alpha).json["signals"] == 1)
        await hub.stop()
    }

    /// A rule on a signal of one organisation's catalog decides there; elsewhere it says that the signal is missing.
    private static func decide(_ hub: TestHub, _ alpha: Person, _ beta: Person) async throws {
        let type: JSONValue = ["name": "Post", "kind": "CONTENT", "schema": [["name": "text", "type": "STRING", "required": true]]]
        let rule: JSONValue = [
            "name": "Loud", "contentTypeIds": ["post"],
            "conditionSet": [
                "conjunction": "AND",
                "conditions": [
                    [
                        "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                        "signal": ["type": "ALPHAS_OWN"], "comparator": "GREATER_THAN", "threshold": 1,
                    ]
                ],
            ],
        ]
        for person in [alpha, beta] {
            let put = try await hub.ask("PUT", "/item-types/post", as: person, type)
            #expect(put.status == 200, "\(put)")
        }
        let made = try await hub.ask("POST", "/rules", as: alpha, rule)
        let id = made.json["id"]?.stringValue ?? ""
        #expect(made.status == 201 && made.json["missingSignals"] == [], "\(made)")
        let live = try await hub.ask("PUT", "/rules/\(id)/status", as: alpha, ["status": "LIVE"])
        #expect(live.status == 200, "\(live)")
        let decided = try await hub.ask(
            "POST", "/items", as: alpha, ["items": [["id": "1", "typeId": "post", "data": ["text": "hello"]]]])
        let decision = decided.json["decisions"]?[0]
        #expect(decided.status == 200 && decision?["passed"] == [.string(id)], "\(decided)")
        let leaf = decision?["rules"]?[0]?["trace"]?["conditions"]?[0]
        #expect(leaf?["result"]?["score"] == "2" && leaf?["cost"] == 12, "\(decided)")
        let elsewhere = try await hub.ask("POST", "/rules", as: beta, rule)
        #expect(elsewhere.json["missingSignals"] == ["ALPHAS_OWN"], "\(elsewhere)")
        // Both would lose their signal with the plugin.
        let removal = try await hub.ask("GET", "/plugins/TONE/removal", as: alpha)
        #expect(removal.json["usedBy"] == ["Loud", "Loud"], "\(removal)")
    }
}
