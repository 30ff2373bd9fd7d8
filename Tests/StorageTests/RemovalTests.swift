import HubCore
import JSON
import PluginModel
import Testing

@testable import Storage

private let (one, two) = (Organisation.ID("o1"), Organisation.ID("o2"))

extension HubTransaction {
    /// Removes an organisation and all it left, as the hub does in many transactions.
    func removeWhole(_ id: Organisation.ID) throws(Fault) -> Bool {
        guard try removeOrganisation(id, at: at(1)) else { return false }
        while case .going? = try sweep(id, limit: 500) {}
        return true
    }
}

/// Items of one organisation, decided unless they shall wait, each with a rule's word, an action that waits, a strike and a review.
private func fill(_ owner: Organisation.ID, _ count: Int, waiting: Int = 0, _ r: any HubTransaction) throws(Fault) {
    let lineup = RuleLineup([RuleLineup.Member(id: "r", name: "R", version: 1, status: "LIVE")])
    try r.keep(lineup, in: owner)
    let items = (0..<count + waiting).map { number in
        SubmittedItem(
            organisation: owner, itemID: "i\(number)", typeID: "post", submission: Submission.ID("s"), data: ["n": .int(Int64(number))],
            receivedAt: at(1), state: number < count ? .decided : .waiting)
    }
    for item in try r.append(items).prefix(count) {
        try r.append(
            StoredDecision(
                sequence: item.sequence, organisation: owner, itemID: item.itemID, typeID: "post", at: at(2), microseconds: 1,
                outcome: .passed, passed: ["r"], lineup: lineup.id, results: [StoredDecision.Result(place: 0, outcome: .passed)],
                conditions: 1, signalRuns: 0))
        _ = try r.append([ActionRun(organisation: owner, decision: item.sequence, action: "hook", state: .waiting, nextAt: at(1))])
        let user = ItemUser(kept: "u\(item.sequence)", typeID: "user")
        _ = try r.append([Strike(organisation: owner, user: user, policy: "p", strikes: 1, decision: item.sequence, at: at(2))])
        try r.count([user: UserTally(items: 1)], in: owner, onDay: 5)
        let job = try r.open(
            ReviewJob(organisation: owner, queue: "q", itemID: item.itemID, typeID: "post", decisions: 1, openedAt: at(2), changedAt: at(2))
        )
        try r.append(
            ReviewReason(job: job.sequence, decision: item.sequence, action: "look", rules: ["r"], policies: [], at: at(2)), keeping: 9,
            holding: 9)
    }
}

@Suite(.timeLimit(.minutes(3))) struct TheRemovalOfOrganisations {
    @Test(arguments: ItemStore.allCases) func `one that is removed is found nowhere, and its short name is free`(_ kind: ItemStore)
        async throws
    {
        try await kind.run { (store) async throws in
            #expect(try await store.write { (r) throws(Fault) in try r.removeOrganisation(one, at: at(7)) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removeOrganisation(one, at: at(8)) } == false)
            try await store.write { (r) throws(Fault) in
                #expect(try r.organisation(one) == nil)
                #expect(try r.organisation(slug: "slug-o1") == nil)
                #expect(try r.organisations(PageRequest()).map(\.id) == [two])
                #expect(try r.removedOrganisations(limit: 9) == [RemovedOrganisation(id: one, slug: "slug-o1", removedAt: at(7))])
                try r.put(organisation("o3", slug: "slug-o1"))
                #expect(try r.organisation(slug: "slug-o1")?.id == Organisation.ID("o3"))
            }
            let again = await code { try await store.write { (r) throws(Fault) in try r.put(organisation("o1", slug: "other")) } }
            #expect(again == "storage.unknown-reference", "it does not come back")
        }
    }

    @Test(arguments: ItemStore.allCases) func `nothing is decided, sent or written for one that is removed`(_ kind: ItemStore) async throws
    {
        try await kind.run { (store) async throws in
            try await store.write { (r) throws(Fault) in
                for owner in [one, two] { try fill(owner, 1, waiting: 1, r) }
                _ = try r.removeOrganisation(one, at: at(7))
            }
            try await store.write { (r) throws(Fault) in
                #expect(try r.organisationsWithWaitingItems() == [two])
                #expect(try r.organisationsWithDueRuns(at: at(9)) == [two])
                for (owner, count) in [(one, 0), (two, 1)] {
                    #expect(try r.waitingItems(in: owner, after: 0, limit: 9, bytesMax: .max).count == count)
                    #expect(try r.waitingItemCount(in: owner) == count)
                    #expect(try r.dueRuns(in: owner, at: at(9), limit: 9).count == count)
                    let waiting = try r.items(ItemFilter(), in: owner, before: nil, limit: 9).first { $0.state == .waiting }
                    #expect(try r.settle(waiting?.sequence ?? 0, in: owner, as: .decided, problem: nil) == (count == 1))
                }
            }
            let rule = RuleRecord(
                id: RuleRecord.ID("r"), organisation: one, name: "R", status: "DRAFT", document: [:], createdAt: at(1), changedAt: at(1),
                changedBy: "u", changedByName: "Ada")
            let user = ItemUser(kept: "u", typeID: "user")
            let writes: [@Sendable (any HubTransaction) throws(Fault) -> Void] = [
                { (r) throws(Fault) in try fill(one, 0, waiting: 1, r) },
                { (r) throws(Fault) in try r.put(rule) },
                { (r) throws(Fault) in try r.count([user: UserTally(items: 1)], in: one, onDay: 1) },
                { (r) throws(Fault) in
                    _ = try r.open(ReviewJob(organisation: one, queue: "q", itemID: "z", typeID: "post", openedAt: at(1), changedAt: at(1)))
                },
            ]
            // The store in memory checks what its tests need.
            for write in kind == .memory ? Array(writes.prefix(1)) : writes {
                #expect(await code { try await store.write(write) } == "storage.unknown-reference")
            }
        }
    }

    @Test(arguments: Backend.allCases) func `what it left goes step by step, and a hub that starts again goes on`(_ backend: Backend)
        async throws
    {
        let lab = try Lab(backend)
        var store = try await lab.open()
        try await store.put(organisation("o1"), organisation("o2"))
        try await store.write { (r) throws(Fault) in
            try fill(one, 25, waiting: 5, r)
            try fill(two, 3, waiting: 1, r)
            _ = try r.removeOrganisation(one, at: at(7))
        }
        var steps = 0
        for _ in 0..<4 {
            guard case .going? = try await store.write({ (r) throws(Fault) in try r.sweep(one, limit: 10) }) else { break }
            steps += 1
        }
        #expect(steps == 4)
        await store.close()
        store = try await lab.open()
        let between = try await store.read { (r) throws(Fault) in try r.removedOrganisations(limit: 9) }
        #expect(between.map(\.id) == [one] && between.first?.swept.values.reduce(0, +) == 35, "what went is counted")
        #expect(try await store.read { (r) throws(Fault) in try r.organisations(PageRequest()).map(\.id) } == [two])
        var last: RemovedOrganisation?
        for _ in 0..<100 where last == nil {
            if case .gone(let removed)? = try await store.write({ (r) throws(Fault) in try r.sweep(one, limit: 10) }) { last = removed }
        }
        #expect(
            last?.swept == [
                "decision_rules": 25, "action_runs": 25, "items": 30, "review_jobs": 25, "rule_lineup_members": 1, "rule_lineups": 1,
                "strikes": 25, "user_days": 25, "item_users": 25,
            ])
        try await store.write { (r) throws(Fault) in
            #expect(try r.sweep(one, limit: 10) == nil)
            #expect(try r.sweep(two, limit: 10) == nil, "one that is not removed stays")
            #expect(try r.removedOrganisations(limit: 9).isEmpty)
            #expect(try r.items(ItemFilter(), in: two, before: nil, limit: 99).count == 4)
            #expect(try r.decisions(DecisionFilter(), in: two, before: nil, limit: 99).count == 3)
        }
        await store.close()
        let raw = try lab.raw()
        for table in try Self.tables(raw) {
            let left = try raw.rows("select count(*) from \(table) where organisation = 'o1'", []) { (row: any SQLRow) throws(Fault) in
                row.integer(0)
            }
            #expect(left == [0], "\(table)")
        }
    }

    /// What holds rows of organisations, but for the journal and the audit, which keep what happened.
    private static func tables(_ raw: any SQLSession) throws -> Set<String> {
        let text =
            raw.dialect == .sqlite
            ? "select m.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'table' and c.name = 'organisation'"
            : "select table_name from information_schema.columns where column_name = 'organisation' and table_schema = 'public'"
        let found = try raw.rows(text, []) { (row: any SQLRow) throws(Fault) in row.text(0) }
        return Set(found).subtracting(["journal", "audit"])
    }

    @Test(arguments: Backend.allCases) func `every table with an organisation's rows is one that a removal knows`(_ backend: Backend)
        async throws
    {
        let lab = try Lab(backend)
        await (try await lab.open()).close()
        let known = SQLTransaction.goneAtOnce + SQLTransaction.sweptTables.map(\.0) + SQLTransaction.goneAlong
        #expect(try Self.tables(try lab.raw()) == Set(known))
    }
}
