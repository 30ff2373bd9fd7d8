import Hub

/// How a signal did lately, for one organisation.
package struct SignalHealth: Sendable, Hashable {
    /// Values it was asked about.
    package var calls: Int
    /// Those without a score.
    package var errors: Int
    /// Of a message, in milliseconds; nil without any.
    package var p95Milliseconds: Double?
    /// What one value took on the average, in milliseconds; nil without any.
    package var costMilliseconds: Double?
    /// It fails so much that it is left alone for a while.
    package var rests: Bool
}

/// Counts of two spans of time, the one before and the one that runs.
struct SignalCounts: Sendable {
    private struct Span {
        var calls = 0
        var errors = 0
        var messages = LatencyHistogram()
        var milliseconds = 0.0
    }

    private var current = Span()
    private var before = Span()
    private var began: Duration
    private let time: Duration

    init(_ time: Duration, at now: Duration) { (self.time, began) = (time, now) }

    private mutating func turn(_ now: Duration) {
        guard now - began >= time else { return }
        before = now - began >= time * 2 ? Span() : current
        (current, began) = (Span(), now)
    }

    mutating func add(calls: Int, errors: Int, took: Duration, at now: Duration) {
        turn(now)
        current.calls += calls
        current.errors += errors
        let milliseconds = took / .milliseconds(1)
        current.milliseconds += milliseconds
        current.messages.add(microseconds: milliseconds * 1_000)
    }

    mutating func health(rests: Bool, at now: Duration) -> SignalHealth {
        turn(now)
        var messages = current.messages
        messages.add(before.messages)
        let calls = current.calls + before.calls
        return SignalHealth(
            calls: calls, errors: current.errors + before.errors, p95Milliseconds: messages.quantile(0.95),
            costMilliseconds: calls == 0 ? nil : (current.milliseconds + before.milliseconds) / Double(calls), rests: rests)
    }
}
