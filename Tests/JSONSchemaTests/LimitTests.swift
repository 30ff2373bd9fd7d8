import Glibc
import JSON
import Testing

@testable import JSONSchema

struct LimitTests {
    /// Handed to the thread and read again after it has been joined: never by two at once.
    private final class Errand: @unchecked Sendable {
        let schema: JSONSchema
        let instance: JSONValue
        var found: [SchemaViolation]?

        init(_ schema: JSONSchema, _ instance: JSONValue) { (self.schema, self.instance) = (schema, instance) }
    }

    private struct StartFailure: Error {}

    private func validateOnSmallStack(_ schema: JSONSchema, _ instance: JSONValue, bytes: Int) throws -> [SchemaViolation] {
        let errand = Errand(schema, instance)
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { attributes.deallocate() }
        try #require(pthread_attr_init(attributes) == 0)
        defer { pthread_attr_destroy(attributes) }
        try #require(pthread_attr_setstacksize(attributes, bytes) == 0)
        var thread = pthread_t()
        let started = pthread_create(
            &thread, attributes,
            { pointer in
                guard let pointer else { return nil }
                let errand = Unmanaged<Errand>.fromOpaque(pointer).takeUnretainedValue()
                errand.found = errand.schema.validate(errand.instance)
                return nil
            }, Unmanaged.passUnretained(errand).toOpaque())
        guard started == 0 else { throw StartFailure() }
        pthread_join(thread, nil)
        return try #require(errand.found)
    }

    private static func nested(_ depth: Int) -> JSONValue {
        var value: JSONValue = nil
        for _ in 0..<depth { value = ["c": value] }
        return value
    }

    private static func tree() throws -> JSONSchema {
        try JSONSchema([
            "$ref": "#/$defs/node",
            "$defs": [
                "node": ["allOf": [["anyOf": [["type": "object", "properties": ["c": ["$ref": "#/$defs/node"]]], ["type": "null"]]]]]
            ],
        ])
    }

    @Test(arguments: [512, 1024, 4096, 16384])
    func `a deep value is judged, or given up, on a stack of any size`(_ kibibytes: Int) throws {
        let schema = try Self.tree()
        for depth in [3, 50, 500] {
            let found = try validateOnSmallStack(schema, Self.nested(depth), bytes: kibibytes * 1024)
            #expect(found.allSatisfy { $0.keyword == "depth" })
            if depth == 3 || kibibytes == 16384 { #expect(found.isEmpty, "\(depth) deep") }
        }
    }

    @Test func `a schema whose alternatives double at every step is given up`() throws {
        var definitions = JSONObject()
        for level in 0..<60 {
            let next: JSONValue = ["$ref": .string("#/$defs/a\(level + 1)")]
            definitions["a\(level)"] = ["anyOf": [next, next]]
        }
        definitions["a60"] = ["type": "string"]
        let schema = try JSONSchema(["$ref": "#/$defs/a0", "$defs": .object(definitions)])
        #expect(schema.isValid("x"))
        let evaluation = Evaluation(schema.program, isCollecting: true, stepsMax: 100_000)
        #expect(!evaluation.run(1))
        #expect(evaluation.violations.map(\.keyword) == ["steps"])
    }

    @Test func `a dynamic reference that goes round is given up`() throws {
        let schema = try JSONSchema([
            "$id": "https://a.test/outer", "$dynamicAnchor": "x", "$ref": "inner",
            "$defs": ["inner": ["$id": "inner", "$dynamicAnchor": "x", "allOf": [["$dynamicRef": "#x"], ["$dynamicRef": "#x"]]]],
        ])
        #expect(schema.validate(1).map(\.keyword) == ["depth"])
    }

    @Test func `a chain of ten thousand references is followed`() throws {
        var definitions = JSONObject()
        for level in 0..<10_000 { definitions["a\(level)"] = ["properties": ["n": ["$ref": .string("#/$defs/a\(level + 1)")]]] }
        definitions["a10000"] = true
        let schema = try JSONSchema(["$ref": "#/$defs/a0", "$defs": .object(definitions)])
        #expect(schema.isValid(["n": ["n": 1]]))
    }

    @Test func `subschemas too deep in each other are refused`() throws {
        var schema: JSONValue = true
        for _ in 0..<SchemaLimits.schemaDepthMax + 5 { schema = ["not": schema] }
        let document = schema
        let error = #expect(throws: SchemaError.self) { try JSONSchema(document) }
        #expect(error?.code == "schema.too-large")
    }

    @Test func `more subschemas than the limit are refused`() throws {
        let many: JSONValue = .array(Array(repeating: true, count: SchemaLimits.subschemasMax + 1))
        let error = #expect(throws: SchemaError.self) { try JSONSchema(["allOf": many]) }
        #expect(error?.code == "schema.too-large")
    }

    @Test func `one schema serves several threads at once`() async throws {
        let schema = try JSONSchema(["items": ["pattern": "^[a-z]+$", "minLength": 2]])
        await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    (0..<200).count { number in schema.isValid([.string(number.isMultiple(of: 2) ? "abc\(worker)" : "abc")]) }
                }
            }
            for await count in group { #expect(count == 100) }
        }
    }
}
