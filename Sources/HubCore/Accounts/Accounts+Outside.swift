import JSON
package import PluginModel

/// Somebody whom an OIDC provider vouches for, after its token was verified.
package struct OutsidePerson: Sendable, Hashable {
    package var issuer: String
    package var subject: String
    package var email: String?
    package var isEmailVerified: Bool
    package var name: String?
    /// Roles that a claim gives, by organisation; empty when no claim is mapped. They replace what the person has there.
    package var roles: [Organisation.ID: Role]

    package init(
        issuer: String, subject: String, email: String?, isEmailVerified: Bool, name: String? = nil, roles: [Organisation.ID: Role] = [:]
    ) {
        (self.issuer, self.subject, self.email, self.isEmailVerified) = (issuer, subject, email, isEmailVerified)
        (self.name, self.roles) = (name, roles)
    }
}

/// What happens when somebody comes from a provider for the first time.
package enum FirstSignIn: Sendable, Hashable {
    /// Only people whom the hub knows by this issuer and subject.
    case off
    /// People who are here with the same verified address and have no password yet: those who were invited.
    case invited
    /// Those too, and everybody with a verified address in one of these domains (lower case), who are made without any role.
    case domains(Set<String>)
}

extension Accounts {
    /// Begins a session for whom a provider vouches, known by issuer and subject. An address alone finds nobody who has a password:
    /// whoever runs a provider could then become anybody.
    package func signIn(
        outside person: OutsidePerson, first: FirstSignIn, visitor: Visitor, replacing old: String? = nil
    ) async throws(Fault) -> SignedIn {
        try takeTry(visitor)
        let now = clock()
        var email: String?
        if person.isEmailVerified, let typed = person.email { email = try AccountText.email(typed) }
        var name: String?
        if let given = person.name { name = AccountText.cut(given, max: AccountSizes.nameBytesMax) }
        let fresh = User(
            id: .make(at: now, random: entropy.bytes), email: email ?? "", name: name.flatMap { $0.isEmpty ? nil : $0 } ?? email ?? "",
            createdAt: now)
        let identity = ExternalIdentity(issuer: person.issuer, subject: person.subject, user: fresh.id)
        let (made, linked) = (
            ChangeNote(Self.entry("user.create", fresh, visitor, now), entropy),
            Identifier<JournalEvent>.make(at: now, random: entropy.bytes)
        )
        return try await beginSession(visitor, replacing: old, how: "oidc") { [email] (records) throws(Fault) in
            var user: User
            if let known = try records.identity(issuer: person.issuer, subject: person.subject) {
                guard let found = try records.user(known.user) else { throw AccountFault.notInvited() }
                user = found
            } else {
                guard first != .off, let email else { throw AccountFault.notInvited() }
                if let invited = try records.user(email: email) {
                    guard invited.passwordHash == nil, try records.identities(of: invited.id).isEmpty else {
                        throw AccountFault.notInvited()
                    }
                    user = invited
                } else {
                    guard case .domains(let domains) = first, let domain = email.split(separator: "@").last,
                        domains.contains(String(domain))
                    else { throw AccountFault.notInvited() }
                    user = fresh
                    try records.put(user)
                    try records.keep(made, event: "UserCreated", data: ["user": .string(user.id.rawValue)])
                }
                guard !user.isDisabled else { throw AccountFault.notInvited() }
                try records.put(ExternalIdentity(issuer: identity.issuer, subject: identity.subject, user: user.id))
                _ = try records.removeCodes(of: user.id)
                let note = ChangeNote(Self.entry("user.link", user, visitor, now), eventID: linked)
                try records.keep(note, event: "UserChanged", data: ["user": .string(user.id.rawValue)])
            }
            guard !user.isDisabled else { throw AccountFault.notInvited() }
            for (organisation, role) in person.roles where try records.organisation(organisation) != nil {
                try records.put(Membership(organisation: organisation, user: user.id, role: role))
            }
            return user
        }
    }

    private static func entry(_ action: String, _ user: User, _ visitor: Visitor, _ now: Timestamp) -> AuditEntry {
        AuditEntry(
            at: now, actor: user.id.rawValue, actorName: user.name, action: action, subject: "user:\(user.id)", address: visitor.address)
    }
}
