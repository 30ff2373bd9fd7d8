import HubCore
import PluginModel
import Rules

/// Counts what rules come to, inside the transaction that writes their decisions: whatever kills the hub, each decision counts once.
///
/// All rules of a line-up look at the same items, so looking is counted by line-up, and only what passed or could not be told by rule.
struct RuleTallying {
    private let organisation: Organisation.ID
    private let day: Int64
    private var lineups: [RuleLineup.ID: (lineup: RuleLineup, looked: Int)] = [:]
    private var tallies: [String: RuleTally] = [:]

    init(_ writing: DecisionWriting) {
        organisation = writing.organisation
        day = PeopleLimits.day(of: writing.now)
    }

    mutating func take(_ draft: Judgement.Draft) {
        lineups[draft.lineup.id, default: (draft.lineup, 0)].looked += 1
        for result in draft.results {
            let rule = draft.lineup.members[result.place].id
            switch result.outcome {
            case .passed: tallies[rule, default: RuleTally()].passed += 1
            case .errored: tallies[rule, default: RuleTally()].errored += 1
            case .failed: break
            }
        }
    }

    /// - Parameter acted: How often each rule acted on what was taken.
    mutating func keep(acted: [String: Int], in records: any HubTransaction) throws(Fault) {
        for (lineup, looked) in lineups.values {
            for member in lineup.members { tallies[member.id, default: RuleTally()].looked += looked }
        }
        for (rule, count) in acted { tallies[rule, default: RuleTally()].actions += count }
        guard !tallies.isEmpty else { return }
        try records.count(tallies, in: organisation, onDay: day)
    }
}
