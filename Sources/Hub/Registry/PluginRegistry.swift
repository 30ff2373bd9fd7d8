package import HostCalls
package import HubCore
import JSON
import Manifests
package import PluginModel
package import PluginPackages
package import PluginRuntime
package import Sandbox

/// Every plugin of the hub: what is installed, what was decided about it, what runs; and everything that changes one of these.
///
/// What was decided is written to the store together with its audit entry and its event, in one transaction, and only then done. What lies in the
/// package store is put there before the record that names it, so that a hub killed at any moment finds one of the two states when it starts
/// again. A bad plugin is a state of that plugin and never an error of the registry.
package actor PluginRegistry {
    /// What it is put together from.
    package struct Parts: Sendable {
        /// Opened with a ``HubExaminer``.
        package var packages: PackageStore
        package var services: PluginServices
        package var store: any HubStore
        package var secrets: any SecretSealing
        /// What plugins keep from call to call.
        package var state: any StateStore
        package var files: [FileEntry] = []
        package var environment: [String: String] = [:]
        package var limits = RegistryLimits()
        /// Of each worker.
        package var sandbox = SandboxLimits()
        package var policy = FailureLedger.Policy()
        package var clock = HubClock.system
        package var random: @Sendable (Int) -> [UInt8]
        /// Where plugins' lines go beside their own page.
        package var log: (any LogSink)?
        /// The platform whose packages are taken; nil: any.
        package var platform: Platform? = .linux

        package init(
            packages: PackageStore, services: PluginServices, store: any HubStore, secrets: any SecretSealing, state: any StateStore,
            random: @escaping @Sendable (Int) -> [UInt8]
        ) {
            (self.packages, self.services, self.store, self.secrets) = (packages, services, store, secrets)
            (self.state, self.random) = (state, random)
        }
    }

    nonisolated let parts: Parts
    nonisolated let directory = PluginDirectory()
    /// What happens, for those who look.
    package nonisolated let events: HubEvents
    nonisolated let journal: JournalFeed
    nonisolated let catalogs: SignalCatalogs
    nonisolated let types = SignalTypes()
    nonisolated let typeShelf: SignalTypeShelf
    nonisolated let rules = RuleFinder()
    /// What configuration files say.
    var files: [FileEntry]
    var entries: [PluginID: PluginEntry] = [:] {
        didSet { seen.changed() }
    }
    /// What was made of the entries for those who look.
    nonisolated let seen = ViewMemory()
    /// Decisions at work, and those that wait, by plugin.
    private var deciding: [PluginID: [CheckedContinuation<Void, Never>]] = [:]
    var making: [Making: Task<Void, any Error>] = [:]
    /// What the bundle of a version exports; nil inside where only a run would tell.
    var exportsKnown: [PluginID: (version: String, exports: [String]?)] = [:]
    var jobs: [Installation.ID: InstallationJob] = [:]
    var jobOrder: [Installation.ID] = []
    private var ticking: Task<Void, Never>?
    private(set) var isStopping = false

    /// A generation, or one of its instances, that is being made ready.
    struct Making: Hashable {
        let plugin: PluginID
        let scope: ConfigurationScope
    }

    package init(_ parts: Parts) {
        self.parts = parts
        files = parts.files
        events = HubEvents(limits: parts.limits)
        journal = JournalFeed(store: parts.store, events: events)
        let clock = parts.clock
        typeShelf = SignalTypeShelf(parts.state)
        catalogs = SignalCatalogs(state: parts.state) { Timestamp(unixMilliseconds: clock.unixMilliseconds()) }
    }

    nonisolated var limits: RegistryLimits { parts.limits }
    nonisolated var now: Timestamp { Timestamp(unixMilliseconds: parts.clock.unixMilliseconds()) }

    // MARK: Life

    /// What a start found.
    package struct StartReport: Sendable {
        package var plugins: Int
        /// What is wrong with single plugins, and what was put right.
        package var notes: [Fault]
    }

    /// Reads what is installed and what was decided, and puts right what a killed hub left between the two. Starts no worker.
    ///
    /// Throws only what makes a hub impossible: a database that cannot be read or written.
    package func start() async throws(Fault) -> StartReport {
        let notes = try await reconcile()
        ticking = Task { [weak self] in await Self.tick(self) }
        return StartReport(plugins: entries.count, notes: notes)
    }

    /// Ends every worker and writes down what was counted. Calls in flight get `drainTime`.
    package func stop() async {
        guard !isStopping else { return }
        for live in directory.all { await lookForQuarantine(live) }
        isStopping = true
        ticking?.cancel()
        for job in jobs.values { job.cancel() }
        await flushUses()
        await withTaskGroup(of: Void.self) { group in
            for live in directory.all {
                guard let old = live.desk.change({ desk in desk.close(RegistryFault.stopping) }) else {
                    continue
                }
                for instance in old.takeAll() {
                    group.addTask { [self] in
                        await instance.drain(within: limits.drainTime)
                        await self.collect(instance, of: live)
                    }
                }
            }
        }
        typeShelf.retry()
        await typeShelf.settled()
        events.close()
    }

    // MARK: Looking

    /// Finds a plugin by its id or any alias; throws `plugin.not-found`.
    package nonisolated func id(of name: String) throws(Fault) -> PluginID {
        guard let live = directory.find(name) else { throw RegistryFault.notFound(name) }
        return live.id
    }

    func entry(_ id: PluginID) throws(Fault) -> PluginEntry {
        guard let entry = entries[id] else { throw RegistryFault.notFound(id.rawValue) }
        return entry
    }

    // MARK: One decision at a time

    /// Lets one decision about a plugin in; the others wait. Every `enter` is followed by its `leave`.
    func enter(_ id: PluginID) async throws(Fault) {
        guard !isStopping else { throw RegistryFault.stopping }
        guard let waiting = deciding[id] else {
            deciding[id] = []
            return
        }
        guard waiting.count < limits.decisionsWaiting else { throw RegistryFault.busy(id) }
        await withCheckedContinuation { deciding[id]?.append($0) }
    }

    func leave(_ id: PluginID) {
        guard var waiting = deciding[id], !waiting.isEmpty else {
            deciding[id] = nil
            return
        }
        let next = waiting.removeFirst()
        deciding[id] = waiting
        next.resume()
    }

    // MARK: Writing

    /// What is written beside a change.
    struct Deed: Sendable {
        /// Of the audit log: `plugin.enable`.
        var action: String
        /// Of the journal: `PluginEnabled`; nil: nothing that others have to hear.
        var event: String?
        var plugin: PluginID
        var organisation: Organisation.ID?
        var outcome = AuditEntry.Outcome.done
        /// Never a secret.
        var detail = JSONObject()
    }

    /// Writes a change with its audit entry and event in one transaction, then tells those who listen.
    func write(
        _ deed: Deed, by initiator: Initiator, _ body: @escaping @Sendable (any HubTransaction) throws(Fault) -> Void
    ) async throws(Fault) {
        let now = now
        let entry = AuditEntry(
            at: now, actor: initiator.actor, actorName: initiator.name, organisation: deed.organisation, action: deed.action,
            subject: "plugin:\(deed.plugin)", outcome: deed.outcome, address: initiator.address, detail: deed.detail)
        let id = Identifier<JournalEvent>.make(at: now, random: parts.random)
        var data: JSONObject = ["plugin": .string(deed.plugin.rawValue)]
        for (key, value) in deed.detail { data[key] = value }
        let event = deed.event.map {
            JournalEvent(
                eventID: id, eventType: "system.\($0)", timestamp: now, source: "hub",
                correlationID: initiator.correlation.isEmpty ? id.rawValue : initiator.correlation, organisation: deed.organisation,
                data: .object(data))
        }
        let written = try await parts.store.write { (records) throws(Fault) -> [JournalEvent] in
            try body(records)
            try records.append(entry)
            return try records.append(event.map { [$0] } ?? [])
        }
        if let first = written.first { await journal.look(from: first.sequence) }
    }

    /// The record as it is after a change, a revision further.
    func changed(_ record: PluginRecord, _ body: (inout PluginRecord) -> Void) -> PluginRecord {
        var record = record
        body(&record)
        record.revision += 1
        record.changedAt = now
        return record
    }

    // MARK: What follows from an entry

    /// Lets calls in or keeps them out, as the entry now says, and tells those who look. What ran and may no more finishes its calls.
    func refresh(_ id: PluginID) {
        guard let entry = entries[id], let live = directory.live(id) else { return }
        noteSignalTypes(of: id)
        func refusal(_ organisation: Organisation.ID?, forSignals: Bool = false) -> Fault? {
            if isStopping { return RegistryFault.stopping }
            var facts = entry.facts(organisation, environment: parts.environment)
            if forSignals, entry.manifest?.format == .coop { (facts.missing, facts.lacksSettings) = ([], false) }
            return facts.state.refusal(of: id)
        }
        var refusals: [Organisation.ID: Fault?] = [:]
        var signalRefusals: [Organisation.ID: Fault?] = [:]
        for organisation in entry.organisations {
            refusals[organisation] = .some(refusal(organisation))
            signalRefusals[organisation] = .some(refusal(organisation, forSignals: true))
        }
        let (hub, hubSignals) = (refusal(nil), refusal(nil, forSignals: true))
        let old = live.desk.change { desk in
            (desk.refusal, desk.refusals, desk.scopes) = (hub, refusals, entry.scopes)
            (desk.signalRefusal, desk.signalRefusals) = (hubSignals, signalRefusals)
            // The version that runs may know secrets of one organisation in the variables of its modules: docs/decisions/0013.
            desk.isApart = entry.manifest?.format == .coop
            if !desk.isUsed { desk.generation = nil }
        }
        if let old { drain(old) }
        events.publish(.plugin(id))
    }

    func refreshNames() {
        directory.set(entries.values.map { ($0.id, $0.names) }, limits: limits)
    }

    /// Lets what was replaced finish its calls, then ends it.
    func drain(_ generation: Generation) {
        let instances = generation.takeAll()
        for instance in instances { instance.close() }
        guard !instances.isEmpty, let live = directory.live(generation.plugin) else { return }
        let id = generation.plugin
        entries[id]?.draining += 1
        let limit = limits.drainTime
        Task {
            await withTaskGroup(of: Void.self) { group in
                for instance in instances { group.addTask { await instance.drain(within: limit) } }
            }
            for instance in instances { collect(instance, of: live) }
            entries[id]?.draining -= 1
            events.publish(.plugin(id))
        }
    }

    /// Blocking work on a thread of its own.
    nonisolated func blocking<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let outcome: Result<Value, Failure> = await withCheckedContinuation { continuation in
            HubThread.start("pb-registry") { continuation.resume(returning: Result { () throws(Failure) in try body() }) }
        }
        return try outcome.get()
    }

    /// Work with the package store, in the words of the registry.
    nonisolated func storing<Value: Sendable>(
        _ body: @escaping @Sendable (PackageStore) throws(StoreError) -> Value
    ) async throws(Fault) -> Value {
        do throws(StoreError) {
            return try await blocking { [packages = parts.packages] () throws(StoreError) in try body(packages) }
        } catch { throw error.fault }
    }
}
