import Testing

@testable import JSON

/// nst/JSONTestSuite (MIT): `y_` is taken, `n_` is refused, `i_` is ours to decide; nothing crashes.
struct ConformanceTests {
    static let folder = SharedFolder.path("conformance/json-parsing/test_parsing")
    static let cases = folder.map { SharedFolder.names(in: $0).filter { $0.hasSuffix(".json") } } ?? []

    @Test("The published suite is there in full", .enabled(if: folder != nil, "conformance/json-parsing is absent: set PATCHBAY_SHARED"))
    func suiteIsComplete() {
        #expect(Self.cases.count == 318)
    }

    @Test(
        "A document of the published suite is judged as published",
        .enabled(if: folder != nil, "conformance/json-parsing is absent: set PATCHBAY_SHARED"), arguments: cases)
    func verdict(_ name: String) throws {
        let bytes = try SharedFolder.bytes(of: #require(Self.folder) + "/" + name)
        let read = Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
        switch (name.prefix(2), read) {
        case ("y_", .failure(let error)): Issue.record("refused: \(error)")
        case ("n_", .success(let value)): Issue.record("taken as \(value)")
        case (_, .failure(let error)):
            #expect(error.offset <= bytes.count)
            #expect(error.line >= 1 && error.column >= 1)
        case (_, .success(let value)):
            #expect(try JSONValue(parsing: value.serializedBytes()) == value)
        }
        if name.hasPrefix("i_") {
            let isTaken = (try? read.get()) != nil
            #expect(isTaken == Self.implementationTakes.contains(name), "our choice for it has changed")
        }
    }

    /// Our choices where the standard leaves one: big integers are rounded, tiny numbers become zero, a byte order mark is skipped, depth 500
    /// is within the default. Not taken: numbers past Double, lone surrogates, invalid UTF-8, UTF-16.
    static let implementationTakes: Set<String> = [
        "i_number_double_huge_neg_exp.json", "i_number_real_underflow.json", "i_number_too_big_neg_int.json",
        "i_number_too_big_pos_int.json", "i_number_very_big_negative_int.json", "i_structure_500_nested_arrays.json",
        "i_structure_UTF-8_BOM_empty_object.json",
    ]

    @Test(
        "The careful reader alone judges as both together do",
        .enabled(if: folder != nil, "conformance/json-parsing is absent: set PATCHBAY_SHARED"), arguments: cases)
    func readersAgree(_ name: String) throws {
        let bytes = try SharedFolder.bytes(of: #require(Self.folder) + "/" + name)
        #expect(carefully(bytes) == Result { () throws(JSONError) in try JSONValue(parsing: bytes) })
    }
}

/// Reads with the careful reader alone.
func carefully(_ bytes: [UInt8], limits: JSONLimits = .default) -> Result<JSONValue, JSONError> {
    bytes.withUnsafeBufferPointer { all in
        Result { () throws(JSONError) in
            var reader = CarefulReader(all, limits: limits)
            return try reader.document()
        }
    }
}
