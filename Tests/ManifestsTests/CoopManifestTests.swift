import JSON
import PluginModel
import Testing

@testable import Manifests

@Suite("A Coop integration in the one model") struct CoopManifestTests {
    private static let sections: JSONValue = .array(
        CoopModelCard.requiredSectionIDs.map { id in
            [
                "id": .string(id), "title": "T", "fields": [["label": "a", "value": "b"]],
                "subsections": [["title": "G", "fields": [["label": "c", "value": "d"]]]],
            ]
        })

    private static let description: JSONValue = [
        "plugin": true, "members": ["createSignals", "refreshCatalog", "createCatalogSignal"], "notices": [],
        "manifest": [
            "id": "ACME_TONE", "name": "Acme Tone", "version": "1.0.0", "requiresConfig": true, "description": "Judges tone.",
            "docsUrl": "https://acme.example/docs", "logoPath": "/assets/logo.svg", "logoWithBackgroundUrl": "https://acme.example/l.png",
            "modelCardLearnMoreUrl": "https://acme.example/card",
            "contextOptions": [
                "thread": ["default": "include", "defaultMaxMessages": 30, "maxMessagesLimit": 80], "parent": ["default": "off"],
            ],
            "modelCard": ["modelName": "Tone", "version": "1", "releaseDate": "2026", "sections": sections],
            "configurationFields": [
                ["key": "k", "label": "Key", "required": true, "inputType": "password", "placeholder": "sk", "description": "Secret."],
                ["key": "j", "inputType": "json"], ["key": "a", "inputType": "array"], ["key": "t", "inputType": "text"],
                ["key": "s", "inputType": "select", "options": [["value": "x", "label": "X"]]],
            ],
        ],
        "signals": [
            [
                "signalTypeId": "TONE", "index": 0, "functions": ["run"], "cost": 1,
                "descriptor": [
                    "id": ["type": "TONE"], "displayName": "Tone", "description": "How it sounds.", "supportedLanguages": ["ENGLISH"],
                    "eligibleInputs": ["STRING", "FULL_ITEM"], "outputType": ["scalarType": "NUMBER"],
                ],
            ],
            [
                "signalTypeId": "MOOD", "index": 1, "functions": ["run", "getDisabledInfo"], "cost": 2.5,
                "descriptor": [
                    "id": ["type": "MOOD"], "displayName": "Mood", "description": "", "supportedLanguages": "ALL",
                    "docsUrl": "https://acme.example/mood", "pricingStructure": ["type": "SUBSCRIPTION"], "eligibleInputs": ["STRING"],
                    "outputType": ["scalarType": "NUMBER", "enum": [1, 2, 2.5], "ordered": true],
                    "recommendedThresholds": ["highPrecisionThreshold": "2.5", "highRecallThreshold": 2],
                    "needsMatchingValues": true, "needsActionPenalties": true, "allowedInAutomatedRules": false,
                    "integration": "ACME_TONE",
                    "eligibleSubcategories": [
                        ["id": "bad", "label": "Bad", "childrenIds": ["sad"]],
                        ["id": "sad", "label": "Sad", "description": "Not glad.", "childrenIds": []],
                    ],
                    "contextNeeds": ["includeFullItem": true, "includeThread": true, "maxThreadMessages": 500],
                ],
            ],
        ],
    ]

    @Test("keeps its identity, pictures, card, form and signals") func translated() throws {
        let manifest = try #require(CoopIntegration.read(description: Self.description, spec: "@acme/tone").manifest).manifest()
        #expect(manifest.format == .coop && manifest.id.rawValue == "ACME_TONE" && manifest.upstreamID == "ACME_TONE")
        #expect(manifest.dialect == "G3" && manifest.version == "1.0.0" && manifest.docsURL == "https://acme.example/docs")
        let logo = Image.file(try RelativePath("assets/logo.svg"))
        #expect(manifest.logos == Logos(plain: logo, withBackground: .url("https://acme.example/l.png")) && manifest.icon == logo)
        let card = try #require(manifest.modelCard)
        #expect(card.modelName == "Tone" && card.sections.count == 7 && card.learnMoreURL == "https://acme.example/card")
        #expect(card.sections[0].groups == [.init(title: "G", fields: [.init(label: "c", value: "d")])])

        #expect(manifest.configuration.map(\.kind) == [.text, .json, .list, .text, .choice])
        let key = try #require(manifest.configuration.first)
        #expect(key.isSecret && key.isRequired && key.label == "Key" && key.help == "Secret." && key.placeholder == "sk")
        #expect(!manifest.configuration[3].isSecret && manifest.configuration[4].options == [.init(value: "x", label: "X")])
        #expect(key.origin.description == "/manifest/configurationFields/0")

        let signal = try #require(manifest.contributions.first)
        #expect(manifest.contributionCounts == [.signal: 2] && signal.id == "TONE" && signal.origin.description == "/signals/0")
        var tone = Contribution.Signal(inputs: ["STRING", "FULL_ITEM"], outputType: "NUMBER", languages: ["ENGLISH"])
        tone.cost = 1
        #expect(signal.detail == .signal(tone))
        #expect(manifest.permissions.isEmpty)
    }

    @Test("keeps what only a signal of Coop's says, and what it says of the surroundings") func signals() throws {
        let manifest = try #require(CoopIntegration.read(description: Self.description, spec: "@acme/tone").manifest).manifest()
        var mood = Contribution.Signal(inputs: ["STRING"], outputType: "NUMBER")
        mood.outputValues = [1, 2, 2.5]
        mood.outputIsOrdered = true
        mood.thresholds = .init(highPrecision: "2.5", highRecall: 2)
        mood.cost = 2.5
        mood.pricing = .subscription
        mood.docsURL = "https://acme.example/mood"
        (mood.needsMatchingValues, mood.needsActionPenalties, mood.isAllowedInAutomatedRules) = (true, true, false)
        mood.tellsAvailability = true
        mood.subcategories = [.init(id: "bad", label: "Bad", children: [.init(id: "sad", label: "Sad", description: "Not glad.")])]
        mood.context = .init(item: true, thread: true, threadMessagesMax: 100)
        #expect(manifest.contributions[1].detail == .signal(mood))
        #expect(manifest.hasSignalCatalog && manifest.requiresConfiguration && !manifest.takesFurtherConfiguration)
        #expect(manifest.context == ContextOptions(thread: .init(isIncluded: true, messages: 30, messagesMax: 80), parent: false))
    }

    @Test("takes any configuration where it declares none") func open() throws {
        var manifest = try #require(Self.description["manifest"]?.objectValue)
        manifest["configurationFields"] = nil
        var description = try #require(Self.description.objectValue)
        description["manifest"] = .object(manifest)
        let read = try #require(CoopIntegration.read(description: .object(description), spec: "@acme/tone").manifest).manifest()
        #expect(read.takesFurtherConfiguration && read.configuration.isEmpty)
    }
}
