package import PluginModel

/// A session as its owner sees it in their list.
package struct SessionSummary: Sendable, Hashable {
    /// From the hash of the token: names the session and signs in nobody.
    package let id: String
    package let createdAt: Timestamp
    package let lastSeenAt: Timestamp
    package let expiresAt: Timestamp
    package let userAgent: String
    package let address: String

    init(_ session: Session) {
        id = Self.id(of: session.tokenHash)
        (createdAt, lastSeenAt, expiresAt) = (session.createdAt, session.lastSeenAt, session.expiresAt)
        (userAgent, address) = (session.userAgent, session.address)
    }

    package static func id(of tokenHash: [UInt8]) -> String { Sodium.hexadecimal(tokenHash.prefix(8)) }
}

extension Accounts {
    /// Ends the session of a cookie; harmless when there is none.
    package func signOut(_ authenticated: Authenticated, address: String?) async throws(Fault) {
        guard let session = authenticated.session else { return }
        let note = note(Requester(authenticated.principal, address: address), "session.end", "user:\(session.user)")
        try await change { (records) throws(Fault) in
            if try records.removeSession(tokenHash: session.tokenHash) { try records.append(note.entry) }
        }
    }

    /// One's own, newest first; those that are over are left out.
    package func sessions(of requester: Requester) async throws(Fault) -> [SessionSummary] {
        // Where somebody is signed in, and from what address, is nothing for a program that was given one right.
        try requirePerson(requester)
        let (now, id) = (clock(), requester.principal.user.id)
        let all = try await store.read { (records) throws(Fault) in try records.sessions(of: id) }
        return all.filter { isGood($0, now) }.sorted { $0.createdAt > $1.createdAt }.map(SessionSummary.init)
    }

    /// Ends one of one's own sessions.
    package func endSession(_ id: String, by requester: Requester) async throws(Fault) {
        try requirePerson(requester)
        let (owner, note) = (requester.principal.user.id, note(requester, "session.end", "user:\(requester.principal.user.id)"))
        try await change { (records) throws(Fault) in
            guard let session = try records.sessions(of: owner).first(where: { SessionSummary.id(of: $0.tokenHash) == id }) else {
                throw AccountFault.notFound("session")
            }
            _ = try records.removeSession(tokenHash: session.tokenHash)
            try records.append(note.entry)
        }
    }

    /// Ends all of one's own sessions but the one given; gives how many.
    package func endSessions(except current: Session?, by requester: Requester) async throws(Fault) -> Int {
        try requirePerson(requester)
        let (owner, note) = (requester.principal.user.id, note(requester, "session.end-all", "user:\(requester.principal.user.id)"))
        return try await change { (records) throws(Fault) in
            let count = try records.removeSessions(of: owner, except: current?.tokenHash)
            try records.append(note.entry)
            return count
        }
    }
}
