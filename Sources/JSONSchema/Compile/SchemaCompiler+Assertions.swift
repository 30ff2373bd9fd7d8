import JSON
import Patterns

extension SchemaCompiler {
    /// Keywords that judge the value by themselves.
    mutating func readAssertions(_ reader: inout KeywordReader) throws(SchemaError) {
        try readKindsAndValues(&reader)
        try readNumberRules(&reader)
        try readStringRules(&reader)
        try readArrayRules(&reader)
        try readObjectRules(&reader)
    }

    private func readKindsAndValues(_ reader: inout KeywordReader) throws(SchemaError) {
        if let type = reader.object["type"] {
            let names = type.stringValue.map { [$0] } ?? type.arrayValue?.compactMap(\.stringValue)
            guard let names, !names.isEmpty, names.count == (type.arrayValue?.count ?? 1) else {
                throw wrong("type", reader, "the name of a type, or a list of some")
            }
            var allowed: Kinds = []
            for name in names {
                guard let kind = Kinds(name: name) else {
                    throw registry.error(
                        "schema.invalid", reader.location,
                        "There is no type '\(shortened(name))'; there are null, boolean, integer, number, string, array and object.",
                        keyword: "type")
                }
                allowed.formUnion(kind)
            }
            reader.parts.kinds = KindRule(allowed: allowed, names: names)
        }
        if let value = reader.object["const"] { reader.parts.values.append(rule("const", [value])) }
        if let values = reader.object["enum"] {
            guard let list = values.arrayValue else { throw wrong("enum", reader, "a list of values") }
            reader.parts.values.append(rule("enum", list))
        }
    }

    private func rule(_ keyword: String, _ values: [JSONValue]) -> ValuesRule {
        let texts = values.compactMap(\.stringValue)
        return ValuesRule(keyword: keyword, values: values, texts: texts.count == values.count ? NameTable(texts) : nil)
    }

    private func readNumberRules(_ reader: inout KeywordReader) throws(SchemaError) {
        var rules = NumberRules()
        rules.minimum = try number("minimum", reader)
        rules.maximum = try number("maximum", reader)
        rules.exclusiveMinimum = try number("exclusiveMinimum", reader)
        rules.exclusiveMaximum = try number("exclusiveMaximum", reader)
        rules.multipleOf = try number("multipleOf", reader)
        if let divisor = rules.multipleOf, ExactNumbers.compare(divisor, 0) != .greater {
            throw wrong("multipleOf", reader, "a number above zero")
        }
        reader.parts.number = rules
    }

    private func readStringRules(_ reader: inout KeywordReader) throws(SchemaError) {
        reader.parts.string.minLength = try count("minLength", reader)
        reader.parts.string.maxLength = try count("maxLength", reader)
        if let value = reader.object["pattern"] {
            guard let text = value.stringValue else { throw wrong("pattern", reader, "a regular expression as a text") }
            reader.parts.string.pattern = try pattern(text, at: reader.location, keyword: "pattern")
        }
    }

    private func readArrayRules(_ reader: inout KeywordReader) throws(SchemaError) {
        reader.parts.array.minItems = try count("minItems", reader)
        reader.parts.array.maxItems = try count("maxItems", reader)
        if let value = reader.object["uniqueItems"] {
            guard let flag = value.boolValue else { throw wrong("uniqueItems", reader, "true or false") }
            reader.parts.array.isUnique = flag
        }
        if reader.draft == .draft2020 {
            reader.parts.array.minContains = try count("minContains", reader)
            reader.parts.array.maxContains = try count("maxContains", reader)
        }
    }

    private func readObjectRules(_ reader: inout KeywordReader) throws(SchemaError) {
        reader.parts.object.minProperties = try count("minProperties", reader)
        reader.parts.object.maxProperties = try count("maxProperties", reader)
        if let value = reader.object["required"] {
            reader.parts.object.required = try texts(value, at: reader.location, keyword: "required")
        }
        if reader.draft == .draft2020, let value = reader.object["dependentRequired"] {
            guard let members = value.objectValue else { throw wrong("dependentRequired", reader, "an object of lists of names") }
            for (key, value) in members {
                let names = try texts(value, at: reader.location.appending("dependentRequired"), keyword: key)
                reader.parts.object.dependentRequired.append(("dependentRequired", key, names))
            }
        }
    }

    func readFormat(_ reader: inout KeywordReader, isAsserted: Bool) throws(SchemaError) {
        guard let value = reader.object["format"] else { return }
        guard let name = value.stringValue else { throw wrong("format", reader, "the name of a format") }
        if isAsserted { reader.parts.string.format = Format(rawValue: name) }
    }

    // MARK: - Values of keywords

    private func wrong(_ keyword: String, _ reader: KeywordReader, _ wanted: String) -> SchemaError {
        let given = reader.object[keyword]?.shown ?? "nothing"
        return registry.error("schema.invalid", reader.location, "'\(keyword)' is \(wanted), and not \(given).", keyword: keyword)
    }

    private func number(_ keyword: String, _ reader: KeywordReader) throws(SchemaError) -> JSONValue? {
        guard let value = reader.object[keyword] else { return nil }
        guard value.doubleValue != nil else { throw wrong(keyword, reader, "a number") }
        return value
    }

    /// A whole number that is not negative, also written `2.0`; one beyond 64 bits counts as the largest.
    private func count(_ keyword: String, _ reader: KeywordReader) throws(SchemaError) -> Int? {
        guard let value = reader.object[keyword] else { return nil }
        if let count = value.intValue, count >= 0 { return count }
        if let large = value.doubleValue, large > 0, large.rounded(.towardZero) == large { return .max }
        throw wrong(keyword, reader, "a whole number from 0")
    }

    func texts(_ value: JSONValue, at location: SchemaLocation, keyword: String) throws(SchemaError) -> [String] {
        let names = value.arrayValue?.compactMap(\.stringValue)
        guard let names, names.count == value.arrayValue?.count else {
            throw registry.error("schema.invalid", location, "'\(shortened(keyword))' is a list of names.", keyword: keyword)
        }
        return names
    }

    func pattern(_ source: String, at location: SchemaLocation, keyword: String) throws(SchemaError) -> Pattern {
        do throws(PatternError) {
            return try Pattern(source)
        } catch {
            throw registry.error(
                "schema.pattern", location, "'\(shortened(source))' is no regular expression that is understood here. \(error.message)",
                keyword: keyword)
        }
    }
}
