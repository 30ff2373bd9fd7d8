import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel

/// What was decided, and why.
enum DecisionEndpoints {
    static let chapter = "Decisions"

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/decisions", "Decisions, latest first; without their traces", chapter: chapter, access: .organisation(.ruleRead),
            query: QueryParameter.page + [
                QueryParameter("rule", .text, "In which this rule looked at the item."),
                QueryParameter("item", .text, "Of items of this id."),
                QueryParameter(
                    "outcome", .choice(StoredDecision.Outcome.allCases.map(\.rawValue)),
                    "Of that rule; without one, of the decision as a whole."),
                QueryParameter("type", .text, "Of items of this type."), QueryParameter("since", .time, "Not before."),
                QueryParameter("until", .time, "Not after."), QueryParameter("q", .text, "With this text in the item's id."), .subject,
            ], answer: .list(.named("Decision")), handler: list),
        Endpoint(
            .get, "/decisions/{id}", "One decision with the traces that were kept", chapter: chapter, access: .organisation(.ruleRead),
            answer: .named("Decision"), problems: ["decision.not-found"]
        ) { call in
            let organisation = try call.needOrganisation().id
            let name = call.parameter("id")
            let sequence = Int64(name) ?? 0
            let report = try await call.hub.store.read { (records) throws(Fault) -> DecisionReport? in
                guard let decision = try records.decision(sequence, in: organisation) else { return nil }
                return try records.reports(on: [decision]).first
            }
            guard let report else { throw ItemFault.noDecision(name) }
            return .json(report.json(withTraces: true))
        },
    ]

    private static func list(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        let page = try call.page()
        var filter = DecisionFilter()
        (filter.rule, filter.itemID, filter.typeID) = (call.query("rule"), call.query("item"), call.query("type"))
        filter.text = try call.searched()
        filter.outcome = try call.queryWord("outcome")
        filter.isLook = try call.isAboutUsers()
        (filter.since, filter.until) = (try call.time("since"), try call.time("until"))
        let (wanted, before) = (filter, try call.before(page))
        let reports = try await call.hub.store.read { (records) throws(Fault) in
            try records.reports(on: try records.decisions(wanted, in: organisation, before: before, limit: page.limit))
        }
        return .page(
            reports.map { $0.json(withTraces: false) }, call, page, last: reports.last.map { "\($0.decision.sequence)" })
    }
}

extension DecisionReport {
    func json(withTraces: Bool) -> JSONValue {
        let rules = zip(lineup.members, outcomes).enumerated().map { place, pair -> JSONValue in
            let (member, outcome) = pair
            var object: JSONObject = [
                "id": .string(member.id), "name": .string(member.name), "version": .int(Int64(member.version)),
                "status": .string(member.status), "outcome": .string(outcome.rawValue.uppercased()),
            ]
            if withTraces { object["trace"] = decision.traces[place] }
            return .object(object)
        }
        var members: JSONObject = [
            "id": .string("\(decision.sequence)"), "sequence": .int(decision.sequence), "itemId": .string(decision.itemID),
            "itemTypeId": .string(decision.typeID), "at": .string(decision.at.description),
            "milliseconds": .double(Double(decision.microseconds) / 1000), "outcome": .string(decision.outcome.rawValue),
            "passed": .array(decision.passed.map { .string($0) }), "actions": .array(runs.map(\.json)), "rules": .array(rules),
            "conditions": .int(Int64(decision.conditions)), "signalRuns": .int(Int64(decision.signalRuns)),
        ]
        members.tell(decision.look)
        return .object(members)
    }
}

extension ActionRun {
    var json: JSONValue {
        var members: JSONObject = [
            "id": .string(action), "state": .string(state.rawValue), "attempts": .int(Int64(attempts)),
        ]
        if job > 0 { members["reviewId"] = .string("\(job)") }
        if job < 0 { members["act"] = .string("\(-job)") }
        if state == .waiting { members["nextAt"] = .string(nextAt.description) }
        members["problem"] = problem?.json
        return .object(members)
    }
}
