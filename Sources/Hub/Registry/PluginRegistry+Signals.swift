package import HubCore
package import JSON
import Manifests
package import PluginModel
package import PluginRuntime
import Sandbox
import Synchronization

/// A signal as one organisation has it.
package struct PluginSignal: Sendable, Hashable {
    package var plugin: PluginID
    /// The contribution; its detail is a signal's.
    package var contribution: Contribution
    /// Of the organisation's catalog.
    package var isOfCatalog: Bool
    package var type: String { contribution.id }

    package var detail: Contribution.Signal {
        if case .signal(let detail) = contribution.detail { detail } else { Contribution.Signal() }
    }
}

/// An enabled integration with the signals it has for one organisation.
package struct IntegrationSignals: Sendable {
    package var view: PluginView
    package var signals: [PluginSignal]
    /// Nil where it makes none, or none was made yet.
    package var catalog: SignalCatalog?
}

/// Whoever knows rules; set when the hub is put together, after the registry.
final class RuleFinder: Sendable {
    let find = Mutex<(@Sendable (_ signals: Set<String>) async -> [String])?>(nil)
}

extension PluginRegistry {
    /// Moves on with everything that may change what `signals(for:)` says; what is made from the same stamp is the same.
    package nonisolated var signalsStamp: Int { seen.changes &+ catalogs.changes.value }

    /// Every integration of Coop's that an organisation can ask, by id. A type that several name is that of one alone: signals that everybody has
    /// stand before those of catalogs, and then whoever had it first (``SignalTypes``); the others are told so. Built-in names are no
    /// integration's. Starts no worker and waits for none: until its first catalog is made an organisation has none.
    ///
    /// Missing settings keep no integration out: its signals say themselves whether they work without them.
    package nonisolated func signals(for organisation: Organisation.ID) async -> [IntegrationSignals] {
        var found: [(integration: IntegrationSignals, catalog: [PluginSignal])] = []
        for view in await plugins(for: organisation) {
            guard let manifest = view.manifest, manifest.format == .coop, view.runningVersion != nil else { continue }
            guard view.state.name == .enabled || view.state.name == .needsConfiguration else { continue }
            let catalog =
                manifest.hasSignalCatalog
                ? await catalogs.current(
                    of: view.id, version: view.version, for: organisation, in: self)
                : nil
            let signals = manifest.contributions.filter { $0.kind == .signal && types.holder(of: $0.id) == view.id }.map {
                PluginSignal(plugin: view.id, contribution: $0, isOfCatalog: false)
            }
            let made = (catalog?.catalog.signals ?? []).enumerated().map { index, signal in
                PluginSignal(
                    plugin: view.id, contribution: Contribution(signal, origin: JSONPointer(["catalog", String(index)])), isOfCatalog: true)
            }
            found.append((IntegrationSignals(view: view, signals: signals, catalog: catalog), made))
        }
        var taken: [String: PluginID] = [:]
        for place in found.indices.sorted(by: { Self.isFirst(found[$0].integration.view, found[$1].integration.view) }) {
            let view = found[place].integration.view
            for made in found[place].catalog {
                let other = types.holder(of: made.type) ?? taken[made.type] ?? view.id
                guard other == view.id else {
                    found[place].integration.view.findings.append(Self.duplicate(made.contribution, of: view.id, other))
                    continue
                }
                taken[made.type] = view.id
                let same = found[place].integration.signals.firstIndex { $0.type == made.type }
                if let same { found[place].integration.signals[same] = made } else { found[place].integration.signals.append(made) }
            }
        }
        return found.map(\.integration)
    }

    private static func isFirst(_ a: PluginView, _ b: PluginView) -> Bool {
        (a.installedAt.unixMilliseconds, a.id.rawValue) < (b.installedAt.unixMilliseconds, b.id.rawValue)
    }

    /// Asks one signal about many values, for an organisation and with its settings. Whatever a value does to the worker, the others are answered.
    ///
    /// Throws only where nobody is let in. `time` is for all of it.
    package nonisolated func ask(
        _ plugin: PluginID, signal: String, inputs: [JSONValue], organisation: Organisation.ID, within time: Duration
    ) async throws(Fault) -> [CoopAnswer] {
        guard let live = directory.live(plugin) else { throw RegistryFault.notFound(plugin.rawValue) }
        let catalog = await catalogs.kept(of: plugin, for: organisation)
        let box = CallBox<[CoopAnswer]>([])
        _ = try await lease(live, organisation, forSignals: true) { (instance, generation) throws(CallFailure) in
            guard case .coop(let package) = instance.kind else { return .failure(RegistryFault.noCode(live.id)) }
            let credential: JSONObject?
            do throws(Fault) { credential = try await self.credential(of: generation, organisation) } catch { return .failure(error) }
            let result = await package.answers(
                to: CoopQuestion(
                    signal: signal, inputs: inputs, orgID: organisation.rawValue, credential: credential, catalog: catalog?.catalog,
                    time: time))
            box.value = result.answers.map { instance.redacted($0) }
            for failure in result.failures {
                let fault = instance.redacted(package.plugin.fault(failure, calling: signal))
                self.follow(failure, fault, entry: signal, for: organisation, generation: generation, live: live)
            }
            return .success([])
        } asFault: { (instance, failure) in
            instance.plugin.fault(failure, calling: signal)
        } entry: {
            signal
        }
        return box.value
    }

    /// What a signal said before of whether an organisation can use it; nil: it was not asked yet, and nil inside: it can.
    package nonisolated func knownDisabledMessage(of signal: String, _ plugin: PluginID, organisation: Organisation.ID) -> String?? {
        guard let live = directory.live(plugin), live.desk.signalRefusal(of: organisation) == nil else { return nil }
        return live.desk.generation?.disabledMessage(of: signal, ConfigurationScope(organisation))
    }

    /// Why a signal cannot be used by an organisation, in its own words; nil when it can. Asked until it has said so, and then not before
    /// settings or versions change. Throws when it does not say, within `time` where that is named.
    package nonisolated func disabledMessage(
        of signal: String, _ plugin: PluginID, organisation: Organisation.ID, within time: Duration? = nil
    ) async throws(Fault) -> String? {
        if let known = knownDisabledMessage(of: signal, plugin, organisation: organisation) { return known }
        guard let live = directory.live(plugin) else { throw RegistryFault.notFound(plugin.rawValue) }
        let scope = ConfigurationScope(organisation)
        let catalog = await catalogs.kept(of: plugin, for: organisation)
        let box = CallBox<String?>(nil)
        _ = try await lease(live, organisation, forSignals: true) { (instance, generation) throws(CallFailure) in
            guard case .coop(let package) = instance.kind else { return .failure(RegistryFault.noCode(live.id)) }
            do throws(Fault) {
                let credential = try await self.credential(of: generation, organisation)
                let message = try await package.disabledMessage(
                    of: signal, orgID: organisation.rawValue, credential: credential, catalog: catalog?.catalog, limit: time)
                box.value = message.map { instance.redacted($0) }
                generation.keep(disabled: box.value, of: signal, scope)
                return .success([])
            } catch { return .failure(error) }
        } asFault: { (instance, failure) in
            instance.plugin.fault(failure, calling: signal)
        } entry: {
            signal
        }
        return box.value
    }

    /// Asks an integration for an organisation's catalog, and keeps it when every entry of it is good; else the one before stays.
    package nonisolated func refreshCatalog(of plugin: PluginID, for organisation: Organisation.ID) async throws(Fault) -> SignalCatalog {
        guard let live = directory.live(plugin) else { throw RegistryFault.notFound(plugin.rawValue) }
        let others = await typesOfOthers(than: plugin, for: organisation)
        let box = CallBox<CoopCatalog?>(nil)
        let version = CallBox<String?>(nil)
        _ = try await lease(live, organisation, forSignals: true) { (instance, generation) throws(CallFailure) in
            guard case .coop(let package) = instance.kind else { return .failure(RegistryFault.noCode(live.id)) }
            guard package.integration.hasCatalog else { return .failure(RegistryFault.noCatalog(live.id)) }
            do throws(Fault) {
                let credential = try await self.credential(of: generation, organisation)
                let made = try await package.refreshCatalog(orgID: organisation.rawValue, credential: credential)
                try Self.check(made, of: plugin, others)
                try instance.check(made)
                box.value = made
                version.value = generation.version
                generation.forgetDisabled()
                return .success([])
            } catch { return .failure(error) }
        } asFault: { (instance, failure) in
            instance.plugin.fault(failure, calling: "refreshCatalog")
        } entry: {
            "refreshCatalog"
        }
        guard let catalog = box.value else { throw RegistryFault.noCatalog(plugin) }
        let made = SignalCatalog(catalog: catalog, refreshedAt: now, pluginVersion: version.value)
        try await catalogs.keep(made, of: plugin, for: organisation)
        events.publish(.plugin(plugin))
        return made
    }

    /// Settings were saved: the organisations they are for get their catalogs anew, one after the other.
    func refreshCatalogs(of plugin: PluginID, in scope: ConfigurationScope) async {
        guard entries[plugin]?.manifest?.hasSignalCatalog == true else { return }
        let known = await catalogs.changed(plugin, scope.organisation)
        let wanted = Set(known + [scope.organisation].compactMap(\.self)).sorted()
        Task {
            // Why one failed stands among the plugin's failures; its catalog before stays.
            for organisation in wanted { _ = try? await self.refreshCatalog(of: plugin, for: organisation) }
        }
    }

    /// Tells the registry who knows rules: asked, when somebody wants to remove an integration, for the names of those that ask its signals.
    package nonisolated func setRules(_ find: @escaping @Sendable (_ signals: Set<String>) async -> [String]) {
        rules.find.withLock { $0 = find }
    }

    func rulesAsking(_ plugin: PluginID) async -> [String] {
        guard let find = rules.find.withLock({ $0 }), let manifest = entries[plugin]?.manifest else { return [] }
        var signals = Set(manifest.contributions.filter { $0.kind == .signal }.map(\.id))
        signals.formUnion(await catalogs.signals(of: plugin))
        return signals.isEmpty ? [] : await find(signals)
    }

    /// The catalog that is kept; nil when there is none.
    package nonisolated func catalog(of plugin: PluginID, for organisation: Organisation.ID) async -> SignalCatalog? {
        await catalogs.kept(of: plugin, for: organisation)
    }
}
