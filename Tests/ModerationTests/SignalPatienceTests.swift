import Hub
import HubCore
import JSON
import Manifests
import Moderation
import PluginModel
import Rules
import Testing

extension LiveSignals {
    /// What signals may take their time over, and what they may keep.
    struct PatienceTests {
        private static let undecided = SignalLab.module(
            "UNDECIDED",
            """
            const never = { getDisabledInfo: () => new Promise(() => {}) };
            return [...Array(6).keys()].map((number) => signal('NEVER_' + number, async () => score(1), never));
            """)

        @Test(.timeLimit(.minutes(1))) func `a signal that does not say whether it is disabled fails its own question in disabledTime`()
            async throws
        {
            var limits = SignalLimits()
            limits.disabledTime = .milliseconds(400)
            let lab = try await SignalLab(limits: limits)
            try await lab.install("undecided", Self.undecided)
            // The worker begins with the first question.
            _ = await lab.decide(["a"], by: [SignalLab.asking("NEVER_5", .equals, .number(1))], for: SignalLab.red)
            let start = ContinuousClock.now
            let result = await lab.decide(["a"], by: [SignalLab.asking("NEVER_0", .equals, .number(1))], for: SignalLab.red)[0].results[0]
            let took = ContinuousClock.now - start
            #expect(result.errorCode == "condition.signal-failed")
            #expect(took >= .milliseconds(400) && took < .seconds(3), "\(took), of a message that has 5 s")
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `who looks at all signals waits galleryTime, and those that say nothing are shown as usable`()
            async throws
        {
            var limits = SignalLimits()
            (limits.disabledTime, limits.galleryTime) = (.milliseconds(900), .milliseconds(1_000))
            let lab = try await SignalLab(limits: limits)
            try await lab.install("undecided", Self.undecided)
            _ = await lab.decide(["a"], by: [SignalLab.asking("NEVER_5", .equals, .number(1))], for: SignalLab.red)
            let start = ContinuousClock.now
            let shown = await lab.signals.gallery(for: SignalLab.red)
            let took = ContinuousClock.now - start
            #expect(shown.count == 6 && shown.allSatisfy { $0.disabled == nil })
            // Four at a time with 0.9 s each: without the bound the last two would have their own.
            #expect(took < .milliseconds(1_700), "\(took)")
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `a credential is lent to a call, and what outlives the call finds none`() async throws {
            let lab = try await SignalLab()
            let id = try await lab.install(
                "keeper",
                SignalLab.module(
                    "KEEPER",
                    manifest:
                        "requiresConfig: false, configurationFields: [{ key: 'token', label: 'T', required: false, inputType: 'text' }]",
                    """
                    const ask = async () => {
                      try { return (await getCredential('red'))?.token ?? 'none'; } catch (error) { return 'refused: ' + error.message; }
                    };
                    return [signal('KEEP', async ({ value: { value } }) => {
                      if (value === 'begin') {
                        globalThis.within = await ask();
                        // A timer ends with its call; promises that go on by themselves do not.
                        (async () => { for (let turn = 0; turn < 10000; turn++) await null; globalThis.behind = await ask(); })();
                        return score('begun', { scalarType: 'STRING' });
                      }
                      return score(globalThis.within + ' | ' + globalThis.behind, { scalarType: 'STRING' });
                    }, { outputType: { scalarType: 'STRING' } })];
                    """))
            try await lab.configure(id, SignalLab.red, ["token": "reds"])
            func seen(_ text: String) async -> String? {
                await lab.decide([text], by: [SignalLab.asking("KEEP", .equals, .text(""))], for: SignalLab.red)[0].results[0].result?[
                    "score"]?.stringValue
            }
            #expect(await seen("begin") == "begun")
            // Between the two calls there is nobody on whose behalf it could ask.
            let deadline = ContinuousClock.now + .seconds(20)
            var last: String?
            repeat {
                try await Task.sleep(for: .milliseconds(700))
                last = await seen("tell")
            } while last?.hasSuffix("undefined") == true && ContinuousClock.now < deadline
            #expect(last?.hasPrefix("reds | refused: getCredential works only while a call") == true, "\(last ?? "nothing")")
            await lab.end()
        }
    }
}
