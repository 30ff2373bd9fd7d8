import JSON
import Manifests
import PluginModel
import Testing

private typealias Configuration = ForgePortalConfiguration

private func read(_ yaml: String, _ environment: [String: String] = [:]) -> Reading<ForgePortalConfiguration> {
    ForgePortalConfiguration.read(Array(yaml.utf8), environment: environment)
}

private func summary(_ findings: [Finding]) -> [String] { findings.map { "\($0.severity.rawValue) \($0.code) \($0.place)" } }

private struct Issue: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let yaml: String
    /// What follows the first line.
    let report: [String]
    /// Lines of the findings.
    let lines: [Int]

    init(_ testDescription: String, _ yaml: String, _ report: [String], lines: [Int]) {
        (self.testDescription, self.yaml, self.report, self.lines) = (testDescription, yaml, report, lines)
    }
}

private struct Variables: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var yaml = ""
    let environment: [String: String]
    var packages: [String] = []
    var plugins: [ForgePortalConfiguration.Plugin] = []
    var findings: [String] = []
}

@Suite("forgeportal.yaml") struct ForgePortalConfigurationTests {
    @Test("is read whole") func whole() throws {
        let reading = read(
            """
            db:
              host: localhost
            pluginPackages:
              packages:
                - "@acme/forge-plugin-pagerduty"
                - forge-plugin-slack-notify
            plugins:
              pagerduty:
                enabled: true
                config:
                  apiEndpoint: "https://api.acme.test"
              slack-notify:
                enabled: false
                config: { defaultChannel: "#alerts", retries: 3 }
              bare: {}
            """)
        #expect(summary(reading.findings) == ["notice configuration.unused-section forgeportal.yaml:1:1"])
        let configuration = try #require(reading.manifest)
        #expect(configuration.packages == ["@acme/forge-plugin-pagerduty", "forge-plugin-slack-notify"])
        #expect(
            configuration.plugins == [
                .init(id: "pagerduty", isEnabled: true, config: ["apiEndpoint": "https://api.acme.test"]),
                .init(id: "slack-notify", isEnabled: false, config: ["defaultChannel": "#alerts", "retries": 3]), .init(id: "bare"),
            ])
    }

    @Test("may be empty", arguments: ["", "# nothing\n", "{}", "plugins: {}\npluginPackages: {}\n"])
    func empty(_ yaml: String) {
        #expect(read(yaml).manifest == Configuration())
        #expect(read(yaml).findings == [])
    }

    @Test(
        "with faults is refused in the words of its own host:",
        arguments: [
            Issue("a list", "- a\n", [": Expected object, received array"], lines: [1]),
            Issue("a text", "just words\n", [": Expected object, received string"], lines: [1]),
            Issue("packages at the top", "pluginPackages:\n  - a\n", ["pluginPackages: Expected object, received array"], lines: [1]),
            Issue(
                "packages in one text", "pluginPackages:\n  packages: '@acme/x'\n",
                ["pluginPackages.packages: Expected array, received string"], lines: [2]),
            Issue(
                "packages that are none", "pluginPackages:\n  packages:\n    - a\n    - 3\n    - {b: c}\n    - ' '\n",
                [
                    "pluginPackages.packages.1: Expected string, received number",
                    "pluginPackages.packages.2: Expected string, received object",
                    "pluginPackages.packages.3: String must contain at least 1 character(s)",
                ], lines: [4, 5, 6]),
            Issue("plugins in a list", "plugins:\n  - pagerduty\n", ["plugins: Expected object, received array"], lines: [1]),
            Issue(
                "a plugin that is a flag", "plugins:\n  pagerduty: true\n", ["plugins.pagerduty: Expected object, received boolean"],
                lines: [2]),
            Issue(
                "a plugin without settings", "plugins:\n  pagerduty:\n", ["plugins.pagerduty: Expected object, received null"], lines: [2]),
            Issue(
                "config in a text", "plugins:\n  a:\n    config: x\n  b:\n    config: [1]\n",
                ["plugins.a.config: Expected object, received string", "plugins.b.config: Expected object, received array"], lines: [3, 5]),
        ])
    private func issues(_ c: Issue) {
        let reading = read(c.yaml)
        #expect(reading.manifest == nil)
        #expect(
            Configuration.report(reading.findings)
                == (["Invalid ForgePortal configuration:"] + c.report.map { "  - \($0)" }).joined(separator: "\n"))
        #expect(reading.findings.errors.map { "\($0.place)".split(separator: ":")[1] } == c.lines.map { "\($0)" })
    }

    @Test(
        "does not tell a secret where it breaks, nor beside what is wrong",
        arguments: [
            "plugins:\n  a:\n    config:\n      apiToken: !hunter2xyz\n", "plugins:\n  a:\n    config:\n      apiToken: *hunter2xyz\n",
            "plugins:\n  a:\n    config:\n      apiToken: \"hunter2xyz\n", "plugins:\n  a:\n    config: {hunter2xyz: 1, hunter2xyz: 2}\n",
            "plugins:\n  a:\n    apiToken: hunter2xyz\n", "apiToken: hunter2xyz\n",
            "plugins:\n  a:\n    config: [hunter2xyz]  # the token\n",
        ])
    func secrets(_ yaml: String) {
        let findings = read(yaml).findings + PatchbayConfiguration.read(Array(yaml.utf8)).findings
        #expect(!findings.isEmpty)
        for finding in findings { #expect(!"\(finding)".contains("hunter2xyz"), "\(finding)") }
    }

    @Test("that is no YAML is refused where it breaks") func malformed() {
        let reading = read("plugins:\n  a: [1\n  b: 2\n")
        #expect(reading.manifest == nil)
        #expect(summary(reading.findings) == ["error configuration.malformed forgeportal.yaml:3:4"])
        #expect(Configuration.report(reading.findings) == nil)
        #expect(summary(read("a: 1\na: 2\n").findings) == ["error configuration.malformed forgeportal.yaml:2:1"])
    }

    @Test("reads a quoted false as false, and says so") func quotedBooleans() {
        for (text, meant) in [
            ("\"false\"", false), ("'true'", true), ("no", true), ("0", false), ("1", true), ("null", false), ("''", false),
        ] {
            let reading = read("plugins:\n  a:\n    enabled: \(text)\n")
            #expect(reading.manifest?.plugins.first?.isEnabled == meant, "\(text)")
            #expect(summary(reading.findings) == ["warning configuration.doubtful-boolean forgeportal.yaml:3:5"])
        }
    }

    @Test("suggests what was probably meant") func suggestions() {
        let reading = read("plugin:\n  a: {}\nplugins:\n  b:\n    enabeld: false\npluginPackages:\n  package: []\n")
        #expect(reading.manifest != nil)
        #expect(
            summary(reading.findings) == [
                "warning configuration.unknown-key forgeportal.yaml:1:1", "warning configuration.unknown-key forgeportal.yaml:7:3",
                "warning configuration.unknown-key forgeportal.yaml:5:5",
            ])
        #expect(reading.findings.map(\.remedy) == ["plugins", "packages", "enabled"].map { "Did you mean '\($0)'?" })
    }

    @Test(
        "gives way to variables:",
        arguments: [
            Variables(
                testDescription: "packages with commas",
                environment: ["FORGEPORTAL_PLUGIN_PACKAGES__PACKAGES": "@acme/a, forge-plugin-b,,"],
                packages: ["@acme/a", "forge-plugin-b"]),
            Variables(
                testDescription: "one package over those of the file", yaml: "pluginPackages: {packages: [a, b]}",
                environment: ["FORGEPORTAL_PLUGIN_PACKAGES__PACKAGES": "c"], packages: ["c"]),
            Variables(
                testDescription: "a flag and a value", yaml: "plugins: {demo: {enabled: true}}",
                environment: ["FORGEPORTAL_PLUGINS__DEMO__ENABLED": "false", "FORGEPORTAL_PLUGINS__DEMO__CONFIG__BASE_URL": "http://x"],
                plugins: [.init(id: "demo", isEnabled: false, config: ["baseUrl": "http://x"])]),
            Variables(
                testDescription: "values of every kind",
                environment: [
                    "FORGEPORTAL_PLUGINS__DEMO__CONFIG__A": "true", "FORGEPORTAL_PLUGINS__DEMO__CONFIG__B": "12",
                    "FORGEPORTAL_PLUGINS__DEMO__CONFIG__C": "1.5", "FORGEPORTAL_PLUGINS__DEMO__CONFIG__D": "-1",
                    "FORGEPORTAL_PLUGINS__DEMO__CONFIG__E": "1e3", "FORGEPORTAL_PLUGINS__DEMO__CONFIG__F": "",
                    "FORGEPORTAL_PLUGINS__DEMO__CONFIG__G": "1.", "FORGEPORTAL_PLUGINS__DEMO__CONFIG__H__DEEP_KEY": "True",
                ],
                plugins: [
                    .init(
                        id: "demo",
                        config: ["a": true, "b": 12, "c": 1.5, "d": "-1", "e": "1e3", "f": "", "g": "1.", "h": ["deepKey": "True"]])
                ]),
            Variables(
                testDescription: "a hyphenated id of the file", yaml: "plugins: {slack-notify: {config: {a: 1}}}",
                environment: ["FORGEPORTAL_PLUGINS__SLACK_NOTIFY__CONFIG__A": "2"], plugins: [.init(id: "slack-notify", config: ["a": 2])]),
            Variables(
                testDescription: "an id with a capital in the file", yaml: "plugins: {myPlugin: {}}",
                environment: ["FORGEPORTAL_PLUGINS__MYPLUGIN__ENABLED": "false"], plugins: [.init(id: "myPlugin", isEnabled: false)]),
            Variables(
                testDescription: "a hyphenated id of a package",
                yaml: "pluginPackages: {packages: ['@forgeportal/plugin-github-insights']}",
                environment: ["FORGEPORTAL_PLUGINS__GITHUB_INSIGHTS__ENABLED": "false"], packages: ["@forgeportal/plugin-github-insights"],
                plugins: [.init(id: "github-insights", isEnabled: false)]),
            Variables(
                testDescription: "values of plugins, which are for later", environment: ["FORGEPORTAL_PLUGIN_DEMO_APITOKEN": "x"]),
            Variables(testDescription: "other sections, which are not used", environment: ["FORGEPORTAL_DB__HOST": "x"]),
            Variables(
                testDescription: "a single underscore", environment: ["FORGEPORTAL_PLUGINS_DEMO_ENABLED": "false"],
                findings: ["warning configuration.unused-variable FORGEPORTAL_PLUGINS_DEMO_ENABLED"]),
            Variables(
                testDescription: "empty segments", environment: ["FORGEPORTAL_PLUGINS____ENABLED": "false", "FORGEPORTAL_": "x"],
                findings: [
                    "warning configuration.unused-variable FORGEPORTAL_",
                    "warning configuration.unused-variable FORGEPORTAL_PLUGINS____ENABLED",
                ]),
        ])
    private func variables(_ c: Variables) {
        let reading = read(c.yaml, c.environment)
        #expect(reading.manifest?.packages == c.packages)
        #expect(reading.manifest?.plugins == c.plugins)
        #expect(summary(reading.findings) == c.findings)
    }

    @Test("spoiled by a variable is refused like a spoiled file") func spoiledByVariable() {
        let reading = read("plugins: {demo: {}}", ["FORGEPORTAL_PLUGINS__DEMO__CONFIG": "7"])
        #expect(reading.manifest == nil)
        #expect(
            Configuration.report(reading.findings)
                == "Invalid ForgePortal configuration:\n  - plugins.demo.config: Expected object, received number")
    }
}

@Suite("The values of a ForgePortal plugin") struct ForgePortalPluginValuesTests {
    private static func field(
        _ key: String, _ kind: ConfigField.Kind = .text, required: Bool = false, secret: Bool = false, value: JSONValue? = nil
    ) -> ConfigField {
        ConfigField(key: key, kind: kind, defaultValue: value, isRequired: required, isSecret: secret, origin: JSONPointer())
    }

    private static func resolve(
        _ fields: [ConfigField], _ config: JSONObject = [:], _ environment: [String: String] = [:], ids: [String] = ["demo"],
        stock: String = "demo"
    ) -> ForgePortalPluginValues {
        ForgePortalPluginValues(ids: ids, stock: stock, fields: fields, config: config, environment: environment)
    }

    @Test("come from the file, then the environment, then the manifest") func order() {
        let values = Self.resolve(
            [
                Self.field("apiToken", secret: true), Self.field("site", value: "eu"), Self.field("pages", .number, value: 5),
                Self.field("insecure", .boolean), Self.field("region", value: "x"),
            ],
            ["apiToken": "from-file", "site": nil, "extra": [1]],
            [
                "FORGEPORTAL_PLUGIN_DEMO_APITOKEN": "from-env", "FORGEPORTAL_PLUGIN_DEMO_PAGES": "7",
                "FORGEPORTAL_PLUGIN_DEMO_INSECURE": "true",
            ])
        #expect(
            values.values == ["apiToken": "from-env", "site": nil, "extra": [1], "pages": 7, "insecure": true, "region": "x"])
        #expect(values.secretKeys == ["apiToken"])
        #expect(values.publicConfig == ["site": nil, "extra": [1], "pages": 7, "insecure": true, "region": "x"])
        #expect(values.errors == [])
        #expect(values.warnings.count == 1, "the undeclared key")
    }

    @Test("take a key in both spellings, and a plugin under all its ids") func spellings() {
        let fields = [Self.field("apiToken", secret: true)]
        let names = [
            "FORGEPORTAL_PLUGIN_PLUGIN_X_APITOKEN", "FORGEPORTAL_PLUGIN_PLUGIN_X_API_TOKEN", "FORGEPORTAL_PLUGIN_X_APITOKEN",
            "FORGEPORTAL_PLUGIN_X_API_TOKEN",
        ]
        for (index, name) in names.enumerated() {
            // Each name counts before those that follow it.
            let environment = Dictionary(uniqueKeysWithValues: names[index...].map { ($0, $0) })
            #expect(Self.resolve(fields, [:], environment, ids: ["x", "plugin-x"], stock: "plugin-x").values["apiToken"] == .string(name))
        }
        #expect(ForgePortalPluginValues.variableName("slack-notify", "webhookUrl") == "FORGEPORTAL_PLUGIN_SLACK_NOTIFY_WEBHOOKURL")
    }

    @Test("of secrets have no default") func secretDefault() {
        let values = Self.resolve([Self.field("apiToken", required: true, secret: true, value: "x")])
        #expect(values.values == [:])
        #expect(
            values.errors == [
                "Plugin \"demo\" requires secret config field \"apiToken\". Set env var: FORGEPORTAL_PLUGIN_DEMO_APITOKEN=<value>"
            ])
    }

    @Test("that are required and missing are named in the words of their own host", arguments: [nil, .null, ""] as [JSONValue?])
    func required(_ value: JSONValue?) {
        var config = JSONObject()
        config["url"] = value
        let values = Self.resolve([Self.field("url", required: true), Self.field("key", required: true, secret: true)], config)
        #expect(
            values.errors.joined(separator: "; ")
                == "Plugin \"demo\" requires config field \"url\" but it is not set. Add it to forgeportal.yaml under plugins.demo.config.url; Plugin \"demo\" requires secret config field \"key\". Set env var: FORGEPORTAL_PLUGIN_DEMO_KEY=<value>"
        )
    }

    @Test("false and zero are not missing") func falseIsThere() {
        let values = Self.resolve(
            [Self.field("a", .boolean, required: true), Self.field("b", .number, required: true)], ["a": false, "b": 0])
        #expect(values.errors == [])
        #expect(values.warnings == [])
    }

    @Test("of another type are a warning each") func types() {
        let values = Self.resolve(
            [Self.field("a"), Self.field("b", .number), Self.field("c", .boolean)], ["a": 1, "b": "1", "c": "true"],
            ["FORGEPORTAL_PLUGIN_DEMO_B": "many"])
        #expect(values.errors == [])
        #expect(values.warnings.count == 3)
        #expect(values.values["b"] == "many")
    }

    @Test("of a manifest without fields are taken as they are") func withoutFields() {
        let values = Self.resolve([], ["a": 1, "apiToken": "x"])
        #expect(values.warnings == [])
        #expect(values.errors == [])
        #expect(values.values == ["a": 1, "apiToken": "x"])
    }

    @Test("that look like credentials stay private, declared or not") func credentials() {
        let config: JSONObject = [
            "apiToken": "1", "clientSecret": "2", "PASSWORD": "3", "sshKey": "4", "credentials": "5", "site": "6", "keyboard": "7",
        ]
        #expect(Self.resolve([], config).publicConfig == ["site": "6"])
        // Declared without `secret`, a plugin's author has said that it is none.
        #expect(Self.resolve([Self.field("keyboard")], config).publicConfig == ["site": "6", "keyboard": "7"])
    }

    @Test("under several ids are put together, the stock id's first") func severalIDs() {
        let configuration = ForgePortalConfiguration(plugins: [
            .init(id: "argocd", isEnabled: false, config: ["url": "a", "b": 1]), .init(id: "plugin-argocd", config: ["url": "stock"]),
        ])
        let (plugin, findings) = configuration.settings(for: ["argocd", "plugin-argocd"], stock: "plugin-argocd")
        #expect(plugin == .init(id: "argocd", isEnabled: false, config: ["url": "stock", "b": 1]))
        #expect(findings.map(\.code) == ["configuration.several-ids"])
        let (alone, none) = configuration.settings(for: ["other"], stock: "other")
        #expect(alone == .init(id: "other"))
        #expect(none == [])
    }

    @Test("in the environment are seen by their plugin alone") func ownVariables() {
        let environment = [
            "FORGEPORTAL_PLUGIN_GIT_TOKEN": "1", "FORGEPORTAL_PLUGIN_GIT_HUB_TOKEN": "2", "FORGEPORTAL_PLUGIN_OTHER_TOKEN": "3",
            "FORGEPORTAL_PLUGIN_PLUGIN_GIT_TOKEN": "4", "SCM_GITHUB_TOKEN": "5", "PATH": "6", "FORGEPORTAL_PLUGIN_GITTOKEN": "7",
        ]
        func seen(_ ids: [String], others: [String] = [], granted: [String] = []) -> [String] {
            ForgePortalEnvironment.variables(of: ids, others: others, granted: granted, in: environment).values.sorted()
        }
        #expect(seen(["git", "plugin-git"], others: ["git-hub", "other"]) == ["1", "4"])
        #expect(seen(["git-hub"], others: ["git"]) == ["2"])
        #expect(seen(["git"]) == ["1", "2"])
        #expect(seen(["git-hub"], others: ["git"], granted: ["SCM_GITHUB_TOKEN"]) == ["2", "5"])
    }
}
