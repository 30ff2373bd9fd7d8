import HubCore
import PluginModel
import Synchronization

/// Where calls of one plugin are let in: the one place that says which version takes them, changed at one moment for all.
///
/// A call takes its lease under the same lock, so it either begins on the version before and finishes there, or on the one after.
final class CallDesk: Sendable {
    struct State {
        var generation: Generation?
        /// Why nobody is let in; nil: calls are taken.
        var refusal: Fault?
        /// Organisations with a decision or settings of their own; what is nil inside is let in.
        var refusals: [Organisation.ID: Fault?] = [:]
        /// The same for those who ask signals: missing settings keep nobody out, since a signal says itself whether it works without them.
        var signalRefusal: Fault?
        var signalRefusals: [Organisation.ID: Fault?] = [:]
        /// Organisations whose workers have settings of their own.
        var scopes: Set<Organisation.ID> = []
        /// Whether each organisation has a worker of its own, with settings or without: what one's calls leave in it, no other sees.
        var isApart = false
        /// Organisations whose own worker has failed too often.
        var rests: [Organisation.ID: Rest] = [:]
    }

    /// Why an organisation is not let in for a while.
    struct Rest {
        var until: ContinuousClock.Instant
        var fault: Fault
    }

    enum Ticket {
        case lease(Instance, Generation)
        case refused(Fault)
        /// Nobody stands ready for this scope.
        case wanted(ConfigurationScope)
    }

    let plugin: PluginID
    private let state = Mutex(State())

    init(plugin: PluginID) { self.plugin = plugin }

    func ticket(_ organisation: Organisation.ID?, forSignals: Bool = false) -> Ticket {
        state.withLock { state in
            if let refusal = forSignals ? state.signalRefusal(organisation) : state.refusal(organisation) { return .refused(refusal) }
            if let rest = state.rest(of: organisation) { return .refused(rest.fault) }
            let scope = state.scope(organisation)
            guard let generation = state.generation, let instance = generation.instance(scope), instance.take() else {
                return .wanted(scope)
            }
            return .lease(instance, generation)
        }
    }

    /// Why the hub's own calls are not let in.
    var refusal: Fault? { state.withLock { $0.refusal } }

    /// Keeps an organisation out for a while. Gives how many are kept out now.
    func rest(_ organisation: Organisation.ID, _ rest: Rest) -> Int {
        state.withLock { state in
            let now = ContinuousClock.now
            state.rests = state.rests.filter { $0.value.until > now }
            state.rests[organisation] = rest
            return state.rests.count
        }
    }

    func isResting(_ organisation: Organisation.ID?) -> Bool { state.withLock { $0.rest(of: organisation) != nil } }

    /// Lets an organisation in again, or all.
    func endRest(of organisation: Organisation.ID? = nil) {
        state.withLock { state in if let organisation { state.rests[organisation] = nil } else { state.rests = [:] } }
    }

    /// Why an organisation may ask no signals.
    func signalRefusal(of organisation: Organisation.ID) -> Fault? { state.withLock { $0.signalRefusal(organisation) } }

    /// Why nobody at all is let in; nil when one organisation is.
    var refusalOfAll: Fault? {
        state.withLock { state in state.isUsed ? nil : state.refusal }
    }

    var generation: Generation? { state.withLock { $0.generation } }

    /// Gives the generation that was taken away by this, if one was.
    func change(_ body: (inout State) -> Void) -> Generation? {
        state.withLock { state in
            let before = state.generation
            body(&state)
            return before === state.generation ? nil : before
        }
    }
}

extension CallDesk.State {
    /// Whether anybody is let in.
    var isUsed: Bool {
        refusal == nil || signalRefusal == nil || refusals.values.contains { $0 == nil } || signalRefusals.values.contains { $0 == nil }
    }

    /// Lets nobody in from here on.
    mutating func close(_ fault: Fault) {
        (generation, refusal, refusals, signalRefusal, signalRefusals, rests) = (nil, fault, [:], fault, [:], [:])
    }

    fileprivate func signalRefusal(_ organisation: Organisation.ID?) -> Fault? {
        guard let organisation, let own = signalRefusals[organisation] else { return signalRefusal }
        return own
    }

    fileprivate func refusal(_ organisation: Organisation.ID?) -> Fault? {
        guard let organisation, let own = refusals[organisation] else { return refusal }
        return own
    }

    /// Nil as soon as it is over.
    fileprivate func rest(of organisation: Organisation.ID?) -> CallDesk.Rest? {
        organisation.flatMap { rests[$0] }.flatMap { $0.until > .now ? $0 : nil }
    }

    fileprivate func scope(_ organisation: Organisation.ID?) -> ConfigurationScope {
        guard let organisation, isApart || scopes.contains(organisation) else { return .hub }
        return .organisation(organisation)
    }
}
