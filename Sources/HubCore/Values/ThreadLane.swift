import Glibc
package import PluginModel

/// Threads of their own for work that blocks or takes long, with a queue that says no when it is full.
///
/// Nothing that comes in can take more than `threads` at once, whatever its number: that bounds what the work takes of the machine.
package final class ThreadLane: Sendable {
    private let shared: Shared

    /// - Parameters:
    ///   - threads: Working at once. They are started here and end when the lane goes.
    ///   - waitingMax: Jobs that wait for a thread; further ones are turned away.
    package init(name: String, threads: Int, waitingMax: Int) {
        precondition(threads > 0 && waitingMax >= 0, "A lane needs a thread.")
        shared = Shared(name: name, waitingMax: waitingMax, threads: threads)
        for _ in 0..<threads { Self.start(shared) }
    }

    deinit { shared.close() }

    /// What `body` gives, run on a thread of the lane; nil at once when as many jobs wait as may, or the lane is closed.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws(Fault) -> Value) async throws(Fault) -> Value? {
        let outcome: Result<Value, Fault>? = await withCheckedContinuation { continuation in
            let isTaken = shared.add {
                do throws(Fault) { continuation.resume(returning: .success(try body())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if !isTaken { continuation.resume(returning: nil) }
        }
        return try outcome?.get()
    }

    /// Lets what was taken finish; takes nothing more.
    package func close() { shared.close() }

    /// What lane and threads share; the threads keep it alive past the lane.
    ///
    /// `@unchecked Sendable`: every member that changes is touched only between `lock` and `unlock` of `mutex`.
    private final class Shared: @unchecked Sendable {
        private let name: String
        private let waitingMax: Int
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        private var jobs: [@Sendable () -> Void] = []
        private var idleThreads: Int
        private var isClosed = false

        init(name: String, waitingMax: Int, threads: Int) {
            self.name = name
            self.waitingMax = waitingMax
            idleThreads = threads
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(condition, nil)
        }

        deinit {
            pthread_cond_destroy(condition)
            pthread_mutex_destroy(mutex)
            condition.deallocate()
            mutex.deallocate()
        }

        /// False when there is no room. A job that an idle thread is about to take does not count as waiting.
        func add(_ job: @escaping @Sendable () -> Void) -> Bool {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            guard !isClosed, jobs.count < waitingMax + idleThreads else { return false }
            jobs.append(job)
            pthread_cond_signal(condition)
            return true
        }

        func close() {
            pthread_mutex_lock(mutex)
            isClosed = true
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }

        /// For `top` and the like; Glibc's overlay hides the function that names threads, and without a name they work as well.
        private func nameThread() {
            let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            _ = Array(name.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            _ = Glibc.close(descriptor)
        }

        /// Works until the lane is closed and nothing waits.
        func work() {
            nameThread()
            pthread_mutex_lock(mutex)
            while true {
                if jobs.isEmpty {
                    if isClosed { break }
                    pthread_cond_wait(condition, mutex)
                    continue
                }
                let job = jobs.removeFirst()
                idleThreads -= 1
                pthread_mutex_unlock(mutex)
                job()
                pthread_mutex_lock(mutex)
                idleThreads += 1
            }
            pthread_mutex_unlock(mutex)
        }
    }

    private static func start(_ shared: Shared) {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(shared)
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Shared>.fromOpaque(context).takeRetainedValue().work()
                return nil
            }, context.toOpaque())
        precondition(code == 0, "The machine gives no more threads.")
        pthread_detach(thread)
    }
}
