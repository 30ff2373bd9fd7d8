import JSON
import PluginModel

/// The sentences that Coop's own loader says; authors search for them. Contract of Coop, section 10.
package enum CoopText {
    /// Begins the message of a loader that stops at the first problem, as upstream does.
    package static let fatalPrefix = "Integration plugin loading failed: "

    package static func cannotLoad(_ spec: String, _ cause: String) -> String { "Failed to load integration package \"\(spec)\": \(cause)" }

    static func noPlugin(_ spec: String) -> String {
        "Integration package \"\(spec)\" does not export a valid CoopIntegrationPlugin (manifest with id, name, version, requiresConfig)."
    }

    package static func duplicateID(_ id: String, _ spec: String) -> String {
        "Duplicate integration id \"\(id)\" from package \"\(spec)\"."
    }

    static func noModelCard(_ id: String, _ spec: String) -> String {
        "Integration \"\(id)\" (\(spec)) must provide a modelCard with all required sections (see REQUIRED_MODEL_CARD_SECTION_IDS)."
    }

    static func missingSections(_ ids: [String]) -> String {
        "Model card is missing required section(s): \(ids.map { "\"\($0)\"" }.joined(separator: ", "))."
    }

    package static func logoOutside(_ id: String, _ path: String) -> String {
        "Integration \"\(id)\" logo path must be inside the package: \(path)"
    }

    package static func cannotLoadForSignals(_ spec: String, _ cause: String) -> String {
        "Failed to load integration package \"\(spec)\" for signals: \(cause)"
    }

    static func createSignalsFailed(_ spec: String, _ cause: String) -> String { "Plugin \"\(spec)\" createSignals failed: \(cause)" }

    package static func duplicateSignal(_ type: String, _ spec: String) -> String {
        "Duplicate plugin signal type \"\(type)\" from package \"\(spec)\"."
    }

    static func builtInSignal(_ type: String) -> String {
        "Plugin signal type \"\(type)\" collides with a built-in signal; use a different signalTypeId."
    }
}

/// Collects findings about one package; places are pointers into what its `describe` gave.
struct CoopNotes {
    let spec: String
    private(set) var findings: [Finding] = []

    init(spec: String) { self.spec = spec }

    mutating func add(_ severity: Finding.Severity, _ code: String, _ pointer: JSONPointer, _ sentence: String, remedy: String? = nil) {
        findings.append(
            Finding(
                severity, code: "coop.\(code)", place: .document(file: spec, pointer: pointer), visible(sentence, scalarsMax: 1000),
                remedy: remedy.map { visible($0, scalarsMax: 1000) }))
    }
}
