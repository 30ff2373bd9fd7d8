package import Hub
package import HubCore
import JSON
import Manifests
import PluginModel
package import Rules
import Synchronization

/// Signals of integrations, as each organisation has them: the source of what its rules may ask, and who asks.
package final class PluginSignals: SignalSource {
    let registry: PluginRegistry
    let limits: SignalLimits
    let gate: SignalGate
    /// What organisations let signals see beside a value; nil: nothing but the item.
    package let contexts: ContextBook?
    private let known = Mutex<[Organisation.ID: Known]>([:])

    /// The signals of an organisation, as long as nothing they follow from has changed.
    private struct Known {
        var stamp: Int
        var until: ContinuousClock.Instant
        var signals: [String: PluginSignal]
        var descriptors: [SignalDescriptor]
    }

    /// How long signals are taken for the same without a look at the registry: old catalogs are noticed at a look.
    private static let knownTime = Duration.seconds(60)
    private static let organisationsKnown = 1_000

    package init(registry: PluginRegistry, limits: SignalLimits = SignalLimits(), contexts: ContextBook? = nil) {
        (self.registry, self.limits, self.contexts) = (registry, limits, contexts)
        let begun = ContinuousClock.now
        gate = SignalGate(limits) { ContinuousClock.now - begun }
    }

    package func signals(for organisation: Organisation.ID) async -> [SignalDescriptor] {
        await look(organisation).descriptors
    }

    package func signalsWithoutActions(for organisation: Organisation.ID) async -> Set<String> {
        Set(await look(organisation).signals.filter { !$0.value.detail.isAllowedInAutomatedRules }.keys)
    }

    /// Moves on with everything that may change what `signals` says, for whatever organisation.
    package var stamp: Int { registry.signalsStamp &+ (contexts?.stamp ?? 0) }

    func signal(_ type: String, for organisation: Organisation.ID) async -> PluginSignal? { await look(organisation).signals[type] }

    private func look(_ organisation: Organisation.ID) async -> Known {
        let (stamp, now) = (self.stamp, ContinuousClock.now)
        if let found = known.withLock({ $0[organisation] }), found.stamp == stamp, found.until > now { return found }
        let integrations = await registry.signals(for: organisation)
        let signals = integrations.flatMap(\.signals)
        // Settings that cannot be read let nothing be seen; the next look tries again.
        let settings: [PluginID: ContextSettings]?
        do throws(Fault) { settings = try await contexts?.settings(in: organisation) } catch { settings = nil }
        let shares = integrations.map { one in
            (one.view.id, settings.map { ContextShare(one.view.manifest?.context, $0[one.view.id]) } ?? ContextShare(nil, nil))
        }
        let share = Dictionary(shares, uniquingKeysWith: { first, _ in first })
        let made = Known(
            stamp: stamp, until: contexts != nil && settings == nil ? now : now + Self.knownTime,
            signals: Dictionary(signals.map { ($0.type, $0) }, uniquingKeysWith: { a, _ in a }),
            descriptors: signals.compactMap { SignalDescriptor($0, share[$0.plugin] ?? ContextShare(nil, nil)) })
        known.withLock { known in
            if known.count >= Self.organisationsKnown { known = [:] }
            known[organisation] = made
        }
        return made
    }

    package func runner(for organisation: Organisation.ID) -> any SignalRunning { OrganisationSignals(self, organisation) }

    // MARK: The gallery

    /// Every signal of an organisation's integrations with what can be said of it, by integration. Asks each whether it is disabled.
    package func gallery(for organisation: Organisation.ID) async -> [GallerySignal] {
        let all = await registry.signals(for: organisation).flatMap { integration in integration.signals.map { (integration, $0) } }
        let end = ContinuousClock.now + limits.galleryTime
        return await withTaskGroup(of: (Int, GallerySignal).self) { group in
            var made: [GallerySignal?] = Array(repeating: nil, count: all.count)
            var next = 0
            func look() {
                guard next < all.count else { return }
                let (index, one) = (next, all[next])
                next += 1
                group.addTask { (index, await self.shown(one.1, of: one.0, for: organisation, until: end)) }
            }
            for _ in 0..<Self.looksAtOnce { look() }
            for await (index, signal) in group {
                made[index] = signal
                look()
            }
            return made.compactMap(\.self)
        }
    }

    /// One signal; nil when the organisation has none of that type.
    package func gallery(_ type: String, for organisation: Organisation.ID) async -> GallerySignal? {
        for integration in await registry.signals(for: organisation) {
            guard let signal = integration.signals.first(where: { $0.type == type }) else { continue }
            return await shown(signal, of: integration, for: organisation, until: .now + limits.galleryTime)
        }
        return nil
    }

    private static let looksAtOnce = 4

    private func shown(
        _ signal: PluginSignal, of integration: IntegrationSignals, for organisation: Organisation.ID, until end: ContinuousClock.Instant
    ) async -> GallerySignal {
        GallerySignal(
            signal: signal, integration: integration.view, disabled: await disabledMessage(signal, for: organisation, until: end),
            health: gate.health(SignalGate.Key(plugin: signal.plugin, signal: signal.type, organisation: organisation)))
    }

    /// Why it cannot be used now; a signal that does not say so in time is shown as usable.
    private func disabledMessage(
        _ signal: PluginSignal, for organisation: Organisation.ID, until end: ContinuousClock.Instant
    ) async -> String? {
        guard signal.detail.tellsAvailability else { return nil }
        if let known = registry.knownDisabledMessage(of: signal.type, signal.plugin, organisation: organisation) { return known }
        let key = SignalGate.Key(plugin: signal.plugin, signal: signal.type, organisation: organisation)
        guard ContinuousClock.now < end, case .admitted = await gate.enter(key, values: 0, patience: .zero) else { return nil }
        defer { gate.leave(key, calls: 0, errors: 0, took: .zero) }
        let left = end - .now
        guard left > .zero else { return nil }
        do throws(Fault) {
            return try await registry.disabledMessage(
                of: signal.type, signal.plugin, organisation: organisation, within: min(limits.disabledTime, left))
        } catch { return error.code.hasPrefix("call.") ? nil : error.message }
    }
}

/// A signal as the gallery shows it.
package struct GallerySignal: Sendable {
    package var signal: PluginSignal
    package var integration: PluginView
    /// Why it cannot be used now.
    package var disabled: String?
    package var health: SignalHealth?
}

extension SignalDescriptor {
    /// Nil for a built-in name, which no integration may have.
    init?(_ signal: PluginSignal, _ share: ContextShare) {
        guard !BuiltInSignal.isReserved(signal.type) else { return nil }
        let detail = signal.detail
        let values = detail.outputValues.map { value in value.stringValue ?? Score.number(value.doubleValue ?? .nan).description }
        self.init(
            type: signal.type, inputs: Set(detail.inputs.compactMap(Scalar.init)), takesFullItem: detail.inputs.contains("FULL_ITEM"),
            output: ScoreType(
                detail.outputType.flatMap(Scalar.init) ?? .string, values: values.isEmpty ? nil : values, isOrdered: detail.outputIsOrdered),
            cost: detail.cost ?? .infinity, needsMatchingValues: detail.needsMatchingValues,
            needsActionPenalties: detail.needsActionPenalties, languages: detail.languages.isEmpty ? nil : Set(detail.languages),
            context: detail.context.map {
                ContextWish(
                    item: $0.item, parent: $0.parent, thread: $0.thread, showsParent: share.parent,
                    messagesMax: min($0.threadMessagesMax ?? .max, share.messagesMax))
            })
    }
}
