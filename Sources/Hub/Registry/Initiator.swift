package import HubCore

/// On whose behalf something is done; stands in the audit log beside what was done.
package struct Initiator: Sendable, Hashable {
    /// A user's id, a token's as `token:…`, or `hub`.
    package var actor: String
    package var name: String
    package var address: String?
    /// Ties what happens to the request that caused it.
    package var correlation: String

    package init(actor: String, name: String, address: String? = nil, correlation: String = "") {
        (self.actor, self.name, self.address, self.correlation) = (actor, name, address, correlation)
    }

    package init(_ principal: Principal, address: String? = nil, correlation: String = "") {
        let actor =
            switch principal.kind {
            case .session, .local: principal.user.id.rawValue
            case .token(let id): "token:\(id.rawValue)"
            }
        self.init(actor: actor, name: principal.user.name, address: address, correlation: correlation)
    }

    /// The hub by itself, such as when it takes a bad version back.
    package static let hub = Initiator(actor: "hub", name: "Patchbay")
}
