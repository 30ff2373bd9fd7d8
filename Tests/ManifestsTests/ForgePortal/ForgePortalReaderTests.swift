import JSON
import Manifests
import PluginModel
import Testing

private let fileName = "forgeportal-plugin.json"

private let packageJSON: JSONValue = [
    "name": "@acme/forge-plugin-demo", "version": "1.0.0", "type": "module",
    "exports": [".": ["types": "./dist/index.d.ts", "import": "./dist/index.js"], "./ui": "./dist/ui.js"],
]

private func demo(_ change: (inout JSONObject) -> Void = { _ in }) -> JSONValue {
    var core: JSONObject = [
        "engineVersion": "^1.0.0", "type": "fullstack",
        "capabilities": [
            "ui": ["entityTabs": ["demo-tab"], "entityCards": ["demo-card"], "routes": ["/demo"]],
            "backend": [
                "routes": ["/api/v1/plugins/demo", "/status"], "actionProviders": ["demo.ping@v1"], "catalogProviders": ["demo.things"],
            ],
        ],
        "permissions": ["action:run"],
        "config": ["baseUrl": ["type": "string", "required": true], "apiToken": ["type": "string", "secret": true]],
    ]
    change(&core)
    return ["name": "@acme/forge-plugin-demo", "version": "1.0.0", "forgeportal": .object(core)]
}

private func package(_ manifest: JSONValue, _ package: JSONValue = packageJSON) -> MemoryPackage {
    MemoryPackage([fileName: manifest.serialized(), "package.json": package.serialized(), "dist/index.js": "", "dist/ui.js": ""])
}

private func read(_ manifest: JSONValue, _ json: JSONValue = packageJSON) -> PackageReading {
    ForgePortalReader.read(package(manifest, json), options: ReadingOptions())
}

private func summary(_ findings: [Finding]) -> [String] { findings.map { "\($0.severity.rawValue) \($0.code) \($0.place)" } }

private struct BadCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let manifest: JSONValue
    /// `code pointer`; every one an error in the manifest.
    let errors: [String]

    init(_ testDescription: String, _ manifest: JSONValue, _ errors: String...) {
        (self.testDescription, self.manifest, self.errors) = (testDescription, manifest, errors)
    }
}

private struct TextCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: MemoryPackage
    let sentence: String

    init(_ testDescription: String, _ files: MemoryPackage, _ sentence: String) {
        (self.testDescription, self.files, self.sentence) = (testDescription, files, sentence)
    }
}

@Suite("A plugin of ForgePortal") struct ForgePortalReaderTests {
    @Test("is read whole") func whole() throws {
        let reading = read(demo())
        #expect(reading.findings == [])
        let manifest = try #require(reading.manifest)
        #expect(manifest.id.rawValue == "demo")
        #expect(manifest.upstreamID == "demo")
        #expect(manifest.aliases == [])
        #expect(manifest.name == "@acme/forge-plugin-demo")
        #expect(manifest.version == "1.0.0")
        #expect(manifest.dialect == nil)
        #expect(manifest.engine == EngineRequirement(engine: "forgeportal-sdk", range: "^1.0.0", offered: "1.0.0", isSatisfied: true))
        #expect(manifest.entry?.text == "dist/index.js")
        #expect(manifest.uiEntry?.text == "dist/ui.js")
        #expect(
            manifest.contributions.map { "\($0.kind) \($0.id) \($0.origin)" } == [
                "entityTab demo-tab /forgeportal/capabilities/ui/entityTabs/0",
                "entityCard demo-card /forgeportal/capabilities/ui/entityCards/0",
                "page /demo /forgeportal/capabilities/ui/routes/0", "route /api/v1/plugins/demo /forgeportal/capabilities/backend/routes/0",
                "route /status /forgeportal/capabilities/backend/routes/1",
                "action demo.ping@v1 /forgeportal/capabilities/backend/actionProviders/0",
                "catalogProvider demo.things /forgeportal/capabilities/backend/catalogProviders/0",
            ])
        #expect(manifest.contributions[2].detail == .page(.init(path: "/demo")))
        #expect(manifest.contributions[3].detail == .route(.init(path: "/", requires: ["action:run"])))
        #expect(manifest.contributions[4].detail == .route(.init(path: "/status", requires: ["action:run"])))
        #expect(manifest.contributions[5].detail == .action(.init(version: "v1")))
        #expect(manifest.contributions[5].title == "demo.ping")
        #expect(manifest.permissions.map(\.text) == ["action:run"])
        #expect(manifest.permissions.map(\.origin.description) == ["/forgeportal/permissions/0"])
        #expect(
            manifest.configuration.map { "\($0.key) \($0.kind) \($0.isRequired) \($0.isSecret)" } == [
                "baseUrl text true false", "apiToken text false true",
            ])
    }

    @Test("in the older dialect is read as well") func older() throws {
        let reading = read(
            demo {
                $0["capabilities"] = [
                    "ui": ["entityTabs": ["DemoTab"], "routes": []],
                    "backend": ["routes": ["/demo"], "actionProviders": ["demo.ping"], "catalogProviders": []],
                ]
                $0["permissions"] = ["entity:read", "integration:demo:read"]
                $0["config"] = [
                    "type": "object", "required": ["apiKey"],
                    "properties": [
                        "apiKey": ["type": "string", "description": "Key", "secret": true], "site": ["type": "string", "default": "eu"],
                        "pages": ["type": "integer"],
                    ],
                ]
            })
        #expect(summary(reading.findings) == ["notice forgeportal.older-dialect forgeportal-plugin.json /forgeportal"])
        let manifest = try #require(reading.manifest)
        #expect(manifest.dialect == "older dialect")
        #expect(manifest.contributions.map(\.id) == ["DemoTab", "/demo", "demo.ping"])
        #expect(manifest.contributions[2].detail == .action(.init(version: nil)))
        #expect(manifest.permissions.map(\.text) == ["entity:read", "integration:demo:read"])
        #expect(
            manifest.configuration.map { "\($0.key) \($0.kind) \($0.isRequired) \($0.isSecret)" } == [
                "apiKey text true true", "site text false false", "pages integer false false",
            ])
        #expect(manifest.configuration[1].defaultValue == "eu")
    }

    @Test(
        "is refused in the words of its own host:",
        arguments: [
            TextCase(
                "no manifest", MemoryPackage(["package.json": packageJSON.serialized()], folderName: "demo"),
                "Plugin \"@acme/forge-plugin-demo\" is missing forgeportal-plugin.json at demo/forgeportal-plugin.json. Is this a valid ForgePortal plugin?"
            ),
            TextCase(
                "no JSON", MemoryPackage([fileName: "{", "package.json": packageJSON.serialized()]),
                "Plugin \"@acme/forge-plugin-demo\" has invalid JSON in forgeportal-plugin.json: "),
            TextCase(
                "no range", package(demo { $0["engineVersion"] = nil }),
                "Plugin \"@acme/forge-plugin-demo\" forgeportal-plugin.json is missing forgeportal.engineVersion"),
            TextCase(
                "an empty range", package(demo { $0["engineVersion"] = "" }),
                "Plugin \"@acme/forge-plugin-demo\" forgeportal-plugin.json is missing forgeportal.engineVersion"),
            TextCase(
                "a type that is none", package(demo { $0["type"] = "frontend" }),
                "Plugin \"@acme/forge-plugin-demo\" has invalid forgeportal.type: \"frontend\""),
            TextCase(
                "no type", package(demo { $0["type"] = nil }),
                "Plugin \"@acme/forge-plugin-demo\" has invalid forgeportal.type: \"undefined\""),
            TextCase(
                "a range that is none", package(demo { $0["engineVersion"] = "not-a-version" }),
                "Invalid semver range in engineVersion: \"not-a-version\""),
            TextCase(
                "a range of another SDK", package(demo { $0["engineVersion"] = "^2.0.0" }),
                "Plugin requires SDK ^2.0.0 but installed SDK is 1.0.0. Update the plugin or upgrade @forgeportal/plugin-sdk."),
            TextCase(
                "no entry", package(demo(), ["name": "@acme/forge-plugin-demo", "version": "1.0.0"]),
                "Plugin \"@acme/forge-plugin-demo\" has no resolvable entry point (no main or exports in package.json)"),
        ])
    private func texts(_ c: TextCase) throws {
        let reading = ForgePortalReader.read(c.files, options: ReadingOptions())
        #expect(!reading.isValid)
        let error = try #require(reading.findings.errors.first)
        #expect(c.sentence.hasSuffix(": ") ? error.sentence.hasPrefix(c.sentence) : error.sentence == c.sentence)
        #expect(reading.findings.errors.count == 1)
    }

    @Test(
        "with a fault is refused at its place:",
        arguments: [
            BadCase(
                "nothing at all", [:], "manifest.missing", "manifest.missing", "forgeportal.no-engine-version", "forgeportal.invalid-type"),
            BadCase(
                "a core that is a list", ["name": "@acme/forge-plugin-demo", "version": "1.0.0", "forgeportal": []],
                "manifest.wrong-type /forgeportal", "forgeportal.no-engine-version", "forgeportal.invalid-type"),
            BadCase(
                "a number for a name", ["name": 1, "version": "1.0.0", "forgeportal": demo()["forgeportal"] ?? nil],
                "manifest.wrong-type /name"),
            BadCase("no version", ["name": "@acme/forge-plugin-demo", "forgeportal": demo()["forgeportal"] ?? nil], "manifest.missing"),
            BadCase(
                "a version that is none",
                ["name": "@acme/forge-plugin-demo", "version": "latest", "forgeportal": demo()["forgeportal"] ?? nil],
                "manifest.invalid-version /version"),
            BadCase("a number for a range", demo { $0["engineVersion"] = 1 }, "forgeportal.no-engine-version /forgeportal/engineVersion"),
            BadCase("a later range", demo { $0["engineVersion"] = "^1.1.0" }, "forgeportal.engine-mismatch /forgeportal/engineVersion"),
            BadCase(
                "a range of nonsense", demo { $0["engineVersion"] = "1.0.0 ||| 2" }, "forgeportal.invalid-range /forgeportal/engineVersion"),
            BadCase("a type in capitals", demo { $0["type"] = "UI" }, "forgeportal.invalid-type /forgeportal/type"),
            BadCase("a type that is no text", demo { $0["type"] = ["ui"] }, "forgeportal.invalid-type /forgeportal/type"),
            BadCase("capabilities in a list", demo { $0["capabilities"] = [] }, "manifest.wrong-type /forgeportal/capabilities"),
            BadCase("a side that is a list", demo { $0["capabilities"] = ["ui": []] }, "manifest.wrong-type /forgeportal/capabilities/ui"),
            BadCase(
                "tabs in one text", demo { $0["capabilities"] = ["ui": ["entityTabs": "demo-tab"]] },
                "manifest.wrong-type /forgeportal/capabilities/ui/entityTabs"),
            BadCase(
                "tabs that are objects", demo { $0["capabilities"] = ["ui": ["entityTabs": [["id": "x"], "y", 3]]] },
                "manifest.wrong-type /forgeportal/capabilities/ui/entityTabs/0",
                "manifest.wrong-type /forgeportal/capabilities/ui/entityTabs/2"),
            BadCase(
                "an empty tab", demo { $0["capabilities"] = ["ui": ["entityTabs": [""]]] },
                "forgeportal.capability /forgeportal/capabilities/ui/entityTabs/0"),
            BadCase(
                "a card with blanks", demo { $0["capabilities"] = ["ui": ["entityCards": ["my card"]]] },
                "forgeportal.capability /forgeportal/capabilities/ui/entityCards/0"),
            BadCase(
                "an action with two versions", demo { $0["capabilities"] = ["backend": ["actionProviders": ["a@v1@v2"]]] },
                "forgeportal.capability /forgeportal/capabilities/backend/actionProviders/0"),
            BadCase(
                "actions with half a name", demo { $0["capabilities"] = ["backend": ["actionProviders": ["@v1", "a@"]]] },
                "forgeportal.capability /forgeportal/capabilities/backend/actionProviders/0",
                "forgeportal.capability /forgeportal/capabilities/backend/actionProviders/1"),
            BadCase(
                "a catalog provider that is null", demo { $0["capabilities"] = ["backend": ["catalogProviders": [nil]]] },
                "manifest.wrong-type /forgeportal/capabilities/backend/catalogProviders/0"),
            BadCase("permissions in one text", demo { $0["permissions"] = "action:run" }, "manifest.wrong-type /forgeportal/permissions"),
            BadCase("a permission that is a number", demo { $0["permissions"] = [1] }, "manifest.wrong-type /forgeportal/permissions/0"),
            BadCase("an empty permission", demo { $0["permissions"] = [""] }, "forgeportal.capability /forgeportal/permissions/0"),
            BadCase("config in a list", demo { $0["config"] = [] }, "manifest.wrong-type /forgeportal/config"),
            BadCase("a field that is a text", demo { $0["config"] = ["a": "string"] }, "manifest.wrong-type /forgeportal/config/a"),
            BadCase("a field without a type", demo { $0["config"] = ["a": [:]] }, "forgeportal.config-field /forgeportal/config/a"),
            BadCase(
                "a field of an unknown type", demo { $0["config"] = ["a": ["type": "object"]] },
                "forgeportal.config-field /forgeportal/config/a/type"),
            BadCase(
                "marks that are texts", demo { $0["config"] = ["a": ["type": "string", "required": "true", "secret": 1]] },
                "manifest.wrong-type /forgeportal/config/a/required", "manifest.wrong-type /forgeportal/config/a/secret"),
            BadCase(
                "a description that is a list", demo { $0["config"] = ["a": ["type": "string", "description": []]] },
                "manifest.wrong-type /forgeportal/config/a/description"),
            BadCase(
                "an older schema that requires what it lacks",
                demo { $0["config"] = ["type": "object", "properties": ["a": ["type": "string"]], "required": ["b"]] },
                "forgeportal.config-schema /forgeportal/config/required/0"),
            BadCase(
                "an older schema of another type", demo { $0["config"] = ["type": "string"] },
                "forgeportal.config-schema /forgeportal/config/type"
            ),
            BadCase(
                "several faults",
                demo {
                    $0["engineVersion"] = nil
                    $0["type"] = "x"
                    $0["permissions"] = [0]
                    $0["config"] = ["a": 1]
                },
                "forgeportal.no-engine-version /forgeportal", "forgeportal.invalid-type /forgeportal/type",
                "manifest.wrong-type /forgeportal/permissions/0", "manifest.wrong-type /forgeportal/config/a"),
        ])
    private func bad(_ c: BadCase) {
        let reading = read(c.manifest)
        #expect(reading.manifest == nil)
        let wanted = c.errors.map { $0.contains(" ") ? $0.replacing(" ", with: " \(fileName) ") : "\($0) \(fileName)" }
        #expect(reading.findings.errors.map { "\($0.code) \($0.place)" } == wanted)
    }

    @Test("is warned of what is doubtful, and loads") func warnings() {
        func warned(_ change: (inout JSONObject) -> Void) -> [String] {
            let reading = read(demo(change))
            #expect(reading.isValid)
            return reading.findings.map { "\($0.severity.rawValue) \($0.code) \($0.place.description.dropFirst(fileName.count + 1))" }
        }
        #expect(
            warned { $0["permissions"] = ["action:rum", "action:run", "action:run"] } == [
                "warning forgeportal.repeated-entry /forgeportal/permissions/2",
                "warning forgeportal.unknown-permission /forgeportal/permissions/0",
            ])
        #expect(warned { $0["type"] = "backend" } == ["warning forgeportal.unused-capabilities /forgeportal/capabilities/ui"])
        #expect(warned { $0["type"] = "ui" } == ["warning forgeportal.unused-capabilities /forgeportal/capabilities/backend"])
        #expect(
            warned { $0["capabilities"] = ["backend": ["routes": ["status"], "actions": []], "cli": [:]] } == [
                "warning manifest.unknown-key /forgeportal/capabilities/cli",
                "warning manifest.unknown-key /forgeportal/capabilities/backend/actions",
                "warning forgeportal.relative-route /forgeportal/capabilities/backend/routes/0",
            ])
        #expect(warned { $0["permisions"] = $0.removed("permissions") } == ["warning manifest.unknown-key /forgeportal/permisions"])
        #expect(
            warned { $0["config"] = ["a": ["type": "number", "default": "1"], "b": ["type": "string", "secret": true, "default": "x"]] }
                == [
                    "warning forgeportal.config-field /forgeportal/config/a/default",
                    "warning forgeportal.secret-default /forgeportal/config/b/default",
                ])
    }

    @Test("that is called otherwise in its package.json goes by that name") func names() throws {
        let other: JSONValue = ["name": "@acme/forge-plugin-other", "version": "2.0.0", "exports": "./dist/index.js"]
        let reading = read(
            demo {
                $0["type"] = "backend"; $0["capabilities"] = nil
            }, other)
        #expect(reading.manifest?.id.rawValue == "other")
        #expect(
            summary(reading.findings) == [
                "warning forgeportal.name-mismatch \(fileName) /name", "notice forgeportal.version-mismatch \(fileName) /version",
            ])
        let nameless = read(demo(), ["version": "1.0.0", "exports": [".": "./dist/index.js", "./ui": "./dist/ui.js"]])
        #expect(nameless.manifest?.id.rawValue == "demo")
        #expect(summary(nameless.findings) == ["warning forgeportal.no-package-name package.json"])
        let odd = read(demo(), ["name": "@acme/Päckchen", "exports": ["./ui": "./dist/ui.js", ".": "./dist/index.js"]])
        #expect(summary(odd.findings.errors) == ["error manifest.invalid-id \(fileName) /name"])
    }

    @Test("needs a package.json that can be read") func packageFile() {
        func codes(_ files: MemoryPackage) -> [String] {
            summary(ForgePortalReader.read(files, options: ReadingOptions()).findings.errors)
        }
        #expect(codes(MemoryPackage([fileName: demo().serialized()])) == ["error forgeportal.no-package-json package.json"])
        #expect(
            codes(MemoryPackage([fileName: demo().serialized(), "package.json": "{,"])) == [
                "error forgeportal.no-package-json package.json:1:2"
            ])
        #expect(
            codes(MemoryPackage([fileName: demo().serialized(), "package.json": "3"])) == ["error forgeportal.no-package-json package.json"]
        )
    }

    @Test("reads what only package.json knows") func described() throws {
        let json: JSONValue = [
            "name": "@acme/forge-plugin-demo", "version": "1.0.0", "exports": packageJSON["exports"] ?? nil, "description": "Shows things.",
            "license": "MIT", "homepage": "https://acme.test", "repository": ["type": "git", "url": "git+https://acme.test/demo.git"],
            "keywords": ["demo"], "author": ["name": "Acme", "url": "javascript:alert(1)", "email": "a@acme.test"],
        ]
        let manifest = try #require(read(demo(), json).manifest)
        #expect(manifest.description == "Shows things.")
        #expect(manifest.license == "MIT")
        #expect(manifest.homepageURL == "https://acme.test")
        #expect(manifest.sourceURL == "https://acme.test/demo.git")
        #expect(manifest.tags == ["demo"])
        #expect(manifest.publisher == Publisher(name: "Acme", email: "a@acme.test"))
    }

    @Test(
        "made for this SDK loads, and for another does not",
        arguments: [
            (">=1.0.0 <2", true), ("1.x", true), ("*", true), ("~1.0", true), ("^1.0.0-beta", true), ("1.0.0 - 1.4", true),
            ("^0.9 || ^1", true), ("^2.0.0", false), ("^1.1.0", false), ("<1.0.0", false), ("not-a-version", false), ("1.0.0-", false),
        ])
    func engine(_ range: String, _ loads: Bool) { #expect(read(demo { $0["engineVersion"] = .string(range) }).isValid == loads) }
}

extension JSONObject {
    fileprivate mutating func removed(_ key: String) -> JSONValue? {
        defer { self[key] = nil }
        return self[key]
    }
}
