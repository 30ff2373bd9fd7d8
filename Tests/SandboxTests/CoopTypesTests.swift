import Glibc
import HostCalls
import JSON
import Manifests
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Testing

/// The contract package as integrations import it: under both of its names, as a module and by `require`.
@Suite struct CoopTypesTests {
    /// How a package gets at it.
    struct Importing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var isModule = false
        let line: String

        static let all = ["@roostorg/types", "@roostorg/coop-types"].flatMap { name in
            [
                Importing(testDescription: "\(name), named", isModule: true, line: "import * as types from '\(name)';"),
                Importing(testDescription: "\(name), by default", isModule: true, line: "import types from '\(name)';"),
                Importing(testDescription: "\(name), required", line: "const types = require('\(name)');"),
                Importing(testDescription: "\(name), the default of a required one", line: "const types = require('\(name)').default;"),
            ]
        }
    }

    struct Expression: Sendable {
        let text: String
        let value: JSONValue
        init(_ text: String, _ value: JSONValue) { (self.text, self.value) = (text, value) }
    }

    static let required: [JSONValue] = [
        "trainingData", "policyAndTaxonomy", "annotationMethodology", "performanceBenchmarks", "biasAndLimitations",
        "implementationGuidance",
        "relevantLinks",
    ]

    /// What each export gives. Contract of Coop, section 2.
    static let expressions: [Expression] = [
        Expression("types.REQUIRED_MODEL_CARD_SECTION_IDS", .array(required)),
        Expression("Object.isFrozen(types.REQUIRED_MODEL_CARD_SECTION_IDS)", true),
        Expression("types.assertModelCardHasRequiredSections(card(types.REQUIRED_MODEL_CARD_SECTION_IDS)) ?? 'fine'", "fine"),
        Expression(
            "types.assertModelCardHasRequiredSections(card([...types.REQUIRED_MODEL_CARD_SECTION_IDS].reverse().concat('more'))) ?? 'fine'",
            "fine"),
        Expression(
            "thrown(() => types.assertModelCardHasRequiredSections(card(types.REQUIRED_MODEL_CARD_SECTION_IDS.slice(2))))",
            #"Model card is missing required section(s): "trainingData", "policyAndTaxonomy"."#),
        Expression("thrown(() => types.assertModelCardHasRequiredSections({})).includes('\"relevantLinks\"')", true),
        Expression(
            "types.isCoopIntegrationPlugin({ manifest: { id: 'A', name: 'a', version: '1', requiresConfig: false }, more: 1 })", true),
        Expression(
            "[null, 1, {}, { manifest: null }, { manifest: { id: 'A', name: 'a', version: 1, requiresConfig: true } }].map(types.isCoopIntegrationPlugin)",
            [false, false, false, false, false]),
        Expression("types.makeEnumLike(['B', 'A'])", ["B": "B", "A": "A"]),
        Expression("types.ScalarTypes.MEDIA + types.ScalarTypes.USER_ID + Object.keys(types.ScalarTypes).length", "MEDIAUSER_ID16"),
        Expression("types.ContainerTypes", ["ARRAY": "ARRAY", "MAP": "MAP"]),
        Expression("types.ItemTypeKind", ["CONTENT": "CONTENT", "THREAD": "THREAD", "USER": "USER"]),
        Expression("['ARRAY', 'MAP', 'STRING'].map(types.isContainerType)", [true, true, false]),
        Expression("[{ type: 'MAP', container: {} }, { type: 'URL', container: null }].map(types.isContainerField)", [true, false]),
        Expression("types.getScalarType({ type: 'ARRAY', container: { containerType: 'ARRAY', valueScalarType: 'IMAGE' } })", "IMAGE"),
        Expression("types.getScalarType({ type: 'URL', container: null })", "URL"),
        Expression("['AUDIO', 'IMAGE', 'VIDEO', 'MEDIA', 'URL'].map(types.isMediaType)", [true, true, true, true, false]),
        Expression("[{ type: 'VIDEO', value: {} }, { type: 'STRING', value: '' }].map(types.isMediaValue)", [true, false]),
        Expression("types.makeDateString('2024-02-29T10:00:00+02:00')", "2024-02-29T08:00:00.000Z"),
        Expression("types.makeDateString('no date') === undefined", true),
        Expression("types.parseDateString('2024-02-29T08:00:00.000Z').getTime()", 1_709_193_600_000),
    ]

    @Test(.serialized, arguments: Importing.all) func `every value of the contract package is what the contract says`(_ c: Importing)
        async throws
    {
        let list = Self.expressions.map { "() => (\($0.text))" }.joined(separator: ",\n")
        let code = """
            \(c.line)
            const card = (ids) => ({ modelName: 'm', version: '1', sections: ids.map((id) => ({ id, title: id })) });
            const thrown = (body) => { try { body(); return 'nothing was thrown'; } catch (error) { return error.message; } };
            const expressions = [\(list)];
            const run = async (input) => ({ outputType: { scalarType: 'STRING' }, score: JSON.stringify(expressions[Number(input.value.value)]()) });
            \(Self.plugin(isModule: c.isModule, card: "card(types.REQUIRED_MODEL_CARD_SECTION_IDS)"))
            """
        let loaded = try await Self.load(code, isModule: c.isModule).get()
        let runs = try await loaded.run("S", onTexts: Self.expressions.indices.map(String.init), orgID: "o")
        for (expression, run) in zip(Self.expressions, runs) {
            guard case .scored(.string(let text), _, _) = run else {
                Issue.record("\(expression.text): \(run)")
                continue
            }
            #expect(try JSONValue(parsing: text) == expression.value, "\(expression.text)")
        }
        await loaded.plugin.stop()
    }

    @Test(arguments: [true, false]) func `a package whose card lacks sections, and which looks itself, is rejected in upstream's words`(
        _ isModule: Bool
    )
        async throws
    {
        let code = """
            \(isModule ? "import { assertModelCardHasRequiredSections } from '@roostorg/types';"
                : "const { assertModelCardHasRequiredSections } = require('@roostorg/types');")
            const card = { modelName: 'm', version: '1', sections: [{ id: 'trainingData', title: 't' }] };
            assertModelCardHasRequiredSections(card);
            const run = async () => ({ score: 1 });
            \(Self.plugin(isModule: isModule, card: "card"))
            """
        let outcome = await Self.load(code, isModule: isModule)
        guard case .failure(let fault) = outcome else {
            Issue.record("it was loaded")
            return
        }
        #expect(fault.message.hasPrefix(#"Failed to load integration package "./p": "#), "\(fault)")
        #expect(
            fault.message.contains(#"Model card is missing required section(s): "policyAndTaxonomy", "annotationMethodology""#), "\(fault)")
        #expect(fault.turn == .plugin)
    }

    private static func plugin(isModule: Bool, card: String) -> String {
        let members = """
            { manifest: { id: 'TYPED', name: 'Typed', version: '1.0.0', requiresConfig: false, modelCard: \(card) },
              createSignals: () => [{ signalTypeId: 'S', signal: { id: { type: 'S' }, displayName: 'S', description: '', docsUrl: null,
                recommendedThresholds: null, supportedLanguages: 'ALL', pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'],
                outputType: { scalarType: 'STRING' }, getCost: () => 1, run, getDisabledInfo: async () => ({ disabled: false }),
                needsMatchingValues: false, eligibleSubcategories: [], needsActionPenalties: false, integration: 'TYPED',
                allowedInAutomatedRules: true } }] }
            """
        return isModule ? "export default \(members);" : "module.exports = \(members);"
    }

    private static func load(_ code: String, isModule: Bool) async -> Result<LoadedCoopPackage, Fault> {
        var template = Array("/tmp/patchbay-types-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return .failure(trouble("mkdtemp")) }
        let folder = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["p/package.json", "p/index.js"] { unlink("\(folder)/\(name)") }
            for name in ["/p", ""] { rmdir(folder + name) }
        }
        mkdir("\(folder)/p", 0o755)
        let type = isModule ? #""type":"module","# : ""
        for (name, text) in ["package.json": #"{"name":"@acme/typed",\#(type)"main":"index.js"}"#, "index.js": code] {
            guard let file = fopen("\(folder)/p/\(name)", "we") else { return .failure(trouble(name)) }
            fputs(text, file)
            fclose(file)
        }
        let outcome = await CoopPackages(folder: folder, bundler: Workshop.services.bundler)
            .loadOnOwnThread(.init(spec: "./p", isEnabled: true, index: 0))
        guard let package = outcome.package else { return .failure(trouble("\(outcome.findings)")) }
        do throws(Fault) {
            return .success(
                try await LoadedCoopPackage.load(package, log: MemoryLogSink(), limits: SandboxLimits(), services: Workshop.services))
        } catch { return .failure(error) }
    }

    private static func trouble(_ what: String) -> Fault { Fault(code: "test.trouble", message: what, turn: .hub) }
}
