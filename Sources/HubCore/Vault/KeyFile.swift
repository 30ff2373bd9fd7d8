import Glibc
package import PluginModel

/// The file with the vault's keys: a line of base64 each, oldest first, the last one active; empty lines and lines from `#` say nothing.
///
/// It belongs to the hub's user and is readable by nobody else (0600), or it is refused. It is never written in place: made once, under
/// a name that must not exist, and afterwards replaced whole.
package struct KeyFile: Sendable, Hashable {
    package static let bytesMax = 16 * 1024

    package let path: String

    package init(path: String) { self.path = path }

    /// The keys; nil when there is no file.
    package func read() throws(Fault) -> [VaultKey]? {
        guard let lines = try lines() else { return nil }
        var keys: [VaultKey] = []
        for line in lines where !Self.isRemark(line) {
            do throws(Fault) { keys.append(try VaultKey(base64: line)) } catch { throw VaultFault.malformedKey(place: path) }
        }
        guard !keys.isEmpty else { throw VaultFault.cannotUse(path, "holds no key", details: nil) }
        return keys
    }

    /// Makes the file with a new key. When somebody else was faster, their file stays and its keys are given.
    package func make(_ entropy: Entropy = .system) throws(Fault) -> [VaultKey] {
        let key = VaultKey.make(entropy)
        let text = """
            # The key of Patchbay's vault. Keep a copy apart from the database's: without it no secret opens, and with both everybody can.
            \(key.base64)

            """
        if try write(text, isReplacing: false) { return [key] }
        guard let keys = try read() else { throw VaultFault.cannotUse(path, "appeared and went", details: nil) }
        return keys
    }

    /// Adds a key as the last line, which makes it active at the next start.
    package func append(_ key: VaultKey) throws(Fault) {
        guard let lines = try lines() else { throw VaultFault.cannotUse(path, "is not there", details: nil) }
        _ = try write((lines + [key.base64, ""]).joined(separator: "\n"), isReplacing: true)
    }

    /// Takes a key out. False when it was not in.
    package func remove(_ id: String) throws(Fault) -> Bool {
        guard let lines = try lines() else { return false }
        let kept = lines.filter { Self.isRemark($0) || (try? VaultKey(base64: $0))?.id != id }
        guard kept.count < lines.count else { return false }
        return try write((kept + [""]).joined(separator: "\n"), isReplacing: true)
    }

    private static func isRemark(_ line: String) -> Bool { line.isEmpty || line.hasPrefix("#") }

    /// Trimmed, without the empty ones at the end.
    private func lines() throws(Fault) -> [String]? {
        guard let bytes = try bytes() else { return nil }
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.drop { " \t\r".contains($0) }.reversed().drop { " \t\r".contains($0) }.reversed())
        }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Looks at the opened file, not at the name: what is checked is what is read.
    private func bytes() throws(Fault) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw unusable("cannot be opened")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unusable("cannot be looked at") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw VaultFault.cannotUse(path, "is no plain file", details: nil) }
        guard status.st_mode & 0o077 == 0 else {
            throw VaultFault.exposed(path, why: "may be read or changed by others (mode \(String(status.st_mode & 0o777, radix: 8)))")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else { throw VaultFault.exposed(path, why: "belongs to another user") }
        guard status.st_size <= Self.bytesMax else {
            throw VaultFault.cannotUse(path, "is larger than \(Self.bytesMax) bytes", details: nil)
        }
        var bytes = [UInt8](repeating: 0, count: Self.bytesMax)
        var filled = 0
        while filled < bytes.count {
            let count = Glibc.read(descriptor, &bytes[filled], bytes.count - filled)
            guard count >= 0 else { throw unusable("cannot be read") }
            if count == 0 { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    /// False when the file exists and is not to be replaced. On disk when it returns.
    private func write(_ text: String, isReplacing: Bool) throws(Fault) -> Bool {
        let draft = "\(path).\(Sodium.hexadecimal(Entropy.system.bytes(8)))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw unusable("cannot be made") }
        defer { unlink(draft) }
        let bytes = Array(text.utf8)
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten else { throw unusable("cannot be written") }
        if isReplacing {
            guard rename(draft, path) == 0 else { throw unusable("cannot be replaced") }
        } else if link(draft, path) != 0 {
            // A link never takes another file's place, unlike a rename.
            if errno == EEXIST { return false }
            throw unusable("cannot be put in its place")
        }
        try syncFolder()
        return true
    }

    private func syncFolder() throws(Fault) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unusable("lies in a folder that cannot be synced") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw unusable("lies in a folder that cannot be synced") }
    }

    private func unusable(_ what: String) -> Fault { VaultFault.cannotUse(path, what, details: String(cString: strerror(errno))) }
}
