/// A browser that is signed in. The token itself is only in its cookie; here is its hash.
package struct Session: Sendable, Hashable {
    /// BLAKE2b-256 of the token.
    package var tokenHash: [UInt8]
    package var user: User.ID
    /// What a page must send with every change, bound to this session.
    package var csrfToken: String
    package var createdAt: Timestamp
    package var lastSeenAt: Timestamp
    package var expiresAt: Timestamp
    /// For the list of one's own sessions.
    package var userAgent: String
    package var address: String

    package init(
        tokenHash: [UInt8], user: User.ID, csrfToken: String, createdAt: Timestamp, lastSeenAt: Timestamp, expiresAt: Timestamp,
        userAgent: String, address: String
    ) {
        (self.tokenHash, self.user, self.csrfToken, self.createdAt) = (tokenHash, user, csrfToken, createdAt)
        (self.lastSeenAt, self.expiresAt, self.userAgent, self.address) = (lastSeenAt, expiresAt, userAgent, address)
    }
}

/// A token for a program, which may do what its owner may, less what its scopes leave out.
package struct APIToken: Sendable, Hashable {
    package typealias ID = Identifier<APIToken>

    package var id: ID
    /// BLAKE2b-256 of the token.
    package var tokenHash: [UInt8]
    /// The first characters, by which people tell tokens apart.
    package var hint: String
    package var name: String
    package var user: User.ID
    /// Nil: in all organisations of its owner.
    package var organisation: Organisation.ID?
    package var scopes: Set<HubAction>
    package var createdAt: Timestamp
    package var expiresAt: Timestamp?
    package var lastUsedAt: Timestamp?

    package init(
        id: ID, tokenHash: [UInt8], hint: String, name: String, user: User.ID, organisation: Organisation.ID? = nil, scopes: Set<HubAction>,
        createdAt: Timestamp, expiresAt: Timestamp? = nil, lastUsedAt: Timestamp? = nil
    ) {
        (self.id, self.tokenHash, self.hint, self.name, self.user) = (id, tokenHash, hint, name, user)
        (self.organisation, self.scopes, self.createdAt) = (organisation, scopes, createdAt)
        (self.expiresAt, self.lastUsedAt) = (expiresAt, lastUsedAt)
    }
}
