import Glibc
import JSON
import PatchbayCLI
import Testing

/// `config check` and `install --from` of the built program, on files as people write them, in a folder of their own.
@Suite struct ConfigProgram {
    private let program = try! Program()

    /// In the program's home, as people run it.
    private func run(_ words: [String], variables: [String] = []) async throws -> (exit: Int32, output: String, error: String) {
        let executable = try #require(Program.executable, "patchbay is not built: swift build --product patchbay")
        let running = try RunningProgram(
            executable, words, folder: program.home,
            environment: ["HOME=\(program.home)", "PATCHBAY_CACHE=\(program.home)/cache", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"]
                + variables,
            input: nil)
        return await blocking {
            let exit = running.wait()
            return (exit, running.output, running.error)
        }
    }

    private func check(_ words: String..., variables: [String] = [], exit expected: Int32) async throws -> JSONValue {
        let ran = try await run(["config", "check", "--json"] + words, variables: variables)
        #expect(ran.exit == expected, "\(ran.output) \(ran.error)")
        return try JSONValue(parsing: ran.output)
    }

    /// A plugin of our own format.
    private func plugin(_ path: String, id: String) throws {
        try program.write(
            "\(path)/patchbay.json", #"{"id": "\#(id)", "name": "\#(id)", "version": "1.0.0", "entry": "index.ts", "permissions": []}"#)
        try program.write("\(path)/index.ts", "export const go = () => 1;")
    }

    /// A plugin of ForgePortal in the `node_modules` of the home, which needs `apiToken` and `team`.
    private func portalPlugin(_ name: String) throws {
        let folder = "node_modules/@acme/forge-plugin-\(name)"
        try program.write(
            "\(folder)/package.json",
            #"{"name": "@acme/forge-plugin-\#(name)", "version": "2.1.0", "exports": {"./backend": "./src/index.ts"}}"#)
        try program.write(
            "\(folder)/forgeportal-plugin.json",
            #"""
            {"name": "@acme/forge-plugin-\#(name)", "version": "2.1.0", "forgeportal": {"engineVersion": "^1.0.0", "type": "backend",
             "config": {"apiToken": {"type": "string", "required": true, "secret": true}, "team": {"type": "string", "required": true}}}}
            """#)
        try program.write("\(folder)/src/index.ts", "export default function register(): void {}")
    }

    private func codes(_ object: JSONValue?) -> [String] { object?["findings"]?.arrayValue?.compactMap { $0["code"]?.stringValue } ?? [] }

    private func keys(_ object: JSONValue?) -> [String] { object?.objectValue?.map(\.key) ?? [] }

    private func states(_ review: JSONValue) -> [String] {
        review["plugins"]?.arrayValue?.map { "\($0["name"]?.stringValue ?? "") \($0["state"]?.stringValue ?? "")" } ?? []
    }

    // MARK: Good

    @Test func `plugins are told in load order, with includes and trees, each from where it comes`() async throws {
        for (path, id) in [("a", "test.a"), ("more/b", "test.b"), ("more/c", "test.c"), ("coop", "test.coop"), ("coco/dev/x", "test.x")] {
            try plugin(path, id: id)
        }
        try program.write("more/.hidden/patchbay.json", "{}")
        try program.write("more/notes/readme.txt", "no plugin")
        try program.write("coop/package.json", #"{"name": "coop", "version": "3.0.0", "main": "index.ts"}"#)
        try program.write(
            "sub/integrations.config.json", #"{"integrations": [{"package": "../coop"}, {"package": "@acme/off", "enabled": false}]}"#)
        try program.write(
            "patchbay.yaml",
            """
            plugins:
              - path: ./a
              - path: ./not-there
                enabled: false
            include:
              - sub/integrations.config.json
              - more/*
            trees:
              coco: coco
            """)
        let review = try await check(exit: 0)
        #expect(review["valid"] == true)
        #expect(
            states(review) == [
                "./a found", "./not-there off", "../coop found", "@acme/off off", "more/b found", "more/c found", "coco/dev/x found",
            ])
        #expect(
            review["plugins"]?.arrayValue?.compactMap { $0["from"]?.stringValue } == [
                "path", "path", "path", "package", "include", "include", "tree",
            ])
        #expect(review["plugins"]?[2]?["version"] == "3.0.0" && review["plugins"]?[2]?["location"] == .string("\(program.home)/coop"))
        #expect(review["files"]?[1]?["includedBy"] == "patchbay.yaml" && review["files"]?[1]?["format"] == "coop")
        let page = try await run(["config", "check"])
        #expect(
            page.exit == 0 && page.output.contains("included by patchbay.yaml") && page.output.contains("switched off"), "\(page.output)")
    }

    @Test func `the members scripts rely on`() async throws {
        try program.write("patchbay.yaml", "plugins: [{path: ./gone}]")
        let review = try await check(exit: 1)
        #expect(keys(review) == ["valid", "files", "plugins"])
        #expect(keys(review["files"]?[0]) == ["path", "format", "valid", "includedBy", "report", "findings"])
        let plugin = try #require(review["plugins"]?[0])
        for key in ["name", "from", "enabled", "state", "location", "version", "file", "line", "findings"] {
            #expect(plugin[key] != nil, "\(key)")
        }
        let finding = try #require(plugin["findings"]?[0])
        for key in ["code", "severity", "pointer", "message", "remedy", "file", "line"] { #expect(finding[key] != nil, "\(key)") }
        #expect(finding["code"] == "configuration.plugin-not-found" && finding["line"] == 1 && finding["remedy"] != .null)
    }

    @Test func `the example configuration of this repository is good`() async throws {
        let ran = try await program.run(["config", "check", "--json"])
        #expect(ran.exit == 0, "\(ran.output)")
        #expect(states(try JSONValue(parsing: ran.output)) == ["./plugins/coop-phrase-signals found"])
    }

    @Test func `what is installed is found by its id and range`() async throws {
        try plugin("weather", id: "acme.weather")
        #expect(try await run(["plugin", "install", "weather"]).exit == 0)
        try program.write("good/patchbay.yaml", "plugins: [{store: acme.weather@^1}]")
        try program.write("range/patchbay.yaml", "plugins: [{store: acme.weather@^2}]")
        try program.write("id/patchbay.yaml", "plugins: [{store: acme.snow}]")
        #expect(try await check("good/patchbay.yaml", exit: 0)["plugins"]?[0]?["version"] == "1.0.0")
        let range = try await check("range/patchbay.yaml", exit: 1)
        #expect(range["plugins"]?[0]?["findings"]?[0]?["message"]?.stringValue?.contains("1.0.0") == true, "\(range)")
        #expect(states(try await check("id/patchbay.yaml", exit: 1)) == ["acme.snow missing"])
    }

    @Test func `looking makes no store`() async throws {
        try program.write("patchbay.yaml", "plugins: [{store: acme.snow}]")
        _ = try await check("--data", "\(program.home)/data", exit: 1)
        #expect(Files.kind("\(program.home)/data") == .missing)
    }

    // MARK: Bad

    @Test func `every error of every file is told at once, each with its line or pointer and what to do`() async throws {
        try program.write("integrations.config.json", #"{"integrations": [7, {"package": "./gone"}]}"#)
        try program.write("forgeportal.yaml", "pluginPackages:\n  packages: none\nplugins: []\n")
        try program.write(
            "patchbay.yaml",
            """
            plugin: []
            include: [integrations.config.json, nothing.json]
            """)
        let broken = try await check(exit: 1)
        #expect(
            broken["files"]?.arrayValue?.compactMap { $0["path"] } == ["patchbay.yaml", "forgeportal.yaml", "integrations.config.json"])
        #expect(codes(broken["files"]?[0]) == ["configuration.unknown-key"])
        #expect(broken["files"]?[0]?["findings"]?[0]?["line"] == 1)
        #expect(
            broken["files"]?[1]?["report"]
                == "Invalid ForgePortal configuration:\n  - pluginPackages.packages: Expected array, received string\n  - plugins: Expected object, received array"
        )
        #expect(broken["files"]?[1]?["findings"]?[0]?["line"] == 2)
        #expect(broken["files"]?[2]?["findings"]?[0]?["pointer"] == "/integrations/0")
        #expect(states(broken) == ["./gone missing"], "the entries that can be read stand")
        let page = try await run(["config", "check"])
        #expect(page.output.contains("Invalid ForgePortal configuration:\n    - pluginPackages.packages: Expected array"), "\(page.output)")
        #expect(page.output.contains("at forgeportal.yaml:2:"), "\(page.output)")
    }

    @Test(arguments: [
        ("itself under another name", "include: [loop.yaml]", "leads back to this file"),
        ("one file by two names", "include: [portal.yaml, portal-too.yaml]", "included already"),
        ("a file that is not there", "include: [sub/none.yaml]", "cannot be included"),
        ("a folder that is not there", "include: [sub/none]", "nothing at"),
        ("a folder without a plugin", "include: [empty]", "is no plugin"),
        ("a pattern without a match", "include: [\"empty/*\"]", "fits"), ("a tree that is not there", "trees: {coco: none}", "no folder"),
        ("a tree without plugins", "trees: {madeOpen: empty}", "no plugin in the tree"),
        ("one folder by two names", "plugins: [{path: ./a}, {path: ./a-too}]", "same plugin"),
        ("a pipe", "include: [pipe.json]", "cannot be included"),
    ]) func `what cannot be included is told, and reading ends`(_ what: String, _ text: String, _ expected: String) async throws {
        let path = try program.write("patchbay.yaml", text)
        symlink(path, "\(program.home)/loop.yaml")
        symlink(try program.write("portal.yaml", "plugins: {}"), "\(program.home)/portal-too.yaml")
        try program.write("empty/readme.txt", "nothing")
        try plugin("a", id: "test.a")
        symlink("\(program.home)/a", "\(program.home)/a-too")
        mkfifo("\(program.home)/pipe.json", 0o600)
        let ran = try await run(["config", "check", "--json", "patchbay.yaml"])
        let review = try JSONValue(parsing: ran.output)
        let all = (review["files"]?.arrayValue ?? []) + (review["plugins"]?.arrayValue ?? [])
        let findings = all.flatMap { $0["findings"]?.arrayValue ?? [] }
        #expect(findings.contains { $0["message"]?.stringValue?.contains(expected) == true }, "\(what): \(findings)")
        #expect(ran.exit == (findings.contains { $0["severity"] == "error" } ? 1 : 0))
        #expect(findings.allSatisfy { $0["file"] == "patchbay.yaml" && $0["remedy"] != .null }, "\(findings)")
    }

    @Test(arguments: [
        [], ["nothing.yaml"], ["gone/patchbay.yaml"], ["--as", "toml", "patchbay.yaml"], ["--as", "patchbay", "."],
    ]) func `a command line that names nothing ends with 2 and says what to do`(_ words: [String]) async throws {
        let ran = try await run(["config", "check"] + words)
        #expect(ran.exit == 2 && ran.output.isEmpty, "\(ran.output)")
        #expect(ran.error.contains("error[usage.") && ran.error.contains("you:"), "\(ran.error)")
    }

    @Test func `a file of another name is read as what it is said to be`() async throws {
        try program.write("staging.yaml", "plugins: []")
        #expect(try await check("--as", "patchbay", "staging.yaml", exit: 0)["files"]?[0]?["format"] == "patchbay")
        #expect(codes(try await check("--as", "forgeportal", "staging.yaml", exit: 1)["files"]?[0]) == ["configuration.schema"])
    }

    @Test func `the file a variable names is read, and told when it is not there`() async throws {
        try program.write("elsewhere/coop.json", #"{"integrations": []}"#)
        let review = try await check(variables: ["INTEGRATIONS_CONFIG_PATH=elsewhere/coop.json"], exit: 0)
        #expect(review["files"]?[0]?["path"] == "elsewhere/coop.json" && review["files"]?[0]?["format"] == "coop")
        let ran = try await run(["config", "check"], variables: ["INTEGRATIONS_CONFIG_PATH=gone.json"])
        #expect(ran.exit == 2 && ran.error.contains("gone.json"), "\(ran.error)")
    }

    // MARK: ForgePortal's variables

    @Test func `variables count as they do for the hub, and no value of theirs is shown`() async throws {
        try portalPlugin("demo")
        try program.write(
            "forgeportal.yaml",
            """
            pluginPackages: { packages: ["@acme/forge-plugin-demo"] }
            plugins:
              demo: { enabled: true, config: { apiToken: hush-in-the-file } }
              dmeo: { config: { team: 3 } }
            """)
        let bare = try await check(exit: 1)
        #expect(states(bare) == ["@acme/forge-plugin-demo found"] && bare["plugins"]?[0]?["version"] == "2.1.0")
        #expect(codes(bare["plugins"]?[0]) == ["configuration.plugin-value"], "\(bare)")
        #expect(bare["plugins"]?[0]?["findings"]?[0]?["message"]?.stringValue?.contains("\"team\"") == true)
        #expect(codes(bare["files"]?[0]) == ["configuration.unused-settings"])
        #expect(bare["files"]?[0]?["findings"]?[0]?["remedy"] == "Did you mean 'demo'?")

        let variables = [
            "FORGEPORTAL_PLUGIN_DEMO_API_TOKEN=hush-of-the-variable", "FORGEPORTAL_PLUGIN_DEMO_TEAM=core", "FORGEPORTAL_ENABLED=hush-too",
            "FORGEPORTAL_PLUGINS__DEMO__CONFIG__PASSWORD=hush-as-well",
        ]
        let ran = try await run(["config", "check", "--json"], variables: variables)
        let full = try JSONValue(parsing: ran.output)
        #expect(ran.exit == 0 && full["valid"] == true, "\(ran.output)")
        #expect(codes(full["files"]?[0]) == ["configuration.unused-variable", "configuration.unused-settings"])
        let page = try await run(["config", "check"], variables: variables)
        #expect(!(ran.output + ran.error + page.output + page.error).contains("hush"), "\(page.output)")

        let off = try await check(variables: ["FORGEPORTAL_PLUGINS__DEMO__ENABLED=false"], exit: 0)
        #expect(states(off) == ["@acme/forge-plugin-demo off"])
        let other = try await check(variables: ["FORGEPORTAL_PLUGIN_PACKAGES__PACKAGES=forge-plugin-nope"], exit: 1)
        #expect(states(other) == ["forge-plugin-nope missing"] && codes(other["plugins"]?[0]) == ["forgeportal.not-installed"])
    }

    @Test func `a plugin whose id another one has is told in ForgePortal's words`() async throws {
        for scope in ["acme", "other"] {
            try program.write(
                "node_modules/@\(scope)/x/package.json", #"{"name": "@\#(scope)/x", "version": "1.0.0", "exports": {".": "./i.js"}}"#)
            try program.write(
                "node_modules/@\(scope)/x/forgeportal-plugin.json",
                #"{"name": "@\#(scope)/x", "version": "1.0.0", "forgeportal": {"engineVersion": "^1.0.0", "type": "backend"}}"#)
            try program.write("node_modules/@\(scope)/x/i.js", "export default () => {};")
        }
        try program.write("forgeportal.yaml", "pluginPackages: { packages: [\"@acme/x\", \"@other/x\"] }")
        let review = try await check(exit: 1)
        #expect(codes(review["plugins"]?[0]) == [], "\(review)")
        #expect(review["plugins"]?[1]?["findings"]?[0]?["message"] == "id x already used by @acme/x", "\(review)")
    }

    @Test func `settings of a plugin whose manifest has errors are told to be unchecked`() async throws {
        try portalPlugin("demo")
        try program.write("node_modules/@acme/forge-plugin-demo/forgeportal-plugin.json", "{}")
        try program.write("forgeportal.yaml", "pluginPackages: { packages: [\"@acme/forge-plugin-demo\"] }\nplugins: { other: {} }")
        let review = try await check(exit: 0)
        #expect(codes(review["plugins"]?[0]) == ["configuration.plugin-invalid"] && codes(review["files"]?[0]) == [])
    }

    // MARK: install --from

    @Test func `every plugin of a configuration is installed, and what is missing is told`() async throws {
        try plugin("a", id: "test.a")
        try plugin("more/b", id: "test.b")
        try plugin("off", id: "test.off")
        try portalPlugin("demo")
        try program.write("portal/forgeportal.yaml", "pluginPackages: { packages: [\"@acme/forge-plugin-demo\"] }")
        try program.write(
            "patchbay.yaml",
            """
            plugins: [{path: ./a}, {path: ./off, enabled: false}, {store: acme.snow}, {path: ./gone}]
            include: [portal/forgeportal.yaml, "more/*"]
            """)
        let look = try await run(["plugin", "install", "--from", "patchbay.yaml", "--dry-run", "--json"])
        #expect(look.exit == 1)
        #expect(try JSONValue(parsing: look.output).arrayValue?.allSatisfy { $0["installed"] == false } == true)
        #expect(try await run(["plugin", "list", "--json"]).output == "[]\n", "a look keeps nothing")

        let ran = try await run(["plugin", "install", "--from", "patchbay.yaml", "--json"])
        let rows = try #require(try JSONValue(parsing: ran.output).arrayValue)
        #expect(ran.exit == 1 && rows.count == 5, "\(ran.output)")
        let failed = rows.filter { $0["installed"] == false }
        #expect(failed.compactMap { $0["source"] } == ["acme.snow", .string("\(program.home)/gone")], "\(failed)")
        #expect(
            failed[0]["findings"]?[0]?["code"] == "configuration.plugin-not-found" && failed[1]["error"]?["code"] == "package.not-found")
        let listed = try JSONValue(parsing: try await run(["plugin", "list", "--json"]).output)
        #expect(listed.arrayValue?.count == 3, "\(listed)")
        let page = try await run(["plugin", "install", "--from", "patchbay.yaml"])
        #expect(page.exit == 1 && page.output.contains("3 of 5 packages are installed"), "\(page.output)")
    }

    @Test func `of a configuration with an error nothing is installed`() async throws {
        try plugin("a", id: "test.a")
        try program.write("patchbay.yaml", "plugins: [{path: ./a}]\ninclude: [gone.json]\n")
        let ran = try await run(["plugin", "install", "--from", "patchbay.yaml"])
        #expect(ran.exit == 5 && ran.error.contains("error[configuration.include]") && ran.error.contains("config check"), "\(ran.error)")
        #expect(try await run(["plugin", "list", "--json"]).output == "[]\n")
    }

    @Test(arguments: [["--from", "x.txt"], ["--from", "gone/patchbay.yaml"], ["--from", "patchbay.yaml", "--integrity", "sha256-x"], []])
    func `a wrong line with --from ends with 2`(_ words: [String]) async throws {
        let ran = try await run(["plugin", "install"] + words)
        #expect(ran.exit == 2 && ran.error.contains("error[usage."), "\(ran.error)")
    }

    @Test func `a configuration that switches everything off installs nothing and is no error`() async throws {
        try program.write("patchbay.yaml", "plugins: [{path: ./a, enabled: false}]")
        let ran = try await run(["plugin", "install", "--from", "patchbay.yaml"])
        #expect(ran.exit == 0 && ran.output.contains("no plugin"), "\(ran.error)")
    }
}
