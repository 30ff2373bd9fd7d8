package import JSON

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
    /// What a signal that needs them is told of the organisation's actions; nil: there are none.
    package var actionPenalties: JSONValue?
    /// The languages it understands, by their names in capitals; nil: all.
    package let languages: Set<String>?
    /// What it wants to see beside the value.
    package let context: ContextWish?

    package init(
        type: String, inputs: Set<Scalar>, takesFullItem: Bool = false, output: ScoreType, cost: Double = .infinity,
        needsMatchingValues: Bool = false, needsActionPenalties: Bool = false, languages: Set<String>? = nil, context: ContextWish? = nil
    ) {
        (self.type, self.inputs, self.takesFullItem, self.output) = (type, inputs, takesFullItem, output)
        // A cost that is no cost would order conditions by chance.
        self.cost = cost.isNaN || cost < 0 ? .infinity : cost
        (self.needsMatchingValues, self.needsActionPenalties) = (needsMatchingValues, needsActionPenalties)
        (self.languages, self.context) = (languages, context)
    }
}

/// What a signal wants to see beside the value it is asked about (contract of Coop, section 7). Every part may be absent in a run.
package struct ContextWish: Sendable, Hashable {
    /// Messages of a thread where nobody says how many.
    package static let messages = 20

    package let item: Bool
    package let parent: Bool
    package let thread: Bool
    /// Whether it may see the item above; a part that it wants and may not see is told to be unavailable.
    package let showsParent: Bool
    /// How much of the thread it may see; 0: nothing.
    package let messagesMax: Int

    package init(item: Bool = false, parent: Bool = false, thread: Bool = false, showsParent: Bool = true, messagesMax: Int = messages) {
        (self.item, self.parent, self.thread) = (item, parent, thread)
        self.showsParent = parent && showsParent
        self.messagesMax = thread ? max(0, messagesMax) : 0
    }

    /// Whether more is wanted than the item itself holds.
    var looksAround: Bool { showsParent || messagesMax > 0 }
}
