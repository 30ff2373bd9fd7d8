import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Testing

/// How much live routing rules may be together, and how long they may take.
@Suite(.timeLimit(.minutes(5))) struct RoutingSizeTests {
    private let acme = RuleLab.acme
    private let ada = RuleLab.who()

    private static func lab() async throws -> RuleLab {
        let lab = try await RuleLab()
        try await lab.addPostType()
        _ = try await lab.moderation.reviews.put(
            ReviewDesk.QueueDraft(id: "q", name: "Q", isDefault: true), in: RuleLab.acme, by: RuleLab.who())
        return lab
    }

    private static func routing(_ name: String, _ leaf: JSONValue, live: Bool = true) -> JSONValue {
        RuleLab.rule(name, leaf, ["queueId": "q", "status": live ? "LIVE" : "DRAFT"])
    }

    private static func patterns(_ range: Range<Int>, _ comparator: String = "EQUALS") -> JSONValue {
        [
            "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
            "signal": ["type": "TEXT_MATCHING_CONTAINS_REGEX"], "comparator": .string(comparator), "threshold": "true",
            "matchingValues": ["strings": .array(range.map { .string("p\($0)") })],
        ]
    }

    @Test func `a routing rule goes live only as long as all that are live together are not too large`() async throws {
        let lab = try await Self.lab()
        let most = RuleLimits.programPatternsMax
        let first = try await lab.book.createRouting(Self.routing("Many", Self.patterns(0..<most - 10)), in: acme, by: ada)
        // A list that two name counts once, though each is evaluated by itself.
        _ = try await lab.book.createRouting(Self.routing("The same", Self.patterns(0..<most - 10, "NOT_EQUAL_TO")), in: acme, by: ada)
        let more = Self.patterns(most..<most + 20)
        let draft = try await lab.book.createRouting(Self.routing("More", more, live: false), in: acme, by: ada)
        #expect(draft.findings.isEmpty, "alone it is as it should be")
        do throws(RuleRefusal) {
            _ = try await lab.book.changeRouting(draft.record.rule.id, to: Self.routing("More", more), force: true, in: acme, by: ada)
            Issue.record("it went to work")
        } catch {
            #expect(error.fault.code == "rule.incomplete")
            #expect(error.findings.map(\.code) == ["rule.too-large"])
            #expect(error.findings.first?.pointer.description == "/conditionSet/conditions/0/matchingValues")
        }
        #expect(
            await ruleCode { try await lab.book.createRouting(Self.routing("New", more), in: acme, by: ada) } == "rule.incomplete")
        _ = try await lab.book.createRouting(Self.routing("Few", Self.patterns(most..<most + 10)), in: acme, by: ada)
        let routes = try await lab.book.rules(of: acme).routing.routes
        #expect(routes.count == 3)
        // One that is changed makes room for itself.
        _ = try await lab.book.changeRouting(
            first.record.rule.id, to: Self.routing("Many", Self.patterns(0..<most - 10)), in: acme, by: ada)
        #expect(try await lab.book.routingViews(in: acme).allSatisfy(\.findings.isEmpty))
    }

    @Test func `time that is up breaks off a routing rule, also in the midst of one item`() async throws {
        let lab = try await Self.lab()
        // The item's text is looked through once for each of these patterns, and in the end none is found.
        let leaf: JSONValue = [
            "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
            "signal": ["type": "TEXT_MATCHING_CONTAINS_REGEX"],
            "matchingValues": ["strings": .array((0..<5_000).map { .string("[a-f]x\($0)y") })],
        ]
        let text = String(repeating: "abcdefghijklmnopqrstuvwxyz ", count: 8_000)
        var limits = ReviewLimits()
        limits.routingTime = .milliseconds(200)
        for count in [1, 40] {
            let items = (0..<count).map { RuleLabItems.post("\($0)", text) }
            let results = try await lab.book.testRouting(items, with: Self.routing("Slow", leaf), limits: limits, in: acme).results
            #expect(results.count == count && results.allSatisfy { $0.queue == "q" })
            #expect(results.allSatisfy { $0.choice?.isLate == true && $0.choice?.steps.isEmpty == true })
            #expect(results.first?.choice?.json(bytesMax: 1_000)["problem"]?["code"] == "review.routing-late")
        }
    }
}
