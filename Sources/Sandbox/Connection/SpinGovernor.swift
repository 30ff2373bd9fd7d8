internal import Glibc
internal import Synchronization

/// Decides how many workers may spin between calls: one less than there are cores, so that somebody is left to feed them.
///
/// Spinning buys latency with CPU time. A connection takes a token when calls come close together and gives it back when they stop.
package final class SpinGovernor: Sendable {
    private let tokens: Atomic<Int>

    /// Turns a worker polls before it sleeps: about 40 µs, the price of a wake-up on a virtual machine.
    static let workerTurns: UInt32 = 2_000
    /// Turns a caller polls for its own answer before it suspends.
    static let callerTurns: UInt32 = 1_500

    package init(tokens: Int) { self.tokens = Atomic(tokens) }

    /// Spinning as far as this machine's cores allow.
    package static func adaptive() -> SpinGovernor {
        SpinGovernor(tokens: max(0, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1))
    }

    func take() -> Bool {
        var left = tokens.load(ordering: .relaxed)
        while left > 0 {
            let (done, seen) = tokens.compareExchange(expected: left, desired: left - 1, ordering: .relaxed)
            if done { return true }
            left = seen
        }
        return false
    }

    func giveBack() { tokens.add(1, ordering: .relaxed) }
}
