/// A signal as far as rules need to know it.
package struct SignalDescriptor: Sendable, Hashable {
    package let type: String
    /// The kinds of values it can be asked about.
    package let inputs: Set<Scalar>
    package let takesFullItem: Bool
    /// What its scores are, unless a run says otherwise.
    package let output: ScoreType
    /// Conditions are evaluated cheapest first. Infinite where the signal names none that can be used.
    package let cost: Double
    package let needsMatchingValues: Bool
    package let needsActionPenalties: Bool

    package init(
        type: String, inputs: Set<Scalar>, takesFullItem: Bool = false, output: ScoreType, cost: Double = .infinity,
        needsMatchingValues: Bool = false, needsActionPenalties: Bool = false
    ) {
        (self.type, self.inputs, self.takesFullItem, self.output) = (type, inputs, takesFullItem, output)
        // A cost that is no cost would order conditions by chance.
        self.cost = cost.isNaN || cost < 0 ? .infinity : cost
        (self.needsMatchingValues, self.needsActionPenalties) = (needsMatchingValues, needsActionPenalties)
    }
}
