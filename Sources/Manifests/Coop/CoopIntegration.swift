package import PluginModel

/// Which of Coop's contracts an integration was written against; derived, because none says so itself.
package enum CoopGeneration: String, Sendable, Hashable, CaseIterable {
    /// `@roostorg/types` 1.1.1: a model card of two sections.
    case g1 = "G1"
    /// `@roostorg/types` 2.x, `@roostorg/coop-types`: a model card of seven sections.
    case g2 = "G2"
    /// Select fields, evaluation context, catalogs per organisation.
    case g3 = "G3"
}

/// An integration as data: everything its package says about itself, checked. Its functions stay in the worker.
package struct CoopIntegration: Sendable, Hashable {
    /// UPPER_SNAKE_CASE, unique among integrations.
    package let id: String
    package let name: String
    package let version: String
    package let generation: CoopGeneration
    /// The package as the configuration names it.
    package let spec: String
    package let description: String?
    package let docsURL: String?
    /// Whether an organisation has to configure it first; never stops a signal from running.
    package let requiresConfig: Bool
    /// Empty: any object is accepted as configuration.
    package let configurationFields: [CoopConfigField]
    package let modelCard: CoopModelCard
    package let modelCardLearnMoreURL: String?
    package let logo: CoopLogo?
    package let logoWithBackground: CoopLogo?
    /// In the plugin's order.
    package let signals: [CoopSignal]
    /// Whether it rebuilds its signals per organisation (G3).
    package let hasCatalog: Bool
    /// What an organisation can set about the surroundings its signals are shown (G3).
    package let context: ContextOptions?
}

/// One field of the form that an organisation fills in.
package struct CoopConfigField: Sendable, Hashable {
    package enum Input: Sendable, Hashable {
        case text, password, json, array
        case select([Option])
    }

    package struct Option: Sendable, Hashable {
        package let value: String
        package let label: String
    }

    package let key: String
    package let label: String
    package let isRequired: Bool
    package let input: Input
    package let placeholder: String?
    package let description: String?
}

/// A picture of the integration: a file of its package, which beats an address, or an http(s) address.
package enum CoopLogo: Sendable, Hashable {
    /// Inside the package by its text; whoever opens it checks the symlinks.
    case file(RelativePath)
    case url(String)
}

/// What the makers of a model say about it.
package struct CoopModelCard: Sendable, Hashable {
    package struct Section: Sendable, Hashable {
        package struct Group: Sendable, Hashable {
            package let title: String
            package let fields: [Field]
        }

        package struct Field: Sendable, Hashable {
            package let label: String
            package let value: String
        }

        package let id: String
        package let title: String
        /// Where there are groups, `fields` are not shown.
        package let groups: [Group]
        package let fields: [Field]
    }

    /// The seven of G2 and later.
    package static let requiredSectionIDs = [
        "trainingData", "policyAndTaxonomy", "annotationMethodology", "performanceBenchmarks", "biasAndLimitations",
        "implementationGuidance",
        "relevantLinks",
    ]
    /// The two of G1.
    package static let firstGenerationSectionIDs = ["modelDetails", "technicalIntegration"]

    package let modelName: String
    package let version: String
    package let releaseDate: String?
    package let sections: [Section]

    /// The required sections that are not there, in their order; empty also for a complete card of G1.
    package var missingSectionIDs: [String] { isFirstGeneration ? [] : missing(of: Self.requiredSectionIDs) }
    /// Both sections of G1, and not all seven of G2.
    package var isFirstGeneration: Bool {
        missing(of: Self.firstGenerationSectionIDs).isEmpty && !missing(of: Self.requiredSectionIDs).isEmpty
    }
    /// How much of the card is there, 0 to 1.
    package var completeness: Double { 1 - Double(missingSectionIDs.count) / Double(Self.requiredSectionIDs.count) }

    private func missing(of ids: [String]) -> [String] { ids.filter { id in !sections.contains { $0.id == id } } }
}
