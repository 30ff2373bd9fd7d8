package import JSON

/// What a rule asks of an item: leaves, put together by sets. The model is that of Coop's contract, section 14.
package indirect enum Condition: Sendable, Hashable {
    case leaf(LeafCondition)
    case set(ConditionSet)
}

package struct ConditionSet: Sendable, Hashable {
    package enum Conjunction: String, Sendable, Hashable, CaseIterable {
        case and = "AND"
        case or = "OR"
        case xor = "XOR"
    }

    package let conjunction: Conjunction
    /// At least one; all of them leaves, or all of them sets.
    package let conditions: [Condition]

    package init(_ conjunction: Conjunction, _ conditions: [Condition]) {
        (self.conjunction, self.conditions) = (conjunction, conditions)
    }
}

/// One question about an item: what to look at, which signal to ask about it, and what the answer has to be.
package struct LeafCondition: Sendable, Hashable {
    package let input: ConditionInput
    /// Nil: the value itself is compared.
    package let signal: SignalChoice?
    package let matchingValues: MatchingValues?
    /// Nil: the score counts by its truth.
    package let comparator: Comparator?
    package let threshold: Score?

    package init(
        _ input: ConditionInput, signal: SignalChoice? = nil, matchingValues: MatchingValues? = nil, _ comparator: Comparator? = nil,
        _ threshold: Score? = nil
    ) {
        (self.input, self.signal, self.matchingValues) = (input, signal, matchingValues)
        (self.comparator, self.threshold) = (comparator, threshold)
    }
}

/// The signal a condition asks, and how.
package struct SignalChoice: Sendable, Hashable {
    package let type: String
    /// As the rule's author saw it; shown only.
    package let name: String?
    package let subcategory: String?
    /// Handed to the signal as it is.
    package let arguments: JSONValue?

    package init(_ type: String, name: String? = nil, subcategory: String? = nil, arguments: JSONValue? = nil) {
        (self.type, self.name, self.subcategory, self.arguments) = (type, name, subcategory, arguments)
    }
}

/// What a signal compares with: written out, or named by the id of a bank.
package struct MatchingValues: Sendable, Hashable {
    package let strings: [String]
    package let textBankIDs: [String]
    /// As they are written, so that they are written back the same.
    package let locations: [JSONValue]
    package let locationBankIDs: [String]
    package let imageBankIDs: [String]

    package init(
        strings: [String] = [], textBankIDs: [String] = [], locations: [JSONValue] = [], locationBankIDs: [String] = [],
        imageBankIDs: [String] = []
    ) {
        (self.strings, self.textBankIDs, self.locations) = (strings, textBankIDs, locations)
        (self.locationBankIDs, self.imageBankIDs) = (locationBankIDs, imageBankIDs)
    }

    var isEmpty: Bool {
        strings.isEmpty && textBankIDs.isEmpty && locations.isEmpty && locationBankIDs.isEmpty && imageBankIDs.isEmpty
    }
}

/// What of an item a condition looks at.
package enum ConditionInput: Sendable, Hashable {
    /// The user the item is about.
    case userID
    /// The whole item; nil: of any type.
    case fullItem(typeIDs: [String]?)
    /// A field of one item type.
    case field(name: String, typeID: String)
    case gathered(GatheredInput)
    /// Something made from a value before it is looked at, such as the words said in a film.
    case derived(JSONObject)
}

/// Inputs that every item type may have, by the words they are stored under.
package enum GatheredInput: String, Sendable, Hashable, CaseIterable {
    /// Every STRING of the item, joined by one space.
    case allText = "All text"
    case anyImage = "Any image"
    case anyVideo = "Any video"
    case anyGeohash = "Any geohash"
    case author = "Content author (user)"
    case policy = "Relevant Policy"
    case source = "Source"

    /// Upstream's two halves spell one of them differently.
    package static func named(_ word: String) -> GatheredInput? { word == "Creation Source" ? .source : GatheredInput(rawValue: word) }

    /// What its values are.
    package var scalar: Scalar {
        switch self {
        case .allText, .source: .string
        case .anyImage: .image
        case .anyVideo: .video
        case .anyGeohash: .geohash
        case .author: .userID
        case .policy: .policyID
        }
    }
}
