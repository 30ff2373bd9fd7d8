package import HubCore
package import JSON
package import PluginModel
import Rules

extension ItemDesk {
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

    func reserve(_ count: Int, for organisation: Organisation.ID) throws(Fault) {
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
}
