import Glibc
import Synchronization

/// A file an upload was written to. It is removed with the last reference to it, unless it was moved to a place of its own.
///
/// Blocking: for the lane of files.
package final class SpooledFile: Sendable {
    package let path: String
    private let descriptor: Int32
    private let written = Atomic<Int>(0)
    private let isMoved = Atomic<Bool>(false)

    package var byteCount: Int { written.load(ordering: .relaxed) }

    /// A new file that only this user may read.
    init(in folder: String) throws(FileFailure) {
        path = "\(folder)/upload-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFailure(doing: "create a file in", path: folder, errno: errno) }
    }

    deinit {
        close(descriptor)
        if !isMoved.load(ordering: .relaxed) { unlink(path) }
    }

    func append(_ bytes: [UInt8]) throws(FileFailure) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFailure(doing: "write", path: path, errno: errno) }
            done += count
        }
        written.add(done, ordering: .relaxed)
    }

    /// Gives the file this name, on the same file system; from then on it stays.
    package func move(to place: String) throws(FileFailure) {
        guard rename(path, place) == 0 else { throw FileFailure(doing: "move", path: path, errno: errno) }
        isMoved.store(true, ordering: .relaxed)
    }
}

/// What the machine said about a file.
package struct FileFailure: Error, Sendable, CustomStringConvertible {
    package let doing: String
    package let path: String
    package let errno: Int32
    package var description: String { "cannot \(doing) \(path): \(String(cString: strerror(errno)))" }
}
