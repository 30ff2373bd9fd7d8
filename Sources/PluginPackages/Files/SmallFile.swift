import Glibc

/// Why a file could not be read; `reason` is the operating system's own sentence.
enum FileFailure: Error, Sendable, Hashable {
    case missing(path: String)
    case notAFile(path: String)
    case tooLarge(path: String, bytesMax: Int)
    case unreadable(path: String, reason: String)

    var sentence: String {
        switch self {
        case .missing(let path): "'\(path)' does not exist."
        case .notAFile(let path): "'\(path)' is not a plain file."
        case .tooLarge(let path, let bytesMax): "'\(path)' is larger than \(bytesMax) bytes."
        case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)."
        }
    }
}

/// The operating system's sentence for an error number.
func systemErrorText(_ number: Int32) -> String { String(cString: strerror(number)) }

/// Reads whole files of a known greatest size, and never anything but plain files: opening a pipe or a device could wait for ever.
enum SmallFile {
    enum Kind: Sendable, Hashable { case missing, file, folder, symlink, other }

    /// What stands at a path; `following` symlinks or looking at them.
    static func kind(_ path: String, following: Bool = true) -> Kind {
        var status = stat()
        guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else { return .missing }
        return kind(mode: status.st_mode)
    }

    static func kind(mode: mode_t) -> Kind {
        switch mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFLNK: .symlink
        default: .other
        }
    }

    static func read(_ path: String, bytesMax: Int, followingSymlinks: Bool = true) throws(FileFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followingSymlinks ? 0 : O_NOFOLLOW))
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: throw .missing(path: path)
            case ELOOP where !followingSymlinks, ENXIO: throw .notAFile(path: path)
            default: throw .unreadable(path: path, reason: systemErrorText(errno))
            }
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, reason: systemErrorText(errno)) }
        guard kind(mode: status.st_mode) == .file else { throw .notAFile(path: path) }
        guard status.st_size <= bytesMax else { throw .tooLarge(path: path, bytesMax: bytesMax) }
        // One byte more than the file claims, so that its growth is seen.
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var filled = 0
        while true {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + filled, $0.count - filled) }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: path, reason: systemErrorText(errno))
            }
            filled += count
            guard filled <= bytesMax else { throw .tooLarge(path: path, bytesMax: bytesMax) }
            if filled == bytes.count { bytes.append(contentsOf: repeatElement(0, count: max(4096, bytes.count))) }
        }
        bytes.removeSubrange(filled...)
        return bytes
    }

    /// Writes a new file of mode 0600; fails when there is one.
    static func write(_ bytes: [UInt8], toNew path: String) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemErrorText(errno)) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: path, reason: systemErrorText(errno))
            }
            written += count
        }
    }
}
