import JSON
package import PluginModel

/// A change of somebody; nil leaves a member as it is.
package struct UserChange: Sendable, Hashable {
    package var email: String?
    package var name: String?
    package var isDisabled: Bool?
    package var isHubAdministrator: Bool?

    package init(email: String? = nil, name: String? = nil, isDisabled: Bool? = nil, isHubAdministrator: Bool? = nil) {
        (self.email, self.name, self.isDisabled, self.isHubAdministrator) = (email, name, isDisabled, isHubAdministrator)
    }
}

extension Accounts {
    package func users(_ page: PageRequest, by requester: Requester) async throws(Fault) -> [User] {
        try require(.adminUsers, in: nil, requester)
        return try await store.read { (records) throws(Fault) in try records.users(page) }
    }

    /// Makes somebody who is not there, with a code for choosing a password; give it to nobody else.
    package func createUser(
        email: String, name: String, isHubAdministrator: Bool = false, memberships: [Organisation.ID: Role] = [:], by requester: Requester
    ) async throws(Fault) -> (user: User, invitation: Secret) {
        try require(.adminUsers, in: nil, requester)
        try requirePerson(requester)
        let now = clock()
        let user = User(
            id: .make(at: now, random: entropy.bytes), email: try AccountText.email(email), name: try AccountText.name(name),
            isHubAdministrator: isHubAdministrator, createdAt: now)
        let (secret, code) = makeCode(for: user.id, .invitation)
        let note = note(requester, "user.create", "user:\(user.id)")
        try await change { (records) throws(Fault) in
            try records.put(user)
            for (organisation, role) in memberships {
                guard try records.organisation(organisation) != nil else { throw AccountFault.notFound("organisation") }
                try records.put(Membership(organisation: organisation, user: user.id, role: role))
            }
            try records.put(code)
            try records.keep(note, event: "UserCreated", data: ["user": .string(user.id.rawValue)])
        }
        return (user, secret)
    }

    /// A fresh code for choosing a password; the ones before are worth nothing. The present password stays good until it is used.
    package func makePasswordCode(for id: User.ID, by requester: Requester) async throws(Fault) -> Secret {
        try require(.adminUsers, in: nil, requester)
        try requirePerson(requester)
        let (secret, made) = makeCode(for: id, .passwordReset)
        let note = note(requester, "user.make-code", "user:\(id)")
        try await change { (records) throws(Fault) in
            guard let user = try records.user(id) else { throw AccountFault.notFound("user") }
            var code = made
            if user.passwordHash == nil { code.purpose = .invitation }
            _ = try records.removeCodes(of: id)
            try records.put(code)
            try records.append(note.entry)
        }
        return secret
    }

    /// Chooses a password with a code, ends all sessions of that person, and signs in.
    package func redeem(code text: String, password: Secret, visitor: Visitor) async throws(Fault) -> SignedIn {
        try takeTry(visitor)
        guard let token = Token(.oneTime, reading: text) else { throw AccountFault.badCode() }
        let now = clock()
        let find: @Sendable (any HubTransaction) throws(Fault) -> User = { (records) throws(Fault) in
            guard let code = try records.code(hash: token.hash), Sodium.areEqual(code.hash, token.hash), now < code.expiresAt,
                let user = try records.user(code.user), !user.isDisabled
            else { throw AccountFault.badCode() }
            return user
        }
        let found = try await store.read(find)
        try PasswordRules.check(password, email: found.email)
        let hash = try await hasher.hash(password)
        let note = ChangeNote(
            AuditEntry(
                at: now, actor: found.id.rawValue, actorName: found.name, action: "user.redeem-code", subject: "user:\(found.id)",
                address: visitor.address), entropy)
        return try await beginSession(visitor, replacing: nil, how: "code") { (records) throws(Fault) in
            var user = try find(records)
            user.passwordHash = hash
            try records.put(user)
            _ = try records.removeCodes(of: user.id)
            _ = try records.removeSessions(of: user.id, except: nil)
            try records.append(note.entry)
            return user
        }
    }

    /// Changes one's own password; all other sessions and open codes end.
    package func changePassword(from old: Secret, to new: Secret, keeping current: Session?, by requester: Requester) async throws(Fault) {
        try requirePerson(requester)
        let user = requester.principal.user
        try takeTry(Visitor(address: requester.address ?? "local"), account: user.email)
        guard old.count <= PasswordRules.bytesMax, try await hasher.verify(old, against: user.passwordHash) else {
            throw AccountFault.wrongPassword()
        }
        try PasswordRules.check(new, email: user.email)
        let hash = try await hasher.hash(new)
        let note = note(requester, "user.change-password", "user:\(user.id)")
        try await change { (records) throws(Fault) in
            guard var again = try records.user(user.id), again.passwordHash == user.passwordHash else { throw AccountFault.wrongPassword() }
            again.passwordHash = hash
            try records.put(again)
            _ = try records.removeCodes(of: user.id)
            _ = try records.removeSessions(of: user.id, except: current?.tokenHash)
            try records.append(note.entry)
        }
    }

    /// Changes somebody. Disabling ends their sessions at once; their tokens stay, and open nothing meanwhile.
    @discardableResult
    package func updateUser(_ id: User.ID, _ wanted: UserChange, by requester: Requester) async throws(Fault) -> User {
        try requirePerson(requester)
        let isOwnName = id == requester.principal.user.id && wanted == UserChange(name: wanted.name)
        if !isOwnName { try require(.adminUsers, in: nil, requester) }
        var checked = wanted
        if let email = wanted.email { checked.email = try AccountText.email(email) }
        if let name = wanted.name { checked.name = try AccountText.name(name) }
        var note = note(requester, "user.update", "user:\(id)")
        if let isDisabled = wanted.isDisabled { note.entry.detail["isDisabled"] = .bool(isDisabled) }
        if let isAdministrator = wanted.isHubAdministrator { note.entry.detail["isHubAdministrator"] = .bool(isAdministrator) }
        return try await change { [checked, note] (records) throws(Fault) in
            guard var user = try records.user(id) else { throw AccountFault.notFound("user") }
            if checked.isDisabled == true || checked.isHubAdministrator == false { try Self.requireOthers(than: user, records) }
            user.email = checked.email ?? user.email
            user.name = checked.name ?? user.name
            user.isDisabled = checked.isDisabled ?? user.isDisabled
            user.isHubAdministrator = checked.isHubAdministrator ?? user.isHubAdministrator
            try records.put(user)
            if user.isDisabled {
                _ = try records.removeSessions(of: id, except: nil)
                _ = try records.removeCodes(of: id)
            }
            try records.keep(note, event: "UserChanged", data: ["user": .string(id.rawValue)])
            return user
        }
    }

    /// Removes somebody with everything they sign in with. What they did stays in the audit.
    package func removeUser(_ id: User.ID, by requester: Requester) async throws(Fault) {
        try require(.adminUsers, in: nil, requester)
        try requirePerson(requester)
        let note = note(requester, "user.remove", "user:\(id)")
        try await change { (records) throws(Fault) in
            guard let user = try records.user(id) else { throw AccountFault.notFound("user") }
            try Self.requireOthers(than: user, records)
            _ = try records.removeUser(id)
            try records.keep(note, event: "UserRemoved", data: ["user": .string(id.rawValue)])
        }
    }

    private func makeCode(for user: User.ID, _ purpose: OneTimeCode.Purpose) -> (Secret, OneTimeCode) {
        let (now, token) = (clock(), Token.make(.oneTime, entropy))
        let age = purpose == .invitation ? policy.invitationAge : policy.passwordResetAge
        return (
            token.text, OneTimeCode(hash: token.hash, user: user, purpose: purpose, createdAt: now, expiresAt: now.advanced(by: age))
        )
    }

    /// Throws when this is the only administrator who can sign in. One who was invited and never came does not count.
    private static func requireOthers(than user: User, _ records: any HubTransaction) throws(Fault) {
        guard user.isHubAdministrator, !user.isDisabled else { return }
        for other in try records.hubAdministrators() where other.id != user.id && !other.isDisabled {
            if other.passwordHash != nil { return }
            if try !records.identities(of: other.id).isEmpty { return }
        }
        throw AccountFault.lastAdministrator()
    }
}
