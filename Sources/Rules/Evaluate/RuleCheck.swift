import JSON

/// Looks rules over, one after the other, as compiling would: what each says stands for itself. Nothing is made of what rules compare with,
/// and a bank is looked through once, however many of them name it.
///
/// A rule that is too large is so alone, however many others there are.
package struct RuleCheck {
    package struct Result: Sendable {
        /// Pointers begin with `0`, the rule's place.
        package let findings: [RuleFinding]
        /// Types of signals that its conditions ask and nobody here has.
        package let missingSignals: [String]
        package let size: ProgramSize
    }

    private let empty: RuleCompiler

    /// - Parameter patternsMax: Different regular expressions that are looked at, of all rules that will come.
    package init(
        signals: [SignalDescriptor] = [], banks: Banks = Banks(), hasPenalties: Bool = false,
        patternsMax: Int = RuleLimits.programPatternsMax
    ) {
        empty = RuleCompiler(signals: signals, banks: banks, hasPenalties: hasPenalties, looking: TextLooks(patternsMax: patternsMax))
    }

    package func check(_ rule: Rule) -> Result { check([rule]) }

    /// Rules that are to work each by itself and are held to the bounds of one program all together; pointers begin with the place of each.
    package func check(apart rules: [Rule]) -> Result {
        var compiler = empty
        var findings: [RuleFinding] = []
        for (place, rule) in rules.enumerated() {
            if place > 0 { compiler = compiler.next() }
            compiler.add(rule, at: JSONPointer([String(place)]))
            findings += compiler.notes.findings
        }
        return Result(findings: findings, missingSignals: [], size: compiler.size)
    }

    /// Rules that are to work together; pointers begin with the place of each.
    package func check(_ rules: [Rule]) -> Result {
        var compiler = empty
        for (place, rule) in rules.enumerated() { compiler.add(rule, at: JSONPointer([String(place)])) }
        var missing: [String] = []
        for leaf in compiler.leaves where leaf.problem?.reason == .notLoaded {
            if let type = leaf.condition.signal?.type, !missing.contains(type) { missing.append(type) }
        }
        return Result(findings: compiler.notes.findings, missingSignals: missing, size: compiler.size)
    }
}
