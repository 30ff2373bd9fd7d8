import HostCalls
import HubCore
import JSON
import Manifests
package import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox

extension PluginRegistry {
    /// Puts another version in the place of the one that runs, at one moment and without a failed call.
    ///
    /// The new one is built, started and loaded while the old one answers. Then the package store, the record and the desk change, in this
    /// order; calls in flight finish on the old one. On trial, the new one is watched, and the old one comes back by itself when it fails.
    /// Whoever calls this has entered.
    func switchVersion(
        of id: PluginID, to reading: VersionReading, grants: [Grant], deed action: String, event: String, onTrial: Bool,
        reason: String? = nil, by initiator: Initiator
    ) async throws(Fault) {
        let entry = try entry(id)
        guard let live = directory.live(id), let manifest = reading.manifest, let running = entry.record.runningVersion else {
            throw RegistryFault.noVersion(id)
        }
        var next = entry
        (next.reading, next.grants, next.waiting) = (reading, grants, nil)
        if onTrial { try checkConfigured(next, before: entry, live) }
        let generation = try await prepare(next, manifest, live)
        if onTrial { generation?.beginTrial(await trialPolicy()) }
        let from = entry.version(running)?.version ?? running
        let record = changed(entry.record) { record in
            (record.runningVersion, record.fallbackVersion) = (reading.name, onTrial ? running : nil)
            record.fallbackGrants = onTrial ? entry.grants : nil
            record.waitingVersion = reason == nil ? nil : running
            (record.consentedAt, record.quarantine) = (now, nil)
        }
        var detail: JSONObject = ["from": .string(from), "version": .string(manifest.version ?? reading.name)]
        if let reason { detail["reason"] = .string(reason) } else { detail["grants"] = .texts(grants.map(\.permission)) }
        let before = entry.grants
        let installed: InstalledPlugin
        do throws(Fault) {
            installed = try await storing { (packages) throws(StoreError) in
                try packages.activate(id, reading.name)
                return try packages.plugin(id)
            }
            try await write(Deed(action: action, event: event, plugin: id, detail: detail), by: initiator) { (records) throws(Fault) in
                try records.put(record)
                try Self.put(grants, before: before, in: records)
            }
        } catch {
            if let generation { for instance in generation.takeAll() { await instance.plugin.stop() } }
            // The old version goes on; the next start would say so too.
            try? await storing { (packages) throws(StoreError) in _ = try packages.activate(id, running) }
            throw error
        }
        let failed = reason == nil ? nil : entry.reading
        let old = live.desk.change { $0.generation = generation }
        // What failed was the version before.
        live.desk.endRest()
        take(id, record: record, installed: installed, reading: reading) { entry in
            (entry.grants, entry.waiting, entry.setback) = (grants, failed, reason)
        }
        if let old { drain(old) }
    }

    /// A version that lacks a required setting would stop answering the moment it takes over.
    private func checkConfigured(_ next: PluginEntry, before entry: PluginEntry, _ live: PluginLive) throws(Fault) {
        let missing = next.layers(nil, environment: parts.environment)?.missing ?? []
        let missingBefore = Set(entry.layers(nil, environment: parts.environment)?.missing ?? [])
        let new = missing.filter { !missingBefore.contains($0) }
        let lacksAll = next.layers(nil, environment: parts.environment)?.lacksAll ?? false
        guard live.desk.refusal == nil, !new.isEmpty || lacksAll else { return }
        let what = new.isEmpty ? ", and none were saved" : " that have no value yet: \(new.map { "'\($0)'" }.joined(separator: ", "))"
        throw Fault(
            code: "plugin.needs-configuration", message: "The new version of '\(next.id)' needs settings\(what).",
            remedy: "Fill them in first; the version before goes on meanwhile.", turn: .operator)
    }

    /// The new version, loaded in a worker for each scope that was in use; nil for plugins without code.
    private func prepare(_ next: PluginEntry, _ manifest: PluginManifest, _ live: PluginLive) async throws(Fault) -> Generation? {
        guard let reading = next.reading else { return nil }
        let generation: Generation
        do throws(Fault) { generation = try await self.generation(reading, of: next.id) } catch {
            if error.code == "plugin.no-code" { return nil }
            throw try await refused(error, next, nil)
        }
        var scopes = Set(live.desk.generation?.instances.map(\.scope) ?? [])
        // What Coop's integrations load does not depend on settings: the workers of organisations begin with their next calls.
        if scopes.isEmpty || manifest.format == .coop { scopes = [.hub] }
        for scope in scopes {
            guard let layers = next.layers(scope.organisation, environment: parts.environment) else { continue }
            // As many as there were have a place.
            _ = generation.reserve(scope, max: .max)
            do throws(Fault) {
                let made = try await instance(of: generation, scope, layers: layers, granted: next.granted)
                do throws(CallFailure) { try await made.plugin.host.start() } catch {
                    let fault = made.redacted(made.plugin.fault(error, calling: "(load)"))
                    await made.plugin.stop()
                    throw fault
                }
                _ = generation.place(made)
            } catch {
                for instance in generation.takeAll() { await instance.plugin.stop() }
                throw try await refused(error, next, generation)
            }
        }
        return generation
    }

    /// Writes down that a new version did not load.
    private func refused(_ fault: Fault, _ next: PluginEntry, _ generation: Generation?) async throws(Fault) -> Fault {
        let name = next.reading?.name ?? ""
        let failure = PluginFailure(
            plugin: next.id, version: name, at: now, entry: Self.trialEntry,
            fault: Fault(
                code: fault.code, message: "It did not load: \(fault.message)", place: fault.place, remedy: fault.remedy, turn: fault.turn,
                details: fault.details))
        let keeping = limits.failuresKept
        let deed = Deed(
            action: "plugin.update", event: "PluginUpdateRefused", plugin: next.id, outcome: .failed,
            detail: ["version": .string(next.manifest?.version ?? name), "reason": .string(fault.code)])
        try await write(deed, by: .hub) { (records) throws(Fault) in try records.append(failure, keeping: keeping) }
        entries[next.id]?.setback = Self.setback(failure, next.manifest?.version)
        events.publish(.plugin(next.id))
        return Fault(
            code: "plugin.update-failed",
            message:
                "Version \(next.manifest?.version ?? name) of '\(next.id)' did not load, so the version before goes on: \(fault.message)",
            place: fault.place, remedy: fault.remedy, turn: fault.turn, details: fault.details)
    }

    /// What everybody may know of why a newer version does not run: what it said while it loaded, perhaps with an organisation's settings, stands
    /// among its failures alone.
    static func setback(_ failure: PluginFailure, _ version: String?) -> String {
        failure.fault.code == "plugin.taken-back" ? failure.fault.message : "Version \(version ?? failure.version) did not load."
    }

    // MARK: Trial

    /// How a version is watched that begins to run now.
    func trialPolicy() async -> HealthTrial.Policy {
        var policy = limits.trial
        let organisations = try? await parts.store.read { (records) throws(Fault) in try records.organisations(PageRequest(limit: 2)).count
        }
        // Where nobody can tell, what one organisation sends is not held against a version for all.
        policy.isAlone = organisations.map { $0 < 2 } ?? false
        return policy
    }

    /// The new version did well: there is nothing to come back to any more.
    func trialPassed(_ generation: Generation) async {
        let id = generation.plugin
        do throws(Fault) {
            try await enter(id)
            defer { leave(id) }
            guard let entry = entries[id], entry.record.runningVersion == generation.name, entry.record.fallbackVersion != nil else {
                return
            }
            let record = changed(entry.record) { ($0.fallbackVersion, $0.fallbackGrants) = (nil, nil) }
            let deed = Deed(
                action: "plugin.keep", event: "PluginTrialPassed", plugin: id, detail: ["version": .string(generation.version)])
            try await write(deed, by: .hub) { (records) throws(Fault) in try records.put(record) }
            entries[id]?.record = record
            refresh(id)
        } catch {
            // Stays on record as a trial, which the next start begins anew.
        }
    }

    /// The new version failed its trial: the one before comes back, and the new one waits again, with the reason.
    func takeBack(_ generation: Generation, _ reason: String) async {
        let id = generation.plugin
        do throws(Fault) {
            try await enter(id)
            defer { leave(id) }
            guard let entry = entries[id], entry.record.runningVersion == generation.name, let fallback = entry.record.fallbackVersion
            else {
                return
            }
            let reading = try await reading(fallback, of: entry)
            // The reason ends with what the plugin's author wrote, who may have ended their sentence.
            let ending = [".", "!", "?"].contains { reason.hasSuffix($0) } ? "" : "."
            let sentence = "Version \(generation.version) was taken back: \(reason)\(ending)"
            let failure = PluginFailure(
                plugin: id, version: generation.name, at: now, entry: Self.trialEntry,
                fault: Fault(code: "plugin.taken-back", message: sentence, remedy: "Install a mended version.", turn: .plugin))
            let keeping = limits.failuresKept
            _ = try? await parts.store.write { (records) throws(Fault) in try records.append(failure, keeping: keeping) }
            try await switchVersion(
                of: id, to: reading, grants: entry.record.fallbackGrants ?? entry.grants, deed: "plugin.take-back",
                event: "PluginTakenBack",
                onTrial: false, reason: sentence, by: .hub)
        } catch {
            entries[id]?.setback =
                "Version \(generation.version) failed its first calls, and the one before could not come back: \(error.message)"
            events.publish(.plugin(id))
        }
    }

    // MARK: By hand

    /// Goes back to the version before, or to one that is named, without a trial. The grants stay.
    package func rollback(_ id: PluginID, to selector: String? = nil, by initiator: Initiator) async throws(Fault) {
        try await enter(id)
        defer { leave(id) }
        try await goBack(id, to: selector, by: initiator)
    }

    private func goBack(_ id: PluginID, to selector: String?, by initiator: Initiator) async throws(Fault) {
        let entry = try entry(id)
        guard let installed = entry.installed else { throw entry.problem ?? RegistryFault.noVersion(id) }
        let running = entry.record.runningVersion
        let name: String
        if let selector {
            name = try Self.find(selector, in: installed)
        } else if let before = entry.record.fallbackVersion ?? installed.history.last(where: { $0 != running }) {
            name = before
        } else {
            throw RegistryFault.nothingBefore(id)
        }
        guard running != nil, name != running else { throw RegistryFault.nothingBefore(id) }
        let reading = try await reading(name, of: entry)
        try await switchVersion(
            of: id, to: reading, grants: entry.record.fallbackGrants ?? entry.grants, deed: "plugin.rollback", event: "PluginRolledBack",
            onTrial: false,
            by: initiator)
    }

    /// Holds a plugin at a version, going there first where it runs another; nil lets go of it, and the newest other version waits again.
    package func pin(_ id: PluginID, to selector: String?, by initiator: Initiator) async throws(Fault) {
        try await enter(id)
        defer { leave(id) }
        var name: String?
        if let selector {
            guard let installed = try entry(id).installed else { throw RegistryFault.noVersion(id) }
            let found = try Self.find(selector, in: installed)
            if try entry(id).record.runningVersion != found { try await goBack(id, to: found, by: initiator) }
            name = found
        }
        let pinned = name
        let entry = try entry(id)
        let newest = entry.installed?.versions.last?.name
        let record = changed(entry.record) { record in
            record.pinnedVersion = pinned
            if record.runningVersion != nil { record.waitingVersion = pinned == nil && newest != record.runningVersion ? newest : nil }
        }
        let deed = Deed(
            action: pinned == nil ? "plugin.unpin" : "plugin.pin", event: "PluginChanged", plugin: id,
            detail: pinned.map { ["version": .string($0)] } ?? [:])
        try await write(deed, by: initiator) { (records) throws(Fault) in try records.put(record) }
        let waiting: VersionReading?
        if let name = record.waitingVersion, record.runningVersion != nil {
            waiting = try? await reading(name, of: entry)
        } else {
            waiting = nil
        }
        await reload(id, record: record) { $0.waiting = waiting }
    }

    // MARK: Quarantine

    /// Its host has stopped trusting it: that is written down, so that it stays so over a restart.
    func quarantine(_ id: PluginID, _ reason: String, _ generation: Generation) async {
        if generation.isOnTrial {
            if let verdict = generation.record(.broke(reason)) { settle(verdict, generation) }
            return
        }
        do throws(Fault) {
            try await enter(id)
            defer { leave(id) }
            guard let entry = entries[id], entry.record.quarantine == nil, directory.live(id)?.desk.generation === generation else {
                return
            }
            let moment = now
            let record = changed(entry.record) {
                $0.quarantine = .init(reason: reason, code: "plugin.quarantined", since: moment)
            }
            let deed = Deed(
                action: "plugin.quarantine", event: "PluginQuarantined", plugin: id, detail: ["reason": .string(reason)])
            try await write(deed, by: .hub) { (records) throws(Fault) in try records.put(record) }
            entries[id]?.record = record
            refresh(id)
        } catch {
            // The host refuses its calls all the same.
        }
    }

    /// Its worker of one organisation has failed too often: for that one it rests, and for all once it does for several. What one organisation
    /// asks, or one author of items, must not take an integration from the others.
    func rest(_ organisation: Organisation.ID, _ instance: Instance, _ reason: String, _ generation: Generation, _ live: PluginLive) async {
        let id = live.id
        guard generation.remove(instance) else { return }
        let fault = RegistryFault.resting(id, reason, for: limits.restTime)
        let resting = live.desk.rest(organisation, .init(until: .now + limits.restTime, fault: fault))
        seen.changed()
        Task {
            await instance.drain(within: limits.drainTime)
            self.collect(instance, of: live)
        }
        let deed = Deed(
            action: "plugin.quarantine", event: "PluginQuarantined", plugin: id, organisation: organisation,
            detail: ["reason": .string(reason)])
        // Whether it could be written down or not, nobody of that organisation is let in.
        try? await write(deed, by: .hub) { (_) throws(Fault) in }
        events.publish(.plugin(id))
        guard resting >= limits.restingMax else { return }
        await quarantine(id, "its workers of \(resting) organisations failed too often; the last: \(reason)", generation)
    }

    /// Lets a quarantined plugin go on, with a clean record.
    package func release(_ id: PluginID, by initiator: Initiator) async throws(Fault) {
        try await enter(id)
        defer { leave(id) }
        let entry = try entry(id)
        guard entry.record.quarantine != nil else { throw RegistryFault.notQuarantined(id) }
        let record = changed(entry.record) { $0.quarantine = nil }
        try await write(Deed(action: "plugin.release", event: "PluginReleased", plugin: id), by: initiator) { (records) throws(Fault) in
            try records.put(record)
        }
        entries[id]?.record = record
        directory.live(id)?.desk.endRest()
        renew(id)
        refresh(id)
    }

    /// Lets the next call begin with a new worker; a linked folder is read anew. Calls in flight finish.
    package func restart(_ id: PluginID, by initiator: Initiator) async throws(Fault) {
        try await enter(id)
        defer { leave(id) }
        let entry = try entry(id)
        var reading: VersionReading?
        if entry.record.runningVersion == LinkedFolder.name { reading = try await self.reading(LinkedFolder.name, of: entry) }
        try await write(Deed(action: "plugin.restart", event: nil, plugin: id), by: initiator) { (_) throws(Fault) in }
        directory.live(id)?.desk.endRest()
        renew(id)
        await reload(id, record: entry.record, reading: reading)
    }
}
