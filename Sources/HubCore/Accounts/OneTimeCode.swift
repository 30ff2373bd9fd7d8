/// Lets somebody choose a password once: an invitation, or a reset that an administrator gave. The code itself is only in its link.
package struct OneTimeCode: Sendable, Hashable {
    package enum Purpose: String, Sendable, Hashable, CaseIterable {
        case invitation
        case passwordReset = "password-reset"
    }

    /// BLAKE2b-256 of the code.
    package var hash: [UInt8]
    package var user: User.ID
    package var purpose: Purpose
    package var createdAt: Timestamp
    package var expiresAt: Timestamp

    package init(hash: [UInt8], user: User.ID, purpose: Purpose, createdAt: Timestamp, expiresAt: Timestamp) {
        (self.hash, self.user, self.purpose, self.createdAt, self.expiresAt) = (hash, user, purpose, createdAt, expiresAt)
    }
}

/// How much belongs to an organisation and goes with it: shown before anybody removes one.
package struct OrganisationContents: Sendable, Hashable {
    package var members: Int
    /// Tokens that are good in this organisation alone.
    package var tokens: Int
    /// Plugins with settings of its own.
    package var settings: Int
    package var secrets: Int
    /// Plugins it switched on or off for itself.
    package var enablement: Int
    /// In every state; with their versions, item types, banks and policies.
    package var rules: Int

    package init(members: Int = 0, tokens: Int = 0, settings: Int = 0, secrets: Int = 0, enablement: Int = 0, rules: Int = 0) {
        self.rules = rules
        (self.members, self.tokens, self.settings, self.secrets, self.enablement) = (members, tokens, settings, secrets, enablement)
    }
}
