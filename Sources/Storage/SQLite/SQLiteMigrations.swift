import CSQLite
import PluginModel

/// The steps from an empty file to today's schema, each taken once, in order, and never changed after it has shipped.
struct SQLiteMigration: Sendable {
    let number: Int
    let name: String
    let sql: String
}

enum SQLiteMigrations {
    static let all = [
        SQLiteMigration(
            number: 1, name: "plugin state",
            sql: """
                create table plugin_state (
                    plugin text not null,
                    key text not null,
                    value blob not null,
                    changed_ms integer not null,
                    primary key (plugin, key)
                ) strict;
                create table plugin_state_usage (
                    plugin text primary key,
                    keys integer not null check (keys >= 0),
                    bytes integer not null check (bytes >= 0)
                ) strict, without rowid;
                """)
    ]

    /// Brings the schema up to date. A database that knows steps we do not is left alone.
    static func apply(_ steps: [SQLiteMigration] = all, to connection: SQLiteConnection, unixMilliseconds: Int64) throws(Fault) {
        try connection.transaction { () throws(Fault) in
            try connection.run(
                """
                create table if not exists schema_migrations (
                    number integer primary key, name text not null, applied_ms integer not null
                ) strict
                """)
            let newest = try connection.statement("select coalesce(max(number), 0) from schema_migrations").first { $0.integer(0) } ?? 0
            let known = steps.last?.number ?? 0
            guard newest <= known else {
                throw Fault(
                    code: "storage.newer",
                    message: "The hub's database was written by a newer Patchbay (step \(newest), this one knows \(known)).",
                    place: "the hub's database", remedy: "Start the newer version, or restore a backup from before the update.",
                    turn: .operator, details: connection.path)
            }
            for step in steps where step.number > newest {
                try connection.run(step.sql)
                try connection.statement("insert into schema_migrations (number, name, applied_ms) values (?1, ?2, ?3)").run(
                    .integer(step.number), .text(step.name), .integer(Int(unixMilliseconds)))
            }
        }
    }
}
