import PluginModel

extension MemoryRecords {
    struct RulePlace: Hashable, Sendable {
        let organisation: Organisation.ID
        let rule: RuleRecord.ID
    }
    struct RulePartPlace: Hashable, Sendable {
        let organisation: Organisation.ID
        let kind: RulePart.Kind
        let id: String
    }
    /// Rules of organisations, and what they name.
    struct RuleShelf: Sendable {
        var rules: [RulePlace: RuleRecord] = [:]
        /// Oldest first.
        var versions: [RulePlace: [RuleVersion]] = [:]
        var parts: [RulePartPlace: RulePart] = [:]

        mutating func remove(_ organisation: Organisation.ID) {
            rules = rules.filter { $0.key.organisation != organisation }
            versions = versions.filter { $0.key.organisation != organisation }
            parts = parts.filter { $0.key.organisation != organisation }
        }
    }
}

extension MemoryTransaction {
    private static func place(_ id: RuleRecord.ID, _ organisation: Organisation.ID) -> MemoryRecords.RulePlace {
        MemoryRecords.RulePlace(organisation: organisation, rule: id)
    }

    private static func place(_ kind: RulePart.Kind, _ id: String, _ organisation: Organisation.ID) -> MemoryRecords.RulePartPlace {
        MemoryRecords.RulePartPlace(organisation: organisation, kind: kind, id: id)
    }

    /// The first revision is 1, and each follows the one before it.
    private static func check(_ revision: Int, follows present: Int?, _ what: String) throws(Fault) {
        guard revision == (present ?? 0) + 1 else {
            throw Fault(
                code: "rule.changed-meanwhile", message: "Somebody else changed \(what) meanwhile. Nothing was changed by this call.",
                remedy: "Read it again, and repeat the change if it is still wanted.", turn: .caller)
        }
    }

    private static func check(_ organisation: Organisation.ID, in records: MemoryRecords) throws(Fault) {
        guard records.organisations[organisation] != nil else {
            throw Fault(code: "storage.unknown-reference", message: "There is no such organisation.", turn: .caller)
        }
    }

    func rule(_ id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> RuleRecord? {
        records.ruleShelf.rules[Self.place(id, organisation)]
    }

    func rules(in organisation: Organisation.ID) throws(Fault) -> [RuleRecord] {
        records.ruleShelf.rules.values.filter { $0.organisation == organisation }.sorted { $0.id < $1.id }
    }

    func put(_ rule: RuleRecord) throws(Fault) {
        try change { (records) throws(Fault) in
            let place = Self.place(rule.id, rule.organisation)
            try Self.check(rule.organisation, in: records)
            try Self.check(rule.revision, follows: records.ruleShelf.rules[place]?.revision, "the rule '\(rule.name)'")
            records.ruleShelf.rules[place] = rule
        }
    }

    func removeRule(_ id: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in
            records.ruleShelf.versions[Self.place(id, organisation)] = nil
            return records.ruleShelf.rules.removeValue(forKey: Self.place(id, organisation)) != nil
        }
    }

    func versions(of rule: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> [RuleVersion] {
        (records.ruleShelf.versions[Self.place(rule, organisation)] ?? []).reversed()
    }

    func version(_ version: Int, of rule: RuleRecord.ID, in organisation: Organisation.ID) throws(Fault) -> RuleVersion? {
        records.ruleShelf.versions[Self.place(rule, organisation)]?.first { $0.version == version }
    }

    func append(_ version: RuleVersion, keeping: Int) throws(Fault) {
        try change { (records) throws(Fault) in
            let place = Self.place(version.rule, version.organisation)
            let all = (records.ruleShelf.versions[place] ?? []) + [version]
            records.ruleShelf.versions[place] = all.suffix(keeping)
        }
    }

    func rulePart(_ kind: RulePart.Kind, _ id: String, in organisation: Organisation.ID) throws(Fault) -> RulePart? {
        records.ruleShelf.parts[Self.place(kind, id, organisation)]
    }

    func ruleParts(_ kind: RulePart.Kind, in organisation: Organisation.ID) throws(Fault) -> [RulePart] {
        records.ruleShelf.parts.values.filter { $0.organisation == organisation && $0.kind == kind }
            .sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }

    func rulePartSummaries(in organisation: Organisation.ID) throws(Fault) -> [RulePartSummary] {
        records.ruleShelf.parts.values.filter { $0.organisation == organisation }.map(\.summary)
            .sorted { "\($0.kind.rawValue) \($0.id)".utf8.lexicographicallyPrecedes("\($1.kind.rawValue) \($1.id)".utf8) }
    }

    func put(_ part: RulePart) throws(Fault) {
        try change { (records) throws(Fault) in
            let place = Self.place(part.kind, part.id, part.organisation)
            try Self.check(part.organisation, in: records)
            try Self.check(part.revision, follows: records.ruleShelf.parts[place]?.revision, "'\(part.name)'")
            records.ruleShelf.parts[place] = part
        }
    }

    func removeRulePart(_ kind: RulePart.Kind, _ id: String, in organisation: Organisation.ID) throws(Fault) -> Bool {
        try change { (records) throws(Fault) in records.ruleShelf.parts.removeValue(forKey: Self.place(kind, id, organisation)) != nil }
    }
}
