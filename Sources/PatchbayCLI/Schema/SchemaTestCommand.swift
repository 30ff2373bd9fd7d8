import JSON
import JSONSchema

/// `patchbay schema test`: a folder of schema tests carried out, such as the published suite's.
package struct SchemaTestCommand: Command {
    package static let spec = CommandSpec(
        name: "test", summary: "Run a folder of schema tests in the layout of the published suite",
        discussion: [
            "Each .json file is a list of {description, schema, tests: [{description, data, valid}]}. Subfolders are searched too; 'optional' only with --optional, and folders of drafts that are not understood are left out with a note.",
            "The draft is the one '$schema' names, else that of the nearest folder called draft7 or draft2020-12, else 2020-12.",
            "The exit code is 0 when no test failed, 1 when one did, and 2 when the folder cannot be used.",
        ],
        examples: [
            .init("the published suite", "patchbay schema test JSON-Schema-Test-Suite/tests"),
            .init("one draft, for a script", "patchbay schema test --json tests/draft2020-12 --remotes remotes"),
        ],
        positionals: [.init("DIR", "The folder of tests", completion: .directory)],
        options: [
            .init(
                "remotes", value: "DIR", help: "The folder that stands for http://localhost:1234/",
                fallback: "a folder 'remotes' beside DIR or beside a folder around it called 'tests'", completion: .directory),
            .init("optional", help: "Run the tests below 'optional' too; formats are checked in those below 'optional/format'"),
            .init("json", help: "Print one object: {\"passed\", \"failed\", \"failures\"}"),
        ],
        topics: ["exit-codes"])

    let folder: String
    let remotes: String?
    let runsOptional: Bool
    let isJSON: Bool

    package init(_ arguments: ParsedArguments) throws(UsageError) {
        folder = arguments.required("DIR")
        remotes = arguments.value("remotes")
        runsOptional = arguments.has("optional")
        isJSON = arguments.has("json")
    }

    package func run(in context: CommandContext) async throws(CommandFailure) -> ExitCode {
        let root = Files.absolute(folder, from: context.workingDirectory)
        let remotes = remotes.map { Files.absolute($0, from: context.workingDirectory) } ?? SchemaSuite.remotes(near: root)
        var suite = SchemaSuite(root: root, documents: try remotes.map(SchemaFiles.documents(below:)) ?? [:])
        for path in try suite.files(includingOptional: runsOptional) {
            if Task.isCancelled { throw .interrupted(after: suite.passed + suite.failures.count) }
            try suite.run(path)
        }
        for name in suite.skipped { context.terminal.error.line("left out: \(SafeText.line(name)), a draft that is not understood here") }
        let output = context.terminal.output
        if isJSON {
            output.line(suite.json.serialized())
        } else {
            tell(suite, to: output)
        }
        return suite.failures.isEmpty ? .ok : .hasFindings
    }

    private func tell(_ suite: SchemaSuite, to output: OutputChannel) {
        let style = output.style
        for failure in suite.failures {
            output.line(
                "\(style.red("failed")) \(SafeText.line(failure.file)): \(SafeText.line(failure.group)): \(SafeText.line(failure.test))")
            output.line(style.dim("  \(SafeText.line(failure.reason))"))
        }
        let failed = suite.failures.count
        output.line(
            "\(Quantity.grouped(suite.passed)) passed, " + (failed == 0 ? "none failed" : style.red("\(Quantity.grouped(failed)) failed")))
    }
}
