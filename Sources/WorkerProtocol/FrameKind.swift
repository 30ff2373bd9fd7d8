/// What the hub says to a worker.
///
/// Raw values are the wire numbers of `docs/protocol.md`; they are never reused.
package enum HubToWorker: UInt16, Sendable, CaseIterable {
    /// The only frame that always travels on the socket: ``WorkerSetup``.
    case setup = 1
    /// First frame on the data plane: the boot record as JSON, read by the prelude (profile, facade, virtual modules).
    case boot = 2
    /// The plugin's script. Its evaluation is answered by `ready` or `failed`.
    case script = 3
    /// Calls an entry with one JSON argument. `extra` is the entry's handle.
    case call = 10
    /// Calls an entry once per element of a JSON array. `extra` is the entry's handle.
    case batch = 11
    /// Asks a stream for its next item.
    case next = 12
    /// Ends a call or a stream early; answered by `cancelled`.
    case cancel = 13
    /// Answers a host call. `id` is the host call's id, the error flag says whether the payload is an error.
    case hostReply = 14
    /// Names an entry: `id` is the handle, the payload the name as JSON.
    case bind = 15
}

/// What a worker says to the hub.
package enum WorkerToHub: UInt16, Sendable, CaseIterable {
    /// The plugin is loaded; the payload is the JSON list of its entries.
    case ready = 1
    /// The plugin could not be loaded; the payload is a ``WorkerError``.
    case failed = 2
    /// The worker is ready for a plugin: its engine is up and it is locked down. The payload is the report of its layers (`pb_report`).
    /// Its first message, always over the socket; everything else comes after the setup.
    case confined = 3
    /// A call's result, or its error when flagged.
    case result = 10
    /// The call returned a generator: items follow on request.
    case streamOpened = 11
    /// One item of a stream.
    case item = 12
    /// The end of a stream; the payload is the generator's return value.
    case streamEnd = 13
    /// The answer to `cancel`: nothing more will come under this id.
    case cancelled = 14
    /// A host call: `id` is its own number, `extra` the call it belongs to; the payload is the operation, a newline, JSON arguments.
    case hostCall = 20
    /// A host call that wants no answer.
    case notify = 21
    /// A host call is no longer wanted; `id` is its number.
    case hostCancel = 22
}

/// Flags of a frame.
package struct FrameFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The payload is an error.
    package static let error = FrameFlags(rawValue: 1)
    /// More frames of the same message follow at once.
    package static let more = FrameFlags(rawValue: 2)
    /// A host call during which the plugin waits.
    package static let synchronous = FrameFlags(rawValue: 4)
    /// There is no value (`undefined`), and the payload is empty.
    package static let undefined = FrameFlags(rawValue: 8)
    /// A batch result holds `[0, value]` or `[1, error]` pairs, because at least one element failed.
    package static let mixed = FrameFlags(rawValue: 16)
}

/// The header of a frame, 16 bytes, little-endian, the same over a ring and over a socket.
package struct FrameHeader: Sendable, Hashable {
    package static let byteCount = 16

    package var length: UInt32
    package var kind: UInt16
    package var flags: FrameFlags
    package var id: UInt32
    package var extra: UInt32

    package init(length: UInt32 = 0, kind: UInt16, flags: FrameFlags = [], id: UInt32 = 0, extra: UInt32 = 0) {
        self.length = length
        self.kind = kind
        self.flags = flags
        self.id = id
        self.extra = extra
    }
}

/// A whole message: a header without the `more` flag, and all of its payload.
package struct Frame: Sendable, Hashable {
    package var header: FrameHeader
    package var payload: [UInt8]

    package init(header: FrameHeader, payload: [UInt8] = []) {
        self.header = header
        self.payload = payload
    }
}
