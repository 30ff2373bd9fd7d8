import PluginModel
import Testing

@testable import Sandbox

/// Failures at given seconds, and what the ledger says of each.
struct LedgerCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var policy = FailureLedger.Policy()
    let at: [Int]
    let verdicts: [Said]

    enum Said: Sendable, Hashable { case restart(Duration), quarantine }

    static let all: [LedgerCase] = [
        LedgerCase(testDescription: "one failure", at: [0], verdicts: [.restart(.milliseconds(100))]),
        LedgerCase(testDescription: "two", at: [0, 10], verdicts: [.restart(.milliseconds(100)), .restart(.milliseconds(500))]),
        LedgerCase(
            testDescription: "three at once", at: [0, 0, 0],
            verdicts: [.restart(.milliseconds(100)), .restart(.milliseconds(500)), .quarantine]),
        LedgerCase(
            testDescription: "the third exactly ten minutes after the first", at: [0, 300, 600],
            verdicts: [.restart(.milliseconds(100)), .restart(.milliseconds(500)), .quarantine]),
        LedgerCase(
            testDescription: "the third a second later", at: [0, 300, 601],
            verdicts: [.restart(.milliseconds(100)), .restart(.milliseconds(500)), .restart(.milliseconds(500))]),
        LedgerCase(
            testDescription: "one every six minutes, for ever", at: [0, 360, 720, 1_080, 1_440],
            verdicts: [.restart(.milliseconds(100))] + Array(repeating: .restart(.milliseconds(500)), count: 4)),
        LedgerCase(
            testDescription: "one every eleven minutes, for ever", at: [0, 660, 1_320, 1_980],
            verdicts: Array(repeating: .restart(.milliseconds(100)), count: 4)),
        LedgerCase(
            testDescription: "a policy without a wait", policy: .init(failuresMax: 2, backoff: []), at: [0, 0],
            verdicts: [.restart(.zero), .quarantine]),
        LedgerCase(
            testDescription: "more failures allowed than waits named", policy: .init(failuresMax: 5, backoff: [.seconds(1), .seconds(2)]),
            at: [0, 0, 0, 0, 0],
            verdicts: [.restart(.seconds(1)), .restart(.seconds(2)), .restart(.seconds(2)), .restart(.seconds(2)), .quarantine]),
    ]
}

@Suite struct Ledgers {
    @Test(arguments: LedgerCase.all) func `failures within the window lead to quarantine, others to a restart after a wait`(
        _ c: LedgerCase
    ) {
        var ledger = FailureLedger(policy: c.policy)
        let said = c.at.map { second -> LedgerCase.Said in
            switch ledger.record("failure at \(second)", at: .seconds(second)) {
            case .restart(let delay): return .restart(delay)
            case .quarantine(let reason):
                #expect(reason.contains("the last: failure at \(second)"))
                return .quarantine
            }
        }
        #expect(said == c.verdicts)
    }

    @Test func `an operator's pardon clears the record`() {
        var ledger = FailureLedger()
        for _ in 0..<2 { _ = ledger.record("x", at: .zero) }
        ledger.forgive()
        #expect(ledger.record("x", at: .zero) == .restart(after: .milliseconds(100)))
    }

    @Test func `the forgiving policy of tests never tires and keeps nothing`() {
        var ledger = FailureLedger(policy: .forgiving)
        for _ in 0..<1_000 { #expect(ledger.record("x", at: .zero) == .restart(after: .zero)) }
        #expect(ledger == FailureLedger(policy: .forgiving))
    }
}

/// Events in the life of a plugin's worker, and the state they lead to.
struct LifeCase: Sendable, CustomTestStringConvertible {
    enum Event: Sendable { case call(Int), started, ended, failed(until: Int), quarantined, stop, release }
    let testDescription: String
    let events: [Event]
    let state: WorkerLifecycle.State
    /// What a call at second 10 would be told then.
    let nextCall: WorkerLifecycle.OnCall

    init(_ name: String, _ events: [Event], _ state: WorkerLifecycle.State, _ nextCall: WorkerLifecycle.OnCall) {
        testDescription = name
        self.events = events
        self.state = state
        self.nextCall = nextCall
    }

    static let all: [LifeCase] = [
        LifeCase("nothing happened", [], .idle, .start),
        LifeCase("the first call starts", [.call(0)], .starting, .join),
        LifeCase("loaded", [.call(0), .started], .running, .join),
        LifeCase("put away", [.call(0), .started, .ended], .idle, .start),
        LifeCase("gone while starting", [.call(0), .ended], .idle, .start),
        LifeCase("failed a moment ago", [.call(0), .started, .failed(until: 12)], .backingOff(until: .seconds(12)), .wait(.seconds(2))),
        LifeCase("failed long ago", [.call(0), .started, .failed(until: 9)], .backingOff(until: .seconds(9)), .start),
        LifeCase(
            "failed, and its end comes in late", [.call(0), .failed(until: 12), .ended], .backingOff(until: .seconds(12)),
            .wait(.seconds(2))),
        LifeCase("in quarantine", [.call(0), .quarantined], .quarantined(reason: "three"), .refuse(reason: "three")),
        LifeCase(
            "a late failure in quarantine", [.quarantined, .failed(until: 12)], .quarantined(reason: "three"), .refuse(reason: "three")),
        LifeCase("released", [.quarantined, .release], .idle, .start),
        LifeCase("stopped", [.call(0), .started, .stop], .stopped, .stopped),
        LifeCase("a late failure after the stop", [.stop, .failed(until: 12), .quarantined, .ended], .stopped, .stopped),
        LifeCase("loaded after the stop", [.call(0), .stop, .started], .stopped, .stopped),
        LifeCase("started again by an operator", [.stop, .release], .idle, .start),
        LifeCase("a release changes nothing that runs", [.call(0), .started, .release], .running, .join),
    ]
}

@Suite struct Lifecycles {
    @Test(arguments: LifeCase.all) func `events lead to states`(_ c: LifeCase) {
        var life = WorkerLifecycle()
        for event in c.events {
            switch event {
            case .call(let second): _ = life.callArrived(at: .seconds(second))
            case .started: _ = life.started()
            case .ended: life.ended()
            case .failed(let second): life.failed(restartAt: .seconds(second))
            case .quarantined: life.quarantined("three")
            case .stop: life.stop()
            case .release: life.release()
            }
        }
        #expect(life.state == c.state)
        #expect(life.callArrived(at: .seconds(10)) == c.nextCall)
    }
}

@Suite struct AfterTheHub {
    @Test(arguments: [false, true]) func `a call to a runtime that was stopped is refused and does not wait`(jit: Bool) async throws {
        var options = SandboxRuntime.Options(layout: try WorkerLayout.find())
        options.poolSize = 1
        let runtime = SandboxRuntime(options)
        await runtime.stop()
        await runtime.stop()
        let host = try TestSandbox.host("exports.ok = () => 1", id: "test.late", runtime: runtime) { $0.allowsJIT = jit }
        let failure = await host.failure("ok")
        guard case .sandboxUnavailable(let reason) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason == "the hub is stopping")
        await host.stop()
    }
}
