package import PluginModel

/// What one organisation lets an integration's signals see around an item; nil leaves a part as the manifest has it.
package struct ContextSettings: Sendable, Hashable {
    package var plugin: PluginID
    package var organisation: Organisation.ID
    /// The messages of its thread.
    package var includesThread: Bool?
    package var messagesMax: Int?
    /// The item it answers to.
    package var includesParent: Bool?
    package var revision: Int
    package var changedAt: Timestamp

    package init(
        plugin: PluginID, organisation: Organisation.ID, includesThread: Bool? = nil, messagesMax: Int? = nil, includesParent: Bool? = nil,
        revision: Int, changedAt: Timestamp
    ) {
        (self.plugin, self.organisation, self.revision, self.changedAt) = (plugin, organisation, revision, changedAt)
        (self.includesThread, self.messagesMax, self.includesParent) = (includesThread, messagesMax, includesParent)
    }
}

/// An item without what was sent, for choosing which to read.
package struct ItemSketch: Sendable, Hashable {
    package var sequence: Int64
    package var itemID: String
    package var typeID: String
    /// Of what was sent, as JSON.
    package var characters: Int

    package init(sequence: Int64, itemID: String, typeID: String, characters: Int) {
        (self.sequence, self.itemID, self.typeID, self.characters) = (sequence, itemID, typeID, characters)
    }
}
