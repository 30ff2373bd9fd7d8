package import JSON

/// Items that were handed in together.
package enum Submission: Sendable {
    package typealias ID = Identifier<Submission>
}

/// An item as it was submitted, and what has become of it since.
package struct SubmittedItem: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// Its decision is still to come.
        case waiting
        case decided
        /// It could not be decided, and will not be tried again; `problem` says why.
        case failed
    }

    /// Why the hub looks at a user without an item that was handed in: then id and type are the user's, and the data is the latest item
    /// handed in of that type and id, or empty.
    package enum Look: String, Sendable, Hashable, CaseIterable {
        /// The user's strikes changed.
        case strikes
        /// Somebody asked for it.
        case check
    }

    /// Why there is no decision.
    package struct Problem: Sendable, Hashable {
        package var code: String
        package var message: String

        package init(code: String, message: String) { (self.code, self.message) = (code, message) }
    }

    /// Its place among all items of the hub, from 1, in the order of submission; 0 before it is written.
    package var sequence: Int64
    package var organisation: Organisation.ID
    /// The submitter's name of it. The same one again is another submission, with a place and a decision of its own.
    package var itemID: String
    package var typeID: String
    package var submission: Submission.ID
    /// Everything that was sent: `{id, typeId, data, creator?, …}`.
    package var data: JSONValue
    package var receivedAt: Timestamp
    package var state: State
    /// How many processes have begun to decide it. More than one means that a hub ended meanwhile.
    package var attempts: Int
    package var problem: Problem?
    /// The conversation it is part of, by its id; nil where it is of none, or of one with a name that is too long to look up.
    package var thread: String?
    /// Nil: it was handed in.
    package var look: Look?

    package init(
        sequence: Int64 = 0, organisation: Organisation.ID, itemID: String, typeID: String, submission: Submission.ID, data: JSONValue,
        receivedAt: Timestamp, state: State = .waiting, attempts: Int = 0, problem: Problem? = nil, thread: String? = nil,
        look: Look? = nil
    ) {
        (self.sequence, self.organisation, self.itemID, self.typeID) = (sequence, organisation, itemID, typeID)
        (self.submission, self.data, self.receivedAt) = (submission, data, receivedAt)
        (self.state, self.attempts, self.problem, self.thread, self.look) = (state, attempts, problem, thread, look)
    }
}

/// Which items somebody wants; nil leaves a member open.
package struct ItemFilter: Sendable, Hashable {
    /// How many of an organisation's latest items a search for `text` looks through.
    package static let searchedMax = 10_000
    /// How many bytes of them.
    package static let searchedBytesMax = 64 << 20
    /// Of `text`.
    package static let textBytesMax = 100

    /// Any of these; empty: all.
    package var typeIDs: [String] = []
    package var itemID: String?
    package var state: SubmittedItem.State?
    /// Somewhere in the item as it was sent, whatever the case of ASCII letters. At most `textBytesMax` bytes.
    package var text: String?
    /// Looks at users, or what was handed in.
    package var isLook: Bool?

    package init() {}
}
