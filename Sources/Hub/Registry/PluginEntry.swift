import HostCalls
import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages
import Synchronization

/// A version's manifest, as it was read, and where its files lie.
struct VersionReading: Sendable {
    let name: String
    let folder: String
    let manifest: PluginManifest?
    let findings: [Finding]

    init(name: String, folder: String, reading: PackageReading) {
        (self.name, self.folder, self.manifest, self.findings) = (name, folder, reading.manifest, reading.findings)
    }
}

/// What the registry knows of one plugin: the store's view, the records, and what follows.
struct PluginEntry: Sendable {
    let id: PluginID
    var record: PluginRecord
    /// Nil when the package is gone, or its index cannot be read.
    var installed: InstalledPlugin?
    /// Why it is nil.
    var problem: Fault?
    /// Of the version that runs; before the first consent, of the one that waits for it.
    var reading: VersionReading?
    /// Of the version that waits beside one that runs.
    var waiting: VersionReading?
    var override: PluginOverride?
    var enablement: [Organisation.ID: Bool] = [:]
    var grants: [Grant] = []
    var file: FileEntry?
    var settings: [ConfigurationScope: PluginSettings] = [:]
    /// Keys of secrets that the vault has.
    var sealed: [ConfigurationScope: Set<String>] = [:]
    /// Why a newer version was taken back.
    var setback: String?
    /// Generations whose calls in flight finish.
    var draining = 0
    /// How often all its workers were replaced, whatever for.
    var renewals = 0

    init(id: PluginID, record: PluginRecord) { (self.id, self.record) = (id, record) }

    var manifest: PluginManifest? { reading?.manifest }

    /// Every name that leads to it.
    var names: [String] { manifest?.everyID ?? [id.rawValue] }

    var granted: GrantSet { GrantSet(grants.compactMap { try? Permission(parsing: $0.permission) }) }

    /// The version that is shown: the running one, or the one that waits to be the first.
    var shownVersion: String? { record.runningVersion ?? record.waitingVersion }

    func version(_ name: String?) -> InstalledVersion? { name.flatMap { name in installed?.versions.first { $0.name == name } } }

    /// Fields of the running version, and those that only the waiting one has: what an update needs can be set before it.
    var fields: [ConfigField] {
        let known = manifest?.configuration ?? []
        let keys = Set(known.map(\.key))
        return known + (waiting?.manifest?.configuration ?? []).filter { !keys.contains($0.key) }
    }

    func layers(_ organisation: Organisation.ID?, environment: [String: String], manifest other: PluginManifest? = nil)
        -> ConfigurationLayers?
    {
        guard let manifest = other ?? manifest else { return nil }
        let own = organisation.map { id -> (id: Organisation.ID, values: JSONObject, sealed: Set<String>) in
            let scope = ConfigurationScope.organisation(id)
            return (id, settings[scope]?.values ?? JSONObject(), sealed[scope] ?? [])
        }
        return ConfigurationLayers(
            manifest: manifest, file: file?.config ?? JSONObject(), environment: environment, hub: settings[.hub]?.values ?? JSONObject(),
            sealedHub: sealed[.hub] ?? [], organisation: own)
    }

    /// Organisations with a decision, settings or secrets of their own.
    var organisations: Set<Organisation.ID> {
        Set(enablement.keys).union(scopes)
    }

    /// Those whose workers have settings of their own.
    var scopes: Set<Organisation.ID> {
        Set(settings.compactMap { $0.value.values.isEmpty ? nil : $0.key.organisation })
            .union(sealed.compactMap { $0.value.isEmpty ? nil : $0.key.organisation })
    }

    /// What decides its state. The worker's part is left at idle: it belongs to what runs.
    func facts(_ organisation: Organisation.ID?, environment: [String: String]) -> PluginFacts {
        facts(organisation, layers(organisation, environment: environment))
    }

    /// The same, where the settings are at hand.
    func facts(_ organisation: Organisation.ID?, _ layers: ConfigurationLayers?) -> PluginFacts {
        var facts = PluginFacts(since: [record.changedAt, override?.updatedAt].compactMap(\.self).max() ?? record.changedAt)
        if let problem {
            facts.trouble = .init(problem.message, remedy: problem.remedy, turn: .operator)
        } else if let reading, reading.manifest == nil {
            let first = reading.findings.errors.first
            let trouble = PluginFacts.Trouble(first?.sentence ?? "Its package cannot be read.", remedy: first?.remedy)
            if let code = first?.code, Self.mismatches.contains(String(code.drop { $0 != "." }.dropFirst())) {
                facts.mismatch = trouble
            } else {
                facts.trouble = trouble
            }
        } else if reading == nil {
            facts.trouble = .init("No version of it can be used.", remedy: "Install one.", turn: .operator)
        }
        if let engine = manifest?.engine, !engine.isSatisfied {
            facts.mismatch = .init("It is made for \(engine.engine) \(engine.range); this hub offers \(engine.offered).")
        }
        facts.isConsented = record.runningVersion != nil && record.consentedAt != nil
        facts.startsEnabled = manifest?.initialState.isEnabled ?? true
        (facts.file, facts.override) = (file?.isEnabled, override?.isEnabled)
        (facts.organisation, facts.isOrganisationView) = (organisation.flatMap { enablement[$0] }, organisation != nil)
        (facts.missing, facts.lacksSettings) = (layers?.missing ?? [], layers?.lacksAll ?? false)
        (facts.quarantine, facts.setback) = (record.quarantine, setback)
        return facts
    }

    /// Endings of codes that say: not for this hub, rather than wrong.
    private static let mismatches: Set<String> = ["incompatible-platform", "incompatible-engine", "incompatible-app", "engine-mismatch"]
}

/// The parts of a plugin that are reached without the registry: where calls are let in, and what is counted and written.
final class PluginLive: Sendable {
    let id: PluginID
    let desk: CallDesk
    let metrics = PluginMetrics()
    let log: PluginLog
    /// Failures that may still be written down this minute.
    let failures: Mutex<(minute: Int64, left: Int)>

    init(id: PluginID, limits: RegistryLimits) {
        self.id = id
        desk = CallDesk(plugin: id)
        log = PluginLog(linesMax: limits.logLines)
        failures = Mutex((0, limits.failuresPerMinute))
    }

    func mayWriteFailure(at now: Timestamp, perMinute: Int) -> Bool {
        failures.withLock { state in
            let minute = now.unixMilliseconds / 60_000
            if state.minute != minute { state = (minute, perMinute) }
            guard state.left > 0 else { return false }
            state.left -= 1
            return true
        }
    }
}

/// Which plugin a name means. Read by every call, changed by the registry alone.
final class PluginDirectory: Sendable {
    private struct State {
        var live: [PluginID: PluginLive] = [:]
        var names: [String: PluginID] = [:]
    }

    private let state = Mutex(State())

    func find(_ name: String) -> PluginLive? { state.withLock { state in state.names[name].flatMap { state.live[$0] } } }

    func live(_ id: PluginID) -> PluginLive? { state.withLock { $0.live[id] } }

    var all: [PluginLive] { state.withLock { Array($0.live.values) } }

    /// An id beats an alias; of two plugins with one alias the first by id has it. Gives the aliases that lead elsewhere.
    func set(_ entries: [(id: PluginID, names: [String])], limits: RegistryLimits) {
        state.withLock { state in
            var names: [String: PluginID] = [:]
            var live: [PluginID: PluginLive] = [:]
            for entry in entries {
                names[entry.id.rawValue] = entry.id
                live[entry.id] = state.live[entry.id] ?? PluginLive(id: entry.id, limits: limits)
            }
            for entry in entries.sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
                for name in entry.names where names[name] == nil { names[name] = entry.id }
            }
            state.names = names
            state.live = live
        }
    }
}
