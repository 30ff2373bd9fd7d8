import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct RulePartTests {
    private let acme = RuleLab.acme
    private let ada = RuleLab.who()

    @Test func `an item type is kept as it is written, and counts its changes`() async throws {
        let lab = try await RuleLab()
        let first = try await lab.addPostType()
        #expect(first.part.revision == 1 && first.part.name == "Post" && first.findings.isEmpty)
        #expect(first.part.document["schema"]?.arrayValue?.count == 3)
        #expect(try await lab.book.putItemType("post", RuleLab.post, expecting: 1, in: acme, by: ada).part.revision == 2)
        #expect(
            await ruleCode { try await lab.book.putItemType("post", RuleLab.post, expecting: 1, in: acme, by: ada) }
                == "rule.changed-meanwhile")
        #expect(
            await ruleCode { try await lab.book.putItemType("new", RuleLab.post, expecting: 1, in: acme, by: ada) }
                == "rule.changed-meanwhile",
            "there is none of that revision")
        #expect(
            await ruleFindings { try await lab.book.putItemType("bad", ["schema": [["name": "a", "type": "TEXT"]]], in: acme, by: ada) }
                == ["item.bad-type at /schema/0/type"])
        for id in ["", "a b", "a/b", "..", String(repeating: "x", count: 101)] {
            #expect(await ruleCode { try await lab.book.putItemType(id, RuleLab.post, in: acme, by: ada) } == "rule.bad-name", "\(id)")
        }
    }

    @Test func `a field that rules look at does not go silently`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let draft = try await lab.book.create(RuleLab.words(["a"], name: "Draft"), in: acme, by: ada).record.id
        let without: JSONValue = ["name": "Post", "schema": [["name": "body", "type": "STRING"]]]
        let place = "/conditionSet/conditions/0/input/name"
        // A draft does not hinder it, and is told of.
        let dry = try await lab.book.putItemType("post", without, isDryRun: true, in: acme, by: ada)
        #expect(dry.findings.map { "\($0.code) at \($0.pointer)" } == ["rule.missing-field at /\(draft)\(place)"])
        #expect(try await lab.book.part(.itemType, "post", in: acme).revision == 1, "nothing was changed")
        let live = try await lab.live(RuleLab.words(["a"], name: "Live")).record.id
        let told = await ruleFindings { try await lab.book.putItemType("post", without, in: acme, by: ada) }
        #expect(told == ["rule.missing-field at /\(draft)\(place)", "rule.missing-field at /\(live)\(place)"])
        #expect(await ruleCode { try await lab.book.putItemType("post", without, in: acme, by: ada) } == "rule.in-use")
        #expect(await ruleCode { try await lab.book.removePart(.itemType, "post", in: acme, by: ada) } == "rule.in-use")
        let forced = try await lab.book.putItemType("post", without, force: true, in: acme, by: ada)
        #expect(forced.findings.count == 2 && forced.part.revision == 2)
        #expect(try await lab.book.view(live, in: acme).findings.map(\.code) == ["rule.missing-field"])
        // What was missing before hinders nothing now.
        #expect(try await lab.book.putItemType("post", without, in: acme, by: ada).findings == [])
    }

    @Test func `a field that becomes another kind of value is told`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let leaf: JSONValue = [
            "input": ["type": "CONTENT_FIELD", "name": "count", "contentTypeId": "post"], "comparator": "EQUALS", "threshold": 1,
        ]
        let id = try await lab.live(RuleLab.rule("Count", leaf)).record.id
        let changed: JSONValue = [
            "name": "Post", "schema": [["name": "text", "type": "STRING"], ["name": "count", "type": "STRING"]],
        ]
        let told = await ruleFindings { try await lab.book.putItemType("post", changed, in: acme, by: ada) }
        #expect(told == ["rule.field-changed at /\(id)/conditionSet/conditions/0/input"])
        // Fields that no rule looks at may go.
        let fewer: JSONValue = ["name": "Post", "schema": [["name": "count", "type": "NUMBER"]]]
        #expect(try await lab.book.putItemType("post", fewer, in: acme, by: ada).findings == [])
    }

    struct BankCase: Sendable, CustomTestStringConvertible {
        let testDescription: String, kind: BankKind, values: [JSONValue], findings: [String]
    }

    @Test(arguments: [
        BankCase(testDescription: "texts", kind: .text, values: ["a", "b"], findings: []),
        BankCase(testDescription: "an empty text", kind: .text, values: ["a", "", 1], findings: ["/values/1", "/values/2"]),
        BankCase(
            testDescription: "a long text", kind: .text, values: [.string(String(repeating: "x", count: RuleLimits.textBytesMax + 1))],
            findings: ["/values/0"]),
        BankCase(
            testDescription: "more than a bank holds", kind: .text,
            values: Array(repeating: .string(String(repeating: "x", count: 16_000)), count: 270), findings: ["/values"]),
        BankCase(testDescription: "places", kind: .location, values: ["u33", ["geohash": "u33d"]], findings: []),
        BankCase(testDescription: "no place", kind: .location, values: ["a!"], findings: ["/values/0"]),
        BankCase(testDescription: "hashes", kind: .image, values: [.string(String(repeating: "0f", count: 32))], findings: []),
        BankCase(testDescription: "no hash", kind: .image, values: ["0f"], findings: ["/values/0"]),
        BankCase(testDescription: "an empty bank", kind: .image, values: [], findings: []),
    ]) func `a bank holds values of its kind`(_ c: BankCase) async throws {
        let lab = try await RuleLab()
        do throws(RuleRefusal) {
            let made = try await lab.book.putBank(c.kind, "b", name: "B", values: c.values, in: acme, by: ada)
            #expect(c.findings.isEmpty)
            #expect(made.part.count == c.values.count)
            #expect(try await lab.book.bankSummaries(in: acme).map(\.count) == [c.values.count])
            #expect(try await lab.book.part(made.part.kind, "b", in: acme).document == .array(c.values))
        } catch {
            #expect(error.fault.code == "rule.invalid")
            #expect(error.findings.map(\.pointer.description) == c.findings)
            #expect(try await lab.book.bankSummaries(in: acme).isEmpty)
        }
    }

    @Test func `a bank or policy in use stays`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        _ = try await lab.book.putBank(.text, "b", name: "B", values: ["x"], in: acme, by: ada)
        _ = try await lab.book.putPolicy("p", name: "P", description: nil, in: acme, by: ada)
        let leaf: JSONValue = [
            "input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"],
            "matchingValues": ["textBankIds": ["b"]],
        ]
        let id = try await lab.live(RuleLab.rule("Both", leaf, ["policyIds": ["p"]])).record.id
        for (kind, name) in [(RulePart.Kind.textBank, "b"), (.policy, "p")] {
            #expect(await ruleCode { try await lab.book.removePart(kind, name, in: acme, by: ada) } == "rule.in-use")
            #expect(try await lab.book.removePart(kind, name, isDryRun: true, in: acme, by: ada).count == 1)
            #expect(try await lab.book.part(kind, name, in: acme).revision == 1)
        }
        #expect(await ruleCode { try await lab.book.removePart(.locationBank, "b", in: acme, by: ada) } == "rule.not-found")
        #expect(try await lab.book.removePart(.textBank, "b", force: true, in: acme, by: ada).count == 1)
        #expect(try await lab.book.view(id, in: acme).findings.map(\.code) == ["rule.missing-bank"])
        _ = try await lab.book.setStatus(.archived, of: id, in: acme, by: ada)
        #expect(try await lab.book.removePart(.policy, "p", in: acme, by: ada) == [], "what is archived hinders nothing")
    }

    @Test func `what a rule at work stands on is changed by whoever may change the rule`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let grace = RuleLab.who(.developer)
        _ = try await lab.book.putBank(.text, "b", name: "B", values: ["x"], in: acme, by: grace)
        _ = try await lab.book.putBank(.text, "unused", name: "U", values: ["x"], in: acme, by: grace)
        _ = try await lab.book.putPolicy("p", name: "P", description: nil, in: acme, by: grace)
        let leaf: JSONValue = [
            "input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"],
            "matchingValues": ["textBankIds": ["b"]],
        ]
        let id = try await lab.book.create(RuleLab.rule("Both", leaf, ["policyIds": ["p"]]), in: acme, by: grace).record.id
        // A draft does nothing, so nothing of it is guarded.
        _ = try await lab.book.putBank(.text, "b", name: "B", values: ["y"], in: acme, by: grace)
        let changes: [(String, () async throws(RuleRefusal) -> Void)] = [
            (
                "values",
                { () async throws(RuleRefusal) in
                    _ = try await lab.book.putBank(.text, "b", name: "B", values: ["."], in: self.acme, by: grace)
                }
            ),
            (
                "bank",
                { () async throws(RuleRefusal) in _ = try await lab.book.removePart(.textBank, "b", force: true, in: self.acme, by: grace) }
            ),
            (
                "policy",
                { () async throws(RuleRefusal) in
                    _ = try await lab.book.putPolicy("p", name: "Q", description: nil, in: self.acme, by: grace)
                }
            ),
            (
                "no policy",
                { () async throws(RuleRefusal) in _ = try await lab.book.removePart(.policy, "p", force: true, in: self.acme, by: grace) }
            ),
            (
                "type",
                { () async throws(RuleRefusal) in _ = try await lab.book.putItemType("post", RuleLab.post, in: self.acme, by: grace) }
            ),
            (
                "no type",
                { () async throws(RuleRefusal) in
                    _ = try await lab.book.removePart(.itemType, "post", force: true, in: self.acme, by: grace)
                }
            ),
        ]
        for status in [RuleStatus.live, .background] {
            _ = try await lab.book.setStatus(status, of: id, in: acme, by: ada)
            for (what, change) in changes {
                #expect(await ruleCode(change) == "account.not-allowed", "\(what) under a rule that is \(status)")
            }
        }
        // What nobody stands on is free, and so is telling what would be.
        _ = try await lab.book.putBank(.text, "unused", name: "U", values: ["z"], in: acme, by: grace)
        _ = try await lab.book.putItemType("other", RuleLab.post, in: acme, by: grace)
        #expect(try await lab.book.removePart(.textBank, "b", isDryRun: true, in: acme, by: grace).count == 1)
        _ = try await lab.book.putBank(.text, "b", name: "B", values: ["."], in: acme, by: ada)
        _ = try await lab.book.setStatus(.archived, of: id, in: acme, by: ada)
        _ = try await lab.book.removePart(.textBank, "b", in: acme, by: grace)
    }

    @Test func `a rule without item types stands on all of them`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let leaf: JSONValue = ["input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "comparator": "EQUALS", "threshold": "x"]
        _ = try await lab.live(RuleLab.rule("All", leaf, ["contentTypeIds": []]))
        let grace = RuleLab.who(.developer)
        #expect(await ruleCode { try await lab.book.putItemType("post", RuleLab.post, in: acme, by: grace) } == "account.not-allowed")
    }

    @Test func `a field that has to be there from now on is told, since items without it are lost`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let live = try await lab.live(RuleLab.words(["a"])).record.id
        func post(_ field: JSONValue) -> JSONValue {
            var schema = RuleLab.post["schema"]?.arrayValue ?? []
            schema.append(field)
            return ["kind": "CONTENT", "name": "Post", "schema": .array(schema)]
        }
        _ = try await lab.book.putItemType("post", post(["name": "more", "type": "STRING"]), in: acme, by: ada)
        let strict = post(["name": "more", "type": "STRING", "required": true])
        let told = await ruleFindings { try await lab.book.putItemType("post", strict, in: acme, by: ada) }
        #expect(told == ["rule.field-required at /\(live)/schema/3/required"])
        _ = try await lab.book.putItemType("post", strict, force: true, in: acme, by: ada)
        #expect(try await lab.book.putItemType("post", strict, in: acme, by: ada).findings == [], "it has to be there already")
    }

    @Test func `changes of one organisation's rules come one after the other`() async throws {
        let lab = try await RuleLab()
        let inside = Inside()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await lab.book.inTurn(RuleLab.acme) {
                        #expect(inside.enter() == 1)
                        try await Task.sleep(for: .milliseconds(1))
                        inside.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        // Whoever fails gives the turn on, and another organisation never waits.
        await #expect(throws: RuleRefusal.self) {
            try await lab.book.inTurn(RuleLab.acme) { throw RuleRefusal(.init(code: "x", message: "x", turn: .caller)) }
        }
        await lab.book.inTurn(RuleLab.acme) { await lab.book.inTurn(RuleLab.other) {} }
    }

    private final class Inside: Sendable {
        private let count = Mutex(0)
        func enter() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
        func leave() { count.withLock { $0 -= 1 } }
    }
}
