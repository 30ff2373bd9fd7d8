import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    // MARK: Line-ups

    func keep(_ lineup: RuleLineup, in organisation: Organisation.ID) throws(Fault) {
        try require(organisation)
        let members = lineup.members.map { member -> JSONValue in
            [.string(member.id), .string(member.name), .int(Int64(member.version)), .string(member.status)]
        }
        let isNew = try hasChanged(
            "insert into rule_lineups (organisation, id, members) values ($1, $2, $3) on conflict (organisation, id) do nothing",
            .id(organisation), .text(lineup.id), .json(.array(members)))
        guard isNew else { return }
        for (place, member) in lineup.members.enumerated() {
            try change(
                """
                insert into rule_lineup_members (organisation, rule, lineup, place) values ($1, $2, $3, $4)
                on conflict (organisation, rule, lineup) do nothing
                """, .id(organisation), .text(member.id), .text(lineup.id), .integer(Int64(place)))
        }
    }

    func lineup(_ id: RuleLineup.ID, in organisation: Organisation.ID) throws(Fault) -> RuleLineup? {
        try rows("select members from rule_lineups where organisation = $1 and id = $2", .id(organisation), .text(id)) {
            (row: any SQLRow) throws(Fault) in
            let members = (try row.json(0).arrayValue ?? []).map { member in
                RuleLineup.Member(
                    id: member[0]?.stringValue ?? "", name: member[1]?.stringValue ?? "", version: member[2]?.intValue ?? 0,
                    status: member[3]?.stringValue ?? "")
            }
            return RuleLineup(id: id, members: members)
        }.first
    }

    func removeIdleLineups(in organisation: Organisation.ID) throws(Fault) -> Int {
        try change(
            """
            delete from rule_lineups where organisation = $1 and not exists (
                select 1 from decisions where decisions.organisation = rule_lineups.organisation and decisions.lineup = rule_lineups.id)
            """, .id(organisation))
    }

    // MARK: Decisions

    private static let decisionColumns =
        "sequence, organisation, item_id, type_id, at_ms, microseconds, outcome, passed, lineup, results, conditions, signal_runs, look"

    private static func decision(_ row: any SQLRow) throws(Fault) -> StoredDecision {
        var results: [StoredDecision.Result] = []
        for result in try row.json(9).arrayValue ?? [] {
            guard let place = result[0]?.intValue, let outcome = StoredDecision.Outcome(rawValue: result[1]?.stringValue ?? "") else {
                throw StorageFault.unreadable("a rule's result", result.serialized())
            }
            results.append(StoredDecision.Result(place: place, outcome: outcome))
        }
        return StoredDecision(
            sequence: row.integer(0), organisation: row.id(1), itemID: row.text(2), typeID: row.text(3), at: row.timestamp(4),
            microseconds: Int(row.integer(5)), outcome: try row.named(6, "an outcome"),
            passed: try row.json(7).arrayValue?.compactMap(\.stringValue) ?? [], lineup: row.text(8), results: results,
            conditions: Int(row.integer(10)), signalRuns: Int(row.integer(11)),
            look: try row.look(12))
    }

    func append(_ decision: StoredDecision) throws(Fault) {
        let results = decision.results.map { result -> JSONValue in [.int(Int64(result.place)), .string(result.outcome.rawValue)] }
        let traces = JSONValue.object(JSONObject(decision.traces.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) })).serialized()
        let bytes = Int64(traces.utf8.count)
        try change(
            """
            insert into decisions (\(Self.decisionColumns), traces, bytes)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """, .integer(decision.sequence), .id(decision.organisation), .text(decision.itemID), .text(decision.typeID), .at(decision.at),
            .integer(Int64(decision.microseconds)), .text(decision.outcome.rawValue), .json(.array(decision.passed.map { .string($0) })),
            .text(decision.lineup), .json(.array(results)), .integer(Int64(decision.conditions)), .integer(Int64(decision.signalRuns)),
            .text(decision.look?.rawValue), .text(traces), .integer(bytes))
        bytesUnwritten[decision.organisation, default: 0] += bytes
        for result in decision.results {
            try change(
                """
                insert into decision_rules (organisation, rule, outcome, sequence) select organisation, rule, $1, $2
                from rule_lineup_members where organisation = $3 and lineup = $4 and place = $5
                """, .text(result.outcome.rawValue), .integer(decision.sequence), .id(decision.organisation), .text(decision.lineup),
                .integer(Int64(result.place)))
        }
    }

    func decision(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> StoredDecision? {
        try rows(
            "select \(Self.decisionColumns), traces from decisions where sequence = $1 and organisation = $2", .integer(sequence),
            .id(organisation)
        ) { (row: any SQLRow) throws(Fault) in
            var decision = try Self.decision(row)
            for (place, trace) in try row.object(13) { if let place = Int(place) { decision.traces[place] = trace } }
            return decision
        }.first
    }

    func decisionHead(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> StoredDecision? {
        try rows(
            "select \(Self.decisionColumns) from decisions where sequence = $1 and organisation = $2", .integer(sequence),
            .id(organisation),
            read: Self.decision
        ).first
    }

    func decisions(
        _ wanted: DecisionFilter, in organisation: Organisation.ID, before sequence: Int64?, limit: Int
    ) throws(Fault) -> [StoredDecision] {
        var filter = SQLFilter()
        filter.add("organisation = ", .id(organisation))
        filter.add("sequence < ", .integer(sequence ?? .max))
        if let rule = wanted.rule {
            let (owner, rule) = (filter.next(.id(organisation)), filter.next(.text(rule)))
            let told = "select sequence from decision_rules where organisation = \(owner) and rule = \(rule)"
            let looked = "lineup in (select lineup from rule_lineup_members where organisation = \(owner) and rule = \(rule))"
            switch wanted.outcome {
            case nil: filter.add(looked)
            case .failed?: filter.add("\(looked) and sequence not in (\(told))")
            case let outcome?: filter.add("sequence in (\(told) and outcome = ", .text(outcome.rawValue), ending: ")")
            }
        } else if let outcome = wanted.outcome {
            filter.add("outcome = ", .text(outcome.rawValue))
        }
        if let id = wanted.itemID { filter.add("item_id = ", .text(id)) }
        if let type = wanted.typeID { filter.add("type_id = ", .text(type)) }
        if let since = wanted.since { filter.add("at_ms >= ", .at(since)) }
        if let until = wanted.until { filter.add("at_ms < ", .at(until)) }
        if let isLook = wanted.isLook { filter.add(isLook ? "look is not null" : "look is null") }
        if let text = wanted.text { filter.add("lower(item_id) like ", .containing(text), ending: Self.escape) }
        return try rows(
            "select \(Self.decisionColumns) from decisions where \(filter.text) order by sequence desc limit \(filter.next(.limit(limit)))",
            filter.values, read: Self.decision)
    }

    func decisionCount(in organisation: Organisation.ID, since moment: Timestamp) throws(Fault) -> Int {
        try rows("select count(*) from decisions where organisation = $1 and at_ms >= $2", .id(organisation), .at(moment)) {
            (row: any SQLRow) throws(Fault) in Int(row.integer(0))
        }.first ?? 0
    }
}
