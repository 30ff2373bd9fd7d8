import HubCore
import PluginModel

extension SQLTransaction {
    // MARK: Strikes

    private static let strikeColumns =
        "sequence, organisation, user_id, user_type, policy, strikes, decision, at_ms, forgiven_ms, forgiven_by, forgiven_by_name"

    private static func strike(_ row: any SQLRow) throws(Fault) -> Strike {
        var strike = Strike(
            sequence: row.integer(0), organisation: row.id(1), user: ItemUser(kept: row.text(2), typeID: row.text(3)), policy: row.text(4),
            strikes: Int(row.integer(5)), decision: row.integer(6), at: row.timestamp(7))
        if let at = row.optionalTimestamp(8) { strike.forgiven = Strike.Forgiving(at: at, by: row.text(9), byName: row.text(10)) }
        return strike
    }

    func append(_ strikes: [Strike]) throws(Fault) -> [Strike] {
        guard !strikes.isEmpty else { return [] }
        for organisation in Set(strikes.map(\.organisation)) { try require(organisation) }
        var sequence = try advance("strikes", by: strikes.count) - Int64(strikes.count)
        var placed = strikes
        for index in placed.indices {
            sequence += 1
            placed[index].sequence = sequence
            let strike = placed[index]
            try change(
                "insert into strikes (\(Self.strikeColumns)) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", .integer(sequence),
                .id(strike.organisation), .text(strike.user.id), .text(strike.user.typeID), .text(strike.policy),
                .integer(Int64(strike.strikes)), .integer(strike.decision), .at(strike.at), .at(strike.forgiven?.at),
                .text(strike.forgiven?.by), .text(strike.forgiven?.byName))
            try see(strike.user, in: strike.organisation, onDay: strike.at.unixMilliseconds / 86_400_000)
        }
        return placed
    }

    func strike(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> Strike? {
        try rows(
            "select \(Self.strikeColumns) from strikes where sequence = $1 and organisation = $2", .integer(sequence), .id(organisation),
            read: Self.strike
        ).first
    }

    func strikes(of user: ItemUser, in organisation: Organisation.ID, since moment: Timestamp, limit: Int) throws(Fault) -> [Strike] {
        try rows(
            """
            select \(Self.strikeColumns) from strikes where organisation = $1 and user_id = $2 and user_type = $3 and at_ms >= $4
            order by sequence desc limit $5
            """, .id(organisation), .text(user.id), .text(user.typeID), .at(moment), .limit(limit), read: Self.strike)
    }

    /// By the index that keeps a policy from striking twice.
    func strikes(ofDecision decision: Int64, in organisation: Organisation.ID) throws(Fault) -> [Strike] {
        try rows(
            "select \(Self.strikeColumns) from strikes where decision = $1 and organisation = $2 order by policy", .integer(decision),
            .id(organisation), read: Self.strike)
    }

    func setForgiven(_ forgiven: Strike.Forgiving?, strike: Int64, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try hasChanged(
            "update strikes set forgiven_ms = $1, forgiven_by = $2, forgiven_by_name = $3 where sequence = $4 and organisation = $5",
            .at(forgiven?.at), .text(forgiven?.by), .text(forgiven?.byName), .integer(strike), .id(organisation))
    }

    func strikeSums(of users: [ItemUser], in organisation: Organisation.ID, since moment: Timestamp) throws(Fault) -> [ItemUser: Int] {
        guard !users.isEmpty else { return [:] }
        var filter = Self.named(users, in: organisation)
        filter.add("forgiven_ms is null and at_ms >= ", .at(moment))
        let sums = try rows(
            "select user_id, user_type, cast(sum(strikes) as bigint) from strikes where \(filter.text) group by user_id, user_type",
            filter.values
        ) { (row: any SQLRow) throws(Fault) -> (ItemUser, Int) in (Self.user(row), Int(row.integer(2))) }
        let wanted = Set(users)
        return Dictionary(sums.filter { wanted.contains($0.0) }) { first, _ in first }
    }

    // MARK: Counts

    private static func user(_ row: any SQLRow) -> ItemUser { ItemUser(kept: row.text(0), typeID: row.text(1)) }

    /// By their ids alone, which is what the index begins with; of one id there are few types.
    private static func named(_ users: [ItemUser], in organisation: Organisation.ID) -> SQLFilter {
        var filter = SQLFilter()
        filter.add("organisation = ", .id(organisation))
        let ids = Set(users.map(\.id)).sorted().map { filter.next(.text($0)) }
        filter.add("user_id in (\(ids.joined(separator: ", ")))")
        return filter
    }

    func count(_ tallies: [ItemUser: UserTally], in organisation: Organisation.ID, onDay day: Int64) throws(Fault) {
        try require(organisation)
        // In one order for everybody, so that no two writers wait for each other.
        for (user, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            try change(
                """
                insert into user_days (organisation, user_id, user_type, day, items, acted) values ($1, $2, $3, $4, $5, $6)
                on conflict (organisation, user_id, user_type, day)
                do update set items = user_days.items + excluded.items, acted = user_days.acted + excluded.acted
                """, .id(organisation), .text(user.id), .text(user.typeID), .integer(day), .integer(Int64(tally.items)),
                .integer(Int64(tally.acted)))
            try see(user, in: organisation, onDay: day)
        }
    }

    /// Remembers when a user was seen last; nothing is written the second time on a day.
    private func see(_ user: ItemUser, in organisation: Organisation.ID, onDay day: Int64) throws(Fault) {
        try change(
            """
            insert into item_users (organisation, user_id, user_type, folded, last_day) values ($1, $2, $3, $4, $5)
            on conflict (organisation, user_id, user_type) do update set last_day = excluded.last_day
                where item_users.last_day < excluded.last_day
            """, .id(organisation), .text(user.id), .text(user.typeID), .text(user.folded), .integer(day))
    }

    func tallies(of users: [ItemUser], in organisation: Organisation.ID, sinceDay day: Int64) throws(Fault) -> [ItemUser: UserTally] {
        guard !users.isEmpty else { return [:] }
        var filter = Self.named(users, in: organisation)
        filter.add("day >= ", .integer(day))
        let found = try rows(
            """
            select user_id, user_type, cast(sum(items) as bigint), cast(sum(acted) as bigint) from user_days where \(filter.text)
            group by user_id, user_type
            """, filter.values
        ) { (row: any SQLRow) throws(Fault) -> (ItemUser, UserTally) in
            (Self.user(row), UserTally(items: Int(row.integer(2)), acted: Int(row.integer(3))))
        }
        let wanted = Set(users)
        return Dictionary(found.filter { wanted.contains($0.0) }) { first, _ in first }
    }

    func users(
        _ wanted: ItemUserFilter, in organisation: Organisation.ID, since moment: Timestamp, day: Int64, after user: ItemUser?, limit: Int
    ) throws(Fault) -> [ItemUser] {
        if wanted.prefix == nil, wanted.strikesMin > 0 {
            return try struck(wanted.strikesMin, in: organisation, since: moment, after: user, limit: limit)
        }
        var filter = SQLFilter()
        filter.add("organisation = ", .id(organisation))
        if let prefix = wanted.prefix.map(ItemUser.fold) {
            filter.add("folded >= ", .text(prefix))
            // Behind everything that begins so: no text has a byte above these.
            filter.add("folded < ", .text(prefix + "\u{10FFFF}"))
            if let user {
                let (folded, id, type) = (filter.next(.text(user.folded)), filter.next(.text(user.id)), filter.next(.text(user.typeID)))
                filter.add("(folded, user_id, user_type) > (\(folded), \(id), \(type))")
            }
        } else if let user {
            let (id, type) = (filter.next(.text(user.id)), filter.next(.text(user.typeID)))
            filter.add("(user_id, user_type) > (\(id), \(type))")
        }
        let order = wanted.prefix == nil ? "user_id, user_type" : "folded, user_id, user_type"
        guard wanted.strikesMin > 0 else {
            filter.add("last_day >= ", .integer(day))
            return try rows(
                "select user_id, user_type from item_users where \(filter.text) order by \(order) limit \(filter.next(.limit(limit)))",
                filter.values
            ) { (row: any SQLRow) throws(Fault) in Self.user(row) }
        }
        let first = filter.next(.integer(Int64(ItemUserFilter.searchedMax)))
        let (since, least) = (filter.next(.at(moment)), filter.next(.integer(Int64(wanted.strikesMin))))
        return try rows(
            """
            select user_id, user_type from (
                select organisation, folded, user_id, user_type from item_users where \(filter.text) order by \(order) limit \(first)
            ) as named
            where (
                select cast(sum(strikes) as bigint) from strikes
                where strikes.organisation = named.organisation and strikes.user_id = named.user_id
                    and strikes.user_type = named.user_type and at_ms >= \(since) and forgiven_ms is null) >= \(least)
            order by \(order) limit \(filter.next(.limit(limit)))
            """, filter.values
        ) { (row: any SQLRow) throws(Fault) in Self.user(row) }
    }

    /// In the order of the index, so that it ends with the page.
    private func struck(
        _ least: Int, in organisation: Organisation.ID, since moment: Timestamp, after user: ItemUser?, limit: Int
    ) throws(Fault) -> [ItemUser] {
        var filter = SQLFilter()
        filter.add("organisation = ", .id(organisation))
        filter.add("forgiven_ms is null and at_ms >= ", .at(moment))
        if let user {
            let (id, type) = (filter.next(.text(user.id)), filter.next(.text(user.typeID)))
            filter.add("(user_id, user_type) > (\(id), \(type))")
        }
        let enough = filter.next(.integer(Int64(least)))
        return try rows(
            """
            select user_id, user_type from strikes where \(filter.text) group by user_id, user_type having sum(strikes) >= \(enough)
            order by user_id, user_type limit \(filter.next(.limit(limit)))
            """, filter.values
        ) { (row: any SQLRow) throws(Fault) in Self.user(row) }
    }

    func lookAhead(at user: ItemUser, in organisation: Organisation.ID) throws(Fault) -> SubmittedItem? {
        try rows(
            """
            select \(Self.itemColumns) from items where organisation = $1 and item_id = $2 and type_id = $3 and state = 'waiting'
                and look is not null and attempts = 0 limit 1
            """, .id(organisation), .text(user.id), .text(user.typeID), read: Self.item
        ).first
    }

    func hasLookAhead(at user: ItemUser, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try !rows(
            """
            select 1 from items where organisation = $1 and item_id = $2 and type_id = $3 and state = 'waiting' and look is not null
                and attempts = 0 limit 1
            """, .id(organisation), .text(user.id), .text(user.typeID)
        ) { (row: any SQLRow) throws(Fault) in row.integer(0) }.isEmpty
    }

    // MARK: Removing

    func removeStrikes(in organisation: Organisation.ID, before moment: Timestamp, keeping: Int, limit: Int) throws(Fault) -> Int {
        let first = try rows(
            "select sequence from strikes where organisation = $1 order by sequence desc limit 1 offset $2", .id(organisation),
            .integer(Int64(max(0, keeping - 1)))
        ) { (row: any SQLRow) throws(Fault) in row.integer(0) }.first
        return try change(
            """
            delete from strikes where sequence in (
                select sequence from strikes where organisation = $1 and (at_ms < $2 or sequence < $3) order by sequence limit $4)
            """, .id(organisation), .at(moment), .integer(keeping > 0 ? first ?? 0 : .max), .limit(limit))
    }

    func removeTallies(in organisation: Organisation.ID, beforeDay day: Int64, limit: Int) throws(Fault) -> Int {
        try change(
            """
            delete from user_days where organisation = $1 and (user_id, user_type, day) in (
                select user_id, user_type, day from user_days where organisation = $1 and day < $2 order by day limit $3)
            """, .id(organisation), .integer(day), .limit(limit))
    }
    func removeUsers(in organisation: Organisation.ID, unseenSinceDay day: Int64, keeping: Int, limit: Int) throws(Fault) -> Int {
        let known =
            try rows("select count(*) from item_users where organisation = $1", .id(organisation)) {
                (row: any SQLRow) throws(Fault) in Int(row.integer(0))
            }.first ?? 0
        let oldest = try rows(
            """
            select user_id, user_type, last_day from item_users where organisation = $1 order by last_day, user_id, user_type limit $2
            """, .id(organisation), .limit(limit)
        ) { (row: any SQLRow) throws(Fault) in (Self.user(row), row.integer(2)) }
        var gone = 0
        for (user, seen) in oldest where seen < day || known - gone > keeping {
            for table in ["user_days", "item_users"] {
                try change(
                    "delete from \(table) where organisation = $1 and user_id = $2 and user_type = $3", .id(organisation), .text(user.id),
                    .text(user.typeID))
            }
            gone += 1
        }
        return gone
    }
}
