package import PluginModel

/// A signal as data; it runs in the worker under its type.
package struct CoopSignal: Sendable, Hashable {
    package enum Languages: Sendable, Hashable {
        case all
        case some([String])
    }

    package enum Pricing: String, Sendable, Hashable {
        case free = "FREE"
        case subscription = "SUBSCRIPTION"
    }

    package struct Thresholds: Sendable, Hashable {
        /// "Fewer false positives".
        package let highPrecision: CoopThreshold
        /// "Fewer false negatives".
        package let highRecall: CoopThreshold
    }

    package typealias Subcategory = Contribution.Signal.Subcategory
    package typealias ContextNeeds = Contribution.Signal.ContextNeeds

    package let type: String
    package let displayName: String
    package let description: String
    package let docsURL: String?
    /// Shown, never applied.
    package let recommendedThresholds: Thresholds?
    package let languages: Languages
    package let pricing: Pricing?
    package let eligibleInputs: [CoopInput]
    package let output: CoopOutput
    /// Order of evaluation, cheap first; infinite where the plugin gave none that can be used.
    package let cost: Double
    package let needsMatchingValues: Bool
    package let needsActionPenalties: Bool
    package let subcategories: [Subcategory]
    /// False: for routing rules only.
    package let isAllowedInAutomatedRules: Bool
    /// Whether it can say that it is disabled for an organisation.
    package let hasDisabledInfo: Bool
    /// What it wants to see beside the value (G3).
    package let context: ContextNeeds?

    package func accepts(_ input: CoopInput) -> Bool { eligibleInputs.contains(input) }
}

/// The type of a score.
package struct CoopOutput: Sendable, Hashable {
    package let scalar: CoopScalar
    /// The values it can take, where they are few; texts, or numbers as texts.
    package let values: [String]?
    /// Whether `values` go from low to high.
    package let isOrdered: Bool

    package init(_ scalar: CoopScalar, values: [String]? = nil, isOrdered: Bool = false) {
        self.scalar = scalar
        self.values = values
        self.isOrdered = isOrdered
    }
}
