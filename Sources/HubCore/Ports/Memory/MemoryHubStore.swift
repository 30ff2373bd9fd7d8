package import PluginModel
import Synchronization

/// The hub's records in memory: for tests, and as the shortest implementation of what `HubStore` promises.
///
/// Writes run one after the other, each on a copy that takes the place of the records when the body is through; reads see the records as
/// they were when they began. Nothing survives the process.
package final class MemoryHubStore: HubStore {
    /// Transactions that wait for their turn; further ones are turned away.
    package static let waitingMax = 10_000

    private let records = Mutex(MemoryRecords())
    private let writer = ThreadLane(name: "pb-memory-write", threads: 1, waitingMax: waitingMax)
    private let readers = ThreadLane(name: "pb-memory-read", threads: 2, waitingMax: waitingMax)

    package init() {}

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        let value = try await writer.run { [self] () throws(Fault) -> Value in
            let transaction = MemoryTransaction(records.withLock { $0 }, mayWrite: true)
            defer { transaction.isOver = true }
            let value = try body(transaction)
            // The lane has one thread, so nobody else changed them meanwhile.
            records.withLock { $0 = transaction.records }
            return value
        }
        guard let value else { throw Self.closed() }
        return value
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        let value = try await readers.run { [self] () throws(Fault) -> Value in
            let transaction = MemoryTransaction(records.withLock { $0 }, mayWrite: false)
            defer { transaction.isOver = true }
            return try body(transaction)
        }
        guard let value else { throw Self.closed() }
        return value
    }

    package func close() async {
        writer.close()
        readers.close()
    }

    /// Everything in it as text, so that a test can look for what must not be there.
    package var dump: String { records.withLock { records in String(reflecting: records) } }

    private static func closed() -> Fault {
        Fault(code: "storage.busy", message: "The store is closed, or too much waits for it.", turn: .hub)
    }
}

/// All records as one value: copying it is a snapshot.
struct MemoryRecords: Sendable {
    struct Member: Hashable, Sendable {
        let organisation: Organisation.ID
        let user: User.ID
    }
    struct Outside: Hashable, Sendable {
        let issuer: String
        let subject: String
    }
    struct PluginPlace: Hashable, Sendable {
        let plugin: PluginID
        let organisation: Organisation.ID?
    }
    struct PermissionPlace: Hashable, Sendable {
        let plugin: PluginID
        let permission: String
    }
    struct Request: Hashable, Sendable {
        let key: String
        let principal: String
    }

    var users: [User.ID: User] = [:]
    var identities: [Outside: ExternalIdentity] = [:]
    var organisations: [Organisation.ID: Organisation] = [:]
    var removed: [Organisation.ID: RemovedOrganisation] = [:]
    var memberships: [Member: Membership] = [:]
    var sessions: [[UInt8]: Session] = [:]
    var tokens: [APIToken.ID: APIToken] = [:]
    var codes: [[UInt8]: OneTimeCode] = [:]

    var plugins: [PluginID: PluginRecord] = [:]
    var overrides: [PluginID: PluginOverride] = [:]
    var enablement: [PluginPlace: Bool] = [:]
    var grants: [PermissionPlace: Grant] = [:]
    var grantUses: [PermissionPlace: GrantUse] = [:]
    var settings: [PluginPlace: PluginSettings] = [:]
    var failures: [PluginFailure] = []
    var lastFailure: Int64 = 0

    var secrets: [SecretPlace: SealedSecret] = [:]
    var hubSettings: [String: [UInt8]] = [:]

    var events: [JournalEvent] = []
    var lastEvent: Int64 = 0
    var audit: [AuditEntry] = []
    var cursors: [String: Int64] = [:]
    var answers: [Request: KeptAnswer] = [:]

    var moderation = MemoryItems()
    var ruleShelf = RuleShelf()
    var context: [PluginPlace: ContextSettings] = [:]
    var reviews = Reviews()
    var ruleDays = MemoryRuleDays()
}

/// The records of one transaction. Not for use after its body; a member called then traps.
final class MemoryTransaction: HubTransaction {
    var records: MemoryRecords {
        didSet { precondition(!isOver, "A transaction is used inside its body only.") }
    }
    private let mayWrite: Bool
    var isOver = false

    init(_ records: MemoryRecords, mayWrite: Bool) { (self.records, self.mayWrite) = (records, mayWrite) }

    /// Changes the records, unless the transaction is one that reads.
    func change<Value>(_ body: (inout MemoryRecords) throws(Fault) -> Value) throws(Fault) -> Value {
        guard mayWrite else {
            throw Fault(code: "storage.read-only", message: "A transaction that only reads was asked to write.", turn: .hub)
        }
        return try body(&records)
    }

    /// The records behind `page.after`, in the order of their names.
    func page<Record>(_ all: some Sequence<Record>, _ page: PageRequest, by name: (Record) -> String) -> [Record] {
        let sorted = all.sorted { name($0) < name($1) }
        return Array(sorted.drop { record in page.after.map { name(record) <= $0 } ?? false }.prefix(page.limit))
    }
}
