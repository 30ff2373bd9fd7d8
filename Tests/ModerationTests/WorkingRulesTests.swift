import Moderation
import Rules
import Testing

@Suite struct WorkingRulesTests {
    @Test func `rules stand by their places in the program`() {
        let rule = Rule(id: "r", status: .live, conditions: ConditionSet(.and, []))
        let rules = WorkingRules(program: RuleProgram([rule]), rules: [rule], versions: [3], types: [:])
        #expect(rules.program.rules == rules.rules)
    }
}
