import HubCore
import JSON
import Moderation
import PluginModel
import Testing

/// An organisation with much in it goes while another one is at work.
@Suite(.timeLimit(.minutes(5))) struct RemovalTests {
    private static let items = 3_000

    private static func accounts(_ lab: ItemLab, _ rowsAtOnce: Int = 500) -> Accounts {
        var limits = RemovalLimits()
        (limits.rowsAtOnce, limits.pause) = (rowsAtOnce, .milliseconds(1))
        return Accounts(store: lab.store, hasher: PasswordHasher(waitingMax: 1), removalLimits: limits, clock: lab.clock.read)
    }

    private static func remove(_ organisation: Organisation.ID, _ accounts: Accounts) async throws {
        let user = User(
            id: User.ID("admin"), email: "admin@acme.test", name: "Ada", isHubAdministrator: true,
            createdAt: Timestamp(unixMilliseconds: 0))
        let admin = Requester(Principal(kind: .session, user: user, memberships: []))
        try await accounts.removeOrganisation(
            organisation, expecting: try await accounts.contents(of: organisation, by: admin), by: admin)
    }

    @Test(arguments: [ItemStore.sqlite, .postgreSQL]) func `others are decided meanwhile, and begin and end stand in the journal`(
        _ kind: ItemStore
    ) async throws {
        try await withItems(kind) { (lab) async throws in
            for owner in [ItemLab.one, ItemLab.two] {
                lab.rules.set([try WrittenRules.rule("r1", ["spam"])], types: [WrittenRules.post], for: owner)
            }
            let desk = lab.desk()
            try await desk.start()
            for part in 0..<Self.items / 1_000 {
                _ = try await desk.submit(WrittenRules.items(1_000, prefix: "\(part)-"), in: ItemLab.one)
            }
            try await lab.isQuiet()
            let accounts = Self.accounts(lab)
            let clock = ContinuousClock()
            let removal = try await clock.measure { try await Self.remove(ItemLab.one, accounts) }
            #expect(removal < .seconds(1), "nothing is taken away before it returns")
            await desk.forget(ItemLab.one)
            #expect(
                await refusal { () async throws(SubmissionRefusal) in try await desk.submit(WrittenRules.items(1), in: ItemLab.one) } == [
                    "storage.unknown-reference"
                ])

            let sweep = Task { try await accounts.takeAwayRemoved() }
            var (decided, slowest) = (0, Duration.zero)
            while try await lab.store.read({ (r) throws(Fault) in try r.removedOrganisations(limit: 1) }).first != nil {
                slowest = max(
                    slowest, try await clock.measure { _ = try await desk.decide(WrittenRules.items(5), in: ItemLab.two) })
                decided += 5
            }
            try await sweep.value
            await desk.stop()
            print("\(kind.rawValue): \(decided) items of another organisation decided meanwhile, five at a time, in \(slowest) at most")
            #expect(decided > 5)
            #expect(try await lab.events("moderation.ItemDecided", of: ItemLab.two).count == decided)
            let events = try await lab.events("system.*")
            #expect(events.map(\.eventType) == ["system.OrganisationRemoved", "system.OrganisationSwept"])
            #expect(events.first?.data["slug"]?.stringValue == "o1")
            #expect(events.last?.data["rows"]?["items"]?.intValue == Self.items)
            #expect(events.last?.data["rows"]?["decision_rules"]?.intValue == Self.items)
            #expect(try await lab.items().isEmpty)
        }
    }

    @Test(arguments: ItemStore.allCases) func `what waited is never decided, and a hub that starts again takes the rest away`(
        _ kind: ItemStore
    ) async throws {
        try await withItems(kind) { (lab) async throws in
            for owner in [ItemLab.one, ItemLab.two] {
                lab.rules.set([try WrittenRules.rule("r1", ["spam"])], types: [WrittenRules.post], for: owner)
            }
            let idle = lab.desk { $0.limits.organisationsAtOnce = 0 }
            try await idle.start()
            for owner in [ItemLab.one, ItemLab.two] { _ = try await idle.submit(WrittenRules.items(40), in: owner) }
            await idle.stop()
            let first = Self.accounts(lab, 7)
            try await Self.remove(ItemLab.one, first)
            let broken = Task { try await first.takeAwayRemoved() }
            try await until("some is gone") { try await lab.items().count < 40 }
            broken.cancel()
            try await broken.value
            let left = try await lab.items()

            let desk = lab.desk()
            try await desk.start()
            try await lab.isQuiet(ItemLab.two)
            await desk.stop()
            #expect(try await lab.items().count == left.count)
            #expect(try await lab.events("moderation.ItemDecided", of: ItemLab.one).isEmpty)
            #expect(try await lab.events("moderation.ItemDecided", of: ItemLab.two).count == 40)

            try await Self.accounts(lab, 7).takeAwayRemoved()
            #expect(try await lab.items().isEmpty)
            let events = try await lab.events("system.OrganisationSwept")
            #expect(events.map { $0.data["rows"]?["items"]?.intValue } == [40], "counted over both")
        }
    }
}
