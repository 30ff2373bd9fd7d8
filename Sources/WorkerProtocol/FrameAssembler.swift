/// Puts the frames of long messages back together.
///
/// Frames of one message follow each other directly, so one buffer is enough; its size is bounded by
/// ``FrameLimits/messageBytesMax``. A value without I/O: feed it headers and payloads in order.
package struct FrameAssembler: Sendable {
    private let limits: FrameLimits
    private var pending: Frame?

    package init(limits: FrameLimits) { self.limits = limits }

    /// Whether a message has begun and not ended.
    package var isMidway: Bool { pending != nil }

    /// Takes one frame in and gives a whole message back as soon as there is one.
    package mutating func accept(_ header: FrameHeader, _ payload: UnsafeRawBufferPointer) throws(FrameError) -> Frame? {
        guard payload.count <= limits.frameBytesMax else {
            throw .frameTooLong(bytes: payload.count, limit: limits.frameBytesMax)
        }
        let more = header.flags.contains(.more)
        guard var message = pending else {
            var whole = header
            whole.flags.remove(.more)
            whole.length = UInt32(payload.count)
            let frame = Frame(header: whole, payload: [UInt8](payload))
            guard more else { return frame }
            pending = frame
            return nil
        }
        guard header.kind == message.header.kind, header.id == message.header.id, header.extra == message.header.extra,
            header.flags.subtracting(.more) == message.header.flags
        else { throw .brokenContinuation(kind: message.header.kind, id: message.header.id) }
        let total = message.payload.count + payload.count
        guard total <= limits.messageBytesMax else { throw .messageTooLong(bytes: total, limit: limits.messageBytesMax) }
        pending = nil
        message.payload.append(contentsOf: payload)
        message.header.length = UInt32(total)
        guard more else { return message }
        pending = message
        return nil
    }
}
