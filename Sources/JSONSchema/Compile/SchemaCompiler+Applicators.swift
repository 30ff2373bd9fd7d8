import JSON

extension SchemaCompiler {
    /// Keywords that hold subschemas. Their shapes have been checked when subschemas were looked for.
    mutating func readApplicators(_ reader: inout KeywordReader) throws(SchemaError) {
        readInPlace(&reader)
        readArrayApplicators(&reader)
        try readObjectApplicators(&reader)
    }

    private mutating func readInPlace(_ reader: inout KeywordReader) {
        if let all = children("allOf", reader) { reader.parts.applicators.append(.allOf(all)) }
        if let all = children("anyOf", reader) { reader.parts.applicators.append(.anyOf(all)) }
        if let all = children("oneOf", reader) { reader.parts.applicators.append(.oneOf(all)) }
        if let not = child("not", &reader) { reader.parts.applicators.append(.not(not)) }
        if let condition = child("if", &reader) {
            reader.parts.applicators.append(.condition(condition, then: child("then", &reader), else: child("else", &reader)))
        }
    }

    private mutating func readArrayApplicators(_ reader: inout KeywordReader) {
        var rules = reader.parts.array
        if reader.draft == .draft7 {
            rules.containsMarks = false
            if case .array = reader.object["items"] {
                rules.prefix = children("items", reader) ?? []
                rules.prefixKeyword = "items"
                rules.rest = child("additionalItems", &reader)
                rules.restKeyword = "additionalItems"
            } else {
                rules.rest = child("items", &reader)
            }
        } else {
            rules.prefix = children("prefixItems", reader) ?? []
            rules.rest = child("items", &reader)
        }
        rules.contains = child("contains", &reader)
        reader.parts.array = rules
    }

    private mutating func readObjectApplicators(_ reader: inout KeywordReader) throws(SchemaError) {
        var rules = reader.parts.object
        if case .object(let members) = reader.object["properties"] {
            rules.names = NameTable(members.keys)
            rules.properties = members.keys.map { number(of: reader.location.appending("properties", $0)) }
        }
        if case .object(let members) = reader.object["patternProperties"] {
            for key in members.keys {
                rules.patterns.append(
                    (
                        try pattern(key, at: reader.location.appending("patternProperties"), keyword: key),
                        number(of: reader.location.appending("patternProperties", key))
                    ))
            }
        }
        rules.additional = child("additionalProperties", &reader)
        rules.propertyNames = child("propertyNames", &reader)
        if reader.draft == .draft2020, case .object(let members) = reader.object["dependentSchemas"] {
            for key in members.keys {
                rules.dependentSchemas.append(("dependentSchemas", key, number(of: reader.location.appending("dependentSchemas", key))))
            }
        }
        if reader.draft == .draft7, case .object(let members) = reader.object["dependencies"] {
            for (key, value) in members {
                if case .array = value {
                    let names = try texts(value, at: reader.location.appending("dependencies"), keyword: key)
                    rules.dependentRequired.append(("dependencies", key, names))
                } else {
                    rules.dependentSchemas.append(("dependencies", key, number(of: reader.location.appending("dependencies", key))))
                }
            }
        }
        reader.parts.object = rules
    }

    private mutating func children(_ keyword: String, _ reader: KeywordReader) -> [Int]? {
        guard case .array(let list) = reader.object[keyword] else { return nil }
        return list.indices.map { number(of: reader.location.appending(keyword, String($0))) }
    }
}
