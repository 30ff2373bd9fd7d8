import CSodium
package import PluginModel
import Synchronization

/// What one hashing of a password costs.
package struct PasswordCost: Sendable, Hashable {
    package var memoryBytes: Int
    /// Passes over that memory.
    package var passes: Int

    package init(memoryBytes: Int, passes: Int) { (self.memoryBytes, self.passes) = (memoryBytes, passes) }

    /// 64 MiB, two passes: about 70 ms of one core, well above what OWASP asks of argon2id (19 MiB, two passes).
    package static let standard = PasswordCost(memoryBytes: 64 * 1024 * 1024, passes: 2)
}

/// Hashes passwords with argon2id on threads of its own: two at once, so that a flood of sign-ins takes 128 MiB and two cores at most;
/// some more wait, and further ones are answered `account.busy` at once.
package final class PasswordHasher: Sendable {
    package static let threads = 2
    package static let waitingMax = 16

    private let cost: PasswordCost
    private let lane: ThreadLane
    private let count = Mutex(0)
    /// Of no password: what an unknown person's is compared with.
    private let decoy = Mutex<String?>(nil)

    package init(cost: PasswordCost = .standard, waitingMax: Int = PasswordHasher.waitingMax) {
        self.cost = cost
        lane = ThreadLane(name: "pb-passwords", threads: Self.threads, waitingMax: waitingMax)
    }

    /// The text to store: algorithm, cost, salt and hash.
    package func hash(_ password: Secret) async throws(Fault) -> String {
        try await run { [self] () throws(Fault) in try make(password) }
    }

    /// Whether this is the password behind a stored text.
    ///
    /// Nil, for somebody unknown or without a password, takes as long as a wrong password and is false.
    package func verify(_ password: Secret, against stored: String?) async throws(Fault) -> Bool {
        try await run { [self] () throws(Fault) in
            let text = if let stored { stored } else { try decoyText() }
            count.withLock { $0 += 1 }
            let isRight = password.withBytes { bytes in
                guard let start = bytes.baseAddress else { return false }
                return crypto_pwhash_str_verify(text, start.assumingMemoryBound(to: CChar.self), UInt64(bytes.count)) == 0
            }
            return isRight && stored != nil
        }
    }

    /// Whether a stored text was made at another cost than today's.
    package func isOutdated(_ stored: String) -> Bool { crypto_pwhash_str_needs_rehash(stored, UInt64(cost.passes), cost.memoryBytes) != 0 }

    /// Hashings done since the start, for metrics and tests.
    package var hashings: Int { count.withLock { $0 } }

    private func run<Value: Sendable>(_ body: @escaping @Sendable () throws(Fault) -> Value) async throws(Fault) -> Value {
        guard let value = try await lane.run(body) else { throw AccountFault.busy() }
        return value
    }

    private func make(_ password: Secret) throws(Fault) -> String {
        Sodium.prepare()
        count.withLock { $0 += 1 }
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let code = password.withBytes { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return crypto_pwhash_str_alg(
                &text, start.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), UInt64(cost.passes), cost.memoryBytes,
                crypto_pwhash_ALG_ARGON2ID13)
        }
        guard code == 0 else { throw AccountFault.busy() }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Made once, before the first comparison that needs it; that one takes twice as long, and says only that the hub has just started.
    private func decoyText() throws(Fault) -> String {
        if let text = decoy.withLock({ $0 }) { return text }
        let text = try make(Secret(Entropy.system.bytes(32)))
        decoy.withLock { $0 = text }
        return text
    }

    /// Makes the decoy, so that no sign-in has to.
    package func prepare() async throws(Fault) {
        try await run { [self] () throws(Fault) in _ = try decoyText() }
    }
}
