package import HubCore
package import JSON
package import PluginModel
import Rules

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
    private enum Phase { case new, running, stopped }
    private var phase = Phase.new
    /// Items that wait, by organisation; reserved before they are written.
    private var waiting: [Organisation.ID: Int] = [:]
    /// Organisations whose turn will come, in order.
    private var ready: [Organisation.ID] = []
    /// At work; whether something came in meanwhile.
    private var working: [Organisation.ID: (task: Task<Void, Never>, isAskedAgain: Bool)] = [:]
    /// Those whose turn is put off, because the database or their rules could not be had.
    private var resting: [Organisation.ID: Task<Void, Never>] = [:]
    /// How often in a row that was so.
    private var troubles: [Organisation.ID: Int] = [:]
    /// Up to where items were begun by this process.
    private var claimed: [Organisation.ID: Int64] = [:]
    /// Requests that wait for their decisions, by organisation.
    private var deciding: [Organisation.ID: Int] = [:]

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

    // MARK: Handing in

    /// Takes items, all or none. When it returns, they are on disk, and so is the answer to be given once.
    package func submit(
        _ items: [JSONValue], in organisation: Organisation.ID, once: OnceNote<[SubmittedItem]>? = nil
    ) async throws(SubmissionRefusal) -> [SubmittedItem] {
        let read = try await read(items, max: parts.limits.submittedMax, in: organisation)
        do throws(Fault) {
            try reserve(items.count, for: organisation)
            let new = describe(read, items, in: organisation)
            do throws(Fault) {
                let placed = try await withRoom(in: organisation) { (records) throws(Fault) in
                    let placed = try records.append(new)
                    try once?.keep(placed, in: records)
                    return placed
                }
                wake(organisation)
                return placed
            } catch {
                waiting[organisation, default: items.count] -= items.count
                // It may be there all the same.
                wake(organisation)
                throw error
            }
        } catch { throw .fault(error) }
    }

    /// Decides items at once and keeps them with their decisions, all or none.
    package func decide(
        _ items: [JSONValue], in organisation: Organisation.ID, once: OnceNote<[DecisionReport]>? = nil
    ) async throws(SubmissionRefusal) -> [DecisionReport] {
        let mine = deciding[organisation, default: 0]
        // As many for one as stay free for others: nobody takes all.
        let free = parts.limits.decidingAtOnce - deciding.values.reduce(0, +)
        guard mine < free else { throw .fault(ItemFault.busy(mine)) }
        deciding[organisation] = mine + 1
        defer {
            let left = deciding[organisation, default: 1] - 1
            deciding[organisation] = left > 0 ? left : nil
        }
        let read = try await read(items, max: parts.limits.decidedMax, in: organisation)
        do throws(Fault) {
            // Whoever is struck is looked at, and that waits in the queue: one that is full takes no more.
            try checkRoom(for: 0, of: organisation)
            let rules = try await parts.rules.rules(of: organisation)
            let pairs = zip(describe(read, items, in: organisation), read).map { (stored: $0, item: $1) }
            let judge = judge(rules, organisation)
            // A task of its own: whoever asked may go away meanwhile, and a signal that is broken off has no score to give.
            let judged = await Task { await self.routed(await judge.judge(pairs, in: organisation), by: judge, in: organisation) }.value
            return try await write(judged, in: organisation, looksAtUsers: rules.looksAtUsers, isNew: true, once: once).reports
        } catch { throw .fault(error) }
    }

    private func read(_ items: [JSONValue], max: Int, in organisation: Organisation.ID) async throws(SubmissionRefusal) -> [Item] {
        switch phase {
        case .new: throw .fault(ItemFault.starting())
        case .stopped: throw .fault(ItemFault.stopping())
        case .running: break
        }
        let types: [ItemType]
        do throws(Fault) { types = Array(try await parts.rules.rules(of: organisation).types.values) } catch { throw .fault(error) }
        return try await Self.read(items, max: max, SubmissionReading(types: types, limits: parts.limits))
    }

    /// Away from the actor: a submission may have many items.
    @concurrent private static func read(
        _ items: [JSONValue], max: Int, _ reading: SubmissionReading
    ) async throws(SubmissionRefusal) -> [Item] { try reading.read(items, max: max) }

    private func reserve(_ count: Int, for organisation: Organisation.ID) throws(Fault) {
        guard phase == .running else { throw ItemFault.stopping() }
        try checkRoom(for: count, of: organisation)
        waiting[organisation, default: 0] += count
    }

    private func checkRoom(for count: Int, of organisation: Organisation.ID) throws(Fault) {
        let before = waiting[organisation, default: 0]
        guard before + count <= parts.limits.waitingMax else { throw ItemFault.queueFull(before, max: parts.limits.waitingMax) }
    }

    /// Has rules on users look at one. When it returns, that is on disk.
    package func look(at user: ItemUser, in organisation: Organisation.ID) async throws(Fault) -> SubmittedItem {
        if phase == .new { throw ItemFault.starting() }
        try reserve(1, for: organisation)
        let (now, submission) = (parts.now(), Submission.ID.make(at: parts.now(), random: parts.entropy.bytes))
        defer { wake(organisation) }
        do throws(Fault) {
            let (look, isNew) = try await withRoom(in: organisation) { (records) throws(Fault) -> (SubmittedItem, Bool) in
                // One that nobody has begun sees what this one would, and the profile is not written down once more.
                if try records.hasLookAhead(at: user, in: organisation), let ahead = try records.lookAhead(at: user, in: organisation) {
                    return (ahead, false)
                }
                let look = try UserLook.item(for: user, because: .check, in: organisation, submission: submission, at: now, records)
                return (try records.append([look])[0], true)
            }
            if !isNew { waiting[organisation, default: 1] -= 1 }
            return look
        } catch {
            waiting[organisation, default: 1] -= 1
            throw error
        }
    }

    /// Others have written so many looks at users, which wait.
    func expect(_ count: Int, of organisation: Organisation.ID) {
        waiting[organisation, default: 0] += count
        wake(organisation)
    }

    private func describe(_ read: [Item], _ items: [JSONValue], in organisation: Organisation.ID) -> [SubmittedItem] {
        let now = parts.now()
        let submission = Submission.ID.make(at: now, random: parts.entropy.bytes)
        return zip(read, items).map { item, data in
            SubmittedItem(
                organisation: organisation, itemID: item.id, typeID: item.type.id, submission: submission, data: data, receivedAt: now,
                thread: item.thread.flatMap { ThreadName.key($0.id) })
        }
    }

    // MARK: Turns

    private func wake(_ organisation: Organisation.ID) {
        guard phase == .running else { return }
        if working[organisation] != nil {
            working[organisation]?.isAskedAgain = true
        } else if resting[organisation] == nil, !ready.contains(organisation) {
            ready.append(organisation)
        }
        begin()
    }

    private func begin() {
        while phase == .running, working.count < parts.limits.organisationsAtOnce, !ready.isEmpty {
            let next = ready.removeFirst()
            working[next] = (Task { await self.work(for: next) }, false)
        }
    }

    /// One batch, so that nobody waits for all that somebody else has.
    private func work(for organisation: Organisation.ID) async {
        var isMore = false
        var trouble: Fault?
        do throws(Fault) {
            isMore = try await decideBatch(of: organisation)
            troubles[organisation] = nil
        } catch { trouble = error }
        let isAskedAgain = working.removeValue(forKey: organisation)?.isAskedAgain ?? false
        if let trouble {
            rest(organisation, after: trouble)
            begin()
        } else if isMore || isAskedAgain {
            wake(organisation)
        } else {
            begin()
        }
    }

    private func rest(_ organisation: Organisation.ID, after fault: Fault) {
        guard phase == .running else { return }
        let times = troubles[organisation, default: 0]
        troubles[organisation] = times + 1
        if times == 0 { parts.log("items of organisation \(organisation) wait: \(fault.code): \(fault.message)") }
        let wait = min(parts.limits.troubleWait * (1 << min(times, 10)), parts.limits.troubleWaitMax)
        resting[organisation] = Task {
            try? await Task.sleep(for: wait)
            self.resting[organisation] = nil
            self.wake(organisation)
        }
    }

    // MARK: Deciding

    /// - Returns: Whether there may be more.
    private func decideBatch(of organisation: Organisation.ID) async throws(Fault) -> Bool {
        let items = try await claim(in: organisation)
        guard !items.isEmpty else { return false }
        let rules = try await parts.rules.rules(of: organisation)
        let max = parts.limits.attemptsMax
        let judge = judge(rules, organisation)
        var judged = await judge.judge(waiting: items.filter { $0.attempts < max }, in: organisation)
        judged = await routed(judged, by: judge, in: organisation)
        judged += items.filter { $0.attempts >= max }.map { Judgement(item: $0, verdict: .failed(ItemFault.crashing)) }
        let looksAtUsers = rules.looksAtUsers
        do throws(Fault) { _ = try await write(judged, in: organisation, looksAtUsers: looksAtUsers) } catch {
            guard Self.stays(error) else { throw error }
            for judgement in judged { try await writeAlone(judgement, in: organisation, looksAtUsers: looksAtUsers) }
        }
        return phase == .running
    }

    private func judge(_ rules: WorkingRules, _ organisation: Organisation.ID) -> Judge {
        let runner = rules.routing.remembering(parts.signals?.runner(for: organisation))
        return Judge(rules: rules, runner: runner, store: parts.store, limits: parts.limits, now: parts.now())
    }

    /// The next items, marked as begun: what ends the hub more than once is found by it. Their `attempts` are those of earlier processes.
    private func claim(in organisation: Organisation.ID) async throws(Fault) -> [SubmittedItem] {
        let (behind, max, bytes) = (claimed[organisation, default: 0], parts.limits.batchMax, parts.limits.batchBytesMax)
        let items = try await parts.store.write { (records) throws(Fault) in
            var items = try records.waitingItems(in: organisation, after: 0, limit: max, bytesMax: bytes)
            for index in items.indices where items[index].sequence <= behind { items[index].attempts -= 1 }
            items = Array(items.prefix(Self.batchSize(items, max: max)))
            guard let first = items.first, let last = items.last, last.sequence > behind else { return items }
            try records.countAttempt(at: Swift.max(first.sequence, behind + 1)...last.sequence, in: organisation)
            return items
        }
        if let last = items.last?.sequence { claimed[organisation] = Swift.max(last, behind) }
        return items
    }

    /// Smaller where processes have ended before: in the end each item is alone, and the one to blame is known.
    private static func batchSize(_ items: [SubmittedItem], max: Int) -> Int {
        switch items.first?.attempts ?? 0 {
        // Those behind that ended one more often are for a smaller batch.
        case ...1: items.firstIndex { $0.attempts > 1 } ?? max
        case 2: min(16, max)
        default: 1
        }
    }

    private func write(
        _ judged: [Judgement], in organisation: Organisation.ID, looksAtUsers: Bool, isNew: Bool = false,
        once: OnceNote<[DecisionReport]>? = nil
    ) async throws(Fault) -> DecisionWriting.Written {
        let writing = DecisionWriting(
            organisation: organisation, judgements: judged, now: parts.now(), entropy: parts.entropy, limits: parts.actionLimits,
            looksAtUsers: looksAtUsers, reviewLimits: parts.reviewLimits)
        let body: @Sendable (any HubTransaction) throws(Fault) -> DecisionWriting.Written = { (records) throws(Fault) in
            let written = try writing.write(records)
            try once?.keep(written.reports, in: records)
            return written
        }
        // What waited was let in before.
        let written = isNew ? try await withRoom(in: organisation, body) : try await parts.store.write(body)
        let waited = judged.count { $0.item.sequence > 0 }
        if waited > 0 { waiting[organisation] = max(0, waiting[organisation, default: 0] - waited) }
        if written.looks > 0 { expect(written.looks, of: organisation) }
        if written.hasWebhooks { await parts.webhooks?.wake() }
        await parts.told(organisation)
        if written.hasReviews { await parts.reviewed(organisation) }
        return written
    }

    /// Faults that the same transaction meets again, because of what is in it.
    private static func stays(_ fault: Fault) -> Bool {
        ["storage.text-with-nul", "storage.conflict", "storage.unknown-reference"].contains(fault.code)
    }

    /// What cannot be written for itself has failed, and holds up nothing.
    private func writeAlone(_ judgement: Judgement, in organisation: Organisation.ID, looksAtUsers: Bool) async throws(Fault) {
        do throws(Fault) { _ = try await write([judgement], in: organisation, looksAtUsers: looksAtUsers) } catch {
            guard Self.stays(error) else { throw error }
            let problem = SubmittedItem.Problem(code: error.code, message: error.message)
            _ = try await write([Judgement(item: judgement.item, verdict: .failed(problem))], in: organisation, looksAtUsers: looksAtUsers)
        }
    }
}
