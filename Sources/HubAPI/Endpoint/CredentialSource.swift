import HTTPServer
import HubCore
import PluginModel

/// What a request was signed in with, for what outlives the request: pages' tokens and event streams end with it.
enum CredentialSource: Sendable, Hashable {
    case session(hash: [UInt8])
    case token(APIToken.ID)

    init(_ authenticated: Authenticated) {
        switch authenticated.principal.kind {
        case .token(let id): self = .token(id)
        case .session, .local: self = .session(hash: authenticated.session?.tokenHash ?? [])
        }
    }

    /// The person as they are now; nil for whoever was signed out, disabled or removed since. Not a use of the credential.
    func principal(like before: Principal, _ hub: HubParts) async throws(Fault) -> Principal? {
        let now = hub.now()
        return try await hub.store.read { (records) throws(Fault) -> Principal? in
            guard let user = try records.user(before.user.id), !user.isDisabled else { return nil }
            switch self {
            case .session(let hash):
                guard let session = try records.session(tokenHash: hash), now < session.expiresAt else { return nil }
            case .token(let id):
                guard let token = try records.token(id), token.expiresAt.map({ now < $0 }) ?? true else { return nil }
            }
            var principal = before
            (principal.user, principal.memberships) = (user, try records.memberships(of: user.id))
            return principal
        }
    }
}

extension HTTPRequest {
    /// The token a program sent: as a bearer's, or in `X-API-KEY` as submitters of items do (contract of Coop, section 13).
    ///
    /// Nil: neither header is there. Empty: there is one, with something else in it. A bearer's comes first.
    var token: String? {
        if let authorization = headers["authorization"] {
            let parts = authorization.split(separator: " ", maxSplits: 1)
            return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : ""
        }
        return headers["x-api-key"]
    }
}
