import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct RuleBookTests {
    private let acme = RuleLab.acme
    private let ada = RuleLab.who()

    // MARK: Saving and restoring

    @Test func `a rule begins as a draft, and every save is a version that comes back`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let made = try await lab.book.create(RuleLab.words(["a"]), note: "first", in: acme, by: ada)
        let id = made.record.id
        #expect(made.state == .draft && made.record.version == 1 && made.record.revision == 1 && made.findings.isEmpty)
        let changed = try await lab.book.change(id, to: RuleLab.words(["b"], name: "Other words"), expecting: 1, in: acme, by: ada)
        #expect(changed.record.version == 2 && changed.record.revision == 2 && changed.record.name == "Other words")
        let restored = try await lab.book.restore(1, of: id, in: acme, by: ada)
        #expect(restored.record.version == 3 && restored.record.name == "Words")
        #expect(restored.record.document == made.record.document)
        let versions = try await lab.book.versions(of: id, in: acme)
        #expect(versions.map(\.version) == [3, 2, 1])
        #expect(versions.map(\.note) == ["Restored from version 1.", nil, "first"])
        let past = try await lab.book.view(version: 2, of: id, in: acme)
        #expect(past.record.name == "Other words" && past.record.version == 2)
        #expect(await ruleCode { try await lab.book.restore(9, of: id, in: acme, by: ada) } == "rule.not-found")
        #expect(await ruleCode { try await lab.book.view(version: 9, of: id, in: acme) } == "rule.not-found")
        #expect(await ruleCode { try await lab.book.view(id, in: RuleLab.other) } == "rule.not-found", "another organisation's")
    }

    @Test func `two who change the same rule at once do not overwrite each other`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let id = try await lab.book.create(RuleLab.words(["a"]), in: acme, by: ada).record.id
        _ = try await lab.book.change(id, to: RuleLab.words(["b"]), expecting: 1, in: acme, by: ada)
        let late = await ruleCode { try await lab.book.change(id, to: RuleLab.words(["c"]), expecting: 1, in: acme, by: ada) }
        #expect(late == "rule.changed-meanwhile")
        #expect(await ruleCode { try await lab.book.setStatus(.live, of: id, expecting: 1, in: acme, by: ada) } == "rule.changed-meanwhile")
        #expect(await ruleCode { try await lab.book.restore(1, of: id, expecting: 1, in: acme, by: ada) } == "rule.changed-meanwhile")
        #expect(try await lab.book.versions(of: id, in: acme).count == 2)
    }

    @Test func `versions are kept up to their limit`() async throws {
        let lab = try await RuleLab()
        let id = try await lab.book.create(RuleLab.words(["a"]), in: acme, by: ada).record.id
        for turn in 0..<RuleBookLimits.versionsKept { _ = try await lab.book.change(id, to: RuleLab.words(["\(turn)"]), in: acme, by: ada) }
        let versions = try await lab.book.versions(of: id, in: acme).map(\.version)
        #expect(versions.count == RuleBookLimits.versionsKept)
        #expect(versions.first == RuleBookLimits.versionsKept + 1 && versions.last == 2)
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String, document: JSONValue, finding: String
    }

    @Test(arguments: [
        Wrong(testDescription: "no object", document: [], finding: "rule.wrong-type at "),
        Wrong(testDescription: "no conditions", document: ["name": "x"], finding: "rule.wrong-type at /conditionSet"),
        Wrong(testDescription: "no name", document: RuleLab.words(["a"], name: " "), finding: "rule.missing at /name"),
        Wrong(
            testDescription: "a name of two lines", document: RuleLab.words(["a"], name: "a\nb"), finding: "rule.wrong-type at /name"),
        Wrong(
            testDescription: "a long name", document: RuleLab.words(["a"], name: String(repeating: "x", count: 201)),
            finding: "rule.wrong-type at /name"),
        Wrong(
            testDescription: "too many tags",
            document: RuleLab.words(["a"], ["tags": .array((0...200).map { .string("\($0)") })]), finding: "rule.wrong-type at /tags"),
        Wrong(
            testDescription: "an unknown comparator",
            document: RuleLab.rule("x", ["input": ["type": "USER_ID"], "comparator": "EQUAL", "threshold": 1]),
            finding: "rule.unknown-word at /conditionSet/conditions/0/comparator"),
        Wrong(
            testDescription: "a bad end", document: RuleLab.words(["a"], ["expirationTime": "soon"]),
            finding: "rule.wrong-type at /expirationTime"),
    ]) func `what cannot be read is refused with its place`(_ c: Wrong) async throws {
        let lab = try await RuleLab()
        let told = await ruleFindings { try await lab.book.create(c.document, in: acme, by: ada) }
        #expect(told.contains(c.finding), "\(told)")
        #expect(await ruleCode { try await lab.book.create(c.document, in: acme, by: ada) } == "rule.invalid")
        #expect(try await lab.book.views(in: acme).isEmpty)
    }

    @Test func `what a rule names and is not there is told, with its place and the nearest name`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        lab.signals.give(["SCORE"])
        lab.actions.known.withLock { $0 = ["warn"] }
        let document: JSONValue = [
            "name": "x", "contentTypeIds": ["pots"], "policyIds": ["spam"], "actionIds": ["warm"],
            "conditionSet": [
                "conjunction": "AND",
                "conditions": [
                    [
                        "input": ["type": "CONTENT_FIELD", "name": "texts", "contentTypeId": "post"], "comparator": "EQUALS",
                        "threshold": "a",
                    ],
                    [
                        "input": ["type": "CONTENT_FIELD", "name": "count", "contentTypeId": "post"], "signal": ["type": "SCORE"],
                        "comparator": "GREATER_THAN", "threshold": 1,
                    ],
                    [
                        "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"], "signal": ["type": "SCOR"],
                        "comparator": "GREATER_THAN", "threshold": 1,
                    ],
                    ["input": ["type": "FULL_ITEM"], "signal": ["type": "SCORE"]],
                    [
                        "input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"],
                        "matchingValues": ["textBankIds": ["none"]],
                    ],
                    [
                        "input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "signal": ["type": "TEXT_MATCHING_CONTAINS_REGEX"],
                        "matchingValues": ["strings": ["("]],
                    ],
                ],
            ],
        ]
        let review = try await lab.book.review(document, in: acme)
        let told = review.findings.map { "\($0.code) at \($0.pointer)" }
        #expect(
            Set(told) == [
                "rule.missing-type at /contentTypeIds/0", "rule.missing-field at /conditionSet/conditions/0/input/name",
                "rule.unusable at /conditionSet/conditions/1/input", "rule.missing-signal at /conditionSet/conditions/2/signal",
                "rule.unusable at /conditionSet/conditions/3/signal",
                "rule.missing-bank at /conditionSet/conditions/4/matchingValues/textBankIds",
                "rule.bad-pattern at /conditionSet/conditions/5/matchingValues", "rule.missing-policy at /policyIds/0",
                "rule.missing-action at /actionIds/0",
            ], "\(told)")
        #expect(review.findings.filter { $0.remedy.contains("Did you mean") }.count == 4)
        #expect(review.missingSignals == ["SCOR"])
        // A draft may be unfinished.
        let made = try await lab.book.create(document, in: acme, by: ada)
        #expect(Set(made.findings.map { "\($0.code) at \($0.pointer)" }) == Set(told))
        let refused = await ruleFindings { try await lab.book.setStatus(.live, of: made.record.id, force: true, in: acme, by: ada) }
        #expect(refused.contains("rule.bad-pattern at /conditionSet/conditions/5/matchingValues"), "errors are not for forcing")
    }

    // MARK: States

    struct Move: Sendable, CustomTestStringConvertible {
        let from: RuleStatus, to: RuleStatus, code: String?
        var role = Role.teamAdmin
        var testDescription: String { "\(from.rawValue) to \(to.rawValue) by a \(role.rawValue)" }
    }

    @Test(arguments: [
        Move(from: .draft, to: .background, code: nil), Move(from: .draft, to: .live, code: nil),
        Move(from: .background, to: .live, code: nil),
        Move(from: .live, to: .background, code: nil), Move(from: .live, to: .draft, code: nil),
        Move(from: .live, to: .archived, code: nil),
        Move(from: .draft, to: .archived, code: nil, role: .developer), Move(from: .archived, to: .draft, code: nil, role: .developer),
        Move(from: .archived, to: .live, code: "rule.archived"), Move(from: .archived, to: .background, code: "rule.archived"),
        Move(from: .draft, to: .deprecated, code: "rule.bad-status"),
        Move(from: .draft, to: .live, code: "account.not-allowed", role: .developer),
        Move(from: .draft, to: .background, code: "account.not-allowed", role: .developer),
        Move(from: .live, to: .draft, code: "account.not-allowed", role: .developer),
        Move(from: .live, to: .archived, code: "account.not-allowed", role: .developer),
        Move(from: .background, to: .draft, code: "account.not-allowed", role: .developer),
    ]) func `a rule moves where it may, by whom it may`(_ move: Move) async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let id = try await lab.book.create(RuleLab.words(["a"]), in: acme, by: ada).record.id
        if move.from != .draft { _ = try await lab.book.setStatus(move.from, of: id, in: acme, by: ada) }
        let before = try await lab.book.view(id, in: acme).record
        let told = await ruleCode { try await lab.book.setStatus(move.to, of: id, in: acme, by: RuleLab.who(move.role)) }
        #expect(told == move.code)
        let after = try await lab.book.view(id, in: acme).record
        #expect(after.status == (move.code == nil ? move.to.rawValue : before.status))
        #expect(after.revision == before.revision + (move.code == nil ? 1 : 0))
        #expect(after.version == before.version, "a status is no version")
    }

    @Test func `whoever may not publish does not change what works`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let id = try await lab.live(RuleLab.words(["a"])).record.id
        let bob = RuleLab.who(.developer)
        #expect(await ruleCode { try await lab.book.change(id, to: RuleLab.words(["b"]), in: acme, by: bob) } == "account.not-allowed")
        #expect(await ruleCode { try await lab.book.restore(1, of: id, in: acme, by: bob) } == "account.not-allowed")
        #expect(try await lab.book.change(id, to: RuleLab.words(["b"]), in: acme, by: ada).record.version == 2)
    }

    @Test func `a rule whose conditions cannot be told goes to work only when that is wanted`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let made = try await lab.book.create(RuleLab.asking("GONE"), in: acme, by: ada)
        let id = made.record.id
        #expect(made.missingSignals == ["GONE"])
        #expect(await ruleCode { try await lab.book.setStatus(.background, of: id, in: acme, by: ada) } == "rule.incomplete")
        #expect(
            await ruleFindings { try await lab.book.setStatus(.live, of: id, in: acme, by: ada) }
                == ["rule.missing-signal at /conditionSet/conditions/0/signal"])
        let live = try await lab.book.setStatus(.live, of: id, force: true, in: acme, by: ada)
        #expect(live.state == .live && live.missingSignals == ["GONE"])
        // Saving it again asks the same.
        #expect(await ruleCode { try await lab.book.change(id, to: RuleLab.asking("GONE"), in: acme, by: ada) } == "rule.incomplete")
        lab.signals.give(["GONE"])
        #expect(try await lab.book.view(id, in: acme).missingSignals == [], "it came, and the rule is whole")
    }

    @Test func `a rule whose time is over does not begin, and one at work ends`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let past = try await lab.book.create(RuleLab.words(["a"], ["expirationTime": "2020-01-01T00:00:00Z"]), in: acme, by: ada)
        #expect(past.state == .draft)
        #expect(
            await ruleFindings { try await lab.book.setStatus(.live, of: past.record.id, force: true, in: acme, by: ada) }
                == ["rule.expired at /expirationTime"])
        // The clock stands at 2027-01-15T08:00:00Z.
        let soon = try await lab.live(RuleLab.words(["a"], ["expirationTime": "2027-01-15T09:00:00Z"]))
        #expect(soon.state == .live)
        #expect(try await lab.book.rules(of: acme).rules.map(\.id) == [soon.record.id.rawValue])
        lab.advance(.seconds(3600))
        #expect(try await lab.book.rules(of: acme).rules == [])
        #expect(try await lab.book.view(soon.record.id, in: acme).state == .expired)
    }

    @Test func `a signal that only routes is not for rules with actions`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        lab.signals.give(["ROUTING"])
        lab.signals.withoutActions.withLock { $0 = ["ROUTING"] }
        let refused = RuleLab.asking("ROUTING", ["actionIds": ["warn"]])
        #expect(
            await ruleFindings { try await lab.book.create(refused, in: acme, by: ada) }
                == ["rule.not-automated at /conditionSet/conditions/0/signal"])
        let made = try await lab.book.create(RuleLab.asking("ROUTING"), in: acme, by: ada)
        #expect(await ruleCode { try await lab.book.change(made.record.id, to: refused, in: acme, by: ada) } == "rule.invalid")
        #expect(try await lab.book.setStatus(.live, of: made.record.id, in: acme, by: ada).state == .live)
    }

    // MARK: Removing

    @Test func `only what is archived is removed, and it says before what goes`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let id = try await lab.live(RuleLab.words(["a"])).record.id
        lab.actions.today.withLock { $0 = [id.rawValue: 3] }
        let removal = try await lab.book.removal(of: id, isForGood: false, in: acme)
        #expect(removal.state == .live && removal.versions == 1 && removal.actionsToday == 3 && !removal.isForGood)
        #expect(await ruleCode { try await lab.book.removal(of: id, isForGood: true, in: acme) } == "rule.not-archived")
        #expect(await ruleCode { try await lab.book.purge(id, in: acme, by: ada) } == "rule.not-archived")
        _ = try await lab.book.setStatus(.archived, of: id, in: acme, by: ada)
        #expect(await ruleCode { try await lab.book.change(id, to: RuleLab.words(["b"]), in: acme, by: ada) } == "rule.archived")
        try await lab.book.purge(id, in: acme, by: ada)
        #expect(await ruleCode { try await lab.book.view(id, in: acme) } == "rule.not-found")
        #expect(try await lab.store.read { (r) throws(Fault) in try r.versions(of: id, in: RuleLab.acme) } == [])
    }

    // MARK: What is written beside

    @Test func `every change has its audit entry and its event, with names and no more`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        _ = try await lab.book.putBank(.text, "b", name: "B", values: ["secret word"], in: acme, by: ada)
        _ = try await lab.book.putPolicy("p", name: "P", description: "secret word", in: acme, by: ada)
        let id = try await lab.live(RuleLab.words(["secret word"])).record.id
        _ = try await lab.book.change(id, to: RuleLab.words(["x"]), in: acme, by: ada)
        _ = try await lab.book.restore(1, of: id, in: acme, by: ada)
        _ = try await lab.book.setStatus(.archived, of: id, in: acme, by: ada)
        try await lab.book.purge(id, in: acme, by: ada)
        _ = try await lab.book.removePart(.policy, "p", in: acme, by: ada)
        let (events, audit) = try await lab.store.read { (r) throws(Fault) in
            (try r.events(after: 0, types: [], organisation: RuleLab.acme, limit: 100), try r.audit(AuditFilter(), before: nil, limit: 100))
        }
        #expect(
            events.map(\.eventType) == [
                "moderation.ItemTypeChanged", "moderation.BankChanged", "moderation.PolicyChanged", "moderation.RuleChanged",
                "moderation.RuleChanged", "moderation.RuleChanged", "moderation.RuleChanged", "moderation.RuleChanged",
                "moderation.RuleChanged", "moderation.PolicyChanged",
            ])
        #expect(
            audit.reversed().map(\.action) == [
                "item-type.change", "text-bank.change", "policy.change", "rule.create", "rule.status", "rule.change", "rule.restore",
                "rule.archive", "rule.purge", "policy.remove",
            ])
        #expect(audit.allSatisfy { $0.actor == "u-team-admin" && $0.organisation == RuleLab.acme })
        #expect(!events.contains { $0.data.serialized().contains("secret") })
        #expect(events[3].data == ["rule": .string(id.rawValue), "change": "created", "status": "DRAFT", "version": 1])
    }

    @Test func `listeners of the organisation hear of changes, and others do not`() async throws {
        let lab = try await RuleLab()
        let mine = try lab.events.subscribe([.rules(acme)])
        let others = try lab.events.subscribe([.rules(RuleLab.other)])
        let id = try await lab.book.create(RuleLab.words(["a"]), in: acme, by: ada).record.id
        _ = try await lab.book.create(RuleLab.words(["a"]), in: RuleLab.other, by: ada)
        lab.events.close()
        var heard: [String] = []
        for await event in mine { if case .rules(let organisation, .rule(let rule)) = event { heard.append("\(organisation) \(rule)") } }
        #expect(heard == ["o1 \(id)"])
        var count = 0
        for await _ in others { count += 1 }
        #expect(count == 1)
    }

    @Test func `an organisation has so many rules and no more`() async throws {
        let lab = try await RuleLab()
        let at = HubCore.Timestamp(unixMilliseconds: 0)
        try await lab.store.write { (records) throws(Fault) in
            for number in 0..<RuleBookLimits.rulesMax {
                try records.put(
                    RuleRecord(
                        id: RuleRecord.ID("r\(number)"), organisation: RuleLab.acme, name: "r", status: "ARCHIVED", document: [:],
                        createdAt: at, changedAt: at, changedBy: "u", changedByName: "u"))
            }
        }
        #expect(await ruleCode { try await lab.book.create(RuleLab.words(["a"]), in: acme, by: ada) } == "rule.full")
        let view = try await lab.book.view(RuleRecord.ID("r1"), in: acme)
        #expect(view.rule == nil && !view.findings.isEmpty, "a document that cannot be read is a rule that says so")
    }
}
