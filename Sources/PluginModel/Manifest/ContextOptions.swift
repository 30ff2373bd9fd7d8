import JSON

/// What an organisation can set about the surroundings of an item that signals are shown; nil where there is nothing to set.
package struct ContextOptions: Sendable, Hashable {
    package struct Thread: Sendable, Hashable {
        /// Shown unless the organisation says otherwise.
        package var isIncluded: Bool
        /// Messages shown at first; nil: `messages`.
        package var messages: Int?
        /// How many an organisation can ask for; nil: `messagesMax`.
        package var messagesMax: Int?
        package init(isIncluded: Bool, messages: Int? = nil, messagesMax: Int? = nil) {
            (self.isIncluded, self.messages, self.messagesMax) = (isIncluded, messages, messagesMax)
        }
    }

    /// Messages of a thread where nobody says how many; the platform's own number in Coop.
    package static let messages = 20
    /// No manifest and no organisation goes beyond.
    package static let messagesMax = 100

    package var thread: Thread?
    /// Whether the item above is shown unless the organisation says otherwise.
    package var parent: Bool?

    package init(thread: Thread? = nil, parent: Bool? = nil) { (self.thread, self.parent) = (thread, parent) }
}

extension ContextOptions {
    var json: JSONValue {
        JSONObject.of(
            (
                "thread",
                thread.map { thread in
                    JSONObject.of(
                        ("included", .bool(thread.isIncluded)), ("messages", thread.messages.map { .int(Int64($0)) }),
                        ("messagesMax", thread.messagesMax.map { .int(Int64($0)) }))
                }
            ), ("parent", parent.map { ["included": .bool($0)] }))
    }
}
