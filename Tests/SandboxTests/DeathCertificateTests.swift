import CSandbox
import Glibc
import Testing

@testable import Sandbox

/// How a process ended, what it had said, and what the hub concludes.
struct DeathRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var signal: Int32 = 0
    var status: Int32 = 0
    /// Megabytes resident at most; a worker that has done nothing had 40 to 48.
    var peak: UInt64 = 45
    var limit = 64
    var refusals: UInt32 = 0
    /// The note: its signal, and megabytes below the memory limit at that time.
    var note: (signal: Int32, below: UInt64)?
    let expected: CallFailure

    private static let crash = CallFailure.crashed(signal: SIGKILL)
    private static func memory(_ megabytes: Int) -> CallFailure { .memoryLimit(bytes: megabytes << 20) }

    static let all: [DeathRow] = [
        DeathRow(testDescription: "a forbidden call", signal: SIGSYS, peak: 500, refusals: 9, expected: .sandboxViolation),
        DeathRow(testDescription: "a forbidden call, as process 1", status: 128 + SIGSYS, expected: .sandboxViolation),
        DeathRow(testDescription: "killed from outside", signal: SIGKILL, expected: crash),
        DeathRow(testDescription: "killed from outside, of a small limit", signal: SIGKILL, limit: 16, expected: crash),
        DeathRow(testDescription: "killed from outside, of the smallest limit", signal: SIGKILL, peak: 48, limit: 4, expected: crash),
        DeathRow(testDescription: "killed near the limit", signal: SIGKILL, peak: 105, expected: memory(64)),
        DeathRow(testDescription: "killed half way to the limit", signal: SIGKILL, peak: 80, expected: crash),
        DeathRow(testDescription: "aborted after a refusal", signal: SIGABRT, refusals: 1, expected: memory(64)),
        DeathRow(testDescription: "aborted after a refusal, as process 1", status: 128 + SIGABRT, refusals: 1, expected: memory(64)),
        DeathRow(testDescription: "aborted near the limit by its note", signal: SIGABRT, note: (SIGABRT, 3), expected: memory(64)),
        DeathRow(
            testDescription: "aborted far from it by its note", signal: SIGABRT, note: (SIGABRT, 40), expected: .crashed(signal: SIGABRT)),
        DeathRow(
            testDescription: "of a small limit, nothing used", signal: SIGSEGV, limit: 8, note: (SIGSEGV, 8),
            expected: .crashed(signal: SIGSEGV)),
        DeathRow(
            testDescription: "a note about another signal", signal: SIGSEGV, note: (SIGABRT, 0), expected: .crashed(signal: SIGSEGV)),
        DeathRow(
            testDescription: "a signal that no memory explains", signal: SIGFPE, peak: 200, refusals: 5, expected: .crashed(signal: SIGFPE)),
        DeathRow(testDescription: "left by itself", status: 3, expected: .left(status: 3)),
        DeathRow(testDescription: "could not confine itself", status: 82, peak: 500, refusals: 5, expected: .sandboxUnavailable("")),
    ]
}

@Suite struct DeathCertificates {
    @Test(arguments: DeathRow.all) func `deaths are told apart`(_ row: DeathRow) {
        var exit = pb_exit()
        exit.pid = 1
        exit.signal = row.signal
        exit.status = row.status
        exit.resident_peak_bytes = row.peak << 20
        var note = pb_crash_note()
        note.data_limit_bytes = .max
        if let said = row.note {
            note.signal = UInt32(said.signal)
            note.data_limit_bytes = 1 << 30
            note.data_bytes = (1 << 30) - (said.below << 20)
        }
        var limits = SandboxLimits()
        limits.memoryBytes = row.limit << 20
        let verdict = DeathCertificate.classify(exit, note: note, refusals: row.refusals, limits: limits)
        if case (.sandboxUnavailable, .sandboxUnavailable) = (verdict, row.expected) { return }
        #expect(verdict == row.expected)
    }
}
