import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

/// What signals are told that want to know what acting costs. Contract of Coop, sections 5 and 15.
struct ActionPenaltyTests {
    private static let dear = SignalDescriptor(
        type: "DEAR", inputs: [.string], output: ScoreType(.number), cost: 5, needsActionPenalties: true)
    private static let plain = SignalDescriptor(type: "PLAIN", inputs: [.string], output: ScoreType(.number), cost: 6)

    private static func lab() async throws -> RuleLab {
        let store = MemoryHubStore()
        let lab = try await RuleLab(store: store, vault: try await Vault.start(store: store, keyRing: KeyRing(active: VaultKey.make())))
        lab.signals.known.withLock { $0 = [RuleLab.acme: [dear, plain], RuleLab.other: [dear, plain]] }
        for organisation in [RuleLab.acme, RuleLab.other] {
            _ = try await lab.book.putItemType("post", RuleLab.post, in: organisation, by: RuleLab.who())
        }
        return lab
    }

    /// What the signals were told, a question each, when one post is decided by what works now.
    private func asked(_ lab: RuleLab, _ organisation: Organisation.ID) async throws -> (outcome: Bool?, penalties: [JSONValue?]) {
        lab.signals.penalties.withLock { $0 = [] }
        let working = try await lab.book.rules(of: organisation)
        let item = try #require(ItemReading(Array(working.types.values)).read(RuleLabItems.post("1", "hello")).value)
        let decision = await RuleEvaluator(working.program, runner: lab.signals.runner(for: organisation))
            .decide([item], orgID: organisation.rawValue, traces: .all)[0]
        return (decision.results.first?.truth == .unknown ? nil : decision.results.first?.passed, lab.signals.penalties.withLock { $0 })
    }

    private func begin(_ lab: RuleLab, _ signal: String, in organisation: Organisation.ID = RuleLab.acme) async throws {
        let made = try await lab.book.create(RuleLab.asking(signal), in: organisation, by: RuleLab.who())
        _ = try await lab.book.setStatus(.live, of: made.record.id, in: organisation, by: RuleLab.who())
    }

    @Test func `an entry stands for each action and each policy with strikes, and follows both`() async throws {
        let lab = try await Self.lab()
        let actions = try #require(lab.moderation.actions)
        for (id, strikes) in [("spam", 2), ("mild", 0), ("hate", 5)] {
            _ = try await lab.book.putPolicy(id, name: id, description: nil, strikes: strikes, in: RuleLab.acme, by: RuleLab.who())
        }
        #expect(await ruleCode { try await begin(lab, "DEAR") } == "rule.incomplete", "policies cost nothing without an action")
        for id in ["hide", "ban"] {
            _ = try await actions.put(
                ActionBook.Draft(id: id, name: id, kind: .journal), in: RuleLab.acme, expecting: nil, by: RuleLab.who())
        }
        func entry(_ action: String, _ policy: String, _ strikes: Int64) -> JSONValue {
            ["actionId": .string(action), "policyId": .string(policy), "penalties": [.int(strikes)]]
        }
        let all: JSONValue = .array([entry("ban", "hate", 5), entry("ban", "spam", 2), entry("hide", "hate", 5), entry("hide", "spam", 2)])
        try await begin(lab, "DEAR")
        #expect(try await asked(lab, RuleLab.acme) == (true, [all]))

        _ = try await lab.book.putPolicy("spam", name: "spam", description: nil, strikes: 3, in: RuleLab.acme, by: RuleLab.who())
        try await actions.remove("ban", in: RuleLab.acme, by: RuleLab.who())
        #expect(try await asked(lab, RuleLab.acme) == (true, [.array([entry("hide", "hate", 5), entry("hide", "spam", 3)])]))
        try await actions.remove("hide", in: RuleLab.acme, by: RuleLab.who())
        #expect(try await asked(lab, RuleLab.acme) == (nil, []), "there are none: ERRORED, and nobody is asked")
    }

    @Test func `other signals and other organisations are told nothing`() async throws {
        let lab = try await Self.lab()
        _ = try await lab.book.putPolicy("spam", name: "spam", description: nil, strikes: 2, in: RuleLab.acme, by: RuleLab.who())
        _ = try await lab.moderation.actions?.put(
            ActionBook.Draft(id: "ban", name: "ban", kind: .journal), in: RuleLab.acme, expecting: nil, by: RuleLab.who())
        try await begin(lab, "PLAIN")
        let told = try await asked(lab, RuleLab.acme)
        #expect(told.outcome == true && told.penalties.count == 1 && told.penalties[0] == Optional<JSONValue>.none)
        #expect(await ruleCode { try await begin(lab, "DEAR", in: RuleLab.other) } == "rule.incomplete")
    }

    @Test func `a test of a rule tells it the same`() async throws {
        let lab = try await Self.lab()
        _ = try await lab.book.putPolicy("spam", name: "spam", description: nil, strikes: 2, in: RuleLab.acme, by: RuleLab.who())
        _ = try await lab.moderation.actions?.put(
            ActionBook.Draft(id: "ban", name: "ban", kind: .journal), in: RuleLab.acme, expecting: nil, by: RuleLab.who())
        let result = try await lab.book.test(RuleLab.asking("DEAR"), on: [RuleLabItems.post("1", "hello")], in: RuleLab.acme)
        #expect(result.findings.isEmpty && result.decisions.count == 1, "\(result.findings)")
        #expect(
            lab.signals.penalties.withLock { $0 } == [[["actionId": "ban", "policyId": "spam", "penalties": [2]]]])
    }

    @Test func `many actions and policies are cut where a message would grow too large`() async throws {
        let lab = try await Self.lab()
        try await lab.store.write { (records) throws(Fault) in
            for index in 0..<60 {
                try records.put(
                    RuleAction(
                        organisation: RuleLab.acme, id: "a\(index)", name: "a", kind: .journal, url: nil, custom: [:], revision: 1,
                        changedAt: HubCore.Timestamp(unixMilliseconds: 0)))
            }
        }
        for index in 0..<20 {
            _ = try await lab.book.putPolicy("p\(index)", name: "p", description: nil, strikes: 1, in: RuleLab.acme, by: RuleLab.who())
        }
        let list = try await lab.store.read { (records) throws(Fault) in try ActionPenalties.list(of: RuleLab.acme, in: records) }
        #expect(list?.arrayValue?.count == ActionPenalties.entriesMax)
        #expect(list?[0]?["actionId"] == "a0" && list?[999]?["actionId"]?.stringValue != nil)
    }
}
