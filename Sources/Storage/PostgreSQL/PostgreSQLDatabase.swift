import PluginModel

/// A PostgreSQL database: one connection that writes for the hub, and several beside it.
///
/// The hub's lock belongs to the writing connection itself, so that whatever this hub writes, it writes while no other hub can.
final class PostgreSQLDatabase: SQLDatabase {
    let dialect = SQLDialect.postgreSQL
    private let writer: SessionPool<PostgreSQLConnection>
    private let others: SessionPool<PostgreSQLConnection>

    init(_ address: PostgreSQLAddress, isHub: Bool, applicationName: String, migrator: Migrator, backup: PostgreSQLBackup) throws(Fault) {
        writer = SessionPool(size: 1) { () throws(Fault) in
            let connection = try PostgreSQLConnection(address, applicationName: applicationName)
            if isHub { try connection.takeHubLock() }
            return connection
        }
        others = SessionPool(size: StorageLimits.connectionsBesideMax) { () throws(Fault) in
            try PostgreSQLConnection(address, applicationName: applicationName)
        }
        try writer.lend { (session) throws(Fault) in
            try migrator.bringUpToDate(session) { (step) throws(Fault) in try backup.make(before: step, migrator.unixMilliseconds) }
        }
    }

    func lend<Value>(for kind: SQLTransactionKind, _ body: (any SQLSession) throws(Fault) -> Value) throws(Fault) -> Value {
        try (kind == .writing ? writer : others).lend(body)
    }

    func close() {
        others.close()
        writer.close()
    }
}
