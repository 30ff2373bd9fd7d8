import JSON
import PluginModel

extension MemoryTransaction {
    func contextSettings(in organisation: Organisation.ID) throws(Fault) -> [ContextSettings] {
        records.context.values.filter { $0.organisation == organisation }.sorted { $0.plugin.rawValue < $1.plugin.rawValue }
    }

    func put(_ settings: ContextSettings) throws(Fault) {
        try change { (records) throws(Fault) in
            let place = MemoryRecords.PluginPlace(plugin: settings.plugin, organisation: settings.organisation)
            guard records.organisations[settings.organisation] != nil else {
                throw Fault(code: "storage.unknown-reference", message: "There is no such organisation.", turn: .caller)
            }
            guard settings.revision - 1 == records.context[place]?.revision ?? 0 else {
                throw Fault(
                    code: "plugin.changed-meanwhile", message: "Somebody else changed what '\(settings.plugin)' may see meanwhile.",
                    remedy: "Look at it again, then repeat the change.", turn: .caller)
            }
            records.context[place] = settings
        }
    }

    func itemSketches(
        ofThread thread: String, in organisation: Organisation.ID, before sequence: Int64?, limit: Int
    ) throws(Fault) -> [ItemSketch] {
        records.moderation.items(of: organisation).reversed().filter { $0.thread == thread && $0.sequence < sequence ?? .max }
            .prefix(limit).map(Self.sketch)
    }

    func itemSketch(
        _ id: String, ofType type: String?, in organisation: Organisation.ID, before sequence: Int64?
    ) throws(Fault) -> ItemSketch? {
        records.moderation.items(of: organisation)
            .last { $0.itemID == id && $0.sequence < sequence ?? .max && (type == nil || $0.typeID == type) }.map(Self.sketch)
    }

    func items(at sequences: [Int64], in organisation: Organisation.ID) throws(Fault) -> [SubmittedItem] {
        Set(sequences).sorted().compactMap { records.moderation.items[$0] }.filter { $0.organisation == organisation }
    }

    private static func sketch(_ item: SubmittedItem) -> ItemSketch {
        ItemSketch(
            sequence: item.sequence, itemID: item.itemID, typeID: item.typeID, characters: item.data.serialized().unicodeScalars.count)
    }
}
