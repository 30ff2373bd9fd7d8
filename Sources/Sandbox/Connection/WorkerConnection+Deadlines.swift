internal import CRing
internal import Synchronization
internal import WorkerProtocol

/// Time: who has run too long, and how long the connection's thread may sleep.
extension WorkerConnection {
    /// While somebody is past a deadline the thread looks this often.
    static let strictSleepMicroseconds: UInt64 = 2_000

    private static let recentLookNanoseconds = 3 * busySleepMicroseconds * 1_000

    /// Whether a call that nobody works on waits behind one that has just let go of the worker, which then may not have had a core yet to
    /// take the next message.
    ///
    /// That something lies untaken is the worker's word, and no excuse for a call that never settles: another call must have been seen at
    /// work since this one was sent.
    private func isStillInLine(_ id: UInt32, since sent: UInt64) -> Bool {
        lastAtWork.id != 0 && lastAtWork.id != id && lastAtWork.at >= sent && outbox.withLock { $0.hasUntaken }
    }

    /// By how much the deadline of a call is put off at a time, until that comes to the call's limit.
    private static let putOffNanoseconds: UInt64 = 20_000_000

    /// Whether the worker has messages to take, works on nothing, and waits for a core to go on. The last is the kernel's word: a worker
    /// that leaves messages lying and sleeps gets no more time.
    private func isKeptFromBeginning() -> Bool { outbox.withLock { $0.hasUntaken } && waitsForCore() }

    /// Ends what is overdue and says how long to sleep, in microseconds. Called by the connection's own thread.
    func keepDeadlines(_ now: UInt64) -> UInt64 {
        enum Step { case cancel(UInt32), kill(UInt32, CallFailure), answer(UnsafeContinuation<CallOutcome, Never>, CallFailure) }
        var steps: [Step] = []
        var next = UInt64.max
        var someoneEnding = false
        let busy = calls.withLock { table -> Bool in
            guard table.inFlight > 0 else { return false }
            let current = pb_channel_current(channel.memory)
            let atWork = table.index(of: current)
            // What we saw long ago, because this thread did not get a core, says nothing.
            let before = now - min(now, sawAtWork) < Self.recentLookNanoseconds ? seenAtWork : 0
            // A worker is believed only about calls that we know.
            (seenAtWork, sawAtWork) = (atWork == nil ? 0 : current, now)
            defer { if atWork != nil { lastAtWork = (current, now) } }
            for index in table.indicesInUse {
                let id = table.id(at: index)
                let isLoad = id == loadID.load(ordering: .acquiring)
                switch table[index].phase {
                case .running where table[index].deadline <= now:
                    let limit = table[index].limit
                    let running = current == id || isLoad
                    // A call that was not at work when we last looked may have had no more than its last moments.
                    let hasJustBegun = running && !isLoad && before != id && before != 0
                    if !running, atWork == nil, table[index].putOff < limit.nanosecondsClamped, isKeptFromBeginning() {
                        table[index].putOff += now + Self.putOffNanoseconds - table[index].deadline
                        table[index].deadline = now + Self.putOffNanoseconds
                        next = min(next, table[index].deadline)
                        break
                    }
                    let sent = table[index].deadline - table[index].putOff - limit.nanosecondsClamped
                    if hasJustBegun || !running && (atWork != nil || isStillInLine(id, since: sent)) {
                        // Another call had the worker, which may not even have begun this one: nobody's fault but the crowd's.
                        let reason = CallFailure.busy(inFlight: table.inFlight)
                        if let waiting = table.dismiss(index, reason) { steps.append(.answer(waiting, reason)) }
                        table[index].phase = .ending(reason)
                        table[index].deadline = now + limits.callTime.nanosecondsClamped
                        steps.append(.cancel(id))
                        break
                    }
                    table[index].phase = .ending(.timeLimit(limit, running: running, killed: false))
                    table[index].deadline = now + SandboxLimits.grace(for: limit).nanosecondsClamped
                    if running { pb_channel_set_interrupt(channel.memory, isLoad ? Self.loadCallID : id) }
                    steps.append(.cancel(id))
                    someoneEnding = true
                case .ending(let reason):
                    someoneEnding = true
                    // Two calls can be overdue at once; the word for one is the word for the one that runs.
                    if current == id { pb_channel_set_interrupt(channel.memory, id) }
                    guard table[index].deadline <= now else { break }
                    if let atWork, atWork != index, case .running = table[atWork].phase,
                        table[atWork].deadline > now, table[atWork].deadline != .max
                    {
                        // Whoever has the worker is within its time: this one has been answered, and waits to be let go of.
                        if let waiting = table.dismiss(index, reason) { steps.append(.answer(waiting, reason)) }
                        table[index].deadline = table[atWork].deadline
                        break
                    }
                    var verdict = reason
                    if case .timeLimit(let limit, let running, _) = reason { verdict = .timeLimit(limit, running: running, killed: true) }
                    if case .busy = reason { verdict = .timeLimit(table[index].limit, running: current == id, killed: true) }
                    steps.append(.kill(id, verdict))
                default: next = min(next, table[index].deadline)
                }
            }
            return true
        }
        for step in steps {
            switch step {
            case .cancel(let id): send(FrameHeader(kind: HubToWorker.cancel.rawValue, id: id), [], evenIfFull: true)
            case .kill(let id, let verdict): condemn(verdict, culprit: id)
            case .answer(let waiting, let failure): waiting.resume(returning: .failed(failure))
            }
        }
        if someoneEnding { return Self.strictSleepMicroseconds }
        let quietFor = now - min(now, lastActivity.load(ordering: .relaxed))
        if quietFor > Self.busySleepMicroseconds * 1_000, holdsToken.exchange(false, ordering: .relaxed) {
            pb_channel_set_spin(channel.memory, 0)
            governor.giveBack()
        }
        let idleTime = limits.idleTime.nanosecondsClamped
        if !busy, quietFor >= idleTime, nextIdleWord <= now {
            nextIdleWord = now + max(idleTime / 4, Self.busySleepMicroseconds * 1_000)
            idle()
        }
        if !busy, quietFor > Self.lingerNanoseconds {
            sleepsLong.store(true, ordering: .sequentiallyConsistent)
            return Self.idleSleepMicroseconds
        }
        guard next != .max else { return Self.busySleepMicroseconds }
        return min(Self.busySleepMicroseconds, max(500, (next - min(next, now)) / 1_000 + 200))
    }
}
