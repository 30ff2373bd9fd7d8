import Hub
package import HubCore
package import JSON
import PluginModel
package import Rules

extension RuleBook {
    // MARK: Saving

    /// A new rule, which is a draft.
    package nonisolated func create(
        _ document: JSONValue, note: String? = nil, in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> RuleView {
        let now = now
        let id = RuleRecord.ID.make(at: now, random: entropy.bytes)
        let rule = try await readable(document, id: id.rawValue, in: organisation)
        let parent = try await parent(of: document, in: organisation)
        let record = RuleRecord(
            id: id, organisation: organisation, name: rule.name, status: RuleStatus.draft.rawValue,
            document: try RuleText.kept(rule, parent: parent),
            createdAt: now, changedAt: now, changedBy: requester.auditName, changedByName: requester.principal.user.name)
        let version = record.asVersion(try RuleText.checked(note: note))
        let said = requester.note("rule.create", "rule:\(id)", at: now, in: organisation, entropy)
        try await change(organisation, telling: .rule(id)) { (records) throws(Fault) in
            guard try records.rules(in: organisation).count < RuleBookLimits.rulesMax else {
                throw RuleRefusal.full("rules", max: RuleBookLimits.rulesMax).fault
            }
            try records.put(record)
            try records.append(version, keeping: RuleBookLimits.versionsKept)
            try records.keep(said, record, "created")
        }
        return try await view(id, in: organisation)
    }

    /// Saves a rule anew. One at work stays at work, so it has to hold what going there asks.
    /// - Parameter revision: The one the change was made for; nil: whatever it is now.
    package nonisolated func change(
        _ id: RuleRecord.ID, to document: JSONValue, note: String? = nil, expecting revision: Int? = nil, force: Bool = false,
        in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) -> RuleView {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            let record = try await record(id, in: organisation, expecting: revision)
            return try await save(record, document, note, "rule.change", "changed", force, requester)
        }
    }

    /// Saves what a rule was once as its newest version.
    package nonisolated func restore(
        _ version: Int, of id: RuleRecord.ID, expecting revision: Int? = nil, force: Bool = false, in organisation: Organisation.ID,
        by requester: Requester
    ) async throws(RuleRefusal) -> RuleView {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            let record = try await record(id, in: organisation, expecting: revision)
            let past = try await reading { (records) throws(Fault) in
                guard let past = try records.version(version, of: id, in: organisation) else {
                    throw RuleRefusal.notFound("version", "\(version)").fault
                }
                return past
            }
            return try await save(
                record, .object(past.document), "Restored from version \(version).", "rule.restore", "restored", force, requester)
        }
    }

    private nonisolated func save(
        _ before: RuleRecord, _ document: JSONValue, _ note: String?, _ action: String, _ event: String, _ force: Bool,
        _ requester: Requester
    ) async throws(RuleRefusal) -> RuleView {
        let (id, organisation) = (before.id, before.organisation)
        guard before.status != RuleStatus.archived.rawValue else { throw RuleRefusal.archived(before.name) }
        if before.isAtWork {
            try requester.needPublishing(in: organisation)
            try await checkComplete(document, id, organisation, force)
        }
        let rule = try await readable(document, id: id.rawValue, in: organisation)
        var record = before
        (record.name, record.document) = (rule.name, try RuleText.kept(rule, parent: before.document["parentId"]?.stringValue))
        record.version += 1
        record.touch(at: now, by: requester)
        let version = record.asVersion(try RuleText.checked(note: note))
        let said = requester.note(
            action, "rule:\(id)", at: record.changedAt, in: organisation, detail: ["version": .int(Int64(record.version))], entropy)
        try await change(organisation, telling: .rule(id)) { [record] (records) throws(Fault) in
            try records.put(record)
            try records.append(version, keeping: RuleBookLimits.versionsKept)
            try records.keep(said, record, event)
        }
        return try await view(id, in: organisation)
    }

    // MARK: Status

    /// Moves a rule. To work or back takes the right to publish; out of the archive leads to a draft alone.
    /// - Parameter force: Lets it work although conditions of it cannot be told: they are ERRORED.
    package nonisolated func setStatus(
        _ status: RuleStatus, of id: RuleRecord.ID, expecting revision: Int? = nil, force: Bool = false, in organisation: Organisation.ID,
        by requester: Requester
    ) async throws(RuleRefusal) -> RuleView {
        try await inTurn(organisation) { () async throws(RuleRefusal) in
            var record = try await record(id, in: organisation, expecting: revision)
            guard status != .deprecated else {
                throw RuleRefusal.badStatus("DEPRECATED is an older word for ARCHIVED.", remedy: "Write ARCHIVED.")
            }
            guard status.rawValue != record.status else { return try await view(id, in: organisation) }
            if record.status == RuleStatus.archived.rawValue, status != .draft { throw RuleRefusal.archived(record.name) }
            if record.isAtWork || status == .live || status == .background { try requester.needPublishing(in: organisation) }
            if status == .live || status == .background {
                try await checkComplete(.object(record.document), id, organisation, force)
            }
            let before = record.status
            record.status = status.rawValue
            record.touch(at: now, by: requester)
            let said = requester.note(
                status == .archived ? "rule.archive" : "rule.status", "rule:\(id)", at: record.changedAt, in: organisation,
                detail: ["from": .string(before), "to": .string(status.rawValue), "forced": .bool(force)], entropy)
            try await change(organisation, telling: .rule(id)) { [record] (records) throws(Fault) in
                try records.put(record)
                try records.keep(said, record, "status")
            }
            return try await view(id, in: organisation)
        }
    }

    /// Whether a rule may work: nothing wrong with it, nothing missing unless that is wanted, and its time not over.
    private nonisolated func checkComplete(
        _ document: JSONValue, _ id: RuleRecord.ID, _ organisation: Organisation.ID, _ force: Bool
    ) async throws(RuleRefusal) {
        let review = try await review(document, id: id.rawValue, in: organisation)
        guard let rule = review.rule else { throw RuleRefusal.invalid("The rule", review.findings) }
        var errors = review.errors
        if let end = rule.expiresAt, end <= Rules.Timestamp(now) {
            errors.append(
                RuleFinding(
                    .error, "rule.expired", at: JSONPointer(["expirationTime"]),
                    "The rule's time is over, so it would not look at anything.",
                    remedy: "Write a later time, or take it away."))
        }
        errors += try await excess(of: rule, review.size, in: organisation)
        // What is only passed over when it is read does not keep a rule from working.
        let missing = review.findings.filter { $0.severity == .warning && Self.incompleteCodes.contains($0.code) }
        guard errors.isEmpty else { throw RuleRefusal.incomplete(errors + missing, canForce: false) }
        guard missing.isEmpty || force else { throw RuleRefusal.incomplete(missing, canForce: true) }
    }

    static let incompleteCodes: Set<String> = [
        "rule.missing-signal", "rule.unusable", "rule.missing-type", "rule.missing-field", "rule.missing-policy", "rule.missing-action",
    ]

    // MARK: Removing

    /// What removing a rule would do; nothing is done.
    package nonisolated func removal(of id: RuleRecord.ID, isForGood: Bool, in organisation: Organisation.ID) async throws(RuleRefusal)
        -> RuleRemoval
    {
        let view = try await view(id, in: organisation)
        if isForGood, view.state != .archived { throw RuleRefusal.notArchived(view.record.name) }
        return RuleRemoval(
            isForGood: isForGood, state: view.state, versions: try await versions(of: id, in: organisation).count,
            actionsToday: view.actionsToday)
    }

    /// Removes an archived rule with its versions; decisions that it took part in stay.
    package nonisolated func purge(
        _ id: RuleRecord.ID, expecting revision: Int? = nil, in organisation: Organisation.ID, by requester: Requester
    ) async throws(RuleRefusal) {
        let record = try await record(id, in: organisation, expecting: revision)
        guard record.status == RuleStatus.archived.rawValue else { throw RuleRefusal.notArchived(record.name) }
        let said = requester.note(
            "rule.purge", "rule:\(id)", at: now, in: organisation, detail: ["name": .string(record.name)], entropy)
        try await change(organisation, telling: .rule(id)) { (records) throws(Fault) in
            guard try records.rule(id, in: organisation)?.revision == record.revision else {
                throw RuleRefusal.changedMeanwhile(record.name).fault
            }
            _ = try records.removeRule(id, in: organisation)
            try records.removeRuleDays(of: id.rawValue, in: organisation)
            try records.keep(said, record, "removed")
        }
    }

    // MARK: Parts

    private nonisolated func record(
        _ id: RuleRecord.ID, in organisation: Organisation.ID, expecting revision: Int?
    ) async throws(RuleRefusal) -> RuleRecord {
        let found = try await reading { (records) throws(Fault) in try records.rule(id, in: organisation) }
        guard let found else { throw RuleRefusal.notFound("rule", id.rawValue) }
        if let revision, found.revision != revision { throw RuleRefusal.changedMeanwhile(found.name) }
        return found
    }

    /// The rule that a new one is a copy of. It may go later: what is left then is where the copy came from.
    private nonisolated func parent(of document: JSONValue, in organisation: Organisation.ID) async throws(RuleRefusal) -> String? {
        guard let member = document["parentId"], !member.isNull else { return nil }
        guard let id = member.stringValue else { throw RuleRefusal.notFound("rule", member.serialized()) }
        _ = try await record(RuleRecord.ID(id), in: organisation, expecting: nil)
        return id
    }

    /// A rule that can be kept: it is read without error, and names no signal that its actions exclude. What it names may be missing.
    private nonisolated func readable(_ document: JSONValue, id: String, in organisation: Organisation.ID) async throws(RuleRefusal) -> Rule
    {
        guard JSONValue.byteCount(of: document) <= RuleBookLimits.ruleBytesMax else {
            throw RuleRefusal.invalid(
                "The rule",
                [
                    RuleFinding(
                        .error, "rule.too-many", at: JSONPointer(), "A rule has at most \(RuleBookLimits.ruleBytesMax >> 10) KiB.",
                        remedy: "Put its values into a bank.")
                ])
        }
        let review = try await review(document, id: id, in: organisation)
        guard let rule = review.rule, !review.errors.contains(where: { $0.code == "rule.not-automated" }) else {
            throw RuleRefusal.invalid("The rule", review.findings)
        }
        return rule
    }
}

extension RuleRecord {
    var isAtWork: Bool { status == RuleStatus.live.rawValue || status == RuleStatus.background.rawValue }

    mutating func touch(at now: HubCore.Timestamp, by requester: Requester) {
        revision += 1
        (changedAt, changedBy, changedByName) = (now, requester.auditName, requester.principal.user.name)
    }

    func asVersion(_ note: String?) -> RuleVersion {
        RuleVersion(
            rule: id, organisation: organisation, version: version, status: status, document: document, at: changedAt, by: changedBy,
            byName: changedByName, note: note)
    }
}

extension Requester {
    /// Whether they may put rules to work and take them back.
    func needPublishing(in organisation: Organisation.ID) throws(RuleRefusal) {
        guard principal.may(.rulePublish, in: organisation) else { throw RuleRefusal.notAllowedToPublish() }
    }
}

extension JournalRecords {
    /// What happened to a rule, for the audit and for plugins: names and no more.
    func keep(_ note: ChangeNote, _ rule: RuleRecord, _ change: String) throws(Fault) {
        try keep(
            note, domain: "moderation", event: "RuleChanged",
            data: [
                "rule": .string(rule.id.rawValue), "change": .string(change), "status": .string(rule.status),
                "version": .int(Int64(rule.version)),
            ])
    }
}

extension RuleText {
    /// A rule as it is kept: without what stands beside it.
    /// - Parameter parent: The rule it was copied from.
    static func kept(_ rule: Rule, parent: String? = nil) throws(RuleRefusal) -> JSONObject {
        guard var object = rule.json.objectValue else { throw RuleRefusal.invalid("The rule", []) }
        (object["id"], object["status"]) = (nil, nil)
        object["parentId"] = parent.map { .string($0) }
        return object
    }

    static func checked(note: String?) throws(RuleRefusal) -> String? {
        guard let note, !note.isEmpty else { return nil }
        guard note.unicodeScalars.count <= RuleBookLimits.noteMax, !note.unicodeScalars.contains("\0") else {
            throw RuleRefusal.badName("A note", "has at most \(RuleBookLimits.noteMax) characters")
        }
        return note
    }
}

extension JSONValue {
    static func byteCount(of value: JSONValue) -> Int { value.serializedBytes().count }
}
