import Hub
import HubCore
package import Manifests
import PluginModel
package import PluginRuntime
package import Rules

/// Asks signals for one organisation, with its settings and never another's.
struct OrganisationSignals: SignalRunning {
    private let source: PluginSignals
    private let organisation: Organisation.ID

    init(_ source: PluginSignals, _ organisation: Organisation.ID) { (self.source, self.organisation) = (source, organisation) }

    func run(_ batch: SignalBatch) async -> [SignalRun] {
        func all(_ reason: SignalRun.Reason, _ sentence: String) -> [SignalRun] {
            Array(repeating: .unavailable(reason, sentence), count: batch.inputs.count)
        }
        let type = batch.signal.type
        // A program knows its organisation; whoever evaluates it for another one has made a mistake that must not cost a secret.
        guard batch.orgID == organisation.rawValue else { return all(.notLoaded, "The signal '\(type)' is not this organisation's.") }
        let clock = ContinuousClock()
        let end = clock.now + batch.time - batch.time * source.limits.handOverShare / 100
        guard let signal = await source.signal(type, for: organisation) else {
            return all(.notLoaded, "No integration of this organisation has the signal '\(type)'.")
        }
        var isToTell = signal.detail.tellsAvailability
        if isToTell, let known = source.registry.knownDisabledMessage(of: type, signal.plugin, organisation: organisation) {
            if let known { return all(.disabled, known) }
            isToTell = false
        }
        let key = SignalGate.Key(plugin: signal.plugin, signal: type, organisation: organisation)
        switch await source.gate.enter(key, values: batch.inputs.count, patience: end - clock.now) {
        case .resting(let rest):
            return all(.failed, "The signal '\(type)' has failed so often that it is left alone; it is asked again in \(rest.words).")
        case .tooMany(let what): return all(.failed, "The signal '\(type)' is asked too much: \(what).")
        case .admitted: break
        }
        let start = clock.now
        guard start < end, !Task.isCancelled else {
            source.gate.leave(key, calls: 0, errors: 0, took: .zero)
            return all(.timedOut, "The signal '\(type)' had so many questions to answer that this one did not get its turn.")
        }
        if isToTell {
            do throws(Fault) {
                let message = try await source.registry.disabledMessage(
                    of: type, signal.plugin, organisation: organisation, within: min(source.limits.disabledTime, end - start))
                if let message {
                    source.gate.leave(key, calls: 0, errors: 0, took: .zero)
                    return all(.disabled, message)
                }
            } catch {
                source.gate.leave(key, calls: batch.inputs.count, errors: batch.inputs.count, took: clock.now - start)
                return all(.failed, Self.sentence(error))
            }
        }
        let asked = clock.now
        guard asked < end else {
            source.gate.leave(key, calls: batch.inputs.count, errors: batch.inputs.count, took: asked - start)
            return all(.timedOut, "The signal '\(type)' took the time of its message to say whether it can be used.")
        }
        let runs: [SignalRun]
        do throws(Fault) {
            runs = try await source.registry.ask(
                signal.plugin, signal: type, inputs: batch.inputs, organisation: organisation, within: end - asked
            ).map { SignalRun($0) }
        } catch { runs = all(.failed, Self.sentence(error)) }
        let errors = runs.reduce(0) { count, run in if case .unavailable = run { count + 1 } else { count } }
        source.gate.leave(key, calls: batch.inputs.count, errors: errors, took: clock.now - start)
        return runs
    }

    private static func sentence(_ fault: Fault) -> String { "\(fault.message) [\(fault.code)]" }
}

extension SignalRun {
    package init(_ answer: CoopAnswer) {
        switch answer {
        case .none(let fault, let isLate):
            let reason: Reason = isLate ? .timedOut : fault.code == CoopAnswer.tooLargeCode ? .tooLarge : .failed
            self = .unavailable(reason, "\(fault.message) [\(fault.code)]")
        case .run(let run): self.init(run)
        }
    }

    /// What a run of Coop's came to, in the engine's words.
    package init(_ run: CoopRun) {
        switch run {
        case .failed(let name, let message, _):
            self = name == CoopRun.lateName ? .unavailable(.timedOut, message) : .unavailable(.failed, "\(name): \(message)")
        case .scored(let score, let output, let matched):
            let score: Score =
                switch score {
                case .string(let text): .text(text)
                case .number(let number): .number(number)
                case .boolean(let flag): .boolean(flag)
                }
            self = .scored(score, output: output.map { ScoreType($0) }, matchedValue: matched)
        }
    }
}

extension ScoreType {
    fileprivate init(_ output: CoopOutput) {
        self.init(Scalar(rawValue: output.scalar.rawValue) ?? .string, values: output.values, isOrdered: output.isOrdered)
    }
}

extension Duration {
    /// As people say it: `12 s`, `300 ms`.
    fileprivate var words: String {
        let milliseconds = Int(self / .milliseconds(1))
        return milliseconds < 1_000 ? "\(max(1, milliseconds)) ms" : "\((milliseconds + 999) / 1_000) s"
    }
}
