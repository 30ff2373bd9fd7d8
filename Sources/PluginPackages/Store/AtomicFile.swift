import Glibc

/// Puts a small file in the place of another so that a reader, or a machine that lost its power, finds the one or the other whole.
enum AtomicFile {
    static let temporaryPrefix = ".new-"

    /// Writes beside the place, syncs, renames, and syncs the folder. `beforeRename` is where tests look in.
    static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t = 0o600, beforeRename: () throws(StoreError) -> Void = {}
    ) throws(StoreError) {
        let folder = Paths.parent(path)
        var template = Array("\(Paths.join(folder, temporaryPrefix))XXXXXX".utf8CString)
        let descriptor = template.withUnsafeMutableBufferPointer { $0.baseAddress.map { mkstemp($0) } ?? -1 }
        guard descriptor >= 0 else { throw .unusable("write '\(Paths.lastComponent(path))'", folder, errno: errno) }
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var isInPlace = false
        defer { if !isInPlace { unlink(temporary) } }
        let isWritten = bytes.withUnsafeBytes { writeAll($0, to: descriptor) } && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        guard isWritten else { throw .unusable("write '\(Paths.lastComponent(path))'", path, errno: number) }
        try beforeRename()
        guard rename(temporary, path) == 0 else { throw .unusable("write '\(Paths.lastComponent(path))'", path, errno: errno) }
        isInPlace = true
        try Durable.sync(folder)
    }
}

/// When what was written is on the disk.
///
/// A package's files are synced one by one while they are few; beyond that the whole file system once (`syncfs`), which a disk does faster than
/// thousands of single waits. Folders are synced after a rename, because it is they who hold the name.
enum Durable {
    private static let singleFilesMax = 64

    /// `syncfs(2)`, a GNU extension that Swift's Glibc does not show.
    private static let syncFileSystem: (@convention(c) (Int32) -> Int32)? =
        dlsym(nil, "syncfs").map { unsafeBitCast($0, to: (@convention(c) (Int32) -> Int32).self) }

    /// Syncs one file or folder.
    static func sync(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .unusable("sync '\(Paths.lastComponent(path))'", path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unusable("sync '\(Paths.lastComponent(path))'", path, errno: errno) }
    }

    /// Syncs a folder with everything in it.
    static func syncAll(_ folder: String, files: Int) throws(StoreError) {
        if files > singleFilesMax, let syncFileSystem {
            let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .unusable("sync the package", folder, errno: errno) }
            defer { close(descriptor) }
            guard syncFileSystem(descriptor) == 0 else { throw .unusable("sync the package", folder, errno: errno) }
            return
        }
        for name in Folder.names(folder) ?? [] {
            let path = Paths.join(folder, name)
            if SmallFile.kind(path, following: false) == .folder { try syncAll(path, files: files) } else { try sync(path) }
        }
        try sync(folder)
    }
}
