/// How large items and rules may be, and how much an evaluation may take. Rules people write stay far below.
package enum RuleLimits {
    /// Sets in each other in one rule.
    package static let setDepthMax = 64
    /// Conditions of one rule, sets included.
    package static let conditionsMax = 2_000
    /// Texts, places or banks that one condition names.
    package static let matchingValuesMax = 10_000
    /// Bytes of one text, pattern, threshold or name in a rule.
    package static let textBytesMax = 16 * 1024
    /// Entries of one bank.
    package static let bankEntriesMax = 100_000
    /// Values that one condition compares with, those of banks included, and the bytes of texts among them.
    package static let leafValuesMax = 200_000
    package static let leafValueBytesMax = 8 << 20
    /// Of all rules that are compiled together, such as those of an organisation at work: different conditions, different inputs, values
    /// of different lists, the bytes of texts among them, and regular expressions.
    package static let programLeavesMax = 50_000
    package static let programSlotsMax = 10_000
    package static let programValuesMax = 500_000
    package static let programValueBytesMax = 16 << 20
    package static let programPatternsMax = 10_000
    /// About what is made of these values, in memory, for all rules that are compiled together: indexes of texts, compiled patterns.
    package static let programMemoryBytesMax = 256 << 20
    /// Fields of an item type.
    package static let fieldsMax = 1_000
    /// Values of one list or map of an item.
    package static let containerValuesMax = 10_000
    /// Bytes of one text of an item; longer items are refused as they are submitted.
    package static let itemTextBytesMax = 1024 * 1024
    /// Of a processor that all conditions of one item may take, and its traces as long again; what signals take does not count.
    package static let itemTime: Duration = .seconds(2)
    /// Of what is kept of items while they are decided together; with large rules or items fewer are.
    package static let portionBytesMax = 64 << 20
    /// How long items are decided before others have the thread for a turn.
    package static let turnTime: Duration = .milliseconds(10)
    /// Values that a signal is asked about in one message.
    package static let signalBatchMax = 256
    /// Bytes of the item above, and of a thread, that a signal is shown with one value; of a thread the latest messages that fit.
    package static let contextPartBytesMax = 64 * 1024
    /// Bytes of the values of one message, as they are estimated before they are written; one value that is larger goes alone.
    package static let signalMessageBytes = 4 << 20
    /// Messages to signals on their way at once, for one evaluation.
    package static let batchesInFlightMax = 16
    /// How long a signal may take for one message, unless the caller says otherwise.
    package static let signalTime: Duration = .seconds(5)
    /// Of the trace of one rule as JSON, and of what is written down of one item for all of its traces.
    package static let traceBytesMax = 256 * 1024
    /// Findings told of one rule or item.
    package static let findingsMax = 200
}
