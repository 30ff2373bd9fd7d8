import HubCore
import PluginModel
import Synchronization

/// Who may ask which signal now, and how it did: one place for all organisations.
///
/// What an organisation asks counts for it alone; only the places on the way to a signal are shared.
final class SignalGate: Sendable {
    struct Key: Hashable, Sendable {
        let plugin: PluginID
        let signal: String
        let organisation: Organisation.ID
    }

    enum Admission: Sendable {
        /// Ask, after this time; then `leave`.
        case admitted(after: Duration)
        /// It fails too often, and is asked again after this time.
        case resting(Duration)
        case tooMany(String)
    }

    fileprivate struct Shared: Hashable {
        let plugin: PluginID
        let signal: String
    }

    fileprivate struct One {
        var breaker: SignalBreaker
        var allowance: ValueAllowance
        var counts: SignalCounts
        var waiting = 0
    }

    fileprivate struct Way {
        var atOnce = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    fileprivate struct State {
        var ones: [Key: One] = [:]
        var ways: [Shared: Way] = [:]
    }

    private let limits: SignalLimits
    private let clock: @Sendable () -> Duration
    private let state = Mutex(State())

    init(_ limits: SignalLimits, clock: @escaping @Sendable () -> Duration) { (self.limits, self.clock) = (limits, clock) }

    /// Waits for a place where there is none.
    func enter(_ key: Key, values: Int, patience: Duration) async -> Admission {
        let now = clock()
        let admission = state.withLock { state -> Admission in
            var one = state.one(key, limits, now)
            defer { state.ones[key] = one }
            if let rest = one.breaker.refusal(at: now) { return .resting(rest) }
            guard one.waiting < limits.messagesWaiting else { return .tooMany("\(one.waiting) messages to it wait already") }
            guard let wait = one.allowance.take(values, patience: patience, at: now) else {
                return .tooMany("more than \(Int(limits.valuesPerSecond)) values a second were asked of it")
            }
            one.waiting += 1
            return .admitted(after: wait)
        }
        guard case .admitted = admission else { return admission }
        await withCheckedContinuation { continuation in
            let hasPlace = state.withLock { state in
                var way = state.ways[Shared(key)] ?? Way()
                defer { state.ways[Shared(key)] = way }
                guard way.atOnce < limits.messagesAtOnce else {
                    way.waiting.append(continuation)
                    return false
                }
                way.atOnce += 1
                return true
            }
            if hasPlace { continuation.resume() }
        }
        state.withLock { $0.ones[key]?.waiting -= 1 }
        return admission
    }

    /// - Parameter calls: 0 where it was not asked after all.
    func leave(_ key: Key, calls: Int, errors: Int, took: Duration) {
        let now = clock()
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if calls > 0 {
                var one = state.one(key, limits, now)
                one.breaker.record(isGood: errors < calls, at: now)
                one.counts.add(calls: calls, errors: errors, took: took, at: now)
                state.ones[key] = one
            }
            guard var way = state.ways[Shared(key)] else { return nil }
            defer { state.ways[Shared(key)] = way.atOnce == 0 ? nil : way }
            guard way.waiting.isEmpty else { return way.waiting.removeFirst() }
            way.atOnce -= 1
            return nil
        }
        next?.resume()
    }

    /// How many messages of an organisation wait.
    func waiting(_ key: Key) -> Int { state.withLock { $0.ones[key]?.waiting ?? 0 } }

    /// Nil where it was not asked lately.
    func health(_ key: Key) -> SignalHealth? {
        let now = clock()
        return state.withLock { state in
            guard var one = state.ones[key] else { return nil }
            let health = one.counts.health(rests: one.breaker.isOpen, at: now)
            state.ones[key] = one
            return health
        }
    }
}

extension SignalGate.Shared {
    fileprivate init(_ key: SignalGate.Key) { self.init(plugin: key.plugin, signal: key.signal) }
}

extension SignalGate.State {
    fileprivate mutating func one(_ key: SignalGate.Key, _ limits: SignalLimits, _ now: Duration) -> SignalGate.One {
        if let known = ones[key] { return known }
        // Whoever waits is counted down through the table: those stay.
        if ones.count >= limits.healthsKept { ones = ones.filter { $0.value.waiting > 0 } }
        return SignalGate.One(
            breaker: SignalBreaker(limits), allowance: ValueAllowance(limits, at: now), counts: SignalCounts(limits.healthTime, at: now))
    }
}
