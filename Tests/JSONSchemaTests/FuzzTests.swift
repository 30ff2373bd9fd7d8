import Glibc
import JSON
import Testing

@testable import JSONSchema

/// Schemas and values nobody would write: whatever comes, there is an answer, the same by both questions, and soon.
struct FuzzTests {
    /// More of them with PATCHBAY_SOAK=1.
    static let rounds = getenv("PATCHBAY_SOAK") != nil ? 20_000 : 400

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `random schemas and values end in an answer`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var compiled = 0
        let clock = ContinuousClock()
        for round in 0..<Self.rounds {
            let schema = Self.schema(&random, depth: 4)
            let draft: Draft = Bool.random(using: &random) ? .draft2020 : .draft7
            let started = clock.now
            guard let program = try? JSONSchema(schema, draft: draft, assertsFormats: true) else { continue }
            compiled += 1
            for _ in 0..<3 {
                let instance = Self.value(&random, depth: 4)
                let found = program.validate(instance)
                #expect(found.isEmpty == program.isValid(instance), "seed \(seed), round \(round): \(schema) of \(instance)")
                for violation in found where violation.keyword != "required" && violation.keyword != "pattern" {
                    #expect(instance.value(at: violation.instancePath) != nil, "seed \(seed), round \(round): \(violation)")
                }
            }
            #expect(clock.now - started < .seconds(20), "seed \(seed), round \(round): \(schema)")
        }
        #expect(compiled > Self.rounds / 10, "most rounds would test nothing")
    }

    @Test(
        "a published schema with something broken in it is used or refused, never worse",
        .enabled(if: PublishedSuite.folder != nil, PublishedSuite.absence), arguments: Draft.allCases)
    func brokenSchemas(_ draft: Draft) throws {
        var random = SeededRandom(seed: 7)
        let folder = try #require(PublishedSuite.folder)
        var used = 0
        for file in PublishedSuite.files(draft) {
            let groups = try JSONValue(parsing: SharedFolder.bytes(of: "\(folder)/tests/\(PublishedSuite.name(draft))/\(file)"))
            for group in groups.arrayValue ?? [] {
                for _ in 0..<3 {
                    let schema = Self.broken(group["schema"] ?? true, &random)
                    guard let program = try? JSONSchema(schema, draft: draft, documents: PublishedSuite.remotes) else { continue }
                    used += 1
                    for test in group["tests"]?.arrayValue ?? [] {
                        let instance = test["data"] ?? nil
                        #expect(program.validate(instance).isEmpty == program.isValid(instance))
                    }
                }
            }
        }
        #expect(used > 100)
    }

    // MARK: - Making things up

    private static let names = ["a", "b", "c", "", "$ref", "\u{e9}", "e\u{301}", "a/b", "~"]
    private static let patterns = ["^a", "b$", "(a+)+$", "[", "\\d", "^.{0,3}$", "\\p{L}", "(?=a)", "a{2,}", "é"]
    private static let texts = ["", "a", "aaab", "é", "e\u{301}", "2020-01-01", "::1", "a@b.test", "😀", "12"]

    private static func value(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return nil
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(Int64.random(in: -3...9, using: &random))
        case 3: return .double([0.5, 1.0, -2.0, 1e300, 0.1, .leastNonzeroMagnitude].randomElement(using: &random) ?? 0)
        case 4, 5: return .string(texts.randomElement(using: &random) ?? "")
        case 6: return .array((0..<Int.random(in: 0...5, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                object[names.randomElement(using: &random) ?? ""] = value(&random, depth: depth - 1)
            }
            return .object(object)
        }
    }

    private static let kinds = ["null", "boolean", "integer", "number", "string", "array", "object"]
    private static let references = [
        "#", "#/$defs/a", "#/$defs/b", "#x", "#y", "other", "#/properties/a", "https://json-schema.org/draft/2020-12/schema",
    ]

    private static func schema(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        if depth == 0 || Int.random(in: 0..<8, using: &random) == 0 { return .bool(Int.random(in: 0..<4, using: &random) > 0) }
        var object = JSONObject()
        if depth == 4 {
            object["$defs"] = ["a": schema(&random, depth: 2), "b": ["$anchor": "x", "properties": ["a": schema(&random, depth: 1)]]]
            if Bool.random(using: &random) { object["$dynamicAnchor"] = "y" }
        }
        for _ in 0..<Int.random(in: 1...4, using: &random) { add(&object, &random, depth: depth) }
        return .object(object)
    }

    private static func add(_ object: inout JSONObject, _ random: inout SeededRandom, depth: Int) {
        let inner = { (random: inout SeededRandom) in schema(&random, depth: depth - 1) }
        let list = { (random: inout SeededRandom) -> JSONValue in
            .array((0..<Int.random(in: 1...3, using: &random)).map { _ in inner(&random) })
        }
        let count = { (random: inout SeededRandom) -> JSONValue in .int(Int64.random(in: 0...3, using: &random)) }
        let map = { (random: inout SeededRandom, keys: [String]) -> JSONValue in
            var members = JSONObject()
            for _ in 0..<Int.random(in: 1...3, using: &random) { members[keys.randomElement(using: &random) ?? ""] = inner(&random) }
            return .object(members)
        }
        switch Int.random(in: 0..<22, using: &random) {
        case 0: object["type"] = .string(kinds.randomElement(using: &random) ?? "")
        case 1: object["properties"] = map(&random, names)
        case 2: object["patternProperties"] = map(&random, Array(patterns.filter { $0 != "[" }))
        case 3: object["additionalProperties"] = inner(&random)
        case 4: object["items"] = inner(&random)
        case 5: object["prefixItems"] = list(&random)
        case 6: object["contains"] = inner(&random)
        case 7:
            object[["minContains", "maxContains", "minItems", "maxProperties", "minLength"].randomElement(using: &random) ?? ""] = count(
                &random)
        case 8: object["allOf"] = list(&random)
        case 9: object["anyOf"] = list(&random)
        case 10: object["oneOf"] = list(&random)
        case 11: object["not"] = inner(&random)
        case 12: (object["if"], object["then"], object["else"]) = (inner(&random), inner(&random), inner(&random))
        case 13: object["unevaluatedProperties"] = inner(&random)
        case 14: object["unevaluatedItems"] = inner(&random)
        case 15: object["$ref"] = .string(references.randomElement(using: &random) ?? "")
        case 16: object["$dynamicRef"] = .string(references.randomElement(using: &random) ?? "")
        case 17: object["pattern"] = .string(patterns.randomElement(using: &random) ?? "")
        case 18: object["enum"] = .array((0..<3).map { _ in value(&random, depth: 1) })
        case 19: object[["dependentSchemas", "dependencies"].randomElement(using: &random) ?? ""] = map(&random, names)
        case 20: object["format"] = .string(Format.allCases.randomElement(using: &random)?.rawValue ?? "")
        default:
            object[["uniqueItems", "multipleOf", "minimum", "required"].randomElement(using: &random) ?? ""] = value(&random, depth: 1)
        }
    }

    /// The same with one value somewhere replaced, or one member renamed.
    private static func broken(_ value: JSONValue, _ random: inout SeededRandom) -> JSONValue {
        if Int.random(in: 0..<6, using: &random) == 0 { return self.value(&random, depth: 2) }
        switch value {
        case .object(let object) where !object.isEmpty:
            var changed = object
            let key = object.keys.randomElement(using: &random) ?? ""
            let inner = broken(object[key] ?? nil, &random)
            if Int.random(in: 0..<8, using: &random) == 0 {
                changed[key] = nil
                changed[["not", "items", "$ref", "properties", "if"].randomElement(using: &random) ?? ""] = inner
            } else {
                changed[key] = inner
            }
            return .object(changed)
        case .array(let list) where !list.isEmpty:
            var changed = list
            let place = list.indices.randomElement(using: &random) ?? 0
            changed[place] = broken(list[place], &random)
            return .array(changed)
        default: return self.value(&random, depth: 2)
        }
    }
}
