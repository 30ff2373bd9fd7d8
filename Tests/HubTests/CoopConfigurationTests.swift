import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import Sandbox
import Testing

extension LiveHub {
    /// What `requiresConfig` drives, and how long a refresh of a catalog may take.
    struct CoopConfigurationTests {
        struct Case: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let manifest: String
            let isNeeded: Bool
            /// Saved in the end.
            var values: JSONObject = ["any": "thing"]
        }

        @Test(arguments: [
            Case(testDescription: "required, without fields", manifest: "requiresConfig: true,", isNeeded: true),
            Case(
                testDescription: "required, with fields that are not",
                manifest: "requiresConfig: true, configurationFields: [{ key: 'a', label: 'A', required: false, inputType: 'text' }],",
                isNeeded: true, values: ["a": "b"]),
            Case(testDescription: "not required", manifest: "requiresConfig: false,", isNeeded: false),
        ]) func `an integration that requires settings needs them until somebody has saved some`(_ c: Case) async throws {
            let lab = try await HubLab()
            let code = CoopLab.module("NEEDS", manifest: c.manifest, "return [signal('S', async () => scored(1))];")
            let id = try #require(try await CoopLab.install("needs", code, in: lab).plugin)
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            let before = try await lab.registry.plugin(id, for: CoopLab.red).state
            #expect(before.name == (c.isNeeded ? .needsConfiguration : .enabled))
            if c.isNeeded {
                #expect(before.reason == "It needs settings, and none were saved." && before.turn == .member && before.missing.isEmpty)
            }
            #expect(
                try await CoopLab.ask(id, "S", ["a"], CoopLab.red, in: lab).first?.number == 1,
                "a signal says itself whether it works without")
            _ = try await lab.registry.configure(
                id, in: .organisation(CoopLab.red), ConfigurationChange(values: c.values), by: HubLab.admin)
            #expect(try await lab.registry.plugin(id, for: CoopLab.red).state.name == .enabled)
            let other = try await lab.registry.plugin(id, for: CoopLab.blue).state.name
            #expect(other == (c.isNeeded ? .needsConfiguration : .enabled), "another organisation has saved nothing")
            await lab.end()
        }

        /// Answers with words alone when it is called for the second time; else waits to be told to give up.
        static let waiting = CoopLab.module(
            "WAITS",
            more: """
                refreshCatalog: async ({ abortSignal }) => {
                  console.log('asked');
                  if (globalThis.asked === true) return { version: '2', signals: [] };
                  globalThis.asked = true;
                  await new Promise((resolve, reject) => abortSignal.addEventListener('abort', () => reject(abortSignal.reason)));
                },
                createCatalogSignal: () => null,
                """, "return [];")

        @Test func `a refresh is told to give up when its time is over`() async throws {
            let lab = try await HubLab { $0.sandbox.callTime = .seconds(2) }
            let id = try #require(try await CoopLab.install("waits", Self.waiting, in: lab).plugin)
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            do throws(Fault) {
                _ = try await lab.registry.refreshCatalog(of: id, for: CoopLab.red)
                Issue.record("it came back")
            } catch {
                #expect(error.code == "coop.catalog-refused", "the integration itself said so: \(error)")
                #expect(error.message.contains("The catalog was not there within 1800 ms."), "\(error)")
            }
            await lab.end()
        }
    }
}
