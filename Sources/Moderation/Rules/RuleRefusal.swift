import JSON
package import PluginModel
package import Rules

/// Why a change of rules, or a look at them, did not come about; with everything that is wrong where that is several things.
package struct RuleRefusal: Error, Sendable {
    package let fault: Fault
    package let findings: [RuleFinding]

    package init(_ fault: Fault, _ findings: [RuleFinding] = []) { (self.fault, self.findings) = (fault, findings) }
}

extension RuleRefusal {
    static func notFound(_ what: String, _ name: String) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.not-found", message: "There is no \(what) '\(visible(name))' in this organisation.",
                remedy: "Check its id, and the organisation of the request.", turn: .caller))
    }

    package static func unknownVersion(_ text: String) -> RuleRefusal { notFound("version", text) }

    static func invalid(_ what: String, _ findings: [RuleFinding]) -> RuleRefusal {
        let first = findings.first { $0.severity == .error }
        return RuleRefusal(
            Fault(
                code: "rule.invalid", message: "\(what) cannot be taken as it is. \(first?.sentence ?? "")",
                place: first.map { $0.pointer.description }, remedy: first?.remedy ?? "Mend what the findings name.", turn: .caller),
            findings)
    }

    /// - Parameter canForce: Whether all of it is such that it may be wanted all the same.
    static func incomplete(_ findings: [RuleFinding], canForce: Bool) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.incomplete", message: "The rule would not work as it is written. \(findings.first?.sentence ?? "")",
                place: findings.first.map { $0.pointer.description },
                remedy: canForce
                    ? "Mend what the findings name, or let it work as it is with ?force=true: those conditions are ERRORED."
                    : "Mend what the findings name.", turn: .caller), findings)
    }

    static func inUse(_ what: String, by rules: [String], _ findings: [RuleFinding]) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.in-use", message: "\(what) is what rules at work stand on: \(listed(rules)). Nothing was changed.",
                remedy: "Change those rules first, or do it all the same with ?force=true: their conditions then find nothing.",
                turn: .caller), findings)
    }

    /// - Parameter findings: Of conditions of these rules.
    static func wouldBreak(_ what: String, _ rules: [String], _ findings: [RuleFinding]) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.would-break",
                message:
                    "\(what) as it would be breaks rules at work: \(listed(rules)). \(findings.first?.sentence ?? "") Nothing was changed.",
                place: findings.first.map { $0.pointer.description },
                remedy: "Take values away or mend them, make another bank of them, or take those rules from work first.", turn: .caller),
            Array(findings.prefix(RuleLimits.findingsMax)))
    }

    private static func listed(_ rules: [String]) -> String {
        rules.prefix(5).map { "'\(visible($0))'" }.joined(separator: ", ") + (rules.count > 5 ? " …" : "")
    }

    static func archived(_ name: String) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.archived", message: "The rule '\(visible(name))' is archived.",
                remedy: "Make it a draft first: PUT …/status {\"status\": \"DRAFT\"}.", turn: .caller))
    }

    static func notArchived(_ name: String) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.not-archived", message: "The rule '\(visible(name))' is not archived, so it is not removed.",
                remedy: "Archive it first; then remove it with ?purge=true.", turn: .caller))
    }

    static func badStatus(_ sentence: String, remedy: String) -> RuleRefusal {
        RuleRefusal(Fault(code: "rule.bad-status", message: sentence, place: "/status", remedy: remedy, turn: .caller))
    }

    static func full(_ what: String, max: Int) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.full", message: "The organisation has \(max) \(what), and no more are taken.",
                remedy: "Remove some that are no longer needed.", turn: .caller))
    }

    static func busy(_ max: Int) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.busy", message: "\(max) rules of this organisation are being saved, checked or tested already.",
                remedy: "Wait 1 s, then try again.", turn: .caller))
    }

    static func badName(_ what: String, _ rule: String) -> RuleRefusal {
        RuleRefusal(
            Fault(code: "rule.bad-name", message: "\(what) \(rule).", remedy: "Choose another one.", turn: .caller))
    }

    static func changedMeanwhile(_ name: String) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.changed-meanwhile", message: "'\(visible(name))' changed meanwhile. Nothing was changed by this call.",
                remedy: "Read it again, and repeat the change if it is still wanted.", turn: .caller))
    }

    /// In the words of the API's gate.
    static func notAllowedToPublish() -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "account.not-allowed", message: "Missing permission: rule:publish",
                remedy: "Ask an administrator of this hub or of your organisation.", turn: .caller))
    }
}
