package import HubCore
import JSON
import PluginModel
package import Rules

/// Rules whose conditions would no longer find what they name.
struct Orphans {
    /// Of all rules but archived ones; pointers begin with the rule's id.
    var findings: [RuleFinding] = []
    /// Names of those among the rules that are at work.
    var atWork: [String] = []

    func check(_ what: String, force: Bool) throws(RuleRefusal) {
        guard atWork.isEmpty || force else { throw RuleRefusal.inUse(what, by: atWork, findings) }
    }

    fileprivate mutating func add(_ found: [RuleFinding], of entry: RuleShelf.Entry) {
        guard !found.isEmpty else { return }
        for finding in found.prefix(RuleLimits.findingsMax - findings.count) {
            findings.append(
                RuleFinding(
                    .warning, finding.code, at: JSONPointer([entry.record.id.rawValue] + finding.pointer.tokens),
                    "The rule '\(entry.record.name)': \(finding.sentence)", remedy: finding.remedy))
        }
        if entry.record.isAtWork { atWork.append(entry.record.name) }
    }
}

extension RuleBook {
    /// With an item type as it would be; nil: without it.
    nonisolated func orphans(in organisation: Organisation.ID, withType id: String, as type: ItemType?) async throws(RuleRefusal) -> Orphans
    {
        let shelf = try await shelfRefusing(organisation)
        var after = shelf.surroundings.typesByID
        after[id] = type
        let signals = shelf.surroundings.signalsByType
        let before = shelf.surroundings.typesByID[id]
        return shelf.orphans { rule in
            let references = RuleReferences(rule)
            // What was missing before is nobody's doing now.
            let known = Set(references.findings(types: shelf.surroundings.typesByID, signals: signals))
            var found = references.findings(types: after, signals: signals).filter { !known.contains($0) }
            for use in references.fields where use.type == id {
                guard let before, let type, let past = before.place(of: use.field), let place = type.place(of: use.field) else { continue }
                let (old, new) = (before.fields[past].type, type.fields[place].type)
                guard old != new, !found.contains(where: { $0.pointer == use.pointer }) else { continue }
                found.append(
                    RuleFinding(
                        .warning, "rule.field-changed", at: use.pointer,
                        "The field '\(use.field)' would be \(new.name) and not \(old.name) any more.",
                        remedy: "Look whether the condition still says what it should."))
            }
            // Items without it are no longer taken, and those that wait have failed: the rule sees nothing of them.
            if let before, let type, rule.looks(atType: id) {
                for (place, field) in type.fields.enumerated() where field.isRequired {
                    if let past = before.place(of: field.name), before.fields[past].isRequired { continue }
                    found.append(
                        RuleFinding(
                            .warning, "rule.field-required", at: JSONPointer(["schema", String(place), "required"]),
                            "Items without '\(field.name)' would no longer be taken, and those that wait would fail.",
                            remedy: "Have it not required, or see that every sender names it first."))
                }
            }
            return found
        }
    }

    nonisolated func orphans(
        in organisation: Organisation.ID, without bank: RuleReferences.Bank, _ name: String
    ) async throws(RuleRefusal) -> Orphans {
        try await shelfRefusing(organisation).orphans { rule in
            guard RuleReferences(rule).banks.contains(bank) else { return [] }
            return [
                RuleFinding(
                    .error, "rule.missing-bank", at: JSONPointer(["conditionSet"]), "It compares with the bank '\(name)'.",
                    remedy: "Take the bank out of its conditions.")
            ]
        }
    }

    nonisolated func orphans(in organisation: Organisation.ID, withoutPolicy id: String) async throws(RuleRefusal) -> Orphans {
        try await shelfRefusing(organisation).orphans { rule in
            rule.policyIDs.enumerated().filter { $0.element == id }.map { place, _ in
                RuleFinding(
                    .warning, "rule.missing-policy", at: JSONPointer(["policyIds", String(place)]), "It names the policy '\(id)'.",
                    remedy: "Leave the policy out.")
            }
        }
    }
}

extension RuleBook {
    /// What no longer finds an action that goes. Whoever may publish may take it away from rules at work.
    package nonisolated func findings(in organisation: Organisation.ID, withoutAction id: String) async throws(RuleRefusal) -> [RuleFinding]
    {
        try await shelfRefusing(organisation).orphans { rule in
            rule.actionIDs.enumerated().filter { $0.element == id }.map { place, _ in
                RuleFinding(
                    .warning, "rule.missing-action", at: JSONPointer(["actionIds", String(place)]), "It names the action '\(id)'.",
                    remedy: "Leave the action out.")
            }
        }.findings
    }
}

extension RuleShelf {
    fileprivate func orphans(_ look: (Rule) -> [RuleFinding]) -> Orphans {
        var orphans = Orphans()
        for entry in entries + routing.entries.map(\.entry) where entry.record.status != RuleStatus.archived.rawValue {
            if let rule = entry.rule { orphans.add(look(rule), of: entry) }
        }
        return orphans
    }
}
