package import HubCore
import PluginModel
import Rules

extension RuleBook {
    /// How often an organisation's rules passed, by id: today, and together on the days before that alarms compare with.
    struct Passing {
        let today: [String: RuleTally]
        let before: [String: RuleTally]
    }

    nonisolated func passing(in organisation: Organisation.ID) async throws(RuleRefusal) -> Passing {
        let today = PeopleLimits.day(of: now)
        return try await reading { (records) throws(Fault) in
            Passing(
                today: try records.ruleTallies(in: organisation, days: today...today),
                before: try records.ruleTallies(in: organisation, days: (today - Int64(RuleBookLimits.alarmDays))...(today - 1)))
        }
    }

    /// What a rule came to on each of the latest days of UTC, latest first, today's too; days on which it did not look are told as such.
    /// Throws `rule.not-found`.
    /// - Parameter count: From 1 to ``RuleBookLimits/daysKept``.
    package nonisolated func days(
        _ count: Int, of id: RuleRecord.ID, in organisation: Organisation.ID
    ) async throws(RuleRefusal) -> [RuleDay] {
        let today = PeopleLimits.day(of: now)
        let first = today - Int64(min(max(count, 1), RuleBookLimits.daysKept)) + 1
        let counted = try await reading { (records) throws(Fault) in
            guard try records.rule(id, in: organisation) != nil else { throw RuleRefusal.notFound("rule", id.rawValue).fault }
            return try records.ruleDays(of: id.rawValue, in: organisation, days: first...today)
        }
        let byDay = Dictionary(counted.map { ($0.day, $0.tally) }) { first, _ in first }
        return (first...today).reversed().map { RuleDay(day: $0, tally: byDay[$0] ?? RuleTally()) }
    }

    /// Removes what was counted of rules too long ago.
    static func sweepDays(_ store: any HubStore, _ organisation: Organisation.ID, at now: HubCore.Timestamp) async throws(Fault) {
        let day = PeopleLimits.day(of: now) - Int64(RuleBookLimits.daysKept) + 1
        var isMore = true
        while isMore, !Task.isCancelled {
            isMore = try await store.write { (records) throws(Fault) in
                try records.removeRuleDays(in: organisation, beforeDay: day, limit: RuleBookLimits.daysSweptAtOnce)
                    == RuleBookLimits.daysSweptAtOnce
            }
        }
    }
}

extension RuleView {
    /// Beside how often it passed.
    func with(_ passing: RuleBook.Passing) -> RuleView {
        var view = self
        let id = record.id.rawValue
        view.today = passing.today[id] ?? RuleTally()
        if state == .live { view.alarm = RuleAlarm(today: view.today, before: passing.before[id] ?? RuleTally()) }
        return view
    }
}
