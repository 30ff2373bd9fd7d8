import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

/// What those who look at rules hear when something rules stand on goes elsewhere.
@Suite(.timeLimit(.minutes(2))) struct RuleWatchTests {
    @Test func `whoever looks at rules hears at once that a signal went, and that it is back`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        lab.signals.give(["SCORE"])
        try await lab.moderation.start()
        let asks = try await lab.live(RuleLab.asking("SCORE"))
        let other = try await lab.live(RuleLab.words(["spam"]))
        #expect(try await lab.book.view(asks.record.id, in: RuleLab.acme).missingSignals.isEmpty)
        var heard = try lab.events.subscribe([.rules(RuleLab.acme)]).makeAsyncIterator()
        let plugin = try PluginID("SCORES")
        for types in [[], ["SCORE"]] as [[String]] {
            lab.signals.give(types)
            lab.events.publish(types.isEmpty ? .removed(plugin) : .plugin(plugin))
            guard case .rules(RuleLab.acme, .rule(let id))? = await heard.next() else {
                Issue.record("nothing of rules was told")
                return
            }
            #expect(id == asks.record.id && id != other.record.id)
            #expect(try await lab.book.view(id, in: RuleLab.acme).missingSignals == (types.isEmpty ? ["SCORE"] : []))
        }
        await lab.moderation.stop()
    }

    @Test func `what names an action is told before it goes, drafts too and archived ones not`() async throws {
        let lab = try await RuleLab()
        try await lab.addPostType()
        lab.actions.known.withLock { $0 = ["hold", "tell"] }
        let live = try await lab.live(RuleLab.words(["a"], name: "Live", ["actionIds": ["tell", "hold"]]))
        let draft = try await lab.book.create(
            RuleLab.words(["b"], name: "Draft", ["actionIds": ["hold"]]), in: RuleLab.acme, by: RuleLab.who())
        let old = try await lab.book.create(
            RuleLab.words(["c"], name: "Old", ["actionIds": ["hold"]]), in: RuleLab.acme, by: RuleLab.who())
        _ = try await lab.book.setStatus(.archived, of: old.record.id, in: RuleLab.acme, by: RuleLab.who())
        let findings = try await lab.book.findings(in: RuleLab.acme, withoutAction: "hold")
        #expect(
            findings.map { "\($0.code) \($0.pointer)" } == [
                "rule.missing-action /\(live.record.id)/actionIds/1", "rule.missing-action /\(draft.record.id)/actionIds/0",
            ])
        #expect(try await lab.book.findings(in: RuleLab.acme, withoutAction: "none").isEmpty)
        #expect(try await lab.book.findings(in: RuleLab.other, withoutAction: "hold").isEmpty)
    }
}
