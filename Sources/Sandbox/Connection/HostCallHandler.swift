/// A host call as it came from a worker. Everything in it may be hostile.
package struct HostCallRecord: Sendable {
    /// The worker's own number for it; the reply carries it back.
    package let number: UInt32
    /// The call it belongs to, as the worker says; 0 for none.
    package let callID: UInt32
    /// Text before the first newline.
    package let operation: String
    /// Bytes after the first newline: JSON, if the worker behaves.
    package let arguments: [UInt8]
    package let isSynchronous: Bool
}

/// The answer to a host call, as JSON.
package enum HostCallAnswer: Sendable {
    case value([UInt8])
    /// `{"code", "message", "remedy"?, "name"?}`
    case error([UInt8])
}

/// Whoever answers host calls: the broker, through an adapter, since engines and rooms do not know each other.
package protocol HostCallHandler: Sendable {
    /// Answers now, or later from any thread; `reply` is called at most once. Must not block on the outside world.
    func handle(_ call: HostCallRecord, reply: @escaping @Sendable (HostCallAnswer) -> Void)
    /// A host call that wants no answer, such as a log line.
    func notify(_ call: HostCallRecord)
    /// The worker no longer wants this answer.
    func cancel(number: UInt32)
    /// A call has ended: whatever it left open is no longer wanted.
    func callEnded(_ callID: UInt32)
    /// The worker is gone: nothing more will come, nothing more is wanted.
    func workerEnded()
}
