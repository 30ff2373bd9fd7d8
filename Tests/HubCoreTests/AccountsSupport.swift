import HubCore
import PluginModel
import Testing

/// The least argon2id can cost, so that tests look at decisions; what the real cost takes is a test of its own.
let cheapPasswords = PasswordCost(memoryBytes: 8192, passes: 1)
let goodPassword = Secret("seven quiet lanterns")

/// Accounts over a store in memory, with one administrator (Ada) in one organisation.
struct House {
    let store = MemoryHubStore()
    let clock = HandClock()
    let accounts: Accounts
    let ada: SignedIn
    let organisation: Organisation
    let visitor = Visitor(address: "192.0.2.7", userAgent: "tests")

    init() async throws {
        accounts = Accounts(store: store, hasher: PasswordHasher(cost: cheapPasswords, waitingMax: 1000), clock: clock.read)
        let code = try #require(try await accounts.prepareSetUp())
        ada = try await accounts.setUp(adaSetUp(), code: code, visitor: Visitor(address: "192.0.2.1"))
        organisation = try #require(
            try await store.read { (records) throws(Fault) in try records.organisation(slug: "acme") })
    }

    var administrator: Requester {
        get async throws(Fault) { try await requester(ada) }
    }

    func requester(_ signedIn: SignedIn) async throws(Fault) -> Requester {
        Requester(try await accounts.authenticate(session: signedIn.token.text ?? "").principal, address: "192.0.2.1")
    }

    /// Somebody who accepted an invitation.
    func join(_ name: String, _ role: Role?, isHubAdministrator: Bool = false) async throws -> SignedIn {
        let (_, invitation) = try await accounts.createUser(
            email: "\(name)@acme.test", name: name, isHubAdministrator: isHubAdministrator,
            memberships: role.map { [organisation.id: $0] } ?? [:], by: administrator)
        return try await accounts.redeem(code: invitation.text ?? "", password: goodPassword, visitor: visitor)
    }

    func signIn(_ email: String, _ password: Secret = goodPassword, from address: String = "192.0.2.7") async throws(Fault) -> SignedIn {
        try await accounts.signIn(email: email, password: password, visitor: Visitor(address: address, userAgent: "tests"))
    }

    func isGood(_ signedIn: SignedIn) async -> Bool {
        await faultCode { _ = try await accounts.authenticate(session: signedIn.token.text ?? "") } == nil
    }

    func audit(_ action: String) async throws(Fault) -> [AuditEntry] {
        var filter = AuditFilter()
        filter.action = action
        return try await store.read { [filter] (records) throws(Fault) in try records.audit(filter, before: nil, limit: 100) }
    }
}

func adaSetUp(_ email: String = "Ada@Acme.test ", slug: String = "acme") -> SetUp {
    SetUp(email: email, name: "Ada", password: goodPassword, organisationName: "Acme", organisationSlug: slug)
}
