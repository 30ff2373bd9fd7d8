import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages

extension PluginRegistry {
    /// What the records hold of all plugins, read in one transaction.
    private struct Decided: Sendable {
        var records: [PluginRecord] = []
        var overrides: [PluginOverride] = []
        var grants: [Grant] = []
        var enablement: [PluginID: [Organisation.ID: Bool]] = [:]
        var settings: [PluginID: [PluginSettings]] = [:]
        var sealed: [PluginID: [ConfigurationScope: Set<String>]] = [:]
        var setbacks: [PluginID: PluginFailure] = [:]
        var removing: [PluginID] = []
    }

    /// Readings of manifests at the same time.
    private static let readersMax = 4

    func reconcile() async throws(Fault) -> [Fault] {
        var notes: [Fault] = []
        let packages = parts.packages
        var (installed, problems) = await blocking { () throws(Never) in packages.list() }
        var decided = try await readDecided()
        for id in decided.removing {
            // A removal that was decided is finished, whatever is left of it.
            try await finishRemoval(of: id)
            installed.removeAll { $0.id == id }
        }
        notes += problems
        let found = Dictionary(installed.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var records = Dictionary(
            decided.records.filter { !decided.removing.contains($0.id) }.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for plugin in installed {
            let (record, note) = settle(records[plugin.id], plugin)
            if let note { notes.append(note) }
            guard record != records[plugin.id] else { continue }
            let deed = Deed(
                action: "plugin.reconcile", plugin: plugin.id, detail: ["reason": .string(note?.code ?? "plugin.record-missing")])
            let granted = decided.grants.filter { $0.plugin == plugin.id }
            // The version before went on because the one on trial is gone; it goes on with what it had.
            let known = records[plugin.id]
            let isBack = known?.runningVersion != record.runningVersion && known?.fallbackVersion == record.runningVersion
            let grants = isBack ? known?.fallbackGrants ?? granted : granted
            try await write(deed, by: .hub) { (records) throws(Fault) in
                try records.put(record)
                try Self.put(grants, before: granted, in: records)
            }
            records[plugin.id] = record
            if isBack { decided.grants = decided.grants.filter { $0.plugin != plugin.id } + grants }
        }
        let overrides = Dictionary(decided.overrides.map { ($0.plugin, $0) }, uniquingKeysWith: { first, _ in first })
        let grants = Dictionary(grouping: decided.grants, by: \.plugin)
        for (id, record) in records {
            var entry = PluginEntry(id: id, record: record)
            entry.installed = found[id]
            if found[id] == nil {
                entry.problem =
                    problems.first { $0.message.contains("'\(id)'") }
                    ?? Fault(
                        code: "plugin.package-gone", message: "Its package is not in the package store any more.",
                        remedy: "Install it again, or remove what is left of it.", turn: .operator)
            }
            (entry.override, entry.grants) = (overrides[id], grants[id] ?? [])
            entry.enablement = decided.enablement[id] ?? [:]
            for settings in decided.settings[id] ?? [] { entry.settings[ConfigurationScope(settings.organisation)] = settings }
            entry.sealed = decided.sealed[id] ?? [:]
            entries[id] = entry
        }
        await readManifests()
        for (id, failure) in decided.setbacks {
            let version = entries[id]?.waiting?.manifest?.version
            entries[id]?.setback = Self.setback(failure, version)
        }
        for id in entries.keys {
            let file = fileEntry(of: id)
            entries[id]?.file = file
        }
        refreshNames()
        try await restoreSignalTypes()
        for id in entries.keys { refresh(id) }
        return notes
    }

    private func readDecided() async throws(Fault) -> Decided {
        try await parts.store.read { (records) throws(Fault) in
            var decided = Decided()
            decided.records = try records.plugins()
            (decided.overrides, decided.grants) = (try records.overrides(), try records.grants())
            decided.removing = try Self.removing(in: records)
            for record in decided.records {
                decided.enablement[record.id] = try records.enablement(of: record.id)
                let settings = try records.settings(of: record.id)
                guard !settings.isEmpty || record.waitingVersion != nil else { continue }
                decided.settings[record.id] = settings
                for scope in settings.map({ ConfigurationScope($0.organisation) }) {
                    let keys = try records.secrets(of: record.id.rawValue, in: scope.secretOrganisation).map(\.place.field)
                    if !keys.isEmpty { decided.sealed[record.id, default: [:]][scope] = Set(keys) }
                }
                if let waiting = record.waitingVersion,
                    let last = try records.failures(of: record.id, limit: 20).first(where: {
                        $0.version == waiting && $0.entry == Self.trialEntry
                    })
                {
                    decided.setbacks[record.id] = last
                }
            }
            return decided
        }
    }

    /// The record a plugin's packages should have. What a killed hub left undone between the two is taken back: the version that was let in goes on.
    private func settle(_ known: PluginRecord?, _ plugin: InstalledPlugin) -> (PluginRecord, Fault?) {
        guard var record = known else {
            var record = PluginRecord(id: plugin.id, installedAt: now)
            record.waitingVersion = plugin.current ?? plugin.versions.last?.name
            return (record, nil)
        }
        let names = Set(plugin.versions.map(\.name) + (plugin.link == nil ? [] : [LinkedFolder.name]))
        var note: Fault?
        func lost(_ what: String) -> Fault {
            Fault(
                code: "plugin.version-gone", message: "\(what) of '\(plugin.id)' is not in the package store any more.",
                remedy: "Install it again, or choose another version.", turn: .operator)
        }
        if let running = record.runningVersion {
            if !names.contains(running) {
                note = lost("The version in use")
                record.runningVersion = record.fallbackVersion.flatMap { names.contains($0) ? $0 : nil }
                record.fallbackVersion = nil
                if record.runningVersion == nil { record.waitingVersion = plugin.versions.last?.name }
            } else if let current = plugin.current, current != running, record.pinnedVersion == nil {
                // An update that did not get as far as its record, or somebody's change while the hub was down: it waits for a yes.
                record.waitingVersion = current
                note = Fault(
                    code: "plugin.update-interrupted", message: "'\(plugin.id)' goes on with its version before; another one waits.",
                    remedy: "Look at what the other version changes, and decide.", turn: .operator)
            }
        }
        if let waiting = record.waitingVersion, !names.contains(waiting) || waiting == record.runningVersion { record.waitingVersion = nil }
        if let fallback = record.fallbackVersion, !names.contains(fallback) { record.fallbackVersion = nil }
        if record.fallbackVersion == nil { record.fallbackGrants = nil }
        if let pinned = record.pinnedVersion, !names.contains(pinned) { record.pinnedVersion = nil }
        if record.runningVersion == nil, record.waitingVersion == nil {
            record.waitingVersion = plugin.current ?? plugin.versions.last?.name
        }
        guard let known, record != known else { return (record, note) }
        return (changed(record) { _ in }, note)
    }

    /// Reads the manifests of the versions that run or wait, a few at a time.
    private func readManifests() async {
        let wanted = entries.values.flatMap { entry -> [(PluginID, String, InstalledPlugin, Bool)] in
            guard let installed = entry.installed else { return [] }
            let shown = entry.shownVersion
            let waiting = entry.record.runningVersion == nil ? nil : entry.record.waitingVersion
            return [shown.map { (entry.id, $0, installed, false) }, waiting.map { (entry.id, $0, installed, true) }].compactMap(\.self)
        }
        // Built was what is here when it came; what calls it finds its code in the cache, or builds it then.
        let packages = parts.packages.examining(with: HubExaminer(services: parts.services, platform: parts.platform))
        await withTaskGroup(of: (PluginID, Bool, VersionReading?).self) { group in
            var rest = wanted[...]
            func next() {
                guard let (id, name, plugin, isWaiting) = rest.popFirst() else { return }
                group.addTask {
                    guard let read = try? await packages.reading(of: name, of: plugin) else { return (id, isWaiting, nil) }
                    return (id, isWaiting, VersionReading(name: name, folder: read.folder, reading: read.reading))
                }
            }
            for _ in 0..<Self.readersMax { next() }
            for await (id, isWaiting, reading) in group {
                if isWaiting { entries[id]?.waiting = reading } else { entries[id]?.reading = reading }
                next()
            }
        }
    }

    /// What the files say of a plugin, under whichever of its names or by where it came from; of several, the one under its own id counts.
    func fileEntry(of id: PluginID) -> FileEntry? {
        guard let entry = entries[id] else { return nil }
        let names = (entry.manifest.map { [$0.upstreamID] } ?? []) + entry.names
        let source = entry.shownVersion.flatMap { name in
            name == LinkedFolder.name ? entry.installed?.link?.folder : entry.installed?.versions.first { $0.name == name }?.source
        }
        var found = names.compactMap { name in files.first { $0.subject == .named(name) } }
        if let source { found += files.filter { $0.subject == .installed(from: source) } }
        guard var first = found.first else { return nil }
        for other in found.dropFirst() {
            for (key, value) in other.config where first.config[key] == nil { first.config[key] = value }
            first.isEnabled = first.isEnabled ?? other.isEnabled
            first.callTime = first.callTime ?? other.callTime
            first.memoryBytes = first.memoryBytes ?? other.memoryBytes
        }
        return first
    }
}
