package import JSON

/// An item that somebody is to look at, with the decisions that asked for it.
package struct ReviewJob: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case open, closed
    }

    /// Who looks at it now, and until when nobody else may.
    package struct Claim: Sendable, Hashable {
        /// As the audit names them.
        package var by: String
        package var byName: String
        package var until: Timestamp

        package init(by: String, byName: String, until: Timestamp) { (self.by, self.byName, self.until) = (by, byName, until) }
    }

    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// Nothing follows.
        case ignored
        /// Actions were fired.
        case acted
    }

    /// How it ended.
    package struct Closing: Sendable, Hashable {
        package var outcome: Outcome
        package var actions: [String]
        package var policies: [String]
        package var note: String?
        package var by: String
        package var byName: String
        package var at: Timestamp

        package init(
            outcome: Outcome, actions: [String] = [], policies: [String] = [], note: String? = nil, by: String, byName: String,
            at: Timestamp
        ) {
            (self.outcome, self.actions, self.policies, self.note) = (outcome, actions, policies, note)
            (self.by, self.byName, self.at) = (by, byName, at)
        }
    }

    /// Its place among all jobs of the hub, from 1, and its name; 0 before it is written.
    package var sequence: Int64
    package var organisation: Organisation.ID
    /// The queue it is in; of a closed job the one it was in.
    package var queue: String
    package var itemID: String
    package var typeID: String
    package var state: State
    /// How many decisions have asked for it; the first and the latest of them are kept.
    package var decisions: Int
    package var openedAt: Timestamp
    package var changedAt: Timestamp
    package var claim: Claim?
    package var closing: Closing?

    package init(
        sequence: Int64 = 0, organisation: Organisation.ID, queue: String, itemID: String, typeID: String, state: State = .open,
        decisions: Int = 0, openedAt: Timestamp, changedAt: Timestamp, claim: Claim? = nil, closing: Closing? = nil
    ) {
        (self.sequence, self.organisation, self.queue) = (sequence, organisation, queue)
        (self.itemID, self.typeID, self.state, self.decisions) = (itemID, typeID, state, decisions)
        (self.openedAt, self.changedAt, self.claim, self.closing) = (openedAt, changedAt, claim, closing)
    }
}

/// A decision that asked for a review: one for each action that did.
package struct ReviewReason: Sendable, Hashable {
    package var job: Int64
    /// The item's place.
    package var decision: Int64
    package var action: String
    /// Rules that asked, by id, and their policies.
    package var rules: [String]
    package var policies: [String]
    package var at: Timestamp
    /// Which routing rules were asked for this item and what they said; nil: there were none to ask.
    package var routing: JSONValue?

    package init(
        job: Int64, decision: Int64, action: String, rules: [String], policies: [String], at: Timestamp, routing: JSONValue? = nil
    ) {
        (self.job, self.decision, self.action, self.rules) = (job, decision, action, rules)
        (self.policies, self.at, self.routing) = (policies, at, routing)
    }
}

/// Which jobs somebody wants; nil leaves a member open.
package struct ReviewFilter: Sendable, Hashable {
    package var queue: String?
    package var state = ReviewJob.State.open
    package var itemID: String?

    package init(queue: String? = nil, state: ReviewJob.State = .open, itemID: String? = nil) {
        (self.queue, self.state, self.itemID) = (queue, state, itemID)
    }
}
