package import JSON

/// Rules in a file of their own, with the item types and banks they need: what `patchbay rule test` reads.
package struct RuleDocument: Sendable {
    package var rules: [Rule]
    /// Empty: items are taken as they come (`ItemType.inferred`).
    package var types: [ItemType]
    package var banks: Banks
    /// How the document holds its rules.
    private var shape = Shape.set

    private enum Shape: Sendable { case set, rule, list }

    package init(rules: [Rule], types: [ItemType], banks: Banks) { (self.rules, self.types, self.banks) = (rules, types, banks) }

    /// Where in the document a finding of its `RuleProgram` lies, which counts rules: `/0/conditionSet/…`.
    package func place(_ finding: RuleFinding) -> RuleFinding {
        let tokens = finding.pointer.tokens
        let here: [String] =
            switch shape {
            case .set: Array(tokens.dropFirst(2))
            case .rule: Array(tokens.dropFirst())
            case .list: ["rules"] + tokens
            }
        return RuleFinding(finding.severity, finding.code, at: JSONPointer(here), finding.sentence, remedy: finding.remedy)
    }

    /// Reads a condition set; a rule, `{ conditionSet, … }`; or several, `{ rules: […] }`; the latter two with `itemTypes` and `banks` beside.
    /// - Parameter name: The id of a rule that has none of its own.
    package static func read(_ value: JSONValue, name: String) -> RuleReading<RuleDocument> {
        var notes = RuleNotes()
        var document = RuleDocument(rules: [], types: [], banks: Banks())
        func take<Part>(_ reading: RuleReading<Part>) -> Part? {
            for finding in reading.findings { notes.add(finding) }
            return reading.value
        }
        guard var object = value.objectValue, object["conjunction"] == nil else {
            if let set = take(ConditionSet.read(value)) { document.rules = [Rule(id: name, status: .live, conditions: set)] }
            return RuleReading(document, notes.findings)
        }
        for (index, type) in (object["itemTypes"]?.arrayValue ?? []).enumerated() {
            let pointer = JSONPointer(["itemTypes", String(index)])
            guard let type = take(ItemType.read(type, at: pointer)) else { continue }
            if document.types.contains(where: { $0.id == type.id }) {
                notes.error(
                    "item.bad-type", at: pointer.appending("id"), "There is an item type '\(type.id)' already.",
                    remedy: "Give each type an id of its own.")
            }
            document.types.append(type)
        }
        if let banks = object["banks"], let read = take(Banks.read(banks, at: JSONPointer(["banks"]))) { document.banks = read }
        (object["itemTypes"], object["banks"]) = (nil, nil)
        document.shape = object["rules"] == nil ? .rule : .list
        if let rules = object["rules"] {
            let list = rules.arrayValue ?? []
            if list.isEmpty {
                notes.error(
                    "rule.missing", at: JSONPointer(["rules"]), "There is no rule: rules are a list of at least one.", remedy: "Write one.")
            }
            document.rules = list.enumerated().compactMap { index, rule in
                take(Rule.read(rule, id: "\(name)-\(index + 1)", at: JSONPointer(["rules", String(index)])))
            }
            for (key, _) in object where key != "rules" {
                notes.warning(
                    "rule.unknown-member", at: JSONPointer([key]), "A list of rules has no '\(key)'; it is passed over.",
                    remedy: "Leave it out.")
            }
        } else if let rule = take(Rule.read(.object(object), id: name)) {
            document.rules = [rule]
        }
        return RuleReading(document, notes.findings)
    }
}

extension ItemType {
    /// A type made from data of its items, for whoever has declared none: each field has the type of its first value.
    ///
    /// Texts are STRING; `{url}` is MEDIA, `{id, typeId}` RELATED_ITEM; of lists and objects the first value decides. Nothing is required.
    /// What is none of these is no field.
    package static func inferred(id: String, from samples: some Sequence<JSONObject>) -> ItemType {
        var fields: [Field] = []
        var known: Set<String> = []
        for sample in samples where fields.count < RuleLimits.fieldsMax {
            for (name, value) in sample where !known.contains(name) && fields.count < RuleLimits.fieldsMax {
                guard let type = type(of: value) else { continue }
                known.insert(name)
                fields.append(Field(name, type))
            }
        }
        return ItemType(id: id, fields: fields)
    }

    private static func type(of value: JSONValue) -> FieldType? {
        if let scalar = scalar(of: value) { return .scalar(scalar) }
        switch value {
        case .array(let list): return list.lazy.compactMap(scalar).first.map { .array(of: $0) }
        case .object(let object): return object.values.lazy.compactMap(scalar).first.map { .map(key: .string, value: $0) }
        default: return nil
        }
    }

    private static func scalar(of value: JSONValue) -> Scalar? {
        switch value {
        case .string: .string
        case .bool: .boolean
        case .int, .double: .number
        case .object(let object) where object["url"]?.stringValue != nil: .media
        case .object(let object) where object["id"] != nil && object["typeId"] != nil: .relatedItem
        default: nil
        }
    }
}
