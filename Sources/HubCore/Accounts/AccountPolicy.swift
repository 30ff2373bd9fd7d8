/// How long what people sign in with is good, and how much of it there may be.
package struct AccountPolicy: Sendable, Hashable {
    /// A session nobody used for so long is over.
    package var sessionIdle: Duration = .seconds(24 * 3600)
    /// A session is over so long after its sign-in, used or not.
    package var sessionAge: Duration = .seconds(14 * 24 * 3600)
    /// How often at most the last use of a session or a token is written.
    package var touchInterval: Duration = .seconds(60)
    /// Of one person; a further sign-in ends the oldest.
    package var sessionsMax = 50
    /// Of one person.
    package var tokensMax = 100
    package var invitationAge: Duration = .seconds(7 * 24 * 3600)
    package var passwordResetAge: Duration = .seconds(24 * 3600)
    /// How long a resolved credential is believed without asking the store. A change made through this hub counts at once; one made
    /// through another hub on the same database after so long at most.
    package var principalAge: Duration = .seconds(1)
    /// Resolved credentials that are remembered.
    package var principalsMax = 4096

    package init() {}
}

/// Sizes of what people type.
enum AccountSizes {
    static let emailBytesMax = 254
    static let nameBytesMax = 200
    static let slugBytesMax = 40
    static let tokenNameBytesMax = 100
    static let userAgentBytesMax = 300
    static let addressBytesMax = 64
}
