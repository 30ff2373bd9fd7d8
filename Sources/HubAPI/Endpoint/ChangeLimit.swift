import HTTPServer
import PluginModel
import Synchronization

/// How often one person or program may change something: enough for any work by hand and for scripts that mind the answer, too little to fill the
/// audit log.
final class ChangeLimit: Sendable {
    static let rule = RateLimiter<String>.Rule(burst: 600, perSecond: 60)

    private let limiter = Mutex(RateLimiter<String>(rule))

    /// Throws `request.too-many`.
    func take(_ who: String) throws {
        let verdict = limiter.withLock { $0.attempt(who, at: .now) }
        guard case .wait(let wait) = verdict else { return }
        throw ProblemDocument.about(
            Fault(
                code: "request.too-many", message: "There were too many changes in a short time.",
                remedy: "Wait \(max(1, wait.components.seconds + 1)) s, then go on.", turn: .caller))
    }
}
