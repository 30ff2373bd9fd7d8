import Testing

@testable import Manifests

private struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let json: String
    /// Specs in order, disabled ones with a `-`; nil when the whole is unusable.
    let specs: [String]?
    var findings: [String] = []
}

@Suite("integrations.config.json") struct IntegrationsConfigurationTests {
    @Test(
        "is read with every fault named:",
        arguments: [
            Case(
                testDescription: "the published example",
                json:
                    #"{ "integrations": [ { "package": "@acme/coop-integration-demo" }, { "package": "../local-demo", "enabled": false } ] }"#,
                specs: ["@acme/coop-integration-demo", "-../local-demo"]),
            Case(testDescription: "an empty list", json: #"{"integrations": []}"#, specs: []),
            Case(testDescription: "no JSON", json: "{", specs: nil, findings: ["error integrations.malformed"]),
            Case(testDescription: "a list", json: "[]", specs: nil, findings: ["error integrations.wrong-type"]),
            Case(testDescription: "no list", json: "{}", specs: [], findings: ["warning integrations.missing"]),
            Case(
                testDescription: "a mistyped list", json: #"{"integration": []}"#, specs: [],
                findings: ["warning integrations.unknown-key", "warning integrations.missing"]),
            Case(
                testDescription: "a list that is none", json: #"{"integrations": {}}"#, specs: nil,
                findings: ["error integrations.wrong-type"]),
            Case(
                testDescription: "entries that are no objects, beside good ones",
                json: #"{"integrations": ["a", {"package": "b"}, null, 3]}"#, specs: ["b"],
                findings: ["error integrations.wrong-type", "error integrations.wrong-type", "error integrations.wrong-type"]),
            Case(
                testDescription: "entries without a package",
                json: #"{"integrations": [{}, {"package": 1}, {"package": ""}, {"package": "b"}]}"#,
                specs: ["b"], findings: ["error integrations.missing", "error integrations.wrong-type", "error integrations.empty"]),
            Case(
                testDescription: "only the literal false disables",
                json:
                    #"{"integrations": [{"package": "a", "enabled": true}, {"package": "b", "enabled": "false"}, {"package": "c", "enabled": 0}, {"package": "d", "enabled": null}]}"#,
                specs: ["a", "b", "c", "d"],
                findings: ["warning integrations.enabled", "warning integrations.enabled", "warning integrations.enabled"]),
            Case(
                testDescription: "config is noticed and ignored",
                json: #"{"integrations": [{"package": "a", "config": {"key": "s3cret"}}]}"#, specs: ["a"],
                findings: ["notice integrations.config-ignored"]),
            Case(
                testDescription: "an unknown key", json: #"{"integrations": [{"package": "a", "enable": false}]}"#, specs: ["a"],
                findings: ["warning integrations.unknown-key"]),
        ])
    private func read(_ c: Case) {
        let reading = IntegrationsConfiguration.read(Array(c.json.utf8))
        #expect(reading.manifest?.entries.map { ($0.isEnabled ? "" : "-") + $0.spec } == c.specs)
        #expect(reading.findings.map { "\($0.severity.rawValue) \($0.code)" } == c.findings)
        #expect(!reading.findings.description.contains("s3cret"))
    }

    @Test("says which entry is meant") func places() {
        let reading = IntegrationsConfiguration.read(Array(#"{"integrations": [{"package": "a"}, {"package": "b", "config": {}}]}"#.utf8))
        #expect(reading.findings.map(\.place.description) == ["integrations.config.json /integrations/1/config"])
        #expect(reading.manifest?.enabled.map(\.index) == [0, 1])
    }
}
