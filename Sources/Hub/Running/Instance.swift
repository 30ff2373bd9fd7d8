import HostCalls
import HubCore
import PluginModel
import PluginRuntime
import Sandbox
import Synchronization

/// One version of a plugin with the settings of one scope, ready to be called, and the calls that are on it.
///
/// It is open until it is closed; closing lets the calls in flight finish, and nobody new in.
final class Instance: Sendable {
    enum Kind: Sendable {
        case native(RunnablePlugin)
        case coop(LoadedCoopPackage)
    }

    private struct State {
        var leases = 0
        var isOpen = true
        var isUsed = false
        var lastUsed = ContinuousClock.now
        var meter = MeterReader()
        var usage: ProcessUsage?
        var pid: Int32?
    }

    let kind: Kind
    let scope: ConfigurationScope
    /// Takes the plugin's secrets out of what is shown of its failures.
    let redactor: Redactor
    private let state = Mutex(State())

    /// How long one that was made for somebody waits for them before it may make room for another.
    private static let unusedTime = Duration.seconds(1)
    /// How often a closed instance is looked at.
    private static let drainPause = Duration.milliseconds(2)

    init(_ kind: Kind, scope: ConfigurationScope, redactor: Redactor) { (self.kind, self.scope, self.redactor) = (kind, scope, redactor) }

    var plugin: RunnablePlugin {
        switch kind {
        case .native(let plugin): plugin
        case .coop(let package): package.plugin
        }
    }

    // MARK: Leases

    /// False when it is closed: look for the instance that took its place.
    func take() -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            state.leases += 1
            (state.isUsed, state.lastUsed) = (true, .now)
            return true
        }
    }

    func giveBack() {
        state.withLock { state in
            state.leases -= 1
            state.lastUsed = .now
        }
    }

    var leases: Int { state.withLock { $0.leases } }

    /// How long it has rested; nil while a call is on it, and while the call it was made for has not come yet.
    var rest: Duration? {
        state.withLock { state in
            let rest = ContinuousClock.now - state.lastUsed
            return state.leases > 0 || (!state.isUsed && rest < Self.unusedTime) ? nil : rest
        }
    }

    func close() { state.withLock { $0.isOpen = false } }

    /// Closes it, lets calls in flight finish as long as `limit` lasts, then stops its worker.
    func drain(within limit: Duration) async {
        close()
        let deadline = ContinuousClock.now + limit
        while leases > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: Self.drainPause) }
        await plugin.stop()
    }

    // MARK: Counting

    func meterDelta() -> MeterDelta {
        let snapshot = plugin.broker.meter
        return state.withLock { $0.meter.delta(of: snapshot) }
    }

    /// CPU time since it was asked last, and the memory it holds now. Zeros while it has no worker.
    func sample(pid: Int32?) -> (cpuMilliseconds: Int, memoryBytes: Int) {
        let usage = pid.flatMap(ProcessUsage.init)
        return state.withLock { state in
            let before = state.pid == pid ? state.usage?.cpuMilliseconds ?? 0 : 0
            (state.pid, state.usage) = (pid, usage)
            guard let usage else { return (0, 0) }
            return (max(0, usage.cpuMilliseconds - before), usage.memoryBytes)
        }
    }

    /// The fault as people and records may see it.
    func redacted(_ fault: Fault) -> Fault {
        guard !redactor.isEmpty else { return fault }
        var fault = fault
        fault.message = redactor.redact(fault.message)
        fault.details = fault.details.map { redactor.redact($0) }
        fault.remedy = fault.remedy.map { redactor.redact($0) }
        return fault
    }
}
