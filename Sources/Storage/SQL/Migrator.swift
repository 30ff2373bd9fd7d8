import PluginModel

/// Brings a database's schema up to date, and refuses one that went another way.
struct Migrator: Sendable {
    var steps = Schema.steps
    /// When it happens.
    let unixMilliseconds: Int64

    /// Everything in one transaction, with nobody else writing: all steps are taken, or none.
    /// - Parameter backup: Called before the first step of a database that is not empty, with that step's number.
    func bringUpToDate(_ session: any SQLSession, backup: (Int) throws(Fault) -> Void) throws(Fault) {
        try session.begin(.writing)
        do throws(Fault) {
            // A step over a large table takes as long as it takes; waiting for the lock above does not.
            if session.dialect == .postgreSQL { try session.run("set local statement_timeout = 0") }
            // The checksums stand beside the first table, which is older than they are.
            for statement in Self.bookkeeping { try session.change(statement, []) }
            let applied = try applied(session)
            try check(applied, session.dialect)
            let newest = applied.last?.number ?? 0
            let missing = steps.filter { $0.number > newest }
            if newest > 0, let first = missing.first { try backup(first.number) }
            for step in missing { try take(step, session) }
            for step in steps where applied.contains(where: { $0.number == step.number && $0.checksum == nil }) {
                try remember(step, session)
            }
            try session.commit()
        } catch {
            session.rollback()
            throw error
        }
    }

    private static let bookkeeping = [
        "create table if not exists schema_migrations (number bigint primary key, name text not null, applied_ms bigint not null)",
        "create table if not exists schema_checksums (number bigint primary key, checksum text not null)",
    ]

    private struct Applied {
        let number: Int
        let name: String
        let checksum: String?
    }

    private func applied(_ session: any SQLSession) throws(Fault) -> [Applied] {
        try session.rows(
            """
            select m.number, m.name, c.checksum from schema_migrations m left join schema_checksums c on c.number = m.number
            order by m.number
            """, []
        ) { (row: any SQLRow) throws(Fault) in
            Applied(number: Int(row.integer(0)), name: row.text(1), checksum: row.optionalText(2))
        }
    }

    private func check(_ applied: [Applied], _ dialect: SQLDialect) throws(Fault) {
        let known = steps.last?.number ?? 0
        if let newest = applied.last?.number, newest > known {
            throw Fault(
                code: "storage.newer",
                message: "The hub's database was written by a newer Patchbay (step \(newest), this one knows \(known)).",
                place: StorageFault.place, remedy: "Start the newer version, or restore a backup from before the update.", turn: .operator)
        }
        for (place, past) in applied.enumerated() {
            let step = steps[place]
            // The first step was shipped before there were checksums.
            let isSame = past.checksum.map { $0 == step.checksum(for: dialect) } ?? (step.number == 1)
            guard past.number == step.number, past.name == step.name, isSame else {
                throw Fault(
                    code: "storage.migration-changed",
                    message: "Step \(past.number) of the database's schema, '\(past.name)', is not the one this Patchbay would take.",
                    place: StorageFault.place,
                    remedy: "Start the version that wrote the database; a build from changed sources needs a database of its own.",
                    turn: .hub,
                    details: "applied: \(past.checksum ?? "-"), here: \(step.number) '\(step.name)' \(step.checksum(for: dialect))"
                )
            }
        }
    }

    private func take(_ step: SchemaStep, _ session: any SQLSession) throws(Fault) {
        try session.run(step.text(for: session.dialect))
        try session.change(
            "insert into schema_migrations (number, name, applied_ms) values ($1, $2, $3)",
            [.integer(Int64(step.number)), .text(step.name), .integer(unixMilliseconds)])
        try remember(step, session)
    }

    private func remember(_ step: SchemaStep, _ session: any SQLSession) throws(Fault) {
        try session.change(
            "insert into schema_checksums (number, checksum) values ($1, $2)",
            [.integer(Int64(step.number)), .text(step.checksum(for: session.dialect))])
    }
}
