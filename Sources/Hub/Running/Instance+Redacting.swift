import HostCalls
import Manifests
import PluginModel
import PluginRuntime

/// What a signal's answers say to people and records, without the organisation's secrets.
///
/// A provider's refusal often repeats the key it was sent, and an integration hands it on as it came. Secrets are known by their values: what
/// an integration has encoded or split first is not recognised ([threat-model.md]).
extension Instance {
    func redacted(_ text: String) -> String { redactor.redact(text) }

    func redacted(_ answer: CoopAnswer) -> CoopAnswer {
        switch answer {
        case .run(let run): .run(redacted(run))
        case .none(let fault, let isLate): .none(redacted(fault), isLate: isLate)
        }
    }

    func redacted(_ run: CoopRun) -> CoopRun {
        guard !redactor.isEmpty else { return run }
        switch run {
        case .failed(let name, let message, let stack):
            return .failed(name: redactor.redact(name), message: redactor.redact(message), stack: stack.map { redactor.redact($0) })
        case .scored(let score, let output, let matched):
            return .scored(redacted(score, output), output: output, matchedValue: matched.map { redactor.redact($0) })
        }
    }

    /// One of the values that a signal lists is a judgement, whatever a password happens to be.
    private func redacted(_ score: CoopThreshold, _ output: CoopOutput?) -> CoopThreshold {
        guard case .string(let text) = score, output?.values?.contains(text) != true else { return score }
        return .string(redactor.redact(text))
    }

    /// Refuses a catalog that holds a secret: it is kept, and shown to whoever writes rules.
    func check(_ catalog: CoopCatalog) throws(Fault) {
        guard !redactor.isEmpty else { return }
        for (index, entry) in catalog.entries.enumerated() where redactor.redact(entry) != entry {
            throw CoopCatalog.refused("an entry holds a secret of the organisation's settings", at: "/signals/\(index)")
        }
        guard redactor.redact(catalog.version) == catalog.version else {
            throw CoopCatalog.refused("its version holds a secret of the organisation's settings", at: "/version")
        }
    }
}
