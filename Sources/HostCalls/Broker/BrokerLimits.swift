/// How much one plugin may ask of the hub at once.
package struct BrokerLimits: Sendable, Hashable {
    /// In bytes of JSON, per host call. Leaves room for the largest `http.fetch` body as base64.
    package var argumentsBytesMax: Int
    /// How many arrays and objects may stand inside each other in arguments.
    package var argumentsDepthMax: Int
    /// Calls begun and not yet answered; further ones are answered `hostcall.busy`.
    package var outstandingCallsMax: Int
    /// Entries a minute that may go to the journal; what exceeds it is counted and told with the next entry.
    package var journalEntriesPerMinute: Int

    package init(
        argumentsBytesMax: Int = 12 * 1024 * 1024, argumentsDepthMax: Int = 128, outstandingCallsMax: Int = 1024,
        journalEntriesPerMinute: Int = 600
    ) {
        self.argumentsBytesMax = argumentsBytesMax
        self.argumentsDepthMax = argumentsDepthMax
        self.outstandingCallsMax = outstandingCallsMax
        self.journalEntriesPerMinute = journalEntriesPerMinute
    }

    package static let `default` = BrokerLimits()
}
