import JSON
import Patterns

/// A schema ready to be applied: subschemas by number, 0 the whole.
struct SchemaProgram: Sendable {
    let nodes: [SchemaNode]
    /// For each name that a `$dynamicRef` uses: the subschema each resource gives it.
    let dynamicAnchors: [String: [Int: Int]]
    /// Whether the order in which resources were entered has to be known.
    var usesDynamicScope: Bool { !dynamicAnchors.isEmpty }
}

/// One subschema with its keywords sorted by what they look at, so that a value meets only those that concern it.
final class SchemaNode: Sendable {
    /// What the schemas `true`, `{}` and `false` say; nil for one with keywords.
    let verdict: Bool?
    let resource: Int
    let kinds: KindRule?
    let values: [ValuesRule]
    let number: NumberRules?
    let string: StringRules?
    let array: ArrayRules?
    let object: ObjectRules?
    let applicators: [Applicator]
    let unevaluatedItems: Int?
    let unevaluatedProperties: Int?

    init(verdict: Bool, resource: Int) {
        self.verdict = verdict
        self.resource = resource
        kinds = nil
        values = []
        number = nil
        string = nil
        array = nil
        object = nil
        applicators = []
        unevaluatedItems = nil
        unevaluatedProperties = nil
    }

    init(_ parts: SchemaNodeParts, resource: Int) {
        verdict = parts.isEmpty ? true : nil
        self.resource = resource
        kinds = parts.kinds
        values = parts.values
        number = parts.number.isEmpty ? nil : parts.number
        string = parts.string.isEmpty ? nil : parts.string
        array = parts.array.isEmpty ? nil : parts.array
        object = parts.object.isEmpty ? nil : parts.object
        applicators = parts.applicators
        unevaluatedItems = parts.unevaluatedItems
        unevaluatedProperties = parts.unevaluatedProperties
    }

    /// Whether it asks which members or elements others have looked at.
    var tracks: Bool { unevaluatedItems != nil || unevaluatedProperties != nil }

    /// The subschemas applied to the same value: a way back to this node along them would never end.
    var inPlace: [Int] {
        applicators.flatMap(\.inPlace) + (object?.dependentSchemas.map(\.schema) ?? [])
    }
}

/// A node in the making.
struct SchemaNodeParts {
    var kinds: KindRule?
    var values: [ValuesRule] = []
    var number = NumberRules()
    var string = StringRules()
    var array = ArrayRules()
    var object = ObjectRules()
    var applicators: [Applicator] = []
    var unevaluatedItems: Int?
    var unevaluatedProperties: Int?

    var isEmpty: Bool {
        kinds == nil && values.isEmpty && number.isEmpty && string.isEmpty && array.isEmpty && object.isEmpty && applicators.isEmpty
            && unevaluatedItems == nil && unevaluatedProperties == nil
    }
}

/// `type`: the kinds allowed.
struct KindRule: Sendable {
    let allowed: Kinds
    let names: [String]
}

struct Kinds: OptionSet, Sendable {
    let rawValue: UInt8
    static let null = Kinds(rawValue: 1)
    static let boolean = Kinds(rawValue: 2)
    static let integer = Kinds(rawValue: 4)
    static let number = Kinds(rawValue: 8)
    static let string = Kinds(rawValue: 16)
    static let array = Kinds(rawValue: 32)
    static let object = Kinds(rawValue: 64)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "number": self = .number
        case "string": self = .string
        case "array": self = .array
        case "object": self = .object
        default: return nil
        }
    }

    /// What a value counts as; an integer, also one written `1.0`, is a number too.
    @inline(__always)
    init(of value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool: self = .boolean
        case .int: self = [.integer, .number]
        case .double(let number): self = number.rounded(.towardZero) == number ? [.integer, .number] : .number
        case .string: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }
}

/// `enum` and `const`.
struct ValuesRule: Sendable {
    let keyword: String
    let values: [JSONValue]
    /// All of them when all are texts, which is the usual case.
    let texts: NameTable?
}

struct NumberRules: Sendable {
    var multipleOf: JSONValue?
    var minimum: JSONValue?
    var maximum: JSONValue?
    var exclusiveMinimum: JSONValue?
    var exclusiveMaximum: JSONValue?

    var isEmpty: Bool {
        multipleOf == nil && minimum == nil && maximum == nil && exclusiveMinimum == nil && exclusiveMaximum == nil
    }
}

struct StringRules: Sendable {
    /// In code points, as all lengths of texts.
    var minLength: Int?
    var maxLength: Int?
    var pattern: Pattern?
    var format: Format?

    var isEmpty: Bool { minLength == nil && maxLength == nil && pattern == nil && format == nil }
}

struct ArrayRules: Sendable {
    var minItems: Int?
    var maxItems: Int?
    var isUnique = false
    /// A schema for each of the first elements: `prefixItems`, or draft 7's `items` with a list.
    var prefix: [Int] = []
    var prefixKeyword = "prefixItems"
    /// The schema of all further elements.
    var rest: Int?
    var restKeyword = "items"
    var contains: Int?
    var minContains: Int?
    var maxContains: Int?
    /// Whether `contains` tells `unevaluatedItems` what it found, as 2020-12 says.
    var containsMarks = true

    var isEmpty: Bool {
        minItems == nil && maxItems == nil && !isUnique && prefix.isEmpty && rest == nil && contains == nil
    }
}

struct ObjectRules: Sendable {
    var minProperties: Int?
    var maxProperties: Int?
    var required: [String] = []
    var names = NameTable([])
    /// The subschema for each name of `names`.
    var properties: [Int] = []
    var patterns: [(pattern: Pattern, schema: Int)] = []
    var additional: Int?
    var propertyNames: Int?
    var dependentRequired: [(keyword: String, name: String, required: [String])] = []
    var dependentSchemas: [(keyword: String, name: String, schema: Int)] = []

    /// Whether any keyword looks at the members one by one.
    var looksAtMembers: Bool { !properties.isEmpty || !patterns.isEmpty || additional != nil || propertyNames != nil }

    var isEmpty: Bool {
        minProperties == nil && maxProperties == nil && required.isEmpty && !looksAtMembers && dependentRequired.isEmpty
            && dependentSchemas.isEmpty
    }
}

/// A keyword that applies subschemas to the value itself.
enum Applicator: Sendable {
    case reference(Int)
    /// `$dynamicRef`: where it leads by itself, and the name that is looked for along the way that led here.
    case dynamicReference(Int, name: String?)
    case allOf([Int])
    case anyOf([Int])
    case oneOf([Int])
    case not(Int)
    case condition(Int, then: Int?, else: Int?)

    var inPlace: [Int] {
        switch self {
        case .reference(let target), .not(let target): [target]
        // What it means is known only on the way; the depth limit ends what goes round.
        case .dynamicReference(let target, let name): name == nil ? [target] : []
        case .allOf(let all), .anyOf(let all), .oneOf(let all): all
        case .condition(let condition, let then, let otherwise): [condition] + [then, otherwise].compactMap(\.self)
        }
    }
}
