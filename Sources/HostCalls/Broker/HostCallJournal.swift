package import PluginModel

/// Where uses and refusals of permissions are written down. Called from any thread; must not block.
package protocol HostCallJournal: Sendable {
    func record(_ entry: HostCallJournalEntry)
}

/// One use of a permission, or one refusal.
package struct HostCallJournalEntry: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case allowed
        case refused(Denial)
    }

    package let unixMilliseconds: Int64
    package let plugin: PluginIdentity
    package let callID: UInt32
    package let operation: String
    /// The narrowest permission that covers it.
    package let permission: String
    package let outcome: Outcome
    /// Entries left out before this one because there were too many in a minute.
    package let suppressed: Int
}
