import HubCore
import JSON
import PluginModel
import Testing

@testable import Storage

/// Both databases and the store in memory: what all of them promise about items, decisions and actions.
enum ItemStore: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case postgreSQL = "PostgreSQL"
    case memory = "memory"

    var testDescription: String { rawValue }

    /// Runs a body on a new store with two organisations, `o1` and `o2`.
    func run(_ body: (any HubStore) async throws -> Void) async throws {
        switch self {
        case .sqlite: try await withStore(.sqlite) { try await Self.begin($0, body) }
        case .postgreSQL: try await withStore(.postgreSQL) { try await Self.begin($0, body) }
        case .memory:
            let store = MemoryHubStore()
            try await Self.begin(store, body)
            await store.close()
        }
    }

    private static func begin(_ store: any HubStore, _ body: (any HubStore) async throws -> Void) async throws {
        try await store.write { (r) throws(Fault) in
            for id in ["o1", "o2"] { try r.put(organisation(id)) }
        }
        try await body(store)
    }
}

private let (one, two) = (Organisation.ID("o1"), Organisation.ID("o2"))

private func item(_ id: String, type: String = "post", in owner: Organisation.ID = one, text: String = "", at moment: Int64 = 10)
    -> SubmittedItem
{
    SubmittedItem(
        organisation: owner, itemID: id, typeID: type, submission: Submission.ID("s"),
        data: ["id": .string(id), "typeId": .string(type), "data": ["text": .string(text), "zero": "\u{0}"]], receivedAt: at(moment))
}

private func decision(
    _ sequence: Int64, _ id: String = "a", type: String = "post", in owner: Organisation.ID = one, lineup: RuleLineup,
    _ outcomes: [Int: StoredDecision.Outcome] = [:], at moment: Int64 = 20
) -> StoredDecision {
    let results = outcomes.filter { $0.value != .failed }.sorted { $0.key < $1.key }.map {
        StoredDecision.Result(place: $0.key, outcome: $0.value)
    }
    let passed = results.filter { $0.outcome == .passed }.map { lineup.members[$0.place].id }
    return StoredDecision(
        sequence: sequence, organisation: owner, itemID: id, typeID: type, at: at(moment), microseconds: 1500,
        outcome: passed.isEmpty ? (results.isEmpty ? .failed : .errored) : .passed, passed: passed, lineup: lineup.id, results: results,
        traces: [0: ["conjunction": "AND", "result": ["outcome": "PASSED", "said": "\u{0}é"]]], conditions: 7, signalRuns: 2)
}

private func lineup(_ ids: [String], version: Int = 1) -> RuleLineup {
    RuleLineup(ids.map { RuleLineup.Member(id: $0, name: "Rule \($0)", version: version, status: "LIVE") })
}

@Suite(.timeLimit(.minutes(3))) struct TheItems {
    @Test(arguments: ItemStore.allCases) func `waiting items are given up to so many bytes, and one at least`(_ kind: ItemStore)
        async throws
    {
        try await kind.run { (store) async throws in
            let text = String(repeating: "x", count: 1_000)
            _ = try await store.write { (r) throws(Fault) in try r.append((0..<70).map { item("\($0)", text: text) }) }
            let bytes = item("0", text: text).data.serializedBytes().count
            for (max, limit, expected) in [
                (1, 70, 1), (bytes, 70, 1), (bytes + 1, 70, 2), (bytes * 40, 70, 40), (.max, 70, 70), (.max, 33, 33),
            ] {
                let found = try await store.read { (r) throws(Fault) in try r.waitingItems(in: one, after: 0, limit: limit, bytesMax: max) }
                // Ids of two letters have a byte more.
                #expect(abs(found.count - expected) <= (max == bytes * 40 ? 1 : 0), "\(max) \(limit): \(found.count)")
                #expect(found.map(\.sequence) == (1...Int64(found.count)).map { $0 })
            }
        }
    }

    @Test(arguments: ItemStore.allCases) func `items get their places in order and come back whole`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            let sent = [item("a", text: "Free % MONEY_! é"), item("b", type: "user"), item("c", in: two), item("a", at: 11)]
            let placed = try await store.write { (r) throws(Fault) in try r.append(sent) }
            #expect(placed.map(\.sequence) == [1, 2, 3, 4])
            #expect(try await store.read { (r) throws(Fault) in try r.item(1, in: one) } == placed[0])
            #expect(try await store.read { (r) throws(Fault) in try r.item(3, in: one) } == nil, "it is somebody else's")
            @Sendable func list(before: Int64? = nil, limit: Int = 50, _ change: (inout ItemFilter) -> Void = { _ in }) async throws
                -> [Int64]
            {
                var filter = ItemFilter()
                change(&filter)
                let wanted = filter
                return try await store.read { (r) throws(Fault) in
                    try r.items(wanted, in: one, before: before, limit: limit).map(\.sequence)
                }
            }
            #expect(try await list() == [4, 2, 1])
            #expect(try await list(before: 4) == [2, 1])
            #expect(try await list(limit: 1) == [4])
            #expect(try await list { $0.typeIDs = ["user"] } == [2])
            #expect(try await list { $0.typeIDs = ["user", "post"] } == [4, 2, 1])
            #expect(try await list { $0.itemID = "a" } == [4, 1])
            let counts = try await store.read { (r) throws(Fault) in
                (
                    try r.itemCount(ofTypes: [], in: one, max: 9), try r.itemCount(ofTypes: [], in: one, max: 2),
                    try r.itemCount(ofTypes: ["user", "none"], in: one, max: 9)
                )
            }
            #expect(counts == (3, 2, 1))
            for text in ["free", "% MON", "money_", "_!", "é"] { #expect(try await list { $0.text = text } == [1], "\(text)") }
            for text in ["free_%", "moneys", "%m", "x!"] { #expect(try await list { $0.text = text } == [], "\(text)") }
            #expect(
                await code { try await store.write { (r) throws(Fault) in try r.append([item("x", in: Organisation.ID("o9"))]) } }
                    == "storage.unknown-reference")
        }
    }

    @Test(arguments: ItemStore.allCases) func `an item waits until it is settled, once`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            let problem = SubmittedItem.Problem(code: "item.unknown-type", message: "There is no '\u{0}'.")
            let facts = try await store.write { (r) throws(Fault) -> [Bool] in
                _ = try r.append([item("a"), item("b"), item("c", in: two), item("d")])
                try r.countAttempt(at: 1...2, in: one)
                let first = try r.settle(1, in: one, as: .decided, problem: nil)
                let again = try r.settle(1, in: one, as: .failed, problem: problem)
                let foreign = try r.settle(3, in: one, as: .failed, problem: problem)
                let second = try r.settle(4, in: one, as: .failed, problem: problem)
                try r.countAttempt(at: 1...4, in: one)
                return [first, again, foreign, second]
            }
            #expect(facts == [true, false, false, true])
            let waiting = try await store.read { (r) throws(Fault) in
                (
                    try r.waitingItems(in: one, after: 0, limit: 10, bytesMax: .max),
                    try r.waitingItems(in: one, after: 2, limit: 10, bytesMax: .max)
                )
            }
            #expect(waiting.0.map(\.sequence) == [2])
            #expect(waiting.0.map(\.attempts) == [2])
            #expect(waiting.1 == [])
            let counts = try await store.read { (r) throws(Fault) in
                (try r.waitingItemCount(in: one), try r.waitingItemCount(in: two), try r.organisationsWithWaitingItems())
            }
            #expect(counts.0 == 1 && counts.1 == 1)
            #expect(counts.2 == [one, two])
            let failed = try await store.read { (r) throws(Fault) in try r.item(4, in: one) }
            #expect(failed?.state == .failed)
            #expect(failed?.problem == problem)
            #expect(try await store.read { (r) throws(Fault) in try r.item(1, in: one) }?.attempts == 1, "what is decided is not attempted")
        }
    }

    @Test(arguments: ItemStore.allCases) func `what is old goes, and what waits stays`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            let rules = lineup(["r"])
            let left = try await store.write { (r) throws(Fault) -> [Int] in
                _ = try r.append((1...8).map { item("i\($0)", at: $0 <= 3 ? 1 : 100) })
                try r.keep(rules, in: one)
                for sequence in Int64(1)...6 {
                    _ = try r.settle(sequence, in: one, as: .decided, problem: nil)
                    try r.append(decision(sequence, lineup: rules, [0: .passed]))
                }
                // The second has something on its way.
                _ = try r.append([
                    ActionRun(organisation: one, decision: 1, action: "a", state: .done, nextAt: at(1)),
                    ActionRun(organisation: one, decision: 2, action: "a", state: .waiting, payload: ["x": 1], nextAt: at(1)),
                ])
                let none = try r.removeItems(in: one, receivedBefore: at(1), keeping: 100, limit: 100)
                let old = try r.removeItems(in: one, receivedBefore: at(50), keeping: 100, limit: 1)
                let older = try r.removeItems(in: one, receivedBefore: at(50), keeping: 100, limit: 100)
                let beyond = try r.removeItems(in: one, receivedBefore: at(0), keeping: 4, limit: 100)
                let foreign = try r.removeItems(in: two, receivedBefore: at(900), keeping: 0, limit: 100)
                return [none, old, older, beyond, foreign]
            }
            #expect(left == [0, 1, 1, 1, 0], "1, then 3; then 4, since the last four begin at 5 and 2 is busy")
            let found = try await store.read { (r) throws(Fault) in
                (
                    try r.items(ItemFilter(), in: one, before: nil, limit: 100).map(\.sequence),
                    try r.decisions(DecisionFilter(), in: one, before: nil, limit: 100).map(\.sequence),
                    try r.actionRuns(of: [1, 2], in: one).map(\.decision)
                )
            }
            #expect(found.0 == [8, 7, 6, 5, 2])
            #expect(found.1 == [6, 5, 2])
            #expect(found.2 == [2])
            let last = try await store.write { (r) throws(Fault) in
                (
                    try r.removeItems(in: one, receivedBefore: at(0), keeping: 0, limit: 100), try r.removeIdleLineups(in: one),
                    try r.items(ItemFilter(), in: one, before: nil, limit: 100).map(\.sequence), try r.append([item("new")])
                )
            }
            #expect(last.0 == 2)
            #expect(last.1 == 0, "the busy one's decision stands on it")
            #expect(last.2 == [8, 7, 2])
            #expect(last.3.map(\.sequence) == [9], "places are not given again")
        }
    }

    @Test(arguments: ItemStore.allCases) func `an organisation takes everything along`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            let rules = lineup(["r"])
            try await store.write { (r) throws(Fault) in
                for owner in [one, two] {
                    guard let sequence = try r.append([item("a", in: owner)]).first?.sequence else { return }
                    try r.keep(rules, in: owner)
                    try r.append(decision(sequence, in: owner, lineup: rules, [0: .passed]))
                    try r.put(RuleAction(organisation: owner, id: "hook", name: "Hook", kind: .webhook, changedAt: at(1)))
                    _ = try r.append([ActionRun(organisation: owner, decision: sequence, action: "hook", state: .waiting, nextAt: at(1))])
                    try r.setActionCount(3, of: "r", in: owner, onDay: 5)
                }
                _ = try r.removeWhole(one)
            }
            for (owner, count) in [(one, 0), (two, 1)] {
                let left = try await store.read { (r) throws(Fault) -> [Int] in
                    let items = try r.items(ItemFilter(), in: owner, before: nil, limit: 9).count
                    let decisions = try r.decisions(DecisionFilter(), in: owner, before: nil, limit: 9).count
                    let lineups = try r.lineup(rules.id, in: owner) == nil ? 0 : 1
                    let runs = try r.dueRuns(in: owner, at: at(9), limit: 9).count
                    return [
                        items, decisions, lineups, try r.ruleActions(in: owner).count, runs, try r.actionCounts(in: owner, onDay: 5).count,
                    ]
                }
                #expect(left == Array(repeating: count, count: 6))
            }
        }
    }
}

@Suite(.timeLimit(.minutes(3))) struct TheDecisions {
    @Test(arguments: ItemStore.allCases) func `a decision comes back whole, and once`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            let rules = lineup(["r\u{e9}", "r2"])
            let sent = decision(1, lineup: rules, [0: .passed, 1: .errored])
            try await store.write { (r) throws(Fault) in
                _ = try r.append([item("a")])
                try r.keep(rules, in: one)
                try r.keep(rules, in: one)
                try r.append(sent)
            }
            #expect(try await store.read { (r) throws(Fault) in try r.decision(1, in: one) } == sent)
            #expect(try await store.read { (r) throws(Fault) in try r.decision(1, in: two) } == nil)
            #expect(try await store.read { (r) throws(Fault) in try r.lineup(rules.id, in: one) } == rules)
            #expect(try await store.read { (r) throws(Fault) in try r.lineup(rules.id, in: two) } == nil)
            let listed = try await store.read { (r) throws(Fault) in try r.decisions(DecisionFilter(), in: one, before: nil, limit: 5) }
            #expect(listed.map(\.traces) == [[:]])
            #expect(listed.map(\.passed) == [["r\u{e9}"]])
            #expect(await code { try await store.write { (r) throws(Fault) in try r.append(sent) } } == "storage.conflict")
        }
    }

    @Test(arguments: ItemStore.allCases) func `decisions are found by rule, outcome, item, type and time`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            let (old, new) = (lineup(["r1", "r2"]), lineup(["r2", "r3"], version: 2))
            try await store.write { (r) throws(Fault) in
                _ = try r.append(["Alpha", "beta", "alpha", "a%b"].map { item($0) } + [item("x", in: two)])
                for one in [old, new] { try r.keep(one, in: Organisation.ID("o1")) }
                try r.append(decision(1, "Alpha", lineup: old, [0: .passed, 1: .errored], at: 100))
                try r.append(decision(2, "beta", type: "user", lineup: old, [:], at: 200))
                try r.append(decision(3, "alpha", lineup: new, [0: .errored], at: 300))
                try r.append(decision(4, "a%b", lineup: new, [0: .passed, 1: .passed], at: 400))
            }
            @Sendable func found(before: Int64? = nil, _ change: (inout DecisionFilter) -> Void) async throws -> [Int64] {
                var filter = DecisionFilter()
                change(&filter)
                let wanted = filter
                return try await store.read { (r) throws(Fault) in
                    try r.decisions(wanted, in: one, before: before, limit: 50).map(\.sequence)
                }
            }
            #expect(try await found { _ in } == [4, 3, 2, 1])
            #expect(try await found(before: 3) { _ in } == [2, 1])
            #expect(try await found { $0.outcome = .passed } == [4, 1])
            #expect(try await found { $0.outcome = .errored } == [3])
            #expect(try await found { $0.outcome = .failed } == [2])
            #expect(try await found { $0.rule = "r1" } == [2, 1], "it looked at both")
            #expect(try await found { $0.rule = "r2" } == [4, 3, 2, 1])
            #expect(try await found { ($0.rule, $0.outcome) = ("r2", .errored) } == [3, 1])
            #expect(try await found { ($0.rule, $0.outcome) = ("r2", .passed) } == [4])
            #expect(try await found { ($0.rule, $0.outcome) = ("r2", .failed) } == [2])
            #expect(try await found { ($0.rule, $0.outcome) = ("r3", .failed) } == [3])
            #expect(try await found { $0.rule = "r9" } == [])
            #expect(try await found { $0.itemID = "alpha" } == [3])
            #expect(try await found { $0.text = "ALPHA" } == [3, 1])
            #expect(try await found { $0.text = "%" } == [4])
            #expect(try await found { $0.typeID = "user" } == [2])
            #expect(try await found { ($0.since, $0.until) = (at(200), at(400)) } == [3, 2])
            #expect(try await store.read { (r) throws(Fault) in try r.decisionCount(in: one, since: at(200)) } == 3)
        }
    }
}

@Suite(.timeLimit(.minutes(3))) struct TheActions {
    @Test(arguments: ItemStore.allCases) func `an action is replaced by the next revision alone`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            var action = RuleAction(
                organisation: one, id: "hook", name: "Höök", kind: .webhook, url: "https://acme.test/in", custom: ["team": "x\u{0}"],
                revision: 2, changedAt: at(5))
            @Sendable func put(_ action: RuleAction) async -> String? {
                await code { try await store.write { (r) throws(Fault) in try r.put(action) } }
            }
            #expect(await put(action) == "action.changed-meanwhile")
            action.revision = 1
            #expect(await put(action) == nil)
            #expect(await put(action) == "action.changed-meanwhile")
            #expect(try await store.read { (r) throws(Fault) in try r.ruleAction("hook", in: one) } == action)
            #expect(try await store.read { (r) throws(Fault) in try r.ruleAction("hook", in: two) } == nil)
            (action.revision, action.kind, action.url, action.custom) = (2, .journal, nil, [:])
            #expect(await put(action) == nil)
            var other = action
            (other.id, other.revision) = ("a", 1)
            #expect(await put(other) == nil)
            #expect(try await store.read { (r) throws(Fault) in try r.ruleActions(in: one) } == [other, action])
            #expect(try await store.write { (r) throws(Fault) in try r.removeRuleAction("hook", in: one) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removeRuleAction("hook", in: one) } == false)
        }
    }

    @Test(arguments: ItemStore.allCases) func `counts are of a day`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            try await store.write { (r) throws(Fault) in
                try r.setActionCount(1, of: "r1", in: one, onDay: 7)
                try r.setActionCount(2, of: "r1", in: one, onDay: 7)
                try r.setActionCount(9, of: "r2", in: one, onDay: 8)
                try r.setActionCount(5, of: "r1", in: two, onDay: 7)
            }
            #expect(try await store.read { (r) throws(Fault) in try r.actionCounts(in: one, onDay: 7) } == ["r1": 2])
            #expect(try await store.write { (r) throws(Fault) in try r.removeActionCounts(beforeDay: 8) } == 2)
            #expect(try await store.read { (r) throws(Fault) in try r.actionCounts(in: one, onDay: 7) } == [:])
            #expect(try await store.read { (r) throws(Fault) in try r.actionCounts(in: one, onDay: 8) } == ["r2": 9])
        }
    }

    @Test(arguments: ItemStore.allCases) func `a run is due until it is settled`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            let rules = lineup(["r"])
            @Sendable func waiting(_ decision: Int64, _ action: String, at next: Int64, in owner: Organisation.ID = one) -> ActionRun {
                ActionRun(
                    organisation: owner, decision: decision, action: action, state: .waiting, payload: ["n": .int(next)], nextAt: at(next))
            }
            let placed = try await store.write { (r) throws(Fault) in
                _ = try r.append([item("a"), item("b"), item("c", in: two)])
                for (sequence, owner) in [(Int64(1), one), (2, one), (3, two)] {
                    try r.keep(rules, in: owner)
                    try r.append(decision(sequence, in: owner, lineup: rules))
                }
                return try r.append([
                    waiting(1, "x", at: 30), waiting(1, "y", at: 10), waiting(2, "x", at: 99), waiting(3, "x", at: 5, in: two),
                    ActionRun(organisation: one, decision: 2, action: "z", state: .capped, nextAt: at(0)),
                ])
            }
            #expect(placed.map(\.sequence) == [1, 2, 3, 4, 5])
            let due = try await store.read { (r) throws(Fault) in
                (
                    try r.organisationsWithDueRuns(at: at(40)), try r.dueRuns(in: one, at: at(40), limit: 5),
                    try r.waitingRunCount(in: one, max: 2)
                )
            }
            #expect(due.0 == [one, two])
            #expect(due.1 == [placed[1], placed[0]])
            #expect(due.2 == 2)
            var (done, later) = (placed[1], placed[0])
            (done.state, done.attempts) = (.done, 1)
            (later.attempts, later.nextAt, later.problem) = (1, at(70), SubmittedItem.Problem(code: "http.timeout", message: "m"))
            let settled = try await store.write { [done, later] (r) throws(Fault) in
                (try r.settle(done), try r.settle(done), try r.settle(later))
            }
            #expect(settled == (true, false, true))
            #expect(try await store.read { (r) throws(Fault) in try r.dueRuns(in: one, at: at(69), limit: 5) } == [])
            #expect(try await store.read { (r) throws(Fault) in try r.dueRuns(in: one, at: at(70), limit: 5) } == [later])
            let shown = try await store.read { (r) throws(Fault) in try r.actionRuns(of: [2, 1], in: one) }
            #expect(shown.map(\.sequence) == [3, 5, 1, 2])
            #expect(shown.map(\.state) == [.waiting, .capped, .waiting, .done])
            #expect(shown.map(\.payload) == [nil, nil, nil, nil])
            #expect(
                await code { try await store.write { (r) throws(Fault) in try r.append([waiting(1, "x", at: 1)]) } } == "storage.conflict")
        }
    }
}
