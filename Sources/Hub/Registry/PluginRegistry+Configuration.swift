import HostCalls
import HubCore
import JSON
package import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox

extension PluginRegistry {
    /// The export a plugin offers to check its settings: called with null, it answers anything, `{ok, message}`, or throws.
    package static let testExport = "testConnection"

    // MARK: Looking

    package func configuration(of id: PluginID, in scope: ConfigurationScope) async throws(Fault) -> ConfigurationForm {
        let entry = try entry(id)
        guard let manifest = entry.manifest, var shown = Optional(manifest) else { throw RegistryFault.noVersion(id) }
        shown.configuration = entry.fields
        guard let layers = entry.layers(scope.organisation, environment: parts.environment, manifest: shown) else {
            throw RegistryFault.noVersion(id)
        }
        return ConfigurationForm(
            plugin: id, scope: scope,
            fields: shown.configuration.map { field in
                ConfigurationForm.Field(
                    field: field, value: field.isSecret ? nil : layers.values[field.key],
                    isSet: field.isSecret ? layers.secrets[field.key] != nil : layers.sources[field.key].map { $0 != .default } ?? false,
                    source: layers.sources[field.key] ?? .default)
            },
            missing: layers.missing, revision: entry.settings[scope]?.revision ?? 0, canTest: await offersTest(entry) == true,
            further: shown.configuration.isEmpty && manifest.takesFurtherConfiguration ? layers.further : nil)
    }

    /// Every finding of a change; nothing is changed.
    package func validate(_ change: ConfigurationChange, of id: PluginID) throws(Fault) -> [FieldFinding] {
        let entry = try entry(id)
        let asked = (entry.manifest?.permissions ?? []).compactMap(\.permission)
        let granted = entry.granted.permissions
        return FieldRules(limits: limits).check(change, fields: entry.fields) { host in
            asked.contains { $0.overlaps(host) } && granted.contains { $0.overlaps(host) }
        }
    }

    // MARK: Changing

    /// Sets and takes away values of one scope, and writes them with their secrets in one transaction.
    ///
    /// `revision` is the one of the scope that was looked at; another one there now is `plugin.changed-meanwhile`. The next call has the new values;
    /// calls in flight finish with the old ones.
    package func configure(
        _ id: PluginID, in scope: ConfigurationScope, _ change: ConfigurationChange, expecting revision: Int? = nil, by initiator: Initiator
    ) async throws(ConfigurationError) -> ConfigurationForm {
        do throws(Fault) { try await enter(id) } catch { throw .refused(error) }
        defer { leave(id) }
        try accept(change, of: id)
        do throws(Fault) {
            try await keep(change, of: id, in: scope, expecting: revision, by: initiator)
            return try await configuration(of: id, in: scope)
        } catch { throw .refused(error) }
    }

    private func keep(
        _ change: ConfigurationChange, of id: PluginID, in scope: ConfigurationScope, expecting revision: Int?, by initiator: Initiator
    ) async throws(Fault) {
        let entry = try entry(id)
        let before = entry.settings[scope]
        if let revision, revision != before?.revision ?? 0 { throw RegistryFault.changed(id) }
        var values = before?.values ?? JSONObject()
        for (key, value) in change.values { values[key] = value.isNull ? nil : value }
        let settings = PluginSettings(
            plugin: id, organisation: scope.organisation, values: values, revision: (before?.revision ?? 0) + 1, changedAt: now)
        let record = changed(entry.record) { _ in }
        var sealed = entry.sealed[scope] ?? []
        for (key, text) in change.secrets { if text == nil { sealed.remove(key) } else { sealed.insert(key) } }
        let deed = Deed(
            action: "plugin.configure", event: "PluginConfigured", plugin: id, organisation: scope.organisation,
            detail: [
                "settings": .texts(change.values.map(\.key)), "secrets": .texts(change.secrets.keys.sorted()),
                "revision": .int(Int64(settings.revision)),
            ])
        let secrets = parts.secrets
        let wanted = change.secrets
        try await write(deed, by: initiator) { (records) throws(Fault) in
            try records.put(record)
            try records.put(settings)
            for (key, text) in wanted.sorted(by: { $0.key < $1.key }) {
                let place = SecretPlace(organisation: scope.secretOrganisation, owner: id.rawValue, field: key)
                if let text { try secrets.put(secret: text, at: place, in: records) } else { _ = try records.removeSecret(at: place) }
            }
        }
        entries[id]?.record = record
        entries[id]?.settings[scope] = settings
        entries[id]?.sealed[scope] = sealed
        // Other settings may mend what failed, for whom they are.
        directory.live(id)?.desk.endRest(of: scope.organisation)
        renew(id, scope)
        refresh(id)
        await refreshCatalogs(of: id, in: scope)
    }

    // MARK: Trying

    /// Asks the plugin whether it can work with these settings, in a worker of its own that ends with the answer; nothing is kept.
    package func test(
        _ change: ConfigurationChange, of id: PluginID, in scope: ConfigurationScope
    ) async throws(ConfigurationError) -> ConfigurationTest {
        try accept(change, of: id)
        do throws(Fault) { return try await tryOut(change, of: id, in: scope) } catch { throw .refused(error) }
    }

    private func accept(_ change: ConfigurationChange, of id: PluginID) throws(ConfigurationError) {
        let findings: [FieldFinding]
        do throws(Fault) { findings = try validate(change, of: id) } catch { throw .refused(error) }
        if !findings.isEmpty { throw .invalid(findings) }
    }

    private func tryOut(_ change: ConfigurationChange, of id: PluginID, in scope: ConfigurationScope) async throws(Fault)
        -> ConfigurationTest
    {
        var entry = try entry(id)
        guard let reading = entry.reading, let manifest = entry.manifest, entry.record.consentedAt != nil,
            await offersTest(entry) != false
        else {
            throw RegistryFault.noTest(id)
        }
        var settings =
            entry.settings[scope]
            ?? PluginSettings(plugin: id, organisation: scope.organisation, values: JSONObject(), revision: 0, changedAt: now)
        for (key, value) in change.values { settings.values[key] = value.isNull ? nil : value }
        entry.settings[scope] = settings
        for key in change.secrets.keys { entry.sealed[scope]?.remove(key) }
        guard let layers = entry.layers(scope.organisation, environment: parts.environment) else { throw RegistryFault.noVersion(id) }
        let generation = try await self.generation(reading, of: id)
        let texts = change.secrets.compactMapValues(\.self)
        let made = try await instance(of: generation, scope, layers: layers, granted: entry.granted, trying: texts)
        let begun = ContinuousClock.now
        let outcome: ConfigurationTest
        do throws(CallFailure) {
            guard case .value(let bytes) = try await made.plugin.host.call(Self.testExport, Array("null".utf8)) else {
                await made.plugin.stop()
                throw CallFailure.noSuchExport(name: Self.testExport, exports: [])
            }
            let value = (try? JSONValue(parsing: bytes)) ?? .null
            outcome = ConfigurationTest(
                isGood: value["ok"]?.boolValue ?? (value != false),
                message: made.redactor.redact(value["message"]?.stringValue ?? "'\(manifest.name)' works with these settings."),
                details: value["details"].map { made.redactor.redact($0) }, milliseconds: Int((ContinuousClock.now - begun).milliseconds))
        } catch {
            let fault = made.redacted(made.plugin.fault(error, calling: Self.testExport))
            await made.plugin.stop()
            if case .noSuchExport = error { throw RegistryFault.noTest(id) }
            return ConfigurationTest(
                isGood: false, message: fault.message, details: nil, milliseconds: Int((ContinuousClock.now - begun).milliseconds))
        }
        await made.plugin.stop()
        return outcome
    }

    /// Whether the plugin exports the check, by the list of its bundle, or of a worker that has loaded it; nil where only a run would tell.
    private func offersTest(_ entry: PluginEntry) async -> Bool? {
        guard let reading = entry.reading, reading.manifest?.format == .patchbay, reading.manifest?.entry != nil else { return false }
        let live = directory.live(entry.id)?.desk.generation
        if let live, live.name == reading.name {
            for instance in live.instances {
                let names = await instance.plugin.host.status.exports
                guard !names.isEmpty else { continue }
                return names.contains(Self.testExport) || names.contains("default.\(Self.testExport)")
            }
        }
        guard let exports = await exports(reading, of: entry.id, live) else { return nil }
        // A method of the default export is one of the plugin's functions too, and stands in no list.
        return exports.contains(Self.testExport) ? true : exports.contains("default") ? nil : false
    }

    /// The bundle's list, remembered for versions that stay as they are, so that showing a form costs no look at the plugin's files.
    private func exports(_ reading: VersionReading, of id: PluginID, _ live: Generation?) async -> [String]? {
        if let known = exportsKnown[id], known.version == reading.name { return known.exports }
        let generation: Generation?
        if let live, live.name == reading.name { generation = live } else { generation = try? await self.generation(reading, of: id) }
        guard let generation, case .native(let bundle) = generation.code else { return nil }
        if reading.name != LinkedFolder.name { exportsKnown[id] = (reading.name, bundle.exports) }
        return bundle.exports
    }
}
