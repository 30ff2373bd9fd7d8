package import PluginModel

/// What stands around items, and how much of it signals may see.
package protocol ContextRecords {
    /// By plugin.
    func contextSettings(in organisation: Organisation.ID) throws(Fault) -> [ContextSettings]
    /// The revision before must be there; another is `plugin.changed-meanwhile`.
    func put(_ settings: ContextSettings) throws(Fault)

    /// Items of a thread, latest first, before a place when given.
    func itemSketches(
        ofThread thread: String, in organisation: Organisation.ID, before sequence: Int64?, limit: Int
    ) throws(Fault) -> [ItemSketch]
    /// The latest with this id of its submitter's, before a place when given; nil for a type: of any.
    func itemSketch(
        _ id: String, ofType type: String?, in organisation: Organisation.ID, before sequence: Int64?
    ) throws(Fault) -> ItemSketch?
    /// In the order of their places.
    func items(at sequences: [Int64], in organisation: Organisation.ID) throws(Fault) -> [SubmittedItem]
}
