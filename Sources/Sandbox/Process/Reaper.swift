internal import CRing
internal import CSandbox
internal import Glibc
internal import Synchronization

/// Waits for every worker on one thread and reports each end once.
final class Reaper: Sendable {
    private struct Watch { let pid: pid_t, pidfd: Int32, ended: @Sendable (pb_exit) -> Void }
    private struct State {
        var watches: [Watch] = []
        var stopping = false
    }

    private let state = Mutex(State())
    /// A pipe that interrupts the wait when the list changes.
    private let wakeRead: Int32
    private let wakeWrite: Int32

    init() {
        var ends: [Int32] = [0, 0]
        let outcome = pb_pipe(&ends)
        precondition(outcome == 0, "no pipe could be made (errno \(errno)); raise the limit on open files")
        (wakeRead, wakeWrite) = (ends[0], ends[1])
        HubThread.start("pb-reaper") { [self] in loop() }
    }

    /// Calls `ended` on the reaper's thread when the process is gone. Takes `pidfd` over and closes it only after `ended` has returned:
    /// until then nobody else can be given its number, and a late signal through it finds nobody.
    func watch(_ pid: pid_t, pidfd: Int32, ended: @escaping @Sendable (pb_exit) -> Void) {
        state.withLock { $0.watches.append(Watch(pid: pid, pidfd: pidfd, ended: ended)) }
        wake()
    }

    /// Ends the thread once nothing is watched any more.
    func stop() {
        state.withLock { $0.stopping = true }
        wake()
    }

    private func wake() {
        var byte: UInt8 = 1
        _ = write(wakeWrite, &byte, 1)
    }

    private func loop() {
        while true {
            let (watches, stopping) = state.withLock { ($0.watches, $0.stopping) }
            if stopping, watches.isEmpty { break }
            var descriptors = [pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0)]
            descriptors += watches.map { pollfd(fd: $0.pidfd, events: Int16(POLLIN), revents: 0) }
            // Without pidfds (kernels before 5.3) the list is walked every 50 ms.
            let everyoneHasOne = watches.allSatisfy { $0.pidfd >= 0 }
            poll(&descriptors, nfds_t(descriptors.count), everyoneHasOne ? -1 : 50)
            var discard = [UInt8](repeating: 0, count: 64)
            while read(wakeRead, &discard, discard.count) > 0 {}
            for (watch, descriptor) in zip(watches, descriptors.dropFirst()) where descriptor.revents != 0 || watch.pidfd < 0 {
                var exit = pb_exit()
                let outcome = pb_wait(watch.pid, false, &exit)
                guard outcome != 0 || exit.pid != 0 else { continue }
                state.withLock { state in state.watches.removeAll { $0.pid == watch.pid } }
                watch.ended(exit)
                if watch.pidfd >= 0 { close(watch.pidfd) }
            }
        }
        close(wakeRead)
        close(wakeWrite)
    }
}
