package import JSON

/// Whoever keeps items and knows what stands around one: what it answers to, and what was said before it.
package protocol ItemSurroundings: Sendable {
    /// Asked once for all items that a round of questions needs it for, and never for others.
    /// - Returns: One answer a wish, in order. Nothing is thrown: what cannot be had is absent.
    func surroundings(of wishes: [SurroundingsWish]) async -> [Surroundings]
}

/// What is wanted of what stands around one item.
package struct SurroundingsWish: Sendable {
    /// Of the item, among those that are being decided.
    package let place: Int
    package let item: Item
    package let parent: Bool
    /// The latest messages of its thread before it, at most; 0: none are wanted.
    package let messagesMax: Int

    package init(place: Int, item: Item, parent: Bool, messagesMax: Int) {
        (self.place, self.item, self.parent, self.messagesMax) = (place, item, parent, messagesMax)
    }
}

/// What stands around an item, as far as it could be had.
package struct Surroundings: Sendable {
    /// As ``Item/contextJSON`` writes it.
    package var parent: JSONValue?
    package var thread: ThreadContext?

    package init(parent: JSONValue? = nil, thread: ThreadContext? = nil) { (self.parent, self.thread) = (parent, thread) }
}

/// The conversation an item is part of, before it.
package struct ThreadContext: Sendable {
    package var id: String
    package var typeID: String?
    /// Oldest first.
    package var messages: [JSONValue]
    /// Whether older ones, or parts of it, were left out.
    package var isTruncated: Bool

    package init(id: String, typeID: String? = nil, messages: [JSONValue], isTruncated: Bool) {
        (self.id, self.typeID, self.messages, self.isTruncated) = (id, typeID, messages, isTruncated)
    }

    /// - Parameter messagesMax: The latest so many.
    func json(messagesMax: Int) -> JSONValue {
        var object: JSONObject = ["id": .string(id)]
        object["typeId"] = typeID.map { .string($0) }
        object["messages"] = .array(Array(messages.suffix(messagesMax)))
        object["truncated"] = .bool(isTruncated || messages.count > messagesMax)
        return .object(object)
    }
}
