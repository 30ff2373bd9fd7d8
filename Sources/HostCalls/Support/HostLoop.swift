import CCurl
import Glibc
import Synchronization

/// One thread that waits for moments and for sockets, on behalf of any number of plugins.
///
/// It starts with its first work and ends with `stop()`. What it runs must not block: a plugin that waits costs an entry in a heap, not a
/// thread. Its queues have no limits of their own; those who post bound what they post (sleeps and requests outstanding a plugin).
///
/// `@unchecked Sendable`: everything mutable is in `shared`, behind its lock, except `watched`, which only the loop's own thread touches
/// (checked by a precondition).
package final class HostLoop: @unchecked Sendable {
    package typealias Work = @Sendable () -> Void
    /// Told which of EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP came.
    package typealias Ready = (_ events: UInt32) -> Void

    /// A moment that was asked for; hand it to `cancel`.
    package struct Timer: Sendable {
        fileprivate let id: UInt64
    }

    private struct Shared {
        var inbox: [Work] = []
        var timers = TimerHeap()
        var thread: pthread_t?
        var isStopping = false
        /// A wake-up is written and not yet read; more would change nothing.
        var isWoken = false
    }

    private let name: String
    private let clock: HubClock
    private let epoll: Int32
    private let wake: Int32
    private let shared = Mutex(Shared())
    private var watched: [Int32: Ready] = [:]
    private let own = Atomic<UInt>(0)

    /// At most 15 bytes of the name are shown by the system's tools.
    package init(name: String, clock: HubClock = .system) {
        self.name = name
        self.clock = clock
        epoll = ccurl_epoll_create()
        wake = ccurl_wake_create()
        precondition(epoll >= 0 && wake >= 0, "No file descriptors are left to start the loop '\(name)'; raise the limit of open files.")
        _ = ccurl_epoll_control(epoll, EPOLL_CTL_ADD, wake, EPOLLIN.rawValue)
    }

    deinit {
        close(wake)
        close(epoll)
    }

    // MARK: From any thread

    /// Runs `work` on the loop's thread, after what was posted before. Dropped when the loop has been stopped.
    package func post(_ work: @escaping Work) {
        enqueue { $0.inbox.append(work) }
    }

    @discardableResult
    package func schedule(after nanoseconds: UInt64, _ action: @escaping Work) -> Timer {
        let deadline = clock.monotonicNanoseconds() &+ nanoseconds
        return Timer(id: enqueue { $0.timers.add(deadline: deadline, action) })
    }

    /// The action will not begin any more, unless it already has.
    package func cancel(_ timer: Timer) {
        shared.withLock { $0.timers.cancel(timer.id) }
    }

    /// How many moments are being waited for.
    package var timerCount: Int { shared.withLock { $0.timers.count } }

    /// Ends the thread once the work it holds is done, and waits for that; timers that are not due are dropped.
    package func stop() {
        let thread = shared.withLock { shared -> pthread_t? in
            defer { shared.thread = nil }
            shared.isStopping = true
            return shared.thread
        }
        guard let thread else { return }
        ring()
        if isOwnThread { pthread_detach(thread) } else { pthread_join(thread, nil) }
    }

    private func enqueue<Value: Sendable>(_ change: (inout Shared) -> Value) -> Value {
        let isOwn = isOwnThread
        let (value, mustRing) = shared.withLock { shared in
            let value = change(&shared)
            if shared.isStopping, shared.thread == nil {
                shared.inbox = []
            } else if shared.thread == nil {
                shared.thread = start()
            }
            // The loop itself looks at its queues again before it waits; a flag set here without a ring would silence the others' rings.
            if isOwn { return (value, false) }
            defer { shared.isWoken = true }
            return (value, !shared.isWoken)
        }
        if mustRing { ring() }
        return value
    }

    private func ring() { eventfd_write(wake, 1) }

    private var isOwnThread: Bool { own.load(ordering: .relaxed) == UInt(pthread_self()) }

    // MARK: On the loop's thread

    /// Calls `ready` whenever `descriptor` has one of `events`; replaces an earlier watch of it.
    package func watch(_ descriptor: Int32, events: UInt32, _ ready: @escaping Ready) {
        precondition(isOwnThread, "Descriptors are watched from the loop's own thread.")
        watched[descriptor] = ready
        // A closed descriptor leaves epoll by itself, so its number may come back unknown to epoll but not to us, or the other way about.
        if ccurl_epoll_control(epoll, EPOLL_CTL_MOD, descriptor, events) < 0 {
            _ = ccurl_epoll_control(epoll, EPOLL_CTL_ADD, descriptor, events)
        }
    }

    package func unwatch(_ descriptor: Int32) {
        precondition(isOwnThread, "Descriptors are watched from the loop's own thread.")
        watched[descriptor] = nil
        _ = ccurl_epoll_control(epoll, EPOLL_CTL_DEL, descriptor, 0)
    }

    private func start() -> pthread_t {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<HostLoop>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(code == 0, "The system gives no thread for the loop '\(name)' (error \(code)); raise the limit of processes.")
        return thread
    }

    private func run() {
        // A signal sent to the hub is for its main thread; a broken pipe is an error code here, not a signal.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        ccurl_name_thread(name)
        own.store(UInt(pthread_self()), ordering: .relaxed)

        let capacity = 64
        var descriptors = [Int32](repeating: 0, count: capacity)
        var events = [UInt32](repeating: 0, count: capacity)
        while true {
            let count = ccurl_epoll_wait(epoll, &descriptors, &events, Int32(capacity), waitMilliseconds())
            for place in 0..<max(0, Int(count)) {
                if descriptors[place] == wake {
                    var rung: eventfd_t = 0
                    eventfd_read(wake, &rung)
                } else {
                    // An earlier handler of this round may have unwatched it.
                    watched[descriptors[place]]?(events[place])
                }
            }
            let (work, isStopping) = shared.withLock { shared in
                shared.isWoken = false
                defer { shared.inbox = [] }
                return (shared.inbox, shared.isStopping)
            }
            for each in work { each() }
            runTimers()
            if isStopping, work.isEmpty { return }
        }
    }

    /// Timers that come due while others run wait for the next round, so that sockets get their turn.
    private func runTimers() {
        let now = clock.monotonicNanoseconds()
        while let action = shared.withLock({ $0.timers.popDue(now: now) }) { action() }
    }

    private func waitMilliseconds() -> Int32 {
        let earliest = shared.withLock { shared in
            shared.isStopping || !shared.inbox.isEmpty ? 0 : shared.timers.earliest ?? .max
        }
        if earliest == .max { return -1 }
        let now = clock.monotonicNanoseconds()
        // Rounded up: waking before the moment would only mean waiting again.
        return earliest <= now ? 0 : Int32(min((earliest - now + 999_999) / 1_000_000, 3_600_000))
    }
}
