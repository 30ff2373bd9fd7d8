import Hub
package import HubCore
import JSON
package import PluginModel

/// Users of organisations whom items come from: how they stand, and strikes forgiven and restored.
package struct PeopleBook: Sendable {
    let store: any HubStore
    let rules: any WorkingRulesSource
    let desk: ItemDesk
    let now: @Sendable () -> Timestamp
    let entropy: Entropy

    package init(
        store: any HubStore, rules: any WorkingRulesSource, desk: ItemDesk, now: @escaping @Sendable () -> Timestamp = Timestamp.system,
        entropy: Entropy = .system
    ) {
        (self.store, self.rules, self.desk, self.now, self.entropy) = (store, rules, desk, now, entropy)
    }

    /// How a user stands.
    package struct Standing: Sendable, Hashable {
        package var user: ItemUser
        /// Those that count.
        package var strikes: Int
        package var tally: UserTally
        /// Latest first, forgiven ones too; `PeopleLimits.historyMax` at most, and none in a list of users.
        package var history: [Past] = []
    }

    package struct Past: Sendable, Hashable {
        package var strike: Strike
        /// The policy's; its id where it is gone.
        package var policyName: String
    }

    // MARK: Looking

    /// Somebody nobody knows stands well.
    package func standing(of user: ItemUser, in organisation: Organisation.ID) async throws(Fault) -> Standing {
        let now = now()
        return try await store.read { (records) throws(Fault) in try Self.standing(of: user, in: organisation, at: now, records) }
    }

    /// By id and type, behind `user`.
    package func users(
        _ filter: ItemUserFilter, in organisation: Organisation.ID, after user: ItemUser?, limit: Int
    ) async throws(Fault) -> [Standing] {
        let since = PeopleLimits.start(at: now())
        let day = PeopleLimits.day(of: since)
        return try await store.read { (records) throws(Fault) in
            let users = try records.users(filter, in: organisation, since: since, day: day, after: user, limit: limit)
            let strikes = try records.strikeSums(of: users, in: organisation, since: since)
            let tallies = try records.tallies(of: users, in: organisation, sinceDay: day)
            return users.map { Standing(user: $0, strikes: strikes[$0] ?? 0, tally: tallies[$0] ?? UserTally()) }
        }
    }

    private static func standing(
        of user: ItemUser, in organisation: Organisation.ID, at now: Timestamp, _ records: any HubTransaction
    ) throws(Fault) -> Standing {
        let since = PeopleLimits.start(at: now)
        var names: [String: String] = [:]
        var history: [Past] = []
        for strike in try records.strikes(of: user, in: organisation, since: since, limit: PeopleLimits.historyMax) {
            if names[strike.policy] == nil {
                names[strike.policy] = try records.rulePart(.policy, strike.policy, in: organisation)?.name ?? strike.policy
            }
            history.append(Past(strike: strike, policyName: names[strike.policy] ?? strike.policy))
        }
        return Standing(
            user: user, strikes: try records.strikeSums(of: [user], in: organisation, since: since)[user] ?? 0,
            tally: try records.tallies(of: [user], in: organisation, sinceDay: PeopleLimits.day(of: since))[user] ?? UserTally(),
            history: history)
    }

    // MARK: Changing

    /// Takes a strike out of the count, or, with `isForgiven` false, puts it back. Rules on users then look at the user.
    ///
    /// A strike that is so already stays as it is, and nothing is written. Throws `item.strike-not-found`.
    package func set(
        _ sequence: Int64, of user: ItemUser, isForgiven: Bool, in organisation: Organisation.ID, by requester: Requester
    ) async throws(Fault) -> Standing {
        let now = now()
        let looksAtUsers = try await rules.rules(of: organisation).looksAtUsers
        let note = requester.note(
            isForgiven ? "strike.forgive" : "strike.restore", "strike:\(sequence)", at: now, in: organisation,
            detail: ["user": user.json], entropy)
        let submission = Submission.ID.make(at: now, random: entropy.bytes)
        let (standing, hasLook) = try await store.write { (records) throws(Fault) -> (Standing, Bool) in
            guard let strike = try records.strike(sequence, in: organisation), strike.user == user else {
                throw PeopleFault.noStrike("\(sequence)")
            }
            var hasLook = false
            if (strike.forgiven != nil) != isForgiven {
                let forgiven = isForgiven ? Strike.Forgiving(at: now, by: requester.auditName, byName: requester.principal.user.name) : nil
                _ = try records.setForgiven(forgiven, strike: sequence, in: organisation)
                try records.keep(
                    note, domain: "moderation", event: isForgiven ? "StrikeForgiven" : "StrikeRestored",
                    data: ["strike": .string("\(sequence)"), "user": user.json, "policy": .string(strike.policy)])
                if looksAtUsers, try !records.hasLookAhead(at: user, in: organisation) {
                    let look = try UserLook.item(
                        for: user, because: .strikes, in: organisation, submission: submission, at: now, records)
                    _ = try records.append([look])
                    hasLook = true
                }
            }
            return (try Self.standing(of: user, in: organisation, at: now, records), hasLook)
        }
        if hasLook { await desk.expect(1, of: organisation) }
        return standing
    }

    /// Has rules on users look at one. When it returns, the look is on disk, and its decision comes as an item's does. Throws `item.no-user-rules`.
    package func check(_ user: ItemUser, in organisation: Organisation.ID) async throws(Fault) -> SubmittedItem {
        guard try await rules.rules(of: organisation).looksAtUsers else { throw PeopleFault.noRules() }
        return try await desk.look(at: user, in: organisation)
    }

    /// Removes what counts no more, a little at a time.
    static func sweep(
        _ store: any HubStore, _ organisation: Organisation.ID, at now: Timestamp, usersMax: Int = PeopleLimits.usersMax
    ) async throws(Fault) {
        let since = PeopleLimits.start(at: now)
        var isMore = true
        while isMore, !Task.isCancelled {
            isMore = try await store.write { (records) throws(Fault) in
                let strikes = try records.removeStrikes(
                    in: organisation, before: since, keeping: PeopleLimits.strikesKeptMax, limit: PeopleLimits.sweptAtOnce)
                let tallies = try records.removeTallies(
                    in: organisation, beforeDay: PeopleLimits.day(of: since), limit: PeopleLimits.sweptAtOnce)
                let users = try records.removeUsers(
                    in: organisation, unseenSinceDay: PeopleLimits.day(of: since), keeping: usersMax, limit: PeopleLimits.sweptAtOnce)
                return max(strikes, tallies, users) == PeopleLimits.sweptAtOnce
            }
        }
    }
}

/// What is refused about users of items.
package enum PeopleFault {
    static func noRules() -> Fault {
        Fault(
            code: "item.no-user-rules", message: "No rule on users is at work, so nobody would look.",
            remedy: "Put a rule with ruleType USER to work first.", turn: .caller)
    }

    package static func noStrike(_ strike: String) -> Fault {
        Fault(
            code: "item.strike-not-found", message: "The user has no strike '\(visible(strike))' here.", place: strike,
            remedy: "The user's history shows those there are.", turn: .caller)
    }

    package static func badName() -> Fault {
        Fault(
            code: "item.bad-user",
            message: "A user has a type and an id of 1 to \(ItemUser.bytesMax) bytes each, without signs that cannot be seen.",
            remedy: "Name the user as items name their creator.", turn: .caller)
    }
}
