import HubCore
import JSON
import PluginModel
import Rules

/// Routing rules of an organisation, read beside what they name.
struct RoutingShelf: Sendable {
    struct Entry: Sendable {
        let record: RoutingRuleRecord
        /// As any rule's; its findings tell of the queue too.
        let entry: RuleShelf.Entry
    }

    /// In their order.
    let entries: [Entry]
    let queues: [ReviewQueue]
    let table: RoutingTable

    /// What the store has of it, read but not compiled.
    struct Kept: Sendable {
        let queues: [ReviewQueue]
        let rules: [(record: RoutingRuleRecord, rule: Rule?, findings: [RuleFinding])]

        init(of organisation: Organisation.ID, in records: any HubTransaction) throws(Fault) {
            queues = try records.reviewQueues(in: organisation)
            rules = try records.routingRules(in: organisation).map { record in
                let reading = Rule.read(.object(record.rule.document), id: record.rule.id.rawValue)
                var rule = reading.value
                rule?.id = record.rule.id.rawValue
                rule?.status = RuleStatus(rawValue: record.rule.status) ?? .draft
                return (record, rule, reading.findings)
            }
        }

        /// The banks that any of them compares with.
        var banks: Set<RuleReferences.Bank> {
            rules.compactMap(\.rule).reduce(into: []) { $0.formUnion(RuleReferences($1).banks) }
        }
    }

    init(_ kept: Kept, _ surroundings: RuleSurroundings, _ banks: Banks) {
        queues = kept.queues
        var entries: [Entry] = []
        var routes: [RoutingTable.Route] = []
        let check = RuleCheck(signals: surroundings.signals, banks: banks, patternsMax: RuleBookLimits.patternsCheckedMax)
        for (record, rule, findings) in kept.rules {
            guard let rule else {
                let entry = RuleShelf.Entry(record: record.rule, rule: nil, findings: findings, missingSignals: [])
                entries.append(Entry(record: record, entry: entry))
                continue
            }
            let checked = check.check(rule)
            let said = findings + RuleSurroundings.findings(checked.findings, of: 0) + surroundings.findings(of: rule)
            let entry = RuleShelf.Entry(
                record: record.rule, rule: rule, findings: said + Self.findings(of: record.queue, among: kept.queues),
                missingSignals: checked.missingSignals)
            entries.append(Entry(record: record, entry: entry))
            if rule.status == .live {
                let program = RuleProgram([rule], types: surroundings.types, signals: surroundings.signals, banks: banks)
                routes.append(
                    RoutingTable.Route(rule: rule, revision: record.rule.revision, queue: record.queue, program: program))
            }
        }
        self.entries = entries
        table = RoutingTable(routes)
    }

    static func findings(of queue: String, among queues: [ReviewQueue]) -> [RuleFinding] {
        guard !queues.contains(where: { $0.id == queue }) else { return [] }
        let remedy = nearMiss(queue, among: queues.map(\.id)).map { "Did you mean '\($0)'?" } ?? "Make the queue, or name another."
        return [
            RuleFinding(
                .warning, "rule.missing-queue", at: JSONPointer(["queueId"]), "There is no review queue '\(queue)'.", remedy: remedy)
        ]
    }
}
