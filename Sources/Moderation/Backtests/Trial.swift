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
    private let surroundings: RuleSurroundings
    private let evaluator: RuleEvaluator
    private let reading: ItemReading
    private let store: any HubStore
    private let types: [ItemType]

    /// - Parameter live: What works now; nil: nothing does, so that whatever passes would begin to.
    init(
        _ rule: Rule, live: Rule?, record: RuleRecord.ID?, _ surroundings: RuleSurroundings, _ banks: Banks, _ runner: any SignalRunning,
        _ store: any HubStore
    ) {
        (organisation, self.rule, self.record, hasLiveVersion) = (surroundings.organisation, rule, record, live != nil)
        (self.store, self.surroundings, types) = (store, surroundings, surroundings.types)
        // One program, so that both see the same answer where they ask a signal the same.
        let program = RuleProgram(
            [rule] + (live.map { [$0] } ?? []), types: surroundings.types, signals: surroundings.signals, banks: banks)
        evaluator = RuleEvaluator(program, runner: runner)
        reading = ItemReading(surroundings.types)
    }

    /// As in `RuleEnvironment.backtest`: it fires nothing and counts towards no cap, since all it does is decide.
    ///
    /// A rule on users is tried on those whom the items come from, each once.
    /// - Parameter seen: Users of the batches before.
    /// - Returns: Those of this one as well.
    func decide(
        _ batch: [StoredItem], _ book: RuleBook, seen: Set<ItemUser>
    ) async throws(Fault) -> (Backtest.Result, seen: Set<ItemUser>) {
        var (result, seen) = (Backtest.Result(), seen)
        let readings = await RuleLane.trying.work(for: organisation) { batch.map { ($0, reading.read($0.submission).value) } }
        var fitting = readings.compactMap { pair in pair.1.map { (pair.0, $0) } }
        result.items = batch.count
        result.errored = batch.count - fitting.count
        if rule.kind == .user {
            fitting = fitting.filter { pair in pair.1.itemUser.map { seen.insert($0).inserted } ?? false }
            let users = try await book.users(of: fitting.map(\.1), surroundings)
            fitting = zip(fitting, users).compactMap { pair, user in user.map { (pair.0, $0) } }
            result.items = fitting.count + result.errored
        }
        // What was there when each came in, and nothing that came later.
        let around = KeptSurroundings(
            store: store, organisation: organisation, types: types, sequences: fitting.map { $0.0.sequence })
        let decisions = await RuleLane.trying.run(for: organisation) { [items = fitting.map(\.1)] in
            await evaluator.decide(items, orgID: organisation.rawValue, traces: .all, surroundings: around)
        }
        for ((stored, item), decision) in zip(fitting, decisions) {
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
                    decision: TestDecision(item.type.id, decision, rule, at: JSONPointer())))
        }
        return (result, seen)
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
        return try await trying.take(organisation) { [document, entry] () async throws(RuleRefusal) in
            let (review, surroundings, _) = try await reviewed(document, id: entry?.record.id.rawValue ?? "draft", in: organisation)
            guard let rule = review.rule else { throw RuleRefusal.invalid("The rule", review.findings) }
            let live = entry.flatMap { entry in entry.rule.flatMap { $0.state(at: Rules.Timestamp(now)) == .live ? $0 : nil } }
            let wanted = [RuleReferences(rule).banks] + (live.map { [RuleReferences($0).banks] } ?? [])
            let banks: Banks
            do throws(Fault) { banks = try await surroundings.banks(wanted, store) } catch { throw RuleRefusal(error) }
            let (record, runner, store) = (entry?.record.id, signals.runner(for: organisation), store)
            return await RuleLane.trying.work(for: organisation) {
                Trial(rule, live: live, record: record, surroundings, banks, runner, store)
            }
        }
    }
}
