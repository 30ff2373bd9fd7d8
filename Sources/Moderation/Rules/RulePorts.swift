package import HubCore
package import JSON
package import PluginModel
package import Rules

/// What rules do when they pass, as far as rules have to know it.
package protocol ActionDirectory: Sendable {
    /// Actions that rules may name; nil: nobody knows, and nothing is said about any.
    func actionIDs(in organisation: Organisation.ID) async throws(Fault) -> Set<String>?
    /// How often each rule has acted on a day of UTC, counted from 1970, by the rule's id.
    func actions(in organisation: Organisation.ID, on day: Int64) async throws(Fault) -> [String: Int]
}

/// A hub without actions.
package struct NoActions: ActionDirectory {
    package init() {}
    package func actionIDs(in organisation: Organisation.ID) async throws(Fault) -> Set<String>? { nil }
    package func actions(in organisation: Organisation.ID, on day: Int64) async throws(Fault) -> [String: Int] { [:] }
}

/// An item as it was submitted and kept.
package struct StoredItem: Sendable {
    package let sequence: Int64
    /// `{id, typeId, data, creator?, source?, policyIds?}`.
    package let submission: JSONValue

    package init(sequence: Int64, submission: JSONValue) { (self.sequence, self.submission) = (sequence, submission) }
}

/// Items that were submitted, for trying rules on them.
package protocol StoredItemSource: Sendable {
    /// The latest before `sequence` (nil: of all), latest first, at most `limit`.
    /// - Parameter types: Ids of item types; empty: of any.
    func items(
        of organisation: Organisation.ID, before sequence: Int64?, limit: Int, types: [String]
    ) async throws(Fault) -> [StoredItem]
    /// How many there are, counted up to `limit`.
    func count(of organisation: Organisation.ID, types: [String], limit: Int) async throws(Fault) -> Int
    /// The latest with this id of its submitter's.
    func item(_ id: String, of organisation: Organisation.ID) async throws(Fault) -> StoredItem?
    /// The one of a number; nil where it is not kept.
    func item(_ sequence: Int64, of organisation: Organisation.ID) async throws(Fault) -> StoredItem?
}

/// A hub that keeps no items.
package struct NoStoredItems: StoredItemSource {
    package init() {}
    package func items(
        of organisation: Organisation.ID, before sequence: Int64?, limit: Int, types: [String]
    ) async throws(Fault) -> [StoredItem] { [] }
    package func count(of organisation: Organisation.ID, types: [String], limit: Int) async throws(Fault) -> Int { 0 }
    package func item(_ id: String, of organisation: Organisation.ID) async throws(Fault) -> StoredItem? { nil }
    package func item(_ sequence: Int64, of organisation: Organisation.ID) async throws(Fault) -> StoredItem? { nil }
}

/// A hub without signals of plugins.
package struct NoSignals: SignalSource {
    package init() {}
    package func signals(for organisation: Organisation.ID) async -> [SignalDescriptor] { [] }
    package func runner(for organisation: Organisation.ID) -> any SignalRunning { Nobody() }

    private struct Nobody: SignalRunning {
        func run(_ batch: SignalBatch) async -> [SignalRun] {
            batch.inputs.map { _ in .unavailable(.notLoaded, "Nobody here runs the signal '\(batch.signal.type)'.") }
        }
    }
}
