import HubCore
import JSON
import Moderation
import Rules
import Sandbox
import Testing

extension LiveSignals {
    /// What one bad value of an integration costs: its own leaf, and no more than its time.
    struct FaultTests {
        /// Looks at its value and does what it says; else gives the length of the text.
        static let code = SignalLab.module(
            "FAULTS",
            """
            const run = (asynchronous) => (input) => {
              const text = input.value.value;
              const kept = [];
              if (text === 'throws') throw new Error('no ' + text);
              if (text === 'hangs') for (;;) {}
              if (text === 'never settles') return new Promise(() => {});
              if (text === 'hangs later') return Promise.resolve().then(() => { for (;;) {} });
              if (text === 'wrong type') return { outputType: { scalarType: 'NUMBER' }, score: { a: 1 } };
              if (text === 'nothing') return undefined;
              if (text === 'dies') for (;;) kept.push(new Array(100000).fill(kept.length));
              if (text === 'floods') {
                for (let i = 0; i < 20000; i++) console.log('flood', i);
                for (let i = 0; i < 5000; i++) { try { setTimeout(() => {}, 60000); } catch {} }
                return { outputType: { scalarType: 'STRING' }, score: 'x'.repeat(5000000), matchedValue: 'y'.repeat(5000000) };
              }
              return asynchronous ? Promise.resolve(score(text.length)) : score(text.length);
            };
            return [signal('PROBE', async (input) => run(true)(input)), signal('SYNC', run(false))];
            """)

        @Test(
            .timeLimit(.minutes(1)),
            arguments: [
                (text: "throws", code: "condition.signal-failed"), ("hangs", "condition.signal-timed-out"),
                ("never settles", "condition.signal-timed-out"), ("hangs later", "condition.signal-timed-out"),
                ("wrong type", "condition.signal-failed"), ("nothing", "condition.signal-failed"), ("dies", "condition.signal-failed"),
            ], ["PROBE", "SYNC"])
        func `one bad value costs its own leaf and no other`(_ fault: (text: String, code: String), _ signal: String) async throws {
            let lab = try await SignalLab()
            try await lab.install("faults", Self.code)
            let texts = (0..<60).map { $0 == 23 ? fault.text : String(repeating: "a", count: $0 % 9 + 1) }
            let clock = ContinuousClock()
            let start = clock.now
            let decisions = await lab.decide(texts, by: [SignalLab.asking(signal, .greaterThan, .number(0))], for: SignalLab.red)
            #expect(clock.now - start < .seconds(5.5), "within the time of a message")
            for (index, decision) in decisions.enumerated() {
                let result = decision.results[0]
                if index == 23 {
                    #expect(result.truth == .unknown && result.errorCode == fault.code, "\(String(describing: result.result))")
                } else {
                    #expect(result.truth == .true, "\(index): \(String(describing: result.result))")
                }
            }
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `two values that stop the worker are both found, and nobody else pays`() async throws {
            let lab = try await SignalLab()
            try await lab.install("faults", Self.code)
            let texts = (0..<256).map { $0 == 40 ? "hangs" : $0 == 200 ? "dies" : "aa" }
            let decisions = await lab.decide(texts, by: [SignalLab.asking("SYNC", .equals, .number(2))], for: SignalLab.red)
            let untold = decisions.enumerated().filter { $1.results[0].truth != .true }.map(\.offset)
            #expect(untold == [40, 200], "\(untold.count)")
            // The plugin is as trusted as before: two are not three.
            #expect(await lab.decide(["aa"], by: [SignalLab.asking("PROBE", .equals, .number(2))], for: SignalLab.red)[0].results[0].passed)
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `a flood of lines, timers and text costs no other value its answer`() async throws {
            let lab = try await SignalLab()
            try await lab.install("faults", Self.code)
            let texts = (0..<40).map { $0 == 3 ? "floods" : "aa" }
            let decisions = await lab.decide(texts, by: [SignalLab.asking("SYNC", .equals, .number(2))], for: SignalLab.red)
            for (index, decision) in decisions.enumerated() where index != 3 {
                #expect(decision.results[0].truth == .true, "\(index): \(String(describing: decision.results[0].result))")
            }
            #expect(decisions[3].results[0].truth != .true)
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `a value that brought the worker down is not asked about again, and another signal goes on`()
            async throws
        {
            let lab = try await SignalLab()
            try await lab.install("faults", Self.code)
            try await lab.install(
                "good", SignalLab.module("GOOD", "return [signal('LENGTH', async ({ value }) => score(value.value.length))];"))
            let rules = [SignalLab.asking("SYNC", .greaterThan, .number(0)), SignalLab.asking("LENGTH", .equals, .number(5))]
            for round in 0..<4 {
                let clock = ContinuousClock()
                let start = clock.now
                let decisions = await lab.decide(["hangs", "fine!"], by: rules, for: SignalLab.red)
                if round > 0 { #expect(clock.now - start < .milliseconds(900), "nothing hangs any more") }
                #expect(decisions[0].results.map(\.truth) == [.unknown, .true], "round \(round)")
                #expect(decisions[1].results.map(\.truth) == [.true, .true], "round \(round)")
            }
            await lab.end()
        }

        @Test(.timeLimit(.minutes(1))) func `large values are asked about a few at a time, and only one that fits nowhere goes without`()
            async throws
        {
            var sandbox = SandboxLimits()
            sandbox.messageBytes = 256 << 10
            let lab = try await SignalLab(sandbox: sandbox)
            try await lab.install("faults", Self.code)
            // Together more than three messages carry. Written out, the control characters take six times as much as they look.
            var texts = (0..<40).map { String(repeating: "a", count: (16 << 10) + $0) }
            texts += (0..<10).map { String(repeating: "\u{1}", count: (16 << 10) + 100 + $0) }
            texts.append(String(repeating: "\u{1}", count: 48 << 10))
            texts.append("last")
            let decisions = await lab.decide(texts, by: [SignalLab.asking("SYNC", .greaterThan, .number(0))], for: SignalLab.red)
            for (index, decision) in decisions.enumerated() {
                let result = decision.results[0]
                if index == 50 {
                    #expect(
                        result.truth == .unknown && result.errorCode == "condition.too-large",
                        "\(String(describing: result.result?["error"]))")
                } else {
                    #expect(result.truth == .true, "\(index): \(String(describing: result.result?["error"]))")
                }
            }
            await lab.end()
        }
    }
}
