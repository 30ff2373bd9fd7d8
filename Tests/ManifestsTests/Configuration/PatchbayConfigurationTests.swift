import JSON
import Manifests
import Testing

private struct Bad: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let yaml: String
    /// `code line:column`.
    let errors: [String]
    var remedy: String?

    init(_ testDescription: String, _ yaml: String, _ errors: String..., remedy: String? = nil) {
        (self.testDescription, self.yaml, self.errors, self.remedy) = (testDescription, yaml, errors, remedy)
    }
}

private func read(_ yaml: String) -> Reading<PatchbayConfiguration> { PatchbayConfiguration.read(Array(yaml.utf8)) }

@Suite("patchbay.yaml") struct PatchbayConfigurationTests {
    @Test("is read whole") func whole() throws {
        let reading = read(
            """
            plugins:
              - path: ./plugins/hello
              - package: "@acme/forge-plugin-demo"
                enabled: false
                config:
                  baseUrl: https://demo.acme.test
                  retries: 3
              - store: acme.weather@^1.2
                limits: { callTime: 250ms, memory: 32MiB }
              - store: acme.clock
            include:
              - integrations.config.json
              - ../portal/forgeportal.yaml
              - plugins/*
            trees:
              coco: ./extensions
              madeOpen: [./plugins, /srv/plugins]
            limits:
              callTime: 5 s
              memory: 128MiB
            """)
        #expect(reading.findings == [])
        let configuration = try #require(reading.manifest)
        #expect(
            configuration.entries == [
                .init(source: .path("./plugins/hello"), line: 2),
                .init(
                    source: .package("@acme/forge-plugin-demo"), isEnabled: false,
                    config: ["baseUrl": "https://demo.acme.test", "retries": 3], line: 3),
                .init(
                    source: .store(id: "acme.weather", range: "^1.2"), limits: .init(callMilliseconds: 250, memoryBytes: 32 << 20), line: 8),
                .init(source: .store(id: "acme.clock", range: nil), line: 10),
            ])
        #expect(configuration.enabled.count == 3)
        #expect(
            configuration.includes == [
                .integrations("integrations.config.json"), .forgePortal("../portal/forgeportal.yaml"), .folders("plugins/*"),
            ])
        #expect(configuration.cocoTrees == ["./extensions"])
        #expect(configuration.madeOpenTrees == ["./plugins", "/srv/plugins"])
        #expect(configuration.limits == .init(callMilliseconds: 5000, memoryBytes: 128 << 20))
    }

    @Test("may be empty", arguments: ["", "# nothing\n", "{}", "plugins:\ninclude: []\ntrees:\nlimits:\n"])
    func empty(_ yaml: String) {
        #expect(read(yaml).manifest == PatchbayConfiguration())
        #expect(read(yaml).findings == [])
    }

    @Test(
        "with a fault is refused at its line:",
        arguments: [
            Bad("no YAML", "plugins: [\n", "configuration.malformed 2:1"),
            Bad("a list", "- path: x\n", "configuration.wrong-type 1:1"),
            Bad("a mistyped key", "plugin:\n  - path: x\n", "configuration.unknown-key 1:1", remedy: "Did you mean 'plugins'?"),
            Bad("a key of nowhere", "zzz: 1\n", "configuration.unknown-key 1:1", remedy: "Known keys: plugins, include, trees, limits."),
            Bad("a key twice", "plugins: []\nplugins: []\n", "configuration.malformed 2:1"),
            Bad("plugins as an object", "plugins:\n  path: x\n", "configuration.wrong-type 1:1"),
            Bad("a plugin in one word", "plugins:\n  - hello\n", "configuration.wrong-type 2:5"),
            Bad("a plugin without a source", "plugins:\n  - enabled: true\n", "configuration.plugin-source 2:5"),
            Bad("a plugin with two sources", "plugins:\n  - path: x\n    package: y\n", "configuration.plugin-source 2:5"),
            Bad("an empty path", "plugins:\n  - path: ' '\n", "configuration.plugin-source 2:5"),
            Bad("a path that is a number", "plugins:\n  - path: 1\n", "configuration.wrong-type 2:5"),
            Bad("a path with a NUL", "plugins:\n  - path: \"a\\0b\"\n", "configuration.plugin-source 2:5"),
            Bad(
                "a folder as package", "plugins:\n  - package: ./x\n", "configuration.plugin-source 2:5",
                remedy: "Name a folder with \"path\" instead."),
            Bad("a scoped name in the store", "plugins:\n  - store: '@acme/x'\n", "configuration.plugin-source 2:5"),
            Bad("a range that is none", "plugins:\n  - store: acme.x@latest\n", "configuration.plugin-source 2:5"),
            Bad("an empty range", "plugins:\n  - store: acme.x@\n", "configuration.plugin-source 2:5"),
            Bad(
                "a mistyped member", "plugins:\n  - path: x\n    enabeld: false\n", "configuration.unknown-key 3:5",
                remedy: "Did you mean 'enabled'?"),
            Bad(
                "a quoted flag", "plugins:\n  - path: x\n    enabled: 'false'\n", "configuration.wrong-type 3:5",
                remedy: "Write true or false without quotes."),
            Bad("a flag of YAML 1.1", "plugins:\n  - path: x\n    enabled: no\n", "configuration.wrong-type 3:5"),
            Bad("settings in a list", "plugins:\n  - path: x\n    config: [a]\n", "configuration.wrong-type 3:5"),
            Bad("a plugin twice", "plugins:\n  - path: x\n  - path: x\n", "configuration.repeated 3:5"),
            Bad("two ranges of one plugin", "plugins:\n  - store: a@1\n  - store: a@2\n", "configuration.repeated 3:5"),
            Bad("limits without a unit", "limits:\n  callTime: 5\n  memory: 64\n", "configuration.limit 2:3", "configuration.limit 3:3"),
            Bad(
                "limits beyond what is allowed", "limits:\n  callTime: 2h\n  memory: 1MiB\n", "configuration.limit 2:3",
                "configuration.limit 3:3"),
            Bad(
                "limits that overflow", "limits: {callTime: 9223372036854775807h, memory: -1MiB}\n", "configuration.limit 1:10",
                "configuration.limit 1:42"),
            Bad("a limit of nowhere", "limits:\n  calltime: 5s\n", "configuration.unknown-key 2:3", remedy: "Did you mean 'callTime'?"),
            Bad("limits in a text", "limits: 5s\n", "configuration.wrong-type 1:1"),
            Bad("an include that is no text", "include:\n  - {file: x}\n", "configuration.wrong-type 2:5"),
            Bad("an include of its own kind", "include:\n  - other/patchbay.yaml\n", "configuration.include 2:5"),
            Bad("a pattern of too much", "include:\n  - plugins/**\n  - 'a?'\n", "configuration.include 2:5", "configuration.include 3:5"),
            Bad("an include twice", "include: [a, a]\n", "configuration.repeated 1:14"),
            Bad("trees in a list", "trees: [a]\n", "configuration.wrong-type 1:1"),
            Bad("a tree of an unknown kind", "trees: {cocoa: x}\n", "configuration.unknown-key 1:9", remedy: "Did you mean 'coco'?"),
            Bad("a tree that is a number", "trees:\n  coco: 3\n", "configuration.wrong-type 2:3"),
            Bad("a tree in a list that is a number", "trees:\n  coco: [3]\n", "configuration.wrong-type 2:10"),
            Bad(
                "several at once", "plugins:\n  - {}\n  - path: x\n    limits: {memory: x}\nlimit: {}\n", "configuration.unknown-key 5:1",
                "configuration.plugin-source 2:5", "configuration.limit 4:14"),
        ])
    private func bad(_ c: Bad) {
        let reading = read(c.yaml)
        #expect(reading.manifest == nil)
        #expect(reading.findings.errors.map { "\($0.code) \($0.place.description.dropFirst("patchbay.yaml:".count))" } == c.errors)
        if let remedy = c.remedy { #expect(reading.findings.first?.remedy == remedy) }
    }

    @Test("with more plugins than are read is refused") func tooMany() {
        let yaml = "plugins:\n" + (0...PatchbayConfiguration.entriesMax).map { "  - path: p\($0)\n" }.joined()
        #expect(read(yaml).findings.map(\.code) == ["configuration.too-many"])
    }

    @Test("shows the line of a fault") func shownLine() throws {
        let finding = try #require(read("plugins:\n  - path: x\n    enabled: 'false'\n").findings.first)
        #expect(finding.description.contains("|     enabled: 'false'\n  |     ^"))
    }
}
