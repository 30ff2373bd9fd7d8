package import HubCore
import JSON
package import PluginModel
import Rules
import Synchronization

/// How somebody ends a review.
package struct ReviewClosingDraft: Sendable {
    package var outcome: ReviewJob.Outcome
    package var actions: [String]
    package var policies: [String]
    package var note: String?
    /// How many decisions had asked for it when it was looked at; nil: whatever there are now.
    package var seen: Int?

    package init(outcome: ReviewJob.Outcome, actions: [String] = [], policies: [String] = [], note: String? = nil) {
        (self.outcome, self.actions, self.policies, self.note) = (outcome, actions, policies, note)
    }
}

extension ReviewDesk {
    /// Ends a review. Its actions are fired once, in the same transaction, and sent as those of rules are.
    package func close(
        _ sequence: Int64, as draft: ReviewClosingDraft, in organisation: Organisation.ID, by requester: Requester
    ) async throws(Fault) -> ReviewView {
        try check(draft)
        let (now, actionsMax) = (now(), actionLimits.waitingMax)
        let said = requester.note(
            "review.close", "review:\(sequence)", at: now, in: organisation,
            detail: ["outcome": .string(draft.outcome.rawValue), "actions": .array(draft.actions.map { .string($0) })], entropy)
        let working = try await rules.rules(of: organisation)
        let acting = ReviewActing(
            organisation: organisation, draft: draft, requester: requester, now: now, reasonsKept: limits.reasonsKept,
            waitingMax: actionsMax, entropy: entropy,
            types: Array(working.types.values), looksAtUsers: working.looksAtUsers)
        let view = try await change(sequence, in: organisation, by: requester) { (records, job) throws(Fault) in
            // What came in since would be ended unseen.
            if let seen = draft.seen, seen != job.decisions { throw ReviewFault.joinedMeanwhile(job.itemID) }
            try acting.checkPolicies(in: records)
            if draft.outcome == .acted { try acting.fire(on: job, in: records) }
            job.closing = ReviewJob.Closing(
                outcome: draft.outcome, actions: draft.actions, policies: draft.policies, note: draft.note, by: requester.auditName,
                byName: requester.principal.user.name, at: now)
            (job.state, job.claim) = (.closed, nil)
            try records.keepReview(
                said, job, "ReviewClosed",
                [
                    "outcome": .string(draft.outcome.rawValue), "actions": .array(draft.actions.map { .string($0) }),
                    "policies": .array(draft.policies.map { .string($0) }),
                ])
        }
        if draft.outcome == .acted {
            await webhooks?.wake()
            await looked(organisation, acting.looks.count.withLock(\.self))
        }
        return view
    }

    func check(_ draft: ReviewClosingDraft) throws(Fault) {
        switch draft.outcome {
        case .ignored where !draft.actions.isEmpty:
            throw ReviewFault.bad("actionIds", "A review that is ignored fires no actions.", "Leave them out, or write \"acted\".")
        case .acted where draft.actions.isEmpty:
            throw ReviewFault.bad("actionIds", "A review that is acted on fires at least one action.", "Name one, or write \"ignored\".")
        default: break
        }
        guard draft.actions.count <= limits.actionsMax, Set(draft.actions).count == draft.actions.count else {
            throw ReviewFault.bad("actionIds", "A review fires at most \(limits.actionsMax) actions, each once.", "Leave some out.")
        }
        guard draft.policies.count <= limits.policiesMax, Set(draft.policies).count == draft.policies.count else {
            throw ReviewFault.bad("policyIds", "A review names at most \(limits.policiesMax) policies, each once.", "Leave some out.")
        }
        if let note = draft.note, note.unicodeScalars.count > limits.textMax || note.unicodeScalars.contains("\0") {
            throw ReviewFault.bad("note", "A note has at most \(limits.textMax) characters.", "Shorten it.")
        }
    }
}

/// Fires the actions that a review ends with.
struct ReviewActing: Sendable {
    let organisation: Organisation.ID
    let draft: ReviewClosingDraft
    let requester: Requester
    let now: HubCore.Timestamp
    let reasonsKept: Int
    /// Webhooks of the organisation that may wait.
    let waitingMax: Int
    let entropy: Entropy
    let types: [ItemType]
    /// Whether rules on users are at work: then whoever is struck is looked at.
    let looksAtUsers: Bool
    let looks = LooksAdded()

    func checkPolicies(in records: any HubTransaction) throws(Fault) {
        guard !draft.policies.isEmpty else { return }
        let known = Set(try records.rulePartSummaries(in: organisation).filter { $0.kind == .policy }.map(\.id))
        guard let unknown = draft.policies.first(where: { !known.contains($0) }) else { return }
        throw ReviewFault.bad("policyIds", "There is no policy '\(visible(unknown))'.", "GET /policies shows those there are.")
    }

    func fire(on job: ReviewJob, in records: any HubTransaction) throws(Fault) {
        let reasons = try records.reviewReasons(of: job.sequence, in: organisation, limit: reasonsKept)
        guard let reason = reasons.first, let item = try records.item(reason.decision, in: organisation) else {
            throw ItemFault.notFound(job.itemID)
        }
        let asked = Set(reasons.filter { $0.decision == item.sequence }.map(\.action))
        _ = try fire(job, reason, item, askedBy: asked, in: records)
    }

    /// - Parameters:
    ///   - job: Its place is kept with what is fired; below zero it is no review but an act by hand.
    ///   - asked: Actions that asked for the review.
    func fire(
        _ job: ReviewJob, _ reason: ReviewReason, _ item: SubmittedItem, askedBy asked: Set<String>, in records: any HubTransaction
    ) throws(Fault) -> [ActionRun] {
        let known = Dictionary(try records.ruleActions(in: organisation).map { ($0.id, $0) }) { first, _ in first }
        let policies = try draft.policies.map { (id) throws(Fault) in NamedPolicy(id, try records.rulePart(.policy, id, in: organisation)) }
        let user = ItemReading(types).read(item.data).value?.creator.flatMap { ItemUser(id: $0.id, typeID: $0.typeID) }
        let strikes = try user.map { (user) throws(Fault) in try strike(user, for: item, policies, known, askedBy: asked, in: records) }
        var runs: [ActionRun] = []
        var events: [JournalEvent] = []
        var room = waitingMax - (try records.waitingRunCount(in: organisation, max: waitingMax))
        for id in draft.actions {
            guard let action = known[id], action.kind != .review else {
                throw ReviewFault.bad(
                    "actionIds", "There is no action '\(visible(id))' that a person can fire.",
                    "GET /rule-actions shows those there are; one of the kind 'review' is for rules.")
            }
            var run = ActionRun(organisation: organisation, decision: item.sequence, action: id, state: .waiting, nextAt: now)
            run.job = job.sequence
            if action.kind == .journal {
                (run.state, run.attempts) = (.done, 1)
                events.append(event(action, item, job))
            } else if room > 0 {
                room -= 1
                run.payload = payload(action, item, job, reason, policies, user, strikes: strikes)
            } else {
                (run.state, run.problem) = (.failed, ActionFault.full(waitingMax))
            }
            runs.append(run)
        }
        _ = try records.append(events)
        return try records.append(runs)
    }

    private func event(_ action: RuleAction, _ item: SubmittedItem, _ job: ReviewJob) -> JournalEvent {
        JournalEvent(
            eventID: .make(at: now, random: entropy.bytes), eventType: job.isByHand ? "moderation.ItemActed" : "moderation.ReviewActed",
            timestamp: now, source: "hub", correlationID: item.submission.rawValue, organisation: organisation,
            data: [
                "sequence": .int(item.sequence), "itemId": .string(item.itemID), "itemTypeId": .string(item.typeID),
                "submissionId": .string(item.submission.rawValue), "decision": .string("\(item.sequence)"),
                job.isByHand ? "act" : "review": .string("\(abs(job.sequence))"), "action": .string(action.id),
                "policies": .array(draft.policies.map { .string($0) }), "custom": .object(action.custom),
            ])
    }

    /// As that of a rule's webhook, with the review beside it.
    private func payload(
        _ action: RuleAction, _ item: SubmittedItem, _ job: ReviewJob, _ reason: ReviewReason, _ policies: [NamedPolicy], _ user: ItemUser?,
        strikes: Int?
    ) -> JSONValue {
        var told = item.data.objectValue ?? [:]
        (told["id"], told["typeId"]) = (.string(item.itemID), .string(item.typeID))
        var review: JSONObject = ["id": .string("\(abs(job.sequence))"), "by": .string(requester.principal.user.name)]
        if !job.isByHand { review["queue"] = .string(job.queue) }
        review["note"] = draft.note.map { .string($0) }
        var payload: JSONObject = [
            "item": .object(told), "action": ["id": .string(action.id), "name": .string(action.name)],
            "policies": .array(policies.map(\.json)), "rules": .array(reason.rules.map { ["id": .string($0)] }),
            "custom": .object(action.custom), job.isByHand ? "act" : "review": .object(review),
        ]
        payload["creator"] = user?.json ?? item.data["creator"]
        payload["userStrikeCount"] = strikes.map { .int(Int64($0)) }
        payload["organisation"] = .string(organisation.rawValue)
        payload["decision"] = .string("\(item.sequence)")
        payload["submissionId"] = .string(item.submission.rawValue)
        payload["at"] = .string(now.description)
        return .object(payload)
    }
}
