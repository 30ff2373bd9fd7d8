import Glibc
import Manifests

/// The files of a package's folder, under the same rules as those of an archive.
///
/// Left out is what `LeftOut` says; `node_modules` itself stays, because what a plugin stands on must be there when it is bundled. A symlink to a file of the package is taken for that file; every other link, and devices, pipes
/// and sockets, are refused.
enum FolderWalk {
    struct Found: Sendable, Hashable {
        let path: String
        let bytes: Int
        let isExecutable: Bool
    }

    /// In no particular order. `leavesOut`: as above; without it everything is listed, as in a folder of the store's own.
    static func files(of folder: BeneathFolder, limits: ArchiveLimits, leavesOut: Bool) throws(StoreError) -> [Found] {
        var walk = Walk(folder: folder, limits: limits, leavesOut: leavesOut)
        walk.list("", depth: 0)
        guard walk.findings.isEmpty else { throw .rejected(findings: walk.findings, reading: nil) }
        return walk.files
    }

    private struct Walk {
        let folder: BeneathFolder
        let limits: ArchiveLimits
        let leftOut: LeftOut?
        var names: EntryNames
        var files: [Found] = []
        var bytes = 0
        var findings: [Finding] = []
        var isOver = false

        init(folder: BeneathFolder, limits: ArchiveLimits, leavesOut: Bool) {
            (self.folder, self.limits) = (folder, limits)
            leftOut = leavesOut ? LeftOut(of: folder) : nil
            names = EntryNames(limits: limits)
        }

        mutating func list(_ relative: String, depth: Int) {
            guard let listed = rawNames(Paths.join(folder.path, relative)) else {
                return refuse(
                    EntryRefusal(
                        "package.unreadable", at: relative, "This folder cannot be listed: \(systemErrorText(errno)).",
                        remedy: "Check who may read it."))
            }
            for raw in listed where !isOver {
                if let leftOut, leftOut.contains(Paths.join(relative, String(decoding: raw, as: UTF8.self))) { continue }
                do throws(EntryRefusal) {
                    try take(raw, in: relative, depth: depth)
                } catch {
                    refuse(error)
                }
            }
        }

        private mutating func take(_ raw: [UInt8], in relative: String, depth: Int) throws(EntryRefusal) {
            let rawPath = relative.isEmpty ? raw : Array(relative.utf8) + [UInt8(ascii: "/")] + raw
            // Looked at by its bytes: a name may not be text at all.
            var status = stat()
            guard withPath(rawPath, { lstat($0, &status) }) == 0 else {
                throw EntryRefusal(
                    "package.changed", at: String(decoding: rawPath, as: UTF8.self), "This went away while the folder was read.",
                    remedy: "Try again when nothing writes there.")
            }
            let kind = SmallFile.kind(mode: status.st_mode)
            guard let path = try names.admit(rawPath, kind == .folder ? .folder : .file) else { return }
            switch kind {
            case .folder: list(path, depth: depth + 1)
            case .file: try note(path, status)
            case .symlink: try note(path, try target(path))
            case .other, .missing:
                throw EntryRefusal("package.special-file", at: path, "This is a device, a pipe or a socket.", remedy: "Take it out.")
            }
        }

        /// A link to a file of this package is that file.
        private func target(_ path: String) throws(EntryRefusal) -> stat {
            if leftOut != nil, let status = try? folder.status(path), SmallFile.kind(mode: status.st_mode) == .file { return status }
            throw EntryRefusal(
                "package.link", at: path, "This is a link that leads out of the package, to a folder, or nowhere.",
                remedy: "Put the files themselves there; npm does with `npm install --install-links`.")
        }

        private mutating func note(_ path: String, _ status: stat) throws(EntryRefusal) {
            let size = Int(status.st_size)
            guard size <= limits.fileBytesMax else { throw ArchiveText.fileTooLarge(path, limits) }
            bytes += size
            guard bytes <= limits.totalBytesMax else {
                isOver = true
                throw EntryRefusal(
                    "package.too-large", at: path, "The package holds more than \(limits.totalBytesMax) bytes.",
                    remedy: "Leave out what the plugin does not need.")
            }
            files.append(Found(path: path, bytes: size, isExecutable: status.st_mode & 0o100 != 0))
        }

        private mutating func refuse(_ refusal: EntryRefusal) {
            findings.append(refusal.finding)
            if findings.count >= limits.findingsMax || refusal.finding.code == "package.too-many-entries" { isOver = true }
        }

        private func withPath(_ raw: [UInt8], _ body: (UnsafePointer<CChar>) -> Int32) -> Int32 {
            let full = (Array(folder.path.utf8) + [UInt8(ascii: "/")] + raw + [0]).map { CChar(bitPattern: $0) }
            return full.withUnsafeBufferPointer { body($0.baseAddress!) }
        }

        /// The names as bytes, sorted; nil when the folder cannot be listed.
        private func rawNames(_ path: String) -> [[UInt8]]? {
            guard let stream = opendir(path) else { return nil }
            defer { closedir(stream) }
            var names: [[UInt8]] = []
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
                if name != [0x2e], name != [0x2e, 0x2e] { names.append(name) }
            }
            return names.sorted { $0.lexicographicallyPrecedes($1) }
        }
    }

    // MARK: Reading and copying

    private static let blockBytes = 256 << 10

    /// Hashes one file from its opened descriptor and, where `copy` names a folder, writes it there in the same go.
    static func read(
        _ found: Found, in folder: BeneathFolder, limits: ArchiveLimits, into copy: String?
    ) throws(StoreError) -> ContentListing.File {
        func changed() -> StoreError {
            .rejected(
                Finding(
                    .error, code: "package.changed", place: .file(found.path), "This file changed while it was read.",
                    remedy: "Try again when nothing writes there."))
        }
        let source: Int32
        do { source = try folder.open(found.path) } catch {
            guard case .unreadable(let reason) = error else { throw changed() }
            throw .rejected(
                Finding(
                    .error, code: "package.unreadable", place: .file(found.path), "This file cannot be read: \(reason).",
                    remedy: "Check who may read it."))
        }
        defer { close(source) }
        var status = stat()
        guard fstat(source, &status) == 0, SmallFile.kind(mode: status.st_mode) == .file, Int(status.st_size) == found.bytes else {
            throw changed()
        }
        var target: Int32 = -1
        let targetPath = copy.map { "\($0)/\(found.path)" }
        if let targetPath {
            target = Glibc.open(targetPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, found.isExecutable ? 0o755 : 0o644)
            guard target >= 0 else { throw .unusable("write a file of the package", targetPath, errno: errno) }
        }
        defer { if target >= 0 { close(target) } }
        let digest = Digest(purpose: "patchbay package file 1")
        digest.length(found.bytes)
        var done = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(blockBytes, found.bytes + 1), alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(source, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw changed() }
            if count == 0 { break }
            done += count
            guard done <= found.bytes else { throw changed() }
            let block = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
            digest.raw(block.assumingMemoryBound(to: UInt8.self))
            if let targetPath, !writeAll(block, to: target) { throw .unusable("write a file of the package", targetPath, errno: errno) }
        }
        guard done == found.bytes else { throw changed() }
        if let targetPath, !setMode(found.isExecutable ? 0o755 : 0o644, of: target) {
            throw .unusable("write a file of the package", targetPath, errno: errno)
        }
        return ContentListing.File(path: found.path, isExecutable: found.isExecutable, bytes: done, hash: digest.finish())
    }

    /// Copies a package's folder into an empty one. Times and owners are not kept; modes become 0644 and 0755.
    static func copy(
        _ folder: BeneathFolder, to target: String, limits: ArchiveLimits, progress: ArchiveUnpacker.Progress? = nil
    ) throws(StoreError) -> ContentListing {
        let found = try files(of: folder, limits: limits, leavesOut: true)
        let total = found.reduce(0) { $0 + $1.bytes }
        var made: Set<String> = []
        var files: [ContentListing.File] = []
        var done = 0
        for file in found {
            try make(Paths.parent(file.path), in: target, made: &made)
            files.append(try read(file, in: folder, limits: limits, into: target))
            done += file.bytes
            progress?(done, total)
        }
        return ContentListing(files: files)
    }

    private static func make(_ relative: String, in target: String, made: inout Set<String>) throws(StoreError) {
        guard relative != ".", made.insert(relative).inserted else { return }
        try make(Paths.parent(relative), in: target, made: &made)
        let full = "\(target)/\(relative)"
        guard mkdir(full, 0o755) == 0, chmod(full, 0o755) == 0 else { throw .unusable("make a folder of the package", full, errno: errno) }
    }
}
