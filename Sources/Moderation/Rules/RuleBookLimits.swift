/// How much an organisation's rules may be, beside what one rule may (`RuleLimits`). Listed in docs/limits.md.
package enum RuleBookLimits {
    /// Rules of one organisation, archived ones too.
    package static let rulesMax = 1_000
    /// Versions of one rule that are kept, the newest.
    package static let versionsKept = 100
    package static let itemTypesMax = 500
    /// Of all kinds together.
    package static let banksMax = 500
    package static let policiesMax = 500
    /// All values of one bank as JSON.
    package static let bankBytesMax = 4 << 20
    /// Of texts, and 32 for every value, in the banks that are read for an organisation's rules, or for one rule that is looked at.
    package static let banksReadBytesMax = 64 << 20
    /// Different regular expressions that are looked at when an organisation's rules are.
    package static let patternsCheckedMax = 100_000
    /// One rule as JSON.
    package static let ruleBytesMax = 512 << 10
    /// One item type as JSON.
    package static let itemTypeBytesMax = 256 << 10
    /// Characters of a name.
    package static let nameMax = 200
    /// Bytes of an id that somebody chooses: of an item type, a bank, a policy.
    package static let idBytesMax = 100
    /// Characters of what an author says of a change, and of a policy's description.
    package static let noteMax = 2_000
    /// Tags, policies or actions of one rule, each.
    package static let listMax = 200
    /// Organisations whose rules are kept compiled; beyond, one of them is made anew when it is asked for.
    package static let shelvesKept = 200
    /// Threads that try rules, threads that compile what is at work, and threads that decide what comes in; and of the first two, how many
    /// work for one organisation at once.
    package static let tryingThreads = 2
    package static let tryingThreadsForOne = 1
    package static let readyingThreads = 2
    package static let readyingThreadsForOne = 1
    package static let decidingThreads = 4
    /// Of one organisation: checks and tests at work, each with its banks and items in memory, and those that wait.
    package static let tryingAtOnce = 4
    package static let tryingWaitingMax = 16
    /// Times in a row that compiling is given up since something changed again.
    package static let givenUpInRowMax = 3
    /// Days that are kept of what rules came to, each a row a rule, and that are told of one rule.
    package static let daysKept = 90
    /// Rows of them that one transaction removes.
    package static let daysSweptAtOnce = 500
    /// Days before today that an alarm compares today with, and how many items a rule must have looked at on them.
    package static let alarmDays = 7
    package static let alarmLookedMin = 100
    /// How many times more, or fewer, items must pass than usual, and how many more than this must pass, or usually do.
    package static let alarmTimes = 4
    package static let alarmPassesMin = 20
    /// Items of one live test.
    package static let testItemsMax = 100
}
