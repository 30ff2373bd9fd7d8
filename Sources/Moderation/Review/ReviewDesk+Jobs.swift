import Hub
package import HubCore
import JSON
package import PluginModel

/// A review with why it is there.
package struct ReviewView: Sendable {
    package let job: ReviewJob
    /// Latest first, each with its decision where that is still kept; in a list the latest alone.
    package let reasons: [Reason]
    /// How many decisions asked for it that are not kept: of those between the first and the newest, whose items are gone. Nil in a list.
    package let letGo: Int?
    /// The item as it came last; nil in a list, and where it is not kept any more.
    package let item: SubmittedItem?

    package struct Reason: Sendable {
        package let reason: ReviewReason
        package let report: DecisionReport?
    }
}

extension ReviewDesk {
    /// Open ones oldest first, closed ones latest first; each with its latest reason alone, and without the item, traces and what became of actions.
    package func jobs(
        in queue: String, _ state: ReviewJob.State, after sequence: Int64?, limit: Int, organisation: Organisation.ID
    ) async throws(Fault) -> [ReviewView] {
        try await store.read { (records) throws(Fault) in
            guard try records.reviewQueues(in: organisation).contains(where: { $0.id == queue }) else {
                throw ReviewFault.notFound("review queue", queue)
            }
            let filter = ReviewFilter(queue: queue, state: state)
            return try records.sketches(of: try records.reviewJobs(filter, in: organisation, after: sequence, limit: limit))
        }
    }

    /// Throws `review.not-found`.
    package func job(_ sequence: Int64, in organisation: Organisation.ID) async throws(Fault) -> ReviewView {
        let limits = limits
        return try await store.read { (records) throws(Fault) in
            try records.view(of: try records.job(sequence, in: organisation), limits)
        }
    }

    // MARK: Changing

    /// Makes a review theirs for a while, so that nobody else begins it; asking again begins the time anew.
    package func claim(_ sequence: Int64, in organisation: Organisation.ID, by requester: Requester) async throws(Fault) -> ReviewView {
        let (now, lease) = (now(), limits.leaseTime)
        return try await change(sequence, in: organisation, by: requester) { (_, job) throws(Fault) in
            job.claim = ReviewJob.Claim(
                by: requester.auditName, byName: requester.principal.user.name, until: now.advanced(by: lease))
        }
    }

    /// Gives it back.
    package func release(_ sequence: Int64, in organisation: Organisation.ID, by requester: Requester) async throws(Fault) -> ReviewView {
        try await change(sequence, in: organisation, by: requester) { (_, job) throws(Fault) in job.claim = nil }
    }

    /// Puts it into another queue, where nobody looks at it yet.
    package func move(
        _ sequence: Int64, to queue: String, in organisation: Organisation.ID, by requester: Requester
    ) async throws(Fault) -> ReviewView {
        let limits = limits
        let said = requester.note(
            "review.move", "review:\(sequence)", at: now(), in: organisation, detail: ["to": .string(queue)], entropy)
        return try await change(sequence, in: organisation, by: requester) { (records, job) throws(Fault) in
            guard try records.reviewQueues(in: organisation).contains(where: { $0.id == queue }) else {
                throw ReviewFault.notFound("review queue", queue)
            }
            guard queue != job.queue else { return }
            guard try records.openReviewJobCounts(in: organisation)[queue] ?? 0 < limits.openMax else {
                throw ReviewFault.full(queue, max: limits.openMax)
            }
            (job.queue, job.claim) = (queue, nil)
            try records.keepReview(said, job, "ReviewMoved", [:])
        }
    }

    /// Opens one again that was closed and nothing was done. Where its queue is gone it comes into the default one.
    package func reopen(_ sequence: Int64, in organisation: Organisation.ID, by requester: Requester) async throws(Fault) -> ReviewView {
        let (now, limits) = (now(), limits)
        let said = requester.note("review.reopen", "review:\(sequence)", at: now, in: organisation, entropy)
        let reopened = try await store.write { (records) throws(Fault) in
            var job = try records.job(sequence, in: organisation)
            guard job.state == .closed else { throw ReviewFault.isOpen }
            guard job.closing?.outcome == .ignored else { throw ReviewFault.acted }
            if let other = try records.openReviewJob(on: job.itemID, ofType: job.typeID, in: organisation) {
                throw ReviewFault.openAlready(other.sequence)
            }
            let queues = try records.reviewQueues(in: organisation)
            guard let queue = queues.first(where: { $0.id == job.queue }) ?? queues.first(where: \.isDefault) else {
                throw ReviewFault.notFound("review queue", job.queue)
            }
            guard try records.openReviewJobCounts(in: organisation)[queue.id] ?? 0 < limits.openMax else {
                throw ReviewFault.full(queue.id, max: limits.openMax)
            }
            (job.state, job.queue, job.closing, job.claim, job.changedAt) = (.open, queue.id, nil, nil, now)
            _ = try records.change(job)
            try records.keepReview(said, job, "ReviewReopened", [:])
            return job
        }
        events.publish(.reviews(organisation))
        return try await view(of: reopened)
    }

    /// Changes an open review that nobody else looks at.
    func change(
        _ sequence: Int64, in organisation: Organisation.ID, by requester: Requester,
        _ body: @escaping @Sendable (any HubTransaction, inout ReviewJob) throws(Fault) -> Void
    ) async throws(Fault) -> ReviewView {
        let now = now()
        let changed = try await store.write { (records) throws(Fault) in
            var job = try records.job(sequence, in: organisation)
            guard job.state == .open else { throw ReviewFault.over(job.closing) }
            if let claim = job.claim, claim.by != requester.auditName, claim.until > now {
                throw ReviewFault.claimed(by: claim.byName, until: claim.until)
            }
            try body(records, &job)
            job.changedAt = now
            _ = try records.change(job)
            return job
        }
        events.publish(.reviews(organisation))
        return try await view(of: changed)
    }

    /// What a change came to, read beside those who write.
    private func view(of job: ReviewJob) async throws(Fault) -> ReviewView {
        let limits = limits
        return try await store.read { (records) throws(Fault) in try records.view(of: job, limits) }
    }
}

extension HubTransaction {
    func job(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> ReviewJob {
        guard let job = try reviewJob(sequence, in: organisation) else { throw ReviewFault.notFound("review", "\(sequence)") }
        return job
    }

    func view(of job: ReviewJob, _ limits: ReviewLimits) throws(Fault) -> ReviewView {
        var reasons: [ReviewView.Reason] = []
        let kept = try reviewReasons(of: job.sequence, in: job.organisation, limit: limits.reasonsKept)
        for reason in kept {
            let decision = try decision(reason.decision, in: job.organisation)
            reasons.append(ReviewView.Reason(reason: reason, report: try reports(on: decision.map { [$0] } ?? []).first))
        }
        var last: SubmittedItem?
        if let reason = kept.first { last = try item(reason.decision, in: job.organisation) }
        return ReviewView(job: job, reasons: reasons, letGo: max(0, job.decisions - kept.count), item: last)
    }

    /// What lists need: the latest reason, and the names its rules had then.
    func sketches(of jobs: [ReviewJob]) throws(Fault) -> [ReviewView] {
        var lineups: [RuleLineup.ID: RuleLineup] = [:]
        var views: [ReviewView] = []
        for job in jobs {
            var reasons: [ReviewView.Reason] = []
            if let reason = try reviewReasons(of: job.sequence, in: job.organisation, limit: 1).first {
                var report: DecisionReport?
                if let decision = try decisionHead(reason.decision, in: job.organisation) {
                    if lineups[decision.lineup] == nil { lineups[decision.lineup] = try lineup(decision.lineup, in: job.organisation) }
                    report = DecisionReport(decision: decision, lineup: lineups[decision.lineup] ?? RuleLineup([]), runs: [])
                }
                reasons.append(ReviewView.Reason(reason: reason, report: report))
            }
            views.append(ReviewView(job: job, reasons: reasons, letGo: nil, item: nil))
        }
        return views
    }

    /// What happened to a review, for the audit and for plugins: names and no more.
    func keepReview(_ note: ChangeNote, _ job: ReviewJob, _ event: String, _ further: JSONObject) throws(Fault) {
        var data: JSONObject = [
            "review": .string("\(job.sequence)"), "queue": .string(job.queue), "itemId": .string(job.itemID),
            "itemTypeId": .string(job.typeID),
        ]
        for (key, value) in further { data[key] = value }
        try keep(note, domain: "moderation", event: event, data: data)
    }
}
