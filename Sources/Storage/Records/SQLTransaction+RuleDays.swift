import HubCore
import PluginModel

extension SQLTransaction {
    /// How many rows one statement has: few different texts, each prepared once, and few round trips for a hundred rules. Texts are bound to SQLite's
    /// statements each inside the other, so that hundreds of values are more than a thread's stack has.
    private static let rowsTogether = [16, 4, 1]

    func count(_ tallies: [String: RuleTally], in organisation: Organisation.ID, onDay day: Int64) throws(Fault) {
        try require(organisation)
        var left = tallies.sorted { $0.key < $1.key }[...]
        while let count = Self.rowsTogether.first(where: { $0 <= left.count }) {
            var filter = SQLFilter()
            let (owner, on) = (filter.next(.id(organisation)), filter.next(.integer(day)))
            let rows = left.prefix(count).map { rule, tally in
                let name = filter.next(.text(rule))
                let numbers = [tally.looked, tally.passed, tally.errored, tally.actions].map { filter.next(.integer(Int64($0))) }
                return "(\(owner), \(on), \(name), \(numbers.joined(separator: ", ")))"
            }
            left = left.dropFirst(count)
            try change(
                """
                insert into rule_days (organisation, day, rule, looked, passed, errored, actions) values \(rows.joined(separator: ", "))
                on conflict (organisation, day, rule) do update set looked = rule_days.looked + excluded.looked,
                    passed = rule_days.passed + excluded.passed, errored = rule_days.errored + excluded.errored,
                    actions = rule_days.actions + excluded.actions
                """, filter.values)
        }
    }

    private static func tally(_ row: any SQLRow) -> RuleTally {
        RuleTally(looked: Int(row.integer(1)), passed: Int(row.integer(2)), errored: Int(row.integer(3)), actions: Int(row.integer(4)))
    }

    func ruleTallies(in organisation: Organisation.ID, days: ClosedRange<Int64>) throws(Fault) -> [String: RuleTally] {
        let sums = ["looked", "passed", "errored", "actions"].map { "cast(sum(\($0)) as bigint)" }.joined(separator: ", ")
        let found = try rows(
            "select rule, \(sums) from rule_days where organisation = $1 and day between $2 and $3 group by rule", .id(organisation),
            .integer(days.lowerBound), .integer(days.upperBound)
        ) { (row: any SQLRow) throws(Fault) -> (String, RuleTally) in (row.text(0), Self.tally(row)) }
        return Dictionary(found) { first, _ in first }
    }

    /// Day by day by the key: those of other rules are not read.
    func ruleDays(of rule: String, in organisation: Organisation.ID, days: ClosedRange<Int64>) throws(Fault) -> [RuleDay] {
        var filter = SQLFilter()
        filter.add("organisation = ", .id(organisation))
        filter.add("rule = ", .text(rule))
        let wanted = days.map { filter.next(.integer($0)) }
        filter.add("day in (\(wanted.joined(separator: ", ")))")
        return try rows(
            "select day, looked, passed, errored, actions from rule_days where \(filter.text) order by day desc", filter.values
        ) { (row: any SQLRow) throws(Fault) in RuleDay(day: row.integer(0), tally: Self.tally(row)) }
    }

    func removeRuleDays(in organisation: Organisation.ID, beforeDay day: Int64, limit: Int) throws(Fault) -> Int {
        try change(
            """
            delete from rule_days where organisation = $1 and (day, rule) in (
                select day, rule from rule_days where organisation = $1 and day < $2 order by day limit $3)
            """, .id(organisation), .integer(day), .limit(limit))
    }

    func removeRuleDays(of rule: String, in organisation: Organisation.ID) throws(Fault) {
        try change("delete from rule_days where organisation = $1 and rule = $2", .id(organisation), .text(rule))
    }
}
