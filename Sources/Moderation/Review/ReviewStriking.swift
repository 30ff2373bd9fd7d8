import HubCore
import JSON
import PluginModel
import Synchronization

extension ReviewActing {
    /// What acting on an item means for its author: the strikes of the policies that are named, but for those its decision gave already, and one more
    /// item acted on, where none of a rule's actions was done.
    /// - Parameter asked: Actions that asked for the review, and so did nothing themselves; they may be removed by now.
    /// - Returns: What the user has now.
    func strike(
        _ user: ItemUser, for item: SubmittedItem, _ policies: [NamedPolicy], _ actions: [String: RuleAction], askedBy asked: Set<String>,
        in records: any HubTransaction
    ) throws(Fault) -> Int {
        let since = PeopleLimits.start(at: now)
        // Whomever they went to: who the creator is may be told otherwise by now, and a policy strikes once for a decision.
        let given = Set(try records.strikes(ofDecision: item.sequence, in: organisation).map(\.policy))
        let giving = policies.filter { $0.strikes > 0 && !given.contains($0.id) }
        let wasActedOn = try records.actionRuns(of: [item.sequence], in: organisation).contains { run in
            (run.state == .done || run.state == .waiting) && !asked.contains(run.action) && actions[run.action]?.kind != .review
        }
        if !wasActedOn {
            try records.count([user: UserTally(items: 0, acted: 1)], in: organisation, onDay: PeopleLimits.day(of: now))
        }
        // The transaction may run again.
        looks.count.withLock { $0 = 0 }
        let before = try records.strikeSums(of: [user], in: organisation, since: since)[user] ?? 0
        guard !giving.isEmpty else { return before }
        _ = try records.append(
            giving.map {
                Strike(organisation: organisation, user: user, policy: $0.id, strikes: $0.strikes, decision: item.sequence, at: now)
            })
        let more = giving.reduce(0) { $0 + $1.strikes }
        _ = try records.append([struck(user, item, giving, more: more, total: before + more)])
        if looksAtUsers, try !records.hasLookAhead(at: user, in: organisation) {
            looks.count.withLock { $0 = 1 }
            _ = try records.append([
                try UserLook.item(for: user, because: .strikes, in: organisation, submission: item.submission, at: now, records)
            ])
        }
        return before + more
    }

    private func struck(_ user: ItemUser, _ item: SubmittedItem, _ policies: [NamedPolicy], more: Int, total: Int) -> JournalEvent {
        JournalEvent(
            eventID: .make(at: now, random: entropy.bytes), eventType: "moderation.UserStruck", timestamp: now, source: "hub",
            correlationID: item.submission.rawValue, organisation: organisation,
            data: [
                "sequence": .int(item.sequence), "itemId": .string(item.itemID), "itemTypeId": .string(item.typeID),
                "submissionId": .string(item.submission.rawValue), "user": user.json, "policies": .array(policies.map { .string($0.id) }),
                "strikes": .int(Int64(more)), "total": .int(Int64(total)),
            ])
    }
}

/// How many looks at users a closing has added to those that wait.
final class LooksAdded: Sendable {
    let count = Mutex(0)
}
