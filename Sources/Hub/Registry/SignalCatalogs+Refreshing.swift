import HubCore
import PluginModel

/// What a catalog follows from. One that was made from another is not kept.
struct CatalogStamp: Sendable, Hashable {
    var version: String?
    /// How often all its workers were replaced.
    var renewals: Int
    /// Revisions of the hub's settings and of the organisation's.
    var hub: Int
    var own: Int
}

/// Catalogs are made one at a time for an organisation: what is asked for meanwhile joins, and what changes meanwhile has it made once more.
extension SignalCatalogs {
    /// A catalog that is being made.
    struct Round {
        /// What it is wanted from; another one than it is being made from has it made again.
        var wanted: CatalogStamp
        let task: Task<Result<SignalCatalog, Fault>, Never>
    }

    /// How often one is made anew since settings or versions changed meanwhile; then it is given up.
    private static let roundsMax = 8

    /// Makes a catalog and keeps it, and waits for it.
    func refresh(
        of plugin: PluginID, for organisation: Organisation.ID, stamp: CatalogStamp, in registry: PluginRegistry
    ) async throws(Fault) -> SignalCatalog {
        try await begin(Key(plugin: plugin, organisation: organisation), stamp, registry).value.get()
    }

    /// The same without waiting. Why one failed stands among the plugin's failures; its catalog before stays.
    func request(of plugin: PluginID, for organisation: Organisation.ID, stamp: CatalogStamp, in registry: PluginRegistry) {
        _ = changed(plugin, organisation)
        _ = begin(Key(plugin: plugin, organisation: organisation), stamp, registry)
    }

    /// Has the catalogs of all organisations that are in use made anew, one after the other; those that wait already wait once.
    func refreshAll(of plugin: PluginID, in registry: PluginRegistry) {
        let organisations = changed(plugin, nil)
        let isAtWork = sweeps[plugin] != nil
        sweeps[plugin, default: []].formUnion(organisations)
        guard !isAtWork else { return }
        Task {
            while let next = self.nextOfSweep(plugin) { _ = try? await registry.refreshCatalog(of: plugin, for: next) }
        }
    }

    private func nextOfSweep(_ plugin: PluginID) -> Organisation.ID? {
        guard let next = sweeps[plugin]?.min() else {
            sweeps[plugin] = nil
            return nil
        }
        sweeps[plugin]?.remove(next)
        return next
    }

    private func begin(
        _ key: Key, _ stamp: CatalogStamp, _ registry: PluginRegistry
    ) -> Task<Result<SignalCatalog, Fault>, Never> {
        if let round = rounds[key] {
            rounds[key]?.wanted = stamp
            return round.task
        }
        let task = Task { await self.make(key, registry) }
        rounds[key] = Round(wanted: stamp, task: task)
        return task
    }

    private func make(_ key: Key, _ registry: PluginRegistry) async -> Result<SignalCatalog, Fault> {
        defer { rounds[key] = nil }
        for _ in 0..<Self.roundsMax {
            guard let stamp = rounds[key]?.wanted else { break }
            var outcome: Result<SignalCatalog, Fault>
            do throws(Fault) {
                outcome = .success(try await registry.makeCatalog(of: key.plugin, for: key.organisation))
            } catch { outcome = .failure(error) }
            // What came back may be of a worker, or of settings, that are not any more.
            let present: CatalogStamp
            do throws(Fault) {
                present = try await registry.catalogStamp(of: key.plugin, for: key.organisation)
            } catch { return .failure(error) }
            guard present == stamp else {
                rounds[key]?.wanted = present
                continue
            }
            if case .success(let made) = outcome {
                do throws(Fault) {
                    try await keep(made, of: key.plugin, for: key.organisation)
                    registry.catalogChanged(of: key.plugin)
                } catch { outcome = .failure(error) }
            }
            if rounds[key]?.wanted == stamp { return outcome }
        }
        return .failure(RegistryFault.changed(key.plugin))
    }
}
