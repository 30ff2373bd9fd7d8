import Synchronization

/// Work that is waited for no longer than a given time, whether it heeds being cancelled or not.
enum TimeLimited {
    /// Nil: the time was over, or the waiting task was cancelled. Work that goes on then is cancelled, and what it gives is thrown away.
    static func value<Value: Sendable>(within time: Duration, _ work: @escaping @Sendable () async -> Value) async -> Value? {
        let waiting = Waiting<Value>()
        let working = Task { waiting.finish(await work()) }
        let timing = Task {
            // Cancelled once the work is done.
            try? await Task.sleep(for: time)
            waiting.finish(nil)
        }
        defer {
            working.cancel()
            timing.cancel()
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiting.begin($0) }
        } onCancel: {
            waiting.finish(nil)
        }
    }

    /// Resumes its continuation exactly once, with whatever comes first.
    private final class Waiting<Value: Sendable>: Sendable {
        private enum State {
            case idle
            case waiting(CheckedContinuation<Value?, Never>)
            case finished(Value?)
        }

        private let state = Mutex(State.idle)

        func begin(_ continuation: CheckedContinuation<Value?, Never>) {
            let early: Value?? = state.withLock { state in
                if case .finished(let value) = state { return .some(value) }
                state = .waiting(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) }
        }

        func finish(_ value: Value?) {
            let continuation: CheckedContinuation<Value?, Never>? = state.withLock { state in
                switch state {
                case .finished: return nil
                case .idle:
                    state = .finished(value)
                    return nil
                case .waiting(let continuation):
                    state = .finished(value)
                    return continuation
                }
            }
            continuation?.resume(returning: value)
        }
    }
}
