internal import CRing
internal import Glibc
internal import Synchronization

/// A thread of our own, for work that blocks or must not move to another thread.
package enum HubThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Stack size in bytes. Ours parse JSON of bounded depth and call short callbacks.
    private static let stackBytes = 1 << 20

    /// Starts a detached thread. `name` shows in `top -H`; at most 15 characters are kept.
    package static func start(_ name: String, _ run: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackBytes)
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let body = Unmanaged.passRetained(
            Body {
                pb_name_thread(name)
                run()
            })
        let outcome = pthread_create(
            &thread, &attributes,
            { @Sendable raw in
                let body = Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue()
                body.run()
                return nil
            }, body.toOpaque())
        precondition(outcome == 0, "no thread could be made (errno \(outcome)); raise the limit on processes for this user")
    }
}

/// One thread that does jobs in the order they came.
///
/// `@unchecked Sendable`: all mutable state is guarded by `mutex`.
final class SerialThread: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var jobs: [@Sendable () -> Void] = []
    private var stopping = false

    init(_ name: String) {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
        HubThread.start(name) { [self] in loop() }
    }

    /// Runs `job` after those before it. Dropped, and false, once the thread was told to stop.
    @discardableResult func enqueue(_ job: @escaping @Sendable () -> Void) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !stopping else { return false }
        jobs.append(job)
        pthread_cond_signal(condition)
        return true
    }

    /// Lets the queued jobs finish, then ends the thread.
    func stop() {
        pthread_mutex_lock(mutex)
        stopping = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Runs `body` on the thread and gives its result to the caller; nil once the thread was told to stop.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            if !enqueue({ continuation.resume(returning: body()) }) { continuation.resume(returning: nil) }
        }
    }

    private func loop() {
        while true {
            pthread_mutex_lock(mutex)
            while jobs.isEmpty, !stopping { pthread_cond_wait(condition, mutex) }
            guard !jobs.isEmpty else {
                pthread_mutex_unlock(mutex)
                return
            }
            let batch = jobs
            jobs.removeAll(keepingCapacity: true)
            pthread_mutex_unlock(mutex)
            for job in batch { job() }
        }
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(condition)
        mutex.deallocate()
        condition.deallocate()
    }
}
