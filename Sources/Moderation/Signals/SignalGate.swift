import HubCore
import PluginModel
import Synchronization

/// Who may ask which signal now, and how it did: one place for all organisations.
///
/// What an organisation asks counts for it alone; only the places on the way to a signal are shared, and organisations that wait for one get
/// it in turn, however many messages of each wait.
final class SignalGate: Sendable {
    struct Key: Hashable, Sendable {
        let plugin: PluginID
        let signal: String
        let organisation: Organisation.ID
    }

    enum Admission: Sendable {
        /// Ask; then `leave`.
        case admitted
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
        /// Messages that wait, by organisation; none is empty.
        var lines: [Organisation.ID: [CheckedContinuation<Void, Never>]] = [:]
        /// Whose turn it is: the organisations of `lines`, each once.
        var turns: [Organisation.ID] = []

        mutating func wait(_ organisation: Organisation.ID, _ continuation: CheckedContinuation<Void, Never>) {
            if lines[organisation] == nil { turns.append(organisation) }
            lines[organisation, default: []].append(continuation)
        }

        mutating func next() -> CheckedContinuation<Void, Never>? {
            guard !turns.isEmpty else { return nil }
            let organisation = turns.removeFirst()
            guard var line = lines.removeValue(forKey: organisation), !line.isEmpty else { return nil }
            let next = line.removeFirst()
            if !line.isEmpty {
                lines[organisation] = line
                turns.append(organisation)
            }
            return next
        }
    }

    fileprivate struct State {
        var ones: [Key: One] = [:]
        var ways: [Shared: Way] = [:]
    }

    private let limits: SignalLimits
    private let clock: @Sendable () -> Duration
    private let sleep: @Sendable (Duration) async -> Void
    private let state = Mutex(State())

    init(
        _ limits: SignalLimits, clock: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) { (self.limits, self.clock, self.sleep) = (limits, clock, sleep) }

    /// Waits until the organisation may ask again, and then for a place where there is none. Without values it is a look, which tries no
    /// signal that rests.
    func enter(_ key: Key, values: Int, patience: Duration) async -> Admission {
        let now = clock()
        var pause = Duration.zero
        let admission = state.withLock { state -> Admission in
            var one = state.one(key, limits, now)
            defer { state.ones[key] = one }
            if values == 0, one.breaker.isOpen { return .resting(.zero) }
            if let rest = one.breaker.refusal(at: now) { return .resting(rest) }
            guard one.waiting < limits.messagesWaiting else { return .tooMany("\(one.waiting) messages to it wait already") }
            guard let wait = one.allowance.take(values, patience: patience, at: now) else {
                return .tooMany("more than \(Int(limits.valuesPerSecond)) values a second were asked of it")
            }
            one.waiting += 1
            pause = wait
            return .admitted
        }
        guard case .admitted = admission else { return admission }
        // Whoever asks too fast holds no place meanwhile.
        if pause > .zero { await sleep(pause) }
        await withCheckedContinuation { continuation in
            let hasPlace = state.withLock { state in
                var way = state.ways[Shared(key)] ?? Way()
                defer { state.ways[Shared(key)] = way }
                guard way.atOnce < limits.messagesAtOnce else {
                    way.wait(key.organisation, continuation)
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
            if let next = way.next() { return next }
            way.atOnce -= 1
            return nil
        }
        next?.resume()
    }

    /// How many messages of an organisation wait.
    func waiting(_ key: Key) -> Int { state.withLock { $0.ones[key]?.waiting ?? 0 } }

    /// How many of them wait for a place.
    func inLine(_ key: Key) -> Int { state.withLock { $0.ways[Shared(key)]?.lines[key.organisation]?.count ?? 0 } }

    /// Nil where it was not asked lately.
    func health(_ key: Key) -> SignalHealth? {
        let now = clock()
        return state.withLock { state in
            guard var one = state.ones[key] else { return nil }
            let health = one.counts.health(rests: one.breaker.isOpen, at: now)
            state.ones[key] = one
            return health.calls > 0 || health.rests ? health : nil
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
