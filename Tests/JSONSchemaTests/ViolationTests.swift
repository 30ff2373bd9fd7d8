import JSON
import JSONSchema
import Testing

struct ViolationCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let schema: JSONValue
    let instance: JSONValue
    /// `instance path | schema path | keyword`, in order.
    let expected: [String]

    init(_ name: String, _ schema: JSONValue, _ instance: JSONValue, _ expected: [String]) {
        (testDescription, self.schema, self.instance, self.expected) = (name, schema, instance, expected)
    }
}

struct ViolationTests {
    @Test(arguments: [
        ViolationCase("nothing to say", ["type": "object"], [:], []),
        ViolationCase("the whole", ["type": "object"], 1, [" | /type | type"]),
        ViolationCase(
            "several at once", ["required": ["a", "b"], "properties": ["c": ["type": "string", "minLength": 3, "pattern": "x"]]],
            ["c": "é"],
            [
                " | /required | required", " | /required | required", "/c | /properties/c/minLength | minLength",
                "/c | /properties/c/pattern | pattern",
            ]),
        ViolationCase(
            "through a reference", ["properties": ["a": ["$ref": "#/$defs/n"]], "$defs": ["n": ["minimum": 1]]], ["a": 0],
            ["/a | /properties/a/$ref/minimum | minimum"]),
        ViolationCase(
            "a member that is not allowed", ["additionalProperties": false, "properties": ["a": true]], ["a": 1, "b/c~": 2],
            ["/b~1c~0 | /additionalProperties | additionalProperties"]),
        ViolationCase(
            "an element", ["items": ["multipleOf": 2]], [2, 3, 4, 5],
            ["/1 | /items/multipleOf | multipleOf", "/3 | /items/multipleOf | multipleOf"]),
        ViolationCase(
            "elements beyond a tuple", ["prefixItems": [true], "items": false], [1, 2, 3], ["/1 | /items | items"]),
        ViolationCase(
            "the schema false", ["properties": ["a": false]], ["a": 1], ["/a | /properties/a | false"]),
        ViolationCase(
            "alternatives", ["anyOf": [["type": "string"], ["properties": ["a": ["const": 1]]]]], ["a": 2], [" | /anyOf | anyOf"]),
        ViolationCase("too many alternatives", ["oneOf": [true, ["type": "integer"]]], 1, [" | /oneOf | oneOf"]),
        ViolationCase("not", ["not": ["type": "null"]], nil, [" | /not | not"]),
        ViolationCase(
            "a condition", ["if": ["required": ["a"]], "then": ["required": ["b"]], "else": ["required": ["c"]]], ["a": 1],
            [" | /then/required | required"]),
        ViolationCase(
            "what no keyword allows", ["allOf": [["properties": ["a": true]]], "unevaluatedProperties": false], ["a": 1, "b": 2],
            ["/b | /unevaluatedProperties | unevaluatedProperties"]),
        ViolationCase(
            "an element that no keyword allows", ["contains": ["const": 1], "unevaluatedItems": false], [1, 2],
            ["/1 | /unevaluatedItems | unevaluatedItems"]),
        ViolationCase("too few of a kind", ["contains": ["const": 1], "minContains": 2], [1, 3], [" | /minContains | minContains"]),
        ViolationCase(
            "a member's name", ["propertyNames": ["maxLength": 1]], ["ab": 1], ["/ab | /propertyNames/maxLength | maxLength"]),
        ViolationCase(
            "a member by pattern", ["patternProperties": ["^s_": ["type": "string"]]], ["s_a": 1],
            ["/s_a | /patternProperties/^s_/type | type"]),
        ViolationCase(
            "what another member needs", ["dependentRequired": ["a": ["b"]]], ["a": 1], [" | /dependentRequired/a | dependentRequired"]),
        ViolationCase("twice the same", ["uniqueItems": true], [1, ["a": 1, "b": 2], 1.0], [" | /uniqueItems | uniqueItems"]),
        ViolationCase(
            "twice the same among many", ["uniqueItems": true], .array((0..<20).map { .int($0 % 19) }), [" | /uniqueItems | uniqueItems"]),
        ViolationCase("one of many values", ["enum": ["a", "b"]], "e\u{301}", [" | /enum | enum"]),
    ])
    func `each violation has its places and its keyword`(_ c: ViolationCase) throws {
        let schema = try JSONSchema(c.schema)
        let found = schema.validate(c.instance)
        #expect(found.map { "\($0.instancePath) | \($0.schemaPath) | \($0.keyword)" } == c.expected)
        #expect(schema.isValid(c.instance) == c.expected.isEmpty)
        for violation in found {
            #expect(violation.message.hasSuffix("."))
            #expect(violation.schemaPath.tokens.isEmpty || violation.description.contains(violation.message))
        }
    }

    @Test func `of alternatives the fault of the closest is told`() throws {
        let schema = try JSONSchema([
            "oneOf": [
                ["type": "string"], ["type": "object", "properties": ["size": ["type": "object", "properties": ["x": ["minimum": 1]]]]],
            ]
        ])
        let message = try #require(schema.validate(["size": ["x": 0]]).first?.message)
        #expect(message == "This fits none of 2 alternatives. The closest is number 1, where '/size/x' does not fit: 0 is below 1.")
    }

    @Test func `names that only look the same are told apart`() throws {
        let schema = try JSONSchema(["properties": ["\u{e9}": ["type": "string"]], "additionalProperties": false])
        #expect(schema.isValid(["\u{e9}": "x"]))
        #expect(!schema.isValid(["e\u{301}": "x"]))
        let both = try JSONSchema(["properties": ["\u{e9}": ["type": "string"], "e\u{301}": ["type": "integer"]]])
        #expect(both.isValid(["\u{e9}": "x", "e\u{301}": 1]))
        #expect(!both.isValid(["\u{e9}": 1, "e\u{301}": 1]))
    }

    @Test func `no more violations are told than the limit says`() throws {
        let schema = try JSONSchema(["items": ["type": "string"]])
        let found = schema.validate(.array(Array(repeating: 1, count: SchemaLimits.violationsMax * 3)))
        #expect(found.count == SchemaLimits.violationsMax)
    }

    @Test func `formats are noted unless asked for`() throws {
        let document: JSONValue = ["format": "ipv4"]
        #expect(try JSONSchema(document).isValid("nonsense"))
        #expect(try JSONSchema(document, assertsFormats: true).validate("nonsense").map(\.keyword) == ["format"])
        #expect(try JSONSchema(["format": "of-our-own"], assertsFormats: true).isValid("anything"))
    }

    @Test func `documents come from the map alone, by address and by name`() throws {
        let documents: SchemaDocuments = [
            "https://schemas.test/size.json": ["$id": "https://schemas.test/other/size.json", "$ref": "unit.json"],
            "https://schemas.test/other/unit.json#": ["enum": ["mm", "cm"]],
        ]
        let schema = try JSONSchema(["$id": "https://schemas.test/main.json", "items": ["$ref": "size.json"]], documents: documents)
        #expect(schema.isValid(["mm"]))
        #expect(schema.validate(["m"]).map(\.schemaPath.description) == ["/items/$ref/$ref/enum"])
        let byBase = try JSONSchema(["$ref": "size.json"], documents: documents, base: "https://schemas.test/somewhere.json")
        #expect(!byBase.isValid("m"))
    }

    @Test func `the draft is the one the document names, else the one given`() throws {
        // In draft 7 a reference stands alone, in 2020-12 its neighbours count.
        let document: JSONValue = ["definitions": ["any": true], "allOf": [["$ref": "#/definitions/any", "type": "string"]]]
        #expect(try JSONSchema(document, draft: .draft7).isValid(1))
        #expect(try !JSONSchema(document).isValid(1))
        var named = try #require(document.objectValue)
        named["$schema"] = "http://json-schema.org/draft-07/schema#"
        #expect(try JSONSchema(.object(named)).isValid(1))
    }
}
