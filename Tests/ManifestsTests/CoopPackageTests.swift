import JSON
import Manifests
import PluginModel
import Testing

/// What an integration says beside its plugin object, and what of it is told.
struct CoopPackageTests {
    struct Asked: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let value: JSONValue?
        var permissions: [String] = []
        var findings: [String] = []
    }

    @Test(arguments: [
        Asked(testDescription: "nothing", value: Optional<JSONValue>.none),
        Asked(testDescription: "null", value: .some(.null)),
        Asked(testDescription: "no list", value: "network:outbound:a.test", findings: ["coop.permissions /patchbay/permissions"]),
        Asked(
            testDescription: "hosts",
            value: ["network:outbound:A.test", ["permission": "network:outbound:*.b.test", "reason": "r", "optional": true]],
            permissions: ["network:outbound:a.test", "network:outbound:*.b.test r optional"]),
        Asked(
            testDescription: "twice", value: ["network:outbound:a.test", "network:outbound:a.test:443"],
            permissions: ["network:outbound:a.test"]),
        Asked(
            testDescription: "what is no host, beside one that is",
            value: [
                "engine:jit", "network:private:10.0.0.0/8@a.test", "data:read:persons", "network:outbound:a.test/path", 7,
                "network:outbound:ok.test",
            ],
            permissions: ["network:outbound:ok.test"], findings: (0..<5).map { "coop.permission /patchbay/permissions/\($0)" }),
    ]) func `an integration may ask for hosts in its package file`(_ c: Asked) {
        let read = CoopPermissions.read(c.value, spec: "./p")
        #expect(
            read.requests.map { [$0.text, $0.reason, $0.isOptional ? "optional" : nil].compactMap(\.self).joined(separator: " ") }
                == c.permissions)
        #expect(
            read.findings.map { finding -> String in
                guard case .document(_, let pointer) = finding.place else { return finding.code }
                return "\(finding.code) \(pointer)"
            } == c.findings, "\(read.findings)")
        #expect(read.findings.allSatisfy { $0.severity == .warning })
    }

    private static let ids = [
        "trainingData", "policyAndTaxonomy", "annotationMethodology", "performanceBenchmarks", "biasAndLimitations",
        "implementationGuidance",
        "relevantLinks",
    ]

    private static func read(members: [JSONValue] = [], value: String = "Seen by three people.") -> Reading<CoopIntegration> {
        CoopIntegration.read(
            description: [
                "plugin": true, "members": .array(members), "signals": [], "notices": [],
                "manifest": [
                    "id": "ACME", "name": "Acme", "version": "1.0.0", "requiresConfig": false,
                    "modelCard": [
                        "modelName": "m", "version": "1",
                        "sections": .array(
                            ids.map { ["id": .string($0), "title": .string($0), "fields": [["label": "Text", "value": .string(value)]]] }),
                    ],
                ],
            ], spec: "./p")
    }

    @Test(arguments: ["refreshCatalog", "createCatalogSignal"]) func `one hook of a catalog alone is told, and makes none`(_ only: String) {
        let reading = Self.read(members: [.string(only)])
        #expect(reading.manifest?.hasCatalog == false)
        #expect(reading.findings.map(\.code) == ["coop.catalog-hooks"], "\(reading.findings)")
        #expect(reading.findings.first?.sentence.hasPrefix("There is \(only) without ") == true)
        let both = Self.read(members: ["refreshCatalog", "createCatalogSignal"])
        #expect(both.manifest?.hasCatalog == true && both.findings.isEmpty)
    }

    @Test(arguments: [
        ("Todo", true), ("todo: describe", true), ("TBD.", true), ("  n/a ", true), ("", true), ("Lorem ipsum", true),
        ("[Insert the list]", true),
        ("Coming soon!", true), ("…", true), ("We did this; todo", false), ("Todos are lists of tasks, which it was trained on.", false),
        ("None", false), ("A placeholder stands for names.", false), ("See https://acme.test/card", false),
    ]) func `placeholders of a model card are noticed`(_ text: String, isPlaceholder: Bool) {
        let reading = Self.read(value: text)
        #expect(reading.findings.map(\.code) == (isPlaceholder ? ["coop.model-card-placeholder"] : []), "\(reading.findings)")
        #expect(reading.findings.allSatisfy { $0.severity == .notice } && reading.manifest != nil)
        if isPlaceholder { #expect(reading.findings[0].sentence.contains("trainingData: Text")) }
    }
}
