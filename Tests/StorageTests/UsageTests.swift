import HubCore
import JSON
import PluginModel
import Testing

@testable import Storage

private let (one, two) = (Organisation.ID("o1"), Organisation.ID("o2"))

private func item(_ id: String, _ text: String, _ state: SubmittedItem.State = .decided, of owner: Organisation.ID = one) -> SubmittedItem {
    SubmittedItem(
        organisation: owner, itemID: id, typeID: "post", submission: Submission.ID("s"), data: ["text": .string(text)],
        receivedAt: at(1), state: state)
}

/// `{"text":"…"}`
private func bytes(_ text: String) -> Int { 11 + text.utf8.count }

/// What every store counts of items' bytes.
@Suite(.timeLimit(.minutes(3))) struct TheBytesOfItems {
    @Test(arguments: ItemStore.allCases) func `items and traces are counted as they are kept`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            @Sendable func kept(_ owner: Organisation.ID = one) async throws -> Int {
                try await store.read { (r) throws(Fault) in try r.itemBytes(in: owner) }
            }
            #expect(try await kept() == 0)
            try await store.write { (r) throws(Fault) in
                _ = try r.append([item("a", "\u{e9}\u{e9}", .waiting), item("b", "plain"), item("c", "x", of: two)])
                #expect(try r.itemBytes(in: one) == bytes("\u{e9}\u{e9}") + bytes("plain"), "also inside the transaction")
            }
            #expect(try await kept() == bytes("\u{e9}\u{e9}") + bytes("plain"))
            #expect(try await kept(two) == bytes("x"))
            let traces = #"{"0":{"a":1}}"#.utf8.count
            try await store.write { (r) throws(Fault) in
                let lineup = RuleLineup([])
                try r.keep(lineup, in: one)
                try r.append(
                    StoredDecision(
                        sequence: 2, organisation: one, itemID: "b", typeID: "post", at: at(2), microseconds: 1, outcome: .failed,
                        passed: [],
                        lineup: lineup.id, results: [], traces: [0: ["a": 1]], conditions: 0, signalRuns: 0))
            }
            #expect(try await kept() == bytes("\u{e9}\u{e9}") + bytes("plain") + traces)
            #expect(
                try await store.write { (r) throws(Fault) in
                    try r.removeItems(in: one, receivedBefore: at(90), keeping: 9, limit: 9)
                } == 1)
            #expect(try await kept() == bytes("\u{e9}\u{e9}"), "what waits stays")
            let refused = await code {
                try await store.write { (r) throws(Fault) in
                    _ = try r.append([item("d", "not kept")])
                    throw Fault(code: "test.no", message: "", turn: .hub)
                }
            }
            #expect(try await (refused, kept()) == ("test.no", bytes("\u{e9}\u{e9}")))
            #expect(try await kept(two) == bytes("x"))
        }
    }

    @Test(arguments: ItemStore.allCases) func `the oldest go until enough is free, and not those that are wanted`(_ kind: ItemStore)
        async throws
    {
        try await kind.run { (store) async throws in
            try await store.write { (r) throws(Fault) in
                _ = try r.append([item("w", "waits", .waiting)] + (1...5).map { item("i\($0)", "12345") } + [item("x", "12345", of: two)])
                let lineup = RuleLineup([])
                try r.keep(lineup, in: one)
                try r.append(
                    StoredDecision(
                        sequence: 2, organisation: one, itemID: "i1", typeID: "post", at: at(2), microseconds: 1, outcome: .failed,
                        passed: [], lineup: lineup.id, results: [], conditions: 0, signalRuns: 0))
                _ = try r.append([ActionRun(organisation: one, decision: 2, action: "hook", state: .waiting, nextAt: at(1))])
                func left() throws(Fault) -> [Int64] { try r.items(ItemFilter(), in: one, before: nil, limit: 9).map(\.sequence) }
                let first = try r.removeOldestItems(in: one, freeing: bytes("12345") + 1, limit: 9)
                #expect(first.items == 2 && first.bytes == 2 * bytes("12345"))
                #expect(try left() == [6, 5, 2, 1], "of one a webhook waits")
                #expect(try r.removeOldestItems(in: one, freeing: 1_000, limit: 1).items == 1)
                #expect(try r.removeOldestItems(in: one, freeing: 1_000, limit: 9).items == 1)
                #expect(try r.removeOldestItems(in: one, freeing: 1_000, limit: 9).items == 0)
                #expect(try left() == [2, 1])
                #expect(try r.items(ItemFilter(), in: two, before: nil, limit: 9).count == 1)
            }
        }
    }

    /// What a database from before this was counted has.
    @Test(arguments: Backend.allCases) func `what was there is counted when the schema is brought up to date`(_ backend: Backend)
        async throws
    {
        let lab = try Lab(backend)
        let raw = try lab.raw()
        try Migrator(steps: Array(Schema.steps.prefix(11)), unixMilliseconds: 1).bringUpToDate(raw) { _ in }
        try raw.run(
            """
            insert into organisations (id, slug, name, created_ms) values ('o1', 'one', 'One', 1);
            insert into items (sequence, organisation, item_id, type_id, submission, data, received_ms, state, attempts)
                values (1, 'o1', 'a', 'post', 's', '{"text":"\\u0000"}', 1, 'decided', 0), (2, 'o1', 'b', 'post', 's', '{}', 1, 'waiting', 0);
            insert into user_days (organisation, user_id, user_type, day, items, acted)
                values ('o1', 'Ada', 'user', 5, 1, 0), ('o1', 'Ada', 'user', 7, 1, 0);
            insert into review_jobs (sequence, organisation, queue, item_id, type_id, state, decisions, opened_ms, changed_ms)
                values (1, 'o1', 'q', 'a', 'post', 'open', 1, 1, 1);
            insert into rule_lineups (organisation, id, members) values ('o1', 'l', '[]');
            insert into decisions (sequence, organisation, item_id, type_id, at_ms, microseconds, outcome, passed, lineup, results, traces,
                conditions, signal_runs) values (1, 'o1', 'a', 'post', 1, 1, 'passed', '[]', 'l', '[]', '{"0":1}', 1, 0);
            """)
        for place in 1...13 {
            try raw.run(
                """
                insert into review_reasons (sequence, job, decision, action, rules, policies, at_ms)
                    values (\(place), 1, 1, 'look', '[]', '[]', 1)
                """)
        }
        let store = try await lab.open { $0.isBackupWaived = true }
        try await store.read { (r) throws(Fault) in
            #expect(try r.itemBytes(in: one) == 17 + 2 + 7)
            var filter = ItemUserFilter()
            filter.prefix = "ad"
            #expect(try r.users(filter, in: one, since: at(0), day: 7, after: nil, limit: 9).map(\.id) == ["Ada"])
            #expect(try r.users(filter, in: one, since: at(0), day: 8, after: nil, limit: 9).isEmpty)
        }
        await store.close()
        let held = try raw.rows("select sequence from review_reasons where holds = 1 order by sequence", []) {
            (row: any SQLRow) throws(Fault) in row.integer(0)
        }
        #expect(held == [1] + Array(4...13))
    }
}
