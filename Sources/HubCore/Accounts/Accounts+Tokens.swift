import JSON
package import PluginModel

/// A token just made; its text is shown once.
package struct MadeToken: Sendable {
    package let text: Secret
    package let token: APIToken
}

extension Accounts {
    /// Makes a token for oneself that may do some of what one may.
    ///
    /// - Parameters:
    ///   - organisation: Where it is good; nil: wherever its owner may.
    ///   - age: After which it is over; nil: never.
    package func makeToken(
        name: String, scopes: Set<HubAction>, organisation: Organisation.ID? = nil, age: Duration? = nil, by requester: Requester
    ) async throws(Fault) -> MadeToken {
        try requirePerson(requester)
        let name = try AccountText.name(name, max: AccountSizes.tokenNameBytesMax)
        let owner = requester.principal
        guard owner.mayAnywhere(.tokenManage) else { throw AccountFault.denied(.tokenManage, in: organisation) }
        guard !scopes.isEmpty else { throw AccountFault.invalid("token", "has no scope") }
        if let age, age <= .zero { throw AccountFault.invalid("token", "would be over at once") }
        let tooWide = scopes.filter { organisation == nil ? !owner.mayAnywhere($0) : !owner.may($0, in: organisation) }
        guard tooWide.isEmpty else { throw AccountFault.scopeTooWide(tooWide.sorted { $0.rawValue < $1.rawValue }) }
        let (now, secret) = (clock(), Token.make(.api, entropy))
        let token = APIToken(
            id: .make(at: now, random: entropy.bytes), tokenHash: secret.hash, hint: secret.hint, name: name, user: owner.user.id,
            organisation: organisation, scopes: scopes, createdAt: now, expiresAt: age.map { now.advanced(by: $0) })
        var note = note(requester, "token.create", "token:\(token.id)", in: organisation)
        note.entry.detail = ["scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) })]
        let max = policy.tokensMax
        try await change { [note] (records) throws(Fault) in
            guard try records.user(owner.user.id) != nil else { throw AccountFault.notFound("user") }
            if let organisation, try records.organisation(organisation) == nil { throw AccountFault.notFound("organisation") }
            guard try records.tokens(of: owner.user.id).count < max else { throw AccountFault.tooMany("tokens", max: max) }
            try records.put(token)
            try records.keep(note, event: "TokenCreated", data: ["token": .string(token.id.rawValue)])
        }
        return MadeToken(text: secret.text, token: token)
    }

    /// One's own; their texts are nowhere. A token sees itself.
    package func tokens(of requester: Requester) async throws(Fault) -> [APIToken] {
        let principal = requester.principal
        let all = try await store.read { (records) throws(Fault) in try records.tokens(of: principal.user.id) }
        guard case .token(let own) = principal.kind else { return all }
        return all.filter { $0.id == own }
    }

    /// Takes back a token: one's own, or anybody's for those who administer people. A token may end itself.
    package func revokeToken(_ id: APIToken.ID, by requester: Requester) async throws(Fault) {
        let note = note(requester, "token.revoke", "token:\(id)")
        let principal = requester.principal
        try await change { (records) throws(Fault) in
            guard let token = try records.token(id), token.user == principal.user.id || principal.may(.adminUsers, in: nil) else {
                throw AccountFault.notFound("token")
            }
            if case .token(let own) = principal.kind, own != id { throw AccountFault.tokenByToken() }
            _ = try records.removeToken(id)
            try records.keep(note, event: "TokenRevoked", data: ["token": .string(id.rawValue)])
        }
    }
}
