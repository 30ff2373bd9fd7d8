package import Hub
package import HubCore
import JSON
package import PluginModel

/// Where people look after review queues and what waits in them. Every change is one transaction with its event.
package struct ReviewDesk: Sendable {
    let store: any HubStore
    let rules: RuleBook
    let events: HubEvents
    let webhooks: WebhookSender?
    package let limits: ReviewLimits
    let actionLimits: ActionLimits
    let now: @Sendable () -> Timestamp
    let entropy: Entropy
    /// Called when something was acted on, with how many looks at users wait because of it.
    let looked: @Sendable (Organisation.ID, Int) async -> Void

    package init(
        store: any HubStore, rules: RuleBook, events: HubEvents, webhooks: WebhookSender? = nil, limits: ReviewLimits = ReviewLimits(),
        actionLimits: ActionLimits = ActionLimits(), now: @escaping @Sendable () -> Timestamp = Timestamp.system,
        entropy: Entropy = .system,
        looked: @escaping @Sendable (Organisation.ID, Int) async -> Void = { _, _ in }
    ) {
        (self.store, self.rules, self.events, self.webhooks) = (store, rules, events, webhooks)
        (self.limits, self.actionLimits, self.now, self.entropy, self.looked) = (limits, actionLimits, now, entropy, looked)
    }

    /// A queue with what waits in it.
    package struct QueueView: Sendable, Hashable {
        package let queue: ReviewQueue
        package let open: Int
    }

    /// What somebody wants a queue to be.
    package struct QueueDraft: Sendable {
        package var id: String
        package var name: String
        package var description: String?
        /// Nil: as it is.
        package var isDefault: Bool?

        package init(id: String, name: String, description: String? = nil, isDefault: Bool? = nil) {
            (self.id, self.name, self.description, self.isDefault) = (id, name, description, isDefault)
        }
    }

    /// What goes with a queue.
    package struct QueueRemoval: Sendable, Hashable {
        /// Open reviews that move.
        package let open: Int
        /// Names of live routing rules that send to it; there are none where it is removed.
        package let rules: [String]
    }

    // MARK: Queues

    /// By id.
    package func queues(in organisation: Organisation.ID) async throws(Fault) -> [QueueView] {
        try await store.read { (records) throws(Fault) in
            let counts = try records.openReviewJobCounts(in: organisation)
            return try records.reviewQueues(in: organisation).map { QueueView(queue: $0, open: counts[$0.id] ?? 0) }
        }
    }

    /// Throws `review.not-found`.
    package func queue(_ id: String, in organisation: Organisation.ID) async throws(Fault) -> QueueView {
        guard let view = try await queues(in: organisation).first(where: { $0.queue.id == id }) else {
            throw ReviewFault.notFound("review queue", id)
        }
        return view
    }

    /// Makes a queue, or changes it. The first of an organisation is the default; moving that on takes the right to publish.
    package func put(
        _ draft: QueueDraft, expecting revision: Int? = nil, in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> QueueView {
        let id = try RuleBook.checked(id: draft.id)
        let name = try RuleBook.checked(name: draft.name)
        let description = try RuleText.checked(note: draft.description)
        let (now, max) = (now(), limits.queuesMax)
        let mayPublish = requester.principal.may(.rulePublish, in: organisation)
        let said = requester.note("review.change-queue", "review-queue:\(id)", at: now, in: organisation, entropy)
        let view = try await rules.change(organisation, telling: .routing) { (records) throws(Fault) in
            let all = try records.reviewQueues(in: organisation)
            let before = all.first { $0.id == id }
            if let revision, revision != before?.revision ?? 0 { throw ReviewQueue.changedMeanwhile(id) }
            guard before != nil || all.count < max else { throw ReviewFault.tooMany(max) }
            let isDefault = all.isEmpty || (draft.isDefault ?? before?.isDefault ?? false)
            if before?.isDefault == true, !isDefault { throw ReviewFault.isDefault(before?.name ?? id) }
            if isDefault, var other = all.first(where: { $0.isDefault && $0.id != id }) {
                guard mayPublish else { throw RuleRefusal.notAllowedToPublish().fault }
                (other.isDefault, other.changedAt) = (false, now)
                other.revision += 1
                try records.put(other)
            }
            let queue = ReviewQueue(
                organisation: organisation, id: id, name: name, description: description, isDefault: isDefault,
                revision: (before?.revision ?? 0) + 1, changedAt: now)
            try records.put(queue)
            try records.keep(
                said, domain: "moderation", event: "ReviewQueueChanged",
                data: ["queue": .string(id), "change": .string(before == nil ? "created" : "changed")])
            return QueueView(queue: queue, open: try records.openReviewJobCounts(in: organisation)[id] ?? 0)
        }
        events.publish(.reviews(organisation))
        return view
    }

    /// Removes a queue that no live routing rule sends to. The default goes last; what is open goes to `other`.
    package func removeQueue(
        _ id: String, movingTo other: String? = nil, expecting revision: Int? = nil, isDryRun: Bool = false,
        in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> QueueRemoval {
        let (now, limits) = (now(), limits)
        var detail = JSONObject()
        detail["movedTo"] = other.map { .string($0) }
        let said = requester.note("review.remove-queue", "review-queue:\(id)", at: now, in: organisation, detail: detail, entropy)
        let body: @Sendable (any HubTransaction) throws(Fault) -> QueueRemoval = { (records) throws(Fault) in
            let all = try records.reviewQueues(in: organisation)
            guard let queue = all.first(where: { $0.id == id }) else { throw ReviewFault.notFound("review queue", id) }
            if let revision, revision != queue.revision { throw ReviewQueue.changedMeanwhile(id) }
            let counts = try records.openReviewJobCounts(in: organisation)
            let rules = try records.routingRules(in: organisation).filter { $0.queue == id && $0.rule.isAtWork }.map(\.rule.name)
            let removal = QueueRemoval(open: counts[id] ?? 0, rules: rules)
            if isDryRun { return removal }
            if queue.isDefault, all.count > 1 { throw ReviewFault.isDefault(queue.name) }
            guard rules.isEmpty else { throw RuleRefusal.inUse("The review queue '\(queue.name)'", by: rules, []).queueFault }
            if removal.open > 0 {
                guard let other, other != id else { throw ReviewFault.hasJobs(queue.name, removal.open, canMove: all.count > 1) }
                guard all.contains(where: { $0.id == other }) else { throw ReviewFault.notFound("review queue", other) }
                guard counts[other, default: 0] + removal.open <= limits.openMax else { throw ReviewFault.full(other, max: limits.openMax) }
                _ = try records.moveReviewJobs(from: id, to: other, in: organisation, at: now)
            }
            _ = try records.removeReviewQueue(id, in: organisation)
            try records.keep(
                said, domain: "moderation", event: "ReviewQueueChanged", data: ["queue": .string(id), "change": "removed"])
            return removal
        }
        if isDryRun { return try await rules.reading(body) }
        let removal = try await rules.change(organisation, telling: .routing, body)
        events.publish(.reviews(organisation))
        return removal
    }
}

extension RuleRefusal {
    /// Conditions have nothing to do with it, and force does not help.
    fileprivate var queueFault: Fault {
        Fault(
            code: fault.code, message: fault.message, remedy: "Send those rules' items to another queue first.", turn: .caller)
    }
}
