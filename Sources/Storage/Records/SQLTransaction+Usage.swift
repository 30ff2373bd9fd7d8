import HubCore
import PluginModel

extension SQLTransaction {
    // MARK: How much is kept

    func itemBytes(in organisation: Organisation.ID) throws(Fault) -> Int {
        let written = try rows("select bytes from item_usage where organisation = $1", .id(organisation)) {
            (row: any SQLRow) throws(Fault) in row.integer(0)
        }.first
        return Int((written ?? 0) + bytesUnwritten[organisation, default: 0])
    }

    /// One statement for each organisation, however much the transaction has written. One that went meanwhile needs none.
    func keepUsage() throws(Fault) {
        for (organisation, bytes) in bytesUnwritten.sorted(by: { $0.key < $1.key }) where bytes != 0 {
            try change(
                """
                insert into item_usage (organisation, bytes)
                select id, cast($1 as bigint) from organisations where id = $2
                on conflict (organisation) do update set bytes = item_usage.bytes + excluded.bytes
                """, .integer(bytes), .id(organisation))
        }
        bytesUnwritten = [:]
    }

    // MARK: Removing

    /// What nothing waits for: no decision, no webhook, and no review that holds the item.
    private static let idle = """
        state <> 'waiting'
            and not exists (select 1 from action_runs where decision = items.sequence and action_runs.state = 'waiting')
            and not exists (
                select 1 from review_reasons join review_jobs on review_jobs.sequence = review_reasons.job
                where review_reasons.decision = items.sequence and review_reasons.holds = 1 and review_jobs.state = 'open')
        """

    private static let wholeBytes =
        "bytes + coalesce((select decisions.bytes from decisions where decisions.sequence = items.sequence), 0)"

    func removeItems(
        in organisation: Organisation.ID, receivedBefore moment: Timestamp, keeping: Int, limit: Int
    ) throws(Fault) -> Int {
        // The first place that is kept for being among the latest; none where there are fewer.
        let latest = try rows(
            "select sequence from items where organisation = $1 order by sequence desc limit 1 offset $2", .id(organisation),
            .integer(Int64(max(0, keeping - 1)))
        ) { (row: any SQLRow) throws(Fault) in row.integer(0) }.first
        let first = keeping > 0 ? latest ?? 0 : .max
        let found = try rows(
            """
            select sequence, \(Self.wholeBytes) from items where organisation = $1 and \(Self.idle) and (received_ms < $2 or sequence < $3)
            order by sequence limit $4
            """, .id(organisation), .at(moment), .integer(first), .limit(limit), read: Self.weighed)
        guard let last = found.last else { return 0 }
        // The same rows: nobody else writes in between.
        try change(
            "delete from items where organisation = $1 and \(Self.idle) and (received_ms < $2 or sequence < $3) and sequence <= $4",
            .id(organisation), .at(moment), .integer(first), .integer(last.sequence))
        bytesUnwritten[organisation, default: 0] -= found.reduce(0) { $0 + $1.bytes }
        return found.count
    }

    func removeOldestItems(in organisation: Organisation.ID, freeing bytes: Int, limit: Int) throws(Fault) -> (items: Int, bytes: Int) {
        let found = try rows(
            "select sequence, \(Self.wholeBytes) from items where organisation = $1 and \(Self.idle) order by sequence limit $2",
            .id(organisation), .limit(limit), read: Self.weighed)
        var freed: (items: Int, bytes: Int) = (0, 0)
        var last: Int64 = 0
        for item in found where freed.bytes < bytes {
            freed = (freed.items + 1, freed.bytes + Int(item.bytes))
            last = item.sequence
        }
        guard freed.items > 0 else { return freed }
        try change(
            "delete from items where organisation = $1 and \(Self.idle) and sequence <= $2", .id(organisation), .integer(last))
        bytesUnwritten[organisation, default: 0] -= Int64(freed.bytes)
        return freed
    }

    private struct Weighed {
        let sequence: Int64
        let bytes: Int64
    }

    private static func weighed(_ row: any SQLRow) throws(Fault) -> Weighed { Weighed(sequence: row.integer(0), bytes: row.integer(1)) }
}
