import Glibc
import PluginModel
import Synchronization

/// A file that one process holds, until it ends in whatever way.
///
/// The file stays: whoever removed it could lock another one of the same name.
final class FileLock: Sendable {
    /// -1 once it is released.
    private let descriptor: Mutex<Int32>

    init(path: String) throws(Fault) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw Fault(
                code: "storage.cannot-open", message: "The lock beside the hub's database cannot be opened.", place: StorageFault.place,
                remedy: "Check that its folder exists and that the hub's user may write there.", turn: .operator,
                details: "\(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            throw StorageFault.inUse(path)
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }
}
