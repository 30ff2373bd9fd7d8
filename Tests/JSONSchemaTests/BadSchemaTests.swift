import JSON
import JSONSchema
import Testing

struct BadSchemaCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let schema: JSONValue
    let code: String
    let pointer: String
    let draft: Draft

    init(_ name: String, _ schema: JSONValue, _ pointer: String, _ code: String = "schema.invalid", draft: Draft = .draft2020) {
        (testDescription, self.schema, self.pointer, self.code, self.draft) = (name, schema, pointer, code, draft)
    }
}

struct BadSchemaTests {
    @Test(arguments: [
        BadSchemaCase("a number", 5, ""),
        BadSchemaCase("a text within", ["properties": ["a": "string"]], "/properties/a"),
        BadSchemaCase("properties in a list", ["properties": []], "/properties"),
        BadSchemaCase("no alternatives", ["anyOf": []], "/anyOf"),
        BadSchemaCase("alternatives in an object", ["oneOf": [:]], "/oneOf"),
        BadSchemaCase("a type nobody knows", ["items": ["type": "float"]], "/items/type"),
        BadSchemaCase("a type that is a number", ["type": 1], "/type"),
        BadSchemaCase("no type at all", ["type": []], "/type"),
        BadSchemaCase("a length below zero", ["minLength": -1], "/minLength"),
        BadSchemaCase("half a length", ["maxItems": 1.5], "/maxItems"),
        BadSchemaCase("a limit in words", ["minimum": "one"], "/minimum"),
        BadSchemaCase("a limit as draft 4 wrote it", ["exclusiveMinimum": true], "/exclusiveMinimum"),
        BadSchemaCase("a multiple of nothing", ["multipleOf": 0], "/multipleOf"),
        BadSchemaCase("required as draft 3 wrote it", ["properties": ["a": ["required": true]]], "/properties/a/required"),
        BadSchemaCase("required numbers", ["required": [1]], "/required"),
        BadSchemaCase("dependencies on nothing", ["dependencies": ["a": [1]]], "/dependencies/a", draft: .draft7),
        BadSchemaCase("unique as a text", ["uniqueItems": "yes"], "/uniqueItems"),
        BadSchemaCase("values that are no list", ["enum": "a"], "/enum"),
        BadSchemaCase("a format that is a number", ["format": 1], "/format"),
        BadSchemaCase("a pattern that is a number", ["pattern": 1], "/pattern"),
        BadSchemaCase("a pattern that is not closed", ["pattern": "(a"], "/pattern", "schema.pattern"),
        BadSchemaCase("a member's pattern that is none", ["patternProperties": ["[": true]], "/patternProperties/[", "schema.pattern"),
        BadSchemaCase("a reference that is a number", ["$ref": 1], "/$ref"),
        BadSchemaCase("a reference to nothing", ["items": ["$ref": "#/$defs/a"]], "/items/$ref", "schema.unresolved"),
        BadSchemaCase("a reference to a name nobody has", ["$ref": "#a"], "/$ref", "schema.unresolved"),
        BadSchemaCase("a reference into the net", ["$ref": "https://example.com/schema"], "/$ref", "schema.unresolved"),
        BadSchemaCase("a reference to no schema", ["$ref": "#/examples/0", "examples": ["text"]], "/examples/0"),
        BadSchemaCase("a reference to itself", ["$ref": "#"], "", "schema.endless"),
        BadSchemaCase(
            "references in a ring",
            ["$ref": "#/$defs/a", "$defs": ["a": ["allOf": [["$ref": "#/$defs/b"]]], "b": ["not": ["$ref": "#/$defs/a"]]]],
            "/$defs/a", "schema.endless"),
        BadSchemaCase("a condition on itself", ["if": ["$ref": "#"], "then": true], "", "schema.endless"),
        BadSchemaCase("dependent on itself", ["dependentSchemas": ["a": ["$ref": "#"]]], "", "schema.endless"),
        BadSchemaCase("a draft of old", ["$schema": "http://json-schema.org/draft-04/schema#"], "/$schema", "schema.unknown-draft"),
        BadSchemaCase("a draft of nobody", ["$schema": "https://example.com/meta"], "/$schema", "schema.unknown-draft"),
        BadSchemaCase("a draft that is a number", ["$schema": 7], "/$schema"),
        BadSchemaCase("a name that is a number", ["$id": 7], "/$id"),
        BadSchemaCase("a name with a fragment", ["$id": "https://a.test/#b"], "/$id"),
        BadSchemaCase(
            "a name given twice", ["$id": "https://a.test/", "$defs": ["a": ["$id": "b"], "c": ["$id": "b"]]], "/$defs/c/$id",
            "schema.duplicate-id"),
        BadSchemaCase(
            "an anchor set twice", ["$defs": ["a": ["$anchor": "x"], "b": ["$anchor": "x"]]], "/$defs/b/$anchor", "schema.duplicate-id"),
        BadSchemaCase("an anchor without a name", ["$anchor": ""], "/$anchor"),
    ])
    func `a schema that cannot be used is refused at its place`(_ c: BadSchemaCase) {
        let error = #expect(throws: SchemaError.self) { try JSONSchema(c.schema, draft: c.draft) }
        #expect(error?.code == c.code)
        #expect(error?.pointer.description == c.pointer)
        #expect(error?.message.hasSuffix(".") == true)
        #expect(error?.document == nil)
    }

    @Test func `a fault in another document names it`() {
        let error = #expect(throws: SchemaError.self) {
            try JSONSchema(["$ref": "https://a.test/x"], documents: ["https://a.test/x": ["items": ["type": "any"]]])
        }
        #expect(error?.document == "https://a.test/x")
        #expect(error?.pointer.description == "/items/type")
    }

    @Test func `a vocabulary that is required and unknown is refused, an optional one is not`() throws {
        let meta: (Bool) -> JSONValue = { isRequired in
            [
                "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://a.test/meta",
                "$vocabulary": ["https://a.test/vocabulary": .bool(isRequired)],
            ]
        }
        let schema: JSONValue = ["$schema": "https://a.test/meta"]
        let error = #expect(throws: SchemaError.self) { try JSONSchema(schema, documents: ["https://a.test/meta": meta(true)]) }
        #expect(error?.code == "schema.unknown-vocabulary")
        _ = try JSONSchema(schema, documents: ["https://a.test/meta": meta(false)])
    }

    @Test func `meta-schemas that name each other in a ring are refused`() {
        let error = #expect(throws: SchemaError.self) {
            try JSONSchema(
                ["$schema": "https://a.test/1"],
                documents: ["https://a.test/1": ["$schema": "https://a.test/2"], "https://a.test/2": ["$schema": "https://a.test/1"]])
        }
        #expect(error?.code == "schema.unknown-draft")
    }

    @Test func `siblings of a reference are not even read in draft 7`() throws {
        _ = try JSONSchema(["definitions": ["a": true], "items": ["$ref": "#/definitions/a", "type": "nonsense"]], draft: .draft7)
    }

    @Test(arguments: Draft.allCases)
    func `the published meta-schema fits itself and refuses nonsense`(_ draft: Draft) throws {
        let document = Metaschemas.document(of: draft)
        let schema = try JSONSchema(document)
        #expect(schema.validate(document).isEmpty)
        #expect(schema.isValid(["type": "string", "properties": ["a": ["minimum": 1]]]))
        let found = schema.validate(["properties": ["a": ["minimum": "one"], "b": ["type": "nonsense"]]])
        #expect(Set(found.map(\.instancePath.description)) == ["/properties/a/minimum", "/properties/b/type"])
    }

    @Test func `every published meta-schema is there, under its own name`() {
        #expect(Metaschemas.byURI.count == 11)
        for (uri, document) in Metaschemas.byURI where !uri.hasPrefix("https://json-schema.org/draft-07") {
            #expect(document["$id"]?.stringValue?.hasPrefix(uri) == true)
        }
    }
}
