internal import CSandbox
internal import Glibc
internal import Synchronization

/// Forks workers and keeps a few ready: engine up, waiting to be told what to run.
///
/// Forking takes about 4 ms, taking a ready worker less than one. All process starting happens on one thread that lives as long as
/// the pool.
final class WarmPool: Sendable {
    private struct State {
        var ready: [WorkerHandle] = []
        var filling = false
        var stopped = false
    }

    private let spawner = SerialThread("pb-spawner")
    private let zygote: Zygote
    private let size: Int
    private let state = Mutex(State())

    init(layout: WorkerLayout, size: Int) {
        zygote = Zygote(layout)
        self.size = size
        refill()
    }

    /// How long after a worker was taken the next one is forked.
    private static let refillDelay = Duration.milliseconds(15)

    /// A worker without JIT and WebAssembly, ready or freshly forked; or one with them, always fresh.
    func take(jit: Bool, wasm: Bool) async throws(CallFailure) -> WorkerHandle {
        if !jit, !wasm {
            if let ready = state.withLock({ $0.ready.popLast() }) {
                // Forking takes a core for some milliseconds, and the plugin that is starting wants it.
                Task {
                    try? await Task.sleep(for: Self.refillDelay)
                    refill()
                }
                return ready
            }
        }
        let forked = await spawner.run { [zygote] () -> Result<WorkerHandle, Zygote.StartFailed> in
            do throws(Zygote.StartFailed) { return .success(try zygote.fork(jit: jit, wasm: wasm)) } catch { return .failure(error) }
        }
        switch forked {
        case .success(let handle):
            if !jit, !wasm { refill() }
            return handle
        case .failure(let error): throw .sandboxUnavailable(error.reason)
        }
    }

    private func refill() {
        let wanted = state.withLock { state -> Bool in
            guard !state.filling, !state.stopped, state.ready.count < size else { return false }
            state.filling = true
            return true
        }
        guard wanted else { return }
        spawner.enqueue { [self] in
            while state.withLock({ !$0.stopped && $0.ready.count < size }) {
                // A failure shows when somebody asks for a worker; here it only ends the filling.
                guard let handle = try? zygote.fork(jit: false, wasm: false) else { break }
                let surplus = state.withLock { state -> Bool in
                    guard !state.stopped else { return true }
                    state.ready.append(handle)
                    return false
                }
                if surplus { Self.discard(handle) }
            }
            state.withLock { $0.filling = false }
        }
    }

    /// Number of workers that wait for a plugin.
    var readyCount: Int { state.withLock { $0.ready.count } }

    func stop() async {
        let ready = state.withLock { state in
            state.stopped = true
            defer { state.ready.removeAll() }
            return state.ready
        }
        ready.forEach(Self.discard)
        await spawner.run { [zygote] in zygote.stop() }
        spawner.stop()
    }

    static func discard(_ handle: WorkerHandle) {
        Glibc.kill(handle.pid, SIGKILL)
        var exit = pb_exit()
        _ = pb_wait(handle.pid, true, &exit)
        if handle.pidfd >= 0 { close(handle.pidfd) }
    }
}
