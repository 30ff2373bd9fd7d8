import Glibc

/// Listing, making and removing folders.
enum Folder {
    /// The names in a folder except `.` and `..`, sorted by bytes; nil when it cannot be listed.
    static func names(_ path: String) -> [String]? {
        guard let stream = opendir(path) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Makes a folder and the missing ones above it, for this user alone.
    static func make(_ path: String) throws(FileFailure) {
        if mkdir(path, 0o700) == 0 || (errno == EEXIST && SmallFile.kind(path) == .folder) { return }
        guard errno == ENOENT, Paths.parent(path) != path else { throw .unreadable(path: path, reason: systemErrorText(errno)) }
        try make(Paths.parent(path))
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .unreadable(path: path, reason: systemErrorText(errno)) }
    }

    /// A new folder with a name nobody else has, inside `parent`.
    static func makeUnique(in parent: String, prefix: String) throws(FileFailure) -> String {
        var template = Array("\(Paths.join(parent, prefix))XXXXXX".utf8CString)
        guard template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap(mkdtemp) }) != nil else {
            throw .unreadable(path: parent, reason: systemErrorText(errno))
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a folder that holds only files and, one level down, folders like it; symlinks are removed, not followed.
    /// Says whether it is gone.
    @discardableResult
    static func remove(_ path: String, depthMax: Int = 4) -> Bool {
        for name in names(path) ?? [] {
            let item = Paths.join(path, name)
            if SmallFile.kind(item, following: false) == .folder, depthMax > 0 {
                remove(item, depthMax: depthMax - 1)
            } else {
                unlink(item)
            }
        }
        return rmdir(path) == 0 || errno == ENOENT
    }
}
