package import HubCore
import JSON
package import PluginModel
import Rules
import Synchronization

extension ReviewDesk {
    /// Fires actions on an item that was decided, because a person wants it: no rule and no review asked.
    ///
    /// What follows is as when a review ends with these actions (``ReviewActing``), in one transaction with the audit entry and the answer to be given
    /// once. Acting twice fires twice; the same request sent twice does not. Throws `item.not-found`, `decision.not-found`, `review.unusable`.
    package func act(
        on sequence: Int64, as draft: ReviewClosingDraft, in organisation: Organisation.ID, by requester: Requester,
        once: OnceNote<[ActionRun]>? = nil
    ) async throws(Fault) -> [ActionRun] {
        try check(draft)
        let (now, actionsMax) = (now(), actionLimits.waitingMax)
        var detail: JSONObject = [
            "actions": .array(draft.actions.map { .string($0) }), "policies": .array(draft.policies.map { .string($0) }),
        ]
        detail["note"] = draft.note.map { .string($0) }
        let said = requester.note("item.act", "item:\(sequence)", at: now, in: organisation, detail: detail, entropy)
        let working = try await rules.rules(of: organisation)
        let acting = ReviewActing(
            organisation: organisation, draft: draft, requester: requester, now: now, reasonsKept: limits.reasonsKept,
            waitingMax: actionsMax, entropy: entropy,
            types: Array(working.types.values), looksAtUsers: working.looksAtUsers)
        let runs = try await store.write { (records) throws(Fault) in
            guard let item = try records.item(sequence, in: organisation) else { throw ItemFault.notFound("\(sequence)") }
            guard try records.decision(sequence, in: organisation) != nil else { throw ItemFault.noDecision("\(sequence)") }
            try acting.checkPolicies(in: records)
            let first = try records.actionRuns(of: [sequence], in: organisation).map(\.job).min() ?? 0
            let job = ReviewJob(
                sequence: min(first, 0) - 1, organisation: organisation, queue: "", itemID: item.itemID, typeID: item.typeID, openedAt: now,
                changedAt: now)
            let reason = ReviewReason(job: job.sequence, decision: sequence, action: "", rules: [], policies: [], at: now)
            let runs = try acting.fire(job, reason, item, askedBy: [], in: records)
            try records.keep(
                said, domain: "moderation", event: "ItemActedByHand",
                data: [
                    "sequence": .int(sequence), "itemId": .string(item.itemID), "itemTypeId": .string(item.typeID),
                    "act": .string("\(-job.sequence)"), "actions": .array(draft.actions.map { .string($0) }),
                ])
            try once?.keep(runs, in: records)
            return runs
        }
        await webhooks?.wake()
        await looked(organisation, acting.looks.count.withLock(\.self))
        return runs
    }
}

extension ReviewJob {
    /// Acts by hand count down from -1 for each item; reviews count up.
    var isByHand: Bool { sequence < 0 }
}
