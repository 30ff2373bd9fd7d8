import HubCore
import JSON
import PluginModel

extension SQLTransaction {
    // MARK: Settings

    private static func settings(_ row: any SQLRow) throws(Fault) -> PluginSettings {
        let organisation = row.text(1)
        return PluginSettings(
            plugin: try row.plugin(0), organisation: organisation.isEmpty ? nil : Organisation.ID(organisation),
            values: try row.object(2), revision: Int(row.integer(3)), changedAt: row.timestamp(4))
    }

    func settings(of plugin: PluginID, in organisation: Organisation.ID?) throws(Fault) -> PluginSettings? {
        try rows(
            "select plugin, organisation, settings, revision, changed_ms from plugin_settings where plugin = $1 and organisation = $2",
            .plugin(plugin), .text(organisation?.rawValue ?? ""), read: Self.settings
        ).first
    }

    /// The hub's come first.
    func settings(of plugin: PluginID) throws(Fault) -> [PluginSettings] {
        try rows(
            "select plugin, organisation, settings, revision, changed_ms from plugin_settings where plugin = $1 order by organisation",
            .plugin(plugin), read: Self.settings)
    }

    func put(_ settings: PluginSettings) throws(Fault) {
        let found = try rows(
            "select revision from plugin_settings where plugin = $1 and organisation = $2", .plugin(settings.plugin),
            .text(settings.organisation?.rawValue ?? "")
        ) { (row: any SQLRow) throws(Fault) in Int(row.integer(0)) }.first
        guard settings.revision - 1 == found ?? 0 else {
            throw RecordFault.changedMeanwhile(settings.plugin, what: "A setting", expected: settings.revision - 1, found: found)
        }
        // No foreign key: the hub's own settings have no organisation. So it is looked for here.
        if let organisation = settings.organisation { try require(organisation) }
        try change(
            """
            insert into plugin_settings (plugin, organisation, settings, revision, changed_ms) values ($1, $2, $3, $4, $5)
            on conflict (plugin, organisation) do update set settings = excluded.settings, revision = excluded.revision,
                changed_ms = excluded.changed_ms
            """, .plugin(settings.plugin), .text(settings.organisation?.rawValue ?? ""), .json(.object(settings.values)),
            .integer(Int64(settings.revision)), .at(settings.changedAt))
    }

    // MARK: Failures

    func failures(of plugin: PluginID, in organisation: Organisation.ID?, limit: Int) throws(Fault) -> [PluginFailure] {
        var filter = SQLFilter()
        filter.add("plugin = ", .plugin(plugin))
        if let organisation { filter.add("organisation = ", .id(organisation)) }
        return try rows(
            """
            select sequence, plugin, at_ms, failure, organisation from plugin_failures where \(filter.text)
            order by sequence desc limit \(filter.next(.limit(limit)))
            """, filter.values
        ) { (row: any SQLRow) throws(Fault) in
            let failure = try row.json(3)
            func text(_ key: String) -> String? { failure[key]?.stringValue }
            return PluginFailure(
                sequence: row.integer(0), plugin: try row.plugin(1), version: text("version") ?? "", at: row.timestamp(2),
                organisation: row.optionalID(4), entry: text("entry") ?? "",
                fault: Fault(
                    code: text("code") ?? "", message: text("message") ?? "", place: text("place"), remedy: text("remedy"),
                    turn: text("turn").flatMap(Fault.Turn.init(rawValue:)) ?? .hub, details: text("details")))
        }
    }

    /// All that a plugin may have said is inside JSON, where every character can be kept: a failure must not hide by its own words.
    func append(_ failure: PluginFailure, keeping: Int) throws(Fault) {
        if let organisation = failure.organisation { try require(organisation) }
        var kept: JSONObject = [
            "version": .string(failure.version), "entry": .string(failure.entry), "code": .string(failure.fault.code),
            "message": .string(failure.fault.message), "turn": .string(failure.fault.turn.rawValue),
        ]
        if let place = failure.fault.place { kept["place"] = .string(place) }
        if let remedy = failure.fault.remedy { kept["remedy"] = .string(remedy) }
        if let details = failure.fault.details { kept["details"] = .string(details) }
        let sequence = try advance("failures", by: 1)
        try change(
            "insert into plugin_failures (sequence, plugin, at_ms, failure, organisation) values ($1, $2, $3, $4, $5)", .integer(sequence),
            .plugin(failure.plugin), .at(failure.at), .json(.object(kept)), .id(failure.organisation))
        try change(
            """
            delete from plugin_failures where plugin = $1 and sequence <= (
                select sequence from plugin_failures where plugin = $1 order by sequence desc limit 1 offset $2)
            """, .plugin(failure.plugin), .limit(keeping))
    }
}
