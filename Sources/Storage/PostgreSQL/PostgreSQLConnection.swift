import CPostgres
import Glibc
import PluginModel

/// One connection to PostgreSQL, with the settings the house wants and every statement prepared once.
///
/// Not thread-safe: its owner lends it to one thread at a time.
final class PostgreSQLConnection: SQLSession {
    /// Prepared statements that are kept; filters make texts of their own.
    private static let statementsMax = 512
    /// The first of two numbers that name an advisory lock in a database: "Patc", and one more for names that plugins have a part in. The
    /// second number is the hash of a name, so that two of those may share a lock, but never with ours.
    private static let lockClass = 0x5061_7463

    let dialect = SQLDialect.postgreSQL
    private let address: PostgreSQLAddress
    private let handle: OpaquePointer
    private var statements: [String: String] = [:]
    private var statementCount = 0
    private(set) var mayRunAgain = false
    private(set) var isBroken = false

    init(_ address: PostgreSQLAddress, applicationName: String) throws(Fault) {
        self.address = address
        handle = try PostgreSQLDialing(address: address, applicationName: applicationName).connect()
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try configure()
    }

    deinit { PQfinish(handle) }

    /// `synchronous_commit` is raised where a server has it off: an answered write survives the server's end. Stronger settings stay.
    private func configure() throws(Fault) {
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? ""
        guard encoding == "UTF8" else {
            throw Fault(
                code: "storage.not-utf8", message: "The database keeps texts in \(encoding), not in UTF-8.", place: address.shown,
                remedy: "Create another one: createdb --encoding=UTF8 --template=template0 NAME", turn: .operator)
        }
        try run(
            """
            set statement_timeout = '\(StorageLimits.statementSeconds)s';
            set idle_in_transaction_session_timeout = 0;
            set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
            select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'
            """)
    }

    // MARK: Statements

    func run(_ script: String) throws(Fault) {
        let result = PostgreSQLResult(PQexec(handle, script))
        guard result.isGood else { throw failure(result) }
    }

    @discardableResult func change(_ sql: String, _ values: [SQLValue]) throws(Fault) -> Int { try execute(sql, values).changed }

    func rows<Row>(_ sql: String, _ values: [SQLValue], read: (any SQLRow) throws(Fault) -> Row) throws(Fault) -> [Row] {
        let result = try execute(sql, values)
        var rows: [Row] = []
        rows.reserveCapacity(result.count)
        for number in 0..<result.count { rows.append(try read(result.row(number))) }
        return rows
    }

    private func execute(_ sql: String, _ values: [SQLValue]) throws(Fault) -> PostgreSQLResult {
        let parameters = try PostgreSQLParameters(values)
        let name = try prepared(sql, parameters)
        let result = parameters.with { count, pointers, lengths, formats in
            PostgreSQLResult(PQexecPrepared(handle, name, count, pointers, lengths, formats, 1))
        }
        guard result.isGood else { throw failure(result) }
        return result
    }

    private func prepared(_ sql: String, _ parameters: PostgreSQLParameters) throws(Fault) -> String {
        if let known = statements[sql] { return known }
        if statements.count >= Self.statementsMax {
            try run("deallocate all")
            statements = [:]
        }
        statementCount += 1
        let name = "s\(statementCount)"
        let result = PostgreSQLResult(PQprepare(handle, name, sql, Int32(parameters.types.count), parameters.types))
        guard result.isGood else { throw failure(result) }
        statements[sql] = name
        return name
    }

    /// Notes what the failure means for this connection.
    private func failure(_ result: PostgreSQLResult) -> Fault {
        let state = result.state
        let text = String(cString: PQerrorMessage(handle))
        // Class 57P: the server ends the connection, and says so before it does. Without any state it was not the server that spoke: libpq could
        // not write or read, and its status may still say that all is well.
        if PQstatus(handle) == CONNECTION_BAD || state.isEmpty || state.hasPrefix("57P") {
            isBroken = true
            mayRunAgain = true
            return PostgreSQLFault.connectionLost("\(state) \(text)", at: address)
        }
        if state == "40001" || state == "40P01" { mayRunAgain = true }
        return PostgreSQLFault.statement(state, text, at: address)
    }

    // MARK: Transactions

    /// Writers take turns, as they do with SQLite: each waits for the lock first, and sees all that was kept before. So no decision of a
    /// body rests on what another one changes meanwhile, the journal's places are in the order of commits, and nothing fails to serialise.
    func begin(_ kind: SQLTransactionKind) throws(Fault) {
        mayRunAgain = false
        switch kind {
        case .reading: try run("begin isolation level repeatable read read only")
        case .writingBeside: try run("begin isolation level read committed")
        case .writing: try run("begin isolation level read committed; select pg_advisory_xact_lock(\(Self.key("write")))")
        }
    }

    func commit() throws(Fault) {
        let result = PostgreSQLResult(PQexec(handle, "commit"))
        guard result.isGood else {
            let fault = failure(result)
            guard isBroken else { throw fault }
            mayRunAgain = false
            throw PostgreSQLFault.outcomeUnknown(fault.details ?? "", at: address)
        }
        // PostgreSQL answers the commit of a transaction that had failed with this word, and no error.
        if result.command == "ROLLBACK" {
            throw PostgreSQLFault.statement("25P02", "the transaction had failed before its commit", at: address)
        }
    }

    func rollback() {
        guard !isBroken, PQtransactionStatus(handle) != PQTRANS_IDLE else { return }
        if !PostgreSQLResult(PQexec(handle, "rollback")).isGood { isBroken = true }
    }

    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return !isBroken && (status == PQTRANS_INTRANS || status == PQTRANS_INERROR)
    }

    // MARK: Locks

    func lock(_ name: String) throws(Fault) {
        _ = try rows("select 1 from pg_advisory_xact_lock(\(Self.lockClass + 1), hashtext($1))", [.text(name)]) { (_: any SQLRow) in }
    }

    /// Takes the lock only one hub may have, for as long as the connection stands.
    func takeHubLock() throws(Fault) {
        var waited = 0
        while true {
            let mine = try rows("select case when pg_try_advisory_lock(\(Self.key("hub"))) then 1 else 0 end", []) {
                (row: any SQLRow) throws(Fault) in row.integer(0) == 1
            }
            if mine.first == true { return }
            guard waited < StorageLimits.hubLockMilliseconds else { throw StorageFault.inUse(address.shown) }
            // A hub that was killed holds the lock until its server process has noticed.
            usleep(50_000)
            waited += 50
        }
    }

    /// Of a name in the schema this connection writes to.
    private static func key(_ name: String) -> String { "\(lockClass), hashtext('\(name) ' || current_schema())" }
}
