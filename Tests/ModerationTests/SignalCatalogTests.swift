import Hub
import HubCore
import JSON
import Manifests
import Moderation
import PluginModel
import Testing

extension LiveSignals {
    /// Catalogs that are asked for while something changes.
    struct CatalogTests {
        /// Makes one signal named by the setting `label`, after `wait` milliseconds. Each has the count of askings in its worker as its version.
        private static let code = SignalLab.module(
            "LABELLER",
            manifest: """
                requiresConfig: false, configurationFields: [{ key: 'label', label: 'L', required: false, inputType: 'text' },
                  { key: 'wait', label: 'W', required: false, inputType: 'text' }]
                """,
            more: """
                refreshCatalog: async ({ getCredential }) => {
                  const { label = 'NONE', wait = '0' } = (await getCredential()) ?? {};
                  console.log('asked for ' + label);
                  globalThis.asked = (globalThis.asked ?? 0) + 1;
                  await new Promise((resolve) => setTimeout(resolve, Number(wait)));
                  return { version: String(globalThis.asked), signals: [{ signalTypeId: label, displayName: label }] };
                },
                createCatalogSignal: (entry) => signal(entry.signalTypeId, async () => score(1)).signal,
                """, "return [];")

        private func asked(_ lab: SignalLab, _ id: PluginID) throws -> Int {
            try lab.registry.logs(of: id, containing: "asked for").count
        }

        private func types(_ lab: SignalLab, _ id: PluginID) async -> [String] {
            await lab.registry.catalog(of: id, for: SignalLab.red)?.catalog.signals.map(\.type) ?? []
        }

        @Test(.timeLimit(.minutes(1))) func `a catalog that comes back late from settings that were replaced is not kept`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install("labels", Self.code)
            try await lab.configure(id, SignalLab.red, ["label": "OLD_ONE", "wait": "1500"])
            try await wait { try self.asked(lab, id) > 0 }
            try await lab.configure(id, SignalLab.red, ["label": "NEW_ONE", "wait": "0"])
            let made = try await lab.registry.refreshCatalog(of: id, for: SignalLab.red)
            #expect(made.catalog.signals.map(\.type) == ["NEW_ONE"], "whoever asks after the save gets what it says")
            // The old one would be back by now.
            let passed = ContinuousClock.now + .milliseconds(1_700)
            try await wait { ContinuousClock.now > passed }
            #expect(await types(lab, id) == ["NEW_ONE"])
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `equal refreshes are one, and of many saves one at most waits behind`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install("labels", Self.code)
            try await lab.configure(id, SignalLab.red, ["label": "FIRST", "wait": "1000"])
            try await wait { try self.asked(lab, id) > 0 }
            let before = try asked(lab, id)
            let versions = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await lab.registry.refreshCatalog(of: id, for: SignalLab.red).catalog.version }
                }
                var versions: Set<String> = []
                for try await version in group { versions.insert(version) }
                return versions
            }
            #expect(versions.count == 1, "\(versions)")
            #expect(try asked(lab, id) == before)

            try await lab.configure(id, SignalLab.red, ["label": "SECOND", "wait": "1000"])
            try await wait { try self.asked(lab, id) > before }
            for number in 0..<10 { try await lab.configure(id, SignalLab.red, ["label": .string("LABEL_\(number)"), "wait": "0"]) }
            try await wait { await self.types(lab, id) == ["LABEL_9"] }
            let askings = try asked(lab, id) - before
            #expect(askings <= 4, "\(askings) askings for eleven saves")
            await lab.end()
        }

        private func wait(_ seconds: Int = 20, until isSo: () async throws -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(seconds)
            while try await !isSo() {
                guard ContinuousClock.now < deadline else { throw SignalLab.Incomplete("not so within \(seconds) s") }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}
