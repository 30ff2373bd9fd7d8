/// Whether a signal that keeps failing is asked at all. A value without a clock: times are durations since any fixed moment.
///
/// It opens after so many messages in a row without one score. When the rest is over one message is let through; whether that one has a
/// score decides what follows.
struct SignalBreaker: Sendable, Hashable {
    private enum State: Hashable {
        case closed(failures: Int)
        case open(until: Duration, rest: Duration)
        /// One message is on its way, to see. Another one is let through when it has not come back by then.
        case trying(until: Duration, rest: Duration)
    }

    private var state = State.closed(failures: 0)
    private let limits: SignalLimits

    init(_ limits: SignalLimits) { self.limits = limits }

    /// Nil: ask. Else how long it rests yet.
    mutating func refusal(at now: Duration) -> Duration? {
        switch state {
        case .closed: return nil
        case .open(let until, let rest), .trying(let until, let rest):
            guard until <= now else { return until - now }
            state = .trying(until: now + rest, rest: rest)
            return nil
        }
    }

    /// - Parameter isGood: Whether any value had a score.
    mutating func record(isGood: Bool, at now: Duration) {
        if isGood {
            state = .closed(failures: 0)
            return
        }
        switch state {
        case .closed(let failures):
            state =
                failures + 1 < limits.failuresInRow
                ? .closed(failures: failures + 1) : .open(until: now + limits.restTime, rest: limits.restTime)
        case .trying(_, let rest):
            let longer = min(rest * 2, limits.restTimeMax)
            state = .open(until: now + longer, rest: longer)
        // A message that was on its way when it opened.
        case .open: break
        }
    }

    var isOpen: Bool {
        if case .closed = state { false } else { true }
    }
}

/// How many values may be asked about now: so many at once, and so many more a second.
struct ValueAllowance: Sendable, Hashable {
    private var left: Double
    private var countedAt: Duration
    private let perSecond: Double
    private let burst: Double

    init(_ limits: SignalLimits, at now: Duration) {
        (perSecond, burst, left, countedAt) = (limits.valuesPerSecond, limits.valuesBurst, limits.valuesBurst, now)
    }

    /// Takes them, and says how long to wait first. Nil: longer than `patience`; nothing was taken.
    mutating func take(_ count: Int, patience: Duration, at now: Duration) -> Duration? {
        left = min(burst, left + max(0, (now - countedAt) / .seconds(1)) * perSecond)
        countedAt = now
        let missing = Double(count) - left
        let wait = missing > 0 ? Duration.seconds(missing / perSecond) : .zero
        guard wait <= patience else { return nil }
        left -= Double(count)
        return wait
    }
}
