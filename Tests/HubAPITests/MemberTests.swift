import HubCore
import JSON
import Testing

@testable import HubAPI

/// Who is in an organisation is for its own administrators.
@Suite(.everyDatabase, .namingTheDatabase) struct MemberTests {
    @Test func `a team's administrator takes in whoever has an account, and nobody above themselves`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        let (lead, bob) = (world.who(.teamAdmin), try await hub.person("newcomer", by: world.admin))
        func add(_ email: String, _ role: String, as person: Person) async throws -> Answer {
            try await hub.ask("POST", "/organisations/alpha/members", as: person, ["email": .string(email), "role": .string(role)])
        }
        #expect(try await hub.ask("GET", "/plugins", as: bob).status == 403)
        let added = try await add("Newcomer@hub.test", "developer", as: lead)
        #expect(added.status == 201 && added.json["user"] == .string(bob.id) && added.json["role"] == "developer", "\(added)")
        #expect(try await hub.ask("GET", "/plugins", as: bob).status == 200)
        let high = try await add("newcomer@hub.test", "platform-admin", as: lead)
        #expect(high.status == 403 && high.code == "account.role-too-high", "\(high)")
        let nobody = try await add("nobody@hub.test", "viewer", as: lead)
        #expect(nobody.status == 404 && nobody.code == "account.not-found", "\(nobody)")
        #expect(try await add("newcomer@hub.test", "viewer", as: bob).status == 403)
        #expect(try await add("newcomer@hub.test", "king", as: lead).status == 422)
        #expect(try await add("newcomer@hub.test", "viewer", as: world.outsider).status == 404)
    }
}
