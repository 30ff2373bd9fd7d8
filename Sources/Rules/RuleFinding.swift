package import JSON
package import PluginModel

/// Something about a rule, a bank, an item type or an item that deserves a word; all of them are told at once.
package struct RuleFinding: Sendable, Hashable, CustomStringConvertible {
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        /// It cannot be used.
        case error
        /// It can, but probably not as its author meant.
        case warning
    }

    package let severity: Severity
    /// Stable, for programs, e.g. `rule.unknown-word`; listed in docs/errors.md.
    package let code: String
    /// Where in the document.
    package let pointer: JSONPointer
    package let sentence: String
    /// What to do now.
    package let remedy: String

    package init(_ severity: Severity = .error, _ code: String, at pointer: JSONPointer, _ sentence: String, remedy: String) {
        self.severity = severity
        self.code = code
        self.pointer = pointer
        self.sentence = visible(sentence, scalarsMax: 500)
        self.remedy = visible(remedy, scalarsMax: 500)
    }

    package var description: String { "\(severity.rawValue) \(code) at '\(pointer)': \(sentence) \(remedy)" }

    package var json: JSONValue {
        [
            "severity": .string(severity.rawValue), "code": .string(code), "pointer": .string(pointer.description),
            "sentence": .string(sentence), "remedy": .string(remedy),
        ]
    }

    /// As an error that reaches a person, in the document of that name.
    package func fault(in document: String) -> Fault {
        Fault(
            code: code, message: sentence, place: pointer.tokens.isEmpty ? document : "\(document) \(pointer)", remedy: remedy,
            turn: .caller)
    }
}

/// What reading gave: a value where there is no error, and everything there is to say.
package struct RuleReading<Value: Sendable>: Sendable {
    package let value: Value?
    package let findings: [RuleFinding]

    package init(_ value: Value?, _ findings: [RuleFinding]) {
        self.value = findings.contains { $0.severity == .error } ? nil : value
        self.findings = findings
    }
}

/// Gathers findings, up to a limit, so that a hostile document does not fill the memory.
struct RuleNotes {
    private(set) var findings: [RuleFinding] = []
    var hasErrors: Bool { findings.contains { $0.severity == .error } }

    mutating func error(_ code: String, at pointer: JSONPointer, _ sentence: String, remedy: String) {
        add(RuleFinding(.error, code, at: pointer, sentence, remedy: remedy))
    }

    mutating func warning(_ code: String, at pointer: JSONPointer, _ sentence: String, remedy: String) {
        add(RuleFinding(.warning, code, at: pointer, sentence, remedy: remedy))
    }

    mutating func add(_ finding: RuleFinding) {
        // An error must not be lost behind warnings: the last place is kept for one.
        if findings.count < RuleLimits.findingsMax {
            findings.append(finding)
        } else if finding.severity == .error, !hasErrors {
            findings[findings.count - 1] = finding
        }
    }
}
