package import HubCore
import JSON
import Manifests
package import PluginModel
import PluginRuntime
import Sandbox

/// Catalogs of signals that integrations make for one organisation each; ``SignalCatalogs`` keeps them.
extension PluginRegistry {
    /// Asks an integration for an organisation's catalog, and keeps it when every entry of it is good; else the one before stays. What another
    /// integration has had there before is no reason to refuse it: it is only not asked.
    ///
    /// Who asks while one is being made with the same settings gets that one. `plugin.changed-meanwhile` when they change again and again.
    package nonisolated func refreshCatalog(of plugin: PluginID, for organisation: Organisation.ID) async throws(Fault) -> SignalCatalog {
        try await catalogs.refresh(of: plugin, for: organisation, stamp: catalogStamp(of: plugin, for: organisation), in: self)
    }

    /// What a catalog follows from, as far as the hub knows it. Throws when there is no such plugin.
    func catalogStamp(of plugin: PluginID, for organisation: Organisation.ID) throws(Fault) -> CatalogStamp {
        let entry = try entry(plugin)
        return CatalogStamp(
            version: entry.record.runningVersion, renewals: entry.renewals, hub: entry.settings[.hub]?.revision ?? 0,
            own: entry.settings[.organisation(organisation)]?.revision ?? 0)
    }

    /// Asks for it once. Nothing is kept.
    nonisolated func makeCatalog(of plugin: PluginID, for organisation: Organisation.ID) async throws(Fault) -> SignalCatalog {
        guard let live = directory.live(plugin) else { throw RegistryFault.notFound(plugin.rawValue) }
        // What cannot be read may say since when it has its types: nothing is made then.
        let before = try await catalogs.read(of: plugin, for: organisation)
        let box = CallBox<CoopCatalog?>(nil)
        let version = CallBox<String?>(nil)
        _ = try await lease(live, organisation, forSignals: true) { (instance, generation) throws(CallFailure) in
            guard case .coop(let package) = instance.kind else { return .failure(RegistryFault.noCode(live.id)) }
            guard package.integration.hasCatalog else { return .failure(RegistryFault.noCatalog(live.id)) }
            do throws(Fault) {
                let credential = try await self.credential(of: generation, organisation)
                let made = try await package.refreshCatalog(orgID: organisation.rawValue, credential: credential)
                try instance.check(made)
                box.value = made
                version.value = generation.version
                generation.forgetDisabled(.organisation(organisation))
                return .success([])
            } catch { return .failure(error) }
        } asFault: { (instance, failure) in
            instance.plugin.fault(failure, calling: "refreshCatalog")
        } entry: {
            "refreshCatalog"
        }
        guard let catalog = box.value else { throw RegistryFault.noCatalog(plugin) }
        let moment = now
        let everybodys = types.since(of: plugin)
        var since = (before?.since ?? [:]).filter { everybodys[$0.key] != nil }
        for signal in catalog.signals {
            since[signal.type] = before?.since[signal.type] ?? everybodys[signal.type] ?? moment.unixMilliseconds
        }
        return SignalCatalog(catalog: catalog, refreshedAt: moment, pluginVersion: version.value, since: since)
    }

    /// A catalog was kept: what organisations see of it follows.
    nonisolated func catalogChanged(of plugin: PluginID) {
        seen.changed()
        events.publish(.plugin(plugin))
    }

    /// Settings were saved: the organisations they are for get their catalogs anew. Nobody waits for it.
    func refreshCatalogs(of plugin: PluginID, in scope: ConfigurationScope) async {
        guard entries[plugin]?.manifest?.hasSignalCatalog == true else { return }
        guard let organisation = scope.organisation else { return await catalogs.refreshAll(of: plugin, in: self) }
        guard let stamp = try? catalogStamp(of: plugin, for: organisation) else { return }
        await catalogs.request(of: plugin, for: organisation, stamp: stamp, in: self)
    }

    /// The catalog that is kept; nil when there is none.
    package nonisolated func catalog(of plugin: PluginID, for organisation: Organisation.ID) async -> SignalCatalog? {
        await catalogs.kept(of: plugin, for: organisation)
    }
}
