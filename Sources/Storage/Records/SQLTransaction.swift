import HubCore
import JSON
import PluginModel

/// The hub's records inside one transaction of either database: every port's methods, once, in the words both understand.
final class SQLTransaction: HubTransaction {
    let session: any SQLSession
    private let isReadOnly: Bool
    /// The first statement that failed. PostgreSQL takes no further one then, so neither does SQLite: what was only half done is not kept,
    /// even if the body would go on.
    private(set) var failure: Fault?
    /// Whether organisations are there, those removed not; asked once a transaction.
    private var present: [Organisation.ID: Bool] = [:]
    /// How many bytes of items organisations keep more, or fewer, than is written down; it is at the end.
    var bytesUnwritten: [Organisation.ID: Int64] = [:]

    init(_ session: any SQLSession, isReadOnly: Bool) {
        self.session = session
        self.isReadOnly = isReadOnly
    }

    /// Runs a body of the hub, and tells whether what it did may be kept.
    static func run<Value>(
        _ body: (any HubTransaction) throws(Fault) -> Value, in session: any SQLSession, isReadOnly: Bool
    ) throws(Fault) -> Value {
        let transaction = SQLTransaction(session, isReadOnly: isReadOnly)
        let value = try body(transaction)
        try transaction.keepUsage()
        if let failure = transaction.failure { throw failure }
        return value
    }

    func rows<Row>(_ sql: String, _ values: SQLValue..., read: (any SQLRow) throws(Fault) -> Row) throws(Fault) -> [Row] {
        try rows(sql, values, read: read)
    }

    func rows<Row>(_ sql: String, _ values: [SQLValue], read: (any SQLRow) throws(Fault) -> Row) throws(Fault) -> [Row] {
        try guarded { () throws(Fault) in try session.rows(sql, values, read: read) }
    }

    /// Gives how many rows it changed.
    @discardableResult func change(_ sql: String, _ values: SQLValue...) throws(Fault) -> Int {
        try change(sql, values)
    }

    @discardableResult func change(_ sql: String, _ values: [SQLValue]) throws(Fault) -> Int {
        if isReadOnly { throw StorageFault.writeInRead }
        return try guarded { () throws(Fault) in try session.change(sql, values) }
    }

    /// Whether it changed anything.
    func hasChanged(_ sql: String, _ values: SQLValue...) throws(Fault) -> Bool { try change(sql, values) > 0 }

    /// The next numbers of a row of numbers without gaps: the last of them.
    func advance(_ counter: String, by count: Int) throws(Fault) -> Int64 {
        if isReadOnly { throw StorageFault.writeInRead }
        let last = try rows(
            """
            insert into counters (name, value) values ($1, $2)
            on conflict (name) do update set value = counters.value + excluded.value returning value
            """, .text(counter), .integer(Int64(count))
        ) { (row: any SQLRow) throws(Fault) in row.integer(0) }.first
        return last ?? 0
    }

    /// Whether an organisation is there. One that is removed is not, though what it had may still be.
    func isPresent(_ organisation: Organisation.ID) throws(Fault) -> Bool {
        if let known = present[organisation] { return known }
        let found = try rows("select 1 from organisations where id = $1 and removed_ms is null", .id(organisation)) {
            (row: any SQLRow) throws(Fault) in row.integer(0)
        }
        present[organisation] = !found.isEmpty
        return !found.isEmpty
    }

    /// For whatever is written for an organisation: a foreign key would still find one that is removed. Counts as a statement that failed.
    func require(_ organisation: Organisation.ID) throws(Fault) {
        if try isPresent(organisation) { return }
        let fault = StorageFault.unknownReference("organisation \(organisation)")
        failure = fault
        throw fault
    }

    /// Those of them that are there.
    func present(_ organisations: [Organisation.ID]) throws(Fault) -> [Organisation.ID] {
        var found: [Organisation.ID] = []
        for organisation in organisations where try isPresent(organisation) { found.append(organisation) }
        return found
    }

    /// To be called when organisations were made or removed.
    func forgetPresence() { present = [:] }

    private func guarded<Value>(_ body: () throws(Fault) -> Value) throws(Fault) -> Value {
        if let failure { throw failure }
        do throws(Fault) { return try body() } catch {
            // A refused text never reached the database.
            if error.code != StorageFault.textWithNUL.code { failure = error }
            throw error
        }
    }
}

// MARK: What columns hold

extension SQLValue {
    static func text(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    static func at(_ moment: Timestamp) -> SQLValue { .integer(moment.unixMilliseconds) }
    static func at(_ moment: Timestamp?) -> SQLValue { moment.map { .integer($0.unixMilliseconds) } ?? .null }
    static func truth(_ truth: Bool) -> SQLValue { .integer(truth ? 1 : 0) }
    static func plugin(_ id: PluginID) -> SQLValue { .text(id.rawValue) }
    static func id<Owner>(_ id: Identifier<Owner>) -> SQLValue { .text(id.rawValue) }
    static func id<Owner>(_ id: Identifier<Owner>?) -> SQLValue { id.map { .text($0.rawValue) } ?? .null }
    static func json(_ value: JSONValue) -> SQLValue { .text(value.serialized()) }
    /// How many rows a list may have, from 1.
    static func limit(_ limit: Int) -> SQLValue { .integer(Int64(min(max(limit, 1), StorageLimits.rowsMax))) }
}

extension SQLRow {
    func timestamp(_ column: Int) -> Timestamp { Timestamp(unixMilliseconds: integer(column)) }
    func optionalTimestamp(_ column: Int) -> Timestamp? { isNull(column) ? nil : timestamp(column) }
    func truth(_ column: Int) -> Bool { integer(column) != 0 }
    func id<Owner>(_ column: Int) -> Identifier<Owner> { Identifier(text(column)) }
    func optionalID<Owner>(_ column: Int) -> Identifier<Owner>? { isNull(column) ? nil : id(column) }

    func plugin(_ column: Int) throws(Fault) -> PluginID {
        let raw = text(column)
        do throws(InvalidPluginID) { return try PluginID(raw) } catch { throw StorageFault.unreadable("a plugin's id", raw) }
    }

    func json(_ column: Int) throws(Fault) -> JSONValue {
        let bytes = bytes(column)
        do throws(JSONError) { return try JSONValue(parsing: bytes) } catch {
            throw StorageFault.unreadable("JSON", error.message)
        }
    }

    func object(_ column: Int) throws(Fault) -> JSONObject {
        guard let object = try json(column).objectValue else { throw StorageFault.unreadable("a JSON object", text(column)) }
        return object
    }

    func named<Name: RawRepresentable<String>>(_ column: Int, _ what: String) throws(Fault) -> Name {
        guard let name = Name(rawValue: text(column)) else { throw StorageFault.unreadable(what, text(column)) }
        return name
    }
}
