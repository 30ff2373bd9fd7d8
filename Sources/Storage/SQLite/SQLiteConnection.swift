import CSQLite
import PluginModel

/// One open SQLite database, with the settings the house wants and every statement prepared once.
///
/// Not thread-safe: its owner holds a lock around each use (the handle is opened without SQLite's own mutex).
final class SQLiteConnection {
    /// How long a call waits for another process that writes, before `storage.busy`.
    static let busyMillisecondsMax: Int32 = 1000
    /// Pages in the write-ahead log after which SQLite folds it back: 4 MiB.
    static let checkpointPages = 1000

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
        for statement in statements.values { statement.finalize() }
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

    /// Lets the file grow to that many bytes, rounded down to whole pages, and no further.
    func limitFile(bytes: Int) throws(Fault) {
        let pageBytes = try statement("pragma page_size").first { $0.integer(0) } ?? 4096
        try run("pragma max_page_count = \(max(1, bytes / pageBytes))")
    }

    /// The statement for this text, ready to be bound; prepared on first use and kept.
    func statement(_ sql: String) throws(Fault) -> SQLiteStatement {
        if let known = statements[sql] { return known }
        var prepared: OpaquePointer?
        try check(sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil))
        guard let prepared else { preconditionFailure("'\(sql)' is no statement") }
        let statement = SQLiteStatement(prepared, connection: self)
        statements[sql] = statement
        return statement
    }

    /// Runs statements without parameters and without interest in their rows.
    func run(_ sql: String) throws(Fault) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// Runs `body` as one whole: all of it is kept, or none.
    func transaction<Value>(_ body: () throws(Fault) -> Value) throws(Fault) -> Value {
        // Immediate: a reader that turns writer halfway can be refused after it has decided.
        try statement("begin immediate").run()
        do throws(Fault) {
            let value = try body()
            try statement("commit").run()
            return value
        } catch {
            // SQLite has rolled back by itself after a full disk or an I/O error; a second rollback then has nothing to do.
            if sqlite3_get_autocommit(handle) == 0 { try statement("rollback").run() }
            throw error
        }
    }

    func check(_ code: Int32) throws(Fault) {
        if code != SQLITE_OK { throw fault(code) }
    }

    func fault(_ code: Int32) -> Fault { SQLiteFault.make(code, String(cString: sqlite3_errmsg(handle)), path: path) }

    /// Rows changed by the last statement.
    var changes: Int { Int(sqlite3_changes64(handle)) }
}

/// Switches off what a hostile database file could use. `sqlite3_db_config` is variadic, so the switches that have a function are used,
/// and limits instead of the rest.
private func patchbayDefensive(_ handle: OpaquePointer) -> Int32 {
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
    return sqlite3_enable_load_extension(handle, 0)
}
