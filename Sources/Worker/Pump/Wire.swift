internal import CRing
internal import Glibc
internal import WorkerProtocol

/// The worker's end of the data plane: takes messages from the hub, gives messages to it.
///
/// The worker trusts the hub: whatever cannot be read ends the process. Used from one thread.
struct Wire {
    /// A message's payload lies here, followed by a NUL. Valid until the next `receive`.
    private(set) var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var header = FrameHeader(kind: 0)
    private let channel: UnsafeMutableRawPointer
    private let usesRings: Bool
    private var incoming: pb_ring_end
    private var outgoing: pb_ring_end
    private var decoder: FrameDecoder
    private let socket: Int32
    private let limits: FrameLimits

    /// How long one sleep lasts at most; a wake-up lost to a bug costs this and no more.
    private static let sleepMicrosecondsMax: UInt64 = 1_000_000
    private static let fullRingPauseMicroseconds: UInt32 = 50

    init(socket: Int32, channel: UnsafeMutableRawPointer, plane: DataPlane, limits: FrameLimits) {
        self.socket = socket
        self.channel = channel
        usesRings = plane == .ring
        self.limits = limits
        capacity = limits.frameBytesMax + 1
        buffer = .allocate(capacity: capacity)
        decoder = FrameDecoder(limits: limits)
        incoming = pb_channel_hub_to_worker(channel)
        outgoing = pb_channel_worker_to_hub(channel)
    }

    /// The call that the hub wants ended, 0 for none.
    var interrupt: UInt32 { pb_channel_interrupt(channel) }

    /// Leaves word of the call being worked on, for the case that it kills the process.
    @inline(__always)
    func announce(_ id: UInt32) { pb_channel_set_current(channel, id) }

    /// Leaves word of how far a facade has come in that call.
    @inline(__always)
    func mark(_ number: UInt32) { pb_channel_set_mark(channel, number) }

    /// Waits for the next message and leaves it in `header` and `buffer`.
    mutating func receive() {
        guard usesRings else { return receiveFromSocket() }
        var length = 0
        var record = pb_record()
        while true {
            let outcome = pb_ring_pop(&incoming, &record, buffer + length, capacity - 1 - length)
            switch Int(outcome) {
            case PB_RING_OK:
                let flags = FrameFlags(rawValue: record.flags)
                length += Int(record.length)
                if flags.contains(.more) {
                    grow(to: length + limits.frameBytesMax + 1, keeping: length)
                    continue
                }
                buffer[length] = 0
                header = FrameHeader(length: UInt32(length), kind: record.kind, flags: flags, id: record.id, extra: record.extra)
                return
            case PB_RING_EMPTY:
                _ = pb_ring_wait(&incoming, pb_channel_spin(channel), Self.sleepMicrosecondsMax)
            default:
                WorkerExit.protocolBroken.leave()
            }
        }
    }

    private mutating func receiveFromSocket() {
        while true {
            let next: Frame?
            do throws(FrameError) { next = try decoder.next() } catch { WorkerExit.protocolBroken.leave() }
            guard let message = next else {
                let count = read(socket, buffer, capacity - 1)
                guard count > 0 else { WorkerExit.hubGone.leave() }
                decoder.feed(UnsafeRawBufferPointer(start: buffer, count: count))
                continue
            }
            grow(to: message.payload.count + 1, keeping: 0)
            message.payload.withUnsafeBytes {
                if let from = $0.baseAddress { buffer.update(from: from.assumingMemoryBound(to: UInt8.self), count: $0.count) }
            }
            buffer[message.payload.count] = 0
            header = message.header
            return
        }
    }

    private mutating func grow(to size: Int, keeping count: Int) {
        guard size > capacity else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: max(size, capacity * 2))
        larger.update(from: buffer, count: count)
        buffer.deallocate()
        buffer = larger
        capacity = max(size, capacity * 2)
    }

    /// Puts one message on its way, waiting for room if the hub is behind.
    mutating func send(_ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        guard usesRings else {
            let bytes = FrameEncoder.bytes(header, payload, limits: limits)
            return Self.writeAll(socket, bytes)
        }
        FrameEncoder.split(header, payload, limits: limits) { header, slice in
            var record = pb_record(
                length: header.length, kind: header.kind, flags: header.flags.rawValue, id: header.id, extra: header.extra)
            while true {
                let outcome = Int(pb_ring_push(&outgoing, &record, slice.baseAddress))
                if outcome == PB_RING_OK { break }
                if outcome != PB_RING_EMPTY { WorkerExit.protocolBroken.leave() }
                pb_ring_signal(&outgoing)
                usleep(Self.fullRingPauseMicroseconds)
            }
        }
        pb_ring_signal(&outgoing)
    }

    private static func writeAll(_ socket: Int32, _ bytes: [UInt8]) {
        var offset = 0
        bytes.withUnsafeBytes { raw in
            while offset < raw.count {
                let count = write(socket, raw.baseAddress! + offset, raw.count - offset)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { WorkerExit.hubGone.leave() }
                offset += count
            }
        }
    }
}
