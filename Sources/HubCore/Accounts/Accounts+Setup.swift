import JSON
package import PluginModel

/// What the first person says at the first start.
package struct SetUp: Sendable {
    package var email: String
    package var name: String
    package var password: Secret
    package var organisationName: String
    package var organisationSlug: String

    package init(email: String, name: String, password: Secret, organisationName: String, organisationSlug: String) {
        (self.email, self.name, self.password) = (email, name, password)
        (self.organisationName, self.organisationSlug) = (organisationName, organisationSlug)
    }
}

extension Accounts {
    private static let setupSetting = "setup-code"

    /// Whether nobody has set the hub up.
    package func needsSetUp() async throws(Fault) -> Bool {
        try await store.read { (records) throws(Fault) in try records.userCount() == 0 }
    }

    /// The code that lets somebody set the hub up, for the terminal; nil when that is done. Each start makes another one, and the one
    /// before is worth nothing.
    package func prepareSetUp() async throws(Fault) -> String? {
        try await hasher.prepare()
        let code = SetupCode.make(entropy)
        let isNeeded = try await store.write { (records) throws(Fault) in
            guard try records.userCount() == 0 else { return false }
            try records.setSetting(Self.setupSetting, SetupCode.hash(code))
            return true
        }
        return isNeeded ? code : nil
    }

    /// Makes the first administrator and the first organisation, and signs the administrator in. Of two at once one wins.
    package func setUp(_ wanted: SetUp, code: String, visitor: Visitor) async throws(Fault) -> SignedIn {
        try takeTry(visitor)
        let hash = SetupCode.hash(code)
        let check: @Sendable (any HubTransaction) throws(Fault) -> Void = { (records) throws(Fault) in
            guard try records.userCount() == 0 else { throw AccountFault.alreadySetUp() }
            guard let stored = try records.setting(Self.setupSetting), Sodium.areEqual(stored, hash) else {
                throw AccountFault.badSetupCode()
            }
        }
        // Before the password is hashed, so that strangers cannot make the hub work.
        try await store.read(check)
        let email = try AccountText.email(wanted.email)
        try PasswordRules.check(wanted.password, email: email)
        let now = clock()
        let user = User(
            id: .make(at: now, random: entropy.bytes), email: email, name: try AccountText.name(wanted.name),
            passwordHash: try await hasher.hash(wanted.password), isHubAdministrator: true, createdAt: now)
        let organisation = Organisation(
            id: .make(at: now, random: entropy.bytes), slug: try AccountText.slug(wanted.organisationSlug),
            name: try AccountText.name(wanted.organisationName), createdAt: now)
        let note = ChangeNote(
            AuditEntry(
                at: now, actor: user.id.rawValue, actorName: user.name, action: "hub.set-up", subject: "user:\(user.id)",
                address: visitor.address), entropy)
        return try await beginSession(visitor, replacing: nil, how: "setup") { (records) throws(Fault) in
            try check(records)
            try records.put(user)
            try records.put(organisation)
            try records.put(Membership(organisation: organisation.id, user: user.id, role: .platformAdmin))
            try records.setSetting(Self.setupSetting, [])
            try records.keep(
                note, event: "HubSetUp",
                data: ["user": .string(user.id.rawValue), "organisation": .string(organisation.id.rawValue)])
            return user
        }
    }
}
