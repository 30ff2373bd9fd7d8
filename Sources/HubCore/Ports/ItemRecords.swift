package import PluginModel

/// What was submitted, what was decided about it, and what follows from that.
package protocol ItemRecords {
    // MARK: Items

    /// Gives them their places, in order.
    func append(_ items: [SubmittedItem]) throws(Fault) -> [SubmittedItem]
    func item(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> SubmittedItem?
    /// Latest first, before `sequence` when given.
    func items(
        _ filter: ItemFilter, in organisation: Organisation.ID, before sequence: Int64?, limit: Int
    ) throws(Fault) -> [SubmittedItem]
    /// How many were handed in of these types (empty: of any), counted no further than to `max`.
    func itemCount(ofTypes types: [String], in organisation: Organisation.ID, max: Int) throws(Fault) -> Int
    /// Oldest first, behind `sequence`; no more once those before have this many bytes as they were sent.
    func waitingItems(
        in organisation: Organisation.ID, after sequence: Int64, limit: Int, bytesMax: Int
    ) throws(Fault) -> [SubmittedItem]
    func waitingItemCount(in organisation: Organisation.ID) throws(Fault) -> Int
    func organisationsWithWaitingItems() throws(Fault) -> [Organisation.ID]
    /// Counts one more attempt at items that wait, from the first of these places to the last.
    func countAttempt(at items: ClosedRange<Int64>, in organisation: Organisation.ID) throws(Fault)
    /// Ends an item's waiting. False when it does not wait any more, or is not there: then nothing may be written about it.
    func settle(
        _ sequence: Int64, in organisation: Organisation.ID, as state: SubmittedItem.State, problem: SubmittedItem.Problem?
    ) throws(Fault) -> Bool
    /// Removes, oldest first and at most `limit` of them, items that wait for nothing and that no open review holds, with their decisions: those from
    /// before a moment, and those beyond the latest `keeping`. Gives how many.
    func removeItems(
        in organisation: Organisation.ID, receivedBefore moment: Timestamp, keeping: Int, limit: Int
    ) throws(Fault) -> Int

    /// Bytes of an organisation's items and of the traces of their decisions, as they are kept.
    func itemBytes(in organisation: Organisation.ID) throws(Fault) -> Int
    /// Removes items that wait for nothing and that no open review holds, with their decisions, oldest first: as many as come to these bytes, and at
    /// most `limit`. Gives how many, and their bytes.
    func removeOldestItems(in organisation: Organisation.ID, freeing bytes: Int, limit: Int) throws(Fault) -> (items: Int, bytes: Int)

    // MARK: Decisions

    /// Keeps a line-up, if it is not kept already.
    func keep(_ lineup: RuleLineup, in organisation: Organisation.ID) throws(Fault)
    func lineup(_ id: RuleLineup.ID, in organisation: Organisation.ID) throws(Fault) -> RuleLineup?
    /// Removes line-ups that no decision stands on.
    func removeIdleLineups(in organisation: Organisation.ID) throws(Fault) -> Int
    /// Keeps a decision. A second one about the same item is `storage.conflict`.
    func append(_ decision: StoredDecision) throws(Fault)
    func decision(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> StoredDecision?
    /// Without its traces.
    func decisionHead(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> StoredDecision?
    /// Latest first, before `sequence` when given; without their traces.
    func decisions(
        _ filter: DecisionFilter, in organisation: Organisation.ID, before sequence: Int64?, limit: Int
    ) throws(Fault) -> [StoredDecision]
    /// How many fell since a moment.
    func decisionCount(in organisation: Organisation.ID, since moment: Timestamp) throws(Fault) -> Int

    // MARK: Actions

    /// How often each rule has acted on a day of UTC, counted from 1970-01-01; rules that did not are not in it.
    func actionCounts(in organisation: Organisation.ID, onDay day: Int64) throws(Fault) -> [String: Int]
    func setActionCount(_ count: Int, of rule: String, in organisation: Organisation.ID, onDay day: Int64) throws(Fault)
    func removeActionCounts(beforeDay day: Int64) throws(Fault) -> Int

    func ruleAction(_ id: String, in organisation: Organisation.ID) throws(Fault) -> RuleAction?
    /// All of them, by id: `ruleActionsMax` at most.
    func ruleActions(in organisation: Organisation.ID) throws(Fault) -> [RuleAction]
    /// Inserts with revision 1, or replaces the revision before; another one there is `action.changed-meanwhile`.
    func put(_ action: RuleAction) throws(Fault)
    /// Its secret stays with the vault. False when there was none.
    func removeRuleAction(_ id: String, in organisation: Organisation.ID) throws(Fault) -> Bool

    /// Gives them their places, in order. A second run of an action for the same decision and review is `storage.conflict`.
    func append(_ runs: [ActionRun]) throws(Fault) -> [ActionRun]
    /// Of these decisions, one after the other, each in the order they were written; without their payloads.
    func actionRuns(of decisions: [Int64], in organisation: Organisation.ID) throws(Fault) -> [ActionRun]
    /// Who has runs that are due.
    func organisationsWithDueRuns(at moment: Timestamp) throws(Fault) -> [Organisation.ID]
    /// Runs that are due, longest due first.
    func dueRuns(in organisation: Organisation.ID, at moment: Timestamp, limit: Int) throws(Fault) -> [ActionRun]
    /// How many wait, counted no further than to `max`.
    func waitingRunCount(in organisation: Organisation.ID, max: Int) throws(Fault) -> Int
    /// Writes down what became of a run that waited; one that waits no more loses its payload. False when it is not there any more, or waits no more.
    func settle(_ run: ActionRun) throws(Fault) -> Bool
}

extension RuleAction {
    /// What the ports refuse about actions.
    package static func changedMeanwhile(_ id: String) -> Fault {
        Fault(
            code: "action.changed-meanwhile", message: "The action '\(visible(id))' changed meanwhile. Nothing was changed by this call.",
            place: id, remedy: "Read it again, and repeat the change if it is still wanted.", turn: .caller)
    }
}
