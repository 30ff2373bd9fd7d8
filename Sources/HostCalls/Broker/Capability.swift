package import PluginModel

/// One power the hub lends to plugins: its operations, its rule, its limits and its errors.
///
/// One value serves one plugin. `docs/adding-a-capability.md` walks through a new one.
package protocol Capability: Sendable {
    /// The word before the dot of its operations.
    static var name: String { get }

    /// Everything it can be asked. The broker refuses names that stand in no list.
    static var operations: [OperationDescription] { get }

    /// The codes of the faults it makes itself, for the catalogue of errors.
    static var errors: [ErrorDescription] { get }

    /// What permission this call needs; nil where none is needed. Asked before `perform`, for every call: there is no default on purpose.
    func need(for call: HostCall) throws(Fault) -> Need?

    /// Does it, after the need was allowed. Must not block; what takes time is answered `.later`.
    func perform(_ call: HostCall) throws(Fault) -> Answer

    /// The plugin goes away: let go of what is held for it. Calls in flight have been answered by then.
    func close()
}

extension Capability {
    package func close() {}
}

package struct OperationDescription: Sendable, Hashable {
    /// With the capability's name in front: `state.get`.
    package let name: String
    /// Answered within the call that asks, so that a plugin may wait for it without letting others run.
    package let isImmediate: Bool
    package let summary: String

    package init(_ name: String, isImmediate: Bool, _ summary: String) {
        self.name = name
        self.isImmediate = isImmediate
        self.summary = summary
    }
}

package struct ErrorDescription: Sendable, Hashable {
    package let code: String
    /// One plain sentence.
    package let meaning: String
    package let turn: Fault.Turn

    package init(_ code: String, _ meaning: String, _ turn: Fault.Turn) {
        self.code = code
        self.meaning = meaning
        self.turn = turn
    }
}

/// How a capability answers.
package enum Answer: Sendable {
    /// One JSON value in UTF-8.
    case now([UInt8])
    /// Begins work that finishes `PendingCall` from any thread.
    case later(@Sendable (PendingCall) -> Void)
}
