import Glibc
package import HubCore
import Sandbox

/// Threads of their own for compiling rules and deciding by them, which may take seconds of a processor: neither the loops that requests
/// come in on nor Swift's pool stand still meanwhile.
///
/// Organisations are served in turn, a job each, however many one of them has. What items wait for is done on other threads than those on
/// which people try rules, so that nobody's trying holds it up.
///
/// Whoever works here and calls an actor has that actor work here too, behind what waits here (SE-0417). So what is asked of others is
/// asked before coming here, or away from here as `RuleEvaluator` does.
///
/// `@unchecked Sendable`: all that changes, that of shares too, is touched only while `mutex` is held; it and `condition` live at one
/// address, and POSIX made them for many threads.
package final class RuleLane: @unchecked Sendable {
    /// Checks, live tests and backtests.
    static let trying = RuleLane(
        "rules-trying", threads: RuleBookLimits.tryingThreads, atOnceForOne: RuleBookLimits.tryingThreadsForOne)
    /// What works of an organisation is compiled: items wait for it.
    static let readying = RuleLane(
        "rules-readying", threads: RuleBookLimits.readyingThreads, atOnceForOne: RuleBookLimits.readyingThreadsForOne)
    /// Items that were handed in.
    static let deciding = RuleLane("rules-deciding", threads: RuleBookLimits.decidingThreads)

    private let name: String
    private let threadsMax: Int
    private let atOnceForOne: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// Of organisations that have work here; each for as long as it has.
    private var shares: [Organisation.ID: Share] = [:]
    /// Those with a job that may begin, in the order of their turns.
    private var line = Waiting<Share>()
    private var idle = 0
    private var threads = 0
    private var isOver = false

    /// Threads are started when there is work for them, and stay until `end`.
    /// - Parameter atOnceForOne: Threads that work for one organisation at once.
    package init(_ name: String, threads: Int, atOnceForOne: Int? = nil) {
        (self.name, threadsMax, self.atOnceForOne) = (name, threads, atOnceForOne ?? threads)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(condition)
        mutex.deallocate()
        condition.deallocate()
    }

    /// Does it on these threads, and so whatever it waits for that has no thread of its own.
    package func run<Value: Sendable, Failure: Error>(
        for organisation: Organisation.ID, _ body: @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let share = take(organisation)
        defer { leave(share) }
        return try await withTaskExecutorPreference(share, operation: body)
    }

    /// The same for what waits for nobody.
    package func work<Value: Sendable, Failure: Error>(
        for organisation: Organisation.ID, _ body: @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await run(for: organisation) { () async throws(Failure) in try body() }
    }

    /// Its threads end once they have nothing to do. For lanes that are not the process's own.
    package func end() {
        locked { isOver = true }
        pthread_cond_broadcast(condition)
    }

    /// Organisations with work here; for tests.
    package var organisations: Int { locked { shares.count } }

    // MARK: Shares

    /// What one organisation has to do here, in order.
    private final class Share: TaskExecutor, @unchecked Sendable {
        let organisation: Organisation.ID
        let lane: RuleLane
        var users = 0
        var jobs = Waiting<UnownedJob>()
        var running = 0
        var isInLine = false

        init(_ organisation: Organisation.ID, _ lane: RuleLane) { (self.organisation, self.lane) = (organisation, lane) }

        func enqueue(_ job: consuming ExecutorJob) { lane.add(UnownedJob(job), to: self) }
    }

    private func take(_ organisation: Organisation.ID) -> Share {
        locked {
            let share = shares[organisation] ?? Share(organisation, self)
            shares[organisation] = share
            share.users += 1
            return share
        }
    }

    private func leave(_ share: Share) {
        locked {
            share.users -= 1
            if share.users == 0, shares[share.organisation] === share { shares[share.organisation] = nil }
        }
    }

    private func add(_ job: UnownedJob, to share: Share) {
        let isShort = locked { () -> Bool in
            share.jobs.append(job)
            queue(share)
            let isShort = idle < line.count && threads < threadsMax
            if isShort { threads += 1 } else { pthread_cond_signal(condition) }
            return isShort
        }
        if isShort { HubThread.start(name) { self.serve() } }
    }

    /// Behind all others, if it has something that may begin. While `mutex` is held.
    private func queue(_ share: Share) {
        guard !share.isInLine, share.jobs.count > 0, share.running < atOnceForOne else { return }
        share.isInLine = true
        line.append(share)
    }

    // MARK: Threads

    private func serve() {
        while let (share, job) = next() {
            job.runSynchronously(on: share.asUnownedTaskExecutor())
            locked {
                share.running -= 1
                queue(share)
                if line.count > 0 { pthread_cond_signal(condition) }
            }
        }
    }

    private func next() -> (Share, UnownedJob)? {
        locked {
            idle += 1
            while line.count == 0 {
                if isOver {
                    (idle, threads) = (idle - 1, threads - 1)
                    return nil
                }
                pthread_cond_wait(condition, mutex)
            }
            idle -= 1
            let share = line.removeFirst()
            share.isInLine = false
            let job = share.jobs.removeFirst()
            share.running += 1
            queue(share)
            return (share, job)
        }
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}

/// First come, first served, without moving those behind each time.
private struct Waiting<Element> {
    private var elements: [Element] = []
    private var taken = 0

    var count: Int { elements.count - taken }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func removeFirst() -> Element {
        let element = elements[taken]
        taken += 1
        if taken == elements.count {
            elements.removeAll(keepingCapacity: true)
            taken = 0
        } else if taken >= 1024 {
            elements.removeFirst(taken)
            taken = 0
        }
        return element
    }
}
