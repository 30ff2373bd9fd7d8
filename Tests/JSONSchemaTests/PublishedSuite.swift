import JSON
import Testing

@testable import JSONSchema

/// json-schema-org/JSON-Schema-Test-Suite (MIT), its required tests: files of groups, each a schema with the values to judge by it.
enum PublishedSuite {
    static let folder = SharedFolder.path("conformance/json-schema")
    static let absence: Comment = "conformance/json-schema is absent: set PATCHBAY_SHARED"

    static func files(_ draft: Draft) -> [String] {
        guard let folder else { return [] }
        return SharedFolder.names(in: "\(folder)/tests/\(name(draft))").filter { $0.hasSuffix(".json") }
    }

    static func name(_ draft: Draft) -> String { draft == .draft7 ? "draft7" : "draft2020-12" }

    /// What the suite expects at http://localhost:1234/.
    static let remotes: SchemaDocuments = {
        var documents = SchemaDocuments()
        func gather(_ path: String, _ below: String) {
            for name in SharedFolder.names(in: path) where !name.hasPrefix(".") {
                if name.hasSuffix(".json") {
                    if let bytes = try? SharedFolder.bytes(of: "\(path)/\(name)"), let value = try? JSONValue(parsing: bytes) {
                        documents.add(value, at: "http://localhost:1234/\(below)\(name)")
                    }
                } else {
                    gather("\(path)/\(name)", "\(below)\(name)/")
                }
            }
        }
        if let folder { gather("\(folder)/remotes", "") }
        return documents
    }()

    struct Outcome {
        var passed = 0
        var failed: [String] = []
    }

    /// Judges every value of a file; a schema that cannot be used fails all of its values.
    static func run(_ draft: Draft, _ file: String) throws -> Outcome {
        let folder = try #require(folder)
        let groups = try JSONValue(parsing: SharedFolder.bytes(of: "\(folder)/tests/\(name(draft))/\(file)"))
        var outcome = Outcome()
        for group in try #require(groups.arrayValue) {
            let title = group["description"]?.stringValue ?? ""
            let schema = Result { () throws(SchemaError) in
                try JSONSchema(orTrue(group["schema"]), draft: draft, documents: remotes)
            }
            for test in group["tests"]?.arrayValue ?? [] {
                let name = "\(file): \(title): \(test["description"]?.stringValue ?? "")"
                let instance = try #require(test["data"])
                let expected = test["valid"] == true
                switch schema {
                case .success(let schema):
                    let violations = schema.validate(instance)
                    #expect(violations.isEmpty == schema.isValid(instance), "\(name): both questions have one answer")
                    if violations.isEmpty == expected { outcome.passed += 1 } else { outcome.failed.append(name) }
                case .failure(let error): outcome.failed.append("\(name) [\(error)]")
                }
            }
        }
        return outcome
    }

    private static func orTrue(_ value: JSONValue?) -> JSONValue { value ?? true }
}
