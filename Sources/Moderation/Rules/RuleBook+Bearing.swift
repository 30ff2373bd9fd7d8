import HubCore
import JSON
import PluginModel
import Rules

/// What a part that changes would do to rules at work. Of all parts only banks can be too much: item types and policies hold no values that
/// conditions compare with, and what else a change would leave without is told by `Orphans`.
extension RuleBook {
    /// Throws `rule.would-break` where conditions of rules at work that name the bank would be in error with it as it would be and are not
    /// now: too large, alone or all together, or a pattern that cannot be read. There is no force against that.
    nonisolated func needBearable(_ part: RulePart) async throws(RuleRefusal) {
        guard let kind = part.kind.bank else { return }
        let organisation = part.organisation
        let shelf = try await shelfRefusing(organisation)
        let bank = RuleReferences.Bank(kind: kind, id: part.id)
        let (working, routing) = (shelf.working.rules, shelf.routing.table.routes.map(\.rule))
        guard (working + routing).contains(where: { RuleReferences($0).banks.contains(bank) }) else { return }
        let broken = try await trying.take(organisation) { () async throws(RuleRefusal) -> [Breakage] in
            let after = try await breakages(working, routing, shelf, with: part)
            guard !after.isEmpty else { return [] }
            // What is in error now is nobody's doing now.
            let before = Set(try await breakages(working, routing, shelf, with: nil).map(\.place))
            return after.filter { !before.contains($0.place) }
        }
        guard !broken.isEmpty else { return }
        var names: [String] = []
        for one in broken where !names.contains(one.rule) { names.append(one.rule) }
        throw RuleRefusal.wouldBreak("The \(part.kind.words) '\(part.id)'", names, broken.map(\.finding))
    }

    /// A condition of a rule at work that is in error.
    private struct Breakage: Sendable {
        struct Place: Hashable, Sendable {
            let code: String
            let pointer: JSONPointer
        }

        let rule: String
        /// Its pointer begins with the rule's id.
        let finding: RuleFinding

        var place: Place { Place(code: finding.code, pointer: finding.pointer) }

        init(_ finding: RuleFinding, _ rule: Rule) {
            self.rule = rule.name
            self.finding = RuleFinding(
                .error, finding.code, at: JSONPointer([rule.id] + finding.pointer.tokens.dropFirst()),
                "The rule '\(rule.name)': \(finding.sentence)", remedy: finding.remedy)
        }
    }

    private nonisolated func breakages(
        _ working: [Rule], _ routing: [Rule], _ shelf: RuleShelf, with part: RulePart?
    ) async throws(RuleRefusal) -> [Breakage] {
        let named = (working + routing).map { RuleReferences($0).banks }
        let banks: Banks
        do throws(Fault) { banks = try await shelf.surroundings.banks(named, store, with: part) } catch { throw RuleRefusal(error) }
        let signals = shelf.surroundings.signals
        return await RuleLane.trying.work(for: shelf.surroundings.organisation) {
            let check = RuleCheck(signals: signals, banks: banks)
            func breakages(_ findings: [RuleFinding], _ rules: [Rule]) -> [Breakage] {
                findings.filter { $0.severity == .error }.compactMap { finding in
                    finding.pointer.tokens.first.flatMap { Int($0) }.map { Breakage(finding, rules[$0]) }
                }
            }
            return breakages(check.check(working).findings, working) + breakages(check.check(apart: routing).findings, routing)
        }
    }
}
