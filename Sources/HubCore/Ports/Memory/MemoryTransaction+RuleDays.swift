import PluginModel

/// What was counted of rules by day, in memory.
struct MemoryRuleDays: Sendable {
    struct Place: Hashable, Sendable {
        let organisation: Organisation.ID
        let rule: String
        let day: Int64
    }

    var days: [Place: RuleTally] = [:]

    mutating func remove(_ organisation: Organisation.ID) { days = days.filter { $0.key.organisation != organisation } }
}

extension MemoryTransaction {
    func count(_ tallies: [String: RuleTally], in organisation: Organisation.ID, onDay day: Int64) throws(Fault) {
        try change { (records) throws(Fault) in
            for (rule, tally) in tallies {
                records.ruleDays.days[MemoryRuleDays.Place(organisation: organisation, rule: rule, day: day), default: RuleTally()] += tally
            }
        }
    }

    func ruleTallies(in organisation: Organisation.ID, days: ClosedRange<Int64>) throws(Fault) -> [String: RuleTally] {
        var found: [String: RuleTally] = [:]
        for (place, tally) in records.ruleDays.days where place.organisation == organisation && days.contains(place.day) {
            found[place.rule, default: RuleTally()] += tally
        }
        return found
    }

    func ruleDays(of rule: String, in organisation: Organisation.ID, days: ClosedRange<Int64>) throws(Fault) -> [RuleDay] {
        days.reversed().compactMap { day in
            let place = MemoryRuleDays.Place(organisation: organisation, rule: rule, day: day)
            return records.ruleDays.days[place].map { RuleDay(day: day, tally: $0) }
        }
    }

    func removeRuleDays(in organisation: Organisation.ID, beforeDay day: Int64, limit: Int) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let gone = records.ruleDays.days.keys.filter { $0.organisation == organisation && $0.day < day }.prefix(limit)
            for place in gone { records.ruleDays.days[place] = nil }
            return gone.count
        }
    }

    func removeRuleDays(of rule: String, in organisation: Organisation.ID) throws(Fault) {
        try change { (records) throws(Fault) in
            records.ruleDays.days = records.ruleDays.days.filter { $0.key.organisation != organisation || $0.key.rule != rule }
        }
    }
}
