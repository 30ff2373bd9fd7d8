import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct WorkingRulesTests {
    private let acme = RuleLab.acme
    private let ada = RuleLab.who()

    @Test func `rules stand by their places in the program`() {
        let rule = Rule(id: "r", status: .live, conditions: ConditionSet(.and, []))
        let rules = WorkingRules(program: RuleProgram([rule]), rules: [rule], versions: [3], types: [:])
        #expect(rules.program.rules == rules.rules)
    }

    @Test func `only what is live or in the background works, with its version`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        var ids: [String] = []
        for (place, status) in [RuleStatus.draft, .background, .live, .archived].enumerated() {
            let made = try await lab.book.create(RuleLab.words(["w\(place)"]), in: acme, by: ada)
            let id = made.record.id
            _ = try await lab.book.change(id, to: RuleLab.words(["v\(place)"]), in: acme, by: ada)
            _ = try await lab.book.setStatus(status, of: id, in: acme, by: ada)
            ids.append(id.rawValue)
        }
        let users = try await lab.book.create(RuleLab.words(["u"], ["ruleType": "USER", "contentTypeIds": []]), in: acme, by: ada)
        _ = try await lab.book.setStatus(.live, of: users.record.id, force: true, in: acme, by: ada)
        ids.append(users.record.id.rawValue)
        let working = try await lab.book.rules(of: acme)
        #expect(working.rules.map(\.id) == [ids[1], ids[2], ids[4]])
        #expect(working.rules.map(\.status) == [.background, .live, .live])
        #expect(working.versions == [2, 2, 1])
        #expect(working.looksAtUsers)
        #expect(working.types.keys.sorted() == ["post"])
        #expect(working.types["post"]?.orgID == "o1")
        #expect(working.program.rules == working.rules)
        #expect(try await lab.book.rules(of: RuleLab.other).rules == [])
    }

    @Test func `they are made anew when something changed, and not otherwise`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let id = try await lab.live(RuleLab.words(["a"])).record.id
        func look(behind what: String, isNew: Bool, _ body: () async throws -> Void) async throws {
            let before = try await lab.book.rules(of: acme)
            try await body()
            let first = try await lab.book.rules(of: acme)
            let second = try await lab.book.rules(of: acme)
            #expect((first.program !== before.program) == isNew, "\(what)")
            #expect(first.program === second.program, "\(what)")
        }
        try await look(behind: "nothing", isNew: false) {}
        try await look(behind: "another organisation's rule", isNew: false) {
            _ = try await lab.book.create(RuleLab.words(["z"]), in: RuleLab.other, by: ada)
        }
        try await look(behind: "a bank", isNew: true) {
            _ = try await lab.book.putBank(.text, "b", name: "B", values: ["x"], in: acme, by: ada)
        }
        try await look(behind: "an item type", isNew: true) {
            _ = try await lab.book.putItemType("other", RuleLab.post, in: acme, by: ada)
        }
        try await look(behind: "signals", isNew: true) { lab.signals.give(["NEW"]) }
        try await look(behind: "the same signals", isNew: false) { lab.signals.give(["NEW"]) }
        try await look(behind: "a rule", isNew: true) {
            _ = try await lab.book.change(id, to: RuleLab.words(["b"]), in: acme, by: ada)
        }
        try await look(behind: "a refused change", isNew: false) {
            #expect(await ruleCode { try await lab.book.change(id, to: [], in: acme, by: ada) } != nil)
        }
        // However many ask at once, it is compiled once.
        _ = try await lab.book.change(id, to: RuleLab.words(["c"]), in: acme, by: ada)
        await lab.book.forget(acme)
        let compilations = await lab.book.compilations
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await lab.book.rules(of: RuleLab.acme) } }
            try await group.waitForAll()
        }
        #expect(await lab.book.compilations == compilations + 1)
    }

    @Test func `whoever asks after a change gets what it made`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        let id = try await lab.live(RuleLab.words(["w0"])).record.id
        // Others ask all the time, so that something is always being compiled.
        let asking = Asking()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { while asking.goesOn { _ = try await lab.book.rules(of: RuleLab.acme) } }
            }
            group.addTask {
                defer { asking.end() }
                for turn in 1...40 {
                    _ = try await lab.book.change(id, to: RuleLab.words(["w\(turn)"]), in: RuleLab.acme, by: RuleLab.who())
                    let working = try await lab.book.rules(of: RuleLab.acme)
                    #expect(working.versions == [turn + 1])
                }
            }
            try await group.waitForAll()
        }
    }

    private final class Asking: Sendable {
        private let state = Mutex(true)
        var goesOn: Bool { state.withLock { $0 } }
        func end() { state.withLock { $0 = false } }
    }

    @Test func `a bank that changes changes what works`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        _ = try await lab.book.putBank(.text, "b", name: "B", values: ["apple"], in: acme, by: ada)
        _ = try await lab.live(
            RuleLab.rule(
                "banked",
                [
                    "input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"],
                    "matchingValues": ["textBankIds": ["b"]],
                ]))
        func passes(_ text: String) async throws -> Bool {
            let working = try await lab.book.rules(of: acme)
            let item = try #require(ItemReading(Array(working.types.values)).read(RuleLabItems.post("1", text)).value)
            return await RuleEvaluator(working.program).decide([item], orgID: "o1")[0].results[0].passed
        }
        #expect(try await passes("an apple"))
        _ = try await lab.book.putBank(.text, "b", name: "B", values: ["pear"], in: acme, by: ada)
        #expect(try await !passes("an apple"))
        #expect(try await passes("a pear"))
    }

    @Test func `an organisation's signals are its own`() async throws {
        let lab = try await RuleLab()
        lab.signals.give(["MINE"], to: RuleLab.other)
        for organisation in [acme, RuleLab.other] {
            _ = try await lab.book.putItemType("post", RuleLab.post, in: organisation, by: ada)
            _ = try await lab.book.create(RuleLab.asking("MINE"), in: organisation, by: ada)
        }
        #expect(try await lab.book.views(in: acme).map(\.missingSignals) == [["MINE"]])
        #expect(try await lab.book.views(in: RuleLab.other).map(\.missingSignals) == [[]])
    }
}
