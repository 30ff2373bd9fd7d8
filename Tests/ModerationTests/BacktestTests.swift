import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct BacktestTests {
    private let acme = RuleLab.acme
    private let ada = RuleLab.who()

    /// Posts `1…count`; every tenth says "spam", every fifth "ham".
    private func lab(_ count: Int = 1_000) async throws -> RuleLab {
        let lab = try await RuleLab()
        try await lab.addPostType()
        lab.items.add((1...count).map { RuleLabItems.post("\($0)", $0 % 10 == 0 ? "spam" : $0 % 5 == 0 ? "ham" : "fine") })
        return lab
    }

    private func over(_ id: Backtest.ID, _ lab: RuleLab) async throws -> Backtest {
        try await untilRules("the backtest is over") {
            let backtest = try await lab.moderation.backtests.backtest(id, in: acme)
            return backtest.state == .running ? nil : backtest
        }
    }

    // MARK: Live tests

    @Test func `a live test decides items and leaves nothing`() async throws {
        let lab = try await lab(1)
        let before = try await lab.store.read { (r) throws(Fault) in try r.lastSequence() }
        let items: [JSONValue] = [
            RuleLabItems.post("1", "spam"), RuleLabItems.post("2", "ham"), ["typeId": "post", "data": ["text": "spam"]],
            ["id": "4", "typeId": "post", "data": ["text": 4, "count": "x"]], ["id": "5", "typeId": "none", "data": [:]],
        ]
        let result = try await lab.book.test(RuleLab.words(["spam"]), on: items, in: acme)
        #expect(result.decisions.map(\.outcome) == [.passed, .failed, .passed, .errored, .errored])
        #expect(result.decisions.map(\.itemID) == ["1", "2", "item-3", "4", "5"])
        #expect(result.decisions[0].trace?.outcome == .passed)
        #expect(
            result.decisions[3].findings.map { "\($0.code) at \($0.pointer)" } == [
                "item.wrong-value at /items/3/data/text", "item.wrong-value at /items/3/data/count",
            ])
        #expect(result.decisions[4].findings.map(\.code) == ["item.unknown-type"])
        #expect(try await lab.book.views(in: acme).isEmpty)
        #expect(try await lab.store.read { (r) throws(Fault) in try r.lastSequence() } == before)
    }

    @Test func `a live test asks signals, and tells of a type the rule does not look at`() async throws {
        let lab = try await lab(1)
        lab.signals.give(["SCORE"])
        lab.signals.score.withLock { $0 = { $0 == "spam" ? 0.9 : 0.1 } }
        _ = try await lab.book.putItemType("other", RuleLab.post, in: acme, by: ada)
        let result = try await lab.book.test(
            RuleLab.asking("SCORE"),
            on: [RuleLabItems.post("1", "spam"), RuleLabItems.post("2", "x"), ["id": "3", "typeId": "other", "data": ["text": "spam"]]],
            in: acme)
        #expect(result.decisions.map(\.outcome) == [.passed, .failed, .inapplicable])
        #expect(result.decisions.map(\.signalRuns) == [1, 1, 0])
        #expect(result.decisions[2].findings.map(\.code) == ["rule.other-type"])
        #expect(await ruleCode { try await lab.book.test(["name": "x"], on: [], in: acme) } == "rule.invalid")
    }

    @Test func `what a live test tells of long texts is short`() async throws {
        let lab = try await lab(1)
        let leaves = (0..<100).map { place -> JSONValue in
            ["input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "comparator": "EQUALS", "threshold": .string("\(place)")]
        }
        let rule: JSONValue = ["name": "Long", "conditionSet": ["conjunction": "OR", "conditions": .array(leaves)]]
        let long = String(repeating: "long ", count: 200_000)
        let result = try await lab.book.test(rule, on: (0..<5).map { RuleLabItems.post("\($0)", long) }, in: acme)
        #expect(result.decisions.map(\.outcome) == Array(repeating: .failed, count: 5))
        for decision in result.decisions {
            let bytes = try #require(decision.trace?.json.serializedBytes().count)
            #expect(bytes > 1_000 && bytes <= RuleLimits.traceBytesMax)
        }
    }

    // MARK: Backtests

    @Test func `samples of long texts are short`() async throws {
        let lab = try await lab(1)
        let long = String(repeating: "long ", count: 200_000)
        lab.items.add((10..<20).map { RuleLabItems.post("\($0)", long) })
        let begun = try await lab.moderation.backtests.start(BacktestRequest(last: 100, draft: RuleLab.words(["long"])), in: acme)
        let result = try await over(begun.id, lab).result
        #expect(result.wouldStart == 10 && result.samples.count == 10)
        for sample in result.samples { #expect(try #require(sample.decision.trace?.json.serializedBytes().count) < 3_000) }
    }

    @Test func `a draft is told beside what is live`() async throws {
        let lab = try await lab()
        let live = try await lab.live(RuleLab.words(["spam"]))
        var request = BacktestRequest(last: 500, rule: live.record.id, draft: RuleLab.words(["ham"]))
        let begun = try await lab.moderation.backtests.start(request, in: acme)
        #expect(begun.total == 500 && begun.hasLiveVersion)
        let done = try await over(begun.id, lab)
        #expect(done.state == .done && done.done == 500 && done.total == 500 && done.ratePerSecond > 0)
        let result = done.result
        #expect(result.items == 500 && result.passed == 50 && result.livePassed == 50 && result.errored == 0)
        #expect(result.wouldStart == 50 && result.wouldStop == 50)
        #expect(result.samples.count == BacktestLimits.samplesMax)
        // The latest come first, with the trace of what would be.
        #expect(result.samples[0].itemID == "1000" && result.samples[0].was && !result.samples[0].now)
        #expect(result.samples[1].itemID == "995" && !result.samples[1].was && result.samples[1].now)
        #expect(result.samples[1].decision.trace?.outcome == .passed)
        // The same as what is live changes nothing.
        request.draft = nil
        let same = try await over(try await lab.moderation.backtests.start(request, in: acme).id, lab)
        #expect(same.result.passed == 50 && same.result.livePassed == 50 && same.result.samples.isEmpty)
        // A draft that is nowhere would begin with everything it passes on.
        let alone = BacktestRequest(last: 10_000, draft: RuleLab.words(["ham", "spam"]))
        let fresh = try await over(try await lab.moderation.backtests.start(alone, in: acme).id, lab)
        #expect(!fresh.hasLiveVersion && fresh.result.items == 1_000 && fresh.result.wouldStart == 200 && fresh.result.livePassed == 0)
        #expect(await lab.moderation.backtests.list(in: acme).map(\.id) == [fresh.id, same.id, done.id])
        #expect(await lab.moderation.backtests.list(in: RuleLab.other).isEmpty)
    }

    @Test func `items that no longer fit count as errored, and types are chosen`() async throws {
        let lab = try await lab(20)
        lab.items.add([["id": "odd", "typeId": "post", "data": ["count": "many"]], ["id": "gone", "typeId": "old", "data": [:]]])
        _ = try await lab.book.putItemType("other", RuleLab.post, in: acme, by: ada)
        lab.items.add([["id": "o", "typeId": "other", "data": ["text": "spam"]]])
        let any = RuleLab.rule(
            "Any", ["input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "comparator": "EQUALS", "threshold": "spam"],
            ["contentTypeIds": []])
        let all = try await over(try await lab.moderation.backtests.start(BacktestRequest(last: 100, draft: any), in: acme).id, lab)
        #expect(all.result.items == 23 && all.result.errored == 2 && all.result.passed == 3)
        let one = try await over(
            try await lab.moderation.backtests.start(BacktestRequest(last: 100, itemTypeIDs: ["other"], draft: any), in: acme).id, lab)
        #expect(one.result.items == 1 && one.result.passed == 1 && one.total == 1)
    }

    @Test func `signals really run, once for both versions, and what they leave open is told`() async throws {
        let lab = try await lab(100)
        lab.signals.give(["SCORE"])
        lab.signals.score.withLock { $0 = { $0 == "spam" ? 0.9 : $0 == "ham" ? .nan : 0.1 } }
        let live = try await lab.live(RuleLab.asking("SCORE"))
        let request = BacktestRequest(last: 100, rule: live.record.id, draft: RuleLab.asking("SCORE", name: "Again"))
        let done = try await over(try await lab.moderation.backtests.start(request, in: acme).id, lab)
        #expect(done.result.passed == 10 && done.result.livePassed == 10 && done.result.signalRuns == 100)
        #expect(lab.signals.asked.withLock { $0 } == 100)
        // Nothing was written: no decision, no event.
        let events = try await lab.store.read { (r) throws(Fault) in try r.events(after: 0, types: [], organisation: nil, limit: 100) }
        #expect(!events.contains { $0.eventType.contains("Decided") || $0.eventType.contains("Passed") })
    }

    @Test func `a backtest is cancelled, and only so many run`() async throws {
        let lab = try await lab(1_000)
        lab.signals.give(["SLOW"])
        let held = Mutex(true)
        lab.signals.gate.withLock {
            $0 = { while held.withLock({ $0 }), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) } }
        }
        let backtests = lab.moderation.backtests
        let request = BacktestRequest(last: 1_000, draft: RuleLab.asking("SLOW"))
        var begun: [Backtest.ID] = []
        for _ in 0..<BacktestLimits.runningPerOrganisationMax { begun.append(try await backtests.start(request, in: acme).id) }
        #expect(await ruleCode { try await backtests.start(request, in: acme) } == "backtest.too-many")
        #expect(await ruleCode { try await backtests.cancel(begun[0], in: RuleLab.other) } == "backtest.not-found")
        try await backtests.cancel(begun[0], in: acme)
        let cancelled = try await backtests.backtest(begun[0], in: acme)
        #expect(cancelled.state == .cancelled && cancelled.endedAt != nil && cancelled.done < 1_000)
        #expect(await ruleCode { try await backtests.cancel(begun[0], in: acme) } == "backtest.over")
        let next = try await backtests.start(request, in: acme).id
        held.withLock { $0 = false }
        #expect(try await over(begun[1], lab).state == .done)
        #expect(try await over(next, lab).result.items == 1_000)
        #expect(try await backtests.backtest(begun[0], in: acme).state == .cancelled, "it stays what it was")
    }

    @Test func `what goes wrong is a state of the backtest, and stopping ends them all`() async throws {
        let lab = try await lab(10)
        lab.items.problem.withLock { $0 = Fault(code: "storage.busy", message: "Busy.", turn: .hub) }
        let failed = try await over(
            try await lab.moderation.backtests.start(BacktestRequest(last: 5, draft: RuleLab.words(["a"])), in: acme).id, lab)
        #expect(failed.state == .failed && failed.problem?.code == "storage.busy")
        #expect(await ruleCode { try await lab.moderation.backtests.start(BacktestRequest(last: 5), in: acme) } == "rule.invalid")
        let gone = BacktestRequest(last: 5, rule: RuleRecord.ID("none"))
        #expect(await ruleCode { try await lab.moderation.backtests.start(gone, in: acme) } == "rule.not-found")
        let types = BacktestRequest(last: 5, itemTypeIDs: ["none"], draft: RuleLab.words(["a"]))
        #expect(await ruleCode { try await lab.moderation.backtests.start(types, in: acme) } == "rule.invalid")
        await lab.moderation.forget(acme)
        #expect(await lab.moderation.backtests.list(in: acme).isEmpty)
        await lab.moderation.stop()
        #expect(
            await ruleCode { try await lab.moderation.backtests.start(BacktestRequest(last: 5, draft: RuleLab.words(["a"])), in: acme) }
                == "backtest.too-many")
    }

    @Test func `listeners hear that a backtest begins and ends`() async throws {
        let lab = try await lab(10)
        let heard = try lab.events.subscribe([.backtests(acme)])
        let id = try await lab.moderation.backtests.start(BacktestRequest(last: 5, draft: RuleLab.words(["a"])), in: acme).id
        _ = try await over(id, lab)
        lab.events.close()
        var count = 0
        for await event in heard {
            if case .backtest(let organisation, let name) = event, organisation == acme, name == id.rawValue { count += 1 }
        }
        #expect(count >= 2)
    }
}
