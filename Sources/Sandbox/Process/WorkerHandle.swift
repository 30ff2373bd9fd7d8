internal import CRing
internal import CSandbox
internal import Glibc

/// A worker process and what the hub holds of it.
struct WorkerHandle: Sendable {
    let pid: pid_t
    /// Readable once the process has ended; owned by the reaper from the moment it is watched.
    let pidfd: Int32
    let channel: Channel
    /// The layers that were asked for and refused when it was started, in words; empty when all took.
    let degraded: [String]
    /// Private writable memory of the engine alone; 0 before the worker has said.
    var engineBytes: UInt64 = 0
}

extension WorkerHandle {
    /// Whether a process is ready to run, by the kernel's word (`R` in proc_pid_stat(5), of its main thread). False where that is not told.
    static func waitsForCore(_ pid: pid_t) -> Bool {
        // Behind the name in brackets, which may hold anything, comes the state.
        SmallFile.text("/proc/\(pid)/stat")?.split(separator: ")").last?.hasPrefix(" R") ?? false
    }
}

/// How a worker ended, told apart.
enum DeathCertificate {
    /// Exit statuses of `WorkerExit`, which lives in a room this one does not know (docs/protocol.md § Exit statuses).
    static let lockdownRefused: Int32 = 82

    /// Signals that an allocation failure inside the engine ends in, depending on where it strikes.
    private static let memorySignals: Set<Int32> = [SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGKILL]
    /// How near the limit memory must have been for a death to be put down to it where the worker says nothing of a refusal; of a small
    /// limit no more than a quarter, or whatever a fresh worker died of would count.
    private static let nearLimitBytes: UInt64 = 24 << 20

    /// `note` and `refusals` are the worker's own words: they tell one death from another, and nothing is granted for them.
    static func classify(_ exit: pb_exit, note: pb_crash_note, refusals: UInt32, limits: SandboxLimits) -> CallFailure {
        var signal = exit.signal
        // As process 1 of its namespace a worker ignores its own fatal signals and leaves with 128 + signal instead.
        if signal == 0, exit.status > 128, exit.status < 192 { signal = exit.status - 128 }
        if signal == SIGSYS { return .sandboxViolation }
        if signal == 0 {
            return exit.status == lockdownRefused
                ? .sandboxUnavailable("a required layer could not be put up in the worker") : .left(status: exit.status)
        }
        if memorySignals.contains(signal) {
            let near = min(nearLimitBytes, UInt64(limits.memoryBytes) / 4)
            let noted = note.signal == UInt32(signal) && note.data_limit_bytes != .max
            let nearLimit = noted && note.data_bytes &+ near >= note.data_limit_bytes
            if refusals > 0 || nearLimit || exit.resident_peak_bytes + near >= UInt64(limits.memoryBytes) + engineBytes {
                return .memoryLimit(bytes: limits.memoryBytes)
            }
        }
        return .crashed(signal: signal)
    }

    /// The most that was resident of a worker that had done nothing yet, shared pages included (measured: 40 to 48 MB).
    private static let engineBytes: UInt64 = 48 << 20
}
