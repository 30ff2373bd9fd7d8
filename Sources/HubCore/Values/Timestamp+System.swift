import Glibc

extension Timestamp {
    /// What the machine's clock says, which an administrator may set.
    @Sendable package static func system() -> Timestamp {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(unixMilliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
    }

    /// Since an earlier moment; nothing when that one is later, because somebody set the clock back.
    package func elapsed(since earlier: Timestamp) -> Duration {
        .milliseconds(max(0, unixMilliseconds - earlier.unixMilliseconds))
    }
}
