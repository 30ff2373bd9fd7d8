import JSON
import JSONSchema
import PluginModel

/// A folder of schema tests being carried out.
struct SchemaSuite {
    struct Failure {
        let file: String
        let group: String
        let test: String
        let expected: Bool
        /// What came out instead of `expected`, as a sentence.
        let reason: String
        /// Whether the schema could not be used at all.
        let isUnusable: Bool
    }

    private let root: String
    private let documents: SchemaDocuments
    private(set) var passed = 0
    private(set) var failures: [Failure] = []
    /// Folders of drafts that are not understood.
    private(set) var skipped: [String] = []

    init(root: String, documents: SchemaDocuments) {
        self.root = root
        self.documents = documents
    }

    /// The suite's own place for the documents its tests refer to.
    static func remotes(near root: String) -> String? {
        var candidates = [root + "/remotes"]
        var parts = root.split(separator: "/").map(String.init)
        // Beside DIR, and beside the folder `tests` that DIR is or lies in.
        for level in 0..<3 where !parts.isEmpty {
            let name = parts.removeLast()
            if level == 0 || name == "tests" { candidates.append("/" + (parts + ["remotes"]).joined(separator: "/")) }
        }
        return candidates.first { Files.kind($0) == .folder }
    }

    /// The files of tests, by their paths below the root.
    mutating func files(includingOptional: Bool) throws(CommandFailure) -> [String] {
        var found: [String] = []
        for path in try SchemaFiles.json(below: root) {
            let folders = path.split(separator: "/").dropLast().map(String.init)
            if let foreign = folders.first(where: Self.isForeignDraft) {
                if !skipped.contains(foreign) { skipped.append(foreign) }
            } else if folders.first != "remotes", includingOptional || !folders.contains("optional") {
                found.append(path)
            }
        }
        guard !found.isEmpty else { throw Self.unusable(root, "there are no tests below this folder", details: nil) }
        return found
    }

    /// Names the published suite has for drafts other than the two. Only folders below the root are judged by it: who names one means it.
    private static func isForeignDraft(_ name: String) -> Bool {
        (name.hasPrefix("draft") && draft(ofFolder: name) == nil && name.dropFirst(5).first.map { $0.isNumber || $0 == "-" } == true)
            || name == "v1"
    }

    private static func draft(ofFolder name: some StringProtocol) -> Draft? {
        switch name {
        case "draft7", "draft-07": .draft7
        case "draft2020-12": .draft2020
        default: nil
        }
    }

    /// Carries out one file.
    mutating func run(_ path: String) throws(CommandFailure) {
        let full = "\(root)/\(path)"
        let folders = full.split(separator: "/").dropLast()
        let draft = folders.reversed().lazy.compactMap { Self.draft(ofFolder: $0) }.first ?? .draft2020
        let assertsFormats = folders.dropLast().last == "optional" && folders.last == "format"
        guard let groups = try SchemaFiles.value(full, from: "/").arrayValue else {
            throw Self.unusable(full, "this file is no list of groups of tests", details: nil)
        }
        for (place, group) in groups.enumerated() {
            guard let document = group["schema"], let tests = group["tests"]?.arrayValue else {
                throw Self.unusable(full, "a group of tests lacks 'schema' or 'tests'", details: "it is number \(place)")
            }
            let schema = Result { () throws(SchemaError) in
                try JSONSchema(document, draft: draft, documents: documents, assertsFormats: assertsFormats)
            }
            for test in tests {
                guard let data = test["data"], let expected = test["valid"]?.boolValue else {
                    throw Self.unusable(full, "a test lacks 'data' or 'valid'", details: "it is in group number \(place)")
                }
                let names = (group["description"]?.stringValue ?? "", test["description"]?.stringValue ?? "")
                judge(data, by: schema, expected: expected, file: path, names: names)
            }
        }
    }

    private mutating func judge(
        _ data: JSONValue, by schema: Result<JSONSchema, SchemaError>, expected: Bool, file: String, names: (group: String, test: String)
    ) {
        let reason: String
        var isUnusable = false
        switch schema {
        case .success(let schema):
            let violations = schema.validate(data)
            guard violations.isEmpty != expected else {
                passed += 1
                return
            }
            reason = violations.first.map { "it should be valid, but \($0)" } ?? "it should not be valid, but no violation was found"
        case .failure(let error):
            reason = "the schema cannot be used: \(error)"
            isUnusable = true
        }
        failures.append(
            Failure(file: file, group: names.group, test: names.test, expected: expected, reason: reason, isUnusable: isUnusable))
    }

    var json: JSONValue {
        let list = failures.map { failure -> JSONValue in
            let actual: JSONValue = failure.isUnusable ? .null : .bool(!failure.expected)
            return [
                "file": .string(failure.file), "group": .string(failure.group), "test": .string(failure.test),
                "expected": .bool(failure.expected), "actual": actual, "reason": .string(failure.reason),
            ]
        }
        return ["passed": .int(Int64(passed)), "failed": .int(Int64(failures.count)), "failures": .array(list)]
    }

    private static func unusable(_ place: String, _ message: String, details: String?) -> CommandFailure {
        CommandFailure(
            Fault(
                code: "schema.not-a-suite", message: message, place: place,
                remedy:
                    "Name a folder of files such as [{\"description\", \"schema\", \"tests\": [{\"description\", \"data\", \"valid\"}]}].",
                turn: .caller, details: details))
    }
}
