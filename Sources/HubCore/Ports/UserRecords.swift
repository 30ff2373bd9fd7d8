package import PluginModel

/// Users whom items come from: their strikes, and how many of their items were decided.
package protocol UserRecords {
    /// Gives them their places, in order. A second one of a policy for the same decision is `storage.conflict`.
    func append(_ strikes: [Strike]) throws(Fault) -> [Strike]
    func strike(_ sequence: Int64, in organisation: Organisation.ID) throws(Fault) -> Strike?
    /// Of one user, forgiven ones too, latest first, not from before `moment`.
    func strikes(of user: ItemUser, in organisation: Organisation.ID, since moment: Timestamp, limit: Int) throws(Fault) -> [Strike]
    /// What one decision gave, whomever it went to, by policy.
    func strikes(ofDecision decision: Int64, in organisation: Organisation.ID) throws(Fault) -> [Strike]
    /// False when it is not there.
    func setForgiven(_ forgiven: Strike.Forgiving?, strike: Int64, in organisation: Organisation.ID) throws(Fault) -> Bool
    /// What users have that is not forgiven nor from before `moment`; who has nothing is not in it.
    func strikeSums(of users: [ItemUser], in organisation: Organisation.ID, since moment: Timestamp) throws(Fault) -> [ItemUser: Int]

    /// Adds to what was counted on a day of UTC, counted from 1970-01-01.
    func count(_ tallies: [ItemUser: UserTally], in organisation: Organisation.ID, onDay day: Int64) throws(Fault)
    /// What was counted since a day; users nobody knows are not in it.
    func tallies(of users: [ItemUser], in organisation: Organisation.ID, sinceDay day: Int64) throws(Fault) -> [ItemUser: UserTally]
    /// By id and type, behind `user`: those with items since a day, or, where strikes are asked for, with so many since `moment`. Where ids begin with
    /// something, by their ids in small letters first; then strikes are asked for of the first `ItemUserFilter.searchedMax` of them.
    func users(
        _ filter: ItemUserFilter, in organisation: Organisation.ID, since moment: Timestamp, day: Int64, after user: ItemUser?, limit: Int
    ) throws(Fault) -> [ItemUser]

    /// Whether a look at this user waits that no process has begun.
    func hasLookAhead(at user: ItemUser, in organisation: Organisation.ID) throws(Fault) -> Bool
    /// That look.
    func lookAhead(at user: ItemUser, in organisation: Organisation.ID) throws(Fault) -> SubmittedItem?

    /// Removes, oldest first and at most `limit` of them, strikes from before a moment and those beyond the latest `keeping`. Gives how many.
    func removeStrikes(in organisation: Organisation.ID, before moment: Timestamp, keeping: Int, limit: Int) throws(Fault) -> Int
    /// Removes what was counted before a day, at most `limit` of it. Gives how much.
    func removeTallies(in organisation: Organisation.ID, beforeDay day: Int64, limit: Int) throws(Fault) -> Int
    /// Forgets users who were not seen since a day, and of the others those beyond the `keeping` seen last; at most `limit`, longest unseen first, with
    /// what was counted of them. Their strikes stay, and count. Gives how many.
    func removeUsers(in organisation: Organisation.ID, unseenSinceDay day: Int64, keeping: Int, limit: Int) throws(Fault) -> Int
}
