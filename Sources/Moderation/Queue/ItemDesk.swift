package import HubCore
package import PluginModel

/// Where items are handed in and decided.
///
/// What is taken is on disk before anybody is told so. Items of an organisation are decided in their order, a batch at a time; organisations
/// take turns. Each is decided once, whenever the hub is killed (``DecisionWriting``).
package actor ItemDesk {
    /// What it is put together from.
    package struct Parts: Sendable {
        package var store: any HubStore
        package var rules: any WorkingRulesSource
        /// Nil: conditions that ask signals of plugins are ERRORED.
        package var signals: (any SignalSource)?
        /// Carries out what is not done by writing it down; nil: it waits.
        package var webhooks: WebhookSender?
        package var limits = ItemLimits()
        package var actionLimits = ActionLimits()
        package var reviewLimits = ReviewLimits()
        package var now: @Sendable () -> HubCore.Timestamp = HubCore.Timestamp.system
        package var entropy = Entropy.system
        /// A line for whatever an operator should know.
        package var log: @Sendable (String) -> Void = { _ in }
        /// Called when decisions of an organisation are on disk.
        package var told: @Sendable (Organisation.ID) async -> Void = { _ in }
        /// Called when something of an organisation came into a review queue.
        package var reviewed: @Sendable (Organisation.ID) async -> Void = { _ in }

        package init(store: any HubStore, rules: any WorkingRulesSource, signals: (any SignalSource)? = nil) {
            (self.store, self.rules, self.signals) = (store, rules, signals)
        }
    }

    nonisolated let parts: Parts
    enum Phase { case new, running, stopped }
    var phase = Phase.new
    /// Items that wait, by organisation; reserved before they are written.
    var waiting: [Organisation.ID: Int] = [:]
    /// Organisations whose turn will come, in order.
    var ready: [Organisation.ID] = []
    /// At work; whether something came in meanwhile.
    var working: [Organisation.ID: (task: Task<Void, Never>, isAskedAgain: Bool)] = [:]
    /// Those whose turn is put off, because the database or their rules could not be had.
    var resting: [Organisation.ID: Task<Void, Never>] = [:]
    /// How often in a row that was so.
    var troubles: [Organisation.ID: Int] = [:]
    /// Up to where items were begun by this process.
    var claimed: [Organisation.ID: Int64] = [:]
    /// Requests that wait for their decisions, by organisation.
    var deciding: [Organisation.ID: Int] = [:]

    package init(_ parts: Parts) { self.parts = parts }

    // MARK: Life

    /// Goes on with what was waiting when the hub ended.
    package func start() async throws(Fault) {
        guard phase == .new else { return }
        let left = try await parts.store.read { (records) throws(Fault) in
            var left: [(Organisation.ID, Int)] = []
            for organisation in try records.organisationsWithWaitingItems() {
                left.append((organisation, try records.waitingItemCount(in: organisation)))
            }
            return left
        }
        guard phase == .new else { return }
        phase = .running
        for (organisation, count) in left {
            waiting[organisation, default: 0] += count
            wake(organisation)
        }
    }

    /// Takes nothing more, and returns when the batches at work are over. What waits is decided by the next hub.
    package func stop() async {
        phase = .stopped
        ready = []
        for task in resting.values { task.cancel() }
        // Not cancelled: a signal that is broken off has no score to give, and that would be the decision.
        for task in working.values.map(\.task) { await task.value }
    }

    /// Nothing of this organisation is there any more.
    package func forget(_ organisation: Organisation.ID) {
        (waiting[organisation], troubles[organisation], claimed[organisation]) = (nil, nil, nil)
    }
}
