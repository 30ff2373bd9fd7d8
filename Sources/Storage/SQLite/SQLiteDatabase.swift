import PluginModel

/// A SQLite file: one connection that writes and several that read, so that a read never waits for a commit.
///
/// Several processes may open one file, a hub and a command line for example; writers take turns.
final class SQLiteDatabase: SQLDatabase {
    let dialect = SQLDialect.sqlite
    private let writer: SessionPool<SQLiteConnection>
    private let readers: SessionPool<SQLiteConnection>
    /// Held for as long as the hub runs; nil beside a hub.
    private let hubLock: FileLock?

    /// Opens or makes the file at `path`, whose folder must exist, and brings its schema up to date.
    ///
    /// With `fileBytesMax` the file does not grow beyond that, or beyond what the schema needs, as if the disk were full.
    init(path: String, isHub: Bool, fileBytesMax: Int? = nil, migrator: Migrator) throws(Fault) {
        hubLock = isHub ? try FileLock(path: path + ".lock") : nil
        let first = try SQLiteConnection(path: path)
        try first.configure(isWriter: true)
        try migrator.bringUpToDate(first) { (step) throws(Fault) in
            try SQLiteBackup(of: path, before: step, unixMilliseconds: migrator.unixMilliseconds).make()
        }
        if let fileBytesMax { try first.limitFile(bytes: fileBytesMax) }
        writer = SessionPool(keeping: first)
        readers = SessionPool(size: StorageLimits.readersMax) { () throws(Fault) in
            let reader = try SQLiteConnection(path: path, readOnly: true)
            try reader.configure(isWriter: false)
            return reader
        }
    }

    func lend<Value>(for kind: SQLTransactionKind, _ body: (any SQLSession) throws(Fault) -> Value) throws(Fault) -> Value {
        try (kind == .reading ? readers : writer).lend(body)
    }

    func close() {
        readers.close()
        // Last, so that it folds the write-ahead log back into the file.
        writer.close()
        hubLock?.release()
    }
}
