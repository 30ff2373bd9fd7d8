package import Hub
package import HubCore
package import PluginModel

/// Rules at work in a hub: the book they stand in, the signals they may ask, and trying them on what was submitted.
package final class Moderation: Sendable {
    /// What it is put together from.
    package struct Parts: Sendable {
        package var store: any HubStore
        package var events: HubEvents
        package var signals: any SignalSource = NoSignals()
        package var actions: any ActionDirectory = NoActions()
        package var items: any StoredItemSource = NoStoredItems()
        package var clock: @Sendable () -> Timestamp = Timestamp.system
        package var entropy = Entropy.system

        package init(store: any HubStore, events: HubEvents) { (self.store, self.events) = (store, events) }
    }

    package let rules: RuleBook
    package let signals: any SignalSource
    package let items: any StoredItemSource
    package let backtests: Backtests

    package init(_ parts: Parts) {
        (signals, items) = (parts.signals, parts.items)
        rules = RuleBook(
            store: parts.store, signals: parts.signals, actions: parts.actions, events: parts.events, clock: parts.clock,
            entropy: parts.entropy)
        backtests = Backtests(book: rules, items: parts.items)
    }

    /// Called when the registry has started and before the first request.
    package func start() async throws(Fault) {}

    /// Called when no request comes any more and before the registry stops: signals still answer.
    package func stop() async { await backtests.stop() }

    /// The organisation is gone.
    package func forget(_ organisation: Organisation.ID) async {
        await rules.forget(organisation)
        await backtests.forget(organisation)
    }
}
