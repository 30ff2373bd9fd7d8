import HubCore
import JSON
import PluginModel
import Rules

/// What decisions mean for the users whom items come from, inside the transaction that writes them: strikes, counts, and looks at who was struck.
struct Striking {
    private let writing: DecisionWriting
    private var tallies: [ItemUser: UserTally] = [:]
    private var strikes: [Strike] = []
    /// What users have, those given here included; those asked for alone.
    private var sums: [ItemUser: Int] = [:]
    /// In the order they were struck, with the submission of the item.
    private var struck: [(user: ItemUser, submission: Submission.ID)] = []

    init(_ writing: DecisionWriting) { self.writing = writing }

    /// Counts an item for its user, and gives strikes where live rules on content really acted on it. Rules on users give none, so that
    /// looking at a user never leads to another look. Tells webhooks what the user has now.
    mutating func take(
        _ item: SubmittedItem, _ draft: Judgement.Draft, _ followed: inout Firing.Followed, in records: any HubTransaction
    ) throws(Fault) -> [JournalEvent] {
        let creator = draft.item.creator.flatMap { ItemUser(id: $0.id, typeID: $0.typeID) }
        var events: [JournalEvent] = []
        if item.look == nil, let creator {
            tallies[creator, default: UserTally()] += UserTally(items: 1, acted: followed.hasActed ? 1 : 0)
            let giving = followed.policies.filter { $0.strikes > 0 }
            if !giving.isEmpty { events.append(try strike(creator, item, giving, in: records)) }
        }
        guard followed.runs.contains(where: { $0.payload != nil }),
            let user = creator ?? draft.item.user.flatMap({ ItemUser(id: $0.id, typeID: $0.typeID) })
        else { return events }
        let count = try sum(of: user, in: records)
        for place in followed.runs.indices {
            guard case .object(var payload)? = followed.runs[place].payload else { continue }
            payload["userStrikeCount"] = .int(Int64(count))
            followed.runs[place].payload = .object(payload)
        }
        return events
    }

    private mutating func strike(
        _ user: ItemUser, _ item: SubmittedItem, _ policies: [NamedPolicy], in records: any HubTransaction
    ) throws(Fault) -> JournalEvent {
        var sum = try sum(of: user, in: records)
        for policy in policies {
            strikes.append(
                Strike(
                    organisation: writing.organisation, user: user, policy: policy.id, strikes: policy.strikes, decision: item.sequence,
                    at: writing.now))
            sum += policy.strikes
        }
        sums[user] = sum
        if !struck.contains(where: { $0.user == user }) { struck.append((user, item.submission)) }
        return writing.event(
            "UserStruck", of: item,
            [
                "user": user.json, "policies": .array(policies.map { .string($0.id) }),
                "strikes": .int(Int64(policies.reduce(0) { $0 + $1.strikes })), "total": .int(Int64(sum)),
            ])
    }

    private mutating func sum(of user: ItemUser, in records: any HubTransaction) throws(Fault) -> Int {
        if let known = sums[user] { return known }
        let since = PeopleLimits.start(at: writing.now)
        let sum = try records.strikeSums(of: [user], in: writing.organisation, since: since)[user] ?? 0
        sums[user] = sum
        return sum
    }

    /// Writes it all down.
    /// - Returns: How many looks at users wait now that did not before.
    func keep(in records: any HubTransaction) throws(Fault) -> Int {
        _ = try records.append(strikes)
        if !tallies.isEmpty {
            try records.count(tallies, in: writing.organisation, onDay: PeopleLimits.day(of: writing.now))
        }
        guard writing.looksAtUsers else { return 0 }
        var looks: [SubmittedItem] = []
        // A look that nobody has begun sees these strikes too.
        for (user, submission) in struck where try !records.hasLookAhead(at: user, in: writing.organisation) {
            looks.append(
                try UserLook.item(
                    for: user, because: .strikes, in: writing.organisation, submission: submission, at: writing.now, records))
        }
        _ = try records.append(looks)
        return looks.count
    }
}

extension ItemUser {
    var json: JSONValue { ["id": .string(id), "typeId": .string(typeID)] }
}
