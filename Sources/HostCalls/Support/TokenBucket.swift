/// An allowance that refills at a steady rate up to a ceiling: so many a second on average, so many at once.
struct TokenBucket: Sendable {
    let capacity: Double
    let perSecond: Double
    private var tokens: Double
    private var refilledAt: UInt64

    /// Begins full. `now` is monotonic time in nanoseconds, as in every other call.
    init(capacity: Double, perSecond: Double, now: UInt64) {
        self.capacity = capacity
        self.perSecond = perSecond
        tokens = capacity
        refilledAt = now
    }

    /// Takes `count` tokens if that many are there, else none.
    mutating func take(_ count: Double = 1, now: UInt64) -> Bool {
        if now > refilledAt {
            tokens = min(capacity, tokens + Double(now - refilledAt) / 1e9 * perSecond)
            refilledAt = now
        }
        guard tokens >= count else { return false }
        tokens -= count
        return true
    }
}
