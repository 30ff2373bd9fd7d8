/// Signals that need nothing outside the hub. Contract of Coop, section 19.
package enum BuiltInSignal: String, Sendable, Hashable, CaseIterable {
    case containsText = "TEXT_MATCHING_CONTAINS_TEXT"
    case containsNoText = "TEXT_MATCHING_NOT_CONTAINS_TEXT"
    case containsRegex = "TEXT_MATCHING_CONTAINS_REGEX"
    case containsNoRegex = "TEXT_MATCHING_NOT_CONTAINS_REGEX"
    case containsVariant = "TEXT_MATCHING_CONTAINS_VARIANT"
    case textSimilarity = "TEXT_SIMILARITY_SCORE"
    case imageMatches = "IMAGE_SIMILARITY_MATCH"
    case imageDoesNotMatch = "IMAGE_SIMILARITY_DOES_NOT_MATCH"
    case geoContainedWithin = "GEO_CONTAINED_WITHIN"

    package var descriptor: SignalDescriptor {
        let (inputs, cost): (Set<Scalar>, Double) =
            switch self {
            case .containsText, .containsNoText: ([.string, .id], 0)
            case .containsRegex, .containsNoRegex: ([.string], 0)
            case .containsVariant: ([.string], 1)
            case .textSimilarity: ([.string], 5)
            case .imageMatches, .imageDoesNotMatch: ([.image], 10)
            case .geoContainedWithin: ([.geohash], 5)
            }
        let output = ScoreType(self == .textSimilarity ? .number : .boolean)
        return SignalDescriptor(type: rawValue, inputs: inputs, output: output, cost: cost, needsMatchingValues: true)
    }

    /// Whether it says true where nothing was found.
    var isNegated: Bool {
        switch self {
        case .containsNoText, .containsNoRegex, .imageDoesNotMatch: true
        default: false
        }
    }

    /// Names of upstream's own signals, which no plugin may take; those that are not cases above are not here, and a rule that asks one is
    /// told so.
    package static func isReserved(_ type: String) -> Bool {
        BuiltInSignal(rawValue: type) != nil || type.hasPrefix("OPEN_AI_") || elsewhere.contains(type)
    }

    private static let elsewhere: Set<String> = [
        "USER_SCORE", "USER_STRIKE_VALUE", "AGGREGATION", "GOOGLE_CONTENT_SAFETY_API_IMAGE", "ZENTROPI_LABELER",
        "CUSTOM",
    ]
}
