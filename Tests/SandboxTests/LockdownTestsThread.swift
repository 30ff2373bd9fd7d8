import Glibc
import Synchronization
import Testing

/// Runs a body on a thread of its own, within the calling task, so that expectations know their test.
///
/// Children of that thread die when it ends (PDEATHSIG), so a scenario that spawns must stay on one thread, which the test runner's pool
/// does not promise.
func onOneThread(_ body: @Sendable () throws -> Void) async throws {
    let thread = OneThread()
    defer { thread.stop() }
    try await withTaskExecutorPreference(thread) { try body() }
}

/// An executor with one thread, which runs jobs in order until it is stopped.
private final class OneThread: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    private let wakeUp = WakeUp()

    init() {
        var thread = pthread_t()
        let created = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<OneThread>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(created == 0, "no thread for a test")
        pthread_detach(thread)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        wakeUp.post()
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        wakeUp.post()
    }

    private func run() {
        while true {
            wakeUp.wait()
            let (job, isStopped) = state.withLock { ($0.jobs.isEmpty ? nil : $0.jobs.removeFirst(), $0.isStopped) }
            if let job { job.runSynchronously(on: asUnownedTaskExecutor()) } else if isStopped { return }
        }
    }
}

/// A counting semaphore. POSIX semaphores may be used from any thread at once; the memory is ours alone and never moves.
private final class WakeUp: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func post() { sem_post(semaphore) }

    func wait() { while sem_wait(semaphore) != 0 {} }
}
