import JSON
import Manifests
import Moderation
import PluginModel
import PluginRuntime
import Rules
import Synchronization

/// Loads packages as `patchbay run` does, and asks their signals for rules.
struct RuleSignalRunner: RuleSignalLoading {
    func load(_ request: RuleSignalRequest) async throws(CommandFailure) -> any RuleSignalSession {
        RunningRuleSignals(try await SignalRunner().running(request.load), settings: request.settings)
    }
}

/// Packages in their workers, asked for rules in batches.
final class RunningRuleSignals: RuleSignalSession {
    let signals: [SignalDescriptor]
    let notices: [LoadNotice]
    private let running: RunningSignals
    private let settings: JSONObject
    private let byType: [String: (integration: String, signal: CoopSignal)]
    /// Why a signal cannot be used, asked once: settings do not change here.
    private let disabled = Mutex<[String: String?]>([:])

    init(_ running: RunningSignals, settings: JSONObject) {
        self.running = running
        self.settings = settings
        var byType: [String: (integration: String, signal: CoopSignal)] = [:]
        for integration in running.integrations {
            for signal in running.packages[integration.id]?.integration.signals ?? []
            where integration.signals.contains(where: { $0.type == signal.type }) { byType[signal.type] = (integration.id, signal) }
        }
        self.byType = byType
        signals = byType.values.map { SignalDescriptor($0.signal) }.sorted { $0.type < $1.type }
        let unknown = settings.keys.filter { key in !running.integrations.contains { $0.id == key } }
        notices =
            running.notices
            + unknown.map { key in
                LoadNotice(
                    .warning,
                    Fault(
                        code: "usage.invalid-config",
                        message: "there are settings for '\(SafeText.line(key))', which no loaded package has as its id",
                        place: "--config", remedy: "Write the settings under the id of an integration.", turn: .caller))
            }
    }

    func run(_ batch: SignalBatch) async -> [SignalRun] {
        func all(_ reason: SignalRun.Reason, _ sentence: String) -> [SignalRun] {
            Array(repeating: .unavailable(reason, sentence), count: batch.inputs.count)
        }
        let type = batch.signal.type
        guard let (id, signal) = byType[type], let package = running.packages[id] else {
            return all(.notLoaded, "No package that is loaded has the signal '\(type)'.")
        }
        let credential = settings[id]?.objectValue
        do throws(Fault) {
            if signal.hasDisabledInfo, let message = try await disabledMessage(type, package, batch.orgID, credential) {
                return all(.disabled, message)
            }
        } catch { return all(.failed, "\(error.message) [\(error.code)]") }
        let question = CoopQuestion(
            signal: type, inputs: batch.inputs, orgID: batch.orgID, credential: credential, time: batch.time)
        return await package.answers(to: question).answers.map { SignalRun($0) }
    }

    private func disabledMessage(
        _ type: String, _ package: LoadedCoopPackage, _ orgID: String, _ credential: JSONObject?
    ) async throws(Fault) -> String? {
        if let known = disabled.withLock({ $0[type] }) { return known }
        let message = try await package.disabledMessage(of: type, orgID: orgID, credential: credential)
        disabled.withLock { $0[type] = .some(message) }
        return message
    }

    func close() async { await running.close() }
}

extension SignalDescriptor {
    fileprivate init(_ signal: CoopSignal) {
        var inputs: Set<Scalar> = []
        for case .scalar(let scalar) in signal.eligibleInputs {
            if let scalar = Scalar(rawValue: scalar.rawValue) { inputs.insert(scalar) }
        }
        var languages: Set<String>?
        if case .some(let names) = signal.languages { languages = Set(names) }
        self.init(
            type: signal.type, inputs: inputs, takesFullItem: signal.accepts(.fullItem), output: ScoreType(signal.output),
            cost: signal.cost,
            needsMatchingValues: signal.needsMatchingValues, needsActionPenalties: signal.needsActionPenalties,
            languages: languages,
            context: signal.context.map { ContextWish(item: $0.item, parent: $0.parent, thread: $0.thread) })
    }
}

extension ScoreType {
    fileprivate init(_ output: CoopOutput) {
        self.init(Scalar(rawValue: output.scalar.rawValue) ?? .string, values: output.values, isOrdered: output.isOrdered)
    }
}
