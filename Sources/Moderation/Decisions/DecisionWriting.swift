package import HubCore
import JSON
package import PluginModel
import Rules

/// Writes down what was judged: the item's state, its decision, what follows, and the events of it, in one transaction.
///
/// That an item is decided once stands on two feet: its waiting is ended here and by nobody twice, and a decision has the item's place as its key. Whatever
/// kills the hub finds the item waiting or all of it done.
struct DecisionWriting: Sendable {
    let organisation: Organisation.ID
    let judgements: [Judgement]
    let now: HubCore.Timestamp
    let entropy: Entropy
    let limits: ActionLimits
    /// Whether rules on users are at work: then whoever is struck is looked at.
    var looksAtUsers = false
    var reviewLimits = ReviewLimits()

    /// What was written.
    struct Written: Sendable {
        /// In the order of the judgements; without items that waited no more.
        var reports: [DecisionReport] = []
        var failed: [Int64] = []
        var hasWebhooks = false
        /// Looks at users that wait now.
        var looks = 0
        var hasReviews = false
    }

    /// The body of the transaction; may run again.
    func write(_ records: any HubTransaction) throws(Fault) -> Written {
        var written = Written()
        var firing = Firing(self)
        var striking = Striking(self)
        var tallying = RuleTallying(self)
        var events: [JournalEvent] = []
        var lineups: Set<RuleLineup.ID> = []
        var drafts: [(StoredDecision, Judgement.Draft, [ActionRun])] = []
        for (item, verdict) in try placed(records) {
            switch verdict {
            case .failed(let problem):
                written.failed.append(item.sequence)
                events.append(event("ItemFailed", of: item, ["code": .string(problem.code)]))
            case .decided(let draft):
                if lineups.insert(draft.lineup.id).inserted { try records.keep(draft.lineup, in: organisation) }
                let decision = decision(on: item, draft)
                try records.append(decision)
                tallying.take(draft)
                events.append(
                    event(
                        "ItemDecided", of: item,
                        ["decision": .string("\(item.sequence)"), "passed": .array(decision.passed.map { .string($0) })]))
                var followed = try firing.follow(item, draft, in: records)
                events += followed.events
                events += try striking.take(item, draft, &followed, in: records)
                drafts.append((decision, draft, followed.runs))
            }
        }
        _ = try records.append(events)
        let runs = try records.append(drafts.flatMap(\.2))
        try firing.keepCounts(in: records)
        try tallying.keep(acted: firing.acted, in: records)
        written.looks = try striking.keep(in: records)
        var place = 0
        for (decision, draft, mine) in drafts {
            written.reports.append(
                DecisionReport(decision: decision, lineup: draft.lineup, runs: Array(runs[place..<(place + mine.count)])))
            place += mine.count
        }
        written.hasReviews = firing.hasReviews
        written.hasWebhooks = runs.contains { $0.state == .waiting }
        return written
    }

    /// The items with their places: those that waited, if they still do, and new ones.
    private func placed(_ records: any HubTransaction) throws(Fault) -> [(SubmittedItem, Judgement.Verdict)] {
        var placed: [(SubmittedItem, Judgement.Verdict)] = []
        var new: [(SubmittedItem, Judgement.Verdict)] = []
        for judgement in judgements {
            var item = judgement.item
            switch judgement.verdict {
            case .decided: item.state = .decided
            case .failed(let problem): (item.state, item.problem) = (.failed, problem)
            }
            if item.sequence == 0 {
                new.append((item, judgement.verdict))
            } else if try records.settle(item.sequence, in: organisation, as: item.state, problem: item.problem) {
                placed.append((item, judgement.verdict))
            }
        }
        return placed + zip(try records.append(new.map(\.0)), new.map(\.1))
    }

    private func decision(on item: SubmittedItem, _ draft: Judgement.Draft) -> StoredDecision {
        StoredDecision(
            sequence: item.sequence, organisation: organisation, itemID: item.itemID, typeID: item.typeID, at: now,
            microseconds: draft.microseconds, outcome: draft.outcome, passed: draft.passing.map { draft.rules[$0].id },
            lineup: draft.lineup.id, results: draft.results, traces: draft.traces, conditions: draft.conditions,
            signalRuns: draft.signalRuns, look: item.look)
    }

    func event(_ name: String, of item: SubmittedItem, _ further: JSONObject) -> JournalEvent {
        var data: JSONObject = [
            "sequence": .int(item.sequence), "itemId": .string(item.itemID), "itemTypeId": .string(item.typeID),
            "submissionId": .string(item.submission.rawValue),
        ]
        for (key, value) in further { data[key] = value }
        return JournalEvent(
            eventID: .make(at: now, random: entropy.bytes), eventType: "moderation.\(name)", timestamp: now, source: "hub",
            correlationID: item.submission.rawValue, organisation: organisation, data: .object(data))
    }
}

/// A decision with the rules it stands on and what followed.
package struct DecisionReport: Sendable {
    package var decision: StoredDecision
    package var lineup: RuleLineup
    package var runs: [ActionRun]

    /// What became of each rule that looked at the item, in their order.
    package var outcomes: [StoredDecision.Outcome] {
        var outcomes = [StoredDecision.Outcome](repeating: .failed, count: lineup.members.count)
        for result in decision.results where outcomes.indices.contains(result.place) { outcomes[result.place] = result.outcome }
        return outcomes
    }
}

extension HubTransaction {
    /// Decisions with what belongs to them.
    package func reports(on decisions: [StoredDecision]) throws(Fault) -> [DecisionReport] {
        guard let organisation = decisions.first?.organisation else { return [] }
        var lineups: [RuleLineup.ID: RuleLineup] = [:]
        var reports: [DecisionReport] = []
        for decision in decisions {
            if lineups[decision.lineup] == nil { lineups[decision.lineup] = try lineup(decision.lineup, in: organisation) }
            let runs = try actionRuns(of: [decision.sequence], in: organisation)
            reports.append(DecisionReport(decision: decision, lineup: lineups[decision.lineup] ?? RuleLineup([]), runs: runs))
        }
        return reports
    }
}
