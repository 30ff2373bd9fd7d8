package import HostCalls
package import PluginModel

/// How a store is opened.
package struct HubStoreOptions: Sendable {
    /// The one hub of its database; else a program beside it, such as the command line.
    package var isHub: Bool
    /// Where PostgreSQL's dumps from before migrations go. SQLite's copies are kept beside its file.
    package var backupFolder: String?
    /// `--no-backup`: PostgreSQL is migrated without a dump. SQLite's copy is always made.
    package var isBackupWaived: Bool
    /// SQLite's file does not grow beyond this, or beyond what the schema needs; nil: as far as the disk goes.
    package var fileBytesMax: Int?
    /// As PostgreSQL lists the sessions.
    package var applicationName: String
    package var clock: HubClock

    package init(
        isHub: Bool = true, backupFolder: String? = nil, isBackupWaived: Bool = false, fileBytesMax: Int? = nil,
        applicationName: String = "patchbay", clock: HubClock = .system
    ) {
        (self.isHub, self.backupFolder, self.isBackupWaived) = (isHub, backupFolder, isBackupWaived)
        (self.fileBytesMax, self.applicationName, self.clock) = (fileBytesMax, applicationName, clock)
    }
}

/// Opens the hub's database by its address: the path of a SQLite file, `sqlite:PATH`, or `postgres://…`.
package enum HubStores {
    package static func open(_ address: String, _ options: HubStoreOptions = HubStoreOptions()) async throws(Fault) -> SQLStore {
        try await open(address, options, steps: Schema.steps)
    }

    static func open(_ address: String, _ options: HubStoreOptions, steps: [SchemaStep]) async throws(Fault) -> SQLStore {
        let result: Result<SQLStore, Fault> = await withCheckedContinuation { continuation in
            let hasStarted = OwnThread.start {
                do throws(Fault) { continuation.resume(returning: .success(try openNow(address, options, steps))) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if !hasStarted { continuation.resume(returning: .failure(StorageFault.overloaded("the system gives no further thread"))) }
        }
        return try result.get()
    }

    /// Blocks until the schema is up to date.
    private static func openNow(_ address: String, _ options: HubStoreOptions, _ steps: [SchemaStep]) throws(Fault) -> SQLStore {
        let migrator = Migrator(steps: steps, unixMilliseconds: options.clock.unixMilliseconds())
        if address.hasPrefix("postgres://") || address.hasPrefix("postgresql://") {
            let address = try PostgreSQLAddress(address)
            let backup = PostgreSQLBackup(address: address, folder: options.backupFolder, isWaived: options.isBackupWaived)
            let database = try PostgreSQLDatabase(
                address, isHub: options.isHub, applicationName: options.applicationName, migrator: migrator, backup: backup)
            return SQLStore(database, clock: options.clock)
        }
        let database = try SQLiteDatabase(
            path: try path(address), isHub: options.isHub, fileBytesMax: options.fileBytesMax, migrator: migrator)
        return SQLStore(database, clock: options.clock)
    }

    private static func path(_ address: String) throws(Fault) -> String {
        let scheme = address.prefix { $0 != ":" && $0 != "/" }
        let rest = address.dropFirst(scheme.count)
        if scheme == "sqlite", rest.hasPrefix(":") {
            let path = rest.dropFirst()
            if !path.isEmpty, path != "//" { return String(path.hasPrefix("//") ? path.dropFirst(2) : path) }
        } else if !rest.hasPrefix("://"), !address.isEmpty, !address.utf8.contains(0) {
            return address
        }
        // The address is not repeated: it may hold a password.
        throw Fault(
            code: "storage.unknown-database", message: "The database's address names no kind of database there is.", place: "--database",
            remedy: "Give the path of a SQLite file, or postgres://USER:PASSWORD@HOST/DATABASE.", turn: .operator)
    }
}
