import HubCore
import JSON
import PluginModel
import Rules

/// What follows from decisions, inside the transaction that writes them: which actions fire, and how often their rules have acted today.
struct Firing {
    private let writing: DecisionWriting
    private let day: Int64
    /// How often each rule has acted today; nil until one is about to.
    private var counts: [String: Int]?
    private var changed: Set<String> = []
    /// On how many items each rule acted.
    private(set) var acted: [String: Int] = [:]
    private var actions: [String: RuleAction]?
    private var policies: [String: NamedPolicy] = [:]
    /// Webhooks that may still be added to those that wait.
    private var room = 0
    private var reviews: ReviewOpening
    /// Whether anything came into a review queue.
    private(set) var hasReviews = false

    init(_ writing: DecisionWriting) {
        self.writing = writing
        reviews = ReviewOpening(organisation: writing.organisation, now: writing.now, limits: writing.reviewLimits)
        day = Rules.Timestamp(milliseconds: writing.now.unixMilliseconds).day
    }

    struct Followed {
        var runs: [ActionRun] = []
        /// Whether a rule on content had something done.
        var hasActed = false
        /// Those such rules name, each once.
        var policies: [NamedPolicy] = []
        var events: [JournalEvent] = []
    }

    /// Every live rule that passed acts; an action that several name is done once. A rule that has acted as often as it may today does not,
    /// and what only such rules ask for is `capped`.
    mutating func follow(_ item: SubmittedItem, _ draft: Judgement.Draft, in records: any HubTransaction) throws(Fault) -> Followed {
        let moment = Rules.Timestamp(milliseconds: writing.now.unixMilliseconds)
        var (fired, spent): ([Int], [Int]) = ([], [])
        for place in draft.passing where !draft.rules[place].actionIDs.isEmpty {
            let rule = draft.rules[place]
            guard let environment = RuleEnvironment(submissionTo: rule.state(at: moment)) else { continue }
            let before = try count(of: rule.id, in: records)
            switch DailyCap(rule.maxDailyActions).decide(in: environment, count: before) {
            case .silent: break
            case .spent: spent.append(place)
            case .fire(let after):
                fired.append(place)
                acted[rule.id, default: 0] += 1
                if after != before {
                    counts?[rule.id] = after
                    changed.insert(rule.id)
                }
            }
        }
        guard !fired.isEmpty || !spent.isEmpty else { return Followed() }
        try loadActions(in: records)
        for place in fired { try loadPolicies(of: draft.rules[place], in: records) }
        var followed = Followed()
        let ids = FiringActions.ids(of: fired.map { draft.rules[$0] })
        for id in ids { try carryOut(id, item, draft, fired, &followed, in: records) }
        for id in FiringActions.ids(of: spent.map { draft.rules[$0] }) where !ids.contains(id) {
            followed.runs.append(run(id, of: item, .capped))
        }
        let acting = fired.map { draft.rules[$0] }.filter { rule in
            rule.kind == .content
                && followed.runs.contains {
                    // What is only to be looked at has not been found guilty: closing the review decides that.
                    $0.isUnderway && actions?[$0.action]?.kind != .review && rule.actionIDs.contains($0.action)
                }
        }
        followed.hasActed = !acting.isEmpty
        followed.policies = FiringActions.union(acting.map(\.policyIDs)).map { policies[$0] ?? NamedPolicy($0, nil) }
        return followed
    }

    func keepCounts(in records: any HubTransaction) throws(Fault) {
        for rule in changed.sorted() {
            try records.setActionCount(counts?[rule] ?? 0, of: rule, in: writing.organisation, onDay: day)
        }
    }

    // MARK: One action

    private func run(_ id: String, of item: SubmittedItem, _ state: ActionRun.State) -> ActionRun {
        ActionRun(organisation: writing.organisation, decision: item.sequence, action: id, state: state, nextAt: writing.now)
    }

    private mutating func carryOut(
        _ id: String, _ item: SubmittedItem, _ draft: Judgement.Draft, _ fired: [Int], _ followed: inout Followed,
        in records: any HubTransaction
    ) throws(Fault) {
        let places = fired.filter { draft.rules[$0].actionIDs.contains(id) }
        var run = run(id, of: item, .waiting)
        guard let action = actions?[id] else {
            (run.state, run.problem) = (.failed, ActionFault.missing(id))
            return followed.runs.append(run)
        }
        switch action.kind {
        case .journal:
            (run.state, run.attempts) = (.done, 1)
            followed.events.append(
                writing.event(
                    "RulePassed", of: item,
                    [
                        "decision": .string("\(item.sequence)"), "action": .string(id),
                        "rules": .array(places.map { .string(draft.rules[$0].id) }),
                        "policies": .array(policies(draft, places).map { .string($0) }), "custom": .object(action.custom),
                    ]))
        case .webhook:
            if room > 0 {
                room -= 1
                run.payload = payload(action, item, draft, places)
            } else {
                (run.state, run.problem) = (.failed, ActionFault.full(writing.limits.waitingMax))
            }
        case .review:
            let request = ReviewOpening.Request(
                item: item, action: id, rules: places.map { draft.rules[$0].id }, policies: policies(draft, places), routing: draft.routing)
            (run.state, run.attempts) = (.done, 1)
            switch try reviews.open(request, in: records) {
            case .opened(let job):
                hasReviews = true
                followed.events.append(
                    writing.event(
                        "ReviewOpened", of: item,
                        ["review": .string("\(job.sequence)"), "queue": .string(job.queue), "decision": .string("\(item.sequence)")]))
            case .joined: hasReviews = true
            case .failed(let problem): (run.state, run.attempts, run.problem) = (.failed, 0, problem)
            }
        }
        followed.runs.append(run)
    }

    private func policies(_ draft: Judgement.Draft, _ places: [Int]) -> [String] {
        FiringActions.union(places.map { draft.rules[$0].policyIDs })
    }

    /// What a webhook is told, in the manner of Coop's (its contract, section 17).
    private func payload(_ action: RuleAction, _ item: SubmittedItem, _ draft: Judgement.Draft, _ places: [Int]) -> JSONValue {
        var told = item.data.objectValue ?? [:]
        (told["id"], told["typeId"]) = (.string(item.itemID), .string(item.typeID))
        var payload: JSONObject = [
            "item": .object(told), "action": ["id": .string(action.id), "name": .string(action.name)],
            "policies": .array(policies(draft, places).map { (policies[$0] ?? NamedPolicy($0, nil)).json }),
            "rules": .array(
                places.map { place in
                    let member = draft.lineup.members[place]
                    return ["id": .string(member.id), "name": .string(member.name), "version": .int(Int64(member.version))]
                }),
            "custom": .object(action.custom),
        ]
        if let creator = draft.item.creator { payload["creator"] = ["id": .string(creator.id), "typeId": .string(creator.typeID)] }
        payload["organisation"] = .string(writing.organisation.rawValue)
        payload["decision"] = .string("\(item.sequence)")
        payload["submissionId"] = .string(item.submission.rawValue)
        payload["at"] = .string(writing.now.description)
        return .object(payload)
    }

    // MARK: What is known

    private mutating func count(of rule: String, in records: any HubTransaction) throws(Fault) -> Int {
        if counts == nil { counts = try records.actionCounts(in: writing.organisation, onDay: day) }
        return counts?[rule] ?? 0
    }

    private mutating func loadPolicies(of rule: Rule, in records: any HubTransaction) throws(Fault) {
        for id in rule.policyIDs where policies[id] == nil {
            policies[id] = NamedPolicy(id, try records.rulePart(.policy, id, in: writing.organisation))
        }
    }

    private mutating func loadActions(in records: any HubTransaction) throws(Fault) {
        guard actions == nil else { return }
        let all = try records.ruleActions(in: writing.organisation)
        actions = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
        if all.contains(where: { $0.kind == .webhook }) {
            room = writing.limits.waitingMax - (try records.waitingRunCount(in: writing.organisation, max: writing.limits.waitingMax))
        }
    }
}

extension ActionRun {
    /// Done, or put to be done.
    fileprivate var isUnderway: Bool { state == .done || state == .waiting }
}
