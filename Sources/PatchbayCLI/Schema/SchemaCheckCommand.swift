import JSON
import JSONSchema

/// `patchbay schema check`: values judged by a schema.
package struct SchemaCheckCommand: Command {
    package static let spec = CommandSpec(
        name: "check", summary: "Say whether JSON files fit a schema",
        discussion: [
            "Every violation is told with its place in the file, the keyword and a sentence. Drafts 2020-12 and 7 are understood; '$schema' decides which.",
            "Nothing is fetched. Documents that the schema refers to come from --remotes: each file there is known by its own '$id', and as http://localhost:1234/ followed by its path.",
            "The exit code is 0 when every file fits, 1 when one does not, and 2 when the schema or a file cannot be used.",
        ],
        examples: [
            .init("one file", "patchbay schema check schema.json settings.json"),
            .init("from a pipe, for a script", "patchbay schema check --json schema.json - < generated.json"),
            .init("a schema in several files", "patchbay schema check --remotes schemas schemas/main.json data.json"),
        ],
        positionals: [
            .init("SCHEMA", "The schema's file", completion: .file),
            .init("INSTANCE", "The file to check, or - for standard input; there may be several", repeats: true, completion: .file),
        ],
        options: [
            .init(
                "draft", value: "DRAFT", help: "The draft of schemas without '$schema': 2020-12 or 7", fallback: Draft.draft2020.rawValue,
                completion: .words(Draft.allCases.map(\.rawValue))),
            .init("remotes", value: "DIR", help: "The folder of documents the schema may refer to", completion: .directory),
            .init("formats", help: "Check 'format' too, instead of only noting it"),
            .json,
        ],
        topics: ["exit-codes"])

    let schemaPath: String
    let instancePaths: [String]
    let draft: Draft
    let remotes: String?
    let assertsFormats: Bool
    let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        schemaPath = arguments.required("SCHEMA")
        instancePaths = arguments.positionals("INSTANCE")
        let word = arguments.value("draft") ?? Draft.draft2020.rawValue
        // Also as the folders of the published suite are called.
        guard let draft = Draft(rawValue: word.hasPrefix("draft") ? String(word.dropFirst(5)) : word) else {
            throw .invalidValue(
                of: "--draft", value: word, why: "it is none of: \(Draft.allCases.map(\.rawValue).joined(separator: ", "))",
                hint: "Write --draft \(Draft.draft7.rawValue) or --draft \(Draft.draft2020.rawValue).")
        }
        self.draft = draft
        remotes = arguments.value("remotes")
        assertsFormats = arguments.has("formats")
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let folder = context.workingDirectory
        let document = try SchemaFiles.value(schemaPath, from: folder)
        var documents = SchemaDocuments()
        if let remotes { documents = try SchemaFiles.documents(below: Files.absolute(remotes, from: folder)) }
        let schema: JSONSchema
        do throws(SchemaError) {
            schema = try JSONSchema(
                document, draft: draft, documents: documents, base: remotes.map { base(remotes: $0, folder: folder) } ?? "",
                assertsFormats: assertsFormats)
        } catch {
            throw SchemaFiles.failure(error, path: schemaPath)
        }
        // All are read before the first is judged: half an answer in front of an error helps no script.
        var instances: [(path: String, value: JSONValue)] = []
        for path in instancePaths { instances.append((path, try SchemaFiles.value(path, from: folder))) }
        var allFit = true
        for (path, value) in instances {
            let violations = schema.validate(value)
            if !violations.isEmpty { allFit = false }
            tell(violations, of: path, to: context.terminal.output)
        }
        return allFit ? .ok : .hasFindings
    }

    /// The schema's own address, so that a relative reference finds its neighbours when it lies in the folder of documents itself.
    private func base(remotes: String, folder: String) -> String {
        let root = Files.absolute(remotes, from: folder) + "/"
        let path = Files.absolute(schemaPath, from: folder)
        return path.hasPrefix(root) ? SchemaFiles.remotesBase + path.dropFirst(root.count) : SchemaFiles.remotesBase
    }

    private func tell(_ violations: [SchemaViolation], of path: String, to output: OutputChannel) {
        guard !isJSON else { return output.line(Self.json(violations, of: path).serialized()) }
        let style = output.style
        let name = SafeText.line(path)
        guard !violations.isEmpty else { return output.line("\(name): \(style.green("valid"))") }
        let atLeast = violations.count >= SchemaLimits.violationsMax ? "at least " : ""
        output.line("\(name): \(style.red(atLeast + (violations.count == 1 ? "1 violation" : "\(violations.count) violations")))")
        let width = min(output.width, HelpPage.widthMax)
        for violation in violations {
            let place = violation.instancePath.tokens.isEmpty ? "the whole" : SafeText.line(violation.instancePath.description)
            output.line("  " + style.bold(place))
            output.lines(TextWrap.lines("    " + SafeText.line(violation.message), width: width, indent: "    "))
            output.line(style.dim("    \(SafeText.line(violation.keyword)) at #\(SafeText.line(violation.schemaPath.description))"))
        }
    }

    private static func json(_ violations: [SchemaViolation], of path: String) -> JSONValue {
        let list = violations.map { violation -> JSONValue in
            [
                "instancePath": .string(violation.instancePath.description), "schemaPath": .string(violation.schemaPath.description),
                "keyword": .string(violation.keyword), "message": .string(violation.message),
            ]
        }
        return ["file": .string(path), "valid": .bool(violations.isEmpty), "violations": .array(list)]
    }
}
