package import JSON

/// What may follow when a rule passes.
package struct RuleAction: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A signed request to an address.
        case webhook
        /// An event in the journal.
        case journal
        /// A job in a review queue.
        case review
    }

    package var organisation: Organisation.ID
    /// The name rules know it by: letters, digits, `.`, `_`, `-`.
    package var id: String
    package var name: String
    package var kind: Kind
    /// Of a webhook.
    package var url: String?
    /// Sent along as it is.
    package var custom: JSONObject
    package var revision: Int
    package var changedAt: Timestamp

    package init(
        organisation: Organisation.ID, id: String, name: String, kind: Kind, url: String? = nil, custom: JSONObject = [:],
        revision: Int = 1,
        changedAt: Timestamp
    ) {
        (self.organisation, self.id, self.name, self.kind, self.url) = (organisation, id, name, kind, url)
        (self.custom, self.revision, self.changedAt) = (custom, revision, changedAt)
    }

    /// Where the vault keeps the key that its requests are signed with.
    package var secretPlace: SecretPlace { Self.secretPlace(of: id, in: organisation) }

    package static func secretPlace(of id: String, in organisation: Organisation.ID) -> SecretPlace {
        SecretPlace(organisation: organisation.rawValue, owner: "hub", instance: "rule-action:\(id)", field: "secret")
    }
}

/// One action of one decision: done, or on its way.
package struct ActionRun: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case done
        /// To be tried, or tried again, at `nextAt`.
        case waiting
        /// Given up; `problem` says why.
        case failed
        /// Every rule that asked for it has acted as often as it may today.
        case capped
    }

    /// Its place among all of the hub, from 1; 0 before it is written. Receivers know a delivery by it.
    package var sequence: Int64
    package var organisation: Organisation.ID
    /// The decision's, which is the item's.
    package var decision: Int64
    package var action: String
    /// The review that fired it; 0: its decision did.
    package var job: Int64 = 0
    package var state: State
    /// What is sent; nil where nothing is.
    package var payload: JSONValue?
    package var attempts: Int
    package var nextAt: Timestamp
    package var problem: SubmittedItem.Problem?

    package init(
        sequence: Int64 = 0, organisation: Organisation.ID, decision: Int64, action: String, state: State, payload: JSONValue? = nil,
        attempts: Int = 0, nextAt: Timestamp, problem: SubmittedItem.Problem? = nil
    ) {
        (self.sequence, self.organisation, self.decision, self.action) = (sequence, organisation, decision, action)
        (self.state, self.payload, self.attempts, self.nextAt, self.problem) = (state, payload, attempts, nextAt, problem)
    }
}
