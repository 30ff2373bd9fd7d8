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

    /// Every integration of Coop's that an organisation can ask, by id. A type that several name is that of one alone, whoever had it first in the
    /// organisation (``SignalTypes``); the others are told so, and their further signals stay. Built-in names are no integration's. Starts no
    /// worker and waits for none: until its first catalog is made an organisation has none.
    ///
    /// Missing settings keep no integration out: its signals say themselves whether they work without them.
    package nonisolated func signals(for organisation: Organisation.ID) async -> [IntegrationSignals] {
        var found: [IntegrationSignals] = []
        let views = await plugins(for: organisation)
        let holders = await typeHolders(for: organisation)
        for view in views {
            guard let manifest = view.manifest, manifest.format == .coop, view.runningVersion != nil else { continue }
            guard view.state.name == .enabled || view.state.name == .needsConfiguration else { continue }
            let catalog =
                manifest.hasSignalCatalog
                ? await catalogs.current(
                    of: view.id, version: view.version, for: organisation, in: self)
                : nil
            var signals = manifest.contributions.filter { $0.kind == .signal }.map {
                PluginSignal(plugin: view.id, contribution: $0, isOfCatalog: false)
            }
            for (index, signal) in (catalog?.catalog.signals ?? []).enumerated() {
                let made = PluginSignal(
                    plugin: view.id, contribution: Contribution(signal, origin: JSONPointer(["catalog", String(index)])), isOfCatalog: true)
                let same = signals.firstIndex { $0.type == made.type }
                if let same { signals[same] = made } else { signals.append(made) }
            }
            // What came meanwhile is nobody's yet; whoever looks again sees it.
            signals.removeAll { holders.holder(of: $0.type) != view.id }
            found.append(IntegrationSignals(view: view, signals: signals, catalog: catalog))
        }
        return found
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
        // A message nobody was answered in is no call that went well, though nothing was thrown.
        func hasAnswered() -> Bool { box.value.contains { if case .run = $0 { true } else { false } } }
        _ = try await lease(live, organisation, forSignals: true, hasAnswered: hasAnswered) {
            (instance, generation) throws(CallFailure) in
            guard case .coop(let package) = instance.kind else { return .failure(RegistryFault.noCode(live.id)) }
            let credential: JSONObject?
            do throws(Fault) { credential = try await self.credential(of: generation, organisation) } catch { return .failure(error) }
            let result = await package.answers(
                to: CoopQuestion(
                    signal: signal, inputs: inputs, orgID: organisation.rawValue, credential: credential, catalog: catalog?.catalog,
                    time: time))
            box.value = result.answers.map { instance.redacted($0) }
            let cause = result.failures.isEmpty ? nil : Self.cause(instance, Self.inputs(inputs, without: result.answers))
            for failure in result.failures {
                let fault = instance.redacted(package.plugin.fault(failure, calling: signal))
                self.follow(failure, fault, entry: signal, for: organisation, because: cause, generation: generation, live: live)
            }
            return .success([])
        } asFault: { (instance, failure) in
            instance.plugin.fault(failure, calling: signal)
        } entry: {
            signal
        }
        return box.value
    }

    /// The values that stayed without an answer; where every one has one in the end, the message.
    private static func inputs(_ inputs: [JSONValue], without answers: [CoopAnswer]) -> Set<Int> {
        var found: Set<Int> = []
        for (input, answer) in zip(inputs, answers) { if case .none = answer { found.insert((input["value"] ?? input).hashValue) } }
        return found.isEmpty ? [inputs.hashValue] : found
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
            let epoch = generation.epoch(scope)
            do throws(Fault) {
                let credential = try await self.credential(of: generation, organisation)
                let message = try await package.disabledMessage(
                    of: signal, orgID: organisation.rawValue, credential: credential, catalog: catalog?.catalog, limit: time)
                box.value = message.map { instance.redacted($0) }
                generation.keep(disabled: box.value, of: signal, scope, at: epoch)
                return .success([])
            } catch { return .failure(error) }
        } asFault: { (instance, failure) in
            instance.plugin.fault(failure, calling: signal)
        } entry: {
            signal
        }
        return box.value
    }

    /// Tells the registry who knows rules: asked, when somebody wants to remove an integration, for the names of those that ask its signals.
    package nonisolated func setRules(_ find: @escaping @Sendable (_ signals: Set<String>) async -> [String]) {
        rules.find.withLock { $0 = find }
    }

    func rulesAsking(_ plugin: PluginID) async -> [String] {
        guard let find = rules.find.withLock({ $0 }), let manifest = entries[plugin]?.manifest else { return [] }
        var signals = Set(manifest.contributions.filter { $0.kind == .signal }.map(\.id))
        signals.formUnion(await catalogs.everyType(of: plugin))
        return signals.isEmpty ? [] : await find(signals)
    }
}
