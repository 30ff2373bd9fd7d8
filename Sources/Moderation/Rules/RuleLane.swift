import Glibc
import Sandbox

/// Threads of their own for compiling rules and deciding by them, which may take seconds of a processor: neither the loops that requests
/// come in on nor Swift's pool stand still meanwhile.
///
/// What comes in is decided on other threads than those on which people try rules, so that nobody's trying holds it up.
///
/// `@unchecked Sendable`: `jobs`, `idle` and `threads` are touched only while `mutex` is held; it and `condition` live at one address, and
/// POSIX made them for many threads.
final class RuleLane: TaskExecutor, @unchecked Sendable {
    /// Checks, live tests, backtests, and what is kept of an organisation's rules.
    static let trying = RuleLane("rules-trying", threads: RuleBookLimits.tryingThreads)
    /// Items that were handed in.
    static let deciding = RuleLane("rules-deciding", threads: RuleBookLimits.decidingThreads)

    private let name: String
    private let threadsMax: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [UnownedJob] = []
    /// Of `jobs`, those that were taken already.
    private var taken = 0
    private var idle = 0
    private var threads = 0

    /// Threads are started when there is work for them, and stay as long as the process: both lanes are the process's own.
    private init(_ name: String, threads: Int) {
        (self.name, threadsMax) = (name, threads)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    /// Does it on these threads, and so whatever it waits for that has no thread of its own.
    func run<Value: Sendable, Failure: Error>(
        _ body: @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await withTaskExecutorPreference(self, operation: body)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pthread_mutex_lock(mutex)
        jobs.append(job)
        let isShort = idle < jobs.count - taken && threads < threadsMax
        if isShort { threads += 1 } else { pthread_cond_signal(condition) }
        pthread_mutex_unlock(mutex)
        if isShort { HubThread.start(name) { self.work() } }
    }

    private func work() {
        while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        idle += 1
        while taken == jobs.count { pthread_cond_wait(condition, mutex) }
        idle -= 1
        let job = jobs[taken]
        taken += 1
        if taken == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            taken = 0
        } else if taken >= 1024 {
            jobs.removeFirst(taken)
            taken = 0
        }
        return job
    }
}
