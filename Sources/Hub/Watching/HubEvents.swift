import HostCalls
package import HubCore
package import PluginModel
import Synchronization

/// Something that those who look at the hub want to know at once.
package enum HubEvent: Sendable {
    /// The state, versions, grants or settings of a plugin changed: read it again. Nothing is repeated here that may depend on who asks.
    case plugin(PluginID)
    case removed(PluginID)
    case installation(Installation)
    case log(PluginLogLine)
    /// The numbers of a plugin's last minute changed.
    case metrics(PluginID, PluginHealth)
    case journal(JournalEvent)
    /// A rule of an organisation, or what rules name, changed or went: read it again.
    case rules(Organisation.ID, RuleSubject)
    /// A backtest began, went on or ended: read it again.
    case backtest(Organisation.ID, String)
    /// Items of an organisation were decided.
    case decisions(Organisation.ID)
    /// What waits in review queues of an organisation changed.
    case reviews(Organisation.ID)
    /// So many events before this one were lost, because nobody took them.
    case lost(Int)

    package enum RuleSubject: Sendable, Hashable {
        case rule(RuleRecord.ID)
        case part(RulePart.Kind, String)
        /// Routing rules, their order or the queues they send to.
        case routing
    }
}

/// What a subscriber follows.
package enum HubTopic: Sendable, Hashable {
    case plugins
    case plugin(PluginID)
    case logs(PluginID)
    case installations
    /// Everything that changes the numbers of the first page.
    case overview
    case journal
    /// Rules, item types, banks and policies of one organisation.
    case rules(Organisation.ID)
    case backtests(Organisation.ID)
    case decisions(Organisation.ID)
    case reviews(Organisation.ID)
}

/// Hands events to whoever listens at the moment. Nobody waits for a slow listener: it loses events and is told how many.
package final class HubEvents: Sendable {
    private struct Listener {
        let topics: Set<HubTopic>
        let continuation: AsyncStream<HubEvent>.Continuation
        var lost = 0
    }

    private struct State {
        var listeners: [UInt64: Listener] = [:]
        var lastNumber: UInt64 = 0
        var isClosed = false
    }

    private let limits: RegistryLimits
    private let state = Mutex(State())

    package init(limits: RegistryLimits = RegistryLimits()) { self.limits = limits }

    /// Ends when the hub stops, or when whoever iterates lets go of it. Throws `events.too-many`.
    package func subscribe(_ topics: Set<HubTopic>) throws(Fault) -> AsyncStream<HubEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: HubEvent.self, bufferingPolicy: .bufferingOldest(limits.eventsWaiting))
        let number = state.withLock { state -> UInt64? in
            guard !state.isClosed, state.listeners.count < limits.subscriptionsMax else { return nil }
            state.lastNumber += 1
            state.listeners[state.lastNumber] = Listener(topics: topics, continuation: continuation)
            return state.lastNumber
        }
        guard let number else { throw RegistryFault.tooManySubscriptions(limits.subscriptionsMax) }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { state in state.listeners[number] = nil } }
        return stream
    }

    package func hasListeners(to topic: HubTopic) -> Bool { state.withLock { $0.listeners.values.contains { $0.topics.contains(topic) } } }

    package var subscriptions: Int { state.withLock { $0.listeners.count } }

    package func publish(_ event: HubEvent) {
        let topics = event.topics
        state.withLock { state in
            for (number, listener) in state.listeners where !listener.topics.isDisjoint(with: topics) {
                var lost = listener.lost
                // Its place in the queue is where events are missing.
                if lost > 0, case .enqueued = listener.continuation.yield(.lost(lost)) { lost = 0 }
                if lost > 0 {
                    lost += 1
                } else if case .dropped = listener.continuation.yield(event) {
                    lost = 1
                }
                state.listeners[number]?.lost = lost
            }
        }
    }

    /// Ends every subscription.
    package func close() {
        let continuations = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return state.listeners.values.map(\.continuation)
        }
        for continuation in continuations { continuation.finish() }
    }
}

extension HubEvent {
    var topics: Set<HubTopic> {
        switch self {
        case .plugin(let id), .removed(let id): [.plugins, .plugin(id), .overview]
        case .installation: [.installations]
        case .log(let line): [.logs(line.plugin)]
        case .metrics(let id, _): [.plugin(id), .plugins, .overview]
        case .journal: [.journal]
        case .rules(let organisation, _): [.rules(organisation)]
        case .backtest(let organisation, _): [.backtests(organisation)]
        case .decisions(let organisation): [.decisions(organisation)]
        case .reviews(let organisation): [.reviews(organisation)]
        case .lost: []
        }
    }
}
