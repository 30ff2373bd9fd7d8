package import JSON

/// Rules as they stood when items were decided, each with its version: kept once for all items that they looked at.
package struct RuleLineup: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        package var id: String
        package var name: String
        package var version: Int
        /// `LIVE` or `BACKGROUND`.
        package var status: String

        package init(id: String, name: String, version: Int, status: String) {
            (self.id, self.name, self.version, self.status) = (id, name, version, status)
        }
    }

    /// A hash of what is in it, so that the same rules are kept once: 32 hexadecimal digits.
    package let id: String
    package let members: [Member]

    package init(_ members: [Member]) {
        self.members = members
        var text = ""
        for member in members {
            for part in [member.id, member.name, "\(member.version)", member.status] { text += "\(part.utf8.count):\(part)" }
        }
        id = Sodium.hexadecimal(Sodium.hash(text).prefix(16))
    }

    /// As it was stored.
    package init(id: String, members: [Member]) { (self.id, self.members) = (id, members) }
}

/// What became of an item: one for each that could be decided.
package struct StoredDecision: Sendable, Hashable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case passed, failed
        /// It could not be told. Of a decision as a whole: no rule passed, and one or more could not be told.
        case errored
    }

    /// What became of one rule.
    package struct Result: Sendable, Hashable {
        /// Its place in the line-up.
        package var place: Int
        package var outcome: Outcome

        package init(place: Int, outcome: Outcome) { (self.place, self.outcome) = (place, outcome) }
    }

    /// The item's; also the decision's name.
    package var sequence: Int64
    package var organisation: Organisation.ID
    package var itemID: String
    package var typeID: String
    package var at: Timestamp
    /// From the moment its rules were asked to the last answer, with the items it was decided together with.
    package var microseconds: Int
    package var outcome: Outcome
    /// Rules that passed, by id, in their order.
    package var passed: [String]
    package var lineup: RuleLineup.ID
    /// Rules that passed or could not be told; the others of the line-up failed.
    package var results: [Result]
    /// The conditions of rules with what became of each, by place in the line-up; those that were kept.
    package var traces: [Int: JSONValue]
    package var conditions: Int
    package var signalRuns: Int
    /// The item's: a decision about a user.
    package var look: SubmittedItem.Look?

    package init(
        sequence: Int64, organisation: Organisation.ID, itemID: String, typeID: String, at: Timestamp, microseconds: Int,
        outcome: Outcome, passed: [String], lineup: RuleLineup.ID, results: [Result], traces: [Int: JSONValue] = [:], conditions: Int,
        signalRuns: Int, look: SubmittedItem.Look? = nil
    ) {
        (self.sequence, self.organisation, self.itemID, self.typeID) = (sequence, organisation, itemID, typeID)
        (self.at, self.microseconds, self.outcome, self.passed) = (at, microseconds, outcome, passed)
        (self.lineup, self.results, self.traces) = (lineup, results, traces)
        (self.conditions, self.signalRuns, self.look) = (conditions, signalRuns, look)
    }
}

extension RuleLineup {
    package typealias ID = String
}

/// Which decisions somebody wants; nil leaves a member open.
package struct DecisionFilter: Sendable, Hashable {
    /// One that looked at the item.
    package var rule: String?
    /// Of that rule, or without one of the decision as a whole.
    package var outcome: StoredDecision.Outcome?
    package var itemID: String?
    package var typeID: String?
    package var since: Timestamp?
    package var until: Timestamp?
    /// Somewhere in the item's id, whatever the case of ASCII letters.
    package var text: String?
    /// About users, or about what was handed in.
    package var isLook: Bool?

    package init() {}
}
