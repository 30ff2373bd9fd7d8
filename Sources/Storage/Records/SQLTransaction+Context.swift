import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    // MARK: What signals may see

    func contextSettings(in organisation: Organisation.ID) throws(Fault) -> [ContextSettings] {
        try rows(
            "select plugin, organisation, settings, revision, changed_ms from plugin_context where organisation = $1 order by plugin",
            .id(organisation)
        ) { (row: any SQLRow) throws(Fault) in
            let values = try row.object(2)
            return ContextSettings(
                plugin: try row.plugin(0), organisation: row.id(1), includesThread: values["thread"]?.boolValue,
                messagesMax: values["messagesMax"]?.intValue, includesParent: values["parent"]?.boolValue, revision: Int(row.integer(3)),
                changedAt: row.timestamp(4))
        }
    }

    func put(_ settings: ContextSettings) throws(Fault) {
        try require(settings.organisation)
        let found = try rows(
            "select revision from plugin_context where plugin = $1 and organisation = $2", .plugin(settings.plugin),
            .id(settings.organisation)
        ) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first
        guard settings.revision - 1 == found ?? 0 else {
            throw RecordFault.changedMeanwhile(
                settings.plugin, what: "What signals may see", expected: settings.revision - 1, found: found)
        }
        var values = JSONObject()
        values["thread"] = settings.includesThread.map { .bool($0) }
        values["messagesMax"] = settings.messagesMax.map { .int(Int64($0)) }
        values["parent"] = settings.includesParent.map { .bool($0) }
        try change(
            """
            insert into plugin_context (plugin, organisation, settings, revision, changed_ms) values ($1, $2, $3, $4, $5)
            on conflict (plugin, organisation) do update set settings = excluded.settings, revision = excluded.revision,
                changed_ms = excluded.changed_ms
            """, .plugin(settings.plugin), .id(settings.organisation), .json(.object(values)), .integer(Int64(settings.revision)),
            .at(settings.changedAt))
    }

    // MARK: Around an item

    private static func sketch(_ row: any SQLRow) throws(Fault) -> ItemSketch {
        ItemSketch(sequence: row.integer(0), itemID: row.text(1), typeID: row.text(2), characters: Int(row.integer(3)))
    }

    private static let sketchColumns = "sequence, item_id, type_id, length(data)"

    func itemSketches(
        ofThread thread: String, in organisation: Organisation.ID, before sequence: Int64?, limit: Int
    ) throws(Fault) -> [ItemSketch] {
        try rows(
            """
            select \(Self.sketchColumns) from items where organisation = $1 and thread = $2 and sequence < $3
            order by sequence desc limit $4
            """, .id(organisation), .text(thread), .integer(sequence ?? .max), .limit(limit), read: Self.sketch)
    }

    func itemSketch(
        _ id: String, ofType type: String?, in organisation: Organisation.ID, before sequence: Int64?
    ) throws(Fault) -> ItemSketch? {
        var filter = SQLFilter()
        filter.add("organisation = ", .id(organisation))
        filter.add("item_id = ", .text(id))
        filter.add("sequence < ", .integer(sequence ?? .max))
        if let type { filter.add("type_id = ", .text(type)) }
        return try rows(
            "select \(Self.sketchColumns) from items where \(filter.text) order by sequence desc limit 1", filter.values,
            read: Self.sketch
        ).first
    }

    func items(at sequences: [Int64], in organisation: Organisation.ID) throws(Fault) -> [SubmittedItem] {
        var found: [SubmittedItem] = []
        let wanted = Set(sequences).sorted()
        for start in stride(from: 0, to: wanted.count, by: 200) {
            var filter = SQLFilter()
            filter.add("organisation = ", .id(organisation))
            let places = wanted[start..<min(start + 200, wanted.count)].map { filter.next(.integer($0)) }
            filter.add("sequence in (\(places.joined(separator: ", ")))")
            found += try rows(
                "select \(Self.itemColumns) from items where \(filter.text) order by sequence", filter.values, read: Self.item)
        }
        return found
    }
}
