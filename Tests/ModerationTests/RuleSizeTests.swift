import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Testing

@Suite(.timeLimit(.minutes(3))) struct RuleSizeTests {
    private let acme = RuleLab.acme
    private let ada = RuleLab.who()

    private static func naming(_ banks: [String], signal: String = "TEXT_MATCHING_CONTAINS_TEXT") -> JSONValue {
        RuleLab.rule(
            "Banks",
            [
                "input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "signal": ["type": .string(signal)],
                "matchingValues": ["textBankIds": .array(banks.map(JSONValue.string))],
            ])
    }

    private static func patterns(_ range: Range<Int>, name: String, _ comparator: String = "EQUALS") -> JSONValue {
        RuleLab.rule(
            name,
            [
                "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                "signal": ["type": "TEXT_MATCHING_CONTAINS_REGEX"], "comparator": .string(comparator), "threshold": "true",
                "matchingValues": ["strings": .array(range.map { .string("p\($0)") })],
            ])
    }

    @Test func `a draft that names a bank ten thousand times hinders nobody when the bank grows`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        _ = try await lab.book.putBank(.text, "b", name: "B", values: ["x"], in: acme, by: ada)
        _ = try await lab.live(RuleLab.words(["spam"]))
        let often = Self.naming(Array(repeating: "b", count: RuleLimits.matchingValuesMax))
        let draft = try await lab.book.create(often, in: acme, by: ada).record.id
        let values = (0..<2_000).map { JSONValue.string("w\($0)") }
        _ = try await lab.book.putBank(.text, "b", name: "B", values: values, in: acme, by: ada)
        #expect(try await lab.book.views(in: acme).map(\.findings) == [[], []])
        #expect(try await lab.book.rules(of: acme).rules.map(\.name) == ["Words"])
        let live = try await lab.book.setStatus(.live, of: draft, in: acme, by: ada)
        #expect(live.findings.isEmpty)
        #expect(try await lab.book.rules(of: acme).program.size.values == 2_001)
    }

    @Test func `a draft that compares with too much is told so, and is broken alone`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let values = (0...RuleLimits.programPatternsMax).map { JSONValue.string("p\($0)") }
        _ = try await lab.book.putBank(.text, "b", name: "B", values: values, in: acme, by: ada)
        _ = try await lab.live(RuleLab.words(["spam"]))
        let draft = try await lab.book.create(Self.naming(["b"], signal: "TEXT_MATCHING_CONTAINS_REGEX"), in: acme, by: ada)
        #expect(draft.findings.map(\.code) == ["rule.too-large"])
        #expect(
            await ruleCode { try await lab.book.setStatus(.live, of: draft.record.id, force: true, in: acme, by: ada) } == "rule.incomplete"
        )
        #expect(try await lab.book.views(in: acme).map { $0.findings.map(\.code) } == [[], ["rule.too-large"]])
        let working = try await lab.book.rules(of: acme)
        #expect(working.program.findings.isEmpty && working.program.size.values == 1)
    }

    @Test func `a rule goes to work only as long as all at work together are not too large`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let most = RuleLimits.programPatternsMax
        _ = try await lab.live(Self.patterns(0..<most - 10, name: "Many"))
        let same = try await lab.live(Self.patterns(0..<most - 10, name: "The same", "NOT_EQUAL_TO"))
        #expect(same.findings.isEmpty, "a list that two rules name counts once")
        let more = try await lab.book.create(Self.patterns(most..<most + 20, name: "More"), in: acme, by: ada)
        #expect(more.findings.isEmpty, "alone it is as it should be")
        do throws(RuleRefusal) {
            _ = try await lab.book.setStatus(.background, of: more.record.id, force: true, in: acme, by: ada)
            Issue.record("it went to work")
        } catch {
            #expect(error.fault.code == "rule.incomplete")
            #expect(error.findings.map(\.code) == ["rule.too-large"])
            #expect(error.findings.first?.pointer.description == "/conditionSet/conditions/0/matchingValues")
        }
        _ = try await lab.live(Self.patterns(most..<most + 10, name: "Few"))
        #expect(try await lab.book.rules(of: acme).program.size.patterns == most)
        #expect(try await lab.book.rules(of: acme).program.findings.isEmpty)
    }

    @Test func `a bank that would break rules at work is refused, and they are named`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        func patterns(_ range: Range<Int>) -> [JSONValue] { range.map { .string("p\($0)") } }
        func put(_ id: String, _ values: [JSONValue], in organisation: Organisation.ID = RuleLab.acme) async throws -> Int {
            try await lab.book.putBank(.text, id, name: id, values: values, in: organisation, by: ada).part.revision
        }
        let most = RuleLimits.programPatternsMax
        _ = try await put("few", patterns(0..<10))
        _ = try await put("many", patterns(100..<most + 80))
        let regex = "TEXT_MATCHING_CONTAINS_REGEX"
        func rule(_ name: String, _ bank: String) -> JSONValue {
            var rule = Self.naming([bank], signal: regex).objectValue ?? [:]
            rule["name"] = .string(name)
            return .object(rule)
        }
        let few = try await lab.live(rule("Few", "few")).record.id
        _ = try await lab.live(rule("Many", "many"))
        for (values, code) in [(patterns(0..<40), "rule.too-large"), ([.string("fine"), .string("(")], "rule.bad-pattern")] {
            do throws(RuleRefusal) {
                _ = try await lab.book.putBank(.text, "few", name: "few", values: values, in: acme, by: ada)
                Issue.record("it was taken")
            } catch {
                #expect(error.fault.code == "rule.would-break" && error.fault.turn == .caller)
                #expect(error.findings.map(\.code) == [code])
                // Whichever of the two does not find room is told: the rule that names this bank is among those that are too much.
                if code == "rule.bad-pattern" { #expect(error.findings.first?.pointer.tokens.first == few.rawValue) }
                #expect(error.fault.message.contains(code == "rule.bad-pattern" ? "'Few'" : "'Many'"), "\(error.fault.message)")
            }
        }
        #expect(try await lab.book.views(in: acme).allSatisfy(\.findings.isEmpty), "nothing changed")
        // Up to what there is room for, fewer, a bank that only drafts name, and another organisation's.
        #expect(try await put("few", patterns(0..<20)) == 2)
        #expect(try await put("few", patterns(0..<5)) == 3)
        _ = try await put("drafts", [])
        _ = try await lab.book.create(rule("Draft", "drafts"), in: acme, by: ada)
        #expect(try await put("drafts", patterns(0..<500)) == 2)
        #expect(try await put("few", patterns(0..<500), in: RuleLab.other) == 1)
        #expect(try await lab.book.rules(of: acme).program.findings.isEmpty)
    }

    @Test func `a bank that would break live routing rules is refused`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        _ = try await lab.moderation.reviews.put(ReviewDesk.QueueDraft(id: "q", name: "Q", isDefault: true), in: acme, by: ada)
        _ = try await lab.book.putBank(.text, "b", name: "B", values: ["fine"], in: acme, by: ada)
        var rule = Self.naming(["b"], signal: "TEXT_MATCHING_CONTAINS_REGEX").objectValue ?? [:]
        (rule["queueId"], rule["status"]) = ("q", "LIVE")
        let made = try await lab.book.createRouting(.object(rule), in: acme, by: ada)
        let patterns = (0...RuleLimits.programPatternsMax).map { JSONValue.string("p\($0)") }
        for values in [patterns, ["("]] {
            #expect(
                await ruleFindings { try await lab.book.putBank(.text, "b", name: "B", values: values, in: acme, by: ada) }
                    == [
                        "rule.\(values.count == 1 ? "bad-pattern" : "too-large") at /\(made.record.rule.id)/conditionSet/conditions/0/matchingValues"
                    ])
        }
        rule["status"] = "DRAFT"
        _ = try await lab.book.changeRouting(made.record.rule.id, to: .object(rule), in: acme, by: ada)
        _ = try await lab.book.putBank(.text, "b", name: "B", values: patterns, in: acme, by: ada)
    }

    @Test func `an archived rule is not looked into`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let id = try await lab.book.create(RuleLab.asking("TOXICITY"), in: acme, by: ada).record.id
        #expect(try await lab.book.view(id, in: acme).missingSignals == ["TOXICITY"])
        let archived = try await lab.book.setStatus(.archived, of: id, in: acme, by: ada)
        #expect(archived.missingSignals.isEmpty)
        #expect(try await lab.book.setStatus(.draft, of: id, in: acme, by: ada).missingSignals == ["TOXICITY"])
    }
}
