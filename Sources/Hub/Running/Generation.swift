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

    enum Placing {
        case placed
        /// Somebody else was quicker.
        case taken(Instance)
        /// So many are in use; the one that rested longest has to make room and comes back closed.
        case full(Instance?)
    }

    func place(_ instance: Instance, max: Int) -> Placing {
        state.withLock { state in
            if let known = state.instances[instance.scope] { return .taken(known) }
            guard state.instances.count < max else {
                let resting = state.instances.values.compactMap { one in one.rest.map { (one, $0) } }.max { $0.1 < $1.1 }?.0
                if let resting {
                    resting.close()
                    state.instances[resting.scope] = nil
                }
                return .full(resting)
            }
            state.instances[instance.scope] = instance
            return .placed
        }
    }

    /// Takes one out; false when it is not there any more.
    func remove(_ instance: Instance) -> Bool {
        state.withLock { state in
            guard state.instances[instance.scope] === instance else { return false }
            state.instances[instance.scope] = nil
            return true
        }
    }

    /// Takes its instances out; what they still do they finish.
    func takeAll() -> [Instance] {
        state.withLock { state in
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
    func record(_ outcome: HealthTrial.Outcome?) -> HealthTrial.Verdict? {
        let now = ContinuousClock.now - epoch
        return state.withLock { state in
            guard var trial = state.trial, trial.verdict == .watching else { return nil }
            let verdict = outcome.map { trial.record($0, at: now) } ?? trial.look(at: now)
            state.trial = trial
            return verdict == .watching ? nil : verdict
        }
    }

    // MARK: Coop's credentials

    func credential(_ scope: ConfigurationScope) -> JSONObject? { state.withLock { $0.credentials[scope] } }

    func keep(_ credential: JSONObject, _ scope: ConfigurationScope) {
        state.withLock { state in
            if state.credentials.count >= Self.credentialsMax { state.credentials = [:] }
            state.credentials[scope] = credential
        }
    }

    /// Why a signal cannot be used with the settings of a scope, as it said once: other settings make another generation. Nil: it was not asked;
    /// nil inside: it can be used.
    func disabledMessage(of signal: String, _ scope: ConfigurationScope) -> String?? {
        state.withLock { $0.disabled[DisabledKey(signal: signal, scope: scope)] }
    }

    func keep(disabled message: String?, of signal: String, _ scope: ConfigurationScope) {
        state.withLock { state in
            if state.disabled.count >= Self.disabledMax { state.disabled = [:] }
            state.disabled[DisabledKey(signal: signal, scope: scope)] = .some(message)
        }
    }

    /// Nothing of a scope stays; gives its instance, if there is one.
    func forget(_ scope: ConfigurationScope) -> Instance? {
        state.withLock { state in
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
