import JSON

/// What a JSON value looks like, for the description and for reading requests.
indirect enum Shape: Sendable, Hashable {
    case text
    case time
    case integer
    case number
    case boolean
    case anything
    case choice([String])
    case list(Shape)
    /// Any names, with values of one shape.
    case map(Shape)
    case object([Member])
    /// One that has a name of its own in the description.
    case named(String)
    case nullable(Shape)

    struct Member: Sendable, Hashable {
        var name: String
        var shape: Shape
        var isRequired: Bool

        init(_ name: String, _ shape: Shape, optional: Bool = false) { (self.name, self.shape, isRequired) = (name, shape, !optional) }
    }

    /// As JSON Schema 2020-12, which OpenAPI 3.1 speaks.
    var schema: JSONValue {
        switch self {
        case .text: ["type": "string"]
        case .time: ["type": "string", "format": "date-time"]
        case .integer: ["type": "integer"]
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .anything: .object([:])
        case .choice(let words): ["type": "string", "enum": .array(words.map(JSONValue.string))]
        case .list(let item): ["type": "array", "items": item.schema]
        case .map(let value): ["type": "object", "additionalProperties": value.schema]
        case .named(let name): ["$ref": .string("#/components/schemas/\(name)")]
        case .nullable(let shape): ["anyOf": [shape.schema, ["type": "null"]]]
        case .object(let members):
            .object([
                "type": "object", "properties": .object(JSONObject(members.map { ($0.name, $0.shape.schema) })),
                "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
            ])
        }
    }
}
