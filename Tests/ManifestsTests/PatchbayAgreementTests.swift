import Glibc
import JSON
import JSONSchema
import PluginModel
import Testing

@testable import Manifests

/// The reader and the published schema judge the same documents.
@Suite("The reader and the schema of patchbay.json") struct PatchbayAgreementTests {
    private struct SpoiltCase: Sendable, CustomTestStringConvertible {
        /// Where the value is put into the document that says everything; a nil takes away what is there.
        let pointer: String
        let value: JSONValue?
        var testDescription: String { "\(pointer) = \(value?.serialized() ?? "nothing")" }

        init(_ pointer: String, _ value: JSONValue?) { (self.pointer, self.value) = (pointer, value) }
    }

    private static let schema: JSONSchema? = {
        var folder = #filePath[...]
        for _ in 0..<3 { folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)] }
        guard let file = fopen(folder + "/docs/schema/patchbay.schema.json", "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        guard let document = try? JSONValue(parsing: Array(bytes[..<fread(&bytes, 1, bytes.count, file)])) else { return nil }
        return try? JSONSchema(document)
    }()

    /// Findings that no schema can have: what is there, what is unique, what other grammars say.
    private static let beyond: Set<String> = [
        "manifest.missing-file", "manifest.invalid-path", "manifest.invalid-entry", "manifest.invalid-link", "manifest.invalid-range",
        "manifest.incompatible-engine", "manifest.duplicate-id", "manifest.duplicate-key", "manifest.default-misfit",
        "manifest.empty-range", "manifest.invalid-host", "manifest.unreachable-host", "manifest.unknown-text", "manifest.extra-platforms",
        "manifest.hidden-fields", "manifest.unused-key", "manifest.invalid-schedule", "manifest.no-file", "permission.malformed",
        "permission.unknown-capability", "manifest.repeated-permission", "manifest.invalid-schema", "manifest.invalid-pattern",
        "manifest.invalid-request", "manifest.unknown-subcategory", "manifest.subcategory-circle", "manifest.too-deep",
    ]

    @Test("both accept the document that says everything, and the small form") func accepted() throws {
        let schema = try #require(Self.schema)
        #expect(schema.validate(PatchbayDocuments.whole).map(\.message) == [])
        #expect(schema.validate(PatchbayDocuments.small).map(\.message) == [])
    }

    @Test(
        "both refuse",
        arguments: [
            SpoiltCase("/id", nil), SpoiltCase("/id", "a b"), SpoiltCase("/id", "a..b"), SpoiltCase("/id", "-a"), SpoiltCase("/name", " "),
            SpoiltCase("/name", .string(String(repeating: "n", count: 201))), SpoiltCase("/version", "1.0"),
            SpoiltCase("/version", "01.0.0"),
            SpoiltCase("/version", "1.0.0-01"), SpoiltCase("/entry", "readme.md"), SpoiltCase("/entry", ""), SpoiltCase("/uiEntry", 1),
            SpoiltCase("/zzz", 1), SpoiltCase("/category", .null), SpoiltCase("/tags", ["a", "a"]), SpoiltCase("/tags", [""]),
            SpoiltCase("/docs", "ftp://a.test/"), SpoiltCase("/docs", "https://"), SpoiltCase("/docs", "https://a b"),
            SpoiltCase("/publisher/name", nil), SpoiltCase("/publisher/email", "a"), SpoiltCase("/publisher/email", "a@b@c"),
            SpoiltCase("/publisher/zzz", 1), SpoiltCase("/logos/zzz", 1), SpoiltCase("/screenshots/0/image", nil),
            SpoiltCase("/modelCard/version", nil), SpoiltCase("/modelCard/sections/0/id", nil),
            SpoiltCase("/modelCard/sections/0/fields/0/value", 1), SpoiltCase("/modelCard/sections/1/groups/0/title", ""),
            SpoiltCase("/platforms", []), SpoiltCase("/platforms", ["linx"]), SpoiltCase("/platforms", ["linux", "linux"]),
            SpoiltCase("/engines", [:]), SpoiltCase("/engines/node", "1"), SpoiltCase("/permissions/0", 1),
            SpoiltCase("/permissions/1/permission", nil),
            SpoiltCase("/permissions/1/optional", "yes"), SpoiltCase("/configuration/0/key", nil),
            SpoiltCase("/configuration/0/key", "a b"),
            SpoiltCase("/configuration/0/type", "txt"), SpoiltCase("/configuration/0/required", 1),
            SpoiltCase("/configuration/0/secret", nil), SpoiltCase("/configuration/0/secret", false),
            SpoiltCase("/configuration/0/default", "x"),
            SpoiltCase("/configuration/0/secretUse/hosts", nil), SpoiltCase("/configuration/0/secretUse/query", "q"),
            SpoiltCase("/configuration/0/secretUse/header", nil), SpoiltCase("/configuration/3/secretUse/algorithm", "md5"),
            SpoiltCase("/configuration/4/limits/lengthMin", -1), SpoiltCase("/configuration/4/limits/lengthMin", 0.5),
            SpoiltCase("/configuration/5/limits/minimum", "0"), SpoiltCase("/configuration/9/options", nil),
            SpoiltCase("/configuration/9/options", []), SpoiltCase("/configuration/9/options/1", ["label": "x"]),
            SpoiltCase("/configuration/9/options/1/value", .null), SpoiltCase("/configuration/9/options/0", [1]),
            SpoiltCase("/contributions/zzz", []), SpoiltCase("/contributions/signals", [:]), SpoiltCase("/contributions/signals/0", "a"),
            SpoiltCase("/contributions/signals/0/title", nil), SpoiltCase("/contributions/signals/0/id", "a/b"),
            SpoiltCase("/contributions/signals/0/enabled", "no"), SpoiltCase("/contributions/signals/0/inputs", "STRING"),
            SpoiltCase("/contributions/commands/0/program", nil), SpoiltCase("/contributions/commands/0/args", [1]),
            SpoiltCase("/contributions/views/0/page", nil), SpoiltCase("/contributions/views/0/size/width", 0),
            SpoiltCase("/contributions/views/0/size/height", nil), SpoiltCase("/contributions/quicklinks/0/link", ""),
            SpoiltCase("/contributions/actions/0/input", "x"), SpoiltCase("/contributions/routes/0/path", "reports"),
            SpoiltCase("/contributions/routes/0/path", "/../a"), SpoiltCase("/contributions/routes/0/path", "/a/.."),
            SpoiltCase("/contributions/routes/0/path", "/a?b"), SpoiltCase("/contributions/routes/0/methods", ["get"]),
            SpoiltCase("/contributions/pages/0/path", nil), SpoiltCase("/contributions/connectors/0/webhooks", 1),
            SpoiltCase("/contributors", [["id": "a"]]), SpoiltCase("/publisher/accounts", "acme"),
            SpoiltCase("/publisher/accounts/GitHub", "acme"), SpoiltCase("/publisher/accounts/github", 1),
            SpoiltCase("/requiresConfiguration", "yes"), SpoiltCase("/configurationSchema", []), SpoiltCase("/signalCatalog", 1),
            SpoiltCase("/context/thread", true), SpoiltCase("/context/thread/messages", 0),
            SpoiltCase("/context/thread/messagesMax", 101), SpoiltCase("/context/parent/included", 1), SpoiltCase("/context/item", [:]),
            SpoiltCase("/contributions/signals/1/output", 1), SpoiltCase("/contributions/signals/1/output/type", nil),
            SpoiltCase("/contributions/signals/1/output/values", ["A", "A"]), SpoiltCase("/contributions/signals/1/output/values/0", true),
            SpoiltCase("/contributions/signals/1/thresholds/highRecall", nil),
            SpoiltCase("/contributions/signals/1/thresholds/highPrecision", " "), SpoiltCase("/contributions/signals/1/cost", -0.5),
            SpoiltCase("/contributions/signals/1/cost", "1"), SpoiltCase("/contributions/signals/1/pricing", "FREE"),
            SpoiltCase("/contributions/signals/1/docs", "acme.example"), SpoiltCase("/contributions/signals/1/automatedRules", "no"),
            SpoiltCase("/contributions/signals/1/subcategories/0/label", nil),
            SpoiltCase("/contributions/signals/1/subcategories/0/childrenIds", ["gust"]),
            SpoiltCase("/contributions/signals/1/context/threadMessagesMax", 0), SpoiltCase("/contributions/actions/0/output", "x"),
            SpoiltCase("/contributions/actions/0/groupInSearch", 1), SpoiltCase("/contributions/quicklinks/0/hidesBeforeOpening", 1),
            SpoiltCase("/localisation", []), SpoiltCase("/localisation/d", [:]), SpoiltCase("/localisation/de", "x"),
            SpoiltCase("/localisation/de/name", 1), SpoiltCase("/enabled", 1),
        ])
    private func refused(_ c: SpoiltCase) throws {
        let pointer = try #require(JSONPointer(parsing: c.pointer))
        let document = try #require(Self.replaced(PatchbayDocuments.whole, pointer.tokens[...], c.value))
        #expect(!PatchbayDocuments.read(document).findings.isEmpty, "the reader has no word on it")
        #expect(!(try #require(Self.schema).isValid(document)), "the schema accepts it")
    }

    @Test("give up together, whatever a seed spoils", arguments: [11, 12] as [UInt64])
    func together(seed: UInt64) throws {
        let schema = try #require(Self.schema)
        var random = PatchbayMutationTests.Seeded(state: seed)
        for round in 0..<400 {
            let document = PatchbayMutationTests.mutated(PatchbayDocuments.whole, &random)
            let reading = PatchbayDocuments.read(document)
            let violations = schema.validate(document)
            // Whether an entry or a source is missing depends on the rest of the manifest.
            let told = reading.findings.filter { finding in
                !Self.beyond.contains(finding.code) && !["\"entry\" is", "\"source\" is"].contains { finding.sentence.hasPrefix($0) }
            }
            #expect(
                told.isEmpty || !violations.isEmpty, "seed \(seed), round \(round): the schema accepts what the reader does not: \(told)")
            #expect(
                violations.isEmpty || !reading.findings.isEmpty,
                "seed \(seed), round \(round): the reader accepts what the schema does not: \(violations.map { "\($0.instancePath) \($0.message)" })"
            )
        }
    }

    private static func replaced(_ document: JSONValue, _ path: ArraySlice<String>, _ value: JSONValue?) -> JSONValue? {
        guard let token = path.first else { return value }
        switch document {
        case .object(var object):
            object[token] = replaced(object[token] ?? [:], path.dropFirst(), value)
            return .object(object)
        case .array(var array):
            guard let place = Int(token), array.indices.contains(place) else { return nil }
            if let inner = replaced(array[place], path.dropFirst(), value) { array[place] = inner } else { array.remove(at: place) }
            return .array(array)
        default: return nil
        }
    }
}
