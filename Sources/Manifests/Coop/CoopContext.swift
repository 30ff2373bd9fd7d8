import JSON
import PluginModel

/// Reads what G3 says about the surroundings of an item. Contract of Coop, section 7, rule 2.
enum CoopContext {
    /// `{ thread?: { default: include|off, defaultMaxMessages?, maxMessagesLimit? }, parent?: { default } }`; nil where nothing can be set.
    static func options(_ value: JSONValue?) -> ContextOptions? {
        func isIncluded(_ part: JSONValue) -> Bool { part["default"]?.stringValue == "include" }
        let thread = value?["thread"].flatMap { thread -> ContextOptions.Thread? in
            guard thread.objectValue != nil else { return nil }
            return .init(
                isIncluded: isIncluded(thread), messages: messages(thread["defaultMaxMessages"]),
                messagesMax: messages(thread["maxMessagesLimit"]))
        }
        let parent = value?["parent"].flatMap { $0.objectValue == nil ? nil : isIncluded($0) }
        return thread == nil && parent == nil ? nil : ContextOptions(thread: thread, parent: parent)
    }

    /// A count of messages, held within the platform's; nil where it is none.
    static func messages(_ value: JSONValue?) -> Int? {
        guard let count = value?.intValue, count > 0 else { return nil }
        return min(count, ContextOptions.messagesMax)
    }
}
