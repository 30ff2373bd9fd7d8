import PluginModel
import Synchronization

/// A host call that will be answered later, exactly once: by the capability, by a cancel, or by the end of the plugin, whichever is first.
package final class PendingCall: Sendable {
    package typealias End = @Sendable (_ isCancelled: Bool) -> Void

    private enum State {
        case open(settle: @Sendable (HostCallReply) -> Void, end: End?)
        case ended(isCancelled: Bool)
    }

    package let callID: UInt32
    private let state: Mutex<State>

    init(callID: UInt32, settle: @escaping @Sendable (HostCallReply) -> Void) {
        self.callID = callID
        state = Mutex(.open(settle: settle, end: nil))
    }

    package var isSettled: Bool {
        state.withLock { if case .ended = $0 { true } else { false } }
    }

    /// Answers it. False when it had been answered before; nothing happens then.
    @discardableResult
    package func finish(_ reply: HostCallReply) -> Bool { end(reply, isCancelled: false) }

    /// What to let go of when the call ends, however it does; runs once, before the answer leaves, or at once if the call has ended.
    package func onEnd(_ action: @escaping End) {
        let ended = state.withLock { state -> Bool? in
            switch state {
            case .open(let settle, _):
                state = .open(settle: settle, end: action)
                return nil
            case .ended(let isCancelled): return isCancelled
            }
        }
        if let ended { action(ended) }
    }

    func cancel(_ fault: Fault) { end(.failure(fault), isCancelled: true) }

    @discardableResult
    private func end(_ reply: HostCallReply, isCancelled: Bool) -> Bool {
        let open = state.withLock { state in
            defer { if case .open = state { state = .ended(isCancelled: isCancelled) } }
            return state
        }
        guard case .open(let settle, let end) = open else { return false }
        end?(isCancelled)
        settle(reply)
        return true
    }
}

/// Takes a host call back that has not been answered yet. Letting go of a ticket changes nothing.
package final class HostCallTicket: Sendable {
    private let pending: PendingCall
    private let operation: String

    init(pending: PendingCall, operation: String) {
        self.pending = pending
        self.operation = operation
    }

    /// Whether the answer has gone out.
    package var isAnswered: Bool { pending.isSettled }

    /// Answers the call with `hostcall.cancelled`, unless it has been answered, and stops its work.
    package func cancel() { pending.cancel(BrokerFault.cancelled(operation)) }
}
