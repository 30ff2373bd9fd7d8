/// Where subschemas stand in a schema: the shape of each keyword that holds some.
enum SchemaKeywords {
    enum Shape {
        case none, schema, schemaOrList, list, map
        /// As `dependencies`, whose members may also be lists of names.
        case mapWithLists
    }

    static func shape(of keyword: String, in draft: Draft) -> Shape {
        switch keyword {
        case "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else": .schema
        case "allOf", "anyOf", "oneOf": .list
        case "properties", "patternProperties", "definitions": .map
        case "dependencies": .mapWithLists
        case "items": draft == .draft7 ? .schemaOrList : .schema
        case "additionalItems": draft == .draft7 ? .schema : .none
        case "unevaluatedItems", "unevaluatedProperties", "contentSchema": draft == .draft2020 ? .schema : .none
        case "prefixItems": draft == .draft2020 ? .list : .none
        case "$defs", "dependentSchemas": draft == .draft2020 ? .map : .none
        default: .none
        }
    }
}
