import HubCore
import JSON
import Moderation
import PluginModel
import Testing

@testable import Rules

/// Rules on users in the book, tried, and the signals they ask.
@Suite(.timeLimit(.minutes(3))) struct UserRuleTests {
    private let acme = RuleLab.acme
    private let ada = RuleLab.who()

    private static func rule(_ signal: String, _ comparator: String, _ threshold: JSONValue, _ extra: JSONObject = [:]) -> JSONValue {
        var all: JSONObject = ["ruleType": "USER", "contentTypeIds": []]
        for (key, value) in extra { all[key] = value }
        return RuleLab.rule(
            "Users",
            [
                "input": ["type": "USER_ID"], "signal": ["type": .string(signal)], "comparator": .string(comparator),
                "threshold": threshold,
            ], all)
    }

    struct ScoreCase: Sendable, CustomTestStringConvertible {
        let items: Int, acted: Int, score: Int
        var testDescription: String { "\(acted) of \(items): \(score)" }
    }

    @Test(arguments: [
        ScoreCase(items: 0, acted: 0, score: 5), ScoreCase(items: 1, acted: 0, score: 5), ScoreCase(items: 1_000, acted: 9, score: 5),
        ScoreCase(items: 1_000, acted: 10, score: 4), ScoreCase(items: 1_000, acted: 49, score: 4),
        ScoreCase(items: 1, acted: 1, score: 3), ScoreCase(items: 20, acted: 1, score: 3), ScoreCase(items: 2, acted: 2, score: 2),
        ScoreCase(items: 100, acted: 39, score: 2), ScoreCase(items: 10, acted: 4, score: 1), ScoreCase(items: 500, acted: 500, score: 1),
    ]) func `the score goes by the share of items that rules acted on`(_ one: ScoreCase) {
        #expect(UserTally(items: one.items, acted: one.acted).score == one.score)
    }

    @Test func `rules on users have no item types, and work like others`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let typed = try await lab.book.create(
            Self.rule("USER_STRIKE_VALUE", "GREATER_THAN", 2, ["contentTypeIds": ["post"]]), in: acme, by: ada)
        #expect(typed.findings.map { "\($0.code) at \($0.pointer)" } == ["rule.wrong-type at /contentTypeIds"])
        #expect(
            await ruleFindings { try await lab.book.setStatus(.live, of: typed.record.id, force: true, in: acme, by: ada) }
                == ["rule.wrong-type at /contentTypeIds"])
        #expect(try await !lab.book.rules(of: acme).looksAtUsers)
        let live = try await lab.live(Self.rule("USER_STRIKE_VALUE", "GREATER_THAN", 2))
        #expect(live.findings.isEmpty && live.missingSignals.isEmpty && live.state == .live)
        #expect(try await lab.book.rules(of: acme).looksAtUsers)
        #expect(try await !lab.book.rules(of: RuleLab.other).looksAtUsers)
    }

    @Test func `without a hub nobody knows users, and the condition says so`() async throws {
        let rule = try #require(Rule.read(Self.rule("USER_SCORE", "LESS_THAN", 3)).value)
        let program = RuleProgram([rule])
        #expect(program.findings.map(\.code) == ["rule.missing-signal"] && program.findings.first?.sentence.contains("hub") == true)
        let item = Item(id: "ada", type: ItemType(id: "user", kind: .user, fields: []), fields: [])
        let decided = try #require(await RuleEvaluator(program).decide([item], orgID: "o", traces: .all).first?.results.first)
        #expect(decided.truth == .unknown && decided.trace?.json.serialized().contains("there is no hub here") == true)
        // Nobody else's signal is taken for it.
        let false_ = SignalDescriptor(type: "USER_SCORE", inputs: [.userID], output: ScoreType(.number), cost: 0)
        #expect(RuleProgram([rule], signals: [false_]).findings.map(\.code) == ["rule.missing-signal"])
    }

    @Test func `signals about users are asked once for all of a batch, and about nobody of another organisation`() async throws {
        let lab = try await RuleLab()
        let signals = HubSignals(beside: NoSignals(), store: lab.store, now: { HubCore.Timestamp(unixMilliseconds: 1_800_000_000_000) })
        let (acme, now) = (acme, HubCore.Timestamp(unixMilliseconds: 1_800_000_000_000))
        let (bad, good) = (ItemUser(kept: "bad", typeID: "user"), ItemUser(kept: "good", typeID: "user"))
        try await lab.store.write { (records) throws(Fault) in
            _ = try records.append([Strike(organisation: acme, user: bad, policy: "p", strikes: 4, decision: 1, at: now)])
            try records.count(
                [bad: UserTally(items: 50, acted: 40), good: UserTally(items: 50, acted: 3)], in: acme,
                onDay: now.unixMilliseconds / 86_400_000)
        }
        func ask(_ signal: HubSignal, as owner: Organisation.ID) async -> [SignalRun] {
            let inputs = ["bad", "good", "new", ""].map { id -> JSONValue in
                ["value": ["type": "USER_ID", "value": ["id": .string(id), "typeId": "user"]]]
            }
            let batch = SignalBatch(signal: signal.descriptor, orgID: owner.rawValue, inputs: inputs, time: .seconds(5))
            return await signals.runner(for: owner).run(batch)
        }
        func scores(_ numbers: [Double]) -> [SignalRun] { numbers.map { .scored(.number($0), output: nil, matchedValue: nil) } }
        #expect(await ask(.userStrikeValue, as: acme) == scores([4, 0, 0, 0]))
        #expect(await ask(.userScore, as: acme) == scores([1, 3, 5, 5]))
        #expect(await ask(.userStrikeValue, as: RuleLab.other) == scores([0, 0, 0, 0]))
        #expect(await ask(.userScore, as: RuleLab.other) == scores([5, 5, 5, 5]))
        let other = SignalBatch(signal: HubSignal.userScore.descriptor, orgID: "o2", inputs: [[:]], time: .seconds(5))
        let runs = await signals.runner(for: acme).run(other)
        guard case .unavailable(.notLoaded, _)? = runs.first else { return #expect(Bool(false), "\(runs)") }
    }

    private func strike(_ users: [String], _ lab: RuleLab) async throws {
        let (acme, now) = (acme, HubCore.Timestamp(unixMilliseconds: 1_800_000_000_000))
        try await lab.store.write { (records) throws(Fault) in
            _ = try records.append(
                users.enumerated().map { place, id in
                    Strike(
                        organisation: acme, user: ItemUser(kept: id, typeID: "user"), policy: "p", strikes: 5, decision: Int64(place + 1),
                        at: now)
                })
        }
    }

    private static func post(_ id: String, by user: String?) -> JSONValue {
        var item = RuleLabItems.post(id, "x").objectValue ?? [:]
        item["creator"] = user.map { ["id": .string($0), "typeId": "user"] }
        return .object(item)
    }

    @Test func `a live test looks at whom the items come from`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        _ = try await lab.book.putItemType(
            "user", ["kind": "USER", "name": "User", "schema": [["name": "karma", "type": "NUMBER"]]], in: acme, by: ada)
        try await strike(["bad"], lab)
        let result = try await lab.book.test(
            Self.rule("USER_STRIKE_VALUE", "GREATER_THAN_OR_EQUALS", 3),
            on: [
                Self.post("1", by: "bad"), Self.post("2", by: "good"), Self.post("3", by: nil),
                ["id": "bad", "typeId": "user", "data": [:]],
                ["id": "4", "typeId": "none", "data": [:]],
            ], in: acme)
        #expect(result.decisions.map(\.outcome) == [.passed, .failed, .inapplicable, .passed, .errored])
        #expect(result.decisions.map(\.itemID) == ["bad", "good", "3", "bad", "4"])
        #expect(result.decisions.map(\.typeID) == ["user", "user", "post", "user", "none"])
        #expect(result.decisions[2].findings.map(\.code) == ["rule.other-type"])
    }

    @Test func `a backtest looks at each user of the items once`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        try await strike(["u1", "u3"], lab)
        lab.items.add((1...1_000).map { Self.post("\($0)", by: $0 % 10 == 0 ? nil : "u\($0 % 10)") })
        let live = try await lab.live(Self.rule("USER_STRIKE_VALUE", "GREATER_THAN_OR_EQUALS", 9))
        let started = try await lab.moderation.backtests.start(
            BacktestRequest(last: 500, rule: live.record.id, draft: Self.rule("USER_STRIKE_VALUE", "GREATER_THAN_OR_EQUALS", 3)), in: acme)
        let acme = acme
        let over = try await untilRules("the backtest is over") {
            let backtest = try await lab.moderation.backtests.backtest(started.id, in: acme)
            return backtest.state == .running ? nil : backtest
        }
        #expect(over.state == .done && over.done == 500)
        #expect(over.result.items == 9 && over.result.passed == 2 && over.result.errored == 0, "\(over.result)")
        #expect(over.result.livePassed == 0 && over.result.wouldStart == 2)
        #expect(Set(over.result.samples.map(\.itemID)) == ["u1", "u3"])
    }

    @Test func `strikes of a policy at work are changed by whoever may publish`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let writer = RuleLab.who(.developer)
        func put(_ strikes: Int?, by requester: Requester, description: String? = nil) async throws -> RulePart {
            try await lab.book.putPolicy("p", name: "P", description: description, strikes: strikes, in: acme, by: requester).part
        }
        #expect(try await put(nil, by: writer).strikes == 0)
        #expect(try await put(3, by: writer).strikes == 3)
        _ = try await lab.live(RuleLab.words(["x"], ["policyIds": ["p"]]))
        #expect(await ruleCode { try await put(4, by: writer) } == "account.not-allowed")
        #expect(try await put(nil, by: ada, description: "new").strikes == 3, "left out, it stays")
        #expect(try await put(4, by: ada).strikes == 4)
        #expect(try await put(0, by: ada).strikes == 0)
        #expect(await ruleFindings { try await put(-1, by: ada) } == ["rule.wrong-type at /strikes"])
        #expect(await ruleFindings { try await put(1_001, by: ada) } == ["rule.wrong-type at /strikes"])
        #expect(try await put(1_000, by: ada).strikes == 1_000)
    }
}
