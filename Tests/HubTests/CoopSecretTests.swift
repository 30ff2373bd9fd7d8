import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import PluginRuntime
import Testing

extension LiveHub {
    /// A provider's key, on every way by which an integration could say it.
    struct CoopSecretTests {
        static let secret = "sk-live-0123456789"

        static let module = CoopLab.module(
            "TELLER",
            manifest:
                "requiresConfig: true, configurationFields: [{ key: 'apiKey', label: 'Key', required: true, inputType: 'password' }],",
            more: """
                refreshCatalog: async ({ getCredential }) => {
                  const { apiKey } = await getCredential();
                  return { version: '1', signals: [{ signalTypeId: 'MADE', ...descriptor('MADE', { description: 'asked with ' + apiKey }) }] };
                },
                createCatalogSignal: () => signal('MADE', async () => scored(1)).signal,
                """,
            """
            const ways = {
              thrown: (key) => { throw new TypeError('401 for key ' + key); },
              returned: (key) => ({ type: 'ERROR', score: new Error('401 for key ' + key) }),
              matched: (key) => ({ ...scored(1), matchedValue: 'by ' + key }),
              scored: (key) => scored('key ' + key, 'STRING'),
              logged: (key) => { console.log('asked with', { key }); console.error(new Error('not with ' + key)); return scored(1); },
            };
            return [signal('TELLS', async (input) => {
              const { apiKey } = await getCredential(input.orgId);
              return ways[input.value.value](apiKey);
            }, { getDisabledInfo: async (orgId) => ({ disabled: true, disabledMessage: 'refused with ' + (await getCredential(orgId)).apiKey }) })];
            """)

        @Test func `a key is nowhere in what an integration says of its runs`() async throws {
            let lab = try await HubLab()
            let id = try #require(try await CoopLab.install("teller", Self.module, in: lab).plugin)
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            try await CoopLab.configure(id, CoopLab.red, secret: Self.secret, in: lab)
            for way in ["thrown", "returned", "matched", "scored", "logged"] {
                let asked = try await CoopLab.ask(id, "TELLS", [way], CoopLab.red, in: lab)
                let judged = try await lab.registry.judge("TELLER", signal: "TELLS", texts: [way], organisation: CoopLab.red)
                let said = "\(asked) \(judged)"
                #expect(!said.contains(Self.secret), "\(way): \(said)")
                #expect(said.contains("•••") == (way != "logged"), "\(way): \(said)")
            }
            let message = try await lab.registry.disabledMessage(of: "TELLS", id, organisation: CoopLab.red)
            #expect(message == "refused with •••")
            #expect(lab.registry.knownDisabledMessage(of: "TELLS", id, organisation: CoopLab.red) == .some("refused with •••"))
            let logs = try await until("both lines are there") {
                let logs = try lab.registry.logs(of: id)
                return logs.count >= 2 ? logs.map { "\($0.message) \($0.fields)" }.joined(separator: "\n") : nil
            }
            #expect(!logs.contains(Self.secret) && logs.contains("•••"), "\(logs)")
            await lab.end()
        }

        @Test func `a catalog that holds a key is not kept`() async throws {
            let lab = try await HubLab()
            let id = try #require(try await CoopLab.install("teller", Self.module, in: lab).plugin)
            try await lab.registry.consent(to: id, grants: [], by: HubLab.admin)
            try await CoopLab.configure(id, CoopLab.red, secret: Self.secret, in: lab)
            do throws(Fault) {
                _ = try await lab.registry.refreshCatalog(of: id, for: CoopLab.red)
                Issue.record("it was kept")
            } catch {
                #expect(error.code == "coop.catalog-refused" && error.place == "/signals/0")
                #expect(error.message.contains("holds a secret") && !"\(error)".contains(Self.secret))
            }
            #expect(await lab.registry.catalog(of: id, for: CoopLab.red) == nil)
            await lab.end()
        }
    }
}
