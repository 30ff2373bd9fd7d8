/// Every limit of the hub's database, listed in docs/limits.md.
enum StorageLimits {
    /// Reads and writes that wait for a thread, each; the next is `storage.overloaded`.
    static let waitingMax = 4096
    /// Writes that share one commit.
    static let worksPerCommitMax = 64
    /// Threads that read at once.
    static let readersMax = 4
    /// Connections to PostgreSQL beside the one that writes: for readers and for plugins' state.
    static let connectionsBesideMax = 8
    /// How often a transaction runs when the database asks for it again.
    static let attemptsMax = 5
    /// Rows of a list that is not read by pages.
    static let rowsMax = 1000
    /// How long one waits for a connection that others have.
    static let lendingSeconds = 30
    /// One statement on PostgreSQL, waiting for locks included.
    static let statementSeconds = 30
    /// Until a connection to PostgreSQL must stand.
    static let connectSeconds = 10
    /// How long a hub waits for the lock of one that has just ended.
    static let hubLockMilliseconds = 2000
    /// Backups from before migrations that are kept.
    static let backupsKept = 3
    /// How long `pg_dump` may take.
    static let backupSeconds = 1800
}
