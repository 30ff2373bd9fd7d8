import Glibc
import PluginModel
import Testing

@testable import Sandbox

/// A way to fail that brings a plugin nearer to quarantine, and the code it is told with.
struct BlameCase: Sendable, CustomTestStringConvertible {
    let export: String
    let code: String
    var testDescription: String { export }
    /// What ends by the clock should do so soon; the good calls beside it have all the time they want.
    var limit: Duration? { code == "call.time-limit" || code == "call.never-settled" ? .milliseconds(150) : nil }

    static let all = [
        BlameCase(export: "loop", code: "call.time-limit"), BlameCase(export: "expression", code: "call.time-limit"),
        BlameCase(export: "never", code: "call.never-settled"), BlameCase(export: "burn", code: "call.cpu-limit"),
        BlameCase(export: "bomb", code: "call.memory-limit"), BlameCase(export: "killed", code: "worker.crashed"),
    ]
}

@Suite(.serialized) struct HostileQuarantine {
    private static let plugin = """
        exports.ok = () => 'well';
        exports.loop = () => { for (;;); };
        exports.expression = () => /^(a+)+$/.test('a'.repeat(64) + 'b');
        exports.never = () => new Promise(() => {});
        exports.killed = exports.never;
        exports.burn = exports.loop;
        exports.bomb = () => { const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(7)); };
        exports.throws = () => { throw new Error('mine'); };
        """
    /// As in the hub, with shorter waits.
    private static let policy = FailureLedger.Policy(backoff: [.milliseconds(30), .milliseconds(60)])

    /// One failure of the named kind.
    private func fail(_ c: BlameCase, _ host: PluginHost) async throws -> CallFailure? {
        guard c.export == "killed" else { return await host.failure(c.export, limit: c.limit) }
        try await host.start()
        let pid = try #require(await host.status.pid)
        async let failure = host.failure("killed")
        #expect(await Lab.eventually { host.callsInFlight == 1 })
        kill(pid, SIGKILL)
        return await failure
    }

    private func limits(_ c: BlameCase) -> SandboxLimits {
        Lab.limits {
            $0.callTime = .seconds(20)
            if c.export == "burn" { $0.callCPUTime = .milliseconds(100) }
        }
    }

    @Test(arguments: BlameCase.all) func `each is told precisely, and the third leads into quarantine`(_ c: BlameCase) async throws {
        let neighbour = try await Neighbour.start()
        let host = try Lab.host(script: Self.plugin, id: "hostile.blamed", limits: limits(c), policy: Self.policy)
        for round in 1...3 {
            let failure = try await fail(c, host)
            #expect(failure?.fault(plugin: host.program.plugin).code == c.code, "round \(round): \(String(describing: failure))")
            guard round < 3 else { break }
            #expect(await Lab.eventually { if case .backingOff = await host.status.state { true } else { false } })
            // The next call waits for the backoff and then works: nobody is sent away before the third time.
            #expect(try await host.text("ok") == #""well""#)
        }
        #expect(await Lab.eventually { if case .quarantined = await host.status.state { true } else { false } })
        let (refusal, wait) = await Lab.timed { await host.failure("ok") }
        guard case .quarantined(let reason) = refusal else {
            Issue.record("ended as \(String(describing: refusal))")
            return
        }
        #expect(reason.contains("3 failures within 600 s") || reason.contains("3 failures within 10"), "\(reason)")
        #expect(wait < .seconds(10), "a refusal waits for nothing")
        let fault = CallFailure.quarantined(reason: reason).fault(plugin: host.program.plugin)
        #expect((fault.code, fault.turn) == ("plugin.quarantined", .operator))
        #expect(await Lab.eventually { await host.status.pid == nil }, "in quarantine there is no process")
        await host.release()
        #expect(try await host.text("ok") == #""well""#)
        // The record is clean: one more failure is the first.
        #expect(try await fail(c, host)?.fault(plugin: host.program.plugin).code == c.code)
        #expect(try await host.text("ok") == #""well""#)
        await neighbour.finish()
        await host.stop()
    }

    @Test func `what a plugin throws, and what its callers do wrong, never counts`() async throws {
        let host = try Lab.host(
            script: Self.plugin, id: "hostile.innocent", limits: Lab.limits { $0.callTime = .seconds(5) }, policy: Self.policy)
        try await host.start()
        let pid = await host.status.pid
        for _ in 0..<5 {
            #expect(await host.failure("throws")?.countsAgainstPlugin == false)
            #expect(await host.failure("nothing")?.countsAgainstPlugin == false)
            let cancelled = Task { await host.failure("never") }
            #expect(await Lab.eventually { host.callsInFlight == 1 })
            cancelled.cancel()
            #expect(await cancelled.value == .cancelled)
            #expect(await Lab.eventually { host.callsInFlight == 0 })
        }
        #expect(await host.status.pid == pid)
        #expect(await host.status.state == .running)
        await host.stop()
    }

    @Test func `a top level that throws does not count, and one that hits a limit does`() async throws {
        let thrower = try Lab.host(script: "throw new Error('at the top')", id: "hostile.thrower", policy: Self.policy)
        for _ in 0..<5 {
            guard case .loadFailed(let error) = await thrower.failure("ok") else {
                Issue.record("no load failure")
                return
            }
            #expect(error.message == "at the top")
        }
        let looper = try Lab.host(
            "loop-top-level", limits: Lab.limits { $0.loadTime = .milliseconds(100) }, policy: Self.policy)
        for _ in 0..<3 {
            guard case .timeLimit(.milliseconds(100), running: true, killed: _) = await looper.failure("ok") else {
                Issue.record("no time limit")
                return
            }
        }
        guard case .quarantined = await looper.failure("ok") else {
            Issue.record("no quarantine")
            return
        }
        await thrower.stop()
        await looper.stop()
    }

    @Test func `a restart waits as long as the policy says, however many ask`() async throws {
        let wait = Duration.milliseconds(400)
        let host = try Lab.host(script: Self.plugin, id: "hostile.waiting", policy: .init(backoff: [wait]))
        try await host.start()
        let pid = try #require(await host.status.pid)
        kill(pid, SIGKILL)
        #expect(await Lab.eventually { if case .backingOff = await host.status.state { true } else { false } })
        let start = ContinuousClock.now
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await host.text("ok") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers == Array(repeating: #""well""#, count: 20))
        // The wait began with the failure, which we saw a moment after.
        #expect(ContinuousClock.now - start > wait / 2)
        await host.stop()
    }
}
