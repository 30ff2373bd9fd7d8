import CSQLite
import PluginModel

/// A prepared statement, used again and again.
///
/// Texts are bound where they lie, without a copy by SQLite; so they are bound and run inside one call, `withValues`, and unbound after.
final class SQLiteStatement: SQLRow {
    private let handle: OpaquePointer
    private unowned let connection: SQLiteConnection

    init(_ handle: OpaquePointer, connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
    }

    func finalize() { sqlite3_finalize(handle) }

    /// Runs to the end without looking at rows.
    func run(_ values: [SQLValue]) throws(Fault) {
        try withValues(values[...], from: 1) { () throws(Fault) in
            while try step() {}
        }
    }

    /// Every row, read by `read`.
    func all<Row>(_ values: [SQLValue], read: (any SQLRow) throws(Fault) -> Row) throws(Fault) -> [Row] {
        try withValues(values[...], from: 1) { () throws(Fault) in
            var rows: [Row] = []
            while try step() { rows.append(try read(self)) }
            return rows
        }
    }

    // MARK: The current row

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

    func bytes(_ column: Int) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, Int32(column)) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column)))))
    }

    // MARK: Running

    private func step() throws(Fault) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.fault(code)
        }
    }

    /// Binds the values one inside the other, so that each lies still until the innermost call is over.
    private func withValues<Result>(
        _ values: ArraySlice<SQLValue>, from place: Int32, _ body: () throws(Fault) -> Result
    ) throws(Fault) -> Result {
        guard let value = values.first else {
            defer {
                sqlite3_reset(handle)
                sqlite3_clear_bindings(handle)
            }
            return try body()
        }
        let rest = values.dropFirst()
        switch value {
        case .null:
            try connection.check(sqlite3_bind_null(handle, place))
            return try withValues(rest, from: place + 1, body)
        case .integer(let number):
            try connection.check(sqlite3_bind_int64(handle, place, number))
            return try withValues(rest, from: place + 1, body)
        case .bytes(let bytes):
            return try bytes.withUnsafeBufferPointer { (bytes) throws(Fault) in
                // An empty array may have no address, which SQLite takes for null.
                let code =
                    bytes.isEmpty
                    ? sqlite3_bind_zeroblob(handle, place, 0)
                    : sqlite3_bind_blob(handle, place, bytes.baseAddress, Int32(bytes.count), nil)
                try connection.check(code)
                return try withValues(rest, from: place + 1, body)
            }
        case .text(var text):
            if text.utf8.contains(0) { throw StorageFault.textWithNUL }
            let outcome = text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { bytes -> Swift.Result<Result, Fault> in
                    do throws(Fault) {
                        // An empty text may have no address, which SQLite takes for null; it copies the one given here.
                        let code =
                            bytes.isEmpty
                            ? sqlite3_bind_text(handle, place, "", 0, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
                            : sqlite3_bind_text(handle, place, bytes.baseAddress, Int32(bytes.count), nil)
                        try connection.check(code)
                        return .success(try withValues(rest, from: place + 1, body))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return try outcome.get()
        }
    }
}
