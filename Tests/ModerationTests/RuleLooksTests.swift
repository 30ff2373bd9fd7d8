import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

/// What it takes to say something of rules, and to have them work.
@Suite(.timeLimit(.minutes(5))) struct RuleLooksTests {
    private let acme = RuleLab.acme
    private let ada = RuleLab.who()

    private static func near(_ bank: String, name: String) -> JSONValue {
        RuleLab.rule(
            name,
            [
                "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                "signal": ["type": "TEXT_SIMILARITY_SCORE"], "matchingValues": ["textBankIds": [.string(bank)]],
                "comparator": "GREATER_THAN", "threshold": 0.5,
            ])
    }

    @Test func `a rule is looked over again when it or what it names changed, and not otherwise`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        for bank in ["a", "b"] { _ = try await lab.book.putBank(.text, bank, name: bank, values: ["x"], in: acme, by: ada) }
        var ids: [RuleRecord.ID] = []
        for (place, bank) in ["a", "a", "b", "none"].enumerated() {
            ids.append(try await lab.book.create(Self.near(bank, name: "\(place)"), in: acme, by: ada).record.id)
        }
        _ = try await lab.book.create(RuleLab.asking("NEW"), in: acme, by: ada)
        #expect(
            try await lab.book.views(in: acme).map { $0.findings.map(\.code) } == [
                [], [], [], ["rule.missing-bank"], ["rule.missing-signal"],
            ])
        func looks(behind what: String, _ expected: Int, _ body: () async throws -> Void) async throws {
            let before = await lab.book.rulesLookedOver
            try await body()
            _ = try await lab.book.views(in: acme)
            #expect(await lab.book.rulesLookedOver - before == expected, "\(what)")
        }
        try await looks(behind: "nothing", 0) {}
        try await looks(behind: "a rule", 1) { _ = try await lab.book.change(ids[0], to: Self.near("b", name: "0"), in: acme, by: ada) }
        try await looks(behind: "a bank that two name", 2) {
            _ = try await lab.book.putBank(.text, "b", name: "B", values: ["x", "y"], in: acme, by: ada)
        }
        try await looks(behind: "a bank that was missing", 1) {
            _ = try await lab.book.putBank(.text, "none", name: "N", values: ["x"], in: acme, by: ada)
        }
        #expect(try await lab.book.views(in: acme).map { $0.findings.map(\.code) } == [[], [], [], [], ["rule.missing-signal"]])
        try await looks(behind: "signals", 5) { lab.signals.give(["NEW"]) }
        #expect(try await lab.book.views(in: acme).map(\.missingSignals) == [[], [], [], [], []])
        try await looks(behind: "an item type", 5) { _ = try await lab.book.putItemType("other", RuleLab.post, in: acme, by: ada) }
        try await looks(behind: "a policy", 5) { _ = try await lab.book.putPolicy("p", name: "P", description: nil, in: acme, by: ada) }
        try await looks(behind: "another organisation's bank", 0) {
            _ = try await lab.book.putBank(.text, "b", name: "B", values: ["z"], in: RuleLab.other, by: ada)
        }
    }

    @Test func `items do not wait until drafts were looked over`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        _ = try await lab.live(RuleLab.words(["spam"]))
        _ = try await lab.book.create(RuleLab.asking("NEW"), in: acme, by: ada)
        _ = try await lab.book.views(in: acme)
        let before = await lab.book.rulesLookedOver
        for turn in 0..<3 {
            _ = try await lab.book.putItemType("other\(turn)", RuleLab.post, in: acme, by: ada)
            #expect(try await lab.book.rules(of: acme).rules.map(\.name) == ["Words"])
        }
        #expect(await lab.book.rulesLookedOver == before)
    }

    @Test func `many drafts on a large bank keep nobody busy`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let texts = (0..<6_000).map { JSONValue.string("the text of number \($0) and \($0 * 7919)") }
        _ = try await lab.book.putBank(.text, "b", name: "B", values: texts, in: acme, by: ada)
        let (store, acme) = (lab.store, acme)
        try await store.write { (records) throws(Fault) in
            for place in 0..<200 {
                try records.put(
                    RuleRecord(
                        id: RuleRecord.ID("draft-\(1_000 + place)"), organisation: acme, name: "\(place)", status: "DRAFT",
                        document: Self.near("b", name: "\(place)").objectValue ?? [:], createdAt: .init(unixMilliseconds: 1),
                        changedAt: .init(unixMilliseconds: 1), changedBy: "ada", changedByName: "Ada"))
            }
        }
        let clock = ContinuousClock()
        var alone = Duration.zero
        for _ in 0..<2 {
            let took = await clock.measure {
                #expect(await ruleCode { try await lab.book.review(Self.near("b", name: "Alone"), in: RuleLab.acme) } == nil)
            }
            alone = took
        }
        await lab.book.forget(acme)
        var views: [RuleView] = []
        let all = try await clock.measure { views = try await lab.book.views(in: acme) }
        #expect(views.count == 200 && views.allSatisfy(\.findings.isEmpty))
        // Each was looked over as long as one alone is; now the bank is looked through once for all.
        #expect(all < alone * 20, "one took \(alone), 200 \(all)")
    }

    @Test func `what is superseded is given up, and whoever waits gets what is newest`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        for bank in 0..<6 {
            let texts = (0..<2_500).map { JSONValue.string("the text of number \($0) and \($0 * 7919 + bank)") }
            _ = try await lab.book.putBank(.text, "b\(bank)", name: "B", values: texts, in: acme, by: ada)
            _ = try await lab.live(Self.near("b\(bank)", name: "\(bank)"))
        }
        let (begun, ended) = (await lab.book.compilations, await lab.book.compilationsEnded)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for turn in 0..<12 {
                _ = try await lab.book.putPolicy("p\(turn)", name: "P", description: nil, in: acme, by: ada)
                let compilations = await lab.book.compilations
                group.addTask { try await lab.book.rules(of: RuleLab.acme).rules.count }
                _ = try await untilRules("it is being compiled") { await lab.book.compilations > compilations ? true : nil }
            }
            for try await count in group { #expect(count == 6) }
        }
        let made = await lab.book.compilations - begun
        #expect(made >= 12)
        // Of four in a row one is made to its end, and the last.
        #expect(await lab.book.compilationsEnded - ended <= made / 2)
    }
}
