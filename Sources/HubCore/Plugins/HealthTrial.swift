/// Whether a version that has just begun to run is kept: it is watched over its first calls, and over a time.
///
/// A value without a clock: times are handed in, as durations since any fixed moment. Only calls that say something about the plugin are
/// recorded; a caller's mistake or a refused connection is not.
package struct HealthTrial: Sendable, Hashable {
    package struct Policy: Sendable, Hashable {
        /// Calls after which a version that did well is kept.
        package var callsMax: Int
        /// Failures among them with which it is taken back. One that costs the worker counts as all of them.
        package var failuresMax: Int
        /// How long it is watched; then it is kept, unless every call there was has failed.
        package var time: Duration

        package init(callsMax: Int = 5, failuresMax: Int = 2, time: Duration = .seconds(60)) {
            (self.callsMax, self.failuresMax, self.time) = (callsMax, failuresMax, time)
        }
    }

    package enum Outcome: Sendable, Hashable {
        case answered
        /// The plugin's code failed.
        case failed(String)
        /// A limit, a crash, or it did not load.
        case broke(String)
    }

    package enum Verdict: Sendable, Hashable {
        case watching
        case passed
        case takenBack(reason: String)
    }

    private let policy: Policy
    private let beganAt: Duration
    private var calls = 0
    private var failures = 0
    private var lastFailure = ""
    package private(set) var verdict = Verdict.watching

    package init(policy: Policy = Policy(), beganAt: Duration) { (self.policy, self.beganAt) = (policy, beganAt) }

    /// Notes how a call ended. A verdict once given stays.
    package mutating func record(_ outcome: Outcome, at now: Duration) -> Verdict {
        guard verdict == .watching else { return verdict }
        // Calls that ended after the time was up count no more, whoever looks first.
        if look(at: now) != .watching { return verdict }
        calls += 1
        switch outcome {
        case .answered: break
        case .failed(let why):
            failures += 1
            lastFailure = why
        case .broke(let why):
            verdict = .takenBack(reason: why)
            return verdict
        }
        if failures >= policy.failuresMax {
            verdict = .takenBack(reason: "\(failures) of its first \(calls) calls failed; the last: \(lastFailure)")
        } else if calls >= policy.callsMax {
            verdict = .passed
        }
        return verdict
    }

    /// What is so when the time may be up.
    package mutating func look(at now: Duration) -> Verdict {
        guard verdict == .watching, now - beganAt >= policy.time else { return verdict }
        verdict = calls > 0 && failures == calls ? .takenBack(reason: "its only call failed: \(lastFailure)") : .passed
        return verdict
    }
}
