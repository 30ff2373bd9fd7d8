import JSON
import PluginModel
import Rules

/// What a rule names outside itself, and whether it is there.
struct RuleReferences {
    /// A bank as rules name it.
    struct Bank: Hashable, Sendable {
        let kind: BankKind
        let id: String
    }

    /// A field of an item type that a condition looks at.
    struct FieldUse: Hashable, Sendable {
        let type: String
        let field: String
        /// Of the input.
        let pointer: JSONPointer
        /// What is asked about it; nil: it is compared itself.
        let signal: String?
    }

    private(set) var banks: Set<Bank> = []
    private(set) var fields: [FieldUse] = []
    /// Item types by where they are named.
    private(set) var types: [(id: String, pointer: JSONPointer)] = []
    /// Signals by where they are chosen.
    private(set) var signals: [(type: String, pointer: JSONPointer)] = []
    private(set) var fullItems: [(signal: String, pointer: JSONPointer)] = []

    init(_ rule: Rule) {
        for (place, id) in rule.itemTypeIDs.enumerated() { types.append((id, JSONPointer(["contentTypeIds", String(place)]))) }
        look(rule.conditions, JSONPointer(["conditionSet"]))
    }

    private mutating func look(_ set: ConditionSet, _ pointer: JSONPointer) {
        for (place, condition) in set.conditions.enumerated() {
            let here = pointer.appending("conditions").appending(place)
            switch condition {
            case .set(let inner): look(inner, here)
            case .leaf(let leaf): look(leaf, here)
            }
        }
    }

    private mutating func look(_ leaf: LeafCondition, _ pointer: JSONPointer) {
        let input = pointer.appending("input")
        if let signal = leaf.signal { signals.append((signal.type, pointer.appending("signal"))) }
        switch leaf.input {
        case .field(let name, let type):
            fields.append(FieldUse(type: type, field: name, pointer: input, signal: leaf.signal?.type))
        case .fullItem(let ids):
            for (place, id) in (ids ?? []).enumerated() { types.append((id, input.appending("contentTypeIds").appending(place))) }
            if let signal = leaf.signal { fullItems.append((signal.type, pointer.appending("signal"))) }
        case .userID, .gathered, .derived: break
        }
        guard let values = leaf.matchingValues else { return }
        for id in values.textBankIDs { banks.insert(Bank(kind: .text, id: id)) }
        for id in values.locationBankIDs { banks.insert(Bank(kind: .location, id: id)) }
        for id in values.imageBankIDs { banks.insert(Bank(kind: .image, id: id)) }
    }

    /// Everything named that is not there, or does not go together.
    func findings(types known: [String: ItemType], signals: [String: SignalDescriptor]) -> [RuleFinding] {
        var findings: [RuleFinding] = []
        func add(_ code: String, _ pointer: JSONPointer, _ sentence: String, _ remedy: String) {
            // What is told of one rule has a limit; the first of them are as good as all.
            guard findings.count < RuleLimits.findingsMax else { return }
            findings.append(RuleFinding(.warning, code, at: pointer, sentence, remedy: remedy))
        }
        func suggestion(_ word: String, _ among: some Sequence<String>, else otherwise: String) -> String {
            nearMiss(word, among: among).map { "Did you mean '\($0)'?" } ?? otherwise
        }
        for (id, pointer) in types where known[id] == nil {
            add(
                "rule.missing-type", pointer, "There is no item type '\(id)'.",
                suggestion(id, known.keys.sorted(), else: "Make the item type, or name another."))
        }
        for use in fields {
            guard let type = known[use.type] else {
                add(
                    "rule.missing-type", use.pointer.appending("contentTypeId"), "There is no item type '\(use.type)'.",
                    suggestion(use.type, known.keys.sorted(), else: "Make the item type, or name another."))
                continue
            }
            guard let place = type.place(of: use.field) else {
                add(
                    "rule.missing-field", use.pointer.appending("name"), "Items of the type '\(use.type)' have no field '\(use.field)'.",
                    suggestion(use.field, type.fields.map(\.name), else: "Name a field of the item type."))
                continue
            }
            let scalar = type.fields[place].type.scalar
            if let name = use.signal, let signal = signals[name] ?? BuiltInSignal(rawValue: name)?.descriptor,
                !signal.inputs.contains(scalar)
            {
                add(
                    "rule.unusable", use.pointer,
                    "The field '\(use.field)' is \(scalar.rawValue), and the signal '\(name)' takes no such value.",
                    "Choose another signal, or look at another field.")
            }
        }
        for (name, pointer) in fullItems {
            if let signal = signals[name] ?? BuiltInSignal(rawValue: name)?.descriptor, !signal.takesFullItem {
                add(
                    "rule.unusable", pointer, "The signal '\(name)' takes no whole items.", "Choose another signal, or look at a field.")
            }
        }
        return findings
    }
}

/// What values a bank holds.
package enum BankKind: String, Sendable, Hashable, CaseIterable {
    /// Texts or patterns.
    case text
    case location
    /// PDQ hashes.
    case image
}
