import JSON
import PluginModel

extension MemoryTransaction {
    func decisionHead(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> StoredDecision? {
        var found = try decision(sequence, in: organisation)
        found?.traces = [:]
        return found
    }

    func keep(_ lineup: RuleLineup, in organisation: Organisation.ID) throws(Fault) {
        try change { (records) throws(Fault) in
            records.moderation.lineups[MemoryItems.Place(organisation: organisation, id: lineup.id)] = lineup
        }
    }

    func lineup(_ id: RuleLineup.ID, in organisation: Organisation.ID) throws(Fault) -> RuleLineup? {
        records.moderation.lineups[MemoryItems.Place(organisation: organisation, id: id)]
    }

    func removeIdleLineups(in organisation: Organisation.ID) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let used = Set(records.moderation.decisions.values.filter { $0.organisation == organisation }.map(\.lineup))
            let before = records.moderation.lineups.count
            records.moderation.lineups = records.moderation.lineups.filter {
                $0.key.organisation != organisation || used.contains($0.key.id)
            }
            return before - records.moderation.lineups.count
        }
    }

    func append(_ decision: StoredDecision) throws(Fault) {
        try change { (records) throws(Fault) in
            guard records.moderation.decisions.updateValue(decision, forKey: decision.sequence) == nil else { throw Self.conflict() }
        }
    }

    func decision(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> StoredDecision? {
        records.moderation.decisions[sequence].flatMap { $0.organisation == organisation ? $0 : nil }
    }

    func decisions(
        _ filter: DecisionFilter, in organisation: Organisation.ID, before sequence: Int64?, limit: Int
    ) throws(Fault) -> [StoredDecision] {
        let text = filter.text.map(Self.plain)
        var found = records.moderation.decisions.values.filter { decision in
            decision.organisation == organisation && (sequence.map { decision.sequence < $0 } ?? true)
                && (filter.itemID.map { decision.itemID == $0 } ?? true) && (filter.typeID.map { decision.typeID == $0 } ?? true)
                && (filter.since.map { decision.at >= $0 } ?? true) && (filter.until.map { decision.at < $0 } ?? true)
                && (text.map { Self.plain(decision.itemID).contains($0) } ?? true)
                && (filter.isLook.map { (decision.look != nil) == $0 } ?? true)
        }
        if let rule = filter.rule {
            found = found.filter { decision in
                let lineup = records.moderation.lineups[MemoryItems.Place(organisation: organisation, id: decision.lineup)]
                guard let place = lineup?.members.firstIndex(where: { $0.id == rule }) else { return false }
                let outcome = decision.results.first { $0.place == place }?.outcome ?? .failed
                return filter.outcome == nil || filter.outcome == outcome
            }
        } else if let outcome = filter.outcome {
            found = found.filter { $0.outcome == outcome }
        }
        return found.sorted { $0.sequence > $1.sequence }.prefix(limit).map { decision in
            var plain = decision
            plain.traces = [:]
            return plain
        }
    }

    func decisionCount(in organisation: Organisation.ID, since moment: Timestamp) throws(Fault) -> Int {
        records.moderation.decisions.values.count { $0.organisation == organisation && $0.at >= moment }
    }
}
