/// How large things on the wire may get. Crossing one ends the connection, because after a bad length no next frame can be found.
package struct FrameLimits: Sendable, Hashable {
    /// Largest whole message, in bytes, once its frames are put together.
    package var messageBytesMax: Int
    /// Largest payload of a single frame, in bytes.
    package var frameBytesMax: Int

    package init(messageBytesMax: Int = 16 << 20, frameBytesMax: Int = 64 << 10) {
        self.messageBytesMax = messageBytesMax
        self.frameBytesMax = frameBytesMax
    }
}

/// What a peer did wrong on the wire.
package enum FrameError: Error, Sendable, Hashable {
    /// A frame announces more bytes than one frame may carry.
    case frameTooLong(bytes: Int, limit: Int)
    /// The frames of one message add up to more than a message may hold.
    case messageTooLong(bytes: Int, limit: Int)
    /// A continuation differs from the message it should continue.
    case brokenContinuation(kind: UInt16, id: UInt32)
    /// The ring's positions or lengths are impossible.
    case corruptRing
    /// The stream ended inside a frame.
    case truncated
}

extension FrameError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .frameTooLong(let bytes, let limit): "a frame of \(bytes) bytes was announced; at most \(limit) are allowed"
        case .messageTooLong(let bytes, let limit): "a message of at least \(bytes) bytes was sent; at most \(limit) are allowed"
        case .brokenContinuation(let kind, let id): "a message (kind \(kind), id \(id)) was interrupted by another one"
        case .corruptRing: "the shared ring holds impossible positions or lengths"
        case .truncated: "the stream ended in the middle of a frame"
        }
    }
}
