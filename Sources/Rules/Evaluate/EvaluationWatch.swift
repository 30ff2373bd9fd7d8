import Glibc

/// How long an item's conditions may take together, those with regular expressions included.
///
/// What they do is counted in units of about 50 ns, and a clock is read only every so many: most conditions take less than reading one.
/// Counted is the processor's time, so that a busy machine does not make a good item look like a bad one.
struct EvaluationWatch {
    static let sentence = "The conditions of this item took longer than they may together."

    private let limit: UInt64
    /// When nobody waits for what comes of it any more; nil: somebody always does.
    private let end: ContinuousClock.Instant?
    private var work = 0
    private var spent: UInt64 = 0
    /// The thread's time when this stretch began; nil: it has not been looked at yet.
    private var start: UInt64?
    private(set) var isOver = false
    /// Whether it is over since nobody waits any more.
    private(set) var isLate = false

    /// Units between two looks at the clock.
    private static let workBetweenLooks = 4096

    init(_ limit: Duration, until end: ContinuousClock.Instant? = nil) {
        self.limit = UInt64(max(0, limit / .nanoseconds(1)))
        self.end = end
    }

    @inline(__always)
    mutating func did(_ units: Int) {
        work &+= units &+ 1
        if work > Self.workBetweenLooks { look() }
    }

    private mutating func look() {
        work = 0
        if let end, ContinuousClock.now >= end { (isOver, isLate) = (true, true) }
        let now = Self.now()
        guard let start else {
            self.start = now
            return
        }
        isOver = isOver || spent + (now - min(now, start)) > limit
    }

    /// What is waited for does not count, and another thread may go on.
    mutating func pause() {
        guard let start else { return }
        let now = Self.now()
        spent += now - min(now, start)
        self.start = nil
    }

    mutating func startAnew() { (work, spent, start, isOver, isLate) = (0, 0, nil, false, false) }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
