import JSON
import Manifests
import PluginModel
import Testing

private struct EntryCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let type: String
    let package: JSONValue
    let files: [String]
    var server: String?
    var browser: String?
    /// Codes of all findings.
    var findings: [String] = []
}

private let fileName = "forgeportal-plugin.json"

@Suite("The entries of a ForgePortal plugin") struct ForgePortalEntryTests {
    @Test(
        "are found in package.json:",
        arguments: [
            EntryCase(
                testDescription: "exports in one text", type: "backend", package: ["exports": "./a.js"], files: ["a.js"], server: "a.js"),
            EntryCase(testDescription: "the root", type: "backend", package: ["exports": [".": "./a.js"]], files: ["a.js"], server: "a.js"),
            EntryCase(
                testDescription: "import before default", type: "backend",
                package: ["exports": [".": ["types": "./a.d.ts", "import": "./a.mjs", "default": "./b.js"]]], files: ["a.mjs", "b.js"],
                server: "a.mjs"),
            EntryCase(
                testDescription: "default alone", type: "backend", package: ["exports": [".": ["default": "./a.js"]]], files: ["a.js"],
                server: "a.js"),
            EntryCase(
                testDescription: "conditions without a subpath", type: "backend", package: ["exports": ["node": "./a.js"]], files: ["a.js"],
                server: "a.js"),
            EntryCase(
                testDescription: "nested conditions", type: "backend",
                package: ["exports": [".": ["node": ["import": "./n.js", "require": "./n.cjs"], "default": "./a.js"]]],
                files: ["a.js", "n.js"], server: "a.js"),
            EntryCase(
                testDescription: "only a nested condition", type: "backend",
                package: ["exports": [".": ["node": ["import": ["./missing.js", "./n.js"]]]]], files: ["n.js"], server: "n.js"),
            EntryCase(testDescription: "main", type: "backend", package: ["main": "dist/a.js"], files: ["dist/a.js"], server: "dist/a.js"),
            EntryCase(testDescription: "main without its ending", type: "backend", package: ["main": "a"], files: ["a.js"], server: "a.js"),
            EntryCase(
                testDescription: "main as a folder", type: "backend", package: ["main": "lib"], files: ["lib/index.js"],
                server: "lib/index.js"),
            EntryCase(
                testDescription: "main where exports have no root", type: "backend",
                package: ["exports": ["./ui": "./ui.js"], "main": "a.js"], files: ["a.js", "ui.js"], server: "a.js"),
            EntryCase(
                testDescription: "backend before the root", type: "fullstack",
                package: ["exports": [".": "./all.js", "./backend": "./server.js", "./ui": "./ui.js"]],
                files: ["all.js", "server.js", "ui.js"], server: "server.js", browser: "ui.js"),
            EntryCase(
                testDescription: "the root for both", type: "fullstack", package: ["exports": "./all.js"], files: ["all.js"],
                server: "all.js",
                browser: "all.js"),
            EntryCase(
                testDescription: "a ui package with ./ui alone", type: "ui", package: ["exports": ["./ui": ["import": "./dist/ui.js"]]],
                files: ["dist/ui.js"], browser: "dist/ui.js"),
            EntryCase(
                testDescription: "a ui package with a root", type: "ui", package: ["main": "ui.js"], files: ["ui.js"], browser: "ui.js"),
            EntryCase(
                testDescription: "a browser condition", type: "ui",
                package: ["exports": ["./ui": ["browser": "./b.js", "default": "./a.js"]]],
                files: ["a.js", "b.js"], browser: "b.js"),
            EntryCase(
                testDescription: "a ui package without any", type: "ui", package: [:], files: [], findings: ["forgeportal.no-ui-entry"]),
            EntryCase(
                testDescription: "what is not built, but has a source", type: "fullstack",
                package: ["exports": [".": "./dist/index.js", "./ui": "./dist/ui.js"]], files: ["src/index.ts", "src/ui.tsx"],
                server: "src/index.ts", browser: "src/ui.tsx", findings: ["forgeportal.entry-not-built", "forgeportal.entry-not-built"]),
            EntryCase(
                testDescription: "an entry in TypeScript", type: "backend", package: ["exports": "./src/index.ts"], files: ["src/index.ts"],
                server: "src/index.ts"),
            EntryCase(
                testDescription: "deeper sources", type: "backend", package: ["main": "dist/server/main.js"], files: ["src/server/main.ts"],
                server: "src/server/main.ts", findings: ["forgeportal.entry-not-built"]),
            EntryCase(
                testDescription: "neither output nor source", type: "backend", package: ["main": "dist/index.js"], files: ["src/other.ts"],
                findings: ["forgeportal.no-entry"]),
            EntryCase(
                testDescription: "an entry outside", type: "backend", package: ["main": "../index.js"], files: ["index.js"],
                findings: ["forgeportal.no-entry"]),
            EntryCase(
                testDescription: "an entry that is no code", type: "backend", package: ["main": "index.json"], files: ["index.json"],
                findings: ["forgeportal.no-entry"]),
            EntryCase(
                testDescription: "exports that forbid", type: "backend", package: ["exports": [".": nil]], files: ["index.js"],
                findings: ["forgeportal.no-entry"]),
        ])
    private func entries(_ c: EntryCase) throws {
        var package = c.package.objectValue ?? [:]
        package["name"] = "forge-plugin-demo"
        let manifest: JSONValue = [
            "name": "forge-plugin-demo", "version": "1.0.0", "forgeportal": ["engineVersion": "*", "type": .string(c.type)],
        ]
        var files = MemoryPackage([fileName: manifest.serialized(), "package.json": JSONValue.object(package).serialized()])
        for file in c.files { files[file] = "" }
        let reading = ForgePortalReader.read(files, options: ReadingOptions())
        #expect(reading.findings.map(\.code) == c.findings)
        #expect(reading.isValid == reading.findings.errors.isEmpty)
        if let read = reading.manifest {
            #expect(read.entry?.text == c.server)
            #expect(read.uiEntry?.text == c.browser)
        }
    }

    private struct IDCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let stock: String
        /// The shown one first.
        let all: [String]
        var routes: [String] = []
    }

    @Test(
        "lead to ids that fit:",
        arguments: [
            IDCase(testDescription: "@acme/forge-plugin-pagerduty", stock: "pagerduty", all: ["pagerduty"]),
            IDCase(testDescription: "forge-plugin-slack-notify", stock: "slack-notify", all: ["slack-notify"]),
            IDCase(testDescription: "@acme/my-custom-plugin", stock: "my-custom-plugin", all: ["my-custom-plugin"]),
            IDCase(testDescription: "@forgeportal/plugin-argocd", stock: "plugin-argocd", all: ["argocd", "plugin-argocd"]),
            IDCase(
                testDescription: "@forgeportal/plugin-x", stock: "plugin-x", all: ["x", "plugin-x", "grafana"],
                routes: ["/api/v1/plugins/grafana"]),
            IDCase(testDescription: "pagerduty", stock: "pagerduty", all: ["pagerduty", "pd"], routes: ["/status", "/api/v1/pd/x"]),
            IDCase(
                testDescription: "forge-plugin-a", stock: "a", all: ["a"], routes: ["/api/v1/catalog", "/api/v1/Bad", "/api/v1/plugins/1x"]),
            IDCase(testDescription: "forge-plugin-b", stock: "b", all: ["b", "plugin-z"], routes: ["/api/v1/plugins/plugin-z/deep"]),
            IDCase(testDescription: "plugin-", stock: "plugin-", all: ["plugin-"]),
            IDCase(testDescription: "forge-plugin-", stock: "forge-plugin-", all: ["forge-plugin-"]),
            IDCase(
                testDescription: "@acme/plugin-forge-plugin-x", stock: "plugin-forge-plugin-x",
                all: ["forge-plugin-x", "plugin-forge-plugin-x"]),
        ])
    private func ids(_ c: IDCase) {
        let ids = ForgePortalIDs(package: c.testDescription, routes: c.routes)
        #expect(ids.stock == c.stock)
        #expect(ids.all == c.all)
    }

    @Test("are settled between plugins: stock ids first, then load order") func roster() {
        func member(_ package: String, _ routes: [String] = []) -> ForgePortalRoster.Member {
            .init(package: package, ids: ForgePortalIDs(package: package, routes: routes))
        }
        #expect(
            ForgePortalRoster.settle([
                member("@forgeportal/plugin-x"), member("@acme/forge-plugin-x", ["/api/v1/plugins/z"]), member("@other/x"),
                member("forge-plugin-y", ["/api/v1/z"]), member("plugin-y"),
            ]) == [
                .kept(ids: ["plugin-x"], dropped: ["x"]), .kept(ids: ["x", "z"], dropped: []),
                .refused(message: "id x already used by @acme/forge-plugin-x"), .kept(ids: ["y"], dropped: ["z"]),
                .kept(ids: ["plugin-y"], dropped: ["y"]),
            ])
        #expect(
            ForgePortalRoster.notInstalled("@acme/x").sentence
                == "Plugin package \"@acme/x\" not found in node_modules. Run \"pnpm forge sync\" and restart the server.")
    }
}
