package import PluginModel

/// People, organisations, and what they sign in with.
package protocol AccountRecords {
    func userCount() throws(Fault) -> Int
    func user(_ id: User.ID) throws(Fault) -> User?
    func user(email: String) throws(Fault) -> User?
    func users(_ page: PageRequest) throws(Fault) -> [User]
    /// Inserts or replaces by id. An e-mail address of somebody else is `account.email-taken`.
    func put(_ user: User) throws(Fault)
    /// Of the hub as a whole, disabled ones too: a hub has few.
    func hubAdministrators() throws(Fault) -> [User]
    /// With sessions, tokens, one-time codes, memberships and outside identities. False when there was none.
    func removeUser(_ id: User.ID) throws(Fault) -> Bool

    func identity(issuer: String, subject: String) throws(Fault) -> ExternalIdentity?
    func identities(of user: User.ID) throws(Fault) -> [ExternalIdentity]
    func put(_ identity: ExternalIdentity) throws(Fault)
    func removeIdentity(issuer: String, subject: String) throws(Fault) -> Bool

    func organisation(_ id: Organisation.ID) throws(Fault) -> Organisation?
    func organisation(slug: String) throws(Fault) -> Organisation?
    func organisations(_ page: PageRequest) throws(Fault) -> [Organisation]
    /// A slug of another one is `account.slug-taken`.
    func put(_ organisation: Organisation) throws(Fault)
    /// What `removeOrganisation` takes along, but for what was handed in and decided.
    func contents(of organisation: Organisation.ID) throws(Fault) -> OrganisationContents
    /// From now on nobody finds it, its short name is free, and what is written for it is `storage.unknown-reference`. Memberships, settings,
    /// secrets, enablement and the tokens that are good there alone go at once; `sweep` takes the rest. False when there is none.
    func removeOrganisation(_ id: Organisation.ID, at moment: Timestamp) throws(Fault) -> Bool
    /// Those of which there is still something, longest removed first.
    func removedOrganisations(limit: Int) throws(Fault) -> [RemovedOrganisation]
    /// Takes away at most `limit` rows of one kind of what a removed organisation left; what hangs on a row goes with it. Nil when it is gone.
    func sweep(_ organisation: Organisation.ID, limit: Int) throws(Fault) -> OrganisationSweep?

    func memberships(of user: User.ID) throws(Fault) -> [Membership]
    func memberships(in organisation: Organisation.ID, _ page: PageRequest) throws(Fault) -> [Membership]
    func put(_ membership: Membership) throws(Fault)
    func removeMembership(of user: User.ID, in organisation: Organisation.ID) throws(Fault) -> Bool

    func session(tokenHash: [UInt8]) throws(Fault) -> Session?
    func sessions(of user: User.ID) throws(Fault) -> [Session]
    func put(_ session: Session) throws(Fault)
    func removeSession(tokenHash: [UInt8]) throws(Fault) -> Bool
    func removeSessions(of user: User.ID, except tokenHash: [UInt8]?) throws(Fault) -> Int
    func removeSessions(expiredBefore moment: Timestamp) throws(Fault) -> Int

    func token(hash: [UInt8]) throws(Fault) -> APIToken?
    func token(_ id: APIToken.ID) throws(Fault) -> APIToken?
    func tokens(of user: User.ID) throws(Fault) -> [APIToken]
    func put(_ token: APIToken) throws(Fault)
    func removeToken(_ id: APIToken.ID) throws(Fault) -> Bool

    func code(hash: [UInt8]) throws(Fault) -> OneTimeCode?
    func put(_ code: OneTimeCode) throws(Fault)
    func removeCodes(of user: User.ID) throws(Fault) -> Int
    func removeCodes(expiredBefore moment: Timestamp) throws(Fault) -> Int
}
