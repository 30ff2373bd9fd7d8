import Glibc

/// A regular file that is open for reading; closed with the last reference.
///
/// Blocking: for the lane of files.
package final class OpenFile: Sendable {
    package let byteCount: Int
    /// Seconds since 1970.
    package let modified: Int
    package let nanoseconds: Int
    private let descriptor: Int32

    /// Nil for what is not there, may not be read, or is no regular file. A link as the last part is not followed.
    package init?(path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        var facts = stat()
        guard descriptor >= 0 else { return nil }
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        byteCount = Int(facts.st_size)
        modified = facts.st_mtim.tv_sec
        nanoseconds = facts.st_mtim.tv_nsec
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Up to `count` bytes from `offset`; fewer only at the end, or when the file can no longer be read.
    func read(_ count: Int, at offset: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let length = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
                if length < 0, errno == EINTR { continue }
                guard length > 0 else { return }
                filled += length
            }
        }
    }
}
