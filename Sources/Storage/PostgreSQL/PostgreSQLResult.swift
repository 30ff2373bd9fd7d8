import CPostgres
import PluginModel

/// What the server answered to one statement; columns are in PostgreSQL's binary format.
final class PostgreSQLResult {
    private let handle: OpaquePointer?

    init(_ handle: OpaquePointer?) { self.handle = handle }

    deinit { PQclear(handle) }

    var isGood: Bool {
        let status = PQresultStatus(handle)
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
    }

    /// SQLSTATE, five characters; empty where the server said nothing.
    var state: String { PQresultErrorField(handle, Int32(UInt8(ascii: "C"))).map { String(cString: $0) } ?? "" }
    var command: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }
    var changed: Int { PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0 }
    var count: Int { Int(PQntuples(handle)) }

    func row(_ number: Int) -> Row { Row(result: self, number: Int32(number)) }

    struct Row: SQLRow {
        let result: PostgreSQLResult
        let number: Int32

        func isNull(_ column: Int) -> Bool { PQgetisnull(result.handle, number, Int32(column)) != 0 }

        func bytes(_ column: Int) -> [UInt8] {
            guard let start = PQgetvalue(result.handle, number, Int32(column)) else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result.handle, number, Int32(column)))))
        }

        /// Big-endian, in 2, 4 or 8 bytes.
        func integer(_ column: Int) -> Int64 {
            guard let start = PQgetvalue(result.handle, number, Int32(column)) else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result.handle, number, Int32(column))))
            guard let first = bytes.first, bytes.count <= 8 else { return 0 }
            return bytes.reduce(first >= 0x80 ? -1 : 0) { $0 << 8 | Int64($1) }
        }
    }
}

/// The values of one statement, in PostgreSQL's binary format.
struct PostgreSQLParameters {
    /// Object ids of the types; 0 lets the server find the type of a null from where it stands.
    private(set) var types: [Oid] = []
    private var values: [[UInt8]?] = []

    init(_ values: [SQLValue]) throws(Fault) {
        for value in values {
            switch value {
            case .null: add(0, nil)
            // bigint
            case .integer(let number): add(20, (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) })
            // text
            case .text(let text):
                if text.utf8.contains(0) { throw StorageFault.textWithNUL }
                add(25, Array(text.utf8))
            // bytea
            case .bytes(let bytes): add(17, bytes)
            }
        }
    }

    private mutating func add(_ type: Oid, _ bytes: [UInt8]?) {
        types.append(type)
        values.append(bytes)
    }

    /// One copy of all values, which the pointers lead into for the length of the call.
    func with<Value>(
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Value
    ) -> Value {
        var joined: [CChar] = []
        joined.reserveCapacity(values.reduce(1) { $0 + ($1?.count ?? 0) })
        for value in values { joined.append(contentsOf: (value ?? []).map { CChar(bitPattern: $0) }) }
        // An empty value needs an address too: none means null.
        joined.append(0)
        return joined.withUnsafeBufferPointer { joined in
            var place = 0
            var pointers: [UnsafePointer<CChar>?] = []
            for value in values {
                pointers.append(value.flatMap { _ in joined.baseAddress?.advanced(by: place) })
                place += value?.count ?? 0
            }
            return body(
                Int32(values.count), pointers, values.map { Int32($0?.count ?? 0) }, [Int32](repeating: 1, count: values.count))
        }
    }
}
