import HostCalls
import HubCore
import JSON
import Manifests
package import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Synchronization

/// An installation at work. Progress comes from whatever thread works, so it is kept behind a lock and read by the registry.
final class InstallationJob: Sendable {
    private struct State {
        var shown: Installation
        var isCancelled = false
        /// What can be broken off in the middle of a step.
        var fetching: Task<Result<[UInt8], Fault>, Never>?
        var rate = (at: ContinuousClock.now, done: 0)
    }

    let request: InstallRequest
    let initiator: Initiator
    private let state: Mutex<State>
    private let events: HubEvents
    /// How often progress is told.
    private static let pace = Duration.milliseconds(100)

    init(_ shown: Installation, _ request: InstallRequest, by initiator: Initiator, events: HubEvents) {
        (self.request, self.initiator, self.events) = (request, initiator, events)
        state = Mutex(State(shown: shown))
    }

    var shown: Installation { state.withLock { $0.shown } }
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func cancel() {
        let fetching = state.withLock { state in
            state.isCancelled = true
            return state.fetching
        }
        fetching?.cancel()
    }

    /// Fetches, unless or until the installation is cancelled.
    func fetch(_ body: @escaping @Sendable () async throws(Fault) -> [UInt8]) async throws(Fault) -> [UInt8] {
        let task = Task { () -> Result<[UInt8], Fault> in
            do throws(Fault) { return .success(try await body()) } catch { return .failure(error) }
        }
        let isCancelled = state.withLock { state in
            state.fetching = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
        defer { state.withLock { $0.fetching = nil } }
        return try await task.value.get()
    }

    func change(_ body: (inout Installation) -> Void) {
        let shown = state.withLock { state in
            body(&state.shown)
            return state.shown
        }
        events.publish(.installation(shown))
    }

    func progress(_ progress: InstallProgress) {
        let told = state.withLock { state -> Installation? in
            let stage = Installation.State(rawValue: progress.stage.rawValue) ?? .storing
            let isNew = stage != state.shown.state
            (state.shown.state, state.shown.done, state.shown.total) = (stage, progress.done, progress.total)
            let now = ContinuousClock.now
            let passed = now - state.rate.at
            guard isNew || passed >= Self.pace else { return nil }
            let bytes = isNew ? 0 : progress.done - state.rate.done
            state.shown.ratePerSecond = max(0, Int(Double(bytes) * 1000 / max(1, passed.milliseconds)))
            state.rate = (now, progress.done)
            return state.shown
        }
        if let told { events.publish(.installation(told)) }
    }
}

extension PluginRegistry {
    // MARK: Asking

    /// Begins to install a package, and gives the job by which it can be followed. At most `installationsAtOnce` are at work.
    ///
    /// A new plugin waits for consent when it is there; another version of a known one waits as an update, unless the plugin is pinned.
    package func install(_ request: InstallRequest, by initiator: Initiator) throws(Fault) -> Installation {
        guard !isStopping else { throw RegistryFault.stopping }
        let waiting = jobs.values.count { $0.shown.state == .waiting }
        guard waiting < limits.installationsWaiting else {
            request.whenOver?()
            throw RegistryFault.tooManyInstallations(limits.installationsWaiting)
        }
        let shown = Installation(
            id: .make(at: now, random: parts.random), state: .waiting, source: visible(request.uploadName ?? request.source.description),
            startedAt: now)
        let job = InstallationJob(shown, request, by: initiator, events: events)
        jobs[shown.id] = job
        jobOrder.append(shown.id)
        forgetOldJobs()
        events.publish(.installation(shown))
        startJobs()
        return job.shown
    }

    /// Begins to install every package of a tree, such as Coco AI's `extensions/` or a folder of plugins; linked where they lie if asked.
    package func installTree(_ folder: String, linked: Bool = false, by initiator: Initiator) async throws(Fault) -> [Installation] {
        let folders: [String]
        do throws(StoreError) {
            folders = try await blocking { () throws(StoreError) in try PackageTree.find(in: folder) }
        } catch { throw error.fault }
        let waiting = jobs.values.count { $0.shown.state == .waiting }
        guard waiting + folders.count <= limits.installationsWaiting else {
            throw RegistryFault.tooManyInstallations(limits.installationsWaiting)
        }
        var begun: [Installation] = []
        for folder in folders {
            begun.append(try install(InstallRequest(linked ? .linked(folder) : .folder(folder)), by: initiator))
        }
        return begun
    }

    /// Latest first.
    package var installations: [Installation] { jobOrder.reversed().compactMap { jobs[$0]?.shown } }

    package func installation(_ id: Installation.ID) throws(Fault) -> Installation {
        guard let job = jobs[id] else { throw RegistryFault.noInstallation(id.rawValue) }
        return job.shown
    }

    /// Ends an installation at its next step; what it had put into staging goes. `installation.over` when it is done or failed already.
    package func cancelInstallation(_ id: Installation.ID) throws(Fault) {
        guard let job = jobs[id] else { throw RegistryFault.noInstallation(id.rawValue) }
        guard !job.shown.state.isOver else { throw RegistryFault.installationOver }
        job.cancel()
        guard job.shown.state == .waiting else { return }
        over(job) { $0.state = .cancelled }
    }

    // MARK: Working

    private func startJobs() {
        let atWork = jobs.values.count { !$0.shown.state.isOver && $0.shown.state != .waiting }
        var left = limits.installationsAtOnce - atWork
        for id in jobOrder where left > 0 {
            guard let job = jobs[id], job.shown.state == .waiting else { continue }
            left -= 1
            job.change { $0.state = .fetching }
            Task { await self.work(job) }
        }
    }

    private func work(_ job: InstallationJob) async {
        do throws(Fault) {
            let outcome = try await take(job)
            job.change { $0.plugin = outcome.plugin }
            try await admit(outcome, job)
            over(job) { $0.state = .done }
        } catch {
            // Whatever it ended with: nobody waits for a package that was called off.
            let isCancelled = job.isCancelled || error.code == "package.cancelled"
            over(job) { installation in
                (installation.state, installation.problem) = isCancelled ? (.cancelled, nil) : (.failed, error)
            }
        }
    }

    /// Everything up to the package store.
    private nonisolated func take(_ job: InstallationJob) async throws(Fault) -> InstallOutcome {
        let request = job.request
        var options = InstallOptions()
        // Which version runs is decided by a person, and written to the record first of all places that matter.
        options.activation = .never
        (options.integrity, options.requiredID) = (request.integrity, request.requiredID)
        (options.allowsUnsigned, options.allowsOtherKey) = (request.allowsUnsigned, request.allowsOtherKey)
        options.isCancelled = { job.isCancelled }
        let fetched = FetchedFile()
        defer { fetched.remove() }
        options.fetch = { [parts] (address) throws(StoreError) in
            do throws(Fault) {
                let bytes = try await job.fetch { () throws(Fault) in
                    try await parts.services.download(address, bytesMax: ArchiveLimits.default.archiveBytesMax)
                }
                return try await Self.keep(bytes, in: fetched)
            } catch { throw .refused(error) }
        }
        let examiner = HubExaminer(services: parts.services, builds: true, platform: parts.platform) {
            job.change { $0.state = .building }
        }
        do throws(StoreError) {
            return try await parts.packages.examining(with: examiner).install(request.source, options: options) { job.progress($0) }
        } catch {
            let findings = error.findings
            job.change { $0.findings = findings }
            throw error.fault
        }
    }

    /// Gives a package that lies in the store its place in the records.
    private func admit(_ outcome: InstallOutcome, _ job: InstallationJob) async throws(Fault) {
        let id = outcome.plugin
        try await enter(id)
        defer { leave(id) }
        let installed = try await storing { (packages) throws(StoreError) in try packages.plugin(id) }
        let name = outcome.version?.name ?? LinkedFolder.name
        let folder = outcome.version.map { parts.packages.folder(of: $0, of: id) } ?? installed.link?.folder ?? ""
        let reading = VersionReading(name: name, folder: folder, reading: outcome.reading)
        let known = entries[id]
        let isUpdate = known?.record.runningVersion != nil
        let duplicates = otherPackage(reading, of: id) + (await duplicatesAnywhere(in: outcome.reading.manifest, of: id))
        job.change { installation in
            (installation.version, installation.isUpdate) = (outcome.version?.version, isUpdate)
            installation.findings = outcome.reading.findings + duplicates
        }
        if let known, known.record.runningVersion == name {
            // The same bytes again, or the linked folder: nothing has to be asked.
            if name == LinkedFolder.name { renew(id) }
            await reload(id, record: known.record, reading: reading)
            return
        }
        if let known, job.request.takesNewOnly, !outcome.isNew {
            await reload(id, record: known.record, reading: nil)
            return
        }
        var record = known?.record ?? PluginRecord(id: id, installedAt: now)
        if known != nil { record = changed(record) { _ in } }
        let isHeld = record.pinnedVersion != nil && isUpdate
        if !isHeld { record.waitingVersion = name }
        let written = record
        let deed = Deed(
            action: "plugin.install", event: isUpdate ? "PluginUpdateAvailable" : "PluginInstalled", plugin: id,
            detail: [
                "version": .string(outcome.version?.version ?? name),
                "contentHash": outcome.version.map { .string($0.contentHash) } ?? .null,
                "source": .string(job.shown.source),
            ])
        try await write(deed, by: job.initiator) { (records) throws(Fault) in try records.put(written) }
        if entries[id] == nil { entries[id] = PluginEntry(id: id, record: record) }
        await reload(id, record: record, reading: isUpdate ? nil : reading) { entry in
            entry.installed = installed
            if isUpdate, !isHeld { (entry.waiting, entry.setback) = (reading, nil) }
        }
    }

    private func over(_ job: InstallationJob, _ body: (inout Installation) -> Void) {
        let moment = now
        job.change { installation in
            body(&installation)
            installation.endedAt = moment
        }
        job.request.whenOver?()
        startJobs()
        forgetOldJobs()
    }

    private func forgetOldJobs() {
        var over = jobOrder.filter { jobs[$0]?.shown.state.isOver ?? true }
        while over.count > limits.installationsKept {
            let id = over.removeFirst()
            jobs[id] = nil
            jobOrder.removeAll { $0 == id }
        }
    }

    // MARK: Addresses

    private static func keep(_ bytes: [UInt8], in file: FetchedFile) async throws(Fault) -> String {
        let outcome: Result<String, Fault> = await withCheckedContinuation { continuation in
            HubThread.start("pb-registry") { continuation.resume(returning: file.write(bytes)) }
        }
        return try outcome.get()
    }
}
