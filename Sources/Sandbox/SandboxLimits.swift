/// What one plugin may use. Every number has a place in the operator's configuration and a name in error messages.
package struct SandboxLimits: Sendable, Hashable {
    /// Wall time of one call, or of one item of a stream. A call may ask for less, never for more.
    package var callTime: Duration = .seconds(5)
    /// Wall time for the plugin's top level to run when a worker loads it.
    package var loadTime: Duration = .seconds(5)
    /// CPU time of one call, summed over its turns. Loops in work that outlives its call end by this.
    package var callCPUTime: Duration = .seconds(10)
    /// Memory that the plugin may add to what the engine itself needs, in bytes.
    package var memoryBytes: Int = 64 << 20
    /// Largest argument, result, item or host call, in bytes of JSON.
    package var messageBytes: Int = 16 << 20
    /// Calls in flight in one worker; one more is answered `busy` at once. At most 1,023.
    package var callsInFlight: Int = 256
    /// Bytes of messages waiting for a worker that does not read; more is answered `busy`.
    package var waitingBytes: Int = 32 << 20
    /// Host calls a plugin may have open at once.
    package var hostCallsOpen: Int = 1_024
    /// Timers a plugin may have running at once.
    package var timersOpen: Int = 1_024
    /// Log lines a second that a worker sends at most.
    package var logLinesPerSecond: Int = 200
    /// How long a worker without calls stays before it is put away.
    package var idleTime: Duration = .seconds(30)

    /// The engine's allocator takes memory in steps of this size, in bytes, used or not. A worker gets one step beyond its limit, or a
    /// plugin with a few typed arrays would meet a limit of 64 MB at half of it. What is used can exceed the limit by at most a step.
    static let memoryStepBytes = 32 << 20

    package init() {}

    /// Time after a deadline in which a worker may still end the call by itself before it is killed. Long calls get longer, because
    /// native code of the engine looks at the clock late (a catastrophic regular expression: 416 ms for a limit of 100 ms).
    package static func grace(for limit: Duration) -> Duration {
        min(max(limit * 15 / 100, .milliseconds(30)), .seconds(2))
    }
}

extension Duration {
    /// Whole nanoseconds, saturating.
    var nanosecondsClamped: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 1 << 33 else { return UInt64(1) << 62 }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }

    /// As people write it: `250 ms`, `5 s`.
    package var brief: String {
        let milliseconds = nanosecondsClamped / 1_000_000
        return milliseconds % 1_000 == 0 && milliseconds > 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
    }
}
