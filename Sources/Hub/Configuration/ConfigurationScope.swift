package import HubCore

/// For whom a setting counts: the whole hub, or one organisation, whose own values stand before the hub's.
package enum ConfigurationScope: Sendable, Hashable {
    case hub
    case organisation(Organisation.ID)

    package var organisation: Organisation.ID? {
        if case .organisation(let id) = self { id } else { nil }
    }

    package init(_ organisation: Organisation.ID?) { self = organisation.map(Self.organisation) ?? .hub }

    /// How secrets name it.
    var secretOrganisation: String { organisation?.rawValue ?? "" }
}
