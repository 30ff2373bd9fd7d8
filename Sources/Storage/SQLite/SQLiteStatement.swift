import CSQLite
import PluginModel

/// A prepared statement, used again and again.
///
/// Texts are bound where they lie, without a copy by SQLite; so they are bound and run inside one call, `withValues`, and unbound after.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private unowned let connection: SQLiteConnection

    init(_ handle: OpaquePointer, connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
    }

    func finalize() { sqlite3_finalize(handle) }

    enum Value {
        case text(String)
        /// Text by its bytes, which need not be UTF-8: the end of a range of keys.
        case textBytes([UInt8])
        case bytes([UInt8])
        case integer(Int)
    }

    /// Runs to the end without looking at rows.
    func run(_ values: Value...) throws(Fault) {
        try withValues(values[...], from: 1) { () throws(Fault) in
            while try step() {}
        }
    }

    /// The first row, read by `read`; nil when there is none.
    func first<Result>(_ values: Value..., read: (SQLiteStatement) -> Result) throws(Fault) -> Result? {
        try withValues(values[...], from: 1) { () throws(Fault) in try step() ? read(self) : nil }
    }

    /// Every row, read by `read`.
    func all<Result>(_ values: Value..., read: (SQLiteStatement) -> Result) throws(Fault) -> [Result] {
        try withValues(values[...], from: 1) { () throws(Fault) in
            var rows: [Result] = []
            while try step() { rows.append(read(self)) }
            return rows
        }
    }

    // MARK: The current row

    func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

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
        _ values: ArraySlice<Value>, from place: Int32, _ body: () throws(Fault) -> Result
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
        case .integer(let number):
            try connection.check(sqlite3_bind_int64(handle, place, Int64(number)))
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
        case .textBytes(let bytes):
            precondition(!bytes.isEmpty, "An empty text is bound as text.")
            return try bytes.withUnsafeBufferPointer { (bytes) throws(Fault) in
                let code = bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, place, $0.baseAddress, Int32($0.count), nil)
                }
                try connection.check(code)
                return try withValues(rest, from: place + 1, body)
            }
        case .text(var text):
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
