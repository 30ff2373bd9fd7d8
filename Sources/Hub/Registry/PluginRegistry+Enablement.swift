package import HubCore
import JSON
package import PluginModel

extension PluginRegistry {
    /// Switches a plugin on or off for the whole hub, whatever a configuration file says; nil takes the decision back.
    ///
    /// Calls in flight finish; from the moment this is done, new ones are let in or refused. The same decision again changes nothing.
    package func setEnabled(_ id: PluginID, _ isEnabled: Bool?, by initiator: Initiator) async throws(Fault) {
        try await enter(id)
        defer { leave(id) }
        let entry = try entry(id)
        guard entry.override?.isEnabled != isEnabled else { return }
        let override = isEnabled.map { PluginOverride(plugin: id, isEnabled: $0, updatedAt: now) }
        let record = changed(entry.record) { _ in }
        let deed = Deed(
            action: isEnabled.map { $0 ? "plugin.enable" : "plugin.disable" } ?? "plugin.follow-file",
            event: isEnabled.map { $0 ? "PluginEnabled" : "PluginDisabled" } ?? "PluginChanged", plugin: id)
        try await write(deed, by: initiator) { (records) throws(Fault) in
            try records.put(record)
            if let override { try records.put(override) } else { _ = try records.removeOverride(id) }
        }
        entries[id]?.record = record
        entries[id]?.override = override
        refresh(id)
    }

    /// Switches a plugin on or off for one organisation; nil: as the hub has it. What the hub switched off stays off.
    package func setEnabled(
        _ id: PluginID, _ isEnabled: Bool?, in organisation: Organisation.ID, by initiator: Initiator
    ) async throws(Fault) {
        try await enter(id)
        defer { leave(id) }
        let entry = try entry(id)
        guard entry.enablement[organisation] != isEnabled else { return }
        let record = changed(entry.record) { _ in }
        let deed = Deed(
            action: isEnabled.map { $0 ? "plugin.enable" : "plugin.disable" } ?? "plugin.follow-hub",
            event: isEnabled.map { $0 ? "PluginEnabled" : "PluginDisabled" } ?? "PluginChanged", plugin: id, organisation: organisation)
        try await write(deed, by: initiator) { (records) throws(Fault) in
            try records.put(record)
            try records.setEnablement(of: id, in: organisation, isEnabled)
        }
        entries[id]?.record = record
        entries[id]?.enablement[organisation] = isEnabled
        refresh(id)
    }

    /// An organisation is gone: nothing of it is kept in memory either. Its records go with it in the store.
    package func forget(_ organisation: Organisation.ID) async {
        for id in entries.keys where entries[id]?.organisations.contains(organisation) == true {
            entries[id]?.enablement[organisation] = nil
            entries[id]?.settings[.organisation(organisation)] = nil
            entries[id]?.sealed[.organisation(organisation)] = nil
            refresh(id)
        }
        for live in directory.all {
            live.desk.endRest(of: organisation)
            guard let generation = live.desk.generation, let instance = generation.forget(.organisation(organisation)) else { continue }
            Task {
                await instance.drain(within: limits.drainTime)
                self.collect(instance, of: live)
            }
        }
        await catalogs.forget(organisation, of: entries.keys.sorted { $0.rawValue < $1.rawValue })
    }
}
