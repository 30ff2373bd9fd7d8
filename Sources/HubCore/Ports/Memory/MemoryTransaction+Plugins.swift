import PluginModel

extension MemoryTransaction {
    func plugin(_ id: PluginID) throws(Fault) -> PluginRecord? { records.plugins[id] }
    func plugins() throws(Fault) -> [PluginRecord] { records.plugins.values.sorted { $0.id.rawValue < $1.id.rawValue } }

    func put(_ plugin: PluginRecord) throws(Fault) {
        try change { (records) throws(Fault) in
            try Self.check(plugin.revision, follows: records.plugins[plugin.id]?.revision, plugin.id)
            records.plugins[plugin.id] = plugin
        }
    }

    func removePlugin(_ id: PluginID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            records.overrides[id] = nil
            records.enablement = records.enablement.filter { $0.key.plugin != id }
            records.grants = records.grants.filter { $0.key.plugin != id }
            records.grantUses = records.grantUses.filter { $0.key.plugin != id }
            records.settings = records.settings.filter { $0.key.plugin != id }
            records.context = records.context.filter { $0.key.plugin != id }
            records.failures.removeAll { $0.plugin == id }
            records.secrets = records.secrets.filter { $0.key.owner != id.rawValue }
            return records.plugins.removeValue(forKey: id) != nil
        }
    }

    /// The first revision is 1, and each follows the one before it.
    private static func check(_ revision: Int, follows present: Int?, _ plugin: PluginID) throws(Fault) {
        guard revision == (present ?? 0) + 1 else {
            throw Fault(
                code: "plugin.changed-meanwhile", message: "Somebody else changed '\(plugin)' meanwhile.",
                remedy: "Look at it again, then repeat the change.", turn: .caller)
        }
    }

    func override(_ plugin: PluginID) throws(Fault) -> PluginOverride? { records.overrides[plugin] }
    func overrides() throws(Fault) -> [PluginOverride] {
        records.overrides.values.sorted { $0.plugin.rawValue < $1.plugin.rawValue }
    }
    func put(_ override: PluginOverride) throws(Fault) {
        try change { (records) throws(Fault) in records.overrides[override.plugin] = override }
    }
    func removeOverride(_ plugin: PluginID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in records.overrides.removeValue(forKey: plugin) != nil }
    }

    func enablement(of plugin: PluginID) throws(Fault) -> [Organisation.ID: Bool] {
        var found: [Organisation.ID: Bool] = [:]
        for (place, isEnabled) in records.enablement where place.plugin == plugin {
            if let organisation = place.organisation { found[organisation] = isEnabled }
        }
        return found
    }
    func enablement(in organisation: Organisation.ID) throws(Fault) -> [PluginID: Bool] {
        var found: [PluginID: Bool] = [:]
        for (place, isEnabled) in records.enablement where place.organisation == organisation { found[place.plugin] = isEnabled }
        return found
    }
    func setEnablement(of plugin: PluginID, in organisation: Organisation.ID, _ isEnabled: Bool?) throws(Fault) {
        try change { (records) throws(Fault) in
            records.enablement[MemoryRecords.PluginPlace(plugin: plugin, organisation: organisation)] = isEnabled
        }
    }

    func grants(of plugin: PluginID) throws(Fault) -> [Grant] { try grants().filter { $0.plugin == plugin } }
    func grants() throws(Fault) -> [Grant] {
        records.grants.values.sorted { ($0.plugin.rawValue, $0.permission) < ($1.plugin.rawValue, $1.permission) }
    }
    func put(_ grant: Grant) throws(Fault) {
        try change { (records) throws(Fault) in
            records.grants[MemoryRecords.PermissionPlace(plugin: grant.plugin, permission: grant.permission)] = grant
        }
    }
    func removeGrant(of plugin: PluginID, permission: String) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            records.grants.removeValue(forKey: MemoryRecords.PermissionPlace(plugin: plugin, permission: permission)) != nil
        }
    }

    func grantUses(of plugin: PluginID) throws(Fault) -> [GrantUse] {
        records.grantUses.values.filter { $0.plugin == plugin }.sorted { $0.permission < $1.permission }
    }
    func add(_ uses: [GrantUse]) throws(Fault) {
        try change { (records) throws(Fault) in
            for use in uses {
                let place = MemoryRecords.PermissionPlace(plugin: use.plugin, permission: use.permission)
                var sum = use
                if let before = records.grantUses[place] {
                    sum.uses += before.uses
                    sum.refusals += before.refusals
                    sum.lastUsedAt = [before.lastUsedAt, use.lastUsedAt].compactMap { $0 }.max()
                }
                records.grantUses[place] = sum
            }
        }
    }

    func settings(of plugin: PluginID, in organisation: Organisation.ID?) throws(Fault) -> PluginSettings? {
        records.settings[MemoryRecords.PluginPlace(plugin: plugin, organisation: organisation)]
    }
    func settings(of plugin: PluginID) throws(Fault) -> [PluginSettings] {
        records.settings.values.filter { $0.plugin == plugin }.sorted {
            ($0.organisation?.rawValue ?? "") < ($1.organisation?.rawValue ?? "")
        }
    }
    func put(_ settings: PluginSettings) throws(Fault) {
        try change { (records) throws(Fault) in
            let place = MemoryRecords.PluginPlace(plugin: settings.plugin, organisation: settings.organisation)
            try Self.check(settings.revision, follows: records.settings[place]?.revision, settings.plugin)
            records.settings[place] = settings
        }
    }

    func failures(of plugin: PluginID, in organisation: Organisation.ID?, limit: Int) throws(Fault) -> [PluginFailure] {
        let found = records.failures.reversed().filter { $0.plugin == plugin && (organisation == nil || $0.organisation == organisation) }
        return Array(found.prefix(limit))
    }
    func append(_ failure: PluginFailure, keeping: Int) throws(Fault) {
        try change { (records) throws(Fault) in
            records.lastFailure += 1
            var failure = failure
            failure.sequence = records.lastFailure
            records.failures.append(failure)
            let surplus = records.failures.filter { $0.plugin == failure.plugin }.dropLast(keeping).map(\.sequence)
            records.failures.removeAll { surplus.contains($0.sequence) }
        }
    }
}
