import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Testing

extension LiveSignals {
    /// New versions of integrations on trial: what one organisation sends must not take them from all.
    struct TrialTests {
        private static func module(_ score: Int, more: String = "") -> String {
            SignalLab.module(
                "TRIED", more: more,
                """
                return [signal('TRY', (input) => {
                  if (\(score) > 1 && input.value.value.startsWith('hang')) for (;;) {}
                  return score(\(score));
                })];
                """)
        }

        private func lab(_ organisations: [Organisation.ID]) async throws -> (SignalLab, PluginID) {
            // The rest that a signal itself takes after failures is another matter.
            var limits = SignalLimits()
            limits.failuresInRow = 1_000
            let lab = try await SignalLab(limits: limits)
            try await lab.store.write { (records) throws(Fault) in
                for organisation in organisations {
                    try records.put(
                        Organisation(
                            id: organisation, slug: organisation.rawValue, name: organisation.rawValue,
                            createdAt: Timestamp(unixMilliseconds: 1)))
                }
            }
            let id = try await lab.install("tried", Self.module(1))
            #expect(await score(lab, "hang", SignalLab.red) == "1")
            return (lab, id)
        }

        private func score(_ lab: SignalLab, _ text: String, _ organisation: Organisation.ID) async -> String? {
            await lab.decide([text], by: [SignalLab.asking("TRY", .equals, .number(0))], for: organisation)[0].results[0].result?["score"]?
                .stringValue
        }

        private func wait(_ what: String, until isSo: () async throws -> Bool) async throws {
            let deadline = ContinuousClock.now + .seconds(20)
            while try await !isSo() {
                guard ContinuousClock.now < deadline else { throw SignalLab.Incomplete(what) }
                try await Task.sleep(for: .milliseconds(10))
            }
        }

        @Test(.timeLimit(.minutes(1))) func `what one organisation sends does not take an update back, what two send does`() async throws {
            let (lab, id) = try await lab([SignalLab.red, SignalLab.blue])
            let before = try await lab.registry.plugin(id).runningVersion
            try await lab.install("tried", Self.module(2), version: "1.1.0")
            for text in ["hang 1", "hang 2", "hang 3", "hang 4"] { #expect(await score(lab, text, SignalLab.red) == nil) }
            try await wait("red rests") { try await lab.registry.plugin(id, for: SignalLab.red).state.worker == .quarantined }
            #expect(await score(lab, "fine", SignalLab.blue) == "2", "the others have what was installed")
            let view = try await lab.registry.plugin(id)
            #expect(view.runningVersion != before && view.isOnTrial)
            #expect(await score(lab, "hang 5", SignalLab.blue) == nil)
            try await wait("the version before is back") { try await lab.registry.plugin(id).runningVersion == before }
            #expect(await score(lab, "hang 6", SignalLab.red) == "1", "it rested because of a version that is gone")
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1)))
        func `where there is one organisation alone, two different inputs take an update back, one does not`()
            async throws
        {
            let (lab, id) = try await lab([SignalLab.red])
            let before = try await lab.registry.plugin(id).runningVersion
            try await lab.install("tried", Self.module(2), version: "1.1.0")
            for _ in 0..<3 { #expect(await score(lab, "hang 1", SignalLab.red) == nil) }
            #expect(await score(lab, "fine", SignalLab.red) == "2")
            #expect(try await lab.registry.plugin(id).isOnTrial)
            #expect(await score(lab, "hang 2", SignalLab.red) == nil)
            try await wait("the version before is back") { try await lab.registry.plugin(id).runningVersion == before }
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `settings of one organisation that fail a catalog do not take an update back`() async throws {
            let (lab, id) = try await lab([SignalLab.red, SignalLab.blue])
            let more = "refreshCatalog: async () => { throw new Error('the key is wrong'); }, createCatalogSignal: () => ({}),"
            let before = try await lab.registry.plugin(id).runningVersion
            try await lab.install("tried", Self.module(2, more: more), version: "1.1.0")
            for _ in 0..<4 {
                do throws(Fault) {
                    _ = try await lab.registry.refreshCatalog(of: id, for: SignalLab.red)
                    Issue.record("a catalog came of it")
                } catch { #expect(error.code == "coop.catalog-refused") }
            }
            let view = try await lab.registry.plugin(id)
            #expect(view.runningVersion != before && view.isOnTrial)
            await lab.end()
        }
    }
}
