import Hub
package import HubCore
package import JSON
import PluginModel
package import Rules

/// What was put in place of something rules name, and what that means for rules.
package struct PartChange: Sendable {
    package let part: RulePart
    /// About the part, then about rules whose conditions no longer find what they name; of the latter, pointers begin with the rule's id.
    package let findings: [RuleFinding]
}

extension RuleBook {
    // MARK: Looking

    package nonisolated func parts(_ kind: RulePart.Kind, in organisation: Organisation.ID) async throws(RuleRefusal) -> [RulePart] {
        try await reading { (records) throws(Fault) in try records.ruleParts(kind, in: organisation) }
    }

    package nonisolated func bankSummaries(in organisation: Organisation.ID) async throws(RuleRefusal) -> [RulePartSummary] {
        try await reading { (records) throws(Fault) in try records.rulePartSummaries(in: organisation).filter { $0.kind.bank != nil } }
    }

    /// Throws `rule.not-found`.
    package nonisolated func part(_ kind: RulePart.Kind, _ id: String, in organisation: Organisation.ID) async throws(RuleRefusal)
        -> RulePart
    {
        let found = try await reading { (records) throws(Fault) in try records.rulePart(kind, id, in: organisation) }
        guard let found else { throw RuleRefusal.notFound(kind.words, id) }
        return found
    }

    // MARK: Changing

    /// Puts an item type in place: `{kind, name, schema, schemaFieldRoles?, description?}`.
    ///
    /// A field that conditions of rules look at may go or change its type only where no rule at work does, unless it is forced; the rules
    /// are told either way.
    package nonisolated func putItemType(
        _ id: String, _ document: JSONValue, expecting revision: Int? = nil, force: Bool = false, isDryRun: Bool = false,
        in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> PartChange {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            var object = document.objectValue ?? [:]
            object["id"] = .string(try Self.checked(id: id))
            for member in ["revision", "version", "orgId", "findings", "schemaVariant"] { object[member] = nil }
            let name = try Self.checked(name: object["name"]?.stringValue ?? id)
            object["name"] = .string(name)
            guard JSONValue.byteCount(of: .object(object)) <= RuleBookLimits.itemTypeBytesMax else {
                throw RuleRefusal.badName("An item type", "has at most \(RuleBookLimits.itemTypeBytesMax >> 10) KiB")
            }
            let reading = ItemType.read(.object(object))
            guard let type = reading.value, var kept = type.json.objectValue else {
                throw RuleRefusal.invalid("The item type", reading.findings)
            }
            for member in ["id", "name", "schemaVariant"] { kept[member] = nil }
            let orphans = try await orphans(in: organisation, withType: id, as: type)
            let part = RulePart(
                kind: .itemType, organisation: organisation, id: id, name: name, document: .object(kept), changedAt: now)
            try orphans.check("The item type '\(id)' as it was", force: force || isDryRun)
            return try await put(part, expecting: revision, isDryRun, reading.findings + orphans.findings, requester)
        }
    }

    /// Puts a bank in place.
    /// - Parameter values: Texts or patterns; places; or PDQ hashes.
    package nonisolated func putBank(
        _ kind: BankKind, _ id: String, name: String, values: [JSONValue], expecting revision: Int? = nil,
        in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> PartChange {
        let id = try Self.checked(id: id)
        let name = try Self.checked(name: name)
        let plural = kind.rawValue + "s"
        let reading = Banks.read(.object([plural: .object([id: .array(values)])]))
        func told(_ finding: RuleFinding) -> RuleFinding {
            let rest = Array(finding.pointer.tokens.dropFirst(2))
            return RuleFinding(
                finding.severity, finding.code, at: JSONPointer(["values"] + rest), finding.sentence, remedy: finding.remedy)
        }
        var findings = reading.findings.map(told)
        for (place, value) in values.enumerated() where findings.count < RuleLimits.findingsMax {
            guard let text = value.stringValue, text.utf8.count > RuleLimits.textBytesMax else { continue }
            findings.append(
                RuleFinding(
                    .error, "rule.bad-bank", at: JSONPointer(["values", String(place)]),
                    "An entry has at most \(RuleLimits.textBytesMax) bytes.", remedy: "Shorten it."))
        }
        let document = JSONValue.array(values)
        if JSONValue.byteCount(of: document) > RuleBookLimits.bankBytesMax {
            findings.append(
                RuleFinding(
                    .error, "rule.bad-bank", at: JSONPointer(["values"]),
                    "A bank has at most \(RuleBookLimits.bankBytesMax >> 20) MiB.", remedy: "Make two banks of it."))
        }
        guard reading.value != nil, findings.isEmpty else { throw RuleRefusal.invalid("The bank", findings) }
        let part = RulePart(
            kind: RulePart.Kind(kind), organisation: organisation, id: id, name: name, document: document, count: values.count,
            changedAt: now)
        return try await inTurn(organisation) { () async throws(RuleRefusal) in
            try await put(part, expecting: revision, false, [], requester)
        }
    }

    /// Puts a policy in place.
    ///
    /// What rules at work give users is changed by whoever may change those rules.
    /// - Parameter strikes: What acting under it gives the user; nil: as before, and at first none.
    package nonisolated func putPolicy(
        _ id: String, name: String, description: String?, strikes: Int? = nil, expecting revision: Int? = nil,
        in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> PartChange {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            var document = JSONObject()
            let before = try await reading { (records) throws(Fault) in try records.rulePart(.policy, id, in: organisation)?.strikes ?? 0 }
            let strikes = strikes ?? before
            guard (0...PeopleLimits.strikesMax).contains(strikes) else { throw RuleRefusal.badStrikes() }
            if strikes > 0 { document["strikes"] = .int(Int64(strikes)) }
            document["description"] = try RuleText.checked(note: description).map { .string($0) }
            let part = RulePart(
                kind: .policy, organisation: organisation, id: try Self.checked(id: id), name: try Self.checked(name: name),
                document: .object(document), changedAt: now)
            return try await put(part, expecting: revision, false, [], requester)
        }
    }

    private nonisolated func put(
        _ part: RulePart, expecting revision: Int?, _ isDryRun: Bool, _ findings: [RuleFinding], _ requester: Requester
    ) async throws(RuleRefusal) -> PartChange {
        if !isDryRun { try await needPublishing(toChange: part.kind, part.id, in: part.organisation, requester) }
        try await needBearable(part)
        let said = requester.note(
            "\(part.kind.rawValue).change", "\(part.kind.rawValue):\(part.id)", at: part.changedAt, in: part.organisation, entropy)
        let body: @Sendable (any HubTransaction) throws(Fault) -> RulePart = { (records) throws(Fault) in
            let before = try records.rulePart(part.kind, part.id, in: part.organisation)
            if let revision, (before?.revision ?? 0) != revision { throw RuleRefusal.changedMeanwhile(part.name).fault }
            if before == nil {
                let all = try records.rulePartSummaries(in: part.organisation)
                guard all.count(where: { part.kind.shares(with: $0.kind) }) < part.kind.max else {
                    throw RuleRefusal.full("\(part.kind.words)s", max: part.kind.max).fault
                }
            }
            var part = part
            part.revision = (before?.revision ?? 0) + 1
            guard !isDryRun else { return part }
            try records.put(part)
            try records.keep(said, part, "changed")
            return part
        }
        let kept = isDryRun ? try await reading(body) : try await change(part.organisation, telling: .part(part.kind, part.id), body)
        return PartChange(part: kept, findings: findings)
    }

    // MARK: Removing

    /// Removes it, unless rules at work name it and it is not forced.
    /// - Returns: What no longer finds it.
    package nonisolated func removePart(
        _ kind: RulePart.Kind, _ id: String, expecting revision: Int? = nil, force: Bool = false, isDryRun: Bool = false,
        in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> [RuleFinding] {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            let part = try await part(kind, id, in: organisation)
            if let revision, part.revision != revision { throw RuleRefusal.changedMeanwhile(part.name) }
            let orphans =
                if let bank = kind.bank {
                    try await self.orphans(in: organisation, without: RuleReferences.Bank(kind: bank, id: id), part.name)
                } else if kind == .policy {
                    try await self.orphans(in: organisation, withoutPolicy: id)
                } else {
                    try await self.orphans(in: organisation, withType: id, as: nil)
                }
            guard !isDryRun else { return orphans.findings }
            try await needPublishing(toChange: kind, id, in: organisation, requester)
            try orphans.check("The \(kind.words) '\(id)'", force: force)
            let said = requester.note(
                "\(kind.rawValue).remove", "\(kind.rawValue):\(id)", at: now, in: organisation, detail: ["name": .string(part.name)],
                entropy)
            try await change(organisation, telling: .part(kind, id)) { (records) throws(Fault) in
                guard try records.rulePart(kind, id, in: organisation)?.revision == part.revision else {
                    throw RuleRefusal.changedMeanwhile(part.name).fault
                }
                _ = try records.removeRulePart(kind, id, in: organisation)
                try records.keep(said, part, "removed")
            }
            return orphans.findings
        }
    }

    // MARK: Names

    static func checked(id: String) throws(RuleRefusal) -> String {
        let isFit = !id.isEmpty && id.utf8.count <= RuleBookLimits.idBytesMax && id != "." && id != ".."
        guard isFit, !id.unicodeScalars.contains(where: { $0.value < 33 || $0.value == 127 || $0 == "/" }) else {
            throw RuleRefusal.badName(
                "An id", "has 1 to \(RuleBookLimits.idBytesMax) bytes, without spaces and slashes")
        }
        return id
    }

    static func checked(name: String) throws(RuleRefusal) -> String {
        let isFit = name.contains { !$0.isWhitespace } && name.unicodeScalars.count <= RuleBookLimits.nameMax
        guard isFit, !name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            throw RuleRefusal.badName("A name", "has 1 to \(RuleBookLimits.nameMax) characters, in one line")
        }
        return name
    }
}

extension RulePart.Kind {
    package var words: String {
        switch self {
        case .itemType: "item type"
        case .textBank: "text bank"
        case .locationBank: "location bank"
        case .imageBank: "image bank"
        case .policy: "policy"
        }
    }

    var max: Int {
        switch self {
        case .itemType: RuleBookLimits.itemTypesMax
        case .textBank, .locationBank, .imageBank: RuleBookLimits.banksMax
        case .policy: RuleBookLimits.policiesMax
        }
    }

    /// Whether both count towards the same number.
    func shares(with other: Self) -> Bool { self == other || bank != nil && other.bank != nil }

    var event: String {
        switch self {
        case .itemType: "ItemTypeChanged"
        case .textBank, .locationBank, .imageBank: "BankChanged"
        case .policy: "PolicyChanged"
        }
    }
}

extension JournalRecords {
    fileprivate func keep(_ note: ChangeNote, _ part: RulePart, _ change: String) throws(Fault) {
        try keep(
            note, domain: "moderation", event: part.kind.event,
            data: ["kind": .string(part.kind.rawValue), "id": .string(part.id), "change": .string(change)])
    }
}
