/// How large compiled rules are, in what takes memory or time for each item.
package struct ProgramSize: Sendable, Hashable {
    /// Different conditions.
    package var leaves = 0
    /// Different inputs.
    package var slots = 0
    /// Values that conditions compare with, those of banks included; a list that several conditions name counts once.
    package var values = 0
    /// Of texts among them.
    package var valueBytes = 0
    /// Different lists of regular expressions, all their expressions.
    package var patterns = 0
    /// About what is made of values, so that they are found fast: once for all conditions that compare with the same list in the same manner.
    package var memoryBytes = 0

    package init(leaves: Int = 0, slots: Int = 0, values: Int = 0, valueBytes: Int = 0, patterns: Int = 0, memoryBytes: Int = 0) {
        (self.leaves, self.slots, self.values, self.valueBytes, self.patterns) = (leaves, slots, values, valueBytes, patterns)
        self.memoryBytes = memoryBytes
    }

    package static func + (a: ProgramSize, b: ProgramSize) -> ProgramSize {
        ProgramSize(
            leaves: a.leaves + b.leaves, slots: a.slots + b.slots, values: a.values + b.values, valueBytes: a.valueBytes + b.valueBytes,
            patterns: a.patterns + b.patterns, memoryBytes: a.memoryBytes + b.memoryBytes)
    }

    /// What of it is more than rules that are compiled together may have, as a sentence; nil: nothing.
    package var excess: String? {
        func more(_ count: Int, _ max: Int, _ what: String) -> String? {
            count > max ? "Rules that work together have at most \(max) \(what), and these have \(count)." : nil
        }
        return more(leaves, RuleLimits.programLeavesMax, "different conditions")
            ?? more(slots, RuleLimits.programSlotsMax, "different inputs")
            ?? more(values, RuleLimits.programValuesMax, "values to compare with")
            ?? more(valueBytes, RuleLimits.programValueBytesMax, "bytes of texts to compare with")
            ?? more(patterns, RuleLimits.programPatternsMax, "regular expressions")
            ?? more(memoryBytes, RuleLimits.programMemoryBytesMax, "bytes of memory for what is made of their texts and patterns")
    }
}
