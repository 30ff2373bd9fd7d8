/// Remembers a plugin's recent failures and decides what follows from the next one.
///
/// A value without a clock: times are handed in, as durations since any fixed moment. It lives outside the plugin's worker and outlives
/// restarts, so a plugin cannot clear its record by crashing.
package struct FailureLedger: Sendable, Hashable {
    /// How many failures within which time lead to quarantine, and how long a restart waits after each.
    package struct Policy: Sendable, Hashable {
        package var failuresMax: Int
        package var window: Duration
        /// Wait after the first, second, … failure in the window; the last one repeats.
        package var backoff: [Duration]

        package init(
            failuresMax: Int = 3, window: Duration = .seconds(600), backoff: [Duration] = [.milliseconds(100), .milliseconds(500)]
        ) {
            self.failuresMax = failuresMax
            self.window = window
            self.backoff = backoff
        }

        /// Restarts at once, for ever. For tests and benchmarks.
        package static let forgiving = Policy(failuresMax: .max, backoff: [])
    }

    package enum Verdict: Sendable, Hashable {
        case restart(after: Duration)
        case quarantine(reason: String)
    }

    private let policy: Policy
    /// Times and reasons within the window, oldest first; never more than the policy's number.
    private var recent: [(at: Duration, reason: String)] = []

    package init(policy: Policy = Policy()) { self.policy = policy }

    package static func == (a: Self, b: Self) -> Bool {
        a.policy == b.policy && a.recent.count == b.recent.count && zip(a.recent, b.recent).allSatisfy { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(policy)
        for entry in recent { hasher.combine(entry.at) }
    }

    /// Notes a failure and says what to do.
    package mutating func record(_ reason: String, at now: Duration) -> Verdict {
        recent.removeAll { now - $0.at > policy.window }
        recent.append((now, reason))
        guard policy.failuresMax < .max else {
            recent.removeAll()
            return .restart(after: policy.backoff.first ?? .zero)
        }
        if recent.count >= policy.failuresMax {
            let window = policy.window.brief
            return .quarantine(reason: "\(recent.count) failures within \(window); the last: \(reason)")
        }
        return .restart(after: policy.backoff.isEmpty ? .zero : policy.backoff[min(recent.count, policy.backoff.count) - 1])
    }

    /// An operator gave the plugin another chance.
    package mutating func forgive() { recent.removeAll() }
}
