import Hub
package import HubCore
package import JSON
import PluginModel
package import Rules

/// A routing rule as people see it.
package struct RoutingView: Sendable {
    package let record: RoutingRuleRecord
    /// Nil where the document can no longer be read.
    package let rule: Rule?
    /// Types of signals it asks that nobody here has.
    package let missingSignals: [String]
    package let findings: [RuleFinding]
}

/// Routing rules: which queue takes an item that is to be reviewed. They are read, compiled and kept as rules are, but for their versions.
extension RuleBook {
    // MARK: Looking

    /// In their order.
    package nonisolated func routingViews(in organisation: Organisation.ID) async throws(RuleRefusal) -> [RoutingView] {
        let (shelf, looks) = try await lookedRefusing(organisation)
        return shelf.routing.entries.map { entry in
            RoutingView(
                record: entry.record, rule: entry.entry.rule, missingSignals: looks.missingSignals(of: entry.entry),
                findings: looks.findings(of: entry.entry))
        }
    }

    /// Throws `rule.not-found`.
    package nonisolated func routingView(_ id: RuleRecord.ID, in organisation: Organisation.ID) async throws(RuleRefusal) -> RoutingView {
        guard let view = try await routingViews(in: organisation).first(where: { $0.record.rule.id == id }) else {
            throw RuleRefusal.notFound("routing rule", id.rawValue)
        }
        return view
    }

    // MARK: Saving

    /// A new one, behind all others. It begins as what its document says, else as a draft.
    package nonisolated func createRouting(
        _ document: JSONValue, force: Bool = false, in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> RoutingView {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            let (now, max) = (now, ReviewLimits().routingRulesMax)
            let id = RuleRecord.ID.make(at: now, random: entropy.bytes)
            let draft = try await routing(document, id, status: .draft, force, in: organisation, by: requester)
            let record = RuleRecord(
                id: id, organisation: organisation, name: draft.rule.name, status: draft.status.rawValue,
                document: try RuleText.kept(draft.rule), createdAt: now, changedAt: now, changedBy: requester.auditName,
                changedByName: requester.principal.user.name)
            let said = requester.note("routing.create", "routing-rule:\(id)", at: now, in: organisation, entropy)
            try await change(organisation, telling: .routing) { (records) throws(Fault) in
                let count = try records.routingRules(in: organisation).count
                guard count < max else { throw RuleRefusal.full("routing rules", max: max).fault }
                try records.put(RoutingRuleRecord(rule: record, queue: draft.queue, place: count + 1))
                try records.keepRouting(said, record, "created")
            }
            return try await routingView(id, in: organisation)
        }
    }

    /// Saves one anew; its status too, which stays where the document names none.
    package nonisolated func changeRouting(
        _ id: RuleRecord.ID, to document: JSONValue, expecting revision: Int? = nil, force: Bool = false, in organisation: Organisation.ID,
        by requester: Requester
    ) async throws(RuleRefusal) -> RoutingView {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            var record = try await routingRecord(id, in: organisation, expecting: revision)
            let before = RuleStatus(rawValue: record.rule.status) ?? .draft
            let draft = try await routing(document, id, status: before, force, in: organisation, by: requester)
            (record.rule.name, record.rule.status, record.queue) = (draft.rule.name, draft.status.rawValue, draft.queue)
            record.rule.document = try RuleText.kept(draft.rule)
            record.rule.touch(at: now, by: requester)
            let said = requester.note(
                "routing.change", "routing-rule:\(id)", at: record.rule.changedAt, in: organisation,
                detail: ["from": .string(before.rawValue), "to": .string(draft.status.rawValue), "forced": .bool(force)], entropy)
            try await change(organisation, telling: .routing) { [record] (records) throws(Fault) in
                // Its place may be another by now; that is no change of the rule.
                var record = record
                guard let present = try records.routingRules(in: organisation).first(where: { $0.rule.id == id }) else {
                    throw RuleRefusal.changedMeanwhile(record.rule.name).fault
                }
                record.place = present.place
                try records.put(record)
                try records.keepRouting(said, record.rule, "changed")
            }
            return try await routingView(id, in: organisation)
        }
    }

    package nonisolated func removeRouting(
        _ id: RuleRecord.ID, expecting revision: Int? = nil, in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            let record = try await routingRecord(id, in: organisation, expecting: revision).rule
            if record.isAtWork { try requester.needPublishing(in: organisation) }
            let said = requester.note(
                "routing.remove", "routing-rule:\(id)", at: now, in: organisation, detail: ["name": .string(record.name)], entropy)
            try await change(organisation, telling: .routing) { (records) throws(Fault) in
                let all = try records.routingRules(in: organisation)
                guard all.first(where: { $0.rule.id == id })?.rule.revision == record.revision else {
                    throw RuleRefusal.changedMeanwhile(record.name).fault
                }
                _ = try records.removeRoutingRule(id, in: organisation)
                for (place, other) in all.filter({ $0.rule.id != id }).enumerated() where other.place != place + 1 {
                    try records.setPlace(place + 1, ofRoutingRule: other.rule.id, in: organisation)
                }
                try records.keepRouting(said, record, "removed")
            }
        }
    }

    // MARK: Order

    /// Puts all of them into this order. Moving live ones past each other takes the right to publish.
    package nonisolated func orderRouting(
        _ ids: [RuleRecord.ID], in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> [RoutingView] {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            let mayPublish = requester.principal.may(.rulePublish, in: organisation)
            let said = requester.note("routing.order", "routing-rules", at: now, in: organisation, entropy)
            try await change(organisation, telling: .routing) { (records) throws(Fault) in
                let all = try records.routingRules(in: organisation)
                guard ids.count == all.count, Set(ids) == Set(all.map(\.rule.id)) else { throw RuleRefusal.wrongOrder(all.count).fault }
                let live = Set(all.filter(\.rule.isAtWork).map(\.rule.id))
                guard mayPublish || ids.filter(live.contains) == all.map(\.rule.id).filter(live.contains) else {
                    throw RuleRefusal.notAllowedToPublish().fault
                }
                for (place, id) in ids.enumerated() { try records.setPlace(place + 1, ofRoutingRule: id, in: organisation) }
                try records.keep(
                    said, domain: "moderation", event: "RoutingChanged",
                    data: ["change": "ordered", "rules": .array(ids.map { .string($0.rawValue) })])
            }
            return try await routingViews(in: organisation)
        }
    }

    // MARK: Parts

    private struct RoutingDraft {
        let rule: Rule
        let status: RuleStatus
        let queue: String
    }

    /// Reads one that can be kept, and looks whether who asks may have it at work.
    private nonisolated func routing(
        _ document: JSONValue, _ id: RuleRecord.ID, status before: RuleStatus, _ force: Bool, in organisation: Organisation.ID,
        by requester: Requester
    ) async throws(RuleRefusal) -> RoutingDraft {
        guard JSONValue.byteCount(of: document) <= RuleBookLimits.ruleBytesMax else {
            throw RuleRefusal.badName("A routing rule", "has at most \(RuleBookLimits.ruleBytesMax >> 10) KiB")
        }
        let status = try RoutingText.status(of: document, before: before)
        if before == .live || status == .live { try requester.needPublishing(in: organisation) }
        let (review, queue) = try await trying.take(organisation) { () async throws(RuleRefusal) in
            let reviewed = try await reviewedRouting(document, id: id.rawValue, in: organisation)
            return (reviewed.review, reviewed.queue)
        }
        guard let rule = review.rule, let queue else { throw RuleRefusal.invalid("The routing rule", review.findings) }
        if status == .live {
            let missing = review.findings.filter { $0.severity == .warning && Self.incompleteCodes.contains($0.code) }
            // Without its queue it would do nothing but hide those behind it.
            let queueless = review.findings.filter { $0.code == "rule.missing-queue" }
            let errors = try await review.errors + excess(ofRouting: rule, review.size, in: organisation)
            guard errors.isEmpty, queueless.isEmpty else {
                throw RuleRefusal.incomplete(errors + queueless + missing, canForce: false)
            }
            guard missing.isEmpty || force else { throw RuleRefusal.incomplete(missing, canForce: true) }
        }
        return RoutingDraft(rule: rule, status: status, queue: queue)
    }

    /// Reads and compiles one beside what the organisation has; stores nothing. Signals that rules with actions may not ask may be asked here.
    nonisolated func reviewedRouting(
        _ document: JSONValue, id: String = "draft", in organisation: Organisation.ID
    ) async throws(RuleRefusal) -> (review: RuleReview, queue: String?, surroundings: RuleSurroundings, banks: Banks) {
        let text = RoutingText(document)
        let (review, surroundings, banks) = try await reviewed(text.document, id: id, in: organisation)
        let queues = try await shelfRefusing(organisation).routing.queues
        var findings = text.findings + review.findings
        if let queue = text.queue { findings += RoutingShelf.findings(of: queue, among: queues) }
        return (
            RuleReview(
                rule: text.queue == nil ? nil : review.rule, findings: findings, missingSignals: review.missingSignals, size: review.size),
            text.queue, surroundings, banks
        )
    }

    private nonisolated func routingRecord(
        _ id: RuleRecord.ID, in organisation: Organisation.ID, expecting revision: Int?
    ) async throws(RuleRefusal) -> RoutingRuleRecord {
        let all = try await reading { (records) throws(Fault) in try records.routingRules(in: organisation) }
        guard let found = all.first(where: { $0.rule.id == id }) else { throw RuleRefusal.notFound("routing rule", id.rawValue) }
        if let revision, found.rule.revision != revision { throw RuleRefusal.changedMeanwhile(found.rule.name) }
        return found
    }
}

extension RuleRefusal {
    fileprivate static func wrongOrder(_ count: Int) -> RuleRefusal {
        RuleRefusal(
            Fault(
                code: "rule.wrong-order", message: "An order names each of the \(count) routing rules once.", place: "/ids",
                remedy: "Read them again: somebody may have made or removed one meanwhile.", turn: .caller))
    }
}

extension JournalRecords {
    fileprivate func keepRouting(_ note: ChangeNote, _ rule: RuleRecord, _ change: String) throws(Fault) {
        try keep(
            note, domain: "moderation", event: "RoutingChanged",
            data: ["rule": .string(rule.id.rawValue), "change": .string(change), "status": .string(rule.status)])
    }
}
