package import HostCalls
package import Hub
package import HubCore
package import PluginModel
import Synchronization

/// Rules at work in a hub: the book they stand in, the signals they may ask, the desk where items are decided by them, and trying them on
/// what was submitted.
package final class Moderation: Sendable {
    /// What it is put together from.
    package struct Parts: Sendable {
        package var store: any HubStore
        package var events: HubEvents
        package var signals: any SignalSource = NoSignals()
        /// Nil: what the hub keeps.
        package var actions: (any ActionDirectory)?
        /// Nil: what the hub keeps.
        package var items: (any StoredItemSource)?
        /// Keeps the secrets of webhooks; nil: there are no actions, and webhooks wait.
        package var vault: Vault?
        /// Sends webhooks; nil: they wait.
        package var http: HTTPService?
        package var networks = WebhookNetworks()
        package var itemLimits = ItemLimits()
        package var actionLimits = ActionLimits()
        package var reviewLimits = ReviewLimits()
        package var clock: @Sendable () -> Timestamp = Timestamp.system
        package var entropy = Entropy.system
        /// A line for whatever an operator should know.
        package var log: @Sendable (String) -> Void = { _ in }

        package init(store: any HubStore, events: HubEvents) { (self.store, self.events) = (store, events) }
    }

    package let rules: RuleBook
    package let signals: any SignalSource
    package let items: any StoredItemSource
    package let backtests: Backtests
    package let desk: ItemDesk
    package let itemLimits: ItemLimits
    /// Searches among items: one at a time for an organisation, since each has a reader of the database to itself.
    package let searches = Turns<Organisation.ID>()
    /// Nil without a vault.
    package let actions: ActionBook?
    /// Users whom items come from.
    package let people: PeopleBook
    package let reviews: ReviewDesk
    private let webhooks: WebhookSender?
    private let watching = Mutex<Task<Void, Never>?>(nil)

    package init(_ parts: Parts) {
        let signals = HubSignals(beside: parts.signals, store: parts.store, now: parts.clock)
        self.signals = signals
        itemLimits = parts.itemLimits
        items = parts.items ?? ItemShelf(store: parts.store)
        var actions = parts.vault.map { vault in
            ActionBook(
                store: parts.store, vault: vault, networks: parts.networks, limits: parts.actionLimits, now: parts.clock,
                entropy: parts.entropy)
        }
        let rules = RuleBook(
            store: parts.store, signals: signals, actions: parts.actions ?? actions ?? NoActions(), events: parts.events,
            clock: parts.clock, entropy: parts.entropy)
        actions?.changed = { await rules.changed($0) }
        (self.rules, self.actions) = (rules, actions)
        backtests = Backtests(book: rules, items: items)
        if let vault = parts.vault, let http = parts.http {
            var sending = WebhookSender.Parts(store: parts.store, vault: vault, service: http)
            (sending.networks, sending.limits, sending.now) = (parts.networks, parts.actionLimits, parts.clock)
            webhooks = WebhookSender(sending)
        } else {
            webhooks = nil
        }
        var working = ItemDesk.Parts(store: parts.store, rules: rules, signals: signals)
        (working.webhooks, working.limits, working.actionLimits) = (webhooks, parts.itemLimits, parts.actionLimits)
        (working.now, working.entropy, working.log) = (parts.clock, parts.entropy, parts.log)
        working.told = { [events = parts.events] organisation in events.publish(.decisions(organisation)) }
        working.reviewLimits = parts.reviewLimits
        working.reviewed = { [events = parts.events] organisation in events.publish(.reviews(organisation)) }
        let desk = ItemDesk(working)
        self.desk = desk
        reviews = ReviewDesk(
            store: parts.store, rules: rules, events: parts.events, webhooks: webhooks, limits: parts.reviewLimits,
            actionLimits: parts.actionLimits, now: parts.clock, entropy: parts.entropy
        ) { organisation, looks in if looks > 0 { await desk.expect(looks, of: organisation) } }
        people = PeopleBook(store: parts.store, rules: rules, desk: desk, now: parts.clock, entropy: parts.entropy)
    }

    /// Called when the registry has started and before the first request. What waited is decided from now on.
    package func start() async throws(Fault) {
        await webhooks?.start()
        try await desk.start()
        watching.withLock { task in task = task ?? rules.watchSignals() }
    }

    /// Called when no request comes any more and before the registry stops: signals still answer.
    package func stop() async {
        watching.withLock { $0?.cancel() }
        await backtests.stop()
        await desk.stop()
        await webhooks?.stop()
    }

    /// The organisation is gone.
    package func forget(_ organisation: Organisation.ID) async {
        await rules.forget(organisation)
        await backtests.forget(organisation)
        await desk.forget(organisation)
    }
}
