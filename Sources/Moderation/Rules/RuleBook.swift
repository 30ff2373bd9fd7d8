package import Hub
package import HubCore
import JSON
package import PluginModel
import Rules

/// The rules of every organisation: who may change them and how, and what works now.
///
/// Every change is one transaction with its audit entry and its event. What is compiled of an organisation is kept until one of its rules,
/// or something they name, or the signals it has are other than they were; whoever asks after a change was answered gets what it made.
/// Only what is kept lives in the actor: rules are read and compiled outside, so that nobody waits for another organisation's.
package actor RuleBook: WorkingRulesSource {
    nonisolated let store: any HubStore
    nonisolated let signals: any SignalSource
    nonisolated let actions: any ActionDirectory
    nonisolated let events: HubEvents
    nonisolated let clock: @Sendable () -> HubCore.Timestamp
    nonisolated let entropy: Entropy
    private nonisolated let turns = Turns<Organisation.ID>()

    /// How often an organisation's records changed since the start.
    private var changes: [Organisation.ID: Int] = [:]
    private var kept: [Organisation.ID: Made] = [:]
    private var making: [Organisation.ID: Making] = [:]
    private var looked: [Organisation.ID: Looked] = [:]
    private var looking: [Organisation.ID: (shelf: Int, task: Task<Result<RuleLooks, Fault>, Never>)] = [:]
    /// Who tries rules: saves them, looks at drafts, tests.
    nonisolated let trying = TryingDesk()
    /// How often something began to be compiled, how often that came to its end, and how many rules were looked over; for tests.
    private(set) package var compilations = 0
    private(set) package var compilationsEnded = 0
    private(set) package var rulesLookedOver = 0

    /// What a shelf was made from, beside the clock.
    private struct Source: Hashable {
        let change: Int
        let signals: [SignalDescriptor]
        let withoutActions: Set<String>
    }

    private struct Made {
        let source: Source
        let shelf: RuleShelf
        /// By which looks at it are known.
        let number: Int
    }

    private struct Making {
        let source: Source
        let number: Int
        /// How many before it were given up for the next in a row.
        let givenUp: Int
        let task: Task<MakingEnd, Never>
    }

    private enum MakingEnd: Sendable {
        case made(RuleShelf)
        case failed(Fault)
        /// Something changed meanwhile, and what it stood for is made by another.
        case givenUp
    }

    private struct Looked {
        let shelf: Int
        let looks: RuleLooks
    }

    package init(
        store: any HubStore, signals: any SignalSource = NoSignals(), actions: any ActionDirectory = NoActions(), events: HubEvents,
        clock: @escaping @Sendable () -> HubCore.Timestamp = HubCore.Timestamp.system, entropy: Entropy = .system
    ) {
        (self.store, self.signals, self.actions, self.events) = (store, signals, actions, events)
        (self.clock, self.entropy) = (clock, entropy)
    }

    package func rules(of organisation: Organisation.ID) async throws(Fault) -> WorkingRules {
        try await shelf(of: organisation).working
    }

    /// Something about an organisation changed: what was compiled of it is of no more use.
    func changed(_ organisation: Organisation.ID) { changes[organisation, default: 0] += 1 }

    /// The organisation is gone.
    package func forget(_ organisation: Organisation.ID) {
        changes[organisation, default: 0] += 1
        forgetKept(organisation)
        making[organisation]?.task.cancel()
    }

    private func forgetKept(_ organisation: Organisation.ID) { (kept[organisation], looked[organisation]) = (nil, nil) }

    nonisolated var now: HubCore.Timestamp { clock() }

    func shelf(of organisation: Organisation.ID) async throws(Fault) -> RuleShelf { try await made(organisation).shelf }

    private func made(_ organisation: Organisation.ID) async throws(Fault) -> Made {
        while true {
            let known = await signals.signals(for: organisation)
            let withoutActions = await signals.signalsWithoutActions(for: organisation)
            let now = Rules.Timestamp(now)
            // Read only now: what changed while the signals were asked counts.
            let source = Source(change: changes[organisation, default: 0], signals: known, withoutActions: withoutActions)
            if let kept = kept[organisation], kept.source == source, kept.shelf.until.map({ $0 > now }) ?? true { return kept }
            let making: Making
            if let present = self.making[organisation], present.source == source {
                making = present
            } else {
                making = make(organisation, source, now)
                self.making[organisation] = making
            }
            let end = await making.task.value
            if self.making[organisation]?.number == making.number { self.making[organisation] = nil }
            switch end {
            case .givenUp: continue
            case .failed(let fault): throw fault
            case .made(let shelf):
                let made = Made(source: source, shelf: shelf, number: making.number)
                // It was read after the change it stands for, perhaps after a later one too: then it is good for this answer, and is not kept.
                if changes[organisation, default: 0] == source.change { keep(made, of: organisation) }
                return made
            }
        }
    }

    /// One at a time for an organisation. One that is of no more use is given up, unless some before it were: however often rules change,
    /// whoever waits for them gets some in the end.
    private func make(_ organisation: Organisation.ID, _ source: Source, _ now: Rules.Timestamp) -> Making {
        compilations += 1
        let before = making[organisation]
        let isGivenUp = before.map { $0.givenUp < RuleBookLimits.givenUpInRowMax } ?? false
        if isGivenUp { before?.task.cancel() }
        let task = Task { [store] () -> MakingEnd in
            _ = await before?.task.value
            guard !Task.isCancelled else { return .givenUp }
            do throws(Fault) {
                let shelf = try await RuleShelf.make(
                    of: organisation, signals: source.signals, withoutActions: source.withoutActions, store: store, now: now)
                guard let shelf else { return .givenUp }
                self.compilationsEnded += 1
                return .made(shelf)
            } catch { return Task.isCancelled ? .givenUp : .failed(error) }
        }
        let givenUp = isGivenUp ? (before?.givenUp ?? 0) + 1 : 0
        return Making(source: source, number: compilations, givenUp: givenUp, task: task)
    }

    private func keep(_ made: Made, of organisation: Organisation.ID) {
        guard kept[organisation]?.number != made.number else { return }
        tell(organisation, from: kept[organisation]?.shelf, to: made.shelf)
        if kept[organisation] == nil, kept.count >= RuleBookLimits.shelvesKept, let other = kept.keys.first { forgetKept(other) }
        kept[organisation] = made
    }

    // MARK: What is to be said

    /// Every rule with what is to be said of it.
    func looked(at organisation: Organisation.ID) async throws(Fault) -> (shelf: RuleShelf, looks: RuleLooks) {
        let made = try await made(organisation)
        if let looked = looked[organisation], looked.shelf == made.number { return (made.shelf, looked.looks) }
        let task: Task<Result<RuleLooks, Fault>, Never>
        if let present = looking[organisation], present.shelf == made.number {
            task = present.task
        } else {
            // Behind the one at work, which has said most of it.
            let before = looking[organisation]?.task
            task = Task {
                _ = await before?.value
                return await self.look(at: made, of: organisation)
            }
            looking[organisation] = (made.number, task)
        }
        let result = await task.value
        if looking[organisation]?.task == task { looking[organisation] = nil }
        return (made.shelf, try result.get())
    }

    private func look(at made: Made, of organisation: Organisation.ID) async -> Result<RuleLooks, Fault> {
        do throws(Fault) {
            let looks = try await RuleLooks.look(at: made.shelf, since: looked[organisation]?.looks, store)
            rulesLookedOver += looks.count
            // Only beside what is kept itself, so that both go together.
            if kept[organisation] != nil { looked[organisation] = Looked(shelf: made.number, looks: looks) }
            return .success(looks)
        } catch { return .failure(error) }
    }

    // MARK: Signals that come and go

    /// From now on looks again at the rules that somebody watches, whenever a plugin changed. Ends with the hub's events, or when it is
    /// cancelled; nil where as many listen as may: rules say all the same what they miss, to whoever looks.
    nonisolated func watchSignals() -> Task<Void, Never>? {
        guard let stream = try? events.subscribe([.plugins]) else { return nil }
        return Task {
            for await event in stream {
                switch event {
                case .plugin, .removed, .lost: await self.lookAgain()
                default: break
                }
            }
        }
    }

    private func lookAgain() async {
        for organisation in kept.keys where events.hasListeners(to: .rules(organisation)) {
            // Rules that cannot be read now are looked at again by whoever asks next.
            _ = try? await shelf(of: organisation)
        }
    }

    /// A rule whose signal came or went is to be read again.
    private nonisolated func tell(_ organisation: Organisation.ID, from old: RuleShelf?, to new: RuleShelf) {
        guard let old else { return }
        guard events.hasListeners(to: .rules(organisation)) else { return }
        let before = Dictionary(old.entries.map { ($0.record.id, old.missing(of: $0)) }, uniquingKeysWith: { first, _ in first })
        for entry in new.entries {
            guard let missing = before[entry.record.id], missing != new.missing(of: entry) else { continue }
            events.publish(.rules(organisation, .rule(entry.record.id)))
        }
    }

    // MARK: Changing

    /// Has whoever changes rules, or what rules stand on, do so alone in an organisation: what was looked at before is still so when it is written.
    package nonisolated func inTurn<Value, Failure: Error>(
        _ organisation: Organisation.ID, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await turns.take(organisation, body)
    }

    /// Writes a change, then lets everybody know.
    func change<Value: Sendable>(
        _ organisation: Organisation.ID, telling subject: HubEvent.RuleSubject,
        _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value
    ) async throws(RuleRefusal) -> Value {
        // Also behind a failure: whether a commit that was cut off was kept is for the next look to find out.
        defer { changed(organisation) }
        let value = try await writing(body)
        changed(organisation)
        events.publish(.rules(organisation, subject))
        return value
    }

    nonisolated func writing<Value: Sendable>(
        _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value
    ) async throws(RuleRefusal) -> Value {
        do throws(Fault) { return try await store.write(body) } catch { throw RuleRefusal(error) }
    }

    nonisolated func reading<Value: Sendable>(
        _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Value
    ) async throws(RuleRefusal) -> Value {
        do throws(Fault) { return try await store.read(body) } catch { throw RuleRefusal(error) }
    }

    func shelfRefusing(_ organisation: Organisation.ID) async throws(RuleRefusal) -> RuleShelf {
        do throws(Fault) { return try await shelf(of: organisation) } catch { throw RuleRefusal(error) }
    }

    func lookedRefusing(_ organisation: Organisation.ID) async throws(RuleRefusal) -> (shelf: RuleShelf, looks: RuleLooks) {
        do throws(Fault) { return try await looked(at: organisation) } catch { throw RuleRefusal(error) }
    }
}

extension Rules.Timestamp {
    init(_ moment: HubCore.Timestamp) { self.init(milliseconds: moment.unixMilliseconds) }
}
