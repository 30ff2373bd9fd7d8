import JSON

/// The integrations loaded so far, in load order: decides who keeps an id or a signal type when two want it.
package struct CoopRoster: Sendable {
    package private(set) var integrations: [CoopIntegration] = []

    package init() {}

    /// Takes an integration in, without the signals whose type another one has. Nil when its id is taken: the first one stays.
    package mutating func admit(_ integration: CoopIntegration) -> Reading<CoopIntegration> {
        var notes = CoopNotes(spec: integration.spec)
        if let first = integrations.first(where: { $0.id == integration.id }) {
            notes.add(
                .error, "duplicate-id", JSONPointer(["manifest", "id"]), CoopText.duplicateID(integration.id, integration.spec),
                remedy: "\"\(first.spec)\" has it already and stays; disable one of the two.")
            return Reading(manifest: nil, findings: notes.findings)
        }
        let taken = Set(integrations.flatMap { $0.signals.map(\.type) })
        var signals: [CoopSignal] = []
        for signal in integration.signals {
            guard taken.contains(signal.type) else {
                signals.append(signal)
                continue
            }
            let first = integrations.first { $0.signals.contains { $0.type == signal.type } }
            notes.add(
                .error, "duplicate-signal", JSONPointer(["signals"]), CoopText.duplicateSignal(signal.type, integration.spec),
                remedy: "\"\(first?.spec ?? "another package")\" has it already and stays.")
        }
        let admitted = integration.with(signals: signals)
        integrations.append(admitted)
        return Reading(manifest: admitted, findings: notes.findings)
    }

    /// The integration and signal of a type, for rules.
    package func signal(_ type: String) -> (integration: CoopIntegration, signal: CoopSignal)? {
        for integration in integrations {
            if let signal = integration.signals.first(where: { $0.type == type }) { return (integration, signal) }
        }
        return nil
    }
}

extension CoopIntegration {
    fileprivate func with(signals: [CoopSignal]) -> CoopIntegration {
        CoopIntegration(
            id: id, name: name, version: version, generation: generation, spec: spec, description: description, docsURL: docsURL,
            requiresConfig: requiresConfig, configurationFields: configurationFields, modelCard: modelCard,
            modelCardLearnMoreURL: modelCardLearnMoreURL, logo: logo, logoWithBackground: logoWithBackground, signals: signals,
            hasCatalog: hasCatalog, context: context)
    }
}
