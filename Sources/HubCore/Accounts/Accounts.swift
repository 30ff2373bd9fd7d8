package import PluginModel
import Synchronization

/// People, organisations and what they sign in with: every change decided by who asks, and written with its audit entry and event.
package final class Accounts: Sendable {
    package let store: any HubStore
    let hasher: PasswordHasher
    package let policy: AccountPolicy
    let removalLimits: RemovalLimits
    let clock: @Sendable () -> Timestamp
    let entropy: Entropy
    let limiter = Mutex(SignInLimiter())
    /// By the hash of a cookie or token.
    let cache: ShortMemory<[UInt8], Authenticated>
    let organisationMemory: ShortMemory<OrganisationQuestion, [Organisation]>

    package init(
        store: any HubStore, hasher: PasswordHasher, policy: AccountPolicy = AccountPolicy(),
        removalLimits: RemovalLimits = RemovalLimits(),
        clock: @escaping @Sendable () -> Timestamp = Timestamp.system, entropy: Entropy = .system
    ) {
        (self.store, self.hasher, self.policy, self.clock, self.entropy) = (store, hasher, policy, clock, entropy)
        self.removalLimits = removalLimits
        cache = ShortMemory(entriesMax: policy.principalsMax, age: policy.principalAge)
        organisationMemory = ShortMemory(entriesMax: policy.principalsMax, age: policy.principalAge)
    }

    /// Hashings of passwords since the start, for metrics.
    package var hashings: Int { hasher.hashings }

    /// A change of people or organisations: what is remembered of them is forgotten when it is on disk.
    func change<Value: Sendable>(
        _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        defer {
            cache.forgetAll()
            organisationMemory.forgetAll()
        }
        return try await store.write(body)
    }

    /// Throws unless they may.
    package func require(_ action: HubAction, in organisation: Organisation.ID?, _ requester: Requester) throws(Fault) {
        guard requester.principal.may(action, in: organisation) else { throw AccountFault.denied(action, in: organisation) }
    }

    /// A token reads about people and never changes them: it could make itself a person without its scopes.
    func requirePerson(_ requester: Requester) throws(Fault) {
        if case .token = requester.principal.kind { throw AccountFault.tokenByToken() }
    }

    func note(
        _ requester: Requester, _ action: String, _ subject: String, in organisation: Organisation.ID? = nil
    ) -> ChangeNote { requester.note(action, subject, at: clock(), in: organisation, entropy) }

    /// Ends sessions and codes whose time is over; for the hub's hourly round.
    @discardableResult
    package func sweep() async throws(Fault) -> Int {
        let now = clock()
        return try await store.write { (records) throws(Fault) in
            let sessions = try records.removeSessions(expiredBefore: now)
            return try sessions + records.removeCodes(expiredBefore: now)
        }
    }
}

/// What people type, in the form it is stored.
enum AccountText {
    static func email(_ typed: String) throws(Fault) -> String {
        let text = trimmed(typed).lowercased()
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= AccountSizes.emailBytesMax, parts.count == 2, !parts[0].isEmpty, parts[1].contains(where: { $0.isLetter }),
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7f && !$0.properties.isWhitespace })
        else { throw AccountFault.invalid("e-mail address", "is none") }
        return text
    }

    static func name(_ typed: String, max: Int = AccountSizes.nameBytesMax) throws(Fault) -> String {
        let text = trimmed(typed)
        guard !text.isEmpty else { throw AccountFault.invalid("name", "is empty") }
        guard text.utf8.count <= max else { throw AccountFault.invalid("name", "has more than \(max) bytes") }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw AccountFault.invalid("name", "has control characters")
        }
        return text
    }

    static func slug(_ typed: String) throws(Fault) -> String {
        let isPlain = typed.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
        guard isPlain, !typed.isEmpty, typed.utf8.count <= AccountSizes.slugBytesMax, typed.first != "-", typed.last != "-" else {
            throw AccountFault.invalid("short name", "is not 1 to \(AccountSizes.slugBytesMax) of a-z, 0-9 and inner hyphens")
        }
        return typed
    }

    /// Of a header or an address: whatever it is, short and printable.
    static func cut(_ text: String, max: Int) -> String {
        var kept = ""
        for scalar in text.unicodeScalars where scalar.properties.generalCategory != .control {
            guard kept.utf8.count + String(scalar).utf8.count <= max else { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept
    }

    private static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
