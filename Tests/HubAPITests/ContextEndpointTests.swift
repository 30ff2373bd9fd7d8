import HTTPServer
import HubCore
import JSON
import PluginModel
import Storage
import Testing

@testable import HubAPI

/// What signals may see around an item: who sets it, and that a signal sees it then.
@Suite(.everyDatabase, .namingTheDatabase) struct ContextEndpointTests {
    /// Its score is how many messages it was shown; -1 where there was no thread.
    private static let code = """
        const sections = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations',
          'implementationGuidance', 'relevantLinks'].map((id) => ({ id, title: id, fields: [{ label: 'l', value: 'v' }] }));
        exports.default = {
          manifest: { id: 'ROOMS', name: 'Rooms', version: '1.0.0', requiresConfig: false,
            contextOptions: { thread: { default: 'off', defaultMaxMessages: 2, maxMessagesLimit: 3 } },
            modelCard: { modelName: 'Rooms', version: '1', sections } },
          createSignals: () => [{ signalTypeId: 'SAID_BEFORE', signal: {
            id: { type: 'SAID_BEFORE' }, displayName: 'Said before', description: 'How much.', docsUrl: null, recommendedThresholds: null,
            supportedLanguages: 'ALL', pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'], outputType: { scalarType: 'NUMBER' },
            getCost: () => 1, needsMatchingValues: false, needsActionPenalties: false, integration: 'ROOMS', eligibleSubcategories: [],
            allowedInAutomatedRules: true, getDisabledInfo: async () => ({ disabled: false }), contextNeeds: { includeThread: true },
            run: async ({ context }) => ({ outputType: { scalarType: 'NUMBER' }, score: context.thread?.messages.length ?? -1 }) } }],
        };
        """

    @Test(.timeLimit(.minutes(2))) func `an organisation lets signals see a thread, for itself alone`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let place = hub.folder + "/source/rooms"
        try Folders.write(
            #"{"name":"@acme/rooms","version":"1.0.0","main":"index.js","dependencies":{"@roostorg/coop-types":"*"}}"#,
            to: place + "/package.json")
        try Folders.write(Self.code, to: place + "/index.js")
        let done = try await hub.install(place, as: admin)
        #expect(done["state"] == "done", "\(done.serialized())")
        #expect(try await hub.ask("POST", "/plugins/ROOMS/consent", as: admin, ["grants": []]).status == 200)
        #expect(try await hub.ask("POST", "/organisations", as: admin, ["name": "Beta", "slug": "beta"]).status == 201)
        let (alpha, beta) = (admin.about("alpha"), admin.about("beta"))
        let path = "/integrations/ROOMS/context"

        let before = try await hub.ask("GET", path, as: alpha)
        #expect(before.json["options"] == ["thread": ["default": "off", "defaultMaxMessages": 2, "maxMessagesLimit": 3]], "\(before)")
        #expect(before.json["settings"] == [:] && before.json["revision"] == 0)
        #expect(before.json["effective"] == ["thread": "off", "maxMessages": 0, "parent": "off"])
        for person in [alpha, beta] { try await Self.prepare(hub, person) }
        #expect(try await Self.score(hub, alpha, "a") == "-1")
        #expect(try await Self.score(hub, beta, "a") == "-1")

        let refused: [(JSONValue, Int, String)] = [
            (["parent": "include"], 422, "context.not-offered"), (["maxMessages": 4], 422, "context.wrong-count"),
            (["maxMessages": 0], 422, "context.wrong-count"), (["thread": "on"], 422, "request.wrong-value"),
            (["maxMessages": "3"], 422, "request.wrong-value"), (["colour": "red"], 422, "request.wrong-value"),
        ]
        for (settings, status, code) in refused {
            let answer = try await hub.ask("PUT", path, as: alpha, ["settings": settings])
            #expect(answer.status == status && answer.code == code, "\(settings.serialized()): \(answer)")
        }
        let reader = try await hub.person("reader", role: .viewer, by: admin)
        #expect(try await hub.ask("GET", path, as: reader).status == 200)
        #expect(try await hub.ask("PUT", path, as: reader, ["settings": [:]]).status == 403)
        #expect(try await hub.ask("GET", "/integrations/NONE/context", as: alpha).code == "plugin.not-found")

        let set = try await hub.ask("PUT", path, as: alpha, ["settings": ["thread": "include", "maxMessages": .null]])
        #expect(set.json["settings"] == ["thread": "include"] && set.json["revision"] == 1, "\(set)")
        #expect(set.json["effective"] == ["thread": "include", "maxMessages": 2, "parent": "off"])
        #expect(try await Self.score(hub, alpha, "b") == "1")
        #expect(try await Self.score(hub, beta, "b") == "-1", "it is another organisation's matter")
        #expect(try await hub.ask("GET", path, as: beta).json["revision"] == 0)
        for id in ["c", "d"] { #expect(try await Self.score(hub, alpha, id) == "2") }
        #expect(try await hub.ask("PUT", path, as: alpha, ["settings": ["thread": "include", "maxMessages": 3]]).status == 200)
        #expect(try await Self.score(hub, alpha, "e") == "3")

        // What was set goes with the plugin.
        #expect(try await hub.ask("DELETE", "/plugins/ROOMS?confirm=ROOMS", as: admin).status < 300)
        let kept = try await hub.store.read { (records) throws(Fault) in
            var kept = 0
            for one in try records.organisations(PageRequest()) { kept += try records.contextSettings(in: one.id).count }
            return kept
        }
        #expect(kept == 0)
        await hub.stop()
    }

    private static func prepare(_ hub: TestHub, _ person: Person) async throws {
        let type: JSONValue = ["name": "Post", "kind": "CONTENT", "schema": [["name": "text", "type": "STRING", "required": true]]]
        #expect(try await hub.ask("PUT", "/item-types/post", as: person, type).status == 200)
        let rule: JSONValue = [
            "name": "Asks", "contentTypeIds": ["post"],
            "conditionSet": [
                "conjunction": "AND",
                "conditions": [
                    [
                        "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                        "signal": ["type": "SAID_BEFORE"], "comparator": "GREATER_THAN", "threshold": -9,
                    ]
                ],
            ],
        ]
        let made = try await hub.ask("POST", "/rules", as: person, rule)
        let live = try await hub.ask("PUT", "/rules/\(made.json["id"]?.stringValue ?? "")/status", as: person, ["status": "LIVE"])
        #expect(live.status == 200, "\(live)")
    }

    /// Of an item that is handed in now, in the one thread there is.
    private static func score(_ hub: TestHub, _ person: Person, _ id: String) async throws -> String? {
        let item: JSONValue = ["id": .string(id), "typeId": "post", "data": ["text": .string(id), "spectrum-context-id": "room"]]
        let decided = try await hub.ask("POST", "/items", as: person, ["items": [item]])
        return decided.json["decisions"]?[0]?["rules"]?[0]?["trace"]?["conditions"]?[0]?["result"]?["score"]?.stringValue
    }
}
