/// The editions of JSON Schema understood here.
package enum Draft: String, Sendable, CaseIterable {
    case draft2020 = "2020-12"
    case draft7 = "7"

    /// The draft whose meta-schema has this address, without a fragment.
    init?(metaschema uri: String) {
        switch uri {
        case "https://json-schema.org/draft/2020-12/schema": self = .draft2020
        case "http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema": self = .draft7
        default: return nil
        }
    }
}

/// Which of 2020-12's vocabularies hold, that is, which keywords mean anything. Core always does.
struct Vocabularies: OptionSet, Sendable {
    let rawValue: UInt8

    static let applicator = Vocabularies(rawValue: 1)
    static let unevaluated = Vocabularies(rawValue: 2)
    static let validation = Vocabularies(rawValue: 4)
    static let formatAssertion = Vocabularies(rawValue: 8)
    static let silent = Vocabularies(rawValue: 16)

    static let standard: Vocabularies = [.applicator, .unevaluated, .validation]

    /// The vocabulary with this address; those that assert nothing are `silent`.
    init?(uri: String) {
        let prefix = "https://json-schema.org/draft/2020-12/vocab/"
        guard uri.hasPrefix(prefix) else { return nil }
        switch uri.dropFirst(prefix.count) {
        case "applicator": self = .applicator
        case "unevaluated": self = .unevaluated
        case "validation": self = .validation
        case "format-assertion": self = .formatAssertion
        case "core", "meta-data", "content", "format-annotation": self = .silent
        default: return nil
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }
}
