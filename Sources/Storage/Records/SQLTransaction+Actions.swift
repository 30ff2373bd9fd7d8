import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    // MARK: Counts

    func actionCounts(in organisation: Organisation.ID, onDay day: Int64) throws(Fault) -> [String: Int] {
        let pairs = try rows(
            "select rule, actions from rule_action_counts where organisation = $1 and day = $2", .id(organisation), .integer(day)
        ) { (row: any SQLRow) throws(Fault) -> (String, Int) in (row.text(0), Int(row.integer(1))) }
        return Dictionary(pairs) { first, _ in first }
    }

    func setActionCount(_ count: Int, of rule: String, in organisation: Organisation.ID, onDay day: Int64) throws(Fault) {
        try require(organisation)
        try change(
            """
            insert into rule_action_counts (organisation, day, rule, actions) values ($1, $2, $3, $4)
            on conflict (organisation, day, rule) do update set actions = excluded.actions
            """, .id(organisation), .integer(day), .text(rule), .integer(Int64(count)))
    }

    func removeActionCounts(beforeDay day: Int64) throws(Fault) -> Int {
        try change("delete from rule_action_counts where day < $1", .integer(day))
    }

    // MARK: Actions

    private static let actionColumns = "organisation, id, name, kind, url, custom, revision, changed_ms"

    private static func action(_ row: any SQLRow) throws(Fault) -> RuleAction {
        RuleAction(
            organisation: row.id(0), id: row.text(1), name: row.text(2), kind: try row.named(3, "a kind of action"),
            url: row.optionalText(4), custom: try row.object(5), revision: Int(row.integer(6)), changedAt: row.timestamp(7))
    }

    func ruleAction(_ id: String, in organisation: Organisation.ID) throws(Fault) -> RuleAction? {
        try rows(
            "select \(Self.actionColumns) from rule_actions where organisation = $1 and id = $2", .id(organisation), .text(id),
            read: Self.action
        ).first
    }

    func ruleActions(in organisation: Organisation.ID) throws(Fault) -> [RuleAction] {
        try rows(
            "select \(Self.actionColumns) from rule_actions where organisation = $1 order by id limit $2", .id(organisation),
            .limit(StorageLimits.rowsMax), read: Self.action)
    }

    func put(_ action: RuleAction) throws(Fault) {
        try require(action.organisation)
        guard action.revision == (try ruleAction(action.id, in: action.organisation)?.revision ?? 0) + 1 else {
            throw RuleAction.changedMeanwhile(action.id)
        }
        try change(
            """
            insert into rule_actions (\(Self.actionColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (organisation, id) do update set name = excluded.name, kind = excluded.kind, url = excluded.url,
                custom = excluded.custom, revision = excluded.revision, changed_ms = excluded.changed_ms
            """, .id(action.organisation), .text(action.id), .text(action.name), .text(action.kind.rawValue), .text(action.url),
            .json(.object(action.custom)), .integer(Int64(action.revision)), .at(action.changedAt))
    }

    func removeRuleAction(_ id: String, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try hasChanged("delete from rule_actions where organisation = $1 and id = $2", .id(organisation), .text(id))
    }

    // MARK: Runs

    private static let runColumns = "sequence, organisation, decision, action, state, attempts, next_ms, problem, job"

    private static func run(_ row: any SQLRow) throws(Fault) -> ActionRun {
        var run = ActionRun(
            sequence: row.integer(0), organisation: row.id(1), decision: row.integer(2), action: row.text(3),
            state: try row.named(4, "the state of an action"), attempts: Int(row.integer(5)), nextAt: row.timestamp(6),
            problem: try row.problem(7))
        run.job = row.integer(8)
        return run
    }

    func append(_ runs: [ActionRun]) throws(Fault) -> [ActionRun] {
        guard !runs.isEmpty else { return [] }
        for organisation in Set(runs.map(\.organisation)) { try require(organisation) }
        var sequence = try advance("action runs", by: runs.count) - Int64(runs.count)
        var placed = runs
        for index in placed.indices {
            sequence += 1
            placed[index].sequence = sequence
            let run = placed[index]
            try change(
                "insert into action_runs (\(Self.runColumns), payload) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                .integer(sequence),
                .id(run.organisation), .integer(run.decision), .text(run.action), .text(run.state.rawValue),
                .integer(Int64(run.attempts)), .at(run.nextAt), .problem(run.problem), .integer(run.job),
                run.payload.map { .json($0) } ?? .null)
        }
        return placed
    }

    func actionRuns(of decisions: [Int64], in organisation: Organisation.ID) throws(Fault) -> [ActionRun] {
        var found: [ActionRun] = []
        for decision in decisions {
            found += try rows(
                "select \(Self.runColumns) from action_runs where decision = $1 and organisation = $2 order by sequence",
                .integer(decision),
                .id(organisation), read: Self.run)
        }
        return found
    }

    func organisationsWithDueRuns(at moment: Timestamp) throws(Fault) -> [Organisation.ID] {
        try present(
            rows(
                "select distinct organisation from action_runs where state = 'waiting' and next_ms <= $1 order by organisation", .at(moment)
            ) {
                (row: any SQLRow) throws(Fault) in row.id(0)
            })
    }

    func dueRuns(in organisation: Organisation.ID, at moment: Timestamp, limit: Int) throws(Fault) -> [ActionRun] {
        guard try isPresent(organisation) else { return [] }
        return try rows(
            """
            select \(Self.runColumns), payload from action_runs where organisation = $1 and state = 'waiting' and next_ms <= $2
            order by next_ms, sequence limit $3
            """, .id(organisation), .at(moment), .limit(limit)
        ) { (row: any SQLRow) throws(Fault) in
            var run = try Self.run(row)
            run.payload = row.isNull(9) ? nil : try row.json(9)
            return run
        }
    }

    func waitingRunCount(in organisation: Organisation.ID, max: Int) throws(Fault) -> Int {
        try rows(
            """
            select count(*) from (select 1 from action_runs where organisation = $1 and state = 'waiting' limit $2) as waiting
            """, .id(organisation), .integer(Int64(max))
        ) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first ?? 0
    }

    func settle(_ run: ActionRun) throws(Fault) -> Bool {
        try hasChanged(
            """
            update action_runs set state = $1, attempts = $2, next_ms = $3, problem = $4, payload = case when $1 = 'waiting' then payload end
            where sequence = $5 and state = 'waiting'
            """, .text(run.state.rawValue), .integer(Int64(run.attempts)), .at(run.nextAt), .problem(run.problem),
            .integer(run.sequence))
    }
}
