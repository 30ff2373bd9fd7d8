import HubCore
import PluginModel
import Rules

extension ItemDesk {
    /// - Returns: Whether there may be more.
    func decideBatch(of organisation: Organisation.ID) async throws(Fault) -> Bool {
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

    func judge(_ rules: WorkingRules, _ organisation: Organisation.ID) -> Judge {
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

    func write(
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
