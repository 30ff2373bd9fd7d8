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
    /// Fields of an item type.
    package static let fieldsMax = 1_000
    /// Values of one list or map of an item.
    package static let containerValuesMax = 10_000
    /// Bytes of one text of an item; longer items are refused as they are submitted.
    package static let itemTextBytesMax = 1024 * 1024
    /// Values that a signal is asked about in one message.
    package static let signalBatchMax = 256
    /// Bytes of the values of one message, as they are estimated before they are written; one value that is larger goes alone.
    package static let signalMessageBytes = 4 << 20
    /// Messages to signals on their way at once, for one evaluation.
    package static let batchesInFlightMax = 16
    /// How long a signal may take for one message, unless the caller says otherwise.
    package static let signalTime: Duration = .seconds(5)
    /// Findings told of one rule or item.
    package static let findingsMax = 200
}
