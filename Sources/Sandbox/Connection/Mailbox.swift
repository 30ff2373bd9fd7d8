internal import CRing
internal import Glibc
internal import WorkerProtocol

/// The memory and the socket a hub shares with one worker. Unmapped and closed when the last user lets go, never before
/// (docs/sandbox.md, trap 15).
///
/// `@unchecked Sendable`: the pointer and the descriptor never change; what lies behind them is accessed through CRing's atomics.
final class Channel: @unchecked Sendable {
    let memory: UnsafeMutableRawPointer
    let socket: Int32

    init(memory: UnsafeMutableRawPointer, socket: Int32) {
        self.memory = memory
        self.socket = socket
    }

    deinit {
        pb_channel_unmap(memory)
        close(socket)
    }
}

/// Messages from a worker. Guarded by the connection's reader role; `@unchecked Sendable` because only its holder touches it.
struct Inbox: @unchecked Sendable {
    private var ring: pb_ring_end
    private let socket: Int32
    private let plane: DataPlane
    private let buffer: UnsafeMutableRawPointer
    private var assembler: FrameAssembler
    private var decoder: FrameDecoder
    private let limits: FrameLimits
    /// Set after the first offence. From then on there is nothing to read: a broken ring would look full for ever.
    private var isShut = false

    init(_ channel: Channel, plane: DataPlane, limits: FrameLimits) {
        ring = pb_channel_worker_to_hub(channel.memory)
        socket = channel.socket
        self.plane = plane
        self.limits = limits
        assembler = FrameAssembler(limits: limits)
        decoder = FrameDecoder(limits: limits)
        buffer = .allocate(byteCount: Int(PB_RING_RECORD_BYTES_MAX), alignment: 16)
    }

    func deallocate() { buffer.deallocate() }

    /// Takes nothing any more from a worker that broke the rules.
    mutating func shut() { isShut = true }

    /// The next whole message that is there already, or nil.
    mutating func next() throws(FrameError) -> Frame? {
        guard !isShut else { return nil }
        if plane == .socket { return try nextFromSocket() }
        var record = pb_record()
        while true {
            switch Int(pb_ring_pop(&ring, &record, buffer, Int(PB_RING_RECORD_BYTES_MAX))) {
            case PB_RING_OK:
                let header = FrameHeader(
                    length: record.length, kind: record.kind, flags: FrameFlags(rawValue: record.flags), id: record.id, extra: record.extra)
                if let frame = try assembler.accept(header, UnsafeRawBufferPointer(start: buffer, count: Int(record.length))) {
                    return frame
                }
            case PB_RING_EMPTY: return nil
            default: throw .corruptRing
            }
        }
    }

    private mutating func nextFromSocket() throws(FrameError) -> Frame? {
        while true {
            if let frame = try decoder.next() { return frame }
            let count = recv(socket, buffer, Int(PB_RING_RECORD_BYTES_MAX), Int32(MSG_DONTWAIT))
            guard count > 0 else { return nil }
            decoder.feed(UnsafeRawBufferPointer(start: buffer, count: count))
        }
    }

    var hasData: Bool {
        mutating get { plane == .ring && !isShut ? pb_ring_has_data(&ring) : false }
    }

    mutating func spin(_ turns: UInt32) -> Bool {
        guard plane == .ring, !isShut else { return false }
        return pb_ring_spin(&ring, turns)
    }

    mutating func setSleeping(_ sleeping: Bool) { pb_ring_set_sleeping(&ring, sleeping) }

    /// A sleeper that needs no reader role: it only looks at the event word.
    var bell: Bell { Bell(ring: ring, socket: socket, plane: plane) }
}

/// Where the hub sleeps until a worker says something.
///
/// `@unchecked Sendable`: uses only the ring's event word, which is atomic; the connection keeps the channel mapped.
struct Bell: @unchecked Sendable {
    fileprivate var ring: pb_ring_end
    fileprivate let socket: Int32
    fileprivate let plane: DataPlane

    var event: UInt32 { withUnsafePointer(to: ring) { pb_ring_event($0) } }

    func sleep(since event: UInt32, microseconds: UInt64) {
        if plane == .ring {
            var ring = ring
            pb_ring_sleep(&ring, event, microseconds)
        } else {
            var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, Int32(max(1, microseconds / 1_000)))
        }
    }

    func ring(_: Void = ()) {
        var ring = ring
        pb_ring_wake(&ring)
    }
}

/// Messages to a worker, with a bounded backlog for one that does not read. Guarded by the connection's lock.
struct Outbox: @unchecked Sendable {
    private var ring: pb_ring_end
    private let socket: Int32
    private let plane: DataPlane
    private let limits: FrameLimits
    /// Frames that did not fit, as bytes of the socket format.
    private var backlog: [UInt8] = []
    private var sent = 0
    private let backlogBytesMax: Int

    init(_ channel: Channel, plane: DataPlane, limits: FrameLimits, backlogBytesMax: Int) {
        ring = pb_channel_hub_to_worker(channel.memory)
        socket = channel.socket
        self.plane = plane
        self.limits = limits
        self.backlogBytesMax = backlogBytesMax
    }

    /// `ignored`: the worker has not read for so long that even what it asked for no longer fits.
    enum Outcome { case sent, kept, full, corrupt, ignored }

    /// Answers and control messages may wait beyond the limit of calls, up to this many times it.
    private static let patience = 3

    var hasBacklog: Bool { sent < backlog.count }

    /// Whether the worker, by its own word, has not taken all that was sent. Over the socket only what we hold back ourselves is known.
    var hasUntaken: Bool { hasBacklog || plane == .ring && withUnsafePointer(to: ring) { pb_ring_has_untaken($0) } }

    /// Sends, or keeps in order behind what waits already. `full` sends nothing.
    mutating func push(_ header: FrameHeader, _ payload: UnsafeRawBufferPointer, evenIfFull: Bool = false) -> Outcome {
        if plane == .ring, !hasBacklog, payload.count <= limits.frameBytesMax {
            var record = pb_record(
                length: UInt32(payload.count), kind: header.kind, flags: header.flags.rawValue, id: header.id, extra: header.extra)
            switch Int(pb_ring_push(&ring, &record, payload.baseAddress)) {
            case PB_RING_OK:
                pb_ring_signal(&ring)
                return .sent
            case PB_RING_EMPTY: break
            default: return .corrupt
            }
        }
        let waiting = backlog.count - sent + payload.count
        guard waiting <= backlogBytesMax || evenIfFull else { return .full }
        guard waiting <= Self.patience * backlogBytesMax else { return .ignored }
        if sent > 0 {
            backlog.removeFirst(sent)
            sent = 0
        }
        FrameEncoder.split(header, payload, limits: limits) { header, slice in
            header.append(to: &backlog)
            backlog.append(contentsOf: slice)
        }
        return flush() ? (hasBacklog ? .kept : .sent) : .corrupt
    }

    /// Moves what fits. False when the worker broke the ring.
    mutating func flush() -> Bool {
        guard hasBacklog else { return true }
        if plane == .socket {
            let count = backlog.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            }
            if count > 0 { sent += count }
            compact()
            return true
        }
        var moved = false
        while hasBacklog {
            let (outcome, length) = backlog.withUnsafeBytes { bytes -> (Int, Int) in
                let header = FrameHeader(reading: UnsafeRawBufferPointer(rebasing: bytes[sent...]))
                var record = pb_record(
                    length: header.length, kind: header.kind, flags: header.flags.rawValue, id: header.id, extra: header.extra)
                return (Int(pb_ring_push(&ring, &record, bytes.baseAddress! + sent + FrameHeader.byteCount)), Int(header.length))
            }
            if outcome == PB_RING_EMPTY { break }
            guard outcome == PB_RING_OK else { return false }
            sent += FrameHeader.byteCount + length
            moved = true
        }
        if moved { pb_ring_signal(&ring) }
        compact()
        return true
    }

    private mutating func compact() {
        guard !hasBacklog else { return }
        backlog.removeAll(keepingCapacity: backlog.capacity <= 1 << 20)
        sent = 0
    }
}
