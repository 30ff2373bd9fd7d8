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
    /// How often something was compiled; for tests.
    private(set) package var compilations = 0

    /// What a shelf was made from, beside the clock.
    private struct Source: Hashable {
        let change: Int
        let signals: [SignalDescriptor]
        let withoutActions: Set<String>
    }

    private struct Made {
        let source: Source
        let shelf: RuleShelf
    }

    private struct Making {
        let source: Source
        let task: Task<Result<RuleShelf, Fault>, Never>
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
        kept[organisation] = nil
    }

    nonisolated var now: HubCore.Timestamp { clock() }

    func shelf(of organisation: Organisation.ID) async throws(Fault) -> RuleShelf {
        let known = await signals.signals(for: organisation)
        let withoutActions = await signals.signalsWithoutActions(for: organisation)
        let now = Rules.Timestamp(now)
        // Read only now: what changed while the signals were asked counts.
        let source = Source(change: changes[organisation, default: 0], signals: known, withoutActions: withoutActions)
        if let kept = kept[organisation], kept.source == source, kept.shelf.until.map({ $0 > now }) ?? true { return kept.shelf }
        let task: Task<Result<RuleShelf, Fault>, Never>
        if let making = making[organisation], making.source == source {
            task = making.task
        } else {
            compilations += 1
            task = Task(executorPreference: RuleLane.trying) { [store] in
                do throws(Fault) {
                    return .success(
                        try await RuleShelf.make(
                            of: organisation, signals: known, withoutActions: withoutActions, store: store, now: now))
                } catch { return .failure(error) }
            }
            making[organisation] = Making(source: source, task: task)
        }
        let result = await task.value
        if making[organisation]?.task == task { making[organisation] = nil }
        let shelf = try result.get()
        // It was read after the change it stands for, perhaps after a later one too: then it is good for this answer, and is not kept.
        if changes[organisation, default: 0] == source.change {
            tell(organisation, from: kept[organisation]?.shelf, to: shelf)
            if kept[organisation] == nil, kept.count >= RuleBookLimits.shelvesKept, let other = kept.keys.first { kept[other] = nil }
            kept[organisation] = Made(source: source, shelf: shelf)
        }
        return shelf
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
        let before = Dictionary(old.entries.map { ($0.record.id, $0.missingSignals) }, uniquingKeysWith: { first, _ in first })
        for entry in new.entries {
            guard let missing = before[entry.record.id], missing != entry.missingSignals else { continue }
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
}

extension Rules.Timestamp {
    init(_ moment: HubCore.Timestamp) { self.init(milliseconds: moment.unixMilliseconds) }
}
