/// How much may be submitted, wait and be kept; listed in docs/limits.md.
package struct ItemLimits: Sendable, Hashable {
    /// Items of one submission.
    package var submittedMax = 1_000
    /// Items of one submission whose sender waits for the decisions.
    package var decidedMax = 100
    /// Of one item as JSON.
    package var itemBytesMax = 1024 * 1024
    /// Of an item's id.
    package var idBytesMax = 256
    /// Items of one organisation that wait; a submission that goes beyond is refused as a whole.
    package var waitingMax = 100_000
    /// Submissions whose senders wait, of all organisations; one organisation has at most as many as are free for the others.
    package var decidingAtOnce = 64
    /// Searches of one organisation that wait for the one at work.
    package var searchesWaitingMax = 4

    /// Items decided together.
    package var batchMax = 256
    /// Of them, as they were sent: a batch ends with the item that comes to this.
    package var batchBytesMax = 4 << 20
    /// Organisations whose items are decided at once; the others take turns, a batch each.
    package var organisationsAtOnce = 4
    /// Processes that may end while they decide an item; the next one gives it up.
    package var attemptsMax = 5
    /// How long to wait after the database, or the rules, could not be had; twice as long each time, up to the last.
    package var troubleWait: Duration = .seconds(1)
    package var troubleWaitMax: Duration = .seconds(60)

    /// With more rules at work than this, traces are kept of those alone that passed or could not be told.
    package var tracedRulesMax = 25
    /// Of all traces of one decision, as JSON.
    package var traceBytesMax = 64 * 1024

    /// How long items are kept that wait no more, and their decisions.
    package var keptTime: Duration = .seconds(30 * 86_400)
    /// How many an organisation keeps.
    package var keptMax = 100_000
    /// Bytes of items and of their decisions' traces that an organisation keeps; the oldest that wait for nothing go first, and a submission for
    /// which that makes no room is refused.
    package var keptBytesMax = 4 << 30
    /// Where there is no room, one part in so many is made at once.
    package static let roomShare = 64
    /// Removed in one transaction, so that nobody waits long behind it.
    package var sweptAtOnce = 500

    package init() {}
}

/// How actions are carried out.
package struct ActionLimits: Sendable, Hashable {
    /// Of one organisation.
    package var actionsMax = 500
    /// Of an action's `custom`, as JSON.
    package var customBytesMax = 16 * 1024
    /// Webhooks of one organisation that wait; further ones fail at once.
    package var waitingMax = 100_000
    /// Requests on their way at once, of all organisations and of one.
    package var atOnce = 16
    package var atOnceForOne = 4
    /// How long a receiver has to answer.
    package var time: Duration = .seconds(10)
    /// Of an answer, which nobody reads.
    package var answerBytesMax = 64 * 1024
    /// How long to wait before each further attempt; after the last one it has failed.
    package var waits: [Duration] = [.seconds(10), .seconds(60), .seconds(300), .seconds(1_800), .seconds(7_200)]
    /// How long to wait when what became of one could not be written down; twice as long each time, up to the last.
    package var writingWait: Duration = .seconds(1)
    package var writingWaitMax: Duration = .seconds(60)
    /// How often it is looked for webhooks whose time has come.
    package var pollTime: Duration = .seconds(5)

    package init() {}
}
