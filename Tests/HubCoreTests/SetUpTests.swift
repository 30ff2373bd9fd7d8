import HubCore
import PluginModel
import Testing

struct SetUpTests {
    private func fresh() -> (MemoryHubStore, Accounts) {
        let store = MemoryHubStore()
        return (store, Accounts(store: store, hasher: PasswordHasher(cost: cheapPasswords, waitingMax: 100), clock: HandClock().read))
    }

    @Test func `the code makes the first administrator and organisation, once`() async throws {
        let (store, accounts) = fresh()
        #expect(try await accounts.needsSetUp())
        let code = try #require(try await accounts.prepareSetUp())
        #expect(code.count == 23 && !store.dump.contains(code))
        let typed = code.lowercased().replacing("-", with: " ")
        let signedIn = try await accounts.setUp(adaSetUp(), code: typed, visitor: Visitor(address: "192.0.2.1"))
        #expect(signedIn.user.isHubAdministrator && signedIn.user.email == "ada@acme.test")
        #expect(try await !accounts.needsSetUp())
        #expect(try await accounts.prepareSetUp() == nil)
        let again = await faultCode {
            _ = try await accounts.setUp(adaSetUp("eve@acme.test", slug: "eve"), code: code, visitor: Visitor(address: "192.0.2.1"))
        }
        #expect(again == "account.already-set-up")
        let events = try await store.read { (records) throws(Fault) in
            try records.events(after: 0, types: ["system.HubSetUp"], organisation: nil, limit: 9)
        }
        #expect(events.count == 1)
    }

    @Test func `each start makes another code`() async throws {
        let (_, accounts) = fresh()
        let old = try #require(try await accounts.prepareSetUp())
        let new = try #require(try await accounts.prepareSetUp())
        let visitor = Visitor(address: "192.0.2.1")
        #expect(
            await faultCode { _ = try await accounts.setUp(adaSetUp(), code: old, visitor: visitor) }
                == "account.bad-setup-code")
        _ = try await accounts.setUp(adaSetUp(), code: new, visitor: visitor)
    }

    @Test func `a wrong code makes the hub do no work, and tries are limited`() async throws {
        let (_, accounts) = fresh()
        _ = try await accounts.prepareSetUp()
        let before = accounts.hashings
        for number in 0..<30 {
            let code = await faultCode {
                _ = try await accounts.setUp(adaSetUp(), code: "AAAAA-AAAAA-AAAAA-AAAAA", visitor: Visitor(address: "192.0.2.1"))
            }
            #expect(code == (number < SignInLimiter.perAddress.burst ? "account.bad-setup-code" : "account.too-many-tries"))
        }
        #expect(accounts.hashings == before)
    }

    @Test func `nothing is made when something about it is wrong`() async throws {
        let (_, accounts) = fresh()
        let code = try #require(try await accounts.prepareSetUp())
        for (wanted, fault) in [
            (adaSetUp("no address"), "account.invalid"), (adaSetUp(slug: "Not Good"), "account.invalid"),
            (
                SetUp(email: "a@b.test", name: "A", password: Secret("short"), organisationName: "O", organisationSlug: "o"),
                "account.bad-password"
            ),
        ] {
            #expect(
                await faultCode {
                    _ = try await accounts.setUp(wanted, code: code, visitor: Visitor(address: "192.0.2.1"))
                } == fault)
        }
        #expect(try await accounts.needsSetUp())
        _ = try await accounts.setUp(adaSetUp(), code: code, visitor: Visitor(address: "192.0.2.1"))
    }

    @Test(arguments: 1...8) func `of many at once one wins`(round: Int) async throws {
        let (store, accounts) = fresh()
        let code = try #require(try await accounts.prepareSetUp())
        let answers = await withTaskGroup(of: String?.self) { group in
            for number in 0..<6 {
                group.addTask {
                    await faultCode {
                        _ = try await accounts.setUp(
                            adaSetUp("p\(number)@acme.test", slug: "o\(number)"), code: code, visitor: Visitor(address: "192.0.2.\(number)")
                        )
                    }
                }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(answers.count { $0 == nil } == 1)
        #expect(answers.compactMap { $0 }.allSatisfy { $0 == "account.already-set-up" })
        let (users, organisations) = try await store.read { (records) throws(Fault) in
            (try records.userCount(), try records.organisations(PageRequest()).count)
        }
        #expect(users == 1 && organisations == 1)
    }
}
