import PluginModel

/// Users of a store in memory.
struct MemoryUsers: Sendable {
    struct Day: Hashable, Sendable {
        let organisation: Organisation.ID
        let user: ItemUser
        let day: Int64
    }

    var strikes: [Int64: Strike] = [:]
    var lastStrike: Int64 = 0
    var days: [Day: UserTally] = [:]
    /// The day each was seen last.
    var seen: [Organisation.ID: [ItemUser: Int64]] = [:]

    mutating func see(_ user: ItemUser, in organisation: Organisation.ID, onDay day: Int64) {
        seen[organisation, default: [:]][user] = max(day, seen[organisation]?[user] ?? day)
    }

    mutating func remove(_ organisation: Organisation.ID) {
        strikes = strikes.filter { $0.value.organisation != organisation }
        days = days.filter { $0.key.organisation != organisation }
        seen[organisation] = nil
    }

    func counted(in organisation: Organisation.ID, since moment: Timestamp) -> [Strike] {
        strikes.values.filter { $0.organisation == organisation && $0.at >= moment && $0.forgiven == nil }
    }
}

extension MemoryTransaction {
    // MARK: Strikes

    func append(_ strikes: [Strike]) throws(Fault) -> [Strike] {
        try change { (records) throws(Fault) in
            var placed = strikes
            for index in placed.indices {
                let new = placed[index]
                guard !records.moderation.users.strikes.values.contains(where: { $0.decision == new.decision && $0.policy == new.policy })
                else { throw Self.conflict() }
                records.moderation.users.lastStrike += 1
                placed[index].sequence = records.moderation.users.lastStrike
                records.moderation.users.strikes[placed[index].sequence] = placed[index]
                records.moderation.users.see(new.user, in: new.organisation, onDay: new.at.unixMilliseconds / 86_400_000)
            }
            return placed
        }
    }

    func strike(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> Strike? {
        records.moderation.users.strikes[sequence].flatMap { $0.organisation == organisation ? $0 : nil }
    }

    func strikes(of user: ItemUser, in organisation: Organisation.ID, since moment: Timestamp, limit: Int) throws(Fault) -> [Strike] {
        let all = records.moderation.users.strikes.values.filter {
            $0.organisation == organisation && $0.user == user && $0.at >= moment
        }
        return Array(all.sorted { $0.sequence > $1.sequence }.prefix(limit))
    }

    func strikes(ofDecision decision: Int64, in organisation: Organisation.ID) throws(Fault) -> [Strike] {
        records.moderation.users.strikes.values.filter { $0.organisation == organisation && $0.decision == decision }
            .sorted { $0.policy.utf8.lexicographicallyPrecedes($1.policy.utf8) }
    }

    func setForgiven(_ forgiven: Strike.Forgiving?, strike: Int64, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            guard records.moderation.users.strikes[strike]?.organisation == organisation else { return false }
            records.moderation.users.strikes[strike]?.forgiven = forgiven
            return true
        }
    }

    func strikeSums(of users: [ItemUser], in organisation: Organisation.ID, since moment: Timestamp) throws(Fault) -> [ItemUser: Int] {
        let wanted = Set(users)
        var sums: [ItemUser: Int] = [:]
        for strike in records.moderation.users.counted(in: organisation, since: moment) where wanted.contains(strike.user) {
            sums[strike.user, default: 0] += strike.strikes
        }
        return sums
    }

    // MARK: Counts

    func count(_ tallies: [ItemUser: UserTally], in organisation: Organisation.ID, onDay day: Int64) throws(Fault) {
        try change { (records) throws(Fault) in
            for (user, tally) in tallies {
                records.moderation.users.days[MemoryUsers.Day(organisation: organisation, user: user, day: day), default: UserTally()] +=
                    tally
                records.moderation.users.see(user, in: organisation, onDay: day)
            }
        }
    }

    func tallies(of users: [ItemUser], in organisation: Organisation.ID, sinceDay day: Int64) throws(Fault) -> [ItemUser: UserTally] {
        let wanted = Set(users)
        var found: [ItemUser: UserTally] = [:]
        for (place, tally) in records.moderation.users.days
        where place.organisation == organisation && place.day >= day && wanted.contains(place.user) {
            found[place.user, default: UserTally()] += tally
        }
        return found
    }

    func users(
        _ filter: ItemUserFilter, in organisation: Organisation.ID, since moment: Timestamp, day: Int64, after user: ItemUser?, limit: Int
    ) throws(Fault) -> [ItemUser] {
        let seen = records.moderation.users.seen[organisation] ?? [:]
        var found: Set<ItemUser>
        if filter.strikesMin > 0 {
            var sums: [ItemUser: Int] = [:]
            for strike in records.moderation.users.counted(in: organisation, since: moment) {
                sums[strike.user, default: 0] += strike.strikes
            }
            found = Set(sums.filter { $0.value >= filter.strikesMin }.keys)
        } else {
            found = Set(seen.filter { $0.value >= day }.keys)
        }
        guard let prefix = filter.prefix.map(ItemUser.fold) else {
            return Array(found.sorted().drop { one in user.map { one <= $0 } ?? false }.prefix(limit))
        }
        func isBefore(_ a: ItemUser, _ b: ItemUser) -> Bool {
            a.folded == b.folded ? a < b : a.folded.utf8.lexicographicallyPrecedes(b.folded.utf8)
        }
        let named = found.filter { $0.folded.utf8.starts(with: prefix.utf8) && seen[$0] != nil }.sorted(by: isBefore)
        return Array(named.drop { one in user.map { !isBefore($0, one) } ?? false }.prefix(limit))
    }

    func lookAhead(at user: ItemUser, in organisation: Organisation.ID) throws(Fault) -> SubmittedItem? {
        records.moderation.items(of: organisation).first { item in
            item.state == .waiting && item.look != nil && item.attempts == 0 && item.itemID == user.id && item.typeID == user.typeID
        }
    }

    func hasLookAhead(at user: ItemUser, in organisation: Organisation.ID) throws(Fault) -> Bool {
        records.moderation.items.values.contains { item in
            item.organisation == organisation && item.state == .waiting && item.look != nil && item.attempts == 0
                && item.itemID == user.id && item.typeID == user.typeID
        }
    }

    // MARK: Removing

    func removeStrikes(in organisation: Organisation.ID, before moment: Timestamp, keeping: Int, limit: Int) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let all = records.moderation.users.strikes.values.filter { $0.organisation == organisation }.sorted {
                $0.sequence < $1.sequence
            }
            let latest = Set(all.suffix(keeping).map(\.sequence))
            let gone = all.filter { $0.at < moment || !latest.contains($0.sequence) }.prefix(limit)
            for strike in gone { records.moderation.users.strikes[strike.sequence] = nil }
            return gone.count
        }
    }

    func removeTallies(in organisation: Organisation.ID, beforeDay day: Int64, limit: Int) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let gone = records.moderation.users.days.keys.filter { $0.organisation == organisation && $0.day < day }.prefix(limit)
            for place in gone { records.moderation.users.days[place] = nil }
            return gone.count
        }
    }
    func removeUsers(in organisation: Organisation.ID, unseenSinceDay day: Int64, keeping: Int, limit: Int) throws(Fault) -> Int {
        try change { (records) throws(Fault) in
            let known = records.moderation.users.seen[organisation] ?? [:]
            let oldest = known.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            let unseen = oldest.count { $0.value < day }
            let gone = oldest.prefix(min(limit, max(unseen, known.count - keeping)))
            for (user, _) in gone { records.moderation.users.seen[organisation]?[user] = nil }
            let users = Set(gone.map(\.key))
            records.moderation.users.days = records.moderation.users.days.filter {
                $0.key.organisation != organisation || !users.contains($0.key.user)
            }
            return gone.count
        }
    }
}
