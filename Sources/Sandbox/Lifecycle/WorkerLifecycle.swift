/// The states of a plugin's worker and what follows from each event. A value: the actor that owns the process carries out its words.
package struct WorkerLifecycle: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        /// No process; the next call starts one.
        case idle
        case starting
        case running
        /// A failure happened; the next call waits until then (since the plugin's epoch).
        case backingOff(until: Duration)
        /// Too many failures; an operator must release it.
        case quarantined(reason: String)
        /// An operator said so.
        case stopped

        /// Whether a process belongs to this state.
        var hasWorker: Bool { self == .starting || self == .running }
    }

    package enum OnCall: Sendable, Hashable {
        case start, join
        case wait(Duration)
        case refuse(reason: String)
        case stopped
    }

    package private(set) var state = State.idle

    package init() {}

    /// Somebody wants a worker.
    package mutating func callArrived(at now: Duration) -> OnCall {
        switch state {
        case .idle:
            state = .starting
            return .start
        case .starting, .running: return .join
        case .backingOff(let until):
            guard until <= now else { return .wait(until - now) }
            state = .starting
            return .start
        case .quarantined(let reason): return .refuse(reason: reason)
        case .stopped: return .stopped
        }
    }

    /// The worker has loaded its program. False when it was told to stop meanwhile.
    package mutating func started() -> Bool {
        guard state == .starting else { return false }
        state = .running
        return true
    }

    /// The worker went away without blame.
    package mutating func ended() { if state.hasWorker { state = .idle } }

    package mutating func failed(restartAt: Duration) {
        switch state {
        case .stopped, .quarantined: break
        default: state = .backingOff(until: restartAt)
        }
    }

    package mutating func quarantined(_ reason: String) { if state != .stopped { state = .quarantined(reason: reason) } }

    package mutating func stop() { state = .stopped }

    package mutating func release() {
        switch state {
        case .quarantined, .stopped, .backingOff: state = .idle
        default: break
        }
    }
}
