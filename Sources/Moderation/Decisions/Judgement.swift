import HubCore
import JSON
import Rules

/// An item and what its rules say of it, to be written down.
struct Judgement: Sendable {
    enum Verdict: Sendable {
        case decided(Draft)
        case failed(SubmittedItem.Problem)
    }

    /// A decision but for the item's place, which a new item has only once it is written.
    struct Draft: Sendable {
        /// Its id, and who it comes from, for those who are told.
        let item: Item
        let lineup: RuleLineup
        /// The rules of the line-up.
        let rules: [Rule]
        let results: [StoredDecision.Result]
        let traces: [Int: JSONValue]
        let microseconds: Int
        let conditions: Int
        let signalRuns: Int
        /// Where routing rules send it; nil: nobody asked them.
        var routing: RoutingChoice?

        var passing: [Int] { results.filter { $0.outcome == .passed }.map(\.place) }

        var outcome: StoredDecision.Outcome {
            if results.contains(where: { $0.outcome == .passed }) { return .passed }
            return results.isEmpty ? .failed : .errored
        }
    }

    /// Place 0: it was not kept before.
    let item: SubmittedItem
    let verdict: Verdict
}

/// Asks an organisation's rules about items.
struct Judge: Sendable {
    let rules: WorkingRules
    let runner: (any SignalRunning)?
    /// Where what stands around items is looked up.
    let store: any HubStore
    let limits: ItemLimits
    let now: HubCore.Timestamp

    /// Judges items that were read already, in order.
    func judge(_ items: [(stored: SubmittedItem, item: Item)], in organisation: Organisation.ID) async -> [Judgement] {
        items.isEmpty ? [] : await RuleLane.deciding.run(for: organisation) { await judgeHere(items, in: organisation) }
    }

    private func judgeHere(_ items: [(stored: SubmittedItem, item: Item)], in organisation: Organisation.ID) async -> [Judgement] {
        let clock = ContinuousClock()
        let start = clock.now
        let around = KeptSurroundings(
            store: store, organisation: organisation, types: Array(rules.types.values),
            sequences: items.map { $0.stored.sequence == 0 ? nil : $0.stored.sequence })
        let isTraced = rules.rules.count <= limits.tracedRulesMax
        let decisions = await RuleEvaluator(rules.program, runner: runner)
            .decide(
                items.map(\.item), orgID: organisation.rawValue, traces: isTraced ? .all : .ofToldAndAsking, surroundings: around)
        let (seconds, attoseconds) = (clock.now - start).components
        let microseconds = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
        var lineups: [String: Lineup] = [:]
        return zip(items, decisions).map { pair, decision in
            let type = pair.item.type.id
            let lineup = lineups[type] ?? Lineup(rules, of: decision, now: now)
            lineups[type] = lineup
            let draft = draft(pair.item, decision, lineup, microseconds)
            return Judgement(item: pair.stored, verdict: .decided(draft))
        }
    }

    /// Reads and judges items that waited. One that cannot be read any more, since its type is gone or another now, has failed.
    func judge(waiting items: [SubmittedItem], in organisation: Organisation.ID) async -> [Judgement] {
        let reading = ItemReading(Array(rules.types.values))
        var readable: [(stored: SubmittedItem, item: Item)] = []
        var judged: [Judgement] = []
        var looks: [(stored: SubmittedItem, item: Item)] = []
        var users = UserReading(rules.types)
        for item in items {
            if item.look != nil {
                looks.append((item, users.item(ItemUser(kept: item.itemID, typeID: item.typeID), item.data)))
                continue
            }
            let read = reading.read(item.data)
            if let value = read.value {
                readable.append((item, value))
            } else {
                let first = read.findings.first { $0.severity == .error }
                let problem = SubmittedItem.Problem(
                    code: first?.code ?? "item.malformed", message: first.map { "\($0.sentence) \($0.remedy)" } ?? "It cannot be read.")
                judged.append(Judgement(item: item, verdict: .failed(problem)))
            }
        }
        if !looks.isEmpty {
            let onUsers = Judge(rules: rules.forLooks, runner: runner, store: store, limits: limits, now: now)
            judged += await onUsers.judge(looks, in: organisation)
        }
        judged += await judge(readable, in: organisation)
        return judged.sorted { $0.item.sequence < $1.item.sequence }
    }

    /// The rules that look at items of one type, but for those whose time is over by now.
    private struct Lineup {
        let lineup: RuleLineup
        let rules: [Rule]
        /// Of each result, its place in the line-up; nil where the rule has expired.
        let places: [Int?]

        init(_ working: WorkingRules, of decision: ItemDecision, now: HubCore.Timestamp) {
            var (members, rules, places): ([RuleLineup.Member], [Rule], [Int?]) = ([], [], [])
            let moment = Rules.Timestamp(milliseconds: now.unixMilliseconds)
            for result in decision.results {
                let rule = working.rules[result.rule]
                let state = rule.state(at: moment)
                guard state.judgesSubmissions else {
                    places.append(nil)
                    continue
                }
                places.append(members.count)
                members.append(
                    RuleLineup.Member(id: rule.id, name: rule.name, version: working.versions[result.rule], status: state.rawValue))
                rules.append(rule)
            }
            (lineup, self.rules, self.places) = (RuleLineup(members), rules, places)
        }
    }

    private func draft(_ item: Item, _ decision: ItemDecision, _ lineup: Lineup, _ microseconds: Int) -> Judgement.Draft {
        var results: [StoredDecision.Result] = []
        var told: [(place: Int, trace: TraceNode)] = []
        var untold: [(place: Int, trace: TraceNode)] = []
        for (result, place) in zip(decision.results, lineup.places) {
            guard let place else { continue }
            switch result.truth {
            case .true: results.append(StoredDecision.Result(place: place, outcome: .passed))
            case .unknown: results.append(StoredDecision.Result(place: place, outcome: .errored))
            case .false: break
            }
            if let trace = result.trace { if result.truth == .false { untold.append((place, trace)) } else { told.append((place, trace)) } }
        }
        var traces: [Int: JSONValue] = [:]
        var bytes = 0
        // What passed or failed to tell is asked about most, so it comes first where not all is kept.
        let asked = untold.filter { $0.trace.cost > 0 }
        for (place, trace) in told + asked + untold.filter({ $0.trace.cost <= 0 }) {
            let json = trace.json(bytesMax: limits.traceBytesMax - bytes)
            let size = json.serializedBytes().count
            // A long one takes the room of no shorter one behind it.
            guard bytes + size <= limits.traceBytesMax else { continue }
            bytes += size
            traces[place] = json
        }
        return Judgement.Draft(
            item: item, lineup: lineup.lineup, rules: lineup.rules, results: results, traces: traces, microseconds: microseconds,
            conditions: decision.conditions, signalRuns: decision.signalRuns)
    }
}
