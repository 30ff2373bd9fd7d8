import Glibc
import Manifests

/// A folder held open, inside which paths are opened so that no symlink leads out of it.
///
/// The kernel does the containment while it opens (`openat2` with `RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS`, Linux 5.6): between a check and the
/// reading nothing can be swapped, because what is read is what was opened. On kernels without it, the file is first opened without touching it
/// (`O_PATH`), the kernel is asked where it really lies, and only then it is opened for reading, by that same descriptor.
/// A link to an absolute path counts as leading out, wherever it points.
final class BeneathFolder: Sendable {
    /// Absolute, symlinks resolved.
    let path: String
    private let descriptor: Int32
    /// For tests: as on a kernel without openat2.
    private let usesOldWay: Bool

    init(_ folder: String, usesOldWay: Bool = false) throws(PackageFileError) {
        guard let real = Paths.real(folder) else {
            throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(systemErrorText(errno))
        }
        path = real
        self.usesOldWay = usesOldWay
        descriptor = Glibc.open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(systemErrorText(errno)) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Opens for reading, never waiting for a pipe's other end. Whoever calls closes it.
    func open(_ relative: String, followingSymlinks: Bool = true) throws(PackageFileError) -> Int32 {
        try open(relative, flags: O_RDONLY | O_NONBLOCK, followingSymlinks: followingSymlinks)
    }

    /// What the kernel says of a path; symlinks followed inside the folder, or not at all.
    func status(_ relative: String, followingSymlinks: Bool = true) throws(PackageFileError) -> stat {
        let opened = try open(relative, flags: Self.onlyPath, followingSymlinks: followingSymlinks)
        defer { close(opened) }
        var status = stat()
        guard fstat(opened, &status) == 0 else { throw .unreadable(systemErrorText(errno)) }
        return status
    }

    func kind(_ relative: String) throws(PackageFileError) -> SmallFile.Kind {
        SmallFile.kind(mode: try status(relative).st_mode)
    }

    /// A whole plain file.
    func bytes(_ relative: String, bytesMax: Int, followingSymlinks: Bool = true) throws(PackageFileError) -> [UInt8] {
        let opened = try open(relative, followingSymlinks: followingSymlinks)
        defer { close(opened) }
        return try Self.bytes(of: opened, bytesMax: bytesMax)
    }

    static func bytes(of descriptor: Int32, bytesMax: Int) throws(PackageFileError) -> [UInt8] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(systemErrorText(errno)) }
        switch SmallFile.kind(mode: status.st_mode) {
        case .file: break
        case .folder: throw .unreadable("it is a folder")
        default: throw .unreadable("it is no plain file")
        }
        guard status.st_size <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        // One byte more than the file claims, so that its growth is seen.
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var filled = 0
        while true {
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + filled, $0.count - filled) }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(systemErrorText(errno))
            }
            filled += count
            guard filled <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
            if filled == bytes.count { bytes.append(contentsOf: repeatElement(0, count: max(4096, bytes.count))) }
        }
        bytes.removeSubrange(filled...)
        return bytes
    }

    // MARK: Opening

    /// `O_PATH`, which Swift's Glibc does not show: a descriptor that only names a file.
    private static let onlyPath: Int32 = 0o10000000
    private static let openat2Number = 437
    private static let noMagicLinks: UInt64 = 0x02
    private static let noSymlinks: UInt64 = 0x04
    private static let beneath: UInt64 = 0x08
    /// The kernel gives up with EAGAIN when something above is renamed meanwhile.
    private static let attemptsMax = 16

    private struct OpenHow {
        var flags: UInt64
        var mode: UInt64 = 0
        var resolve: UInt64
    }

    /// `syscall(2)`, which Swift does not import because its arguments vary; those of openat2 all travel in registers.
    private static let call: (@convention(c) (Int, Int, UnsafePointer<CChar>, UnsafeRawPointer, Int) -> Int)? =
        dlsym(nil, "syscall").map {
            unsafeBitCast($0, to: (@convention(c) (Int, Int, UnsafePointer<CChar>, UnsafeRawPointer, Int) -> Int).self)
        }

    private func open(_ relative: String, flags: Int32, followingSymlinks: Bool) throws(PackageFileError) -> Int32 {
        guard !relative.utf8.contains(0) else { throw .missing }
        guard !usesOldWay, let call = Self.call else { return try openOldWay(relative, flags: flags, followingSymlinks: followingSymlinks) }
        var how = OpenHow(
            flags: UInt64(flags | O_CLOEXEC), resolve: Self.beneath | (followingSymlinks ? Self.noMagicLinks : Self.noSymlinks))
        for _ in 0..<Self.attemptsMax {
            let opened = call(Self.openat2Number, Int(descriptor), relative, &how, MemoryLayout<OpenHow>.size)
            if opened >= 0 { return Int32(opened) }
            switch errno {
            case EAGAIN, EINTR: continue
            // A seccomp filter that does not know the call answers EPERM.
            case ENOSYS, EPERM: return try openOldWay(relative, flags: flags, followingSymlinks: followingSymlinks)
            default: throw Self.error(errno)
            }
        }
        throw .unreadable("the folder keeps changing")
    }

    private func openOldWay(_ relative: String, flags: Int32, followingSymlinks: Bool) throws(PackageFileError) -> Int32 {
        guard !relative.hasPrefix("/") else { throw .outside }
        let named = openat(descriptor, relative, Self.onlyPath | O_CLOEXEC)
        guard named >= 0 else { throw Self.error(errno) }
        defer { close(named) }
        let link = "/proc/self/fd/\(named)"
        guard let real = Paths.real(link), let home = Paths.real("/proc/self/fd/\(descriptor)") else {
            throw .unreadable(systemErrorText(errno))
        }
        guard Paths.isInside(real, home) else { throw .outside }
        // Where it lies is where its text says, or a link was followed.
        if !followingSymlinks, real != Paths.normalized(Paths.join(home, relative)) { throw .outside }
        let opened = Glibc.open(link, flags | O_CLOEXEC)
        guard opened >= 0 else { throw Self.error(errno) }
        return opened
    }

    private static func error(_ number: Int32) -> PackageFileError {
        switch number {
        case ENOENT, ENOTDIR: .missing
        case EXDEV: .outside
        default: .unreadable(systemErrorText(number))
        }
    }
}
