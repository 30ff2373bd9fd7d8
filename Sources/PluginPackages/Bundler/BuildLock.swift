import Glibc

/// Keeps processes and threads from bundling the same plugin at the same time: the second waits and finds the first one's result.
///
/// Only saves work; entries of the cache are right without it. So a lock that cannot be had in time is done without.
enum BuildLock {
    /// Runs `body` while nobody else does for this key, or without the lock when `patience` runs out.
    static func hold<Result, Failure>(
        key: String, cache: BundleCache, patience: Duration, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let folder = Paths.join(cache.folder, "locks")
        try? Folder.make(folder)
        // Locks are shared by the first digit of the key, which bounds how many files they take.
        let descriptor = open(Paths.join(folder, "bundle-\(key.prefix(1))"), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return try body() }
        // Closing lets go of the lock.
        defer { close(descriptor) }
        let deadline = ContinuousClock.now.advanced(by: patience)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < deadline {
            usleep(2000)
        }
        return try body()
    }
}
