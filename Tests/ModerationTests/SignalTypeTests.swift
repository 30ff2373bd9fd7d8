import Hub
import HubCore
import JSON
import Manifests
import Moderation
import PluginModel
import Rules
import Testing

extension LiveSignals {
    /// Two integrations that want one type of signal.
    struct TypeTests {
        private static func module(_ id: String, _ type: String, score: Int) -> String {
            SignalLab.module(id, "return [signal('\(type)', async () => score(\(score)))];")
        }

        /// Makes a catalog of the signals that an organisation lists in its setting `labels`.
        private static func catalog(_ id: String, score: Int) -> String {
            SignalLab.module(
                id,
                manifest: "requiresConfig: false, configurationFields: [{ key: 'labels', label: 'L', required: false, inputType: 'text' }]",
                more: """
                    refreshCatalog: async ({ getCredential }) => ({ version: '1',
                      signals: ((await getCredential())?.labels ?? '').split(' ').filter(Boolean).map((label) => ({
                        signalTypeId: label, displayName: label, description: '', supportedLanguages: 'ALL', eligibleInputs: ['STRING'],
                        outputType: { scalarType: 'NUMBER' } })) }),
                    createCatalogSignal: (entry) => ({ ...signal(entry.signalTypeId, async () => score(\(score))).signal }),
                    """, "return [];")
        }

        private func has(_ lab: SignalLab, _ type: String, _ score: Double, for organisation: Organisation.ID = SignalLab.red) async -> Bool
        {
            await lab.decide(["a"], by: [SignalLab.asking(type, .equals, .number(score))], for: organisation)[0].results[0].passed
        }

        private func duplicates(_ findings: [Finding]) -> [String] {
            findings.filter { $0.code == "coop.duplicate-signal" }.map(\.sentence)
        }

        @Test(.timeLimit(.minutes(1))) func `a type stays with whoever had it first, whatever the ids are, and the other is told so`()
            async throws
        {
            let lab = try await SignalLab()
            let first = try await lab.install("zzz", Self.module("ZZZ", "TOX", score: 1))
            let second = try await lab.install("aaa", Self.module("AAA", "TOX", score: 2))
            #expect(await has(lab, "TOX", 1))
            #expect(duplicates(try await lab.registry.plugin(first).findings).isEmpty)
            let told = duplicates(try await lab.registry.plugin(second).findings)
            #expect(told.count == 1 && told[0].contains("'ZZZ'") && told[0].contains("'TOX'"), "\(told)")
            let review = try await lab.registry.consentPreview(of: second)
            #expect(duplicates(review.findings).count == 1, "whoever lets it in is told before")
            // Switched off, it is still the first one's: rules miss their signal, and nobody else answers in its name.
            try await lab.registry.setEnabled(first, false, in: SignalLab.red, by: SignalLab.admin)
            #expect(await lab.signals.signals(for: SignalLab.red).isEmpty)
            #expect(await has(lab, "TOX", 1, for: SignalLab.blue))
            // Only when it is gone does the other one have it.
            _ = try await lab.registry.remove(first, by: SignalLab.admin)
            #expect(await has(lab, "TOX", 2))
            #expect(duplicates(try await lab.registry.plugin(second).findings).isEmpty)
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `an update cannot take a type that another plugin has had before it`() async throws {
            let lab = try await SignalLab()
            let old = try await lab.install("old", Self.module("OLD", "OWN", score: 1))
            try await lab.install("tox", Self.module("TOX_MAKER", "TOX", score: 1))
            #expect(await has(lab, "TOX", 1))
            try await lab.install(
                "old", SignalLab.module("OLD", "return [signal('OWN', async () => score(1)), signal('TOX', async () => score(2))];"),
                version: "1.1.0")
            let (tox, other) = (await has(lab, "TOX", 1), await has(lab, "TOX", 2))
            #expect(tox && !other)
            let view = try await lab.registry.plugin(old)
            #expect(view.manifest?.contributions.count == 2 && duplicates(view.findings).count == 1, "\(view.findings)")
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `a type stays with whoever had it first in the organisation, by manifest or by catalog`()
            async throws
        {
            let lab = try await SignalLab()
            let maker = try await lab.install("aaa", Self.catalog("AAA", score: 66))
            try await lab.configure(maker, SignalLab.red, ["labels": "TOX"])
            _ = try await lab.registry.refreshCatalog(of: maker, for: SignalLab.red)
            #expect(await has(lab, "TOX", 66))
            // Installed later, for everybody: where the catalog was first it changes nothing.
            let tox = try await lab.install("tox", Self.module("TOX_MAKER", "TOX", score: 1))
            #expect(await has(lab, "TOX", 66), "rules of this organisation go on asking what they asked")
            #expect(await has(lab, "TOX", 1, for: SignalLab.blue))
            let told = duplicates(try await lab.registry.plugin(tox, for: SignalLab.red).findings)
            #expect(told.count == 1 && told[0].contains("'AAA'"), "\(told)")
            #expect(duplicates(try await lab.registry.plugin(tox, for: SignalLab.blue).findings).isEmpty)
            #expect(duplicates(try await lab.registry.plugin(maker, for: SignalLab.red).findings).isEmpty)
            let review = duplicates(try await lab.registry.consentPreview(of: tox).findings)
            #expect(review.count == 1 && review[0].contains("'AAA'") && !review[0].contains("red"), "\(review)")
            // An update that brings it is later too.
            let late = try await lab.install("late", Self.module("LATE", "OWN", score: 5))
            try await lab.install(
                "late", SignalLab.module("LATE", "return [signal('OWN', async () => score(5)), signal('TOX', async () => score(5))];"),
                version: "1.1.0")
            #expect(await has(lab, "TOX", 66))
            #expect(await has(lab, "TOX", 1, for: SignalLab.blue))
            #expect(duplicates(try await lab.registry.plugin(late, for: SignalLab.red).findings).count == 1)
            // When whoever had it is gone, the next one has it.
            _ = try await lab.registry.remove(maker, by: SignalLab.admin)
            #expect(await has(lab, "TOX", 1))
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `a catalog that names what another integration had first loses that entry alone`() async throws
        {
            let lab = try await SignalLab()
            let tox = try await lab.install("tox", Self.module("TOX_MAKER", "TOX", score: 1))
            let honest = try await lab.install("ccc", Self.catalog("CCC", score: 3))
            let thief = try await lab.install("aaa", Self.catalog("AAA", score: 66))
            try await lab.configure(honest, SignalLab.red, ["labels": "SPAM"])
            _ = try await lab.registry.refreshCatalog(of: honest, for: SignalLab.red)
            try await lab.configure(thief, SignalLab.red, ["labels": "TOX SPAM OTHER"])
            #expect(try await lab.registry.refreshCatalog(of: thief, for: SignalLab.red).catalog.signals.count == 3)
            #expect(await has(lab, "TOX", 1))
            #expect(await has(lab, "SPAM", 3))
            #expect(await has(lab, "OTHER", 66), "what nobody else has stays")
            let told = duplicates(try await lab.registry.plugin(thief, for: SignalLab.red).findings)
            #expect(told.count == 2 && told.contains { $0.contains("'TOX_MAKER'") } && told.contains { $0.contains("'CCC'") }, "\(told)")
            #expect(duplicates(try await lab.registry.plugin(thief, for: SignalLab.blue).findings).isEmpty)
            // Another organisation's catalogs are none of this one's.
            try await lab.configure(thief, SignalLab.blue, ["labels": "SPAM"])
            _ = try await lab.registry.refreshCatalog(of: thief, for: SignalLab.blue)
            #expect(await has(lab, "SPAM", 66, for: SignalLab.blue))
            // It is next in line for what it names, without a refresh.
            _ = try await lab.registry.remove(tox, by: SignalLab.admin)
            #expect(await has(lab, "TOX", 66))
            await lab.end()
        }
    }
}
