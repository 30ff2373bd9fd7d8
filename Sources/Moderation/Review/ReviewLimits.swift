/// How much may wait for people's reviews; listed in docs/limits.md.
package struct ReviewLimits: Sendable, Hashable {
    /// Queues of one organisation.
    package var queuesMax = 100
    /// Open jobs of one queue; an action that asks for another has failed.
    package var openMax = 10_000
    /// Decisions that are kept of one job: the first, and the newest.
    package var reasonsKept = 100
    /// Items that an open job holds, however old they get: the first, and so many of the newest. Those between go as other items do, and their
    /// decisions with them.
    package var itemsHeld = 10
    /// How long a job is its claimant's.
    package var leaseTime: Duration = .seconds(15 * 60)
    /// Actions that one closing may fire.
    package var actionsMax = 20
    /// Policies that one closing may name.
    package var policiesMax = 50
    /// Characters of a closing's note, and of a queue's description.
    package var textMax = 2_000

    /// Routing rules of one organisation.
    package var routingRulesMax = 200
    /// How long routing rules may be asked about items that are decided together; afterwards the default queue takes what has none yet.
    package var routingTime: Duration = .seconds(10)
    /// Of what routing rules said of one item, as JSON.
    package var routingTraceBytesMax = 64 * 1024

    package init() {}
}
