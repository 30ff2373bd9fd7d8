import JSON

extension JSONValue {
    /// `a text`, `an object`, as it stands in a sentence.
    var kindWithArticle: String {
        switch self {
        case .null: "nothing"
        case .bool: "a boolean"
        case .int, .double: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}
