internal import JSON
internal import Synchronization
internal import WorkerProtocol

/// What a call gave back.
package enum CallResult: Sendable {
    /// JSON; empty when the function returned nothing.
    case value([UInt8])
    /// A batch in which some elements failed: a JSON list of `[0, value]` or `[1, error]`.
    case mixed([UInt8])
    /// A generator: ask it for items.
    case stream(PluginStream)
}

/// The items of a generator, one at a time: the plugin computes the next one only when it is asked for.
///
/// Let go of it early with `cancel`, or it is cancelled when the last reference goes.
package final class PluginStream: Sendable {
    private let connection: WorkerConnection
    private let id: UInt32
    private let host: PluginHost
    private let generation: Int
    private let finished = Atomic<Bool>(false)

    init(connection: WorkerConnection, id: UInt32, host: PluginHost, generation: Int) {
        self.connection = connection
        self.id = id
        self.host = host
        self.generation = generation
    }

    package enum Step: Sendable, Hashable {
        /// JSON; empty for `undefined`.
        case item([UInt8])
        /// The generator's return value.
        case end([UInt8])
    }

    /// The next item or the end. Ask again only after the last answer.
    package func next() async throws(CallFailure) -> Step {
        guard !finished.load(ordering: .acquiring) else { throw .cancelled }
        try connection.askNext(id, limit: host.limits.callTime)
        let outcome: CallOutcome
        if let quick = connection.poll(id, turns: connection.holdsToken.load(ordering: .relaxed) ? SpinGovernor.callerTurns : 0) {
            outcome = quick
        } else {
            outcome = await connection.wait(id)
        }
        switch outcome {
        case .item(let bytes): return .item(bytes)
        case .end(let bytes), .value(let bytes):
            finished.store(true, ordering: .releasing)
            return .end(bytes)
        case .failed(let failure):
            finished.store(true, ordering: .releasing)
            if failure.countsAgainstPlugin { host.noteFailure(failure, generation) }
            throw failure
        case .mixed, .stream:
            finished.store(true, ordering: .releasing)
            throw .protocolViolation("a stream answered with something else")
        }
    }

    /// Ends the generator: its `finally` blocks run, its worker goes on.
    package func cancel() {
        guard !finished.exchange(true, ordering: .acquiringAndReleasing) else { return }
        connection.abandon(id)
    }

    deinit { if !finished.load(ordering: .acquiring) { connection.abandon(id) } }
}

/// Numbers for the names of entries, so that a call carries four bytes and no text.
final class EntryTable: Sendable {
    let names: [String]
    private let handles = Mutex<[String: UInt32]>([:])

    /// Different names callers may use on one worker.
    private static let namesMax = 1_024

    init(names: [String]) { self.names = names }

    func handle(for name: String, on connection: WorkerConnection) throws(CallFailure) -> UInt32 {
        let handle = handles.withLock { handles -> UInt32? in
            if let known = handles[name] { return known }
            guard handles.count < Self.namesMax else { return nil }
            let handle = UInt32(handles.count)
            handles[name] = handle
            // Sent under the lock, so that nobody calls by a number before it is bound.
            connection.send(
                FrameHeader(kind: HubToWorker.bind.rawValue, id: handle), JSONValue.string(name).serializedBytes(), evenIfFull: true)
            return handle
        }
        guard let handle else { throw .noSuchExport(name: name, exports: names) }
        return handle
    }
}
