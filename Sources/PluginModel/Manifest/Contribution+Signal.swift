package import JSON

extension Contribution {
    /// A score for one value of a rule's condition.
    package struct Signal: Sendable, Hashable {
        /// What an organisation is charged for using it; shown only.
        package enum Pricing: String, Sendable, Hashable, CaseIterable {
            case free
            case subscription
        }

        /// Where a rule's author may start; shown, never applied. Each is a text or a number.
        package struct Thresholds: Sendable, Hashable {
            /// Fewer false positives.
            package var highPrecision: JSONValue
            /// Fewer false negatives.
            package var highRecall: JSONValue
            package init(highPrecision: JSONValue, highRecall: JSONValue) {
                (self.highPrecision, self.highRecall) = (highPrecision, highRecall)
            }
        }

        /// A narrower question that a rule can ask instead of the whole one.
        package struct Subcategory: Sendable, Hashable {
            /// What the signal is asked with.
            package var id: String
            package var label: String
            package var description: String?
            package var children: [Subcategory]
            package init(id: String, label: String, description: String? = nil, children: [Subcategory] = []) {
                (self.id, self.label, self.description, self.children) = (id, label, description, children)
            }
        }

        /// What it wants to see beside the value itself. Every part may be absent in a run.
        package struct ContextNeeds: Sendable, Hashable {
            package var item: Bool
            package var parent: Bool
            package var thread: Bool
            /// Nil: as many as the organisation allows.
            package var threadMessagesMax: Int?
            package init(item: Bool = false, parent: Bool = false, thread: Bool = false, threadMessagesMax: Int? = nil) {
                (self.item, self.parent, self.thread, self.threadMessagesMax) = (item, parent, thread, threadMessagesMax)
            }
        }

        package var inputs: [String]
        package var outputType: String?
        /// Texts or numbers: what the score can be, where that is few. Empty: whatever the type allows.
        package var outputValues: [JSONValue] = []
        /// Whether `outputValues` go from low to high, so that a rule can ask for more or less.
        package var outputIsOrdered = false
        /// Empty: all.
        package var languages: [String]
        package var thresholds: Thresholds?
        /// Conditions are evaluated cheapest first. Not negative, no unit; nil: last.
        package var cost: Double?
        package var pricing: Pricing?
        /// http or https.
        package var docsURL: String?
        /// A rule has to give texts, places or banks to compare with.
        package var needsMatchingValues = false
        /// A run is told the penalties of the organisation's actions.
        package var needsActionPenalties = false
        /// False: for routing rules only.
        package var isAllowedInAutomatedRules = true
        /// It is asked whether it can be used by an organisation before it runs.
        package var tellsAvailability = false
        package var subcategories: [Subcategory] = []
        package var context: ContextNeeds?

        package init(inputs: [String] = [], outputType: String? = nil, languages: [String] = []) {
            (self.inputs, self.outputType, self.languages) = (inputs, outputType, languages)
        }
    }
}

extension Contribution.Signal {
    var json: [(String, JSONValue?)] {
        [
            ("inputs", .strings(inputs)), ("outputType", .text(outputType)),
            ("outputValues", outputValues.isEmpty ? nil : .array(outputValues)), ("outputOrdered", outputIsOrdered ? true : nil),
            ("languages", languages.isEmpty ? nil : .strings(languages)),
            ("thresholds", thresholds.map { ["highPrecision": $0.highPrecision, "highRecall": $0.highRecall] }),
            ("cost", cost.map { cost in Int64(exactly: cost).map(JSONValue.int) ?? .double(cost) }), ("pricing", .text(pricing?.rawValue)),
            ("docsUrl", .text(docsURL)),
            ("needsMatchingValues", needsMatchingValues ? true : nil), ("needsActionPenalties", needsActionPenalties ? true : nil),
            ("automatedRules", isAllowedInAutomatedRules ? nil : false), ("availability", tellsAvailability ? true : nil),
            ("subcategories", subcategories.isEmpty ? nil : .array(subcategories.map(\.json))), ("context", context?.json),
        ]
    }
}

extension Contribution.Signal.Subcategory {
    var json: JSONValue {
        JSONObject.of(
            ("id", .string(id)), ("label", .string(label)), ("description", .text(description)),
            ("children", children.isEmpty ? nil : .array(children.map(\.json))))
    }
}

extension Contribution.Signal.ContextNeeds {
    var json: JSONValue {
        JSONObject.of(
            ("item", .bool(item)), ("parent", .bool(parent)), ("thread", .bool(thread)),
            ("threadMessagesMax", threadMessagesMax.map { .int(Int64($0)) }))
    }
}
