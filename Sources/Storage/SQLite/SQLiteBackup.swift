import Glibc
import PluginModel

/// A copy of a SQLite file beside it, `hub.sqlite.before-3-20261121T192300Z`: whole or not there at all.
struct SQLiteBackup {
    private let source: String
    private let path: String

    init(of source: String, before step: Int, unixMilliseconds: Int64) {
        self.source = source
        path = "\(source)\(BackupName.make(before: step, unixMilliseconds: unixMilliseconds))"
    }

    /// Called while the file's writer holds its lock: the copy is what there was before.
    func make() throws(Fault) {
        let part = path + ".part"
        unlink(part)
        // Made here so that it is nobody else's from its first byte; SQLite fills a file that is empty.
        let descriptor = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("it cannot be made beside the file") }
        defer { close(descriptor) }
        do throws(Fault) {
            let reader = try SQLiteConnection(path: source, readOnly: true)
            try reader.configure(isWriter: false)
            try reader.copy(into: part)
        } catch {
            unlink(part)
            throw StorageFault.noBackup("the copy failed", details: error.details)
        }
        guard fsync(descriptor) == 0, rename(part, path) == 0 else {
            let fault = failure("the copy cannot be kept")
            unlink(part)
            throw fault
        }
        let (folder, name) = BackupName.split(source)
        BackupName.syncFolder(folder)
        BackupName.removeOld(in: folder, of: name)
    }

    private func failure(_ why: String) -> Fault {
        StorageFault.noBackup(why, details: "\(path): \(String(cString: strerror(errno)))")
    }
}
