/// Somebody who can sign in.
package struct User: Sendable, Hashable {
    package typealias ID = Identifier<User>

    package var id: ID
    /// Lower case; unique.
    package var email: String
    package var name: String
    /// argon2id in libsodium's text form; nil for people who only come through OIDC.
    package var passwordHash: String?
    /// Signs in nowhere, and nothing of theirs is lost.
    package var isDisabled: Bool
    /// May do everything everywhere, beside the roles in organisations.
    package var isHubAdministrator: Bool
    package var createdAt: Timestamp

    package init(
        id: ID, email: String, name: String, passwordHash: String? = nil, isDisabled: Bool = false, isHubAdministrator: Bool = false,
        createdAt: Timestamp
    ) {
        (self.id, self.email, self.name, self.passwordHash) = (id, email, name, passwordHash)
        (self.isDisabled, self.isHubAdministrator, self.createdAt) = (isDisabled, isHubAdministrator, createdAt)
    }
}

/// A person as an OIDC provider knows them.
package struct ExternalIdentity: Sendable, Hashable {
    /// The issuer's address, exactly as its tokens say it.
    package var issuer: String
    package var subject: String
    package var user: User.ID

    package init(issuer: String, subject: String, user: User.ID) { (self.issuer, self.subject, self.user) = (issuer, subject, user) }
}

/// A group of people with plugins, settings and secrets of their own.
package struct Organisation: Sendable, Hashable {
    package typealias ID = Identifier<Organisation>

    package var id: ID
    /// In addresses: `a-z`, `0-9`, `-`; unique.
    package var slug: String
    package var name: String
    package var createdAt: Timestamp

    package init(id: ID, slug: String, name: String, createdAt: Timestamp) {
        (self.id, self.slug, self.name, self.createdAt) = (id, slug, name, createdAt)
    }
}

/// What somebody is in one organisation.
package struct Membership: Sendable, Hashable {
    package var organisation: Organisation.ID
    package var user: User.ID
    package var role: Role

    package init(organisation: Organisation.ID, user: User.ID, role: Role) {
        (self.organisation, self.user, self.role) = (organisation, user, role)
    }
}
