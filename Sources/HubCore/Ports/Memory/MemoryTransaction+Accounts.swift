import PluginModel

extension MemoryTransaction {
    func userCount() throws(Fault) -> Int { records.users.count }
    func user(_ id: User.ID) throws(Fault) -> User? { records.users[id] }
    func user(email: String) throws(Fault) -> User? { records.users.values.first { $0.email == email } }
    func users(_ page: PageRequest) throws(Fault) -> [User] { self.page(records.users.values, page) { $0.id.rawValue } }

    func hubAdministrators() throws(Fault) -> [User] {
        records.users.values.filter(\.isHubAdministrator).sorted { $0.id < $1.id }
    }

    func put(_ user: User) throws(Fault) {
        try change { (records) throws(Fault) in
            guard !records.users.values.contains(where: { $0.email == user.email && $0.id != user.id }) else {
                throw AccountFault.emailTaken()
            }
            records.users[user.id] = user
        }
    }

    func removeUser(_ id: User.ID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            records.sessions = records.sessions.filter { $0.value.user != id }
            records.tokens = records.tokens.filter { $0.value.user != id }
            records.codes = records.codes.filter { $0.value.user != id }
            records.memberships = records.memberships.filter { $0.key.user != id }
            records.identities = records.identities.filter { $0.value.user != id }
            return records.users.removeValue(forKey: id) != nil
        }
    }

    func identity(issuer: String, subject: String) throws(Fault) -> ExternalIdentity? {
        records.identities[MemoryRecords.Outside(issuer: issuer, subject: subject)]
    }

    func identities(of user: User.ID) throws(Fault) -> [ExternalIdentity] {
        records.identities.values.filter { $0.user == user }.sorted { ($0.issuer, $0.subject) < ($1.issuer, $1.subject) }
    }

    func put(_ identity: ExternalIdentity) throws(Fault) {
        try change { (records) throws(Fault) in
            records.identities[MemoryRecords.Outside(issuer: identity.issuer, subject: identity.subject)] = identity
        }
    }

    func removeIdentity(issuer: String, subject: String) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            records.identities.removeValue(forKey: MemoryRecords.Outside(issuer: issuer, subject: subject)) != nil
        }
    }

    // MARK: Organisations

    func organisation(_ id: Organisation.ID) throws(Fault) -> Organisation? { records.organisations[id] }
    func organisation(slug: String) throws(Fault) -> Organisation? { records.organisations.values.first { $0.slug == slug } }
    func organisations(_ page: PageRequest) throws(Fault) -> [Organisation] {
        self.page(records.organisations.values, page) { $0.id.rawValue }
    }

    func put(_ organisation: Organisation) throws(Fault) {
        try change { (records) throws(Fault) in
            guard !records.organisations.values.contains(where: { $0.slug == organisation.slug && $0.id != organisation.id }) else {
                throw AccountFault.slugTaken()
            }
            guard records.removed[organisation.id] == nil else {
                throw Fault(code: "storage.unknown-reference", message: "The organisation is removed.", turn: .caller)
            }
            records.organisations[organisation.id] = organisation
        }
    }

    func contents(of organisation: Organisation.ID) throws(Fault) -> OrganisationContents {
        OrganisationContents(
            members: records.memberships.keys.count { $0.organisation == organisation },
            tokens: records.tokens.values.count { $0.organisation == organisation },
            settings: records.settings.keys.count { $0.organisation == organisation },
            secrets: records.secrets.keys.count { $0.organisation == organisation.rawValue },
            enablement: records.enablement.keys.count { $0.organisation == organisation },
            rules: records.ruleShelf.rules.keys.count { $0.organisation == organisation })
    }

    func removeOrganisation(_ id: Organisation.ID, at moment: Timestamp) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            guard let organisation = records.organisations.removeValue(forKey: id) else { return false }
            records.removed[id] = RemovedOrganisation(id: id, slug: organisation.slug, removedAt: moment)
            records.memberships = records.memberships.filter { $0.key.organisation != id }
            records.tokens = records.tokens.filter { $0.value.organisation != id }
            records.settings = records.settings.filter { $0.key.organisation != id }
            records.secrets = records.secrets.filter { $0.key.organisation != id.rawValue }
            records.enablement = records.enablement.filter { $0.key.organisation != id }
            records.context = records.context.filter { $0.key.organisation != id }
            return true
        }
    }

    func removedOrganisations(limit: Int) throws(Fault) -> [RemovedOrganisation] {
        Array(
            records.removed.values.sorted { ($0.removedAt.unixMilliseconds, $0.id) < ($1.removedAt.unixMilliseconds, $1.id) }.prefix(limit))
    }

    func sweep(_ organisation: Organisation.ID, limit: Int) throws(Fault) -> OrganisationSweep? {
        try change { (records) throws(Fault) in
            guard var removed = records.removed[organisation] else { return nil }
            let items = records.moderation.items(of: organisation).prefix(limit).map(\.sequence)
            if !items.isEmpty {
                records.remove(items: Array(items))
                removed.swept["items", default: 0] += items.count
                records.removed[organisation] = removed
                return .going(removed)
            }
            // The rest is little, and nobody waits behind a store in memory.
            records.failures.removeAll { $0.organisation == organisation }
            records.moderation.remove(organisation)
            records.ruleShelf.remove(organisation)
            records.reviews.remove(organisation)
            records.ruleDays.remove(organisation)
            records.removed[organisation] = nil
            return .gone(removed)
        }
    }

    func memberships(of user: User.ID) throws(Fault) -> [Membership] {
        records.memberships.values.filter { $0.user == user }.sorted { $0.organisation < $1.organisation }
    }

    func memberships(in organisation: Organisation.ID, _ page: PageRequest) throws(Fault) -> [Membership] {
        self.page(records.memberships.values.filter { $0.organisation == organisation }, page) { $0.user.rawValue }
    }

    func put(_ membership: Membership) throws(Fault) {
        try change { (records) throws(Fault) in
            records.memberships[MemoryRecords.Member(organisation: membership.organisation, user: membership.user)] = membership
        }
    }

    func removeMembership(of user: User.ID, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            records.memberships.removeValue(forKey: MemoryRecords.Member(organisation: organisation, user: user)) != nil
        }
    }

    // MARK: Credentials

    func session(tokenHash: [UInt8]) throws(Fault) -> Session? { records.sessions[tokenHash] }
    func sessions(of user: User.ID) throws(Fault) -> [Session] {
        records.sessions.values.filter { $0.user == user }.sorted { $0.createdAt < $1.createdAt }
    }
    func put(_ session: Session) throws(Fault) {
        try change { (records) throws(Fault) in records.sessions[session.tokenHash] = session }
    }
    func removeSession(tokenHash: [UInt8]) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in records.sessions.removeValue(forKey: tokenHash) != nil }
    }
    func removeSessions(of user: User.ID, except tokenHash: [UInt8]?) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            Self.keep(&records.sessions) { $0.user != user || $0.tokenHash == tokenHash }
        }
    }
    func removeSessions(expiredBefore moment: Timestamp) throws(Fault) -> Int {
        try change { (records) throws(Fault) in Self.keep(&records.sessions) { $0.expiresAt >= moment } }
    }

    func token(hash: [UInt8]) throws(Fault) -> APIToken? { records.tokens.values.first { $0.tokenHash == hash } }
    func token(_ id: APIToken.ID) throws(Fault) -> APIToken? { records.tokens[id] }
    func tokens(of user: User.ID) throws(Fault) -> [APIToken] {
        records.tokens.values.filter { $0.user == user }.sorted { $0.id < $1.id }
    }
    func put(_ token: APIToken) throws(Fault) { try change { (records) throws(Fault) in records.tokens[token.id] = token } }
    func removeToken(_ id: APIToken.ID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in records.tokens.removeValue(forKey: id) != nil }
    }

    func code(hash: [UInt8]) throws(Fault) -> OneTimeCode? { records.codes[hash] }
    func put(_ code: OneTimeCode) throws(Fault) { try change { (records) throws(Fault) in records.codes[code.hash] = code } }
    func removeCodes(of user: User.ID) throws(Fault) -> Int {
        try change { (records) throws(Fault) in Self.keep(&records.codes) { $0.user != user } }
    }
    func removeCodes(expiredBefore moment: Timestamp) throws(Fault) -> Int {
        try change { (records) throws(Fault) in Self.keep(&records.codes) { $0.expiresAt >= moment } }
    }

    /// Removes what is not to stay; gives how many went.
    private static func keep<Key, Record>(_ records: inout [Key: Record], _ stays: (Record) -> Bool) -> Int {
        let before = records.count
        records = records.filter { stays($0.value) }
        return before - records.count
    }
}
