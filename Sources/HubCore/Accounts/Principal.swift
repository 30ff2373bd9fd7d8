/// Who makes a request, and what they may do. A value: made once a request, asked everywhere.
package struct Principal: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case session
        case token(APIToken.ID)
        /// The command line on this machine, with the data folder in hand.
        case local
    }

    package var kind: Kind
    package var user: User
    package var memberships: [Membership]
    /// Nil: no limit beside the roles.
    package var scopes: Set<HubAction>?
    /// Where a token is good; nil: everywhere.
    package var onlyIn: Organisation.ID?

    package init(kind: Kind, user: User, memberships: [Membership], scopes: Set<HubAction>? = nil, onlyIn: Organisation.ID? = nil) {
        (self.kind, self.user, self.memberships, self.scopes, self.onlyIn) = (kind, user, memberships, scopes, onlyIn)
    }

    /// Whether they may do this in an organisation, or with nil for the hub as a whole.
    ///
    /// The hub as a whole is for its administrators, and reading what everybody may see for all who have any membership.
    package func may(_ action: HubAction, in organisation: Organisation.ID?) -> Bool {
        guard !user.isDisabled else { return false }
        if let scopes, !scopes.contains(action) { return false }
        if let onlyIn, let organisation, organisation != onlyIn { return false }
        if user.isHubAdministrator { return onlyIn == nil || organisation == onlyIn }
        guard let organisation else {
            return action.leastRole == .viewer && memberships.contains { onlyIn == nil || $0.organisation == onlyIn }
        }
        return memberships.contains { $0.organisation == organisation && $0.role >= action.leastRole }
    }

    /// Whether there is anywhere they may do this.
    package func mayAnywhere(_ action: HubAction) -> Bool {
        may(action, in: nil) || may(action, in: onlyIn) || memberships.contains { may(action, in: $0.organisation) }
    }

    /// The highest role they may give and take in an organisation; nil when they are nobody there.
    package func role(in organisation: Organisation.ID) -> Role? {
        if user.isHubAdministrator { return .platformAdmin }
        return memberships.first { $0.organisation == organisation }?.role
    }
}
