package import HostCalls
package import HubCore
package import PluginModel
import PluginRuntime
import Sandbox

/// The hub at a glance.
package struct RegistryOverview: Sendable, Hashable {
    /// A plugin that somebody has to look at.
    package struct NeedsYou: Sendable, Hashable {
        package enum Action: String, Sendable, Hashable, CaseIterable {
            case consent, configure, review
            case seeFailure = "see-failure"
        }

        package var plugin: PluginID
        package var name: String
        package var what: String
        package var turn: PluginState.Turn?
        package var action: Action
    }

    package var running = 0
    package var idle = 0
    package var quarantined = 0
    package var disabled = 0
    package var needsYou: [NeedsYou] = []
    package var callsPerMinute = 0
    package var errorsPerMinute = 0
    /// The worst of all plugins.
    package var p95Ms: Double?
    package var spark: [Int] = []
}

extension PluginRegistry {
    // MARK: Looking

    /// Latest first; `before` is the sequence of the last line of the page before.
    package nonisolated func logs(
        of id: PluginID, atLeast level: LogLevel? = nil, containing text: String? = nil, before: Int64? = nil, limit: Int = 200
    ) throws(Fault) -> [PluginLogLine] {
        guard let live = directory.live(id) else { throw RegistryFault.notFound(id.rawValue) }
        return live.log.lines(atLeast: level, containing: text, before: before, limit: limit)
    }

    /// Latest first; with an organisation, those of calls made for it and no others.
    package func failures(of id: PluginID, in organisation: Organisation.ID? = nil, limit: Int = 50) async throws(Fault) -> [PluginFailure]
    {
        _ = try entry(id)
        return try await parts.store.read { (records) throws(Fault) in try records.failures(of: id, in: organisation, limit: limit) }
    }

    /// Oldest first, one a minute.
    package nonisolated func metrics(of id: PluginID, minutes: Int = 60) throws(Fault) -> [MetricsMinute] {
        guard let live = directory.live(id) else { throw RegistryFault.notFound(id.rawValue) }
        return live.metrics.minutes(minutes, at: now)
    }

    package nonisolated func health(of id: PluginID) throws(Fault) -> PluginHealth {
        guard let live = directory.live(id) else { throw RegistryFault.notFound(id.rawValue) }
        return live.metrics.health(at: now)
    }

    /// Of every plugin, by id, since the hub started.
    package nonisolated var totals: [(plugin: PluginID, totals: PluginTotals)] {
        directory.all.map { ($0.id, $0.metrics.totals) }.sorted { $0.0.rawValue < $1.0.rawValue }
    }

    package func overview(for organisation: Organisation.ID? = nil) async -> RegistryOverview {
        var overview = RegistryOverview(spark: [Int](repeating: 0, count: PluginMetrics.sparkMinutes))
        for view in await plugins(for: organisation) {
            switch (view.state.name, view.state.worker) {
            case (.enabled, .quarantined): overview.quarantined += 1
            case (.enabled, .running), (.enabled, .degraded), (.enabled, .starting), (.enabled, .draining): overview.running += 1
            case (.enabled, _): overview.idle += 1
            case (.disabled, _): overview.disabled += 1
            default: break
            }
            if let needs = Self.needs(view) { overview.needsYou.append(needs) }
            overview.callsPerMinute += view.health.callsPerMinute
            overview.errorsPerMinute += view.health.errorsPerMinute
            overview.p95Ms = [overview.p95Ms, view.health.p95Ms].compactMap(\.self).max()
            for (place, calls) in view.health.spark.enumerated() { overview.spark[place] += calls }
        }
        return overview
    }

    private static func needs(_ view: PluginView) -> RegistryOverview.NeedsYou? {
        func needs(_ action: RegistryOverview.NeedsYou.Action, _ what: String) -> RegistryOverview.NeedsYou {
            .init(plugin: view.id, name: view.name, what: what, turn: view.state.turn, action: action)
        }
        switch (view.state.name, view.state.worker) {
        case (.needsConsent, _): return needs(.consent, view.state.reason ?? "")
        case (.needsConfiguration, _): return needs(.configure, view.state.reason ?? "")
        case (.invalid, _), (.enabled, .quarantined): return needs(.seeFailure, view.state.reason ?? "")
        default:
            guard let waiting = view.waiting else { return nil }
            let version = waiting.version ?? waiting.name
            return .init(
                plugin: view.id, name: view.name,
                what: waiting.asksForMore ? "Version \(version) waits, and asks for more." : "Version \(version) waits.", turn: .operator,
                action: .review)
        }
    }

    // MARK: Following

    /// Events of these topics from now on, and the journal's end as it was then (0 unless the journal is among them): what lies behind it comes.
    ///
    /// Throws `events.too-many`, and what the database throws.
    package nonisolated func follow(_ topics: Set<HubTopic>) async throws(Fault) -> (events: AsyncStream<HubEvent>, journalEnd: Int64) {
        let stream = try events.subscribe(topics)
        return (stream, topics.contains(.journal) ? try await journal.begin() : 0)
    }

    // MARK: Counting

    /// Until the registry stops: samples, trials whose time is up, uses of grants.
    static func tick(_ registry: PluginRegistry?) async {
        guard let limits = registry?.limits else { return }
        var last = ContinuousClock.now
        var flushed = ContinuousClock.now
        while !Task.isCancelled {
            weak let registry = registry
            try? await Task.sleep(for: limits.sampleTime)
            guard !Task.isCancelled, let registry else { return }
            let now = ContinuousClock.now
            await registry.sample(since: now - last)
            last = now
            // Events that others than the registry wrote, such as those of accounts.
            await registry.journal.look()
            if now - flushed >= limits.flushTime {
                await registry.flushUses()
                registry.typeShelf.retry()
                flushed = now
            }
        }
    }

    private func sample(since passed: Duration) async {
        for live in directory.all {
            guard let generation = live.desk.generation else { continue }
            if let verdict = generation.record(nil) { settle(verdict, generation) }
            var (cpu, memory) = (0, 0)
            for instance in generation.instances {
                let status = await instance.plugin.host.status
                let sample = instance.sample(pid: status.pid)
                cpu += sample.cpuMilliseconds
                memory += sample.memoryBytes
            }
            await lookForQuarantine(live)
            live.metrics.sample(at: now, cpuMs: cpu, over: Int(passed.milliseconds), memoryBytes: memory)
            events.publish(.metrics(live.id, live.metrics.health(at: now)))
        }
    }

    /// A host that has stopped trusting its plugin says so in its status before the next call hears of it.
    func lookForQuarantine(_ live: PluginLive) async {
        guard let generation = live.desk.generation else { return }
        for instance in generation.instances {
            guard case .quarantined(let reason) = await instance.plugin.host.status.state else { continue }
            if case .coop = instance.kind, let organisation = instance.scope.organisation {
                await rest(organisation, instance, reason, generation, live)
            } else {
                await quarantine(live.id, reason, generation)
            }
        }
    }

    /// Takes what an instance has counted into the plugin's numbers and the records.
    func collect(_ instance: Instance, of live: PluginLive) {
        let delta = instance.meterDelta()
        live.metrics.traffic(at: now, egress: delta.egressBytes, ingress: delta.ingressBytes, denials: delta.denials)
        let uses = Self.uses(delta, of: live.id)
        guard !uses.isEmpty else { return }
        Task { await self.keep(uses) }
    }

    /// Writes down what every grant let through since the last time. What a killed hub forgets is at most `flushTime` of counting.
    func flushUses(of only: PluginID? = nil) async {
        var uses: [GrantUse] = []
        for live in directory.all where only.map({ $0 == live.id }) ?? true {
            for instance in live.desk.generation?.instances ?? [] {
                let delta = instance.meterDelta()
                live.metrics.traffic(at: now, egress: delta.egressBytes, ingress: delta.ingressBytes, denials: delta.denials)
                uses += Self.uses(delta, of: live.id)
            }
        }
        await keep(uses)
    }

    private func keep(_ uses: [GrantUse]) async {
        let uses = uses.filter { entries[$0.plugin] != nil }
        guard !uses.isEmpty else { return }
        // Counts that cannot be written are lost, as docs/lifecycle.md says; the next ones are tried again.
        try? await parts.store.write { (records) throws(Fault) in try records.add(uses) }
    }

    private static func uses(_ delta: MeterDelta, of id: PluginID) -> [GrantUse] {
        delta.uses.map {
            GrantUse(
                plugin: id, permission: $0.permission, uses: $0.uses, refusals: $0.refusals,
                lastUsedAt: $0.lastUsedAt.map { Timestamp(unixMilliseconds: $0) })
        }
    }
}
