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
        var waited = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard waited < StorageLimits.hubLockMilliseconds else {
                Glibc.close(descriptor)
                throw StorageFault.inUse(path)
            }
            // A hub that was killed holds it until the last child it was just starting is another program.
            usleep(50_000)
            waited += 50
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            // Before closing: a child between fork and exec has a copy of the descriptor.
            flock(descriptor, LOCK_UN)
            close(descriptor)
            descriptor = -1
        }
    }
}
