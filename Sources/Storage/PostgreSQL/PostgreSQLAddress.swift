import CPostgres
import PluginModel

/// Where a PostgreSQL database is, and what of that may be shown.
struct PostgreSQLAddress: Sendable {
    /// As it was given; holds the password.
    let text: String
    /// `postgres://hub@db.example:5432/patchbay`, without the password and without options.
    let shown: String
    private let secrets: [String]

    init(_ text: String) throws(Fault) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            // libpq's words may quote any part of the address, the password too.
            PQfreemem(message)
            throw Fault(
                code: "storage.unknown-database", message: "The database's address is no PostgreSQL address.", place: StorageFault.place,
                remedy: "Write postgres://USER:PASSWORD@HOST:PORT/DATABASE; characters such as '@' and '/' in a password as %40 and %2F.",
                turn: .operator)
        }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.text = text
        secrets = ["password", "sslpassword"].compactMap { found[$0] }.filter { !$0.isEmpty }
        let user = found["user"].map { "\($0)@" } ?? ""
        let port = found["port"].map { ":\($0)" } ?? ""
        shown = "postgres://\(user)\(found["host"] ?? found["hostaddr"] ?? "")\(port)/\(found["dbname"] ?? "")"
    }

    /// A text of libpq's or the server's without the address's secrets.
    func redacted(_ text: String) -> String { secrets.reduce(text) { $0.replacing($1, with: "***") } }

    /// What `pg_dump` may be told on its command line, which every user of the machine can read; the password goes another way.
    var forCommandLine: (options: [(String, String)], password: String?) {
        guard let parsed = PQconninfoParse(text, nil) else { return ([], nil) }
        defer { PQconninfoFree(parsed) }
        var options: [(String, String)] = []
        var password: String?
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                let name = String(cString: keyword)
                switch name {
                case "password": password = String(cString: value)
                case "sslpassword": break
                default: options.append((name, String(cString: value)))
                }
            }
            option += 1
        }
        return (options, password)
    }
}
