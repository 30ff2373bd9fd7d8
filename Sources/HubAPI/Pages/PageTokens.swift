import CSodium
import HubCore
import PluginModel
import Synchronization

/// Short-lived tokens with which a plugin's page calls its own routes, on behalf of whoever looks at it.
///
/// They live in memory: a hub that starts again asks pages to get new ones.
final class PageTokens: Sendable {
    struct Grant: Sendable {
        var plugin: PluginID
        var principal: Principal
        var organisation: Organisation?
        var expiresAt: Timestamp
        /// The session or token it was given through: with that, it ends.
        var source: CredentialSource
    }

    static let age = Duration.seconds(600)
    static let tokensMax = 10_000
    static let prefix = "pbp_"

    private let grants = Mutex<[[UInt8]: Grant]>([:])
    private let now: @Sendable () -> Timestamp
    private let entropy: Entropy

    init(now: @escaping @Sendable () -> Timestamp, entropy: Entropy) { (self.now, self.entropy) = (now, entropy) }

    /// Throws `page.too-many-tokens`.
    func make(for plugin: PluginID, _ principal: Principal, _ organisation: Organisation?, from source: CredentialSource) throws(Fault) -> (
        text: String, expiresAt: Timestamp
    ) {
        let text = Self.prefix + entropy.bytes(32).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let (now, end) = (now(), now().advanced(by: Self.age))
        let hash = Self.hash(text)
        let isKept = grants.withLock { grants in
            if grants.count >= Self.tokensMax { grants = grants.filter { $0.value.expiresAt > now } }
            guard grants.count < Self.tokensMax else { return false }
            grants[hash] = Grant(plugin: plugin, principal: principal, organisation: organisation, expiresAt: end, source: source)
            return true
        }
        guard isKept else {
            throw Fault(
                code: "page.too-many-tokens", message: "Too many pages of plugins are open.",
                remedy: "Wait 60 s, then load the page again.", turn: .caller)
        }
        return (text, end)
    }

    func find(_ text: String) -> Grant? {
        guard text.hasPrefix(Self.prefix), text.utf8.count < 100 else { return nil }
        let (hash, now) = (Self.hash(text), now())
        return grants.withLock { grants in
            guard let grant = grants[hash] else { return nil }
            if grant.expiresAt > now { return grant }
            grants[hash] = nil
            return nil
        }
    }

    private static func hash(_ text: String) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        let bytes = Array(text.utf8)
        crypto_generichash(&result, result.count, bytes, UInt64(bytes.count), nil, 0)
        return result
    }
}
