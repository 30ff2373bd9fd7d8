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
        "plugin": true, "members": ["createSignals"], "notices": [],
        "manifest": [
            "id": "ACME_TONE", "name": "Acme Tone", "version": "1.0.0", "requiresConfig": true, "description": "Judges tone.",
            "docsUrl": "https://acme.example/docs", "logoPath": "/assets/logo.svg", "logoWithBackgroundUrl": "https://acme.example/l.png",
            "modelCardLearnMoreUrl": "https://acme.example/card",
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
            ]
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
        #expect(manifest.contributionCounts == [.signal: 1] && signal.id == "TONE" && signal.origin.description == "/signals/0")
        #expect(signal.detail == .signal(.init(inputs: ["STRING", "FULL_ITEM"], outputType: "NUMBER", languages: ["ENGLISH"])))
        #expect(manifest.permissions.isEmpty)
    }
}
