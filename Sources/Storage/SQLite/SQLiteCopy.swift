import Glibc
package import PluginModel

extension HubStores {
    /// Writes a whole copy of a SQLite database into a new file, readable by this user alone, while others read and write the database.
    ///
    /// What is written meanwhile is not in it. PostgreSQL has means of its own: `storage.backup-elsewhere` says which.
    /// - Returns: The bytes of the copy.
    package static func backUp(_ address: String, to path: String) async throws(Fault) -> Int {
        guard !address.hasPrefix("postgres://"), !address.hasPrefix("postgresql://") else {
            throw Fault(
                code: "storage.backup-elsewhere", message: "A database of PostgreSQL is copied by PostgreSQL's own means.",
                remedy: "pg_dump --format=custom --file=backup.dump ADDRESS", turn: .operator)
        }
        let source = address.hasPrefix("sqlite:") ? String(address.dropFirst(7)) : address
        let result: Result<Int, Fault> = await withCheckedContinuation { continuation in
            let hasStarted = OwnThread.start {
                do throws(Fault) { continuation.resume(returning: .success(try copy(source, path))) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if !hasStarted { continuation.resume(returning: .failure(StorageFault.overloaded("the system gives no further thread"))) }
        }
        return try result.get()
    }

    private static func copy(_ source: String, _ path: String) throws(Fault) -> Int {
        let part = path + ".part"
        // Made here so that it is nobody else's from its first byte; SQLite fills a file that is empty.
        let descriptor = Glibc.open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw refused(part, "cannot be made") }
        defer {
            close(descriptor)
            unlink(part)
        }
        let reader = try SQLiteConnection(path: source, readOnly: true)
        try reader.configure(isWriter: false)
        try reader.copy(into: part)
        var info = stat()
        // A link never takes another file's place, unlike a rename.
        guard fsync(descriptor) == 0, fstat(descriptor, &info) == 0, link(part, path) == 0 else { throw refused(path, "cannot be kept") }
        BackupName.syncFolder(BackupName.split(path).0)
        return Int(info.st_size)
    }

    private static func refused(_ path: String, _ why: String) -> Fault {
        Fault(
            code: "storage.cannot-back-up", message: "The copy of the database \(why).", place: path,
            remedy: "Name a file that does not exist, in a folder where this user may write, with enough room.", turn: .operator,
            details: String(cString: strerror(errno)).lowercased())
    }
}
