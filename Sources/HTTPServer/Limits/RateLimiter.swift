/// How often each client may do something: a bucket of tokens a key, filled at a steady rate. A value without a clock; callers say the
/// time, and hold it in an actor or a `Mutex`.
package struct RateLimiter<Key: Hashable & Sendable>: Sendable {
    /// How many at once, and how many a second in the long run.
    package struct Rule: Sendable, Hashable {
        package var burst: Int
        package var perSecond: Double

        package init(burst: Int, perSecond: Double) {
            precondition(burst > 0 && perSecond > 0, "a rule lets something through")
            self.burst = burst
            self.perSecond = perSecond
        }
    }

    package enum Verdict: Sendable, Hashable {
        case allowed
        /// Refused; another attempt is let through after this time, rounded up to milliseconds.
        case wait(Duration)
    }

    private struct Bucket {
        var tokens: Double
        var at: ContinuousClock.Instant
    }

    package let rule: Rule
    /// Keys remembered at most. Past it full buckets are forgotten, and if there are none, every key unknown so far is refused: a flood of
    /// addresses costs newcomers a wait, and never the memory.
    package let keysMax: Int
    private var buckets: [Key: Bucket] = [:]
    private var sweptAt: ContinuousClock.Instant?

    package init(_ rule: Rule, keysMax: Int = 10_000) {
        self.rule = rule
        self.keysMax = keysMax
    }

    package var count: Int { buckets.count }

    /// Takes a token if there is one. A refused attempt costs nothing.
    package mutating func attempt(_ key: Key, at now: ContinuousClock.Instant) -> Verdict {
        if buckets[key] == nil, buckets.count >= keysMax {
            sweep(at: now)
            if buckets.count >= keysMax { return .wait(.seconds(1)) }
        }
        var bucket = filled(buckets[key] ?? Bucket(tokens: Double(rule.burst), at: now), at: now)
        defer { buckets[key] = bucket }
        if bucket.tokens >= 1 {
            bucket.tokens -= 1
            return .allowed
        }
        let milliseconds = ((1 - bucket.tokens) / rule.perSecond * 1_000).rounded(.up)
        return .wait(.milliseconds(Int64(max(1, milliseconds))))
    }

    /// Forgets what a key has done, as after a success.
    package mutating func forgive(_ key: Key) { buckets[key] = nil }

    /// Time that goes backwards fills nothing.
    private func filled(_ bucket: Bucket, at now: ContinuousClock.Instant) -> Bucket {
        guard now > bucket.at else { return bucket }
        let (seconds, attoseconds) = (now - bucket.at).components
        let earned = (Double(seconds) + Double(attoseconds) * 1e-18) * rule.perSecond
        return Bucket(tokens: min(Double(rule.burst), bucket.tokens + earned), at: now)
    }

    /// At most once a second, since it looks at every key.
    private mutating func sweep(at now: ContinuousClock.Instant) {
        if let sweptAt, now < sweptAt + .seconds(1) { return }
        sweptAt = now
        buckets = buckets.filter { filled($0.value, at: now).tokens < Double(rule.burst) }
    }
}
