import JSON

/// A name or text as it may stand in a sentence: its beginning.
func shortened(_ text: String, to limit: Int = 80) -> String {
    let scalars = text.unicodeScalars
    return scalars.count <= limit ? text : String(scalars.prefix(limit)) + "…"
}

extension JSONValue {
    /// `a text`, `an object`, …
    var kindWithArticle: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int: "an integer"
        case .double: "a number"
        case .string: "a text"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value itself where it is short, else what it is.
    var shown: String {
        switch self {
        case .null, .bool, .int, .double: serialized()
        case .string(let text): text.utf8.count <= 60 ? serialized() : kindWithArticle
        case .array(let list): list.isEmpty ? "[]" : kindWithArticle
        case .object(let object): object.isEmpty ? "{}" : kindWithArticle
        }
    }
}
