internal import CRing
internal import Glibc
internal import JSON
internal import Synchronization
internal import WorkerProtocol

/// The hub's end of one worker: sends calls, takes answers, serves host calls, keeps deadlines.
///
/// Three kinds of threads meet here. Callers push into the outbox, then poll for a moment, because an answer within two
/// microseconds is cheaper than a suspension. One thread of its own takes over when nobody polls. The reaper reports the worker's
/// death. Whoever takes messages holds the reader role, so they are taken in order and by one at a time.
///
/// `@unchecked Sendable`: `inbox` and `reading` are touched only by the holder of the reader role, `calls` and `outbox` only
/// under their locks; all else is immutable or atomic.
final class WorkerConnection: @unchecked Sendable {
    /// Microseconds of sleep while something is going on; bounds how late a deadline is seen and a lost wake-up costs.
    static let busySleepMicroseconds: UInt64 = 20_000
    static let idleSleepMicroseconds: UInt64 = 1_000_000
    /// How long after the last message the thread still counts as busy.
    static let lingerNanoseconds: UInt64 = 1_000_000_000
    static let framesPerTurnMax = 512
    /// From this many calls in flight on, answers are gathered.
    static let crowd = 32
    /// How long the thread then leaves answers alone, for each call that is open or was just answered: about what a small one takes. Waking
    /// for each answer costs two thread switches; polling for them takes the core from the tasks that would send the next calls
    /// (measured with 64 in flight: 125 thousand calls a second became 210).
    static let crowdPausePerCallNanoseconds = 2_000
    static let crowdPauseMicrosecondsMax = 150
    /// How long a crowd is remembered, in nanoseconds: its size goes up and down within every turn.
    static let crowdMemoryNanoseconds: UInt64 = 1_000_000

    let channel: Channel
    let limits: SandboxLimits
    let handler: any HostCallHandler
    let governor: SpinGovernor
    let bell: Bell
    /// Ends the process. Must not be called once it was reaped, when its number may be somebody else's: `condemn` sees to that.
    private let kill: @Sendable () -> Void
    /// Whether the kernel has the worker wait for a core right now.
    let waitsForCore: @Sendable () -> Bool
    /// Told that there were no calls for `limits.idleTime`, and again from time to time while there are none.
    let idle: @Sendable () -> Void
    /// When the connection's thread, which alone touches this, may say so next.
    var nextIdleWord: UInt64 = 0

    let calls: Mutex<CallTable>
    let outbox: Mutex<Outbox>
    var inbox: Inbox
    var reading = ReadingState()

    private let readerTaken = Atomic<Bool>(false)
    let pollers = Atomic<Int>(0)
    let isClosed = Atomic<Bool>(false)
    let sleepsLong = Atomic<Bool>(false)
    let lastActivity: Atomic<UInt64>
    private let crowdedUntil = Atomic<UInt64>(0)
    /// Whether there was a crowd a moment ago.
    var isCrowded: Bool {
        let until = crowdedUntil.load(ordering: .relaxed)
        return until != 0 && pb_now_ns() < until
    }
    let holdsToken = Atomic<Bool>(false)
    /// The call that loads the plugin, 0 before there is one.
    let loadID = Atomic<UInt32>(0)
    /// The call that was at work when the connection's thread, which alone touches this and what follows, last looked at the deadlines;
    /// 0 for none that is in flight.
    var seenAtWork: UInt32 = 0
    /// When that was, in monotonic nanoseconds.
    var sawAtWork: UInt64 = 0
    /// The last call in flight that was seen at work, and when.
    var lastAtWork: (id: UInt32, at: UInt64) = (0, 0)
    /// Whether the worker stands still for the answer to a host call.
    let waitsForAnswer = Atomic<Bool>(false)
    /// Numbers of the host calls that wait for an answer.
    let openHostCalls = Mutex<Set<UInt32>>([])
    /// Why we killed the worker, for the calls that die with it. First reason wins.
    let verdict = Mutex<(culprit: UInt32, failure: CallFailure)?>(nil)
    private let isReaped = Mutex(false)

    /// What the holder of the reader role counts.
    struct ReadingState {
        var noticesThisSecond = 0
        var secondStart: UInt64 = 0
        /// Answers that belonged to no call.
        var strays = 0
        /// Answers taken and not settled, calls ended and not told, callers answered and not resumed: emptied before the role is given back.
        var answers: [Frame] = []
        var endedCalls: [UInt32] = []
        var resumable: [(UnsafeContinuation<CallOutcome, Never>, CallOutcome)] = []
    }

    init(
        channel: Channel, plane: DataPlane, limits: SandboxLimits, handler: any HostCallHandler, governor: SpinGovernor,
        kill: @escaping @Sendable () -> Void, waitsForCore: @escaping @Sendable () -> Bool = { false },
        idle: @escaping @Sendable () -> Void = {}
    ) {
        let frameLimits = FrameLimits(messageBytesMax: limits.messageBytes)
        self.channel = channel
        self.limits = limits
        self.handler = handler
        self.governor = governor
        self.kill = kill
        self.waitsForCore = waitsForCore
        self.idle = idle
        calls = Mutex(CallTable(capacity: limits.callsInFlight))
        outbox = Mutex(Outbox(channel, plane: plane, limits: frameLimits, backlogBytesMax: limits.waitingBytes))
        inbox = Inbox(channel, plane: plane, limits: frameLimits)
        bell = inbox.bell
        lastActivity = Atomic(pb_now_ns())
    }

    deinit { inbox.deallocate() }

    /// Starts the connection's own thread. It ends by itself once the worker is gone.
    func start() {
        HubThread.start("pb-worker-io") { [self] in loop() }
    }

    // MARK: The reader role

    func tryRead() -> Bool {
        !readerTaken.load(ordering: .relaxed) && readerTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    }

    func stopReading() { readerTaken.store(false, ordering: .releasing) }

    /// Waits for the role; holders keep it for a batch of messages or one caller's short poll.
    func waitToRead() {
        var turns = 0
        while !tryRead() {
            turns += 1
            if turns % 64 == 0 { usleep(50) } else { sched_yield() }
        }
    }

    private func loop() {
        pb_precise_sleeps()
        var lastLook: UInt64 = 0
        while !isClosed.load(ordering: .acquiring) {
            var worked = false
            var crowd = 0
            let event = bell.event
            if tryRead() {
                inbox.setSleeping(false)
                worked = drain(max: Self.framesPerTurnMax)
                let answered = reading.resumable.count
                resumeAnswered()
                if worked { crowd = answered + inFlight }
                if !worked, pollers.load(ordering: .sequentiallyConsistent) == 0 { inbox.setSleeping(true) }
                if !worked { worked = inbox.hasData }
                stopReading()
            }
            flushOutbox()
            if crowd >= Self.crowd { crowdedUntil.store(pb_now_ns() + Self.crowdMemoryNanoseconds, ordering: .relaxed) }
            if crowd >= Self.crowd || crowd > 1 && isCrowded {
                usleep(UInt32(min(crowd * Self.crowdPausePerCallNanoseconds / 1_000, Self.crowdPauseMicrosecondsMax)))
            }
            let now = pb_now_ns()
            if worked {
                // What a worker says on its own account does not keep it from being put away.
                if crowd > 0 { lastActivity.store(now, ordering: .relaxed) }
                // A worker can talk without pause and still be late.
                guard now - lastLook > Self.strictSleepMicroseconds * 1_000 else { continue }
            }
            lastLook = now
            let sleep = keepDeadlines(now)
            if worked { continue }
            guard !isClosed.load(ordering: .acquiring) else { break }
            bell.sleep(since: event, microseconds: sleep)
            sleepsLong.store(false, ordering: .relaxed)
        }
    }

    /// How far a facade in the worker says that it has come.
    var mark: UInt32 { pb_channel_mark(channel.memory) }

    var inFlight: Int { calls.withLock { $0.inFlight } }

    private func flushOutbox() {
        let broken = outbox.withLock { $0.hasBacklog && !$0.flush() }
        if broken { condemn(.protocolViolation(FrameError.corruptRing.description)) }
    }

    // MARK: Ending

    /// Kills the worker for what it did. `culprit` is the call to blame, 0 for the one the worker says it was working on.
    func condemn(_ failure: CallFailure, culprit: UInt32 = 0) {
        verdict.withLock { verdict in
            if verdict == nil { verdict = (culprit != 0 ? culprit : pb_channel_current(channel.memory), failure) }
        }
        isReaped.withLock { if !$0 { kill() } }
    }

    /// The process is gone: deliver what it still said, then end every call that was in flight. Called once, by the reaper.
    func workerEnded(_ death: CallFailure) {
        isReaped.withLock { $0 = true }
        waitToRead()
        _ = drain(max: .max)
        resumeAnswered()
        isClosed.store(true, ordering: .releasing)
        let current = pb_channel_current(channel.memory)
        stopReading()
        let (culprit, failure) = verdict.withLock { $0 ?? (current, death) }
        var resume: [(UnsafeContinuation<CallOutcome, Never>, CallOutcome)] = []
        calls.withLock { table in
            let open = table.indicesInUse
            let culpritIndex = open.first { table.id(at: $0) == culprit } ?? (open.count == 1 ? open[0] : nil)
            for index in open {
                var outcome = CallOutcome.failed(culpritIndex == nil || index == culpritIndex ? failure : .lostWorker(failure.brief))
                if case .ending(let reason) = table[index].phase, index != culpritIndex { outcome = .failed(reason) }
                if let continuation = table.settle(index, outcome, keepOpen: false) { resume.append((continuation, outcome)) }
            }
        }
        for (continuation, outcome) in resume { continuation.resume(returning: outcome) }
        if holdsToken.exchange(false, ordering: .relaxed) { governor.giveBack() }
        handler.workerEnded()
        bell.ring()
    }
}
