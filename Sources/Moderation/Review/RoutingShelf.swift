import HubCore
import JSON
import PluginModel
import Rules

/// Routing rules of an organisation, read beside what they name.
struct RoutingShelf: Sendable {
    struct Entry: Sendable {
        let record: RoutingRuleRecord
        /// As any rule's; what is said of it tells of the queue too.
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

        /// Those at work, in their order.
        var live: [(record: RoutingRuleRecord, rule: Rule)] {
            rules.compactMap { kept in kept.rule.flatMap { $0.status == .live ? (kept.record, $0) : nil } }
        }
    }

    /// Nil once nobody wants it.
    init?(_ kept: Kept, _ surroundings: RuleSurroundings, _ banks: Banks, while isWanted: () -> Bool) {
        queues = kept.queues
        let live = kept.live
        guard
            let programs = RuleProgram.apart(
                live.map(\.rule), types: surroundings.types, signals: surroundings.signals, banks: banks, while: isWanted)
        else { return nil }
        table = RoutingTable(
            zip(live, programs).map {
                RoutingTable.Route(rule: $0.rule, revision: $0.record.rule.revision, queue: $0.record.queue, program: $1)
            })
        // What is too much only beside the others at work.
        var excess: [RuleRecord.ID: [RuleFinding]] = [:]
        for (place, (kept, program)) in zip(live, programs).enumerated() {
            let findings = program.findings.filter { $0.code == "rule.too-large" }
            excess[kept.record.rule.id] = RuleSurroundings.findings(findings, of: place)
        }
        entries = kept.rules.map { [excess] record, rule, findings in
            let said = findings + (rule == nil ? [] : Self.findings(of: record.queue, among: kept.queues) + (excess[record.rule.id] ?? []))
            return Entry(record: record, entry: RuleShelf.Entry(record: record.rule, rule: rule, said: said))
        }
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
