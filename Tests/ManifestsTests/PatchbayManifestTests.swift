import JSON
import PluginModel
import Testing

@testable import Manifests

private struct FaultyCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let json: String
    /// Each `severity code place`.
    let findings: [String]
    var remedy = ""
}

private func manifest(_ change: (inout JSONObject) -> Void) -> String {
    var object: JSONObject = ["id": "acme.hello", "name": "Hello", "version": "1.0.0", "entry": "src/index.ts", "permissions": []]
    change(&object)
    return JSONValue.object(object).serialized()
}

private func summary(_ findings: [Finding]) -> [String] { findings.map { "\($0.severity.rawValue) \($0.code) \($0.place)" } }

@Suite("patchbay.json") struct PatchbayManifestTests {
    @Test("is read whole") func good() throws {
        let reading = PatchbayManifest.read(
            Array(
                """
                {"$schema": "x", "id": "acme.hello", "name": "Hello", "version": "1.2.3-beta.1", "description": "Says hello.",
                 "entry": "./src/../src/index.ts", "permissions": ["network:outbound:api.example.org", "engine:jit"]}
                """.utf8))
        #expect(reading.findings.isEmpty)
        let manifest = try #require(reading.manifest)
        #expect(manifest.id.rawValue == "acme.hello")
        #expect(manifest.name == "Hello")
        #expect(manifest.version.description == "1.2.3-beta.1")
        #expect(manifest.description == "Says hello.")
        #expect(manifest.entry.text == "src/index.ts")
        #expect(manifest.permissions.map(\.description) == ["network:outbound:api.example.org", "engine:jit"])
    }

    @Test("needs no permissions") func withoutPermissions() {
        let reading = PatchbayManifest.read(Array(manifest { $0["permissions"] = nil }.utf8))
        #expect(reading.manifest?.permissions == [])
        #expect(reading.findings.isEmpty)
    }

    @Test(
        "is told all its faults at once:",
        arguments: [
            FaultyCase(testDescription: "no JSON", json: "{\"id\": }", findings: ["error manifest.malformed patchbay.json:1:8"]),
            FaultyCase(testDescription: "nothing", json: "", findings: ["error manifest.malformed patchbay.json:1:1"]),
            FaultyCase(testDescription: "a list", json: "[]", findings: ["error manifest.wrong-type patchbay.json"]),
            FaultyCase(
                testDescription: "a key twice", json: #"{"id": "a", "id": "b"}"#, findings: ["error manifest.malformed patchbay.json:1:13"]),
            FaultyCase(
                testDescription: "an empty object", json: "{}", findings: Array(repeating: "error manifest.missing patchbay.json", count: 4)
            ),
            FaultyCase(
                testDescription: "wrong kinds everywhere",
                json: #"{"id": 1, "name": null, "version": [], "entry": {}, "permissions": "x"}"#,
                findings: ["id", "name", "version", "entry", "permissions"].map { "error manifest.wrong-type patchbay.json /\($0)" }),
            FaultyCase(
                testDescription: "values that mean nothing",
                json:
                    #"{"id": "a b", "name": "  ", "version": "1.0", "entry": "../x.ts", "permissions": ["network:outbond:a.example", 3]}"#,
                findings: [
                    "error manifest.invalid-id patchbay.json /id", "error manifest.empty patchbay.json /name",
                    "error manifest.invalid-version patchbay.json /version", "error manifest.invalid-entry patchbay.json /entry",
                    "error permission.unknown-capability patchbay.json /permissions/0",
                    "error manifest.wrong-type patchbay.json /permissions/1",
                ]),
            FaultyCase(
                testDescription: "an unknown key near a known one", json: manifest { $0["permisions"] = [] },
                findings: ["warning manifest.unknown-key patchbay.json /permisions"], remedy: "Did you mean 'permissions'?"),
            FaultyCase(
                testDescription: "an unknown key near none", json: manifest { $0["zzz"] = 1 },
                findings: ["warning manifest.unknown-key patchbay.json /zzz"],
                remedy:
                    "Known keys: id, name, version, description, entry, uiEntry, permissions, aliases, publisher, contributors, category, tags, icon, logos, screenshots, docs, homepage, source, license, modelCard, platforms, engines, configuration, requiresConfiguration, furtherConfiguration, configurationSchema, contributions, signalCatalog, context, localisation, enabled, alias, hotkey, $schema."
            ),
            FaultyCase(
                testDescription: "a permission without a host", json: manifest { $0["permissions"] = ["network:outbound"] },
                findings: ["error permission.malformed patchbay.json /permissions/0"]),
            FaultyCase(
                testDescription: "a permission twice", json: manifest { $0["permissions"] = ["engine:jit", "engine:jit"] },
                findings: ["warning manifest.repeated-permission patchbay.json /permissions/1"]),
            FaultyCase(
                testDescription: "a text that is too long", json: manifest { $0["name"] = .string(String(repeating: "n", count: 201)) },
                findings: ["error manifest.too-long patchbay.json /name"]),
            FaultyCase(
                testDescription: "too many permissions",
                json: manifest { $0["permissions"] = .array(Array(repeating: "engine:jit", count: 101)) },
                findings: ["error manifest.too-many patchbay.json /permissions"]),
        ])
    private func faults(_ c: FaultyCase) {
        let reading = PatchbayManifest.read(Array(c.json.utf8))
        #expect(summary(reading.findings) == c.findings)
        #expect((reading.manifest == nil) == !reading.findings.errors.isEmpty)
        if !c.remedy.isEmpty { #expect(reading.findings.first?.remedy == c.remedy) }
    }

    @Test(
        "lets no entry leave the folder",
        arguments: [
            "/etc/passwd.js", "../a.js", "a/../../b.js", "./../a.js", "a/b/../../../c.js", "..", "a\\..\\b.js", "a\u{0}.js", "a\n.js", "",
            ".", "src/",
            "readme.md", "index", ".ts",
        ])
    func entries(_ entry: String) {
        let reading = PatchbayManifest.read(Array(manifest { $0["entry"] = .string(entry) }.utf8))
        #expect(reading.manifest == nil)
        #expect(reading.findings.allSatisfy { $0.place == .document(file: "patchbay.json", pointer: JSONPointer(["entry"])) })
    }

    @Test("is refused when larger than a hand can write") func tooLarge() {
        let json = manifest { $0["description"] = .string(String(repeating: "x", count: PatchbayManifest.bytesMax)) }
        #expect(PatchbayManifest.read(Array(json.utf8)).findings.map(\.code) == ["manifest.malformed"])
    }
}

@Suite("A finding") struct FindingTests {
    @Test("shows its place, the line and what to do, without letting a plugin move the cursor") func description() {
        let finding = Finding(
            .error, code: "bundle.syntax", place: .source(file: "a.ts", line: 3, column: 5, text: "let\t= \u{1b}[2J"), "Unexpected \"=\".",
            remedy: "Add a name.")
        #expect(
            finding.description == """
                error bundle.syntax: Unexpected "=".
                  at a.ts:3:5
                  | let = \\u{1b}[2J
                  |     ^
                  Add a name.
                """)
    }

    @Test(
        "survives its JSON",
        arguments: [
            Finding.Place.document(file: "a.json", pointer: JSONPointer(["a/b", "0"])), .document(file: "a.json", pointer: JSONPointer()),
            .source(file: "a.ts", line: 1, column: 2, text: "x"), .source(file: "a.ts", line: 1, column: 2, text: nil), .file("a"),
        ])
    func json(_ place: Finding.Place) {
        for severity in Finding.Severity.allCases {
            for remedy in [nil, "Do."] {
                let finding = Finding(severity, code: "a.b", place: place, "It is.", remedy: remedy)
                #expect(Finding(json: finding.json) == finding)
            }
        }
    }
}
