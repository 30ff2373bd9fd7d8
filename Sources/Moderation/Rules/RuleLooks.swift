import HubCore
import JSON
import PluginModel
import Rules

/// What is to be said of an organisation's rules, drafts too: each looked over beside what it names.
///
/// What was said of a rule is kept as long as neither it nor anything it names changed. So one change has one rule looked over again, or
/// those that name the bank that changed, however many drafts there are.
struct RuleLooks: Sendable {
    /// What is said of one rule.
    struct Look: Sendable {
        let findings: [RuleFinding]
        /// Types of signals it asks that nobody here has. Of an archived rule nothing is told but what reading it says.
        let missingSignals: [String]
        fileprivate let seen: Seen
    }

    /// What a rule was looked over beside.
    fileprivate struct Seen: Hashable, Sendable {
        let revision: Int
        /// How often each bank it names changed; one that is not there is not among them.
        let banks: [RuleReferences.Bank: Int]
        /// Whether all banks it names were read.
        var isWhole = true
    }

    /// What every rule of the organisation was looked over beside.
    private struct Around: Hashable, Sendable {
        let types: [ItemType]
        let policies: Set<String>
        let signals: [SignalDescriptor]
        let withoutActions: Set<String>
        /// Different regular expressions are counted over all rules that are looked at together.
        init(_ surroundings: RuleSurroundings) {
            (types, policies) = (surroundings.types, surroundings.policies)
            (signals, withoutActions) = (surroundings.signals, surroundings.withoutActions)
        }
    }

    private let around: Around
    private let looks: [RuleRecord.ID: Look]
    /// How many rules were looked over for this, and not taken from before.
    let count: Int

    /// Looks over what changed since, so that others have their turn between any two rules.
    /// - Parameter before: Nil: nothing was looked at yet.
    static func look(at shelf: RuleShelf, since before: RuleLooks?, _ store: any HubStore) async throws(Fault) -> RuleLooks {
        let surroundings = shelf.surroundings
        let around = Around(surroundings)
        let known = before.flatMap { $0.around == around ? $0.looks : nil } ?? [:]
        var looks: [RuleRecord.ID: Look] = [:]
        var new: [(record: RuleRecord, rule: Rule, seen: Seen)] = []
        // What is at work first: if not all banks can be had together, drafts go without.
        let entries =
            shelf.entries.filter(\.record.isAtWork) + shelf.routing.entries.map(\.entry) + shelf.entries.filter { !$0.record.isAtWork }
        for entry in entries {
            guard let rule = entry.rule else { continue }
            let banks = entry.isArchived ? [] : RuleReferences(rule).banks
            let seen = Seen(
                revision: entry.record.revision,
                banks: Dictionary(
                    banks.compactMap { bank in surroundings.bankRevisions[bank].map { (bank, $0) } },
                    uniquingKeysWith: { first, _ in first }))
            if let look = known[entry.record.id], look.seen == seen {
                looks[entry.record.id] = look
            } else if entry.isArchived {
                looks[entry.record.id] = Look(findings: surroundings.findings(of: rule), missingSignals: [], seen: seen)
            } else {
                new.append((entry.record, rule, seen))
            }
        }
        let count = new.count
        if count > 0 {
            let (wanted, kept) = (new, looks)
            let banks = try await surroundings.banks(wanted.map { Set($0.seen.banks.keys) }, store)
            looks = await RuleLane.trying.run(for: surroundings.organisation) {
                let check = RuleCheck(signals: surroundings.signals, banks: banks, patternsMax: RuleBookLimits.patternsCheckedMax)
                var (looks, turn) = (kept, Turn())
                for (record, rule, seen) in wanted {
                    let checked = check.check(rule)
                    var seen = seen
                    // What could not be looked at for want of room is looked at again next time.
                    seen.isWhole = !seen.banks.keys.contains { banks.leftOut.contains($0.id) }
                    looks[record.id] = Look(
                        findings: RuleSurroundings.findings(checked.findings, of: 0) + surroundings.findings(of: rule),
                        missingSignals: checked.missingSignals, seen: seen)
                    await turn.give()
                }
                return looks
            }
        }
        return RuleLooks(around: around, looks: looks, count: count)
    }

    /// Everything to be said of a rule.
    func findings(of entry: RuleShelf.Entry) -> [RuleFinding] {
        let looked = looks[entry.record.id]?.findings ?? []
        // Alone and beside the others it may be too much at the same place; that is said once.
        let known = Set(looked.filter { $0.code == "rule.too-large" }.map(\.pointer))
        return entry.said.filter { $0.code != "rule.too-large" || !known.contains($0.pointer) } + looked
    }

    func missingSignals(of entry: RuleShelf.Entry) -> [String] { looks[entry.record.id]?.missingSignals ?? [] }
}
