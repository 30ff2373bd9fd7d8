import CSodium

/// One step from an empty database to today's schema: taken once, in order, and never changed after it has shipped.
struct SchemaStep: Sendable {
    let number: Int
    let name: String
    private let texts: [SQLDialect: String]

    /// A step in SQLite's words, which PostgreSQL's are made from: `integer` is its `bigint`, `blob` its `bytea`, a `text` is compared by
    /// its bytes, and tables have no further properties.
    init(number: Int, name: String, _ text: String) {
        let other = text.replacing(" integer", with: " bigint").replacing(" blob", with: " bytea")
            .replacing(" text", with: " text collate \"C\"").replacing(") strict, without rowid;", with: ");")
            .replacing(") strict;", with: ");")
        self.init(number: number, name: name, sqlite: text, postgreSQL: other)
    }

    /// A step that the two databases take differently.
    init(number: Int, name: String, sqlite: String, postgreSQL: String) {
        self.number = number
        self.name = name
        texts = [.sqlite: sqlite, .postgreSQL: postgreSQL]
    }

    func text(for dialect: SQLDialect) -> String { texts[dialect] ?? "" }

    /// BLAKE2b-128 of name and text, in hexadecimal digits.
    func checksum(for dialect: SQLDialect) -> String {
        let bytes = Array("\(number) \(name)\n\(text(for: dialect))".utf8)
        var hash = [UInt8](repeating: 0, count: 16)
        crypto_generichash(&hash, hash.count, bytes, UInt64(bytes.count), nil, 0)
        return hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
