internal import CRing
internal import JSON
internal import PluginModel
package import Synchronization
internal import WorkerProtocol

/// One plugin as the hub sees it: starts its worker on first use, restarts it after a failure, puts it away when idle, and stops
/// trusting it after too many failures.
///
/// Calls take a short path without the actor while a worker runs. Everything that changes what runs goes through the actor.
package actor PluginHost {
    package nonisolated let program: PluginProgram
    package nonisolated let limits: SandboxLimits
    private let runtime: SandboxRuntime
    private let makeHandler: @Sendable () -> any HostCallHandler
    private var ledger: FailureLedger
    private var lifecycle = WorkerLifecycle()
    private var starting: Task<Running, any Error>?
    private let clock = ContinuousClock()
    private let epoch: ContinuousClock.Instant

    /// What a call needs, while a worker runs.
    struct Running: Sendable {
        let connection: WorkerConnection
        let entries: EntryTable
        let pid: Int32
        let generation: Int
        let degraded: [String]
    }
    nonisolated let running = Mutex<Running?>(nil)
    /// What a facade had marked when a call failed last. A hint: another call may have marked something in between.
    package nonisolated let failureMark = Atomic<UInt32>(0)
    /// How long a call looks away while the end of a worker is being noted.
    private static let attemptsMax = 3
    private static let endingPause = Duration.milliseconds(1)
    private var generation = 0

    /// `makeHandler` makes the handler of host calls for each new worker.
    package init(
        _ program: PluginProgram, runtime: SandboxRuntime, limits: SandboxLimits = SandboxLimits(),
        policy: FailureLedger.Policy = .init(), makeHandler: @escaping @Sendable () -> any HostCallHandler
    ) {
        self.program = program
        self.runtime = runtime
        self.limits = limits
        self.makeHandler = makeHandler
        ledger = FailureLedger(policy: policy)
        epoch = clock.now
    }

    // MARK: Calling

    /// Calls an export with one JSON argument and gives its JSON result; empty when it returned nothing.
    ///
    /// `argument` must be valid JSON in UTF-8. `limit` may only shorten the plugin's own limit.
    package nonisolated func call(_ export: String, _ argument: [UInt8], limit: Duration? = nil) async throws(CallFailure) -> CallResult {
        try await send(.call, export, argument, limit)
    }

    /// Calls an export once per element of a JSON array, in one message.
    package nonisolated func callBatch(_ export: String, _ list: [UInt8], limit: Duration? = nil) async throws(CallFailure) -> CallResult {
        try await send(.batch, export, list, limit)
    }

    /// Calls an export and waits on this thread. For hot paths on threads of the caller's own; a worker must be running (`start`).
    package nonisolated func callSync(_ export: String, _ argument: [UInt8], limit: Duration? = nil) throws(CallFailure) -> CallResult {
        guard let target = running.withLock({ $0 }) else { throw .stopped }
        let handle = try target.entries.handle(for: export, on: target.connection)
        let id = try target.connection.begin(.call, handle: handle, argument, limit: min(limit ?? limits.callTime, limits.callTime))
        return try result(target.connection.waitBlocking(id, turns: SpinGovernor.callerTurns), target, id, export)
    }

    private nonisolated func send(_ kind: HubToWorker, _ export: String, _ argument: [UInt8], _ limit: Duration?) async throws(CallFailure)
        -> CallResult
    {
        var attempts = 0
        while true {
            do throws(CallFailure) { return try await sendOnce(kind, export, argument, limit) } catch {
                // A worker can go out of service between our look and our call. It is not `running` any more: look again.
                attempts += 1
                guard error == WorkerConnection.takesNoCalls, attempts < Self.attemptsMax else { throw error }
            }
        }
    }

    private nonisolated func sendOnce(_ kind: HubToWorker, _ export: String, _ argument: [UInt8], _ limit: Duration?)
        async throws(CallFailure)
        -> CallResult
    {
        let target: Running
        if let current = running.withLock({ $0 }) { target = current } else { target = try await startIfNeeded() }
        let connection = target.connection
        let handle = try target.entries.handle(for: export, on: connection)
        let (id, inFlight) = try connection.open(kind, handle: handle, argument, limit: min(limit ?? limits.callTime, limits.callTime))
        // One caller listens for all while they are few; a crowd is served by the connection's own thread.
        if inFlight < WorkerConnection.crowd, !connection.isCrowded, connection.holdsToken.load(ordering: .relaxed),
            connection.pollers.load(ordering: .relaxed) == 0, let outcome = connection.poll(id, turns: SpinGovernor.callerTurns)
        {
            return try result(outcome, target, id, export)
        }
        return try result(await connection.wait(id), target, id, export)
    }

    private nonisolated func result(_ outcome: CallOutcome, _ target: Running, _ id: UInt32, _ export: String) throws(CallFailure)
        -> CallResult
    {
        switch outcome {
        case .value(let bytes), .end(let bytes): return .value(bytes)
        case .mixed(let bytes): return .mixed(bytes)
        case .stream, .item: return .stream(PluginStream(connection: target.connection, id: id, host: self, generation: target.generation))
        case .failed(let failure):
            failureMark.store(target.connection.mark, ordering: .releasing)
            if failure.countsAgainstPlugin { noteFailure(failure, target.generation) }
            if case .noSuchExport = failure { throw .noSuchExport(name: export, exports: target.entries.names) }
            throw failure
        }
    }

    /// Failures that the worker survives are noted too; deaths come in through `workerEnded`.
    nonisolated func noteFailure(_ failure: CallFailure, _ generation: Int) {
        switch failure {
        case .timeLimit(_, _, killed: false), .cpuLimit, .memoryLimit:
            // What a call left half done stays in its worker's memory: from here on every call gets a fresh one.
            let old = takeOut(generation)
            Task {
                await failed(failure, generation)
                if let old { retire(old) }
            }
        default: break
        }
    }

    // MARK: Life

    package struct Status: Sendable, Hashable {
        package var state: WorkerLifecycle.State
        package var pid: Int32?
        package var exports: [String]
        /// Best-effort walls the running worker does without, in words; empty when all hold.
        package var degraded: [String]
    }

    package var status: Status {
        let current = running.withLock { $0 }
        return Status(state: lifecycle.state, pid: current?.pid, exports: current?.entries.names ?? [], degraded: current?.degraded ?? [])
    }

    /// Starts a worker if none runs.
    package func start() async throws(CallFailure) { _ = try await startIfNeeded() }

    private func startIfNeeded() async throws(CallFailure) -> Running {
        while true {
            if let current = running.withLock({ $0 }) { return current }
            switch lifecycle.callArrived(at: now) {
            case .start: return try await begin()
            case .join:
                guard let starting else {
                    // The worker has just died and its end waits for this actor: let it in, or nobody ever gets further.
                    do { try await clock.sleep(for: Self.endingPause) } catch { throw .cancelled }
                    continue
                }
                do { return try await starting.value } catch let failure as CallFailure { throw failure } catch { throw .stopped }
            case .wait(let delay):
                do { try await clock.sleep(for: delay) } catch { throw .cancelled }
            case .refuse(let reason): throw .quarantined(reason: reason)
            case .stopped: throw .stopped
            }
        }
    }

    private func begin() async throws(CallFailure) -> Running {
        generation += 1
        let mine = generation
        let task = Task { () async throws -> Running in
            let idle: @Sendable () -> Void = { [weak self] in Task { await self?.putAwayIfIdle(mine) } }
            let loaded = try await runtime.load(program, limits: limits, handler: makeHandler(), idle: idle) { [weak self] death in
                guard let self else { return }
                running.withLock { if $0?.generation == mine { $0 = nil } }
                Task { await self.workerEnded(death, mine) }
            }
            let names = (try? JSONValue(parsing: loaded.exports))?.arrayValue?.compactMap(\.stringValue) ?? []
            return Running(
                connection: loaded.connection, entries: EntryTable(names: names), pid: loaded.pid, generation: mine,
                degraded: loaded.degraded)
        }
        starting = task
        do {
            let started = try await task.value
            if mine == generation { starting = nil }
            guard mine == generation, lifecycle.started() else {
                started.connection.condemn(.stopped)
                throw CallFailure.stopped
            }
            // The worker may have died between loading and here.
            if !started.connection.isClosed.load(ordering: .acquiring) { running.withLock { $0 = started } }
            return started
        } catch {
            let failure = error as? CallFailure ?? .stopped
            if mine == generation {
                starting = nil
                if failure.countsAgainstPlugin { failed(failure, mine) } else { lifecycle.ended() }
            }
            throw failure
        }
    }

    private var now: Duration { clock.now - epoch }

    private func failed(_ failure: CallFailure, _ generation: Int) {
        guard generation == self.generation else { return }
        switch ledger.record(failure.brief, at: now) {
        case .restart(let delay): lifecycle.failed(restartAt: now + delay)
        case .quarantine(let reason):
            lifecycle.quarantined(reason)
        }
        let old = takeOut(generation)
        self.generation += 1
        if let old { retire(old) }
    }

    private func workerEnded(_ death: CallFailure, _ generation: Int) {
        guard generation == self.generation, lifecycle.state.hasWorker else { return }
        switch death {
        case .stopped, .cancelled: lifecycle.ended()
        case _ where death.countsAgainstPlugin: failed(death, generation)
        default: lifecycle.ended()
        }
    }

    /// Takes the worker of this generation out of service; nil when it is out already.
    private nonisolated func takeOut(_ generation: Int) -> Running? {
        running.withLock { current in
            guard current?.generation == generation else { return nil }
            defer { current = nil }
            return current
        }
    }

    /// Lets the calls in flight of a worker out of service finish, then ends it.
    private nonisolated func retire(_ old: Running) {
        old.connection.calls.withLock { $0.shut() }
        Task.detached { [limits] in
            let deadline = ContinuousClock.now + limits.callTime
            while ContinuousClock.now < deadline, old.connection.calls.withLock({ $0.inFlight }) > 0 {
                try? await Task.sleep(for: .milliseconds(5))
            }
            old.connection.condemn(.stopped)
        }
    }

    /// Stops the plugin: calls in flight end with `stopped`.
    package func stop() {
        lifecycle.stop()
        generation += 1
        let old = running.withLock { current in
            defer { current = nil }
            return current
        }
        old?.connection.condemn(.stopped)
    }

    /// An operator lets a stopped or quarantined plugin run again.
    package func release() {
        ledger.forgive()
        lifecycle.release()
    }

    private func putAwayIfIdle(_ mine: Int) {
        guard mine == generation, let current = running.withLock({ $0 }) else { return }
        // A call may have come and gone since the connection said that there were none.
        let last = current.connection.lastActivity.load(ordering: .relaxed)
        let quiet = pb_now_ns() - min(pb_now_ns(), last)
        guard quiet >= limits.idleTime.nanosecondsClamped else { return }
        let isIdle = current.connection.calls.withLock { table in
            guard table.inFlight == 0 else { return false }
            table.shut()
            return true
        }
        guard isIdle else { return }
        running.withLock { $0 = nil }
        generation += 1
        lifecycle.ended()
        current.connection.condemn(.stopped)
    }
}
