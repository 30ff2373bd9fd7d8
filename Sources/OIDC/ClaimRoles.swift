package import HubCore
import JSON

/// Which roles the values of one claim give, such as a provider's groups. Nothing gives the hub's administration.
package struct ClaimRoles: Sendable, Hashable {
    package struct Place: Sendable, Hashable {
        package var organisation: Organisation.ID
        package var role: Role

        package init(organisation: Organisation.ID, role: Role) { (self.organisation, self.role) = (organisation, role) }
    }

    /// Values of one claim that are looked at.
    package static let valuesMax = 1000

    package var claim: String
    package var places: [String: [Place]]

    package init(claim: String, places: [String: [Place]]) { (self.claim, self.places) = (claim, places) }

    /// The highest role each organisation gets; a claim that is neither a text nor a list of texts gives none.
    package func roles(of token: IDToken) -> [Organisation.ID: Role] {
        let values: [String] =
            switch token.claims[claim] {
            case .string(let one)?: [one]
            case .array(let several)?: several.prefix(Self.valuesMax).compactMap(\.stringValue)
            default: []
            }
        var roles: [Organisation.ID: Role] = [:]
        for place in values.flatMap({ places[$0] ?? [] }) {
            roles[place.organisation] = max(roles[place.organisation] ?? .viewer, place.role)
        }
        return roles
    }
}

extension OutsidePerson {
    /// Whom a verified token speaks of, for `Accounts.signIn(outside:)`.
    package init(_ token: IDToken, roles: ClaimRoles? = nil) {
        self.init(
            issuer: token.issuer, subject: token.subject, email: token.email, isEmailVerified: token.isEmailVerified, name: token.name,
            roles: roles?.roles(of: token) ?? [:])
    }
}
