import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages
import Synchronization

/// One version of one plugin while it is in use: its code, and a worker for each scope of settings that is called.
///
/// Another version, other settings or other powers of the engine make another generation; the old one finishes its calls.
final class Generation: Sendable {
    private struct State {
        var instances: [ConfigurationScope: Instance] = [:]
        /// Places of those that are being started; false: for settings that are not any more.
        var starting: [ConfigurationScope: Bool] = [:]
        /// Nobody begins on it any more.
        var isOver = false
        /// How often a scope's settings were replaced.
        var epochs: [ConfigurationScope: Int] = [:]
        var trial: HealthTrial?
        var credentials: [ConfigurationScope: JSONObject] = [:]
        var disabled: [DisabledKey: String?] = [:]
    }

    private struct DisabledKey: Hashable {
        let signal: String
        let scope: ConfigurationScope
    }

    /// What its workers run.
    enum Code: Sendable {
        case native(PluginBundle)
        case coop(CoopPackage)
    }

    let plugin: PluginID
    /// In the package store.
    let name: String
    /// For people.
    let version: String
    let manifest: PluginManifest
    let code: Code
    private let state: Mutex<State>
    private let epoch = ContinuousClock.now

    /// Credentials of Coop's organisations that are kept opened.
    private static let credentialsMax = 256
    /// Answers of signals that are kept.
    private static let disabledMax = 10_000

    init(plugin: PluginID, name: String, manifest: PluginManifest, code: Code, trial: HealthTrial.Policy? = nil) {
        (self.plugin, self.name, self.manifest, self.code) = (plugin, name, manifest, code)
        version = manifest.version ?? name
        state = Mutex(State(trial: trial.map { HealthTrial(policy: $0, beganAt: .zero) }))
    }

    var instances: [Instance] { state.withLock { Array($0.instances.values) } }

    func instance(_ scope: ConfigurationScope) -> Instance? { state.withLock { $0.instances[scope] } }

    enum Room {
        /// One may be started. The one that rested longest made room: it is closed, and to be stopped first.
        case reserved(after: Instance?)
        /// Somebody stands ready, or is being started.
        case taken
        /// So many are in use or being started.
        case full
        case over
    }

    /// Keeps a place for an instance before it is started: `place` or `release` follows. Whoever is being started counts as one that runs, and
    /// so does one that has to stop first.
    func reserve(_ scope: ConfigurationScope, max: Int) -> Room {
        state.withLock { state in
            guard !state.isOver else { return .over }
            guard state.instances[scope] == nil, state.starting[scope] == nil else { return .taken }
            if state.instances.count + state.starting.count < max {
                state.starting[scope] = true
                return .reserved(after: nil)
            }
            guard let resting = state.instances.values.compactMap({ one in one.rest.map { (one, $0) } }).max(by: { $0.1 < $1.1 })?.0 else {
                return .full
            }
            resting.close()
            state.instances[resting.scope] = nil
            state.starting[scope] = true
            return .reserved(after: resting)
        }
    }

    /// Puts an instance into its place; false when it was made for what is not any more.
    func place(_ instance: Instance) -> Bool {
        state.withLock { state in
            guard state.starting.removeValue(forKey: instance.scope) == true, !state.isOver else { return false }
            state.instances[instance.scope] = instance
            return true
        }
    }

    /// Nobody takes the place.
    func release(_ scope: ConfigurationScope) { state.withLock { $0.starting[scope] = nil } }

    /// How many are in use or being started.
    var placesTaken: Int { state.withLock { $0.instances.count + $0.starting.count } }

    /// Takes one out; false when it is not there any more.
    func remove(_ instance: Instance) -> Bool {
        state.withLock { state in
            guard state.instances[instance.scope] === instance else { return false }
            state.instances[instance.scope] = nil
            return true
        }
    }

    /// Takes its instances out, for good; what they still do they finish.
    func takeAll() -> [Instance] {
        state.withLock { state in
            state.isOver = true
            defer { state.instances = [:] }
            return Array(state.instances.values)
        }
    }

    // MARK: Trial

    var isOnTrial: Bool { state.withLock { $0.trial?.verdict == .watching } }

    func beginTrial(_ policy: HealthTrial.Policy) {
        let now = ContinuousClock.now - epoch
        state.withLock { $0.trial = HealthTrial(policy: policy, beganAt: now) }
    }

    /// The verdict, once: nil while nothing is decided, and afterwards.
    func record(_ outcome: HealthTrial.Outcome?, because cause: HealthTrial.Cause? = nil) -> HealthTrial.Verdict? {
        let now = ContinuousClock.now - epoch
        return state.withLock { state in
            guard var trial = state.trial, trial.verdict == .watching else { return nil }
            let verdict = outcome.map { trial.record($0, because: cause, at: now) } ?? trial.look(at: now)
            state.trial = trial
            return verdict == .watching ? nil : verdict
        }
    }

    // MARK: Coop's credentials

    func credential(_ scope: ConfigurationScope) -> JSONObject? { state.withLock { $0.credentials[scope] } }

    /// Moves on when a scope's settings are replaced: what was looked up before is not kept.
    func epoch(_ scope: ConfigurationScope) -> Int { state.withLock { $0.epochs[scope] ?? 0 } }

    func keep(_ credential: JSONObject, _ scope: ConfigurationScope, at epoch: Int) {
        state.withLock { state in
            guard state.epochs[scope] ?? 0 == epoch else { return }
            if state.credentials.count >= Self.credentialsMax { state.credentials = [:] }
            state.credentials[scope] = credential
        }
    }

    /// Why a signal cannot be used with the settings of a scope, as it said once: until other settings are saved for it. Nil: it was not asked;
    /// nil inside: it can be used.
    func disabledMessage(of signal: String, _ scope: ConfigurationScope) -> String?? {
        state.withLock { $0.disabled[DisabledKey(signal: signal, scope: scope)] }
    }

    func keep(disabled message: String?, of signal: String, _ scope: ConfigurationScope, at epoch: Int) {
        state.withLock { state in
            guard state.epochs[scope] ?? 0 == epoch else { return }
            if state.disabled.count >= Self.disabledMax { state.disabled = [:] }
            state.disabled[DisabledKey(signal: signal, scope: scope)] = .some(message)
        }
    }

    /// Nothing of a scope stays, and what is being made for it is not used; gives its instance, if there is one.
    func forget(_ scope: ConfigurationScope) -> Instance? {
        state.withLock { state in
            state.epochs[scope, default: 0] += 1
            if state.starting[scope] != nil { state.starting[scope] = false }
            state.credentials[scope] = nil
            state.disabled = state.disabled.filter { $0.key.scope != scope }
            return state.instances.removeValue(forKey: scope)
        }
    }

    /// A catalog that was refreshed may say otherwise.
    func forgetDisabled(_ scope: ConfigurationScope) {
        state.withLock { state in state.disabled = state.disabled.filter { $0.key.scope != scope } }
    }
}
