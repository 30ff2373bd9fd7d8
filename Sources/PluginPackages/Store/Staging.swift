import Glibc
import JSON

/// A folder in which one installation works, on the store's own file system, so that its result moves into place by renaming.
///
/// `staging/<random>/{lock, archive, unpacked, version}`. The lock is held with `flock` for as long as the owner lives, and names it (pid and start
/// time, for people); whoever opens a store removes the folders whose locks nobody holds.
final class Staging: Sendable {
    let folder: String
    private let lock: FileLock
    private static let lockName = "lock"
    private static let depthMax = 80

    /// Becomes the version's folder.
    var version: String { Paths.join(folder, "version") }
    var unpacked: String { Paths.join(folder, "unpacked") }
    var archive: String { Paths.join(folder, "archive") }

    init(in folders: StoreFolders, patience: Duration) throws(StoreError) {
        // Nobody may see the folder before its lock is held.
        let guardLock = try folders.lockStaging(patience: patience)
        do { folder = try Folder.makeUnique(in: folders.staging, prefix: "") } catch { throw .unusable("make a staging folder", error) }
        lock = try FileLock(Paths.join(folder, Self.lockName), patience: .zero, of: "a staging folder")
        lock.write(Array("\(getpid()) \(Self.startTime(of: getpid()))\n".utf8))
        withExtendedLifetime(guardLock) {}
    }

    func make(_ path: String) throws(StoreError) {
        do { try Folder.make(path) } catch { throw .unusable("make a staging folder", error) }
    }

    /// Moves something of the store here, to go with the folder.
    func take(_ path: String) -> Bool { rename(path, Paths.join(folder, "taken-\(Paths.lastComponent(path))")) == 0 }

    func discard() { Folder.remove(folder, depthMax: Self.depthMax) }

    /// Removes what dead owners left behind. Says how many folders went.
    @discardableResult
    static func sweep(_ folders: StoreFolders, patience: Duration) throws(StoreError) -> Int {
        let guardLock = try folders.lockStaging(patience: patience)
        defer { withExtendedLifetime(guardLock) {} }
        var count = 0
        for name in Folder.names(folders.staging) ?? [] {
            let folder = Paths.join(folders.staging, name)
            // Held: its owner lives.
            guard SmallFile.kind(folder, following: false) == .folder,
                let lock = try? FileLock(Paths.join(folder, lockName), patience: .zero, of: "a staging folder")
            else { continue }
            Folder.remove(folder, depthMax: depthMax)
            withExtendedLifetime(lock) {}
            count += 1
        }
        return count
    }

    /// Clock ticks since the machine started, from `/proc/<pid>/stat`; 0 where it cannot be read.
    private static func startTime(of pid: pid_t) -> Int {
        // /proc gives its files no size.
        guard let file = fopen("/proc/\(pid)/stat", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The second field is the program's name in parentheses and may hold blanks; the 22nd is the start.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return fields.count > 20 ? Int(fields[20]) ?? 0 : 0
    }
}
