internal import Synchronization

/// Forks workers and keeps a few ready: engine up, confined, waiting to be told what to run.
///
/// Forking and getting ready take some milliseconds, taking a ready worker none. All process starting happens on one thread that lives
/// as long as the pool; a second one hears the workers' greetings, so that several get ready at once.
final class WarmPool: Sendable {
    private struct State {
        var ready: [WorkerHandle] = []
        /// Forked for the pool, and not ready yet.
        var coming = 0
        var stopped = false
    }

    private let spawner = SerialThread("pb-spawner")
    private let greeter = SerialThread("pb-greeter")
    private let zygotes: Zygotes
    private let size: Int
    private let state = Mutex(State())

    init(layout: WorkerLayout, size: Int) {
        zygotes = Zygotes(layout)
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
        guard let forked = await spawner.run({ [zygotes] in Self.fork(zygotes, Zygote.Powers(jit: jit, wasm: wasm)) }) else {
            throw Self.isStopping
        }
        let handle = try forked.get()
        guard let greeting = await greeter.run({ Greeting.receive(from: handle) }) else {
            handle.end()
            throw Self.isStopping
        }
        let greeted = try greeting.get()
        if !jit, !wasm { refill() }
        return greeted
    }

    private static let isStopping = CallFailure.sandboxUnavailable("the hub is stopping")

    private static func fork(_ zygotes: Zygotes, _ powers: Zygote.Powers) -> Result<WorkerHandle, CallFailure> {
        do throws(Zygote.StartFailed) { return .success(try zygotes.with(powers).fork()) } catch {
            return .failure(.sandboxUnavailable(error.reason))
        }
    }

    private func refill() {
        spawner.enqueue { [self] in
            let isWanted = state.withLock { state -> Bool in
                guard !state.stopped, state.ready.count + state.coming < size else { return false }
                state.coming += 1
                return true
            }
            guard isWanted else { return }
            // A failure shows when somebody asks for a worker; here it only ends the filling.
            guard case .success(let handle) = Self.fork(zygotes, Zygote.Powers()) else {
                return state.withLock { $0.coming -= 1 }
            }
            greeter.enqueue { [self] in admit(handle) }
            refill()
        }
    }

    private func admit(_ handle: WorkerHandle) {
        let greeted = try? Greeting.receive(from: handle).get()
        let surplus = state.withLock { state -> WorkerHandle? in
            state.coming -= 1
            guard let greeted, !state.stopped else { return greeted }
            state.ready.append(greeted)
            return nil
        }
        if let surplus { surplus.end() }
    }

    /// Number of workers that wait for a plugin.
    var readyCount: Int { state.withLock { $0.ready.count } }

    func stop() async {
        let ready = state.withLock { state in
            state.stopped = true
            defer { state.ready.removeAll() }
            return state.ready
        }
        for handle in ready { handle.end() }
        _ = await spawner.run { [zygotes] in zygotes.stop() }
        spawner.stop()
        // Whoever is still coming is met and let go.
        _ = await greeter.run {}
        greeter.stop()
    }
}
