import JSON
import PluginModel
import Testing

@testable import Manifests

/// What the facade's `describe` says of a faultless integration with one signal.
private func description(_ change: (inout JSONObject, inout JSONObject, inout JSONObject) -> Void = { _, _, _ in }) -> JSONValue {
    var manifest: JSONObject = [
        "id": "ACME_TONE", "name": "Acme Tone", "version": "1.0.0", "requiresConfig": false,
        "modelCard": ["modelName": "Tone", "version": "1", "sections": sections(CoopModelCard.requiredSectionIDs)],
    ]
    var signal: JSONObject = [
        "id": ["type": "TONE"], "displayName": "Tone", "description": "How it sounds.", "docsUrl": nil, "recommendedThresholds": nil,
        "supportedLanguages": "ALL", "pricingStructure": ["type": "FREE"], "eligibleInputs": ["STRING"],
        "outputType": ["scalarType": "NUMBER"],
        "needsMatchingValues": false, "eligibleSubcategories": [], "needsActionPenalties": false, "integration": "ACME_TONE",
        "allowedInAutomatedRules": true,
    ]
    var whole: JSONObject = ["plugin": true, "members": ["createSignals"], "notices": []]
    change(&manifest, &signal, &whole)
    whole["manifest"] = .object(manifest)
    if whole["signals"] == nil {
        whole["signals"] = [
            [
                "signalTypeId": "TONE", "index": 0, "descriptor": .object(signal), "functions": ["run", "getCost", "getDisabledInfo"],
                "cost": 3,
            ]
        ]
    }
    return .object(whole)
}

private func sections(_ ids: [String]) -> JSONValue { .array(ids.map { ["id": .string($0), "title": .string($0)] }) }

private func item(_ type: String) -> JSONValue {
    guard case .array(var signals)? = description()["signals"], case .object(var item) = signals.removeFirst() else { return nil }
    guard case .object(var descriptor)? = item["descriptor"] else { return nil }
    item["signalTypeId"] = .string(type)
    descriptor["id"] = ["type": .string(type)]
    item["descriptor"] = .object(descriptor)
    return .object(item)
}

private struct RefusalCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let description: JSONValue
    let text: String
    var remedy = ""
}

private struct NoteCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let description: JSONValue
    /// `severity code`, in order.
    let findings: [String]
    var signals = ["TONE"]
}

@Suite("A Coop integration") struct CoopIntegrationTests {
    @Test("is read whole") func good() throws {
        let reading = CoopIntegration.read(
            description: description { manifest, signal, _ in
                manifest["description"] = "About tone."
                manifest["docsUrl"] = "https://acme.example/docs"
                manifest["configurationFields"] = [
                    ["key": "apiKey", "label": "Key", "required": true, "inputType": "password", "placeholder": "k-…"],
                    ["key": "words", "label": "Words", "required": false, "inputType": "array"],
                ]
                manifest["logoPath"] = "/assets/../logo.svg"
                manifest["logoUrl"] = "https://acme.example/other.svg"
                manifest["logoWithBackgroundUrl"] = "https://acme.example/bg.svg"
                manifest["signalTypeIds"] = ["TONE"]
                signal["recommendedThresholds"] = ["highPrecisionThreshold": 0.9, "highRecallThreshold": "0.5"]
                signal["supportedLanguages"] = ["ENGLISH", "GERMAN"]
                signal["pricingStructure"] = "SUBSCRIPTION"
                signal["eligibleInputs"] = ["STRING", "FULL_ITEM", "STRING"]
                signal["outputType"] = ["scalarType": "STRING", "enum": ["LOW", "HIGH"], "ordered": true]
            }, spec: "@acme/tone")
        #expect(reading.findings.isEmpty, "\(reading.findings)")
        let integration = try #require(reading.manifest)
        #expect((integration.id, integration.name, integration.version, integration.generation) == ("ACME_TONE", "Acme Tone", "1.0.0", .g2))
        #expect(integration.configurationFields.map(\.key) == ["apiKey", "words"])
        #expect(integration.configurationFields[0].input == .password)
        #expect(integration.configurationFields[0].isRequired)
        #expect(integration.modelCard.completeness == 1)
        #expect(try integration.logo == .file(RelativePath("logo.svg")))
        #expect(integration.logoWithBackground == .url("https://acme.example/bg.svg"))
        let signal = try #require(integration.signals.first)
        #expect(signal.languages == .some(["ENGLISH", "GERMAN"]))
        #expect(signal.pricing == .subscription)
        #expect(signal.eligibleInputs == [.scalar(.string), .fullItem])
        #expect(signal.output == CoopOutput(.string, values: ["LOW", "HIGH"], isOrdered: true))
        #expect(signal.recommendedThresholds == .init(highPrecision: .number(0.9), highRecall: .string("0.5")))
        #expect(signal.cost == 3)
    }

    @Test(
        "is refused with the words upstream has:",
        arguments: [
            RefusalCase(
                testDescription: "no plugin", description: ["plugin": false, "hint": "no-manifest"],
                text:
                    "Integration package \"@a/b\" does not export a valid CoopIntegrationPlugin (manifest with id, name, version, requiresConfig).",
                remedy: "default export"),
            RefusalCase(
                testDescription: "the first generation", description: ["plugin": false, "hint": "generation-0"],
                text:
                    "Integration package \"@a/b\" does not export a valid CoopIntegrationPlugin (manifest with id, name, version, requiresConfig).",
                remedy: "rename requiresCredentials to requiresConfig and credentialFields to configurationFields"),
            RefusalCase(
                testDescription: "missing members", description: ["plugin": false, "hint": "members", "missing": ["version"]],
                text:
                    "Integration package \"@a/b\" does not export a valid CoopIntegrationPlugin (manifest with id, name, version, requiresConfig).",
                remedy: "version"),
            RefusalCase(
                testDescription: "an answer that is no description", description: [1, 2],
                text:
                    "Integration package \"@a/b\" does not export a valid CoopIntegrationPlugin (manifest with id, name, version, requiresConfig)."
            ),
            RefusalCase(
                testDescription: "a manifest that cannot be read",
                description: ["plugin": true, "failure": ["stage": "manifest", "error": ["message": "hostile getter"]]],
                text: "Failed to load integration package \"@a/b\": hostile getter"),
            RefusalCase(
                testDescription: "createSignals throws",
                description: description { _, _, whole in
                    whole["signals"] = []
                    whole["failure"] = ["stage": "createSignals", "error": ["message": "no luck"]]
                }, text: "Plugin \"@a/b\" createSignals failed: no luck"),
            RefusalCase(
                testDescription: "no model card", description: description { manifest, _, _ in manifest["modelCard"] = nil },
                text:
                    "Integration \"ACME_TONE\" (@a/b) must provide a modelCard with all required sections (see REQUIRED_MODEL_CARD_SECTION_IDS)."
            ),
            RefusalCase(
                testDescription: "a logo above the package",
                description: description { manifest, _, _ in manifest["logoPath"] = "../../etc/x.png" },
                text: "Integration \"ACME_TONE\" logo path must be inside the package: ../../etc/x.png"),
            RefusalCase(
                testDescription: "a logo that leaves in the middle",
                description: description { manifest, _, _ in manifest["logoWithBackgroundPath"] = "/a/../../b.png" },
                text: "Integration \"ACME_TONE\" logo path must be inside the package: /a/../../b.png"),
            RefusalCase(
                testDescription: "an id in small letters", description: description { manifest, _, _ in manifest["id"] = "acme-tone" },
                text: "The integration id \"acme-tone\" must match ^[A-Z][A-Z0-9_]*$ and have at most 100 characters."),
            RefusalCase(
                testDescription: "a built-in's id", description: description { manifest, _, _ in manifest["id"] = "OPEN_AI" },
                text:
                    "The integration id \"OPEN_AI\" belongs to a built-in integration, whose stored key a plugin under this name could read."
            ),
        ])
    private func refused(_ c: RefusalCase) {
        let reading = CoopIntegration.read(description: c.description, spec: "@a/b")
        #expect(reading.manifest == nil)
        #expect(reading.findings.errors.map(\.sentence) == [c.text])
        if !c.remedy.isEmpty { #expect(reading.findings.errors.first?.remedy?.contains(c.remedy) == true) }
    }

    @Test("is told of several faults at once") func several() {
        let reading = CoopIntegration.read(
            description: description { manifest, _, _ in
                manifest["id"] = "x"
                manifest["modelCard"] = nil
                manifest["logoPath"] = ".."
            }, spec: "s")
        #expect(reading.findings.map(\.code) == ["coop.invalid-id", "coop.no-model-card", "coop.logo-outside"])
    }

    @Test(
        "loads all the same with",
        arguments: [
            NoteCase(
                testDescription: "a model card of the first generation",
                description: description { manifest, _, _ in
                    manifest["modelCard"] = [
                        "modelName": "m", "version": "1", "sections": sections(["technicalIntegration", "modelDetails"]),
                    ]
                }, findings: ["notice coop.model-card-generation"]),
            NoteCase(
                testDescription: "a model card without sections",
                description: description { manifest, _, _ in manifest["modelCard"] = ["modelName": "m", "version": "1"] },
                findings: ["warning coop.model-card-sections"]),
            NoteCase(
                testDescription: "a model card without a name", description: description { manifest, _, _ in manifest["modelCard"] = [:] },
                findings: ["warning coop.model-card", "warning coop.model-card", "warning coop.model-card-sections"]),
            NoteCase(
                testDescription: "addresses that are none",
                description: description { manifest, _, _ in
                    manifest["docsUrl"] = "javascript:alert(1)"
                    manifest["logoUrl"] = "data:image/png;base64,x"
                    manifest["modelCardLearnMoreUrl"] = 3
                }, findings: ["warning coop.address", "warning coop.address", "warning coop.address"]),
            NoteCase(
                testDescription: "configuration fields that are none",
                description: description { manifest, _, _ in
                    manifest["configurationFields"] = [
                        ["key": "a", "label": "A", "required": true, "inputType": "pasword"], ["label": "B", "inputType": "text"],
                        ["key": "c", "label": "C", "inputType": "select", "options": []], ["key": "d", "label": "D", "inputType": "text"],
                        ["key": "d", "label": "D", "inputType": "json"],
                    ]
                }, findings: Array(repeating: "warning coop.configuration-field", count: 4)),
            NoteCase(
                testDescription: "a list of configuration fields that is none",
                description: description { manifest, _, _ in manifest["configurationFields"] = "x" },
                findings: ["warning coop.configuration-fields"]),
            NoteCase(
                testDescription: "announced signals that do not come, and others that do",
                description: description { manifest, _, _ in manifest["signalTypeIds"] = ["GONE"] },
                findings: ["notice coop.signal-types", "notice coop.signal-types"]),
            NoteCase(
                testDescription: "signals that are promised",
                description: description { _, _, whole in
                    whole["notices"] = [["code": "signals.promise"], ["code": "manifest.function", "pointer": "/x"]]
                },
                findings: ["notice coop.signals-promise", "warning coop.manifest-function"]),
            NoteCase(
                testDescription: "signals that are no list",
                description: description { _, _, whole in
                    whole["signals"] = []
                    whole["notices"] = [["code": "signals.not-a-list", "kind": "object"]]
                }, findings: ["warning coop.signals-list"], signals: []),
            NoteCase(
                testDescription: "an unknown input of one signal",
                description: description { _, signal, _ in signal["eligibleInputs"] = ["STRNG"] }, findings: ["error coop.signal-inputs"],
                signals: []),
            NoteCase(
                testDescription: "an unknown language of one signal",
                description: description { _, signal, _ in signal["supportedLanguages"] = ["KLINGON"] },
                findings: ["error coop.signal-languages"],
                signals: []),
            NoteCase(
                testDescription: "an unknown type of score",
                description: description { _, signal, _ in signal["outputType"] = ["scalarType": "FLOAT"] },
                findings: ["error coop.signal-output"], signals: []),
            NoteCase(
                testDescription: "all three at once",
                description: description { _, signal, _ in
                    signal["eligibleInputs"] = []
                    signal["supportedLanguages"] = 3
                    signal["outputType"] = nil
                }, findings: ["error coop.signal-inputs", "error coop.signal-languages", "error coop.signal-output"], signals: []),
            NoteCase(
                testDescription: "a signal under another name",
                description: description { _, signal, _ in signal["id"] = ["type": "OTHER"] },
                findings: ["error coop.signal-id"], signals: []),
            NoteCase(
                testDescription: "a signal without run",
                description: description { _, signal, whole in
                    whole["signals"] = [["signalTypeId": "TONE", "descriptor": .object(signal), "functions": [], "cost": 1]]
                }, findings: ["error coop.signal-run"], signals: []),
            NoteCase(
                testDescription: "a signal of a built-in's name, beside a good one",
                description: description { _, _, whole in whole["signals"] = [item("OPEN_AI_HATE_TEXT_MODEL"), item("TONE")] },
                findings: ["error coop.built-in-signal"]),
            NoteCase(
                testDescription: "a signal twice",
                description: description { _, _, whole in whole["signals"] = [item("TONE"), item("TONE")] },
                findings: ["error coop.duplicate-signal"]),
            NoteCase(
                testDescription: "a cost that is none",
                description: description { _, signal, whole in
                    whole["signals"] = [
                        [
                            "signalTypeId": "TONE", "descriptor": .object(signal), "functions": ["run"], "cost": nil,
                            "problem": "getCost() gave -1",
                        ]
                    ]
                }, findings: ["notice coop.signal-cost"]),
        ])
    private func noted(_ c: NoteCase) throws {
        let reading = CoopIntegration.read(description: c.description, spec: "@a/b")
        let integration = try #require(reading.manifest)
        #expect(reading.findings.map { "\($0.severity.rawValue) \($0.code)" } == c.findings)
        #expect(integration.signals.map(\.type) == c.signals)
    }

    @Test("keeps upstream's words about missing sections, and adds the package") func missingSections() {
        let reading = CoopIntegration.read(
            description: description { manifest, _, _ in
                manifest["modelCard"] = [
                    "modelName": "m", "version": "1", "sections": sections(Array(CoopModelCard.requiredSectionIDs.dropLast(2))),
                ]
            }, spec: "@a/b")
        #expect(
            reading.findings.map(\.sentence) == [
                "Model card is missing required section(s): \"implementationGuidance\", \"relevantLinks\". Package: \"@a/b\"."
            ])
        #expect(reading.manifest.map { ($0.modelCard.completeness * 7).rounded() } == 5)
    }

    @Test("shows whose generation it is") func generations() {
        func generation(_ change: (inout JSONObject, inout JSONObject, inout JSONObject) -> Void) -> CoopGeneration? {
            CoopIntegration.read(description: description(change), spec: "s").manifest?.generation
        }
        #expect(generation { _, _, _ in } == .g2)
        #expect(
            generation { manifest, _, _ in
                manifest["modelCard"] = ["sections": sections(CoopModelCard.firstGenerationSectionIDs)]
            } == .g1)
        #expect(
            generation { manifest, _, _ in
                manifest["modelCard"] = ["sections": sections(CoopModelCard.firstGenerationSectionIDs + CoopModelCard.requiredSectionIDs)]
            } == .g2)
        #expect(
            generation { manifest, _, _ in
                manifest["configurationFields"] = [
                    ["key": "k", "label": "K", "required": false, "inputType": "select", "options": [["value": "a", "label": "A"]]]
                ]
            } == .g3)
        #expect(generation { manifest, _, _ in manifest["contextOptions"] = [:] } == .g3)
        #expect(generation { _, signal, _ in signal["contextNeeds"] = ["includeThread": true] } == .g3)
        #expect(generation { _, _, whole in whole["members"] = ["createSignals", "refreshCatalog", "createCatalogSignal"] } == .g3)
    }

    @Test("gets its cost read as infinite where there is none") func cost() throws {
        let reading = CoopIntegration.read(
            description: description { _, signal, whole in
                whole["signals"] = [
                    ["signalTypeId": "TONE", "descriptor": .object(signal), "functions": ["run"], "cost": nil, "problem": "p"]
                ]
            }, spec: "s")
        #expect(try #require(reading.manifest?.signals.first).cost == .infinity)
    }

    @Test("has its subcategories built into a tree, whatever they refer to") func subcategories() throws {
        func tree(_ value: JSONValue) throws -> [String] {
            func flat(_ node: CoopSignal.Subcategory) -> String {
                node.children.isEmpty ? node.id : "\(node.id)(\(node.children.map(flat).joined(separator: " ")))"
            }
            let reading = CoopIntegration.read(
                description: description { _, signal, _ in signal["eligibleSubcategories"] = value }, spec: "s")
            return try #require(reading.manifest?.signals.first).subcategories.map(flat)
        }
        func node(_ id: String, _ children: [String] = []) -> JSONValue {
            ["id": .string(id), "label": .string(id), "childrenIds": .array(children.map(JSONValue.string))]
        }
        #expect(try tree([node("a", ["b", "c"]), node("b"), node("c", ["d"]), node("d"), node("e")]) == ["a(b c(d))", "e"])
        #expect(try tree([node("a", ["a"]), node("b")]) == ["b"])
        #expect(try tree([node("a", ["b"]), node("b", ["a"])]) == [])
        #expect(try tree([node("r", ["a"]), node("a", ["b"]), node("b", ["a"])]) == ["r(a(b))"])
        #expect(try tree([["id": "a", "label": "A", "children": [["id": "b", "label": "B"]]]]) == ["a(b)"])
        #expect(try tree([node("a", ["gone"]), 3, ["label": "no id"]]) == ["a"])
        // Each level refers to the next twice: 2^15 leaves without the limit.
        let levels = (0..<15).map { node("n\($0)", ["n\($0 + 1)", "n\($0 + 1)"]) }
        #expect(try tree(.array(levels)).count == 1)
    }
}

@Suite("A roster of Coop integrations") struct CoopRosterTests {
    private func integration(_ id: String, _ types: [String], spec: String) throws -> CoopIntegration {
        try #require(
            CoopIntegration.read(
                description: description { manifest, _, whole in
                    manifest["id"] = .string(id)
                    whole["signals"] = .array(types.map(item))
                }, spec: spec
            ).manifest)
    }

    @Test("lets the first of an id and of a signal type stay") func duplicates() throws {
        var roster = CoopRoster()
        #expect(roster.admit(try integration("A", ["ONE", "TWO"], spec: "a")).findings.isEmpty)
        let second = roster.admit(try integration("A", ["THREE"], spec: "b"))
        #expect(second.manifest == nil)
        #expect(second.findings.map(\.sentence) == ["Duplicate integration id \"A\" from package \"b\"."])
        let third = roster.admit(try integration("C", ["TWO", "THREE"], spec: "c"))
        #expect(third.manifest?.signals.map(\.type) == ["THREE"])
        #expect(third.findings.map(\.sentence) == ["Duplicate plugin signal type \"TWO\" from package \"c\"."])
        #expect(roster.integrations.map(\.id) == ["A", "C"])
        #expect(roster.signal("TWO")?.integration.id == "A")
        #expect(roster.signal("GONE") == nil)
    }

    @Test("reserves every built-in signal type of the contract") func builtIns() {
        for type in [
            "TEXT_MATCHING_CONTAINS_TEXT", "TEXT_MATCHING_NOT_CONTAINS_TEXT", "TEXT_MATCHING_CONTAINS_REGEX",
            "TEXT_MATCHING_NOT_CONTAINS_REGEX",
            "TEXT_MATCHING_CONTAINS_VARIANT", "TEXT_SIMILARITY_SCORE", "IMAGE_SIMILARITY_MATCH", "IMAGE_SIMILARITY_DOES_NOT_MATCH",
            "GEO_CONTAINED_WITHIN", "USER_SCORE", "USER_STRIKE_VALUE", "AGGREGATION", "GOOGLE_CONTENT_SAFETY_API_IMAGE", "OPEN_AI_ANYTHING",
            "OPEN_AI_WHISPER_TRANSCRIPTION", "ZENTROPI_LABELER", "CUSTOM",
        ] { #expect(CoopReserved.isSignalType(type), "\(type)") }
        #expect(!CoopReserved.isSignalType("RANDOM_SCORE"))
    }
}
