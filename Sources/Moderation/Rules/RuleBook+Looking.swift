package import HubCore
package import JSON
import PluginModel
import Rules

extension RuleBook {
    /// Names of rules, of whatever organisation, that ask one of these signals; archived ones are left out. What cannot be read asks nothing.
    package nonisolated func names(asking signals: Set<String>) async -> [String] {
        var names: [String] = []
        var page = PageRequest(limit: PageRequest.limitMax)
        while true {
            let asked = page
            let organisations = (try? await store.read { (records) throws(Fault) in try records.organisations(asked).map(\.id) }) ?? []
            for organisation in organisations {
                guard let shelf = try? await shelf(of: organisation) else { continue }
                for entry in shelf.entries + shelf.routing.entries.map(\.entry) {
                    guard let rule = entry.rule, rule.status != .archived else { continue }
                    if RuleReferences(rule).signals.contains(where: { signals.contains($0.type) }) { names.append(rule.name) }
                }
            }
            guard organisations.count == page.limit, let last = organisations.last else { return names.sorted() }
            page.after = last.rawValue
        }
    }

    /// Every rule of an organisation as it is now, by age.
    package nonisolated func views(in organisation: Organisation.ID) async throws(RuleRefusal) -> [RuleView] {
        let (shelf, looks) = try await lookedRefusing(organisation)
        let facts = try await actionFacts(organisation)
        let passing = try await passing(in: organisation)
        return shelf.entries.map { view($0, looks, facts).with(passing) }
    }

    /// Throws `rule.not-found`.
    package nonisolated func view(_ id: RuleRecord.ID, in organisation: Organisation.ID) async throws(RuleRefusal) -> RuleView {
        let (shelf, looks) = try await lookedRefusing(organisation)
        guard let entry = shelf.entries.first(where: { $0.record.id == id }) else {
            throw RuleRefusal.notFound("rule", id.rawValue)
        }
        return view(entry, looks, try await actionFacts(organisation)).with(try await passing(in: organisation))
    }

    /// Latest first.
    package nonisolated func versions(of id: RuleRecord.ID, in organisation: Organisation.ID) async throws(RuleRefusal) -> [RuleVersion] {
        try await reading { (records) throws(Fault) in
            guard try records.rule(id, in: organisation) != nil else { throw RuleRefusal.notFound("rule", id.rawValue).fault }
            return try records.versions(of: id, in: organisation)
        }
    }

    /// A rule as it was saved once, beside what is there now: its findings are those it would have today.
    package nonisolated func view(version number: Int, of id: RuleRecord.ID, in organisation: Organisation.ID) async throws(RuleRefusal)
        -> RuleView
    {
        let (record, version) = try await reading { (records) throws(Fault) in
            guard let record = try records.rule(id, in: organisation) else { throw RuleRefusal.notFound("rule", id.rawValue).fault }
            guard let version = try records.version(number, of: id, in: organisation) else {
                throw RuleRefusal.notFound("version", "\(number)").fault
            }
            return (record, version)
        }
        var past = record
        (past.document, past.version, past.status) = (version.document, version.version, version.status)
        (past.changedAt, past.changedBy, past.changedByName) = (version.at, version.by, version.byName)
        past.name = version.document["name"]?.stringValue ?? record.name
        let review = try await review(.object(version.document), id: id.rawValue, in: organisation)
        let status = RuleStatus(rawValue: version.status) ?? .archived
        return RuleView(
            record: past, rule: review.rule, state: RuleState(status, expiresAt: review.rule?.expiresAt, now: Rules.Timestamp(now)),
            missingSignals: review.missingSignals, findings: review.findings, actionsToday: 0)
    }

    /// Reads and compiles a rule beside what the organisation has; stores nothing.
    package nonisolated func review(
        _ document: JSONValue, id: String = "draft", in organisation: Organisation.ID
    ) async throws(RuleRefusal) -> RuleReview {
        try await trying.take(organisation) { () async throws(RuleRefusal) in
            try await reviewed(document, id: id, in: organisation).review
        }
    }

    /// The same, with what it was compiled from; for whoever has a turn of `trying` already.
    nonisolated func reviewed(
        _ document: JSONValue, id: String = "draft", in organisation: Organisation.ID
    ) async throws(RuleRefusal) -> (review: RuleReview, surroundings: RuleSurroundings, banks: Banks) {
        let shelf = try await shelfRefusing(organisation)
        let surroundings = shelf.surroundings
        let reading = await RuleLane.trying.work(for: organisation) { Rule.read(RuleText.own(document), id: id) }
        let name = RuleText.findings(ofNameIn: document) + RuleText.findings(ofListsIn: reading.value)
        guard var rule = reading.value else {
            return (RuleReview(rule: nil, findings: name + reading.findings, missingSignals: []), surroundings, Banks())
        }
        rule.id = id
        let banks: Banks
        do throws(Fault) { banks = try await surroundings.banks([RuleReferences(rule).banks], store) } catch { throw RuleRefusal(error) }
        let checked = await RuleLane.trying.work(for: organisation) { [rule] in
            let checked = RuleCheck(signals: surroundings.signals, banks: banks).check(rule)
            return (
                findings: checked.findings, missing: checked.missingSignals, size: checked.size, beside: surroundings.findings(of: rule)
            )
        }
        var findings = name + reading.findings + RuleSurroundings.findings(checked.findings, of: 0) + checked.beside
        findings += try await actionFacts(organisation).findings(of: rule)
        let isUsable = !(name.contains { $0.severity == .error })
        return (
            RuleReview(rule: isUsable ? rule : nil, findings: findings, missingSignals: checked.missing, size: checked.size),
            surroundings, banks
        )
    }

    // MARK: What follows

    struct ActionFacts {
        let known: Set<String>?
        let today: [String: Int]

        func findings(of rule: Rule) -> [RuleFinding] {
            guard let known else { return [] }
            return rule.actionIDs.enumerated().filter { !known.contains($0.element) }.map { place, id in
                RuleFinding(
                    .warning, "rule.missing-action", at: JSONPointer(["actionIds", String(place)]), "There is no action '\(id)'.",
                    remedy: nearMiss(id, among: known.sorted()).map { "Did you mean '\($0)'?" } ?? "Make the action, or leave it out.")
            }
        }
    }

    nonisolated func actionFacts(_ organisation: Organisation.ID) async throws(RuleRefusal) -> ActionFacts {
        do throws(Fault) {
            return ActionFacts(
                known: try await actions.actionIDs(in: organisation),
                today: try await actions.actions(in: organisation, on: Rules.Timestamp(now).day))
        } catch { throw RuleRefusal(error) }
    }

    nonisolated func view(_ entry: RuleShelf.Entry, _ looks: RuleLooks, _ facts: ActionFacts) -> RuleView {
        let status = RuleStatus(rawValue: entry.record.status) ?? .archived
        return RuleView(
            record: entry.record, rule: entry.rule,
            state: RuleState(status, expiresAt: entry.rule?.expiresAt, now: Rules.Timestamp(now)),
            missingSignals: looks.missingSignals(of: entry),
            findings: looks.findings(of: entry) + (entry.rule.map { facts.findings(of: $0) } ?? []),
            actionsToday: facts.today[entry.record.id.rawValue] ?? 0)
    }
}

/// What of a rule's document is its author's.
enum RuleText {
    /// Members of a rule as it is answered that are the hub's own: whoever sends back what they read means none of them.
    package static let hubsOwn = [
        "id", "status", "statusIfUnexpired", "version", "revision", "state", "missingSignals", "findings", "createdAt", "changedAt",
        "changedBy", "today", "alarm", "note", "parentId",
    ]

    static func own(_ document: JSONValue) -> JSONValue {
        guard var object = document.objectValue else { return document }
        for member in hubsOwn { object[member] = nil }
        return .object(object)
    }

    static func findings(ofNameIn document: JSONValue) -> [RuleFinding] {
        let pointer = JSONPointer(["name"])
        guard let name = document["name"]?.stringValue, name.contains(where: { !$0.isWhitespace }) else {
            return [
                RuleFinding(.error, "rule.missing", at: pointer, "A rule has a name.", remedy: "Write what it looks for, in a few words.")
            ]
        }
        guard name.count <= RuleBookLimits.nameMax, !name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            return [
                RuleFinding(
                    .error, "rule.wrong-type", at: pointer,
                    "A name has at most \(RuleBookLimits.nameMax) characters, in one line.", remedy: "Shorten it.")
            ]
        }
        return []
    }

    static func findings(ofListsIn rule: Rule?) -> [RuleFinding] {
        guard let rule else { return [] }
        let lists = [
            ("contentTypeIds", rule.itemTypeIDs), ("actionIds", rule.actionIDs), ("policyIds", rule.policyIDs), ("tags", rule.tags),
        ]
        return lists.filter { $0.1.count > RuleBookLimits.listMax }.map { member, _ in
            RuleFinding(
                .error, "rule.wrong-type", at: JSONPointer([member]), "A rule has at most \(RuleBookLimits.listMax) of these.",
                remedy: "Leave some out.")
        }
    }
}
