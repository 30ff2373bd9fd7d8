package import JSON
import PluginModel

extension ConditionSet {
    /// Reads a condition set as it is stored. Everything that is wrong is told at once.
    package static func read(_ value: JSONValue, at pointer: JSONPointer = JSONPointer()) -> RuleReading<ConditionSet> {
        var reader = ConditionReader()
        let set = reader.set(value, at: pointer, depth: 1)
        return RuleReading(set, reader.notes.findings)
    }
}

/// Reads conditions. Contract of Coop, section 14.
struct ConditionReader {
    var notes = RuleNotes()
    private var count = 0

    mutating func set(_ value: JSONValue, at pointer: JSONPointer, depth: Int) -> ConditionSet? {
        guard let object = object(value, "A condition set", ["conjunction", "conditions"], at: pointer) else { return nil }
        guard depth <= RuleLimits.setDepthMax else {
            notes.error(
                "rule.too-deep", at: pointer, "There are more than \(RuleLimits.setDepthMax) sets in each other.",
                remedy: "Say the same with fewer.")
            return nil
        }
        let conjunction: ConditionSet.Conjunction? = word(
            object["conjunction"], at: pointer.appending("conjunction"), "A set has a conjunction")
        guard let list = object["conditions"]?.arrayValue, !list.isEmpty else {
            notes.error(
                "rule.empty-set", at: pointer.appending("conditions"), "A set has at least one condition.",
                remedy: "Write a list of conditions, or leave the set out.")
            return nil
        }
        count += list.count
        guard count <= RuleLimits.conditionsMax else {
            notes.error(
                "rule.too-many", at: pointer.appending("conditions"), "There are more than \(RuleLimits.conditionsMax) conditions.",
                remedy: "Make several rules of this one, or a bank of its values.")
            return nil
        }
        let areSets = list.map { $0["conditions"] != nil || $0["conjunction"] != nil }
        if let other = areSets.firstIndex(where: { $0 != areSets[0] }) {
            notes.error(
                "rule.mixed-conditions", at: pointer.appending("conditions").appending(other),
                "A set holds either conditions or other sets, and this one holds both.",
                remedy: "Put the conditions into a set of their own.")
        }
        let conditions = list.enumerated().compactMap { index, entry -> Condition? in
            let here = pointer.appending("conditions").appending(index)
            return areSets[index] ? set(entry, at: here, depth: depth + 1).map { .set($0) } : leaf(entry, at: here).map { .leaf($0) }
        }
        guard let conjunction, conditions.count == list.count else { return nil }
        return ConditionSet(conjunction, conditions)
    }

    private mutating func leaf(_ value: JSONValue, at pointer: JSONPointer) -> LeafCondition? {
        let members = ["input", "signal", "matchingValues", "comparator", "threshold"]
        guard let object = object(value, "A condition", members, at: pointer) else { return nil }
        let input = input(object["input"] ?? .null, at: pointer.appending("input"))
        var signal: SignalChoice?
        if let value = present(object["signal"]) { signal = self.signal(value, at: pointer.appending("signal")) }
        var matching: MatchingValues?
        if let value = present(object["matchingValues"]) { matching = matchingValues(value, at: pointer.appending("matchingValues")) }
        var comparator: Comparator?
        if let value = present(object["comparator"]) { comparator = word(value, at: pointer.appending("comparator"), "A comparator") }
        var threshold: Score?
        if let value = present(object["threshold"]) { threshold = self.threshold(value, at: pointer.appending("threshold")) }
        guard let input else { return nil }
        let leaf = LeafCondition(input, signal: signal, matchingValues: matching, comparator, threshold)
        judge(leaf, at: pointer)
        return leaf
    }

    /// What each part allows, together they may not.
    private mutating func judge(_ leaf: LeafCondition, at pointer: JSONPointer) {
        if leaf.comparator == .isNotProvided {
            for (member, isThere) in [
                ("signal", leaf.signal != nil), ("matchingValues", leaf.matchingValues != nil), ("threshold", leaf.threshold != nil),
            ] where isThere {
                notes.error(
                    "rule.contradiction", at: pointer.appending(member),
                    "IS_NOT_PROVIDED asks whether there is a value at all, and takes no \(member).", remedy: "Leave it out.")
            }
        } else if leaf.signal == nil {
            if case .fullItem = leaf.input {
                notes.error(
                    "rule.contradiction", at: pointer.appending("input"), "A whole item cannot be compared without a signal.",
                    remedy: "Choose a signal, or look at a field.")
            }
            if leaf.matchingValues != nil {
                notes.error(
                    "rule.contradiction", at: pointer.appending("matchingValues"),
                    "Only a signal compares with matching values, and there is none.",
                    remedy: "Choose a signal, or compare with a threshold.")
            }
        }
        if let comparator = leaf.comparator, comparator.needsThreshold, leaf.threshold == nil {
            notes.error(
                "rule.missing", at: pointer.appending("threshold"), "\(comparator.rawValue) needs something to compare with.",
                remedy: "Write a threshold: a text or a number.")
        }
        if leaf.comparator == .isUnavailable, leaf.threshold != nil {
            notes.warning(
                "rule.contradiction", at: pointer.appending("threshold"),
                "IS_UNAVAILABLE asks whether a score could be had; the threshold is passed over.", remedy: "Leave it out.")
        }
        if leaf.comparator == nil, leaf.threshold != nil {
            notes.warning(
                "rule.contradiction", at: pointer.appending("threshold"), "Without a comparator the threshold is passed over.",
                remedy: "Write a comparator, such as EQUALS.")
        }
    }

    private mutating func input(_ value: JSONValue, at pointer: JSONPointer) -> ConditionInput? {
        let members = ["type", "name", "contentTypeId", "contentTypeIds", "spec"]
        guard let object = object(value, "An input", members, at: pointer) else { return nil }
        guard let kind: InputKind = word(object["type"], at: pointer.appending("type"), "An input has a type") else { return nil }
        switch kind {
        case .userID: return .userID
        case .fullItem:
            guard let list = present(object["contentTypeIds"]) else { return .fullItem(typeIDs: nil) }
            return texts(list, at: pointer.appending("contentTypeIds"), "Item types").map { .fullItem(typeIDs: $0) }
        case .field:
            let name = text(object["name"], at: pointer.appending("name"), "The name of a field")
            let typeID = text(object["contentTypeId"], at: pointer.appending("contentTypeId"), "The id of an item type")
            return name.flatMap { name in typeID.map { .field(name: name, typeID: $0) } }
        case .gathered:
            guard let name = text(object["name"], at: pointer.appending("name"), "The name of an input") else { return nil }
            if let input = GatheredInput.named(name) { return .gathered(input) }
            unknown(name, among: GatheredInput.allCases.map(\.rawValue), at: pointer.appending("name"), "input")
            return nil
        case .derived:
            guard let spec = object["spec"]?.objectValue else {
                notes.error(
                    "rule.missing", at: pointer.appending("spec"), "A derived field has a spec, an object.",
                    remedy: "Write what is derived, and from what.")
                return nil
            }
            return .derived(spec)
        }
    }

    private enum InputKind: String, CaseIterable {
        case userID = "USER_ID"
        case fullItem = "FULL_ITEM"
        case field = "CONTENT_FIELD"
        case gathered = "CONTENT_COOP_INPUT"
        case derived = "CONTENT_DERIVED_FIELD"
    }
}
