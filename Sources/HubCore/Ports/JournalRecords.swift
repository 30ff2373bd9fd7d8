package import PluginModel

/// The journal of events, the audit log, and how far readers of the journal are.
package protocol JournalRecords {
    /// Gives them their places, in order.
    func append(_ events: [JournalEvent]) throws(Fault) -> [JournalEvent]
    /// Behind `sequence`, oldest first. `types` are exact or end in `.*`; empty: all.
    func events(after sequence: Int64, types: [String], organisation: Organisation.ID?, limit: Int) throws(Fault) -> [JournalEvent]
    func lastSequence() throws(Fault) -> Int64
    /// Removes events of these types that are older; gives how many.
    func removeEvents(before moment: Timestamp, types: [String]) throws(Fault) -> Int

    func append(_ entry: AuditEntry) throws(Fault)
    /// Latest first, before `sequence` when given.
    func audit(_ filter: AuditFilter, before sequence: Int64?, limit: Int) throws(Fault) -> [AuditEntry]

    /// Up to where a named reader has read; 0 before it began.
    func cursor(_ name: String) throws(Fault) -> Int64
    /// Only moves forward.
    func setCursor(_ name: String, _ sequence: Int64) throws(Fault)
}

/// Which audit entries somebody wants; nil leaves a member open.
package struct AuditFilter: Sendable, Hashable {
    package var actor: String?
    /// Exact, or a prefix when it ends in `.`.
    package var action: String?
    package var subject: String?
    package var organisation: Organisation.ID?
    package var since: Timestamp?
    package var until: Timestamp?

    package init() {}
}

/// Answers to requests that may be sent twice.
package protocol RequestRecords {
    func answer(to key: String, of principal: String) throws(Fault) -> KeptAnswer?
    /// False when there is one already, which stays.
    func keep(_ answer: KeptAnswer, for key: String, of principal: String) throws(Fault) -> Bool
    func removeAnswers(before moment: Timestamp) throws(Fault) -> Int
}

/// What was answered to a request with an idempotency key.
package struct KeptAnswer: Sendable, Hashable {
    /// Of method, path and body: the same key with another request is an error.
    package var requestHash: [UInt8]
    package var status: Int
    package var headers: [String: String]
    package var body: [UInt8]
    package var at: Timestamp

    package init(requestHash: [UInt8], status: Int, headers: [String: String], body: [UInt8], at: Timestamp) {
        (self.requestHash, self.status, self.headers, self.body, self.at) = (requestHash, status, headers, body, at)
    }
}

/// Keeps the answer to a request with an idempotency key in the transaction that does what was asked, so that neither is there without the other.
package struct OnceNote<Done: Sendable>: Sendable {
    /// As the audit knows whoever asks.
    package let owner: String
    package let key: String
    package let answer: @Sendable (Done) -> KeptAnswer

    package init(owner: String, key: String, answer: @escaping @Sendable (Done) -> KeptAnswer) {
        (self.owner, self.key, self.answer) = (owner, key, answer)
    }

    package func keep(_ done: Done, in records: any HubTransaction) throws(Fault) {
        _ = try records.keep(answer(done), for: key, of: owner)
    }
}
