import HubCore
import JSON
import PluginModel

/// Puts items into review queues, inside the transaction that decides them.
struct ReviewOpening {
    let organisation: Organisation.ID
    let now: Timestamp
    let limits: ReviewLimits
    /// Nil until one is opened.
    private var queues: [ReviewQueue]?
    private var counts: [String: Int] = [:]

    init(organisation: Organisation.ID, now: Timestamp, limits: ReviewLimits) {
        (self.organisation, self.now, self.limits) = (organisation, now, limits)
    }

    enum Opened {
        case opened(ReviewJob)
        /// The item was waiting for a look already.
        case joined(ReviewJob)
        case failed(SubmittedItem.Problem)
    }

    /// What asks for a review.
    struct Request {
        let item: SubmittedItem
        let action: String
        let rules: [String]
        let policies: [String]
        let routing: RoutingChoice?
    }

    /// The item's decision is written already.
    mutating func open(_ request: Request, in records: any HubTransaction) throws(Fault) -> Opened {
        let item = request.item
        if var job = try records.openReviewJob(on: item.itemID, ofType: item.typeID, in: organisation) {
            job.decisions += 1
            job.changedAt = now
            _ = try records.change(job)
            try keep(request, job, in: records)
            return .joined(job)
        }
        if queues == nil {
            queues = try records.reviewQueues(in: organisation)
            counts = try records.openReviewJobCounts(in: organisation)
        }
        let chosen = queues?.first { $0.id == request.routing?.match?.queue }
        guard let queue = chosen ?? queues?.first(where: \.isDefault) else { return .failed(ReviewFault.noQueue) }
        guard counts[queue.id, default: 0] < limits.openMax else {
            return .failed(ReviewFault.queueFull(queue.id, max: limits.openMax))
        }
        counts[queue.id, default: 0] += 1
        let job = try records.open(
            ReviewJob(
                organisation: organisation, queue: queue.id, itemID: item.itemID, typeID: item.typeID, decisions: 1, openedAt: now,
                changedAt: now))
        try keep(request, job, in: records)
        return .opened(job)
    }

    private func keep(_ request: Request, _ job: ReviewJob, in records: any HubTransaction) throws(Fault) {
        try records.append(
            ReviewReason(
                job: job.sequence, decision: request.item.sequence, action: request.action, rules: request.rules,
                policies: request.policies, at: now, routing: request.routing?.json(bytesMax: limits.routingTraceBytesMax)),
            keeping: limits.reasonsKept, holding: limits.itemsHeld)
    }
}
