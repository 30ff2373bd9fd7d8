import Glibc
import JSON
import PatchbayCLI
import Testing

/// The commands about schemas, over files of their own.
struct SchemaTests {
    /// A folder with a schema, values and a small suite of tests.
    private static func folder() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        let files = [
            "schema.json": #"{"required": ["id"], "properties": {"id": {"type": "string", "format": "ipv4"}, "n": {"minimum": 1}}}"#,
            "good.json": #"{"id": "a"}"#, "bad.json": #"{"n": 0}"#, "broken.json": #"{"n": "#,
            "bad-schema.json": #"{"items": {"type": "any"}}"#,
            "far.json": #"{"$ref": "unit.json"}"#,
            "draft7.json": ##"{"definitions": {"a": true}, "$ref": "#/definitions/a", "type": "string"}"##,
        ]
        for (name, text) in files { try write(text, to: "\(folder.path)/\(name)") }
        return folder
    }

    @Test func `a file that fits is told to be valid, with exit code 0`() async throws {
        let folder = try Self.folder()
        let performed = await perform(["schema", "check", "schema.json", "good.json"], folder: folder.path)
        #expect(performed.exitCode == .ok)
        #expect(performed.output == "good.json: valid\n")
        #expect(performed.error.isEmpty)
    }

    @Test func `violations are told with file, place, keyword and sentence, and exit code 1`() async throws {
        let folder = try Self.folder()
        let performed = await perform(["schema", "check", "schema.json", "good.json", "bad.json"], folder: folder.path)
        #expect(performed.exitCode.rawValue == 1)
        #expect(
            performed.output == """
                good.json: valid
                bad.json: 2 violations
                  the whole
                    The member 'id' is missing.
                    required at #/required
                  /n
                    0 is below 1.
                    minimum at #/properties/n/minimum

                """)
    }

    @Test func `with --json each file is one object`() async throws {
        let folder = try Self.folder()
        let performed = await perform(["schema", "check", "schema.json", "good.json", "bad.json", "--json"], folder: folder.path)
        let lines = try performed.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(lines.count == 2)
        #expect(lines[0] == ["file": "good.json", "valid": true, "violations": []])
        #expect(lines[1]["violations"]?.arrayValue?.count == 2)
        #expect(
            lines[1]["violations"]?[1] == [
                "instancePath": "/n", "schemaPath": "/properties/n/minimum", "keyword": "minimum", "message": "0 is below 1.",
            ])
    }

    @Test(arguments: [
        (["schema.json", "missing.json"], "usage.cannot-read"), (["missing.json", "good.json"], "usage.cannot-read"),
        (["schema.json", "broken.json"], "usage.invalid-json"), (["bad-schema.json", "good.json"], "schema.invalid"),
        (["far.json", "good.json"], "schema.unresolved"), (["schema.json"], "usage.missing-argument"),
        (["schema.json", "good.json", "--draft", "4"], "usage.invalid-value"),
        (["schema.json", "good.json", "--remotes", "none"], "usage.cannot-read"),
    ])
    func `what cannot be used ends with exit code 2 and judges nothing`(_ words: [String], _ code: String) async throws {
        let folder = try Self.folder()
        let performed = await perform(["schema", "check"] + words, folder: folder.path)
        #expect(performed.exitCode == .usage)
        #expect(performed.output.isEmpty)
        #expect(performed.error.hasPrefix("error[\(code)]:"))
    }

    @Test func `the draft, the formats and the documents are the caller's to choose`() async throws {
        let folder = try Self.folder()
        #expect(await perform(["schema", "check", "draft7.json", "good.json"], folder: folder.path).exitCode.rawValue == 1)
        #expect(await perform(["schema", "check", "draft7.json", "good.json", "--draft", "7"], folder: folder.path).exitCode == .ok)
        let formats = await perform(["schema", "check", "--formats", "schema.json", "good.json"], folder: folder.path)
        #expect(formats.output.contains("format at #/properties/id/format"))
        mkdir("\(folder.path)/remotes", 0o755)
        try write(#"{"type": "integer"}"#, to: "\(folder.path)/remotes/unit.json")
        defer { unlink("\(folder.path)/remotes/unit.json") }
        let remote = await perform(["schema", "check", "far.json", "good.json", "--remotes", "remotes"], folder: folder.path)
        #expect(remote.exitCode.rawValue == 1)
        #expect(remote.output.contains("type at #/$ref/type"))
    }

    // MARK: - schema test

    /// A suite: each file by its path below a new folder. Removed by the caller.
    private static func suite(_ files: [String: String]) throws -> Program {
        let program = try Program()
        for (path, text) in files { try program.write(path, text) }
        return program
    }

    private static func group(_ schema: String, _ data: String, valid: Bool) -> String {
        #"[{"description": "g", "schema": \#(schema), "tests": [{"description": "t", "data": \#(data), "valid": \#(valid)}]}]"#
    }

    @Test func `a suite is told as one object, drafts by folder, optional ones left out`() async throws {
        let alone = ##"{"definitions": {"a": true}, "$ref": "#/definitions/a", "type": "string"}"##
        let program = try Self.suite([
            "tests/draft7/a.json": Self.group(alone, "1", valid: true), "tests/draft2020-12/a.json": Self.group(alone, "1", valid: false),
            "tests/draft2020-12/remote.json": Self.group(#"{"$ref": "http://localhost:1234/sub/int.json"}"#, "1", valid: true),
            "tests/draft2020-12/wrong.json": Self.group("true", "1", valid: false),
            "tests/draft2020-12/unusable.json": Self.group(#"{"type": "any"}"#, "1", valid: true),
            "tests/draft2020-12/optional/x.json": Self.group("true", "1", valid: false),
            "tests/draft4/a.json": Self.group("true", "1", valid: false), "remotes/sub/int.json": #"{"type": "integer"}"#,
        ])
        let performed = await perform(["schema", "test", "tests", "--json"], folder: program.home)
        #expect(performed.exitCode.rawValue == 1)
        let report = try JSONValue(parsing: performed.output)
        #expect(report.objectValue?.keys == ["passed", "failed", "failures"])
        #expect(report["passed"] == 3)
        #expect(report["failed"] == 2)
        #expect(
            report["failures"]?[1] == [
                "file": "draft2020-12/wrong.json", "group": "g", "test": "t", "expected": false, "actual": true,
                "reason": "it should not be valid, but no violation was found",
            ])
        #expect(report["failures"]?[0]?["actual"] == .some(.null))
        #expect(performed.error == "left out: draft4, a draft that is not understood here\n")
        let one = await perform(["schema", "test", "tests/draft7"], folder: program.home)
        #expect(one.exitCode == .ok)
        #expect(one.output == "1 passed, none failed\n")
        let optional = await perform(["schema", "test", "tests/draft2020-12", "--optional", "--remotes", "remotes"], folder: program.home)
        #expect(optional.output.hasSuffix("2 passed, 3 failed\n"))
    }

    @Test(
        arguments: [
            ([:], "tests", "usage.cannot-read"), (["tests/readme.txt": "hello"], "tests", "schema.not-a-suite"),
            (["tests/a.json": "{}"], "tests", "schema.not-a-suite"), (["tests/a.json": "[{}]"], "tests", "schema.not-a-suite"),
            (["tests/a.json": #"[{"schema": true, "tests": [{}]}]"#], "tests", "schema.not-a-suite"),
            (["tests/a.json": "["], "tests", "usage.invalid-json"),
        ] as [([String: String], String, String)])
    func `a folder that is no suite ends with exit code 2`(_ files: [String: String], _ path: String, _ code: String) async throws {
        let program = try Self.suite(files)
        let performed = await perform(["schema", "test", path], folder: program.home)
        #expect(performed.exitCode == .usage)
        #expect(performed.error.hasPrefix("error[\(code)]:"))
        #expect(performed.output.isEmpty)
    }
}
