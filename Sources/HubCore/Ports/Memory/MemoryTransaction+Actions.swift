import JSON
import PluginModel

extension MemoryTransaction {
    func actionCounts(in organisation: Organisation.ID, onDay day: Int64) throws(Fault) -> [String: Int] {
        var counts: [String: Int] = [:]
        for (place, count) in records.moderation.counts where place.organisation == organisation && place.day == day {
            counts[place.rule] = count
        }
        return counts
    }

    func setActionCount(_ count: Int, of rule: String, in organisation: Organisation.ID, onDay day: Int64) throws(Fault) {
        try change { (records) throws(Fault) in
            records.moderation.counts[MemoryItems.Count(organisation: organisation, rule: rule, day: day)] = count
        }
    }

    func removeActionCounts(beforeDay day: Int64) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let before = records.moderation.counts.count
            records.moderation.counts = records.moderation.counts.filter { $0.key.day >= day }
            return before - records.moderation.counts.count
        }
    }

    func ruleAction(_ id: String, in organisation: Organisation.ID) throws(Fault) -> RuleAction? {
        records.moderation.actions[MemoryItems.Place(organisation: organisation, id: id)]
    }

    func ruleActions(in organisation: Organisation.ID) throws(Fault) -> [RuleAction] {
        records.moderation.actions.values.filter { $0.organisation == organisation }.sorted {
            $0.id.utf8.lexicographicallyPrecedes($1.id.utf8)
        }
    }

    func put(_ action: RuleAction) throws(Fault) {
        try change { (records) throws(Fault) in
            let place = MemoryItems.Place(organisation: action.organisation, id: action.id)
            guard action.revision == (records.moderation.actions[place]?.revision ?? 0) + 1 else {
                throw RuleAction.changedMeanwhile(action.id)
            }
            records.moderation.actions[place] = action
        }
    }

    func removeRuleAction(_ id: String, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            records.moderation.actions.removeValue(forKey: MemoryItems.Place(organisation: organisation, id: id)) != nil
        }
    }

    func append(_ runs: [ActionRun]) throws(Fault) -> [ActionRun] {
        try change { (records) throws(Fault) in
            var placed = runs
            for index in placed.indices {
                let new = placed[index]
                guard
                    !records.moderation.runs.values.contains(where: {
                        $0.decision == new.decision && $0.action == new.action && $0.job == new.job
                    })
                else {
                    throw Self.conflict()
                }
                records.moderation.lastRun += 1
                placed[index].sequence = records.moderation.lastRun
                records.moderation.runs[placed[index].sequence] = placed[index]
            }
            return placed
        }
    }

    func actionRuns(of decisions: [Int64], in organisation: Organisation.ID) throws(Fault) -> [ActionRun] {
        decisions.flatMap { decision in
            records.moderation.runs.values.filter { $0.organisation == organisation && $0.decision == decision }
                .sorted { $0.sequence < $1.sequence }
        }.map { run in
            var plain = run
            plain.payload = nil
            return plain
        }
    }

    func organisationsWithDueRuns(at moment: Timestamp) throws(Fault) -> [Organisation.ID] {
        Set(records.moderation.runs.values.filter { $0.state == .waiting && $0.nextAt <= moment }.map(\.organisation))
            .filter { records.organisations[$0] != nil }.sorted()
    }

    func dueRuns(in organisation: Organisation.ID, at moment: Timestamp, limit: Int) throws(Fault) -> [ActionRun] {
        guard records.organisations[organisation] != nil else { return [] }
        let due = records.moderation.runs.values.filter {
            $0.organisation == organisation && $0.state == .waiting && $0.nextAt <= moment
        }
        return Array(due.sorted { ($0.nextAt, $0.sequence) < ($1.nextAt, $1.sequence) }.prefix(limit))
    }

    func waitingRunCount(in organisation: Organisation.ID, max: Int) throws(Fault) -> Int {
        min(max, records.moderation.runs.values.count { $0.organisation == organisation && $0.state == .waiting })
    }

    func settle(_ run: ActionRun) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            guard records.moderation.runs[run.sequence]?.state == .waiting else { return false }
            var run = run
            if run.state != .waiting { run.payload = nil }
            records.moderation.runs[run.sequence] = run
            return true
        }
    }
}
