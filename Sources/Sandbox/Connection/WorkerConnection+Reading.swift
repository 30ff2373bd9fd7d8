internal import CRing
internal import Glibc
internal import Synchronization
internal import WorkerProtocol

/// What a worker says, told apart. Runs with the reader role held.
extension WorkerConnection {
    /// Host-call frames beyond the agreed number that are still excused: cancels may cross on the way.
    private static let hostCallSlack = 64
    /// Notices a second after which a worker is out of its mind: its own gate stops far below.
    private static let noticesFactorMax = 20
    /// Answers to nobody that are excused: an answer and a cancel can cross, two for each call of a stream.
    private static let straysPerCall = 4
    private static let straySlack = 1_000
    /// Answers kept for settling together; a worker may send long ones that nobody waits for.
    private static let gatheredBytesMax = 1 << 20

    /// Takes up to `max` messages. True if there were any. Callers that were answered are resumed by `resumeAnswered`.
    func drain(max: Int) -> Bool {
        var taken = 0, gathered = 0
        while taken < max {
            do throws(WireViolation) {
                guard let frame = try nextFrame() else { break }
                taken += 1
                // Answers in a row are settled under one lock: with many calls in flight they come in bursts.
                if try isAnswer(frame) {
                    reading.answers.append(frame)
                    gathered += frame.payload.count
                    if gathered > Self.gatheredBytesMax {
                        settleAnswers()
                        gathered = 0
                    }
                } else {
                    settleAnswers()
                    try take(frame)
                }
            } catch {
                inbox.shut()
                condemn(.protocolViolation(error.description))
                break
            }
        }
        settleAnswers()
        return taken > 0
    }

    /// Resumes whoever was answered since the last time. Outside of every lock.
    func resumeAnswered() {
        guard !reading.resumable.isEmpty else { return }
        for (continuation, outcome) in reading.resumable { continuation.resume(returning: outcome) }
        reading.resumable.removeAll(keepingCapacity: true)
    }

    private func nextFrame() throws(WireViolation) -> Frame? {
        do throws(FrameError) { return try inbox.next() } catch { throw WireViolation(description: error.description) }
    }

    private func isAnswer(_ frame: Frame) throws(WireViolation) -> Bool {
        switch WorkerToHub(rawValue: frame.header.kind) {
        case .result, .streamOpened, .item, .streamEnd, .cancelled, .ready, .failed: true
        case .hostCall, .notify, .hostCancel: false
        // The greeting is read before there is a connection: nobody greets twice.
        case .confined: throw WireViolation(description: "a second greeting")
        case nil: throw WireViolation(description: "a message of unknown kind \(frame.header.kind)")
        }
    }

    private func take(_ frame: Frame) throws(WireViolation) {
        switch WorkerToHub(rawValue: frame.header.kind) {
        case .hostCall: try hostCall(frame)
        case .notify: try notice(frame)
        case .hostCancel:
            // One that is not open was answered while its cancel was on the way.
            if openHostCalls.withLock({ $0.remove(frame.header.id) }) != nil { handler.cancel(number: frame.header.id) }
        default: break
        }
    }

    private func settleAnswers() {
        guard !reading.answers.isEmpty else { return }
        let isFlood = calls.withLock { table in
            for frame in reading.answers {
                let header = frame.header
                switch WorkerToHub(rawValue: header.kind) {
                case .result: settle(header.id, resultOutcome(frame), keepOpen: false, &table)
                case .streamOpened: settle(header.id, .stream, keepOpen: true, &table)
                case .item: settle(header.id, .item(frame.payload), keepOpen: true, &table)
                case .streamEnd: settle(header.id, .end(frame.payload), keepOpen: false, &table)
                case .cancelled: settle(header.id, .failed(.cancelled), keepOpen: false, &table)
                case .ready: settle(loadID.load(ordering: .acquiring), .value(frame.payload), keepOpen: false, &table)
                case .failed: settle(loadID.load(ordering: .acquiring), .failed(loadFailure(frame.payload)), keepOpen: false, &table)
                default: break
                }
            }
            return reading.strays > Self.straySlack + Self.straysPerCall * table.openedCount
        }
        reading.answers.removeAll(keepingCapacity: true)
        if isFlood {
            inbox.shut()
            condemn(.protocolViolation("a flood of answers to calls that nobody made"))
        }
        for id in reading.endedCalls { handler.callEnded(id) }
        reading.endedCalls.removeAll(keepingCapacity: true)
    }

    private func resultOutcome(_ frame: Frame) -> CallOutcome {
        if frame.header.flags.contains(.error) { return .failed(failure(WorkerError(reading: frame.payload))) }
        if frame.header.flags.contains(.mixed) { return .mixed(frame.payload) }
        return .value(frame.payload)
    }

    /// The worker's words for its own limits, in ours.
    private func failure(_ error: WorkerError) -> CallFailure {
        switch error.code {
        case "limit.time": .timeLimit(limits.callTime, running: true, killed: false)
        case "limit.cpu": .cpuLimit(limits.callCPUTime)
        case "limit.memory": .memoryLimit(bytes: limits.memoryBytes)
        case "export.not-found":
            .noSuchExport(name: error.message.split(separator: "\"").dropFirst().first.map(String.init) ?? "?", exports: [])
        case _ where error.isOutOfMemory: .memoryLimit(bytes: limits.memoryBytes)
        default: .threw(error)
        }
    }

    private func loadFailure(_ payload: [UInt8]) -> CallFailure {
        let error = WorkerError(reading: payload)
        return switch failure(error) {
        case .threw, .noSuchExport: .loadFailed(error)
        case .timeLimit: .timeLimit(limits.loadTime, running: true, killed: false)
        case let other: other
        }
    }

    /// Hands an outcome to its call. An id that matches nothing is an answer that came too late.
    private func settle(_ id: UInt32, _ outcome: CallOutcome, keepOpen: Bool, _ table: inout CallTable) {
        guard let index = table.index(of: id) else {
            reading.strays += 1
            return
        }
        var delivered = outcome
        var keepOpen = keepOpen
        switch table[index].phase {
        case .ending(let reason):
            // Past its deadline: the reason stands, unless the worker knows better that the call was still running.
            if case .failed(.timeLimit(_, running: true, _)) = outcome {
                delivered = .failed(.timeLimit(table[index].limit, running: true, killed: false))
            } else {
                delivered = .failed(reason)
            }
            keepOpen = false
        case .running:
            if case .failed(.timeLimit(_, let running, let killed)) = outcome {
                delivered = .failed(.timeLimit(table[index].limit, running: running, killed: killed))
            }
        case .free: return
        }
        if case .stream = outcome { table[index].isStream = true }
        if !keepOpen { reading.endedCalls.append(id) }
        if let continuation = table.settle(index, delivered, keepOpen: keepOpen) { reading.resumable.append((continuation, delivered)) }
    }

    /// The plugin stands still until the answer is there, so there is one at a time and nothing to keep count of.
    private func synchronousCall(_ record: HostCallRecord) throws(WireViolation) {
        guard !waitsForAnswer.exchange(true, ordering: .acquiringAndReleasing) else {
            throw WireViolation(description: "two host calls at once that both wait")
        }
        guard isLive(record.callID) else { return answerSynchronous(record.number, .error(Self.endedCall)) }
        handler.handle(record) { [self] in answerSynchronous(record.number, $0) }
    }

    private func answerSynchronous(_ number: UInt32, _ answer: HostCallAnswer) {
        guard waitsForAnswer.exchange(false, ordering: .acquiringAndReleasing) else { return }
        deliver(number, answer)
    }

    private func isLive(_ callID: UInt32) -> Bool {
        calls.withLock { $0.index(of: callID) != nil || callID == WorkerConnection.loadCallID && $0.inFlight > 0 }
    }

    private func hostCall(_ frame: Frame) throws(WireViolation) {
        let number = frame.header.id
        if frame.header.flags.contains(.synchronous) { return try synchronousCall(HostCallRecord(reading: frame)) }
        let (isNew, count) = openHostCalls.withLock { ($0.insert(number).inserted, $0.count) }
        guard isNew else { throw WireViolation(description: "the number \(number) for two host calls at once") }
        guard count <= limits.hostCallsOpen + limits.timersOpen + Self.hostCallSlack else {
            throw WireViolation(description: "more than \(limits.hostCallsOpen) host calls open at once")
        }
        let record = HostCallRecord(reading: frame)
        guard isLive(record.callID) else {
            answer(number, .error(Self.endedCall))
            return
        }
        handler.handle(record) { [self] in answer(number, $0) }
    }

    private static let endedCall = Array(
        #"{"code":"hostcall.no-call","message":"The call this belongs to has ended, and with it the right to ask the hub for anything."}"#
            .utf8)

    /// Sends the answer to a host call, unless it was cancelled or answered before. From any thread.
    private func answer(_ number: UInt32, _ answer: HostCallAnswer) {
        guard openHostCalls.withLock({ $0.remove(number) }) != nil else { return }
        deliver(number, answer)
    }

    private func deliver(_ number: UInt32, _ answer: HostCallAnswer) {
        let (payload, flags): ([UInt8], FrameFlags) =
            switch answer {
            case .value(let bytes): (bytes, [])
            case .error(let bytes): (bytes, .error)
            }
        guard !send(FrameHeader(kind: HubToWorker.hostReply.rawValue, flags: flags, id: number), payload) else { return }
        // A worker that asks and does not read must not fill the hub's memory. Refusals are short and go out all the same, since
        // somebody waits for each.
        send(FrameHeader(kind: HubToWorker.hostReply.rawValue, flags: .error, id: number), Self.unreadAnswers, evenIfFull: true)
    }

    private static let unreadAnswers = Array(
        #"{"code":"hostcall.busy","message":"The answer was dropped: too many bytes of answers wait to be read. Await some host calls before making more."}"#
            .utf8)

    private func notice(_ frame: Frame) throws(WireViolation) {
        let now = pb_now_ns()
        if now - reading.secondStart > 1_000_000_000 {
            reading.secondStart = now
            reading.noticesThisSecond = 0
        }
        reading.noticesThisSecond += 1
        guard reading.noticesThisSecond <= limits.logLinesPerSecond * Self.noticesFactorMax else {
            throw WireViolation(description: "a flood of notices, more than \(limits.logLinesPerSecond * Self.noticesFactorMax) a second")
        }
        handler.notify(HostCallRecord(reading: frame))
    }
}

extension WorkerError {
    /// Whether the engine ran out of memory. Its exact words: "Out of memory: BigInt generated…" is about a size it cannot hold at all.
    fileprivate var isOutOfMemory: Bool {
        (code == "plugin.threw" || code == "plugin.load-failed") && name == "RangeError" && message == "Out of memory"
    }
}

/// What a worker did that ends the connection.
struct WireViolation: Error, CustomStringConvertible { let description: String }

extension HostCallRecord {
    /// Splits the payload at the first newline.
    init(reading frame: Frame) {
        let newline = frame.payload.firstIndex(of: 10) ?? frame.payload.endIndex
        number = frame.header.id
        callID = frame.header.extra
        operation = String(decoding: frame.payload[..<newline], as: UTF8.self)
        arguments = newline == frame.payload.endIndex ? [] : Array(frame.payload[(newline + 1)...])
        isSynchronous = frame.header.flags.contains(.synchronous)
    }
}
