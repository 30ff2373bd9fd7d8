import JSON
import PluginModel
import Testing

@testable import Manifests

struct CatalogCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let catalog: JSONValue
    /// What the refusal names; nil: it is taken.
    var refusal: String?
}

@Suite struct CoopCatalogTests {
    static func entry(_ type: String = "LABEL", _ more: JSONObject = [:]) -> JSONValue {
        var entry: JSONObject = ["signalTypeId": .string(type), "displayName": "Label"]
        for (key, value) in more { entry[key] = value }
        return .object(entry)
    }

    static func catalog(_ entries: [JSONValue], version: JSONValue = "1") -> JSONValue { ["version": version, "signals": .array(entries)] }

    static func long(_ count: Int, _ letter: String = "a") -> JSONValue { .string(String(repeating: letter, count: count)) }

    static func subcategories(_ count: Int) -> JSONValue {
        .array((0..<count).map { ["id": .string("s\($0)"), "label": "L", "childrenIds": []] })
    }

    static let cases = [
        CatalogCase(testDescription: "empty", catalog: catalog([])),
        CatalogCase(testDescription: "as many as may be", catalog: catalog((0..<500).map { entry("L\($0)") })),
        CatalogCase(testDescription: "one more", catalog: catalog((0..<501).map { entry("L\($0)") }), refusal: "at most 500"),
        CatalogCase(testDescription: "no list", catalog: ["version": "1"], refusal: "list of signals"),
        CatalogCase(testDescription: "no version", catalog: ["signals": []], refusal: "version"),
        CatalogCase(testDescription: "an empty version", catalog: catalog([], version: ""), refusal: "version"),
        CatalogCase(testDescription: "a version of 200", catalog: catalog([], version: long(200))),
        CatalogCase(testDescription: "a version of 201", catalog: catalog([], version: long(201)), refusal: "version"),
        CatalogCase(
            testDescription: "one letter with its marks",
            catalog: catalog([], version: .string("e" + String(repeating: "\u{301}", count: 300))), refusal: "version"),
        CatalogCase(testDescription: "twice the same", catalog: catalog([entry(), entry()]), refusal: "twice"),
        CatalogCase(testDescription: "a built-in signal", catalog: catalog([entry("TEXT_MATCHING_CONTAINS_TEXT")]), refusal: "built-in"),
        CatalogCase(testDescription: "no type", catalog: catalog([["displayName": "x"]]), refusal: "capitals"),
        CatalogCase(testDescription: "a small letter", catalog: catalog([entry("label")]), refusal: "capitals"),
        CatalogCase(testDescription: "a digit first", catalog: catalog([entry("1LABEL")]), refusal: "capitals"),
        CatalogCase(testDescription: "a type of 100", catalog: catalog([entry(String(repeating: "A", count: 100))])),
        CatalogCase(testDescription: "a type of 101", catalog: catalog([entry(String(repeating: "A", count: 101))]), refusal: "capitals"),
        CatalogCase(testDescription: "no name", catalog: catalog([["signalTypeId": "LABEL"]]), refusal: "displayName"),
        CatalogCase(testDescription: "a name of 200", catalog: catalog([entry("LABEL", ["displayName": long(200)])])),
        CatalogCase(
            testDescription: "a name of 201", catalog: catalog([entry("LABEL", ["displayName": long(201)])]), refusal: "more than 200"),
        CatalogCase(
            testDescription: "a name of one letter and 50,000 marks",
            catalog: catalog([entry("LABEL", ["displayName": .string("e" + String(repeating: "\u{301}", count: 50_000))])]),
            refusal: "more than 200"),
        CatalogCase(testDescription: "a description of 2,000", catalog: catalog([entry("LABEL", ["description": long(2_000)])])),
        CatalogCase(
            testDescription: "a description of 2,001", catalog: catalog([entry("LABEL", ["description": long(2_001)])]),
            refusal: "more than 2000"),
        CatalogCase(
            testDescription: "an address of 2,001", catalog: catalog([entry("LABEL", ["docsUrl": long(2_001)])]), refusal: "more than 2000"),
        CatalogCase(
            testDescription: "1,000 subcategories", catalog: catalog([entry("LABEL", ["eligibleSubcategories": subcategories(1_000)])])),
        CatalogCase(
            testDescription: "1,001 subcategories", catalog: catalog([entry("LABEL", ["eligibleSubcategories": subcategories(1_001)])]),
            refusal: "subcategories"),
        CatalogCase(
            testDescription: "a subcategory's label of 201",
            catalog: catalog([entry("LABEL", ["eligibleSubcategories": [["id": "a", "label": long(201)]]])]), refusal: "more than 200"),
        CatalogCase(testDescription: "metadata of 16 KiB", catalog: catalog([entry("LABEL", ["metadata": ["a": long(16 * 1024 - 8)]])])),
        CatalogCase(
            testDescription: "metadata of more", catalog: catalog([entry("LABEL", ["metadata": ["a": long(16 * 1024)]])]),
            refusal: "metadata"),
        CatalogCase(testDescription: "one bad among good ones", catalog: catalog([entry("A"), entry("b"), entry("C")]), refusal: "'b'"),
    ]

    @Test(arguments: cases) func `a catalog is held to its limits as a whole`(_ one: CatalogCase) throws {
        do throws(Fault) {
            let read = try CoopCatalog.read(one.catalog)
            #expect(one.refusal == nil)
            #expect(read.entries.count == one.catalog["signals"]?.arrayValue?.count)
        } catch {
            #expect(error.code == "coop.catalog-refused")
            #expect(one.refusal.map { error.message.contains($0) } == true, "\(error.message)")
            #expect(error.message.utf8.count < 6_000)
        }
    }

    static func described(_ type: String) -> JSONValue {
        [
            "signalTypeId": .string(type), "index": 0, "functions": ["run"], "cost": 1,
            "descriptor": [
                "id": ["type": .string(type)], "displayName": "L", "description": "", "supportedLanguages": "ALL",
                "eligibleInputs": ["STRING"],
                "outputType": ["scalarType": "NUMBER"], "needsMatchingValues": false, "eligibleSubcategories": [],
            ],
        ]
    }

    @Test func `what was kept is the same again, and nothing else is taken for it`() throws {
        var catalog = try CoopCatalog.read(Self.catalog([Self.entry("A"), Self.entry("B")], version: "v7"))
        try catalog.accept([Self.described("A"), Self.described("B")])
        let kept = try #require(CoopCatalog(kept: catalog.json))
        #expect(kept.version == "v7" && kept.signals.map(\.type) == ["A", "B"] && kept.entries == catalog.entries)
        #expect(kept.key == catalog.key)
        for broken: JSONValue in [
            .null, [:], ["version": "v7"], ["version": "v7", "entries": [], "described": [Self.described("A")]],
            ["version": "v7", "entries": [Self.entry("A")], "described": [["signalTypeId": "A"]]],
        ] { #expect(CoopCatalog(kept: broken) == nil, "\(broken.serialized())") }
    }

    @Test func `an entry that makes no signal refuses the whole`() throws {
        var catalog = try CoopCatalog.read(Self.catalog([Self.entry("A"), Self.entry("B")]))
        for described in [[Self.described("A")], [Self.described("A"), ["signalTypeId": "B", "problem": "it threw"]]] {
            do throws(Fault) {
                try catalog.accept(described)
                Issue.record("it was taken")
            } catch { #expect(error.code == "coop.catalog-refused") }
        }
        #expect(catalog.signals.isEmpty)
    }
}
