import Glibc
import Sandbox

/// Ctrl-C, in two steps: the first cancels what is running, the second ends the process at once.
enum Interrupts {
    /// Starts listening to SIGINT and SIGTERM; call once, before anything else runs.
    ///
    /// The handler only writes a byte into a pipe; a thread of its own reads it, since almost nothing may be done inside a handler. A blocked mask
    /// with `sigwait` would be simpler, but child processes inherit blocked signals and could then not be ended with SIGTERM.
    static func listen(onFirst: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let readEnd = ends[0]
        writeEnd = ends[1]

        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            var byte: UInt8 = 1
            _ = write(writeEnd, &byte, 1)
        }
        action.sa_flags = SA_RESTART
        sigaction(SIGINT, &action, nil)
        sigaction(SIGTERM, &action, nil)
        // A reader that went away is an error of `write`, dealt with where we write, and never a reason to die in the middle of a teardown.
        signal(SIGPIPE, SIG_IGN)

        HubThread.start("pb-interrupts") {
            var byte: UInt8 = 0
            var count = 0
            while read(readEnd, &byte, 1) != 0 {
                count += 1
                if count == 1 { onFirst() } else { _exit(ExitCode.interrupted.rawValue) }
            }
        }
    }
}

/// The only thing the handler touches. Set once before the handler is installed, never changed after: that is why no lock guards it. At file level,
/// since a C function may capture nothing.
nonisolated(unsafe) private var writeEnd: Int32 = -1
