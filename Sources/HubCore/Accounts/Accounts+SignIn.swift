import JSON
package import PluginModel
import Synchronization

/// Where somebody who signs in comes from.
package struct Visitor: Sendable, Hashable {
    package var address: String
    package var userAgent: String

    package init(address: String, userAgent: String = "") {
        self.address = AccountText.cut(address, max: AccountSizes.addressBytesMax)
        self.userAgent = AccountText.cut(userAgent, max: AccountSizes.userAgentBytesMax)
    }
}

/// A fresh session; the token goes into the browser's cookie and nowhere else.
package struct SignedIn: Sendable {
    package let token: Secret
    package let session: Session
    package let user: User
}

extension Accounts {
    /// Begins a session for whoever knows the password.
    ///
    /// Unknown, disabled and password-less people take as long as a wrong password and get the same words.
    /// - Parameter old: The cookie the browser sent along; its session ends, so that a planted one is worth nothing.
    package func signIn(
        email typed: String, password: Secret, visitor: Visitor, replacing old: String? = nil
    ) async throws(Fault) -> SignedIn {
        let email = AccountText.cut(typed, max: AccountSizes.emailBytesMax).lowercased().filter { !$0.isWhitespace }
        try takeTry(visitor, account: email)
        guard password.count <= PasswordRules.bytesMax else { throw AccountFault.signInFailed() }
        let found = try await store.read { (records) throws(Fault) in try records.user(email: email) }
        let isRight = try await hasher.verify(password, against: found?.passwordHash)
        guard isRight, let found, !found.isDisabled, let stored = found.passwordHash else {
            let entry = AuditEntry(
                at: clock(), actor: found?.id.rawValue ?? "hub", actorName: found?.name ?? "unknown", action: "session.begin",
                subject: found.map { "user:\($0.id)" } ?? "user:unknown", outcome: .refused, address: visitor.address)
            try await store.write { (records) throws(Fault) in try records.append(entry) }
            throw AccountFault.signInFailed()
        }
        limiter.withLock { $0.succeeded(address: visitor.address, account: email) }
        let renewed = hasher.isOutdated(stored) ? try await hasher.hash(password) : stored
        return try await beginSession(visitor, replacing: old) { (records) throws(Fault) in
            // Between the look at the password and now it may have been changed, or its owner disabled.
            guard var user = try records.user(found.id), !user.isDisabled, user.passwordHash == stored else {
                throw AccountFault.signInFailed()
            }
            if renewed != stored {
                user.passwordHash = renewed
                try records.put(user)
            }
            return user
        }
    }

    /// Counts a try; throws when there was one too many.
    func takeTry(_ visitor: Visitor, account: String? = nil) throws(Fault) {
        let now = clock()
        let wait = limiter.withLock { limiter in
            if let account { return limiter.take(address: visitor.address, account: account, now: now) }
            return limiter.take(address: visitor.address, now: now)
        }
        if let wait { throw AccountFault.tooManyTries(wait: wait) }
    }

    /// Stores a new session for the user that `decide` gives, in one transaction with whatever `decide` writes.
    func beginSession(
        _ visitor: Visitor, replacing old: String?, how: String = "password",
        _ decide: @escaping @Sendable (any HubTransaction) throws(Fault) -> User
    ) async throws(Fault) -> SignedIn {
        let now = clock()
        let token = Token.make(.session, entropy)
        let csrfToken = Sodium.base64URL(entropy.bytes(Token.randomBytes))
        let oldHash = old.flatMap { Token(.session, reading: $0)?.hash }
        let policy = policy
        let (user, session) = try await change { (records) throws(Fault) in
            let user = try decide(records)
            if let oldHash { _ = try records.removeSession(tokenHash: oldHash) }
            let session = Session(
                tokenHash: token.hash, user: user.id, csrfToken: csrfToken, createdAt: now, lastSeenAt: now,
                expiresAt: now.advanced(by: policy.sessionAge), userAgent: visitor.userAgent, address: visitor.address)
            try records.put(session)
            let all = try records.sessions(of: user.id).sorted { $0.createdAt < $1.createdAt }.filter { $0.tokenHash != token.hash }
            for surplus in all.dropLast(policy.sessionsMax - 1) { _ = try records.removeSession(tokenHash: surplus.tokenHash) }
            try records.append(
                AuditEntry(
                    at: now, actor: user.id.rawValue, actorName: user.name, action: "session.begin", subject: "user:\(user.id)",
                    address: visitor.address, detail: ["by": .string(how)]))
            return (user, session)
        }
        return SignedIn(token: token.text, session: session, user: user)
    }
}
