import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import PluginRuntime
import Testing

/// Integrations of Coop's in the tests' own words.
enum CoopLab {
    static let red = Organisation.ID("red")
    static let blue = Organisation.ID("blue")

    /// A CommonJS module. `body` is that of `createSignals({ getCredential })`, with `signal(type, run, more)` and `scored(score, type)` at
    /// hand; `more` are further members of the plugin.
    static func module(_ id: String, manifest: String = "requiresConfig: false,", more: String = "", _ body: String) -> String {
        """
        const sections = ['trainingData', 'policyAndTaxonomy', 'annotationMethodology', 'performanceBenchmarks', 'biasAndLimitations',
          'implementationGuidance', 'relevantLinks'].map((id) => ({ id, title: id, fields: [{ label: 'l', value: 'v' }] }));
        const descriptor = (type, more = {}) => ({
          displayName: type, description: '', docsUrl: null, recommendedThresholds: null, supportedLanguages: 'ALL',
          pricingStructure: { type: 'FREE' }, eligibleInputs: ['STRING'], outputType: { scalarType: 'NUMBER' }, needsMatchingValues: false,
          eligibleSubcategories: [], needsActionPenalties: false, allowedInAutomatedRules: true, ...more });
        const signal = (type, run, more = {}) => ({ signalTypeId: type, signal: {
          ...descriptor(type), id: { type }, integration: '\(id)', getCost: () => 3, run,
          getDisabledInfo: async () => ({ disabled: false }), ...more } });
        const scored = (score, scalarType = 'NUMBER') => ({ outputType: { scalarType }, score });
        module.exports = {
          manifest: { id: '\(id)', name: 'The \(id)', version: '1.0.0', \(manifest) modelCard: { modelName: 'm', version: '1', sections } },
          createSignals: ({ getCredential }) => { \(body) },
          \(more)
        };
        """
    }

    /// Installs such a package; nothing is granted yet, and nobody has agreed.
    static func install(
        _ name: String, _ code: String, version: String = "1.0.0", permissions: String? = nil, in lab: HubLab
    ) async throws -> Installation {
        let place = "\(lab.folder)/source/\(name)-\(version)"
        let asked = permissions.map { #","patchbay":{"permissions":\#($0)}"# } ?? ""
        try HubLab.write(
            #"{"name":"@acme/\#(name)","version":"\#(version)","main":"index.js"\#(asked)}"#, to: place + "/package.json")
        try HubLab.write(code, to: place + "/index.js")
        return try await lab.install(place)
    }

    /// One answer a value, asked as rules ask.
    static func ask(
        _ plugin: PluginID, _ signal: String, _ texts: [String], _ organisation: Organisation.ID, in lab: HubLab,
        within time: Duration = .seconds(20)
    ) async throws -> [CoopAnswer] {
        try await lab.registry.ask(
            plugin, signal: signal,
            inputs: texts.map { ["value": ["type": "STRING", "value": .string($0)], "orgId": .string(organisation.rawValue)] },
            organisation: organisation, within: time)
    }

    static func configure(_ plugin: PluginID, _ organisation: Organisation.ID, secret: String, in lab: HubLab) async throws {
        _ = try await lab.registry.configure(
            plugin, in: .organisation(organisation), ConfigurationChange(secrets: ["apiKey": secret]), by: HubLab.admin)
    }
}

extension CoopAnswer {
    /// Of a run that failed, or of a value that was not answered.
    var failure: String? {
        switch self {
        case .run(.failed(_, let message, _)): message
        case .run(.scored): nil
        case .none(let fault, _): fault.message
        }
    }

    var number: Double? {
        if case .run(.scored(.number(let number), _, _)) = self { number } else { nil }
    }
}
