package import PluginModel

/// Queues for people's reviews, the rules that choose among them, and what waits there.
package protocol ReviewRecords {
    // MARK: Queues

    /// By id.
    func reviewQueues(in organisation: Organisation.ID) throws(Fault) -> [ReviewQueue]
    /// Inserts, or replaces the record of the revision before; another revision there is `review.changed-meanwhile`. That one queue is
    /// the default is for whoever writes them.
    func put(_ queue: ReviewQueue) throws(Fault)
    func removeReviewQueue(_ id: String, in organisation: Organisation.ID) throws(Fault) -> Bool

    // MARK: Routing

    /// In their order.
    func routingRules(in organisation: Organisation.ID) throws(Fault) -> [RoutingRuleRecord]
    /// Inserts, or replaces the record of the revision before; another revision there is `rule.changed-meanwhile`. One that is live has its queue:
    /// where that is gone, `rule.changed-meanwhile` too.
    func put(_ rule: RoutingRuleRecord) throws(Fault)
    /// Moves one within the order; its revision stays. Places of all are for whoever writes them.
    func setPlace(_ place: Int, ofRoutingRule id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault)
    func removeRoutingRule(_ id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> Bool

    // MARK: Jobs

    /// Gives it its place. A second open one about the same item is `storage.conflict`.
    func open(_ job: ReviewJob) throws(Fault) -> ReviewJob
    func reviewJob(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> ReviewJob?
    /// The open one about an item.
    func openReviewJob(on itemID: String, ofType typeID: String, in organisation: Organisation.ID) throws(Fault) -> ReviewJob?
    /// Open ones oldest first, behind `sequence` when given; closed ones latest first, before it.
    func reviewJobs(
        _ filter: ReviewFilter, in organisation: Organisation.ID, after sequence: Int64?, limit: Int
    ) throws(Fault) -> [ReviewJob]
    /// How many are open in each queue that has any.
    func openReviewJobCounts(in organisation: Organisation.ID) throws(Fault) -> [String: Int]
    /// Replaces everything but what a job is about. False when it is not there.
    func change(_ job: ReviewJob) throws(Fault) -> Bool
    /// Moves every open job of a queue to another. Gives how many.
    func moveReviewJobs(from queue: String, to other: String, in organisation: Organisation.ID, at moment: Timestamp) throws(Fault) -> Int
    /// Removes closed jobs that have not changed since a moment, at most `limit`. Gives how many.
    func removeReviewJobs(in organisation: Organisation.ID, closedBefore moment: Timestamp, limit: Int) throws(Fault) -> Int

    /// Keeps why a job is there: of one job the first and the newest, `keeping` together. While the job is open it holds the items of the first
    /// and of the newest `holding`; a reason goes with its item.
    func append(_ reason: ReviewReason, keeping: Int, holding: Int) throws(Fault)
    /// Latest first.
    func reviewReasons(of job: Int64, in organisation: Organisation.ID, limit: Int) throws(Fault) -> [ReviewReason]
}

extension RoutingRuleRecord {
    /// Whether it sends items to its queue.
    package var isLive: Bool { rule.status == "LIVE" }

    /// What the ports refuse about a live rule whose queue was removed while it was written.
    package static func queueGone(_ queue: String) -> Fault {
        Fault(
            code: "rule.changed-meanwhile",
            message:
                "The review queue '\(visible(queue))' was removed meanwhile, and a live routing rule needs one. Nothing was changed by this call.",
            place: queue, remedy: "Choose another queue, or save the rule as a draft.", turn: .caller)
    }
}

extension ReviewQueue {
    /// What the ports refuse about queues.
    package static func changedMeanwhile(_ id: String) -> Fault {
        Fault(
            code: "review.changed-meanwhile", message: "The queue '\(visible(id))' changed meanwhile. Nothing was changed by this call.",
            place: id, remedy: "Read it again, and repeat the change if it is still wanted.", turn: .caller)
    }
}
