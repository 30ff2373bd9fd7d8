import Glibc

/// Where host calls read the time; a test gives one that it moves by hand.
package struct HubClock: Sendable {
    /// Nanoseconds since some moment in the past; never goes back. For durations and deadlines.
    package let monotonicNanoseconds: @Sendable () -> UInt64
    /// Milliseconds since 1970, which an administrator may set back. For people and records.
    package let unixMilliseconds: @Sendable () -> Int64

    package init(monotonicNanoseconds: @escaping @Sendable () -> UInt64, unixMilliseconds: @escaping @Sendable () -> Int64) {
        self.monotonicNanoseconds = monotonicNanoseconds
        self.unixMilliseconds = unixMilliseconds
    }

    package static let system = HubClock(
        monotonicNanoseconds: {
            let now = read(CLOCK_MONOTONIC)
            return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
        },
        unixMilliseconds: {
            let now = read(CLOCK_REALTIME)
            return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
        })

    private static func read(_ clock: clockid_t) -> timespec {
        var now = timespec()
        clock_gettime(clock, &now)
        return now
    }
}
