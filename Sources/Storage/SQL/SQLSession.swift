import PluginModel

/// What a statement is given, or a column holds.
enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    /// Without U+0000, which PostgreSQL cannot keep: `storage.text-with-nul`.
    case text(String)
    case bytes([UInt8])
}

/// The row a query stands at. Columns count from 0; a column of another kind than asked for reads as 0 or empty.
protocol SQLRow {
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) -> Int64
    func bytes(_ column: Int) -> [UInt8]
}

extension SQLRow {
    func text(_ column: Int) -> String { String(decoding: bytes(column), as: UTF8.self) }
    func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
}

/// The two tongues; what they share is spoken everywhere else.
enum SQLDialect: String, Sendable, Hashable, CaseIterable {
    case sqlite, postgreSQL
}

/// One connection, used by one thread at a time.
///
/// Statements are texts in what both databases understand, with `$1`, `$2` … for their values; each text is prepared once a connection.
protocol SQLSession: AnyObject, SendableMetatype {
    var dialect: SQLDialect { get }

    /// Runs a statement; gives how many rows it changed.
    @discardableResult func change(_ sql: String, _ values: [SQLValue]) throws(Fault) -> Int
    /// Runs a query; gives every row, read by `read`.
    func rows<Row>(_ sql: String, _ values: [SQLValue], read: (any SQLRow) throws(Fault) -> Row) throws(Fault) -> [Row]
    /// Runs statements without values and without interest in their rows.
    func run(_ script: String) throws(Fault)

    func begin(_ kind: SQLTransactionKind) throws(Fault)
    /// When it returns, everything since `begin` is on disk.
    func commit() throws(Fault)
    /// Never fails: what cannot be rolled back is broken, and thrown away by its owner.
    func rollback()

    /// Whether a transaction is open that can still go on or back to a savepoint.
    var isInTransaction: Bool { get }
    /// Whether the last failure says: nothing was kept, and the same again may succeed.
    var mayRunAgain: Bool { get }
    /// Whether it is of no more use.
    var isBroken: Bool { get }

    /// Waits for a name nobody else holds, until the transaction ends. Nothing where writers take turns anyway.
    func lock(_ name: String) throws(Fault)
}

enum SQLTransactionKind: Sendable, Hashable {
    /// One consistent view that changes nothing.
    case reading
    /// The only one of its kind at a time, over all processes.
    case writing
    /// Beside others that write; locks what it needs.
    case writingBeside
}

/// A database: connections, and who may have one when.
protocol SQLDatabase: AnyObject, Sendable {
    var dialect: SQLDialect { get }
    /// Lends a connection, and waits until one is free.
    func lend<Value>(for kind: SQLTransactionKind, _ body: (any SQLSession) throws(Fault) -> Value) throws(Fault) -> Value
    /// Waits for what is lent, then closes. Later calls are `storage.closed`.
    func close()
}
