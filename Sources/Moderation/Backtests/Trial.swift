import HubCore
import JSON
import PluginModel
import Rules

/// A rule to be tried, beside its live version, with everything they are compiled from.
struct Trial: Sendable {
    let organisation: Organisation.ID
    let rule: Rule
    /// The rule that is kept, if it is one.
    let record: RuleRecord.ID?
    let hasLiveVersion: Bool
    private let evaluator: RuleEvaluator
    private let reading: ItemReading

    /// - Parameter live: What works now; nil: nothing does, so that whatever passes would begin to.
    init(_ rule: Rule, live: Rule?, record: RuleRecord.ID?, _ surroundings: RuleSurroundings, _ banks: Banks, _ runner: any SignalRunning) {
        (organisation, self.rule, self.record, hasLiveVersion) = (surroundings.organisation, rule, record, live != nil)
        // One program, so that both see the same answer where they ask a signal the same.
        let program = RuleProgram(
            [rule] + (live.map { [$0] } ?? []), types: surroundings.types, signals: surroundings.signals, banks: banks)
        evaluator = RuleEvaluator(program, runner: runner)
        reading = ItemReading(surroundings.types)
    }

    /// As in `RuleEnvironment.backtest`: it fires nothing and counts towards no cap, since all it does is decide.
    func decide(_ batch: [StoredItem]) async -> Backtest.Result {
        var result = Backtest.Result()
        result.items = batch.count
        let readings = batch.map { ($0, reading.read($0.submission).value) }
        let fitting = readings.compactMap { pair in pair.1.map { (pair.0, $0) } }
        result.errored = batch.count - fitting.count
        let decisions = await evaluator.decide(fitting.map(\.1), orgID: organisation.rawValue, traces: .all)
        for ((stored, _), decision) in zip(fitting, decisions) {
            let new = decision.results.first { $0.rule == 0 }
            let (is_, was) = (new?.passed ?? false, decision.results.contains { $0.rule == 1 && $0.passed })
            result.signalRuns += decision.signalRuns
            if is_ { result.passed += 1 }
            if new?.truth == .unknown { result.errored += 1 }
            if was { result.livePassed += 1 }
            guard is_ != was else { continue }
            if is_ { result.wouldStart += 1 } else { result.wouldStop += 1 }
            guard result.samples.count < BacktestLimits.samplesMax else { continue }
            result.samples.append(
                Backtest.Sample(
                    itemID: decision.itemID, sequence: stored.sequence, was: was, now: is_,
                    decision: TestDecision(stored.submission, decision, rule, at: JSONPointer())))
        }
        return result
    }
}

extension RuleBook {
    /// What a backtest is about, read and compiled. A draft is compared with the rule it would take the place of, where that is live.
    nonisolated func trial(of request: BacktestRequest, in organisation: Organisation.ID) async throws(RuleRefusal) -> Trial {
        let shelf = try await shelfRefusing(organisation)
        var entry: RuleShelf.Entry?
        if let id = request.rule {
            guard let found = shelf.entries.first(where: { $0.record.id == id }) else {
                throw RuleRefusal.notFound("rule", id.rawValue)
            }
            entry = found
        }
        guard let document = request.draft ?? entry.map({ .object($0.record.document) }) else {
            throw RuleRefusal.invalid(
                "The request",
                [
                    RuleFinding(
                        .error, "rule.missing", at: JSONPointer(["rule"]), "There is no rule to try.",
                        remedy: "Send a rule, or a ruleId, or both: the rule is then compared with the one of that id.")
                ])
        }
        for (place, id) in request.itemTypeIDs.enumerated() where shelf.surroundings.typesByID[id] == nil {
            throw RuleRefusal.invalid(
                "The request",
                [
                    RuleFinding(
                        .error, "rule.missing-type", at: JSONPointer(["itemTypeIds", String(place)]), "There is no item type '\(id)'.",
                        remedy: "Name one that there is.")
                ])
        }
        let (review, surroundings, _) = try await reviewed(document, id: entry?.record.id.rawValue ?? "draft", in: organisation)
        guard let rule = review.rule else { throw RuleRefusal.invalid("The rule", review.findings) }
        let live = entry.flatMap { entry in entry.rule.flatMap { $0.state(at: Rules.Timestamp(now)) == .live ? $0 : nil } }
        let wanted = [RuleReferences(rule).banks] + (live.map { [RuleReferences($0).banks] } ?? [])
        let banks: Banks
        do throws(Fault) { banks = try await surroundings.banks(wanted, store) } catch { throw RuleRefusal(error) }
        let (record, runner) = (entry?.record.id, signals.runner(for: organisation))
        return await RuleLane.trying.run { Trial(rule, live: live, record: record, surroundings, banks, runner) }
    }
}
