import HostCalls
import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Testing

extension LiveSignals {
    /// What one organisation's use of an integration means for another's: nothing.
    struct ApartTests {
        static let green = Organisation.ID("green")

        private func error(_ result: RuleResult) -> String { result.result?["error"]?["message"]?.stringValue ?? "" }

        private func wait(_ seconds: Int = 20, until isSo: () async throws -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(seconds)
            while try await !isSo() {
                guard ContinuousClock.now < deadline else { throw SignalLab.Incomplete("not so within \(seconds) s") }
                try await Task.sleep(for: .milliseconds(10))
            }
        }

        @Test(.timeLimit(.minutes(1))) func `what a run leaves in its module another organisation does not see`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install(
                "keeper",
                SignalLab.module(
                    "KEEPER",
                    manifest:
                        "requiresConfig: false, configurationFields: [{ key: 'token', label: 'T', required: false, inputType: 'text' }]",
                    """
                    return [signal('KEEP', async (input) => {
                      globalThis.kept ??= [];
                      globalThis.kept.push((await getCredential(input.orgId))?.token ?? 'none', input.value.value);
                      return score(globalThis.kept.join(' '), { scalarType: 'STRING' });
                    }, { outputType: { scalarType: 'STRING' } })];
                    """))
            try await lab.configure(id, SignalLab.red, ["token": "reds"])
            func seen(_ text: String, _ organisation: Organisation.ID) async -> JSONValue? {
                await lab.decide([text], by: [SignalLab.asking("KEEP", .equals, .text(""))], for: organisation)[0].results[0].result?[
                    "score"]
            }
            #expect(await seen("a", SignalLab.red) == "reds a")
            #expect(await seen("b", SignalLab.red) == "reds a reds b", "within an organisation it is one worker")
            #expect(await seen("c", SignalLab.blue) == "none c")
            #expect(await seen("d", Self.green) == "none d", "neither has settings of its own")
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `what brings down one organisation's worker rests there, and for all only when it is several'`()
            async throws
        {
            // The rest that a signal itself takes after failures is another matter.
            var limits = SignalLimits()
            limits.failuresInRow = 1_000
            let lab = try await SignalLab(limits: limits)
            let id = try await lab.install(
                "loops",
                SignalLab.module(
                    "LOOPS",
                    "return [signal('LOOP', (input) => { if (input.value.value.startsWith('hang')) for (;;) {} return score(1); })];"))
            let rules = [SignalLab.asking("LOOP", .equals, .number(1))]
            func poison(_ organisation: Organisation.ID) async throws {
                for text in ["hang 1", "hang 2", "hang 3"] { _ = await lab.decide([text], by: rules, for: organisation) }
                try await wait { self.error(await lab.decide(["fine"], by: rules, for: organisation)[0].results[0]).contains("quarantine") }
            }
            try await poison(SignalLab.red)
            #expect(await lab.decide(["fine"], by: rules, for: SignalLab.blue)[0].results[0].passed)
            #expect(try await lab.registry.plugin(id, for: SignalLab.red).state.worker == .quarantined)
            #expect(try await lab.registry.plugin(id, for: SignalLab.blue).state.worker == .running)
            #expect(try await lab.registry.plugin(id).state.worker == .running)
            let told = try await lab.registry.failures(of: id)
            #expect(!told.isEmpty && told.allSatisfy { $0.organisation == SignalLab.red })
            // Other settings of its own have it tried again; other organisations' have not.
            try await lab.configure(id, SignalLab.blue, [:])
            #expect(error(await lab.decide(["fine"], by: rules, for: SignalLab.red)[0].results[0]).contains("quarantine"))
            try await lab.configure(id, SignalLab.red, [:])
            #expect(await lab.decide(["fine"], by: rules, for: SignalLab.red)[0].results[0].passed)

            for organisation in [SignalLab.red, SignalLab.blue, Self.green] { try await poison(organisation) }
            try await wait { try await lab.registry.plugin(id).state.worker == .quarantined }
            #expect(try await lab.registry.plugin(id).state.reason?.contains("3 organisations") == true)
            try await lab.registry.release(id, by: SignalLab.admin)
            for organisation in [SignalLab.red, Organisation.ID("yellow")] {
                #expect(await lab.decide(["fine"], by: rules, for: organisation)[0].results[0].passed)
            }
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `an error over whether a signal can be used is no answer, and it is asked again`() async throws
        {
            let lab = try await SignalLab()
            try await lab.install(
                "moody",
                SignalLab.module(
                    "MOODY",
                    """
                    return [signal('MOOD', async () => score(1), { getDisabledInfo: async () => {
                      globalThis.asked = (globalThis.asked ?? 0) + 1;
                      if (globalThis.asked < 2) throw new Error('the provider is away');
                      return { disabled: globalThis.asked > 2, disabledMessage: 'asked too often' };
                    } })];
                    """))
            let rules = [SignalLab.asking("MOOD", .equals, .number(1))]
            let first = await lab.decide(["a"], by: rules, for: SignalLab.red)[0].results[0]
            #expect(first.errorCode == "condition.signal-failed" && error(first).contains("coop.disabled-info"), "\(error(first))")
            #expect(error(first).contains("the provider is away"))
            for _ in 0..<3 {
                #expect(await lab.decide(["a"], by: rules, for: SignalLab.red)[0].results[0].passed, "and a real one is kept")
            }
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `a catalog that hangs keeps nobody waiting who looks at signals`() async throws {
            let lab = try await SignalLab()
            try await lab.install(
                "slow",
                SignalLab.module(
                    "SLOW", more: "refreshCatalog: () => new Promise(() => {}), createCatalogSignal: () => ({}),",
                    "return [signal('SLOWS_OWN', async () => score(1))];"))
            try await lab.install("quick", SignalLab.module("QUICK", "return [signal('QUICKS_OWN', async () => score(1))];"))
            let start = ContinuousClock.now
            #expect(await lab.signals.signals(for: SignalLab.red).map(\.type).sorted() == ["QUICKS_OWN", "SLOWS_OWN"])
            let decision = await lab.decide(["a"], by: [SignalLab.asking("QUICKS_OWN", .equals, .number(1))], for: SignalLab.red)[0]
            #expect(decision.results[0].passed)
            #expect(ContinuousClock.now - start < .seconds(3), "the catalog has five")
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `a value that brought the worker down is known, and told so`() async throws {
            let lab = try await SignalLab()
            try await lab.install(
                "loops",
                SignalLab.module(
                    "LOOPS", "return [signal('LOOP', (input) => { if (input.value.value === 'hang') for (;;) {} return score(1); })];"))
            let rules = [SignalLab.asking("LOOP", .equals, .number(1))]
            let first = await lab.decide(["hang"], by: rules, for: SignalLab.red)[0].results[0]
            #expect(!error(first).contains("call.known-culprit"), "\(error(first))")
            let second = await lab.decide(["hang", "fine"], by: rules, for: SignalLab.red)
            #expect(
                error(second[0].results[0]).contains("call.known-culprit") && second[1].results[0].passed, "\(error(second[0].results[0]))")
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `of an organisation that is gone no catalog stays`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install(
                "labels",
                SignalLab.module(
                    "LABELLER",
                    more: """
                        refreshCatalog: async () => ({ version: '1', signals: [{ signalTypeId: 'OWN_LABEL', displayName: 'Own' }] }),
                        createCatalogSignal: (entry) => signal(entry.signalTypeId, async () => score(1)).signal,
                        """, "return [];"))
            for organisation in [SignalLab.red, SignalLab.blue] { _ = try await lab.registry.refreshCatalog(of: id, for: organisation) }
            await lab.registry.forget(SignalLab.red)
            #expect(try lab.state.keys(of: id, prefix: "signal-catalog/", after: nil, limit: 10) == ["signal-catalog/blue"])
            #expect(await lab.registry.catalog(of: id, for: SignalLab.red) == nil)
            #expect(await lab.registry.catalog(of: id, for: SignalLab.blue) != nil)
            await lab.end()
        }
    }
}
