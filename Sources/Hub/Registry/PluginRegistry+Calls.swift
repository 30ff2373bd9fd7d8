package import HubCore
import JSON
package import Manifests
package import PluginModel
import PluginRuntime
import Sandbox

extension PluginRegistry {
    /// Calls an export of a plugin with one JSON argument. `name` is the plugin's id or any alias; `limit` may only shorten the plugin's own.
    ///
    /// The call begins and ends on one version, whatever is decided meanwhile. A stream is collected, up to `streamItemsMax` items.
    package nonisolated func call(
        _ name: String, _ export: String, _ argument: [UInt8], organisation: Organisation.ID? = nil, limit: Duration? = nil
    ) async throws(Fault) -> CallAnswer {
        guard let live = directory.find(name) else { throw RegistryFault.notFound(name) }
        return try await lease(live, organisation) { (instance, _) throws(CallFailure) in
            switch try await instance.plugin.host.call(export, argument, limit: limit) {
            case .value(let bytes), .mixed(let bytes): return .success(bytes)
            case .stream(let stream): return try await self.collect(stream)
            }
        } asFault: { (instance, failure) in
            instance.plugin.fault(failure, calling: export)
        } entry: {
            export
        }
    }

    /// Runs a signal of one of Coop's integrations on texts, for an organisation and with its settings. One answer a text, in order.
    package nonisolated func judge(
        _ name: String, signal: String, texts: [String], organisation: Organisation.ID?
    ) async throws(Fault) -> [CoopRun] {
        guard let live = directory.find(name) else { throw RegistryFault.notFound(name) }
        let runs = CallBox<[CoopRun]>([])
        _ = try await lease(live, organisation, about: texts.hashValue) { (instance, generation) throws(CallFailure) in
            guard case .coop(let package) = instance.kind else { return .failure(RegistryFault.noCode(live.id)) }
            do throws(Fault) {
                let credential = try await self.credential(of: generation, organisation)
                let made = try await package.run(signal, onTexts: texts, orgID: organisation?.rawValue ?? "", credential: credential)
                runs.value = made.map { instance.redacted($0) }
                return .success([])
            } catch { return .failure(error) }
        } asFault: { (instance, failure) in
            instance.plugin.fault(failure, calling: signal)
        } entry: {
            signal
        }
        return runs.value
    }

    /// What one of Coop's integrations says about itself; nil for plugins of other formats. Starts its worker.
    package nonisolated func integration(_ name: String) async throws(Fault) -> CoopIntegration? {
        guard let live = directory.find(name) else { throw RegistryFault.notFound(name) }
        while true {
            switch live.desk.ticket(nil) {
            case .refused(let fault): throw fault
            case .wanted(let scope): try await makeReady(live.id, scope)
            case .lease(let instance, _):
                defer { instance.giveBack() }
                if case .coop(let package) = instance.kind { return package.integration }
                return nil
            }
        }
    }

    // MARK: Leases

    nonisolated func lease(
        _ live: PluginLive, _ organisation: Organisation.ID?, forSignals: Bool = false, about input: Int? = nil,
        hasAnswered: () -> Bool = { true },
        _ body: (Instance, Generation) async throws(CallFailure) -> Result<[UInt8], Fault>,
        asFault: (Instance, CallFailure) -> Fault, entry: () -> String
    ) async throws(Fault) -> CallAnswer {
        let begun = ContinuousClock.now
        while true {
            switch live.desk.ticket(organisation, forSignals: forSignals) {
            case .refused(let fault): throw fault
            case .wanted(let scope): try await makeReady(live.id, scope)
            case .lease(let instance, let generation):
                defer { instance.giveBack() }
                let outcome: Result<[UInt8], Fault>
                func cause() -> HealthTrial.Cause? { Self.cause(instance, [input ?? entry().hashValue]) }
                do throws(CallFailure) {
                    outcome = try await body(instance, generation)
                } catch {
                    let fault = instance.redacted(asFault(instance, error))
                    follow(error, fault, entry: entry(), for: organisation, because: cause(), generation: generation, live: live)
                    count(live, since: begun, failed: true)
                    throw fault
                }
                switch outcome {
                case .success(let bytes):
                    count(live, since: begun, failed: false)
                    if hasAnswered(), let verdict = generation.record(.answered) { settle(verdict, generation) }
                    return CallAnswer(value: bytes, version: generation.version, milliseconds: (ContinuousClock.now - begun).milliseconds)
                case .failure(let raw):
                    let fault = instance.redacted(raw)
                    count(live, since: begun, failed: true)
                    if fault.turn == .plugin {
                        note(
                            fault, entry: entry(), for: organisation, generation: generation, live: live, trial: .failed(fault.code),
                            because: cause())
                    }
                    throw fault
                }
            }
        }
    }

    private nonisolated func collect(_ stream: PluginStream) async throws(CallFailure) -> Result<[UInt8], Fault> {
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        var items = 0
        while true {
            guard case .item(let item) = try await stream.next() else { break }
            items += 1
            guard items <= limits.streamItemsMax, bytes.count + item.count <= parts.sandbox.messageBytes else {
                stream.cancel()
                return .failure(RegistryFault.tooManyItems(items - 1))
            }
            if items > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes += item.isEmpty ? Array("null".utf8) : item
        }
        return .success(bytes + [UInt8(ascii: "]")])
    }

    /// Of a worker that is one organisation's alone, whatever fails may be due to what that one asks it, or to its settings.
    static func cause(_ instance: Instance, _ inputs: Set<Int>) -> HealthTrial.Cause? {
        guard case .coop = instance.kind, let organisation = instance.scope.organisation else { return nil }
        return HealthTrial.Cause(organisation, inputs: inputs)
    }

    private nonisolated func count(_ live: PluginLive, since begun: ContinuousClock.Instant, failed: Bool) {
        live.metrics.call(at: now, microseconds: (ContinuousClock.now - begun).milliseconds * 1000, failed: failed)
    }

    // MARK: What follows from a failure

    /// Whatever a failed call means for the plugin: quarantine, its list of failures, a trial.
    nonisolated func follow(
        _ failure: CallFailure, _ fault: Fault, entry: String, for organisation: Organisation.ID?, because cause: HealthTrial.Cause?,
        generation: Generation, live: PluginLive
    ) {
        var mayBeOut = failure.countsAgainstPlugin
        if case .quarantined = failure { mayBeOut = true }
        if mayBeOut { Task { await self.lookForQuarantine(live) } }
        if failure.isOfThePlugin {
            note(
                fault, entry: entry, for: organisation, generation: generation, live: live, trial: failure.trialOutcome,
                because: failure.isOfInput ? cause : nil)
        }
    }

    /// Writes a failure down, unless there were very many, and lets a trial hear of it.
    nonisolated func note(
        _ fault: Fault, entry: String, for organisation: Organisation.ID?, generation: Generation, live: PluginLive,
        trial: HealthTrial.Outcome?, because cause: HealthTrial.Cause? = nil
    ) {
        if live.mayWriteFailure(at: now, perMinute: limits.failuresPerMinute) {
            let failure = PluginFailure(
                plugin: live.id, version: generation.name, at: now, organisation: organisation, entry: entry, fault: fault)
            let keeping = limits.failuresKept
            Task {
                // A failure that cannot be written down is still counted and was answered to its caller.
                _ = try? await parts.store.write { (records) throws(Fault) in try records.append(failure, keeping: keeping) }
                events.publish(.plugin(live.id))
            }
        }
        if let trial, let verdict = generation.record(trial, because: cause) { settle(verdict, generation) }
    }

    nonisolated func settle(_ verdict: HealthTrial.Verdict, _ generation: Generation) {
        switch verdict {
        case .watching: break
        case .passed: Task { await self.trialPassed(generation) }
        case .takenBack(let reason): Task { await self.takeBack(generation, reason) }
        }
    }

    /// An organisation's settings for one of Coop's integrations; nil when nothing is set.
    func credential(of generation: Generation, _ organisation: Organisation.ID?) async throws(Fault) -> JSONObject? {
        let scope = ConfigurationScope(organisation)
        if let known = generation.credential(scope) { return known.isEmpty ? nil : known }
        let epoch = generation.epoch(scope)
        guard let layers = try entry(generation.plugin).layers(organisation, environment: parts.environment) else { return nil }
        var credential = layers.values
        for (key, text) in try await open(layers, of: generation.plugin) { credential[key] = .string(text) }
        generation.keep(credential, scope, at: epoch)
        return credential.isEmpty ? nil : credential
    }
}

/// Where a call leaves what is no bytes.
///
/// `@unchecked Sendable`: written by the one call that made it, and read when that has returned.
final class CallBox<Value: Sendable>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) { self.value = value }
}

extension Duration {
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }
}
