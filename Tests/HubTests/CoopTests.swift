import Glibc
import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import Testing

extension LiveHub {
    /// An integration in Coop's format, from its folder to its scores.
    struct CoopTests {
        static let code = """
            const { score } = require('./score.js');
            const sections = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations',
              'implementationGuidance', 'relevantLinks'].map((id) => ({ id, title: id, fields: [{ label: 'l', value: 'v' }] }));
            module.exports = {
              manifest: {
                id: 'ACME_WORDS', name: 'Acme words', version: '1.0.0', requiresConfig: true,
                modelCard: { modelName: 'Words', version: '1', sections },
                configurationFields: [{ key: 'apiKey', label: 'API key', required: true, inputType: 'password' }],
              },
              createSignals: ({ getCredential }) => [{ signalTypeId: 'S', signal: {
                id: { type: 'S' }, displayName: 'S', description: '', docsUrl: null, recommendedThresholds: null, supportedLanguages: 'ALL',
                pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'], outputType: { scalarType: 'NUMBER' }, getCost: () => 3,
                run: async (input) => ({ outputType: { scalarType: 'NUMBER' }, score: score(input, await getCredential(input.orgId)) }),
                getDisabledInfo: async () => ({ disabled: false }), needsMatchingValues: false, eligibleSubcategories: [],
                needsActionPenalties: false, integration: 'ACME_WORDS', allowedInAutomatedRules: true } }],
            };
            """
        @Test func `an integration that names no settings takes any, and keeps what is sealed`() async throws {
            let lab = try await HubLab()
            let place = lab.folder + "/source/acme-words"
            try HubLab.write(
                #"{"name":"@acme/words","version":"1.0.0","main":"index.js","dependencies":{"@roostorg/coop-types":"*"}}"#,
                to: place + "/package.json")
            let free = Self.code.split(separator: "\n").filter { !$0.contains("configurationFields") }.joined(separator: "\n")
            try HubLab.write(free, to: place + "/index.js")
            try HubLab.write(
                "exports.score = (input, given) => (given?.apiKey === 'key-1' && given?.level?.high === 3 ? 1 : 0);",
                to: place + "/score.js")
            let id = try #require(try await lab.install(place).plugin)
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            let red = ConfigurationScope.organisation(Organisation.ID("red"))
            func score() async throws -> String {
                "\(try await lab.registry.judge("ACME_WORDS", signal: "S", texts: ["a"], organisation: Organisation.ID("red")))"
            }
            let form = try await lab.registry.configure(
                id, in: red, ConfigurationChange(values: ["level": ["high": 3], "oldToken": "plain"], secrets: ["apiKey": "key-1"]),
                by: HubLab.admin)
            #expect(form.fields.isEmpty && form.further?.values == ["level": ["high": 3]])
            #expect(form.further?.hidden == ["oldToken"] && form.further?.secrets == ["apiKey"])
            #expect(try await score().contains("1"))
            #expect(try await lab.registry.configuration(of: id, in: .hub).further?.secrets == [])
            // Taken away by its name, as others are.
            let less = try await lab.registry.configure(id, in: red, ConfigurationChange(secrets: ["apiKey": nil]), by: HubLab.admin)
            #expect(less.further?.secrets == [])
            for name in ["", "two words", String(repeating: "k", count: 129)] {
                await #expect(throws: ConfigurationError.self) {
                    try await lab.registry.configure(id, in: red, ConfigurationChange(secrets: [name: "x"]), by: HubLab.admin)
                }
            }
            await lab.end()
        }

        static let score = "exports.score = (input, credential) => (credential?.apiKey === 'key-of-' + input.orgId ? 1 : 0);"

        @Test func `an integration of Coop is judged with each organisation's own credential`() async throws {
            let lab = try await HubLab()
            let place = lab.folder + "/source/acme-words"
            try HubLab.write(
                #"{"name":"@acme/words","version":"1.0.0","main":"index.js","dependencies":{"@roostorg/coop-types":"*"}}"#,
                to: place + "/package.json")
            try HubLab.write(Self.code, to: place + "/index.js")
            try HubLab.write(Self.score, to: place + "/score.js")
            let done = try await lab.install(place)
            let id = try #require(done.plugin, "\(String(describing: done.problem)) \(done.findings)")
            #expect(id.rawValue == "ACME_WORDS")
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            #expect(try await lab.registry.plugin(id).state.name == .needsConfiguration)
            let (red, blue) = (Organisation.ID("red"), Organisation.ID("blue"))
            for organisation in [red, blue] {
                _ = try await lab.registry.configure(
                    id, in: .organisation(organisation), ConfigurationChange(secrets: ["apiKey": "key-of-\(organisation)"]),
                    by: HubLab.admin)
            }
            for organisation in [red, blue, red] {
                let runs = try await lab.registry.judge("ACME_WORDS", signal: "S", texts: ["a", "b"], organisation: organisation)
                #expect(runs.count == 2)
                for run in runs {
                    guard case .scored(let threshold, _, _) = run else {
                        Issue.record("\(run)")
                        continue
                    }
                    #expect("\(threshold)".contains("1"), "\(run)")
                }
            }
            #expect(try await lab.registry.plugin(id, for: red).state.name == .enabled)
            do throws(Fault) {
                _ = try await lab.registry.judge("ACME_WORDS", signal: "S", texts: ["a"], organisation: Organisation.ID("none"))
                Issue.record("judged without settings")
            } catch { #expect(error.code == "plugin.needs-configuration") }
            await lab.end()
        }
    }
}
