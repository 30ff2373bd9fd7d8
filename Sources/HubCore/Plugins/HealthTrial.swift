/// Whether a version that has just begun to run is kept: it is watched over its first calls, and over a time.
///
/// A value without a clock: times are handed in, as durations since any fixed moment. Only calls that say something about the plugin are
/// recorded; a caller's mistake or a refused connection is not.
///
/// A failure that one organisation's input or settings may have caused is that organisation's matter at first, whatever it cost: it counts when
/// another organisation has one too (docs/decisions/0032). What fails without input counts at once.
package struct HealthTrial: Sendable, Hashable {
    package struct Policy: Sendable, Hashable {
        /// Calls after which a version that did well is kept.
        package var callsMax: Int
        /// Failures among them with which it is taken back. One that costs the worker counts as all of them.
        package var failuresMax: Int
        /// How long it is watched; then it is kept, unless every call there was has failed.
        package var time: Duration
        /// Organisations whose input has to have failed before the version is taken back for it.
        package var organisationsMin: Int
        /// Whether there is but one organisation. Different inputs of its stand for different organisations, then.
        package var isAlone = false

        package init(callsMax: Int = 5, failuresMax: Int = 2, time: Duration = .seconds(60), organisationsMin: Int = 2) {
            (self.callsMax, self.failuresMax, self.time, self.organisationsMin) = (callsMax, failuresMax, time, organisationsMin)
        }
    }

    /// What a failure may be due to instead of the code.
    package struct Cause: Sendable, Hashable {
        package var organisation: Organisation.ID
        /// Something of each input that failed, by which it is told from others.
        package var inputs: Set<Int>

        package init(_ organisation: Organisation.ID, inputs: Set<Int>) { (self.organisation, self.inputs) = (organisation, inputs) }
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
    /// Inputs that failed, by the organisation whose they are.
    private var suspects: [Organisation.ID: Set<Int>] = [:]
    package private(set) var verdict = Verdict.watching

    package init(policy: Policy = Policy(), beganAt: Duration) { (self.policy, self.beganAt) = (policy, beganAt) }

    /// Notes how a call ended. A verdict once given stays.
    package mutating func record(_ outcome: Outcome, because cause: Cause? = nil, at now: Duration) -> Verdict {
        guard verdict == .watching else { return verdict }
        // Calls that ended after the time was up count no more, whoever looks first.
        if look(at: now) != .watching { return verdict }
        if let cause, let why = outcome.failure { return suspect(cause, why) }
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

    private mutating func suspect(_ cause: Cause, _ why: String) -> Verdict {
        suspects[cause.organisation, default: []].formUnion(cause.inputs)
        if suspects.count >= policy.organisationsMin {
            verdict = .takenBack(reason: "calls of \(suspects.count) organisations failed; the last: \(why)")
        } else if policy.isAlone, let inputs = suspects[cause.organisation], inputs.count >= policy.failuresMax {
            verdict = .takenBack(reason: "calls about \(inputs.count) different inputs failed; the last: \(why)")
        }
        return verdict
    }

    /// What is so when the time may be up. While all that is known are failures of one organisation's input, it goes on.
    package mutating func look(at now: Duration) -> Verdict {
        guard verdict == .watching, now - beganAt >= policy.time, calls > 0 || suspects.isEmpty else { return verdict }
        verdict = calls > 0 && failures == calls ? .takenBack(reason: "its only call failed: \(lastFailure)") : .passed
        return verdict
    }
}

extension HealthTrial.Outcome {
    fileprivate var failure: String? {
        switch self {
        case .answered: nil
        case .failed(let why), .broke(let why): why
        }
    }
}
