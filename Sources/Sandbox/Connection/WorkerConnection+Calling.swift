internal import CRing
internal import Glibc
internal import Synchronization
internal import WorkerProtocol

/// Calls going out.
extension WorkerConnection {
    /// The call was not sent: this worker is gone, or on its way out. Another one takes it.
    static let takesNoCalls = CallFailure.lostWorker("it was ending when the call came")

    /// The id under which a worker runs the plugin's top level.
    static let loadCallID: UInt32 = .max

    @discardableResult
    func send(_ header: FrameHeader, _ payload: [UInt8], evenIfFull: Bool = false) -> Bool {
        let outcome = outbox.withLock { outbox in payload.withUnsafeBytes { outbox.push(header, $0, evenIfFull: evenIfFull) } }
        switch outcome {
        case .sent: return true
        case .kept:
            bell.ring()
            return true
        case .full: return false
        case .corrupt:
            condemn(.protocolViolation(FrameError.corruptRing.description))
            return true
        case .ignored:
            condemn(.protocolViolation("it does not read what was sent to it"))
            return true
        }
    }

    /// Opens a slot and sends the call. The caller then waits with `poll` and `wait`.
    func begin(_ kind: HubToWorker, handle: UInt32, _ payload: [UInt8], limit: Duration) throws(CallFailure) -> UInt32 {
        try open(kind, handle: handle, payload, limit: limit).id
    }

    /// The same, and how many calls the worker has with this one.
    func open(_ kind: HubToWorker, handle: UInt32, _ payload: [UInt8], limit: Duration) throws(CallFailure) -> (id: UInt32, inFlight: Int) {
        guard payload.count <= limits.messageBytes else { throw .argumentTooLarge(bytes: payload.count, limit: limits.messageBytes) }
        let now = pb_now_ns()
        let deadline = now + limit.nanosecondsClamped
        let opened = calls.withLock { table -> (id: UInt32, inFlight: Int)? in
            guard !isClosed.load(ordering: .acquiring), let id = table.open(deadline: deadline, limit: limit) else { return nil }
            return (id, table.inFlight)
        }
        guard let (id, inFlight) = opened else {
            if isClosed.load(ordering: .acquiring) || calls.withLock({ $0.isShut }) { throw Self.takesNoCalls }
            throw .busy(inFlight: limits.callsInFlight)
        }
        if kind == .script { loadID.store(id, ordering: .releasing) }
        wantSpin(now)
        guard send(FrameHeader(kind: kind.rawValue, id: id, extra: handle), payload) else {
            calls.withLock { table in if let index = table.index(of: id) { table.release(index) } }
            throw .busy(inFlight: limits.callsInFlight)
        }
        if sleepsLong.load(ordering: .relaxed) { bell.ring() }
        return (id, inFlight)
    }

    /// Asks a stream for its next item. The caller then waits with `poll` and `wait`, also when the stream has ended meanwhile.
    func askNext(_ id: UInt32, limit: Duration) throws(CallFailure) {
        let deadline = pb_now_ns() + limit.nanosecondsClamped
        let refusal = calls.withLock { table -> CallFailure? in
            guard let index = table.index(of: id), case .running = table[index].phase else { return .cancelled }
            guard case .nobody = table[index].waiter else { return .busy(inFlight: 1) }
            if table[index].isAnswered { return nil }
            table[index].deadline = deadline
            table[index].limit = limit
            table[index].putOff = 0
            table[index].waiter = .polling
            return nil
        }
        if let refusal { throw refusal }
        send(FrameHeader(kind: HubToWorker.next.rawValue, id: id), [], evenIfFull: true)
        if sleepsLong.load(ordering: .relaxed) { bell.ring() }
    }

    // MARK: Waiting

    /// Polls for the answer to `id` while nobody else takes messages. Nil when it has not come within `turns`, or when the worker talks
    /// so much of other things that the connection's own thread had better listen.
    func poll(_ id: UInt32, turns: UInt32) -> CallOutcome? {
        pollers.add(1, ordering: .sequentiallyConsistent)
        defer { pollers.subtract(1, ordering: .sequentiallyConsistent) }
        guard tryRead() else { return pick(id) }
        inbox.setSleeping(false)
        var outcome = pick(id)
        var frames = 0
        while outcome == nil, frames < Self.framesPerTurnMax, inbox.spin(turns) {
            _ = drain(max: 1)
            resumeAnswered()
            frames += 1
            outcome = pick(id)
        }
        leaveReading()
        return outcome
    }

    /// Waits for the answer to `id` on this thread, without suspending. Only for threads of the caller's own.
    func waitBlocking(_ id: UInt32, turns: UInt32) -> CallOutcome {
        pollers.add(1, ordering: .sequentiallyConsistent)
        defer { pollers.subtract(1, ordering: .sequentiallyConsistent) }
        while true {
            guard tryRead() else {
                if let outcome = pick(id) { return outcome }
                sched_yield()
                continue
            }
            inbox.setSleeping(false)
            while inbox.spin(turns) {
                _ = drain(max: 1)
                resumeAnswered()
                if let outcome = pick(id) {
                    leaveReading()
                    return outcome
                }
            }
            let event = bell.event
            inbox.setSleeping(true)
            let quiet = !inbox.hasData
            stopReading()
            if let outcome = pick(id) { return outcome }
            if quiet { bell.sleep(since: event, microseconds: Self.busySleepMicroseconds) }
        }
    }

    /// Gives the reader role back and makes sure that somebody will hear the next message. Bounded: a worker that never stops talking
    /// must not keep a caller here.
    private func leaveReading() {
        inbox.setSleeping(true)
        if inbox.hasData { _ = drain(max: Self.framesPerTurnMax) }
        resumeAnswered()
        let more = inbox.hasData
        stopReading()
        if more { bell.ring() }
    }

    /// Takes the outcome of a call nobody is suspended on, and gives its slot back unless a stream goes on.
    private func pick(_ id: UInt32) -> CallOutcome? {
        calls.withLock { table in
            guard let index = table.index(of: id) else { return nil }
            return table.pick(index)
        }
    }

    /// Suspends until the answer to `id` is there.
    func wait(_ id: UInt32) async -> CallOutcome {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let ready = calls.withLock { table -> CallOutcome? in
                    guard let index = table.index(of: id) else { return .failed(.lostWorker("the worker has ended")) }
                    if let outcome = table.pick(index) { return outcome }
                    table[index].waiter = .suspended(continuation)
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            abandon(id)
        }
    }

    /// The caller no longer wants the answer. It is told so at once; the worker has a moment to let go.
    func abandon(_ id: UInt32) {
        let now = pb_now_ns()
        var wasOpen = false, interrupts = true
        let continuation = calls.withLock { table -> UnsafeContinuation<CallOutcome, Never>? in
            guard let index = table.index(of: id), case .running = table[index].phase else { return nil }
            if table[index].isAnswered {
                if case .nobody = table[index].waiter, table[index].isStream { table.release(index) }
                return nil
            }
            wasOpen = true
            if table[index].isStream, case .nobody = table[index].waiter, table[index].outcome == nil {
                // Between two items nothing runs that could be interrupted. The `finally` blocks have the time of a call.
                interrupts = false
                table[index].isClosing = true
                table[index].deadline = now + limits.callTime.nanosecondsClamped
                table[index].limit = limits.callTime
                return nil
            }
            table[index].phase = .ending(.cancelled)
            table[index].deadline = now + SandboxLimits.grace(for: limits.callTime).nanosecondsClamped
            return table.dismiss(index, .cancelled)
        }
        continuation?.resume(returning: .failed(.cancelled))
        guard wasOpen else { return }
        if interrupts { pb_channel_set_interrupt(channel.memory, id) }
        send(FrameHeader(kind: HubToWorker.cancel.rawValue, id: id), [], evenIfFull: true)
    }

    /// Lets the worker spin while calls come close together.
    private func wantSpin(_ now: UInt64) {
        lastActivity.store(now, ordering: .relaxed)
        guard !holdsToken.load(ordering: .relaxed), governor.take() else { return }
        if holdsToken.exchange(true, ordering: .relaxed) { return governor.giveBack() }
        pb_channel_set_spin(channel.memory, SpinGovernor.workerTurns)
    }
}
