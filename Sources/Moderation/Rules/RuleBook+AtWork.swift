package import HubCore
package import PluginModel
import Rules

/// What rules at work stand on is part of them: whoever may change one may change the other.
extension RuleBook {
    /// Whether a rule at work names this action.
    package nonisolated func isAtWork(action id: String, in organisation: Organisation.ID) async throws(Fault) -> Bool {
        try await isAtWork(in: organisation) { $0.actionIDs.contains(id) }
    }

    /// Throws unless they may publish, where a rule at work names it, or looks at items of the type.
    ///
    /// Even a change that leaves every condition what it names decides what passes: another text in a bank, or one more field that has to be there.
    nonisolated func needPublishing(
        toChange kind: RulePart.Kind, _ id: String, in organisation: Organisation.ID, _ requester: Requester
    ) async throws(RuleRefusal) {
        guard !requester.principal.may(.rulePublish, in: organisation) else { return }
        let isThere = try await reading { (records) throws(Fault) in try records.rulePart(kind, id, in: organisation) != nil }
        guard isThere, try await isAtWorkRefusing(kind, id, organisation) else { return }
        throw RuleRefusal.notAllowedToPublish()
    }

    private nonisolated func isAtWorkRefusing(
        _ kind: RulePart.Kind, _ id: String, _ organisation: Organisation.ID
    ) async throws(RuleRefusal) -> Bool {
        do throws(Fault) {
            return try await isAtWork(in: organisation) { rule in
                if let bank = kind.bank { return RuleReferences(rule).banks.contains(RuleReferences.Bank(kind: bank, id: id)) }
                return kind == .policy ? rule.policyIDs.contains(id) : rule.looks(atType: id)
            }
        } catch { throw RuleRefusal(error) }
    }

    /// Whether a rule that is LIVE or in the BACKGROUND, expired or not, is such.
    private nonisolated func isAtWork(in organisation: Organisation.ID, _ isSuch: (Rule) -> Bool) async throws(Fault) -> Bool {
        let shelf = try await shelf(of: organisation)
        return (shelf.entries + shelf.routing.entries.map(\.entry)).contains { entry in
            entry.record.isAtWork && (entry.rule.map(isSuch) ?? false)
        }
    }
}

extension Rule {
    /// Whether items of the type are looked at: it names the type, in whatever place, or none at all.
    func looks(atType id: String) -> Bool {
        let references = RuleReferences(self)
        return itemTypeIDs.isEmpty || references.types.contains { $0.id == id } || references.fields.contains { $0.type == id }
    }
}
