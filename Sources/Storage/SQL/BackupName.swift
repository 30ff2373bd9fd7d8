import Glibc
import HubCore

/// How backups are called, and which of them stay.
enum BackupName {
    /// `.before-3-20261121T192300Z`.
    static func make(before step: Int, unixMilliseconds: Int64) -> String {
        let date = Timestamp(unixMilliseconds: unixMilliseconds).description
        return ".before-\(step)-\(date.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" })Z"
    }

    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    static func syncFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Keeps the newest `StorageLimits.backupsKept`. One that cannot be removed stays: it is in nobody's way.
    static func removeOld(in folder: String, of name: String) {
        let old = backups(in: folder, of: name).dropLast(StorageLimits.backupsKept)
        for name in old { unlink("\(folder)/\(name)") }
    }

    /// Oldest first, by the date in their names.
    static func backups(in folder: String, of name: String) -> [String] {
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var found: [(date: Substring, name: String)] = []
        while let entry = readdir(entries) {
            let candidate = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard candidate.hasPrefix(name + ".before-"), candidate.hasSuffix("Z") else { continue }
            let parts = candidate.dropFirst(name.count + 8).split(separator: "-")
            guard parts.count == 2, Int(parts[0]) != nil else { continue }
            found.append((parts[1], candidate))
        }
        return found.sorted { ($0.date, $0.name) < ($1.date, $1.name) }.map(\.name)
    }
}
