import CRing
import Dispatch
import Glibc
import Synchronization
import WorkerProtocol

@testable import Sandbox

/// The worker's end of a real channel, played by the test: it may write whatever it likes.
///
/// `@unchecked Sendable`: the pointers never change, the ring ends are used by one thread of a test at a time, the rest is guarded.
final class FakeWorker: @unchecked Sendable {
    let connection: WorkerConnection
    let handler = LabHandler()
    private let memory: UnsafeMutableRawPointer
    private let socket: Int32
    private let plane: DataPlane
    private var outgoing: pb_ring_end
    private var incoming: pb_ring_end
    private let death = Mutex(false)
    private let connectionBox: ConnectionBox

    /// What the kernel is to say of this worker: that it waits for a core.
    let waitsForCore = Atomic<Bool>(false)

    /// Lets the kill closure, made before the connection, reach it.
    private final class ConnectionBox: Sendable {
        let kill = Mutex<(@Sendable () -> Void)?>(nil)
        let waitsForCore = Mutex<(@Sendable () -> Bool)?>(nil)
    }

    /// Offsets of the words of a ring, as CRing.c lays them out.
    enum Word: Int { case tail = 0, head = 64, sleeping = 128, event = 132 }
    private static let dataOffset = 192

    /// `starts` false leaves it to the test to look at messages and deadlines in place of the connection's thread.
    init(limits: SandboxLimits = SandboxLimits(), plane: DataPlane = .ring, spinners: Int = 0, starts: Bool = true) {
        let descriptor = pb_channel_create()
        precondition(descriptor >= 0, "no shared memory")
        defer { close(descriptor) }
        var sockets: [Int32] = [0, 0]
        precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &sockets) == 0, "no socket pair")
        memory = pb_channel_map(descriptor)!
        socket = sockets[1]
        self.plane = plane
        outgoing = pb_channel_worker_to_hub(memory)
        incoming = pb_channel_hub_to_worker(memory)
        let box = ConnectionBox()
        connectionBox = box
        connection = WorkerConnection(
            channel: Channel(memory: pb_channel_map(descriptor)!, socket: sockets[0]), plane: plane, limits: limits, handler: handler,
            governor: SpinGovernor(tokens: spinners), kill: { box.kill.withLock { $0 }?() },
            waitsForCore: { box.waitsForCore.withLock { $0 }?() ?? false })
        box.waitsForCore.withLock { $0 = { [weak self] in self?.waitsForCore.load(ordering: .relaxed) ?? false } }
        box.kill.withLock { $0 = { [weak self] in self?.die() } }
        if starts { connection.start() }
    }

    deinit {
        pb_channel_unmap(memory)
        close(socket)
    }

    // MARK: Dying

    var isDead: Bool { death.withLock { $0 } }

    /// What the kernel and the reaper do with a process: it stops, and its end is reported once, from another thread.
    func die(_ failure: CallFailure = .crashed(signal: SIGKILL)) {
        let first = death.withLock { dead in
            defer { dead = true }
            return !dead
        }
        guard first else { return }
        DispatchQueue.global().async { [connection] in connection.workerEnded(failure) }
    }

    // MARK: Speaking by the rules

    /// Sends one message as a well-behaved worker would. False once dead, or when there is no room.
    @discardableResult
    func say(_ kind: WorkerToHub, flags: FrameFlags = [], id: UInt32 = 0, extra: UInt32 = 0, _ payload: [UInt8] = []) -> Bool {
        say(raw: kind.rawValue, flags: flags, id: id, extra: extra, payload)
    }

    @discardableResult
    func say(raw kind: UInt16, flags: FrameFlags = [], id: UInt32 = 0, extra: UInt32 = 0, _ payload: [UInt8] = []) -> Bool {
        guard !isDead else { return false }
        if plane == .socket {
            var bytes: [UInt8] = []
            FrameHeader(length: UInt32(payload.count), kind: kind, flags: flags, id: id, extra: extra).append(to: &bytes)
            return write(bytes + payload)
        }
        var record = pb_record(length: UInt32(payload.count), kind: kind, flags: flags.rawValue, id: id, extra: extra)
        let outcome = payload.withUnsafeBytes { Int(pb_ring_push(&outgoing, &record, $0.baseAddress)) }
        pb_ring_signal(&outgoing)
        return outcome == PB_RING_OK
    }

    func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) } == bytes.count
    }

    /// The next message from the hub, waiting at most `milliseconds`.
    func hear(milliseconds: Int = 2_000) -> FrameHeader? {
        var record = pb_record()
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: Int(PB_RING_RECORD_BYTES_MAX), alignment: 16)
        defer { buffer.deallocate() }
        for _ in 0..<milliseconds {
            if Int(pb_ring_pop(&incoming, &record, buffer, Int(PB_RING_RECORD_BYTES_MAX))) == PB_RING_OK {
                return FrameHeader(
                    length: record.length, kind: record.kind, flags: FrameFlags(rawValue: record.flags), id: record.id, extra: record.extra)
            }
            usleep(1_000)
        }
        return nil
    }

    // MARK: Breaking them

    /// Overwrites a word that the worker's side of a ring owns, or the other side's.
    func poke(_ word: Word, _ value: UInt64, toHub: Bool = true) {
        let ring = (toHub ? outgoing : incoming).shared!
        if word == .tail || word == .head {
            ring.storeBytes(of: value, toByteOffset: word.rawValue, as: UInt64.self)
        } else {
            ring.storeBytes(of: UInt32(truncatingIfNeeded: value), toByteOffset: word.rawValue, as: UInt32.self)
        }
    }

    /// Overwrites bytes of the ring's data, wrapping.
    func scribble(_ bytes: [UInt8], at offset: UInt64) {
        let data = outgoing.shared! + Self.dataOffset
        for (index, byte) in bytes.enumerated() {
            data.storeBytes(of: byte, toByteOffset: Int((offset + UInt64(index)) % UInt64(PB_RING_BYTES)), as: UInt8.self)
        }
    }

    /// Where the worker's next record goes.
    var position: UInt64 { outgoing.position }

    /// Wakes the hub whatever it believes.
    func alarm() {
        poke(.sleeping, 1)
        pb_ring_signal(&outgoing)
    }
}

/// The three ways in which somebody waits for an answer.
enum Waiting: String, CaseIterable, Sendable {
    /// Suspended: the connection's own thread takes the messages.
    case suspended
    /// Polling first, as the short path of `PluginHost.call` does.
    case polling
    /// On a thread of the caller's, as `callSync` does.
    case blocking

    /// Opens a call and waits for its end.
    func call(_ worker: FakeWorker, limit: Duration = .seconds(5), began: @escaping @Sendable (UInt32) -> Void) async -> CallOutcome {
        let connection = worker.connection
        let id: UInt32
        do { id = try connection.begin(.call, handle: 0, Array("1".utf8), limit: limit) } catch { return .failed(error) }
        switch self {
        case .suspended:
            began(id)
            return await connection.wait(id)
        case .polling:
            // Somebody misbehaves while we poll.
            DispatchQueue.global().async { began(id) }
            for _ in 0..<50 { if let outcome = connection.poll(id, turns: 20_000) { return outcome } }
            return await connection.wait(id)
        case .blocking:
            DispatchQueue.global().async { began(id) }
            return await withCheckedContinuation { continuation in
                HubThread.start("test-blocking") {
                    continuation.resume(returning: connection.waitBlocking(id, turns: SpinGovernor.callerTurns))
                }
            }
        }
    }
}
