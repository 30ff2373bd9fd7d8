package import PluginModel

/// What survives a restart. SQLite and PostgreSQL implement it, and pass one suite.
///
/// A body runs as one transaction on a thread of the database's own: it may block, must not wait for anything else, and may run again when
/// the database asks for it (serialization), so it changes nothing outside. When `write` returns, what it wrote is on disk.
package protocol HubStore: Sendable {
    /// Everything in it is kept, or nothing.
    func write<Value: Sendable>(_ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value) async throws(Fault) -> Value
    /// One consistent view; changes nothing.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value) async throws(Fault) -> Value
    /// Lets work in hand finish, then closes.
    func close() async
}

/// The records of the hub inside one transaction. Used only by the body it was given to.
package protocol HubTransaction: AccountRecords, PluginRecords, SecretRecords, JournalRecords, RequestRecords,
    ItemRecords, RuleRecords, ContextRecords, UserRecords, ReviewRecords,
    RuleDayRecords
{}

/// A part of a list that is read page by page: records behind `after`, at most `limit`.
package struct PageRequest: Sendable, Hashable {
    /// Of one page.
    package static let limitMax = 200

    package var after: String?
    package var limit: Int

    package init(after: String? = nil, limit: Int = 50) { (self.after, self.limit) = (after, min(max(limit, 1), Self.limitMax)) }
}
