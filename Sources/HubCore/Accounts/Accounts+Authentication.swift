package import PluginModel

/// Whom a request's cookie or token belongs to.
package struct Authenticated: Sendable, Hashable {
    package var principal: Principal
    /// Nil for tokens.
    package var session: Session?

    package init(principal: Principal, session: Session? = nil) { (self.principal, self.session) = (principal, session) }
}

extension Accounts {
    /// Whose session a cookie's text names. Writes its last use, at most once a minute.
    package func authenticate(session text: String) async throws(Fault) -> Authenticated {
        guard let token = Token(.session, reading: text) else { throw AccountFault.signedOut() }
        let now = clock()
        if let known = cache.get(token.hash, now: now) { return known }
        let generation = cache.begin()
        let found = try await store.read { (records) throws(Fault) -> Authenticated? in
            guard let session = try records.session(tokenHash: token.hash), Sodium.areEqual(session.tokenHash, token.hash),
                let user = try records.user(session.user)
            else { return nil }
            return Authenticated(
                principal: Principal(kind: .session, user: user, memberships: try records.memberships(of: user.id)), session: session)
        }
        guard var found, var session = found.session else { throw AccountFault.signedOut() }
        guard isGood(session, now), !found.principal.user.isDisabled else {
            _ = try await store.write { (records) throws(Fault) in try records.removeSession(tokenHash: token.hash) }
            throw AccountFault.signedOut()
        }
        if now.elapsed(since: session.lastSeenAt) >= policy.touchInterval {
            session.lastSeenAt = now
            found.session = session
            let isThere = try await store.write { [session] (records) throws(Fault) in
                guard try records.session(tokenHash: session.tokenHash) != nil else { return false }
                try records.put(session)
                return true
            }
            guard isThere else { throw AccountFault.signedOut() }
        }
        cache.put(found, token.hash, now: now, begun: generation)
        return found
    }

    /// Whose token this is. Writes its last use, at most once a minute.
    package func authenticate(bearer text: String) async throws(Fault) -> Authenticated {
        guard let token = Token(.api, reading: text) else { throw AccountFault.signedOut() }
        let now = clock()
        if let known = cache.get(token.hash, now: now) { return known }
        let generation = cache.begin()
        let found = try await store.read { (records) throws(Fault) -> (APIToken, Authenticated)? in
            guard let stored = try records.token(hash: token.hash), Sodium.areEqual(stored.tokenHash, token.hash),
                let user = try records.user(stored.user)
            else { return nil }
            let principal = Principal(
                kind: .token(stored.id), user: user, memberships: try records.memberships(of: user.id), scopes: stored.scopes,
                onlyIn: stored.organisation)
            return (stored, Authenticated(principal: principal))
        }
        guard let (stored, authenticated) = found, !authenticated.principal.user.isDisabled, stored.expiresAt.map({ now < $0 }) ?? true
        else {
            throw AccountFault.signedOut()
        }
        if stored.lastUsedAt.map({ now.elapsed(since: $0) >= policy.touchInterval }) ?? true {
            let isThere = try await store.write { (records) throws(Fault) in
                guard var again = try records.token(stored.id) else { return false }
                again.lastUsedAt = now
                try records.put(again)
                return true
            }
            guard isThere else { throw AccountFault.signedOut() }
        }
        cache.put(authenticated, token.hash, now: now, begun: generation)
        return authenticated
    }

    /// A change asked for by a page must carry the session's own token; requests with a bearer token need none.
    package func checkCSRF(_ presented: String?, for session: Session) throws(Fault) {
        guard let presented, Sodium.areEqual(presented, session.csrfToken) else { throw AccountFault.badCSRFToken() }
    }

    func isGood(_ session: Session, _ now: Timestamp) -> Bool {
        now < session.expiresAt && now.elapsed(since: session.lastSeenAt) < policy.sessionIdle
    }
}
