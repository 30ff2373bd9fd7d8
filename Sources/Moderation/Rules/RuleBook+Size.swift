import HubCore
import JSON
import PluginModel
import Rules

extension RuleBook {
    /// What would be too much of a rule beside those that are at work: all of them are evaluated together, on every item.
    nonisolated func excess(
        of rule: Rule, _ size: ProgramSize, in organisation: Organisation.ID
    ) async throws(RuleRefusal) -> [RuleFinding] {
        let shelf = try await shelfRefusing(organisation)
        // What they share is counted twice here: only where that is too much is it worth looking closer.
        guard (shelf.working.program.size + size).excess != nil else { return [] }
        return try await trying.take(organisation) { () async throws(RuleRefusal) in
            let rules = shelf.working.rules.filter { $0.id != rule.id } + [rule]
            let banks: Banks
            do throws(Fault) {
                banks = try await shelf.surroundings.banks(rules.map { RuleReferences($0).banks }, store)
            } catch { throw RuleRefusal(error) }
            let signals = shelf.surroundings.signals
            return await RuleLane.trying.work(for: organisation) {
                let findings = RuleCheck(signals: signals, banks: banks).check(rules).findings.filter { $0.code == "rule.too-large" }
                return RuleSurroundings.findings(findings, of: rules.count - 1)
            }
        }
    }
    /// The same of a routing rule beside those that are live. Each of them is evaluated by itself; what they compare with they share.
    nonisolated func excess(
        ofRouting rule: Rule, _ size: ProgramSize, in organisation: Organisation.ID
    ) async throws(RuleRefusal) -> [RuleFinding] {
        let shelf = try await shelfRefusing(organisation)
        let routes = shelf.routing.table.routes
        guard ((routes.last?.program.size ?? ProgramSize()) + size).excess != nil else { return [] }
        return try await trying.take(organisation) { () async throws(RuleRefusal) in
            let rules = routes.map(\.rule).filter { $0.id != rule.id } + [rule]
            let banks: Banks
            do throws(Fault) {
                banks = try await shelf.surroundings.banks(rules.map { RuleReferences($0).banks }, store)
            } catch { throw RuleRefusal(error) }
            let signals = shelf.surroundings.signals
            return await RuleLane.trying.work(for: organisation) {
                let findings = RuleCheck(signals: signals, banks: banks).check(apart: rules).findings.filter { $0.code == "rule.too-large" }
                return RuleSurroundings.findings(findings, of: rules.count - 1)
            }
        }
    }
}
