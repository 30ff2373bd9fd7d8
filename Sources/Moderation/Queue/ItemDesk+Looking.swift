package import HubCore
package import PluginModel

/// How an organisation's queue is.
package struct QueueState: Sendable, Hashable {
    package var waiting: Int
    /// How long the first of them has waited; nil when none does.
    package var oldestSeconds: Int?
    /// Decisions of the last minute.
    package var decidedPerMinute: Int
    /// Bytes of all items and traces that are kept, and how many may be.
    package var keptBytes = 0
    package var keptBytesMax = 0

    package init(waiting: Int, oldestSeconds: Int?, decidedPerMinute: Int) {
        (self.waiting, self.oldestSeconds, self.decidedPerMinute) = (waiting, oldestSeconds, decidedPerMinute)
    }
}

extension ItemDesk {
    package nonisolated func queue(of organisation: Organisation.ID) async throws(Fault) -> QueueState {
        let (now, bytesMax) = (parts.now(), parts.limits.keptBytesMax)
        return try await parts.store.read { (records) throws(Fault) in
            let oldest = try records.waitingItems(in: organisation, after: 0, limit: 1, bytesMax: .max).first?.receivedAt
            var state = QueueState(
                waiting: try records.waitingItemCount(in: organisation),
                oldestSeconds: oldest.map { Int(now.elapsed(since: $0).components.seconds) },
                decidedPerMinute: try records.decisionCount(in: organisation, since: now.advanced(by: .seconds(-60))))
            (state.keptBytes, state.keptBytesMax) = (try records.itemBytes(in: organisation), bytesMax)
            return state
        }
    }

    /// Removes what is old, or more than an organisation keeps: a little at a time, so that nobody waits behind it. For whoever keeps house.
    package nonisolated func sweep() async throws(Fault) {
        let now = parts.now()
        let (moment, limits) = (now.advanced(by: .zero - parts.limits.keptTime), parts.limits)
        let day = now.advanced(by: .seconds(-7 * 86_400)).unixMilliseconds / 86_400_000
        _ = try await parts.store.write { (records) throws(Fault) in try records.removeActionCounts(beforeDay: day) }
        var page = PageRequest(limit: PageRequest.limitMax)
        while true {
            let organisations = try await parts.store.read { [page] (records) throws(Fault) in try records.organisations(page).map(\.id) }
            for organisation in organisations {
                while !Task.isCancelled {
                    let removed = try await parts.store.write { (records) throws(Fault) in
                        try records.removeItems(
                            in: organisation, receivedBefore: moment, keeping: limits.keptMax, limit: limits.sweptAtOnce)
                    }
                    if removed < limits.sweptAtOnce { break }
                }
                try await trim(organisation)
                while !Task.isCancelled {
                    let removed = try await parts.store.write { (records) throws(Fault) in
                        try records.removeReviewJobs(in: organisation, closedBefore: moment, limit: limits.sweptAtOnce)
                    }
                    if removed < limits.sweptAtOnce { break }
                }
                _ = try await parts.store.write { (records) throws(Fault) in try records.removeIdleLineups(in: organisation) }
                try await PeopleBook.sweep(parts.store, organisation, at: now)
                try await RuleBook.sweepDays(parts.store, organisation, at: now)
            }
            guard organisations.count == page.limit, !Task.isCancelled else { return }
            page.after = organisations.last?.rawValue
        }
    }
}
