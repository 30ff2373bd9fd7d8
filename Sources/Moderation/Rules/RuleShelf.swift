package import HubCore
import JSON
import PluginModel
package import Rules

/// All rules of an organisation with what they name, read, and those at work compiled: made anew when any of it changes, and looked at by
/// everybody. What is to be said of rules is found out when somebody wants to know (`RuleLooks`): items do not wait for that.
struct RuleShelf: Sendable {
    struct Entry: Sendable {
        let record: RuleRecord
        /// Nil where the document can no longer be read; such a rule does not work.
        let rule: Rule?
        /// What reading it says, and of one at work what is too much of it beside the others.
        var said: [RuleFinding]

        /// Rules that do not work and never will as they are: nothing is told of them but what reading says.
        var isArchived: Bool { rule.map { $0.status == .archived || $0.status == .deprecated } ?? true }
    }

    /// By age.
    let entries: [Entry]
    let surroundings: RuleSurroundings
    let working: WorkingRules
    let routing: RoutingShelf
    /// When the next rule at work expires; nil: none does.
    let until: Rules.Timestamp?

    /// Nil where nobody wants it any more: the task was cancelled.
    /// - Parameter now: Which rules are at work then.
    static func make(
        of organisation: Organisation.ID, signals: [SignalDescriptor], withoutActions: Set<String>, store: any HubStore,
        now: Rules.Timestamp
    ) async throws(Fault) -> RuleShelf? {
        let (records, surroundings, keptRouting) = try await store.read { (records) throws(Fault) in
            (
                try records.rules(in: organisation),
                try RuleSurroundings(of: organisation, signals: signals, withoutActions: withoutActions, in: records),
                try RoutingShelf.Kept(of: organisation, in: records)
            )
        }
        // With what the organisation's actions cost, where they want to know.
        let signals = surroundings.signals
        guard !Task.isCancelled else { return nil }
        let entries = await RuleLane.readying.work(for: organisation) { records.map { Entry($0) } }
        let atWork = entries.filter { $0.rule.map { $0.state(at: now).judgesSubmissions } ?? false }
        let rules = atWork.compactMap(\.rule)
        let named = rules.map { RuleReferences($0).banks } + keptRouting.live.map { RuleReferences($0.rule).banks }
        let banks = try await surroundings.banks(named, store)
        return await RuleLane.readying.work(for: organisation) { () -> RuleShelf? in
            let isWanted = { !Task.isCancelled }
            let (types, onUsers) = (surroundings.types, rules.filter { $0.kind == .user })
            guard let program = RuleProgram(rules, types: types, signals: signals, banks: banks, while: isWanted),
                let usersProgram = RuleProgram(onUsers, types: types, signals: signals, banks: banks, while: isWanted),
                let routing = RoutingShelf(keptRouting, surroundings, banks, while: isWanted)
            else { return nil }
            var working = WorkingRules(
                program: program, rules: rules, versions: atWork.map(\.record.version), types: surroundings.typesByID,
                ofUsers: onUsers.isEmpty ? nil : usersProgram)
            working.routing = routing.table
            return RuleShelf(
                entries: entries.telling(program.findings, of: rules), surroundings: surroundings, working: working, routing: routing,
                until: rules.compactMap(\.expiresAt).min())
        }
    }
}

extension RuleShelf {
    /// Types of signals that it chooses and nobody here has; nothing else of it is looked at.
    func missing(of entry: Entry) -> Set<String> {
        guard let rule = entry.rule, !entry.isArchived else { return [] }
        let chosen = RuleReferences(rule).signals.map(\.type)
        return Set(chosen.filter { surroundings.signalsByType[$0] == nil && BuiltInSignal(rawValue: $0) == nil })
    }
}

extension RuleShelf.Entry {
    fileprivate init(_ record: RuleRecord) {
        let reading = Rule.read(.object(record.document), id: record.id.rawValue)
        var rule = reading.value
        rule?.id = record.id.rawValue
        rule?.status = RuleStatus(rawValue: record.status) ?? .archived
        self.init(record: record, rule: rule, said: reading.findings)
    }
}

extension [RuleShelf.Entry] {
    /// What is too much of rules at work, by their place in the program.
    fileprivate func telling(_ findings: [RuleFinding], of rules: [Rule]) -> [RuleShelf.Entry] {
        let excess = findings.filter { $0.code == "rule.too-large" }
        guard !excess.isEmpty else { return self }
        let places = Dictionary(rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        return map { entry in
            guard let place = places[entry.record.id.rawValue] else { return entry }
            var entry = entry
            entry.said += RuleSurroundings.findings(excess, of: place)
            return entry
        }
    }
}

/// What rules of an organisation may name: its item types, policies, banks and signals.
struct RuleSurroundings: Sendable {
    let organisation: Organisation.ID
    /// By id.
    let types: [ItemType]
    let typesByID: [String: ItemType]
    let policies: Set<String>
    /// Of every bank, how often it changed.
    let bankRevisions: [RuleReferences.Bank: Int]
    let signals: [SignalDescriptor]
    let signalsByType: [String: SignalDescriptor]
    /// Types of signals that rules with actions may not ask.
    let withoutActions: Set<String>

    init(
        of organisation: Organisation.ID, signals: [SignalDescriptor], withoutActions: Set<String>, in records: any HubTransaction
    ) throws(Fault) {
        self.organisation = organisation
        let signals = try ActionPenalties.told(signals, of: organisation, in: records)
        (self.signals, self.withoutActions) = (signals, withoutActions)
        types = try records.ruleParts(.itemType, in: organisation).compactMap { ItemType(part: $0) }
        typesByID = Dictionary(types.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let parts = try records.rulePartSummaries(in: organisation)
        policies = Set(parts.filter { $0.kind == .policy }.map(\.id))
        bankRevisions = Dictionary(
            parts.compactMap { part in part.kind.bank.map { (RuleReferences.Bank(kind: $0, id: part.id), part.revision) } },
            uniquingKeysWith: { first, _ in first })
        signalsByType = Dictionary(signals.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The values of these banks, as far as all of them together may be large; those that are not there are left out.
    /// - Parameters:
    ///   - wanted: By who names them, the most important first.
    ///   - change: A bank as it would be.
    func banks(
        _ wanted: [Set<RuleReferences.Bank>], _ store: any HubStore, with change: RulePart? = nil
    ) async throws(Fault) -> Banks {
        guard wanted.contains(where: { !$0.isEmpty }) else { return Banks() }
        let organisation = organisation
        return try await store.read { (records) throws(Fault) in
            var banks = Banks()
            var seen: Set<RuleReferences.Bank> = []
            var bytes = 0
            for bank in wanted.joined() where seen.insert(bank).inserted {
                guard bytes <= RuleBookLimits.banksReadBytesMax else {
                    banks.leftOut.insert(bank.id)
                    continue
                }
                let kind = RulePart.Kind(bank.kind)
                let changed = change.flatMap { $0.kind == kind && $0.id == bank.id ? $0 : nil }
                let kept = changed == nil ? try records.rulePart(kind, bank.id, in: organisation) : nil
                guard let part = changed ?? kept else { continue }
                let values = part.document.arrayValue ?? []
                switch bank.kind {
                case .text:
                    let texts = values.compactMap(\.stringValue)
                    bytes += texts.reduce(0) { $0 + $1.utf8.count }
                    banks.texts[bank.id] = texts
                case .location: banks.locations[bank.id] = values.compactMap { LocationArea($0) }
                case .image: banks.images[bank.id] = values.compactMap { $0.stringValue.flatMap { PerceptualHash($0) } }
                }
                bytes += values.count * 32
            }
            return banks
        }
    }

    /// What was said of the rule at this place, with pointers into the rule.
    static func findings(_ told: [RuleFinding], of place: Int) -> [RuleFinding] {
        told.filter { $0.pointer.tokens.first == String(place) }.map {
            RuleFinding($0.severity, $0.code, at: JSONPointer(Array($0.pointer.tokens.dropFirst())), $0.sentence, remedy: $0.remedy)
        }
    }

    /// What the rule names and is not there, beside what compiling says.
    func findings(of rule: Rule) -> [RuleFinding] {
        let references = RuleReferences(rule)
        var findings = references.findings(types: typesByID, signals: signalsByType)
        if rule.kind == .user, !rule.itemTypeIDs.isEmpty {
            findings.append(
                RuleFinding(
                    .error, "rule.wrong-type", at: JSONPointer(["contentTypeIds"]), "A rule on users has no item types.",
                    remedy: "Leave them out, or write CONTENT: such a rule looks at items of a type of the kind USER too."))
        }
        for (place, id) in rule.policyIDs.enumerated() where !policies.contains(id) {
            findings.append(
                RuleFinding(
                    .warning, "rule.missing-policy", at: JSONPointer(["policyIds", String(place)]), "There is no policy '\(id)'.",
                    remedy: nearMiss(id, among: policies.sorted()).map { "Did you mean '\($0)'?" } ?? "Make the policy, or leave it out."))
        }
        guard !rule.actionIDs.isEmpty else { return findings }
        for (type, pointer) in references.signals where withoutActions.contains(type) {
            findings.append(
                RuleFinding(
                    .error, "rule.not-automated", at: pointer, "The signal '\(type)' says that rules with actions may not ask it.",
                    remedy: "Choose another signal, or take the actions away."))
        }
        return findings
    }
}

extension RulePart.Kind {
    package init(_ kind: BankKind) {
        switch kind {
        case .text: self = .textBank
        case .location: self = .locationBank
        case .image: self = .imageBank
        }
    }

    /// What values it holds; nil: it is no bank.
    package var bank: BankKind? {
        switch self {
        case .textBank: .text
        case .locationBank: .location
        case .imageBank: .image
        case .itemType, .policy: nil
        }
    }
}

extension ItemType {
    /// The type as it is kept, with what signals on whole items are told of it; nil for a document that can no longer be read.
    package init?(part: RulePart) {
        guard part.kind == .itemType, var object = part.document.objectValue else { return nil }
        object["id"] = .string(part.id)
        object["name"] = .string(part.name)
        object["version"] = .string(String(part.revision))
        object["orgId"] = .string(part.organisation.rawValue)
        guard let type = ItemType.read(.object(object)).value else { return nil }
        self = type
    }
}
