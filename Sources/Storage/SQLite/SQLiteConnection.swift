import CSQLite
import PluginModel

/// One open SQLite database, with the settings the house wants and every statement prepared once.
///
/// Not thread-safe: its owner lends it to one thread at a time (the handle is opened without SQLite's own mutex).
final class SQLiteConnection: SQLSession {
    /// How long a call waits for another process that writes, before `storage.busy`.
    static let busyMillisecondsMax: Int32 = 1000
    /// Pages in the write-ahead log after which SQLite folds it back: 4 MiB.
    static let checkpointPages = 1000
    /// Prepared statements that are kept; filters make texts of their own.
    static let statementsMax = 512

    let path: String
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    init(path: String, readOnly: Bool = false) throws(Fault) {
        self.path = path
        var opened: OpaquePointer?
        let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE, nil)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
            sqlite3_close_v2(opened)
            throw SQLiteFault.make(code, message, path: path)
        }
        handle = opened
        sqlite3_busy_timeout(handle, Self.busyMillisecondsMax)
    }

    deinit {
        forgetStatements()
        sqlite3_close_v2(handle)
    }

    /// Sets what must hold before the first query. `isWriter` also turns the write-ahead log on, which stays on in the file.
    ///
    /// `synchronous` FULL: an answered `state.set` survives a power cut, at the cost of one fsync; NORMAL would survive only the end of
    /// the process.
    func configure(isWriter: Bool) throws(Fault) {
        // Databases are data: no code in their schemas runs, and none is loaded.
        try check(patchbayDefensive(handle))
        try run("pragma trusted_schema = off")
        try run("pragma foreign_keys = on")
        try run("pragma cell_size_check = on")
        guard isWriter else { return }
        try run("pragma journal_mode = wal")
        try run("pragma synchronous = full")
        try run("pragma wal_autocheckpoint = \(Self.checkpointPages)")
    }

    /// Lets the file grow to that many bytes, rounded down to whole pages, and no further; never less than it has.
    func limitFile(bytes: Int) throws(Fault) {
        let pageBytes = try rows("pragma page_size", []) { Int($0.integer(0)) }.first ?? 4096
        try run("pragma max_page_count = \(max(1, bytes / pageBytes))")
    }

    /// The statement for this text, ready to be bound; prepared on first use and kept. `$1` is `?1` to SQLite, where `$1` would be a name.
    private func statement(_ sql: String) throws(Fault) -> SQLiteStatement {
        if let known = statements[sql] { return known }
        if statements.count >= Self.statementsMax { forgetStatements() }
        var prepared: OpaquePointer?
        try check(sqlite3_prepare_v3(handle, sql.replacing("$", with: "?"), -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil))
        guard let prepared else { preconditionFailure("'\(sql)' is no statement") }
        let statement = SQLiteStatement(prepared, connection: self)
        statements[sql] = statement
        return statement
    }

    private func forgetStatements() {
        for statement in statements.values { statement.finalize() }
        statements = [:]
    }

    // MARK: SQLSession

    let dialect = SQLDialect.sqlite

    func run(_ script: String) throws(Fault) {
        try check(sqlite3_exec(handle, script, nil, nil, nil))
    }

    @discardableResult func change(_ sql: String, _ values: [SQLValue]) throws(Fault) -> Int {
        try statement(sql).run(values)
        return Int(sqlite3_changes64(handle))
    }

    func rows<Row>(_ sql: String, _ values: [SQLValue], read: (any SQLRow) throws(Fault) -> Row) throws(Fault) -> [Row] {
        try statement(sql).all(values, read: read)
    }

    /// Immediate for writers: a reader that turns writer halfway can be refused after it has decided.
    func begin(_ kind: SQLTransactionKind) throws(Fault) { try change(kind == .reading ? "begin" : "begin immediate", []) }

    func commit() throws(Fault) { try change("commit", []) }

    /// SQLite has rolled back by itself after a full disk or an I/O error; then there is nothing to do.
    func rollback() {
        if isInTransaction { sqlite3_exec(handle, "rollback", nil, nil, nil) }
    }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
    /// Writers wait for each other at `begin`, so nothing ever has to run again.
    let mayRunAgain = false
    let isBroken = false

    func lock(_ name: String) {}

    // MARK: Copies

    /// Writes a whole, compact copy into a file that is there and empty. What others write meanwhile is not in it.
    func copy(into path: String) throws(Fault) {
        // SQLite attaches the copy for as long as it writes it.
        sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 1)
        defer { sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0) }
        try change("vacuum into $1", [.text(path)])
    }

    func check(_ code: Int32) throws(Fault) {
        if code != SQLITE_OK { throw fault(code) }
    }

    func fault(_ code: Int32) -> Fault { SQLiteFault.make(code, String(cString: sqlite3_errmsg(handle)), path: path) }
}

/// Switches off what a hostile database file could use. `sqlite3_db_config` is variadic, so the switches that have a function are used,
/// and limits instead of the rest.
private func patchbayDefensive(_ handle: OpaquePointer) -> Int32 {
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
    return sqlite3_enable_load_extension(handle, 0)
}
