import HubCore
import PluginModel
import Rules

extension ItemDesk {
    /// Chooses queues for those items that a rule at work wants reviewed; outside the transaction, since signals may be asked.
    nonisolated func routed(_ judged: [Judgement], by judge: Judge, in organisation: Organisation.ID) async -> [Judgement] {
        let table = judge.rules.routing
        guard !table.routes.isEmpty else { return judged }
        let acting = judged.indices.filter { !judged[$0].actionIDs(at: judge.now).isEmpty }
        guard !acting.isEmpty else { return judged }
        // Without them, every item that something follows from is routed: that takes time, and harms nothing.
        let reviews = try? await parts.store.read { (records) throws(Fault) in
            Set(try records.ruleActions(in: organisation).filter { $0.kind == .review }.map(\.id))
        }
        let wanted = acting.filter { index in reviews.map { !$0.isDisjoint(with: judged[index].actionIDs(at: judge.now)) } ?? true }
        let (store, types) = (parts.store, Array(judge.rules.types.values))
        let choosing = RoutingChoosing(table: table, runner: judge.runner, limits: parts.reviewLimits) { sequences in
            KeptSurroundings(store: store, organisation: organisation, types: types, sequences: sequences)
        }
        let places = wanted.map { judged[$0].item.sequence }
        let choices = await choosing.choose(
            for: wanted.compactMap { judged[$0].draft?.item }, sequences: places.map { $0 == 0 ? nil : $0 }, in: organisation,
            on: .deciding)
        var routed = judged
        for (index, choice) in zip(wanted, choices) {
            guard var draft = judged[index].draft else { continue }
            draft.routing = choice
            routed[index] = Judgement(item: judged[index].item, verdict: .decided(draft))
        }
        return routed
    }
}

extension Judgement {
    fileprivate var draft: Draft? {
        guard case .decided(let draft) = verdict else { return nil }
        return draft
    }

    /// What its live rules ask for.
    fileprivate func actionIDs(at now: HubCore.Timestamp) -> [String] {
        guard let draft else { return [] }
        let moment = Rules.Timestamp(milliseconds: now.unixMilliseconds)
        return FiringActions.ids(of: draft.passing.map { draft.rules[$0] }.filter { $0.state(at: moment) == .live })
    }
}
