import Glibc
import HubCore
import PluginModel

/// A dump of a PostgreSQL database before its schema changes, `postgresql.before-4-20261121T192300Z`: whole or not there at all.
///
/// `pg_restore --clean --if-exists --dbname=ADDRESS FILE` brings it back.
struct PostgreSQLBackup: Sendable {
    let address: PostgreSQLAddress
    /// Where dumps are kept; made when it is not there. Nil: nowhere.
    let folder: String?
    /// The operator's word that there is a backup already, or that none is wanted.
    let isWaived: Bool
    /// Where Debian keeps the versions of `pg_dump`, and what `PATH` says.
    var programs = PostgreSQLBackup.programs()

    func make(before step: Int, _ unixMilliseconds: Int64) throws(Fault) {
        if isWaived { return }
        guard let folder else { throw StorageFault.noBackup("there is no folder to keep it in") }
        guard let program = programs.first(where: { access($0, X_OK) == 0 }) else {
            throw StorageFault.noBackup("pg_dump is not installed", details: "looked for \(programs.joined(separator: ", "))")
        }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw StorageFault.noBackup("its folder cannot be made", details: "\(folder): \(String(cString: strerror(errno)))")
        }
        let path = "\(folder)/postgresql\(BackupName.make(before: step, unixMilliseconds: unixMilliseconds))"
        let part = path + ".part"
        unlink(part)
        let descriptor = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw StorageFault.noBackup("it cannot be made", details: "\(part): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        do throws(Fault) { try dump(program, into: descriptor) } catch {
            unlink(part)
            throw error
        }
        guard fsync(descriptor) == 0, rename(part, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(part)
            throw StorageFault.noBackup("it cannot be kept", details: "\(path): \(reason)")
        }
        BackupName.syncFolder(folder)
        BackupName.removeOld(in: folder, of: "postgresql")
    }

    static func programs() -> [String] {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        // The newest first: pg_dump refuses servers newer than itself.
        let versions = stride(from: 20, through: 12, by: -1).map { "/usr/lib/postgresql/\($0)/bin/pg_dump" }
        return versions + path.split(separator: ":").map { "\($0)/pg_dump" }
    }

    /// The password is in the program's environment, which only its own user can read, and never on its command line.
    private func dump(_ program: String, into descriptor: Int32) throws(Fault) {
        let (options, password) = address.forCommandLine
        func quoted(_ text: String) -> String { "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'" }
        let target = options.map { "\($0.0)=\(quoted($0.1))" }.joined(separator: " ")
        let words = [program, "--format=custom", "--no-password", "--dbname=\(target)"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        var variables: [UnsafeMutablePointer<CChar>?] = []
        for name in ["PATH", "HOME", "PGSSLROOTCERT", "PGPASSFILE", "PGPASSWORD", "PGSERVICEFILE"] {
            if name == "PGPASSWORD", password != nil { continue }
            if let value = getenv(name) { variables.append(strdup("\(name)=\(String(cString: value))")) }
        }
        if let password { variables.append(strdup("PGPASSWORD=\(password)")) }
        variables.append(nil)
        defer { for text in arguments + variables { free(text) } }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var child = pid_t()
        let code = posix_spawn(&child, program, &actions, nil, &arguments, &variables)
        guard code == 0 else { throw StorageFault.noBackup("pg_dump does not start", details: String(cString: strerror(code))) }
        try wait(for: child)
    }

    private func wait(for child: pid_t) throws(Fault) {
        var status: Int32 = 0
        var waited = 0
        while waitpid(child, &status, WNOHANG) == 0 {
            if waited > StorageLimits.backupSeconds * 50 {
                kill(child, SIGKILL)
                waitpid(child, &status, 0)
                throw StorageFault.noBackup("pg_dump took longer than \(StorageLimits.backupSeconds) s")
            }
            usleep(20_000)
            waited += 1
        }
        guard status == 0 else {
            throw StorageFault.noBackup("pg_dump failed", details: "status \(status); run it by hand against \(address.shown)")
        }
    }
}
