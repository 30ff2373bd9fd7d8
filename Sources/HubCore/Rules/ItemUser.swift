/// Somebody whom items of an organisation come from: a name of the submitter's, and nobody with an account here.
package struct ItemUser: Sendable, Hashable {
    /// Of an id and of a type, each.
    package static let bytesMax = 256

    package let id: String
    /// Of the item type, declared here or not.
    package let typeID: String

    /// Nil for what cannot be kept as a name: nothing, more than `bytesMax` bytes, or signs that cannot be seen.
    package init?(id: String, typeID: String) {
        for text in [id, typeID] {
            guard (1...Self.bytesMax).contains(text.utf8.count), !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 })
            else { return nil }
        }
        (self.id, self.typeID) = (id, typeID)
    }

    /// The id with ASCII letters in lower case: what it is found by.
    package var folded: String { Self.fold(id) }

    package static func fold(_ id: String) -> String {
        String(decoding: id.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }

    /// As it was stored.
    package init(kept id: String, typeID: String) { (self.id, self.typeID) = (id, typeID) }
}

extension ItemUser: Comparable {
    /// By the bytes of the id, then of the type: the order of lists.
    package static func < (a: ItemUser, b: ItemUser) -> Bool {
        if a.id != b.id { return a.id.utf8.lexicographicallyPrecedes(b.id.utf8) }
        return a.typeID.utf8.lexicographicallyPrecedes(b.typeID.utf8)
    }
}

/// What a policy gave the user whose item live rules acted on.
package struct Strike: Sendable, Hashable {
    /// Who forgave it, and when; undone, nothing of it is left here.
    package struct Forgiving: Sendable, Hashable {
        package var at: Timestamp
        /// As the audit names them.
        package var by: String
        package var byName: String

        package init(at: Timestamp, by: String, byName: String) { (self.at, self.by, self.byName) = (at, by, byName) }
    }

    /// Its place among all of the hub, from 1; 0 before it is written.
    package var sequence: Int64
    package var organisation: Organisation.ID
    package var user: ItemUser
    package var policy: String
    /// How many, from 1.
    package var strikes: Int
    /// The decision's, which is the item's; a strike may outlive both.
    package var decision: Int64
    package var at: Timestamp
    package var forgiven: Forgiving?

    package init(
        sequence: Int64 = 0, organisation: Organisation.ID, user: ItemUser, policy: String, strikes: Int, decision: Int64, at: Timestamp,
        forgiven: Forgiving? = nil
    ) {
        (self.sequence, self.organisation, self.user, self.policy) = (sequence, organisation, user, policy)
        (self.strikes, self.decision, self.at, self.forgiven) = (strikes, decision, at, forgiven)
    }
}

/// How many items of a user were decided, and on how many of them live rules acted.
package struct UserTally: Sendable, Hashable {
    package var items: Int
    package var acted: Int

    package init(items: Int = 0, acted: Int = 0) { (self.items, self.acted) = (items, acted) }

    package static func += (a: inout UserTally, b: UserTally) { (a.items, a.acted) = (a.items + b.items, a.acted + b.acted) }
}

/// Which users somebody wants.
package struct ItemUserFilter: Sendable, Hashable {
    /// How many users of a prefix are asked for their strikes.
    package static let searchedMax = 10_000

    /// What the user's id begins with, whatever the case of ASCII letters; users come by their ids in small letters then.
    package var prefix: String?
    /// With at least so many strikes; 0: all.
    package var strikesMin = 0

    package init() {}
}
