import JSON
import PatchbayCLI
import PluginModel
import Testing

struct ErrorCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let words: [String]
    let exitCode: ExitCode

    init(_ name: String, _ words: [String], _ exitCode: ExitCode = .usage) {
        (testDescription, self.words, self.exitCode) = (name, words, exitCode)
    }
}

/// The mistakes a person makes at the keyboard; Golden/errors.txt shows what they read.
let keyboardErrors: [ErrorCase] = [
    ErrorCase("unknown subcommand", ["plugins"]),
    ErrorCase("unknown subcommand of a group", ["plugin", "cal"]),
    ErrorCase("group without a subcommand", ["plugin"]),
    ErrorCase("unknown topic", ["help", "permision"]),
    ErrorCase("unknown page of a group", ["help", "plugin", "cll"]),
    ErrorCase("unknown option", ["plugin", "call", ".", "greet", "--grnt", "x"]),
    ErrorCase("missing value", ["plugin", "call", ".", "greet", "--grant"]),
    ErrorCase("value for a switch", ["doctor", "--json=1"]),
    ErrorCase("option given twice", ["plugin", "call", ".", "greet", "--time-limit", "1s", "--time-limit", "2s"]),
    ErrorCase("missing argument", ["plugin", "call", "."]),
    ErrorCase("argument too many", ["plugin", "call", ".", "greet", "1", "2"]),
    ErrorCase("folder empty", ["plugin", "call", "", "greet"]),
    ErrorCase("export empty", ["plugin", "call", ".", ""]),
    ErrorCase("argument that is a bare word", ["plugin", "call", ".", "greet", "Oslo"]),
    ErrorCase("argument cut off", ["plugin", "call", ".", "greet", "{\"a\":"]),
    ErrorCase("configuration that is no object", ["plugin", "call", ".", "greet", "--config", "[1]"]),
    ErrorCase("configuration file missing", ["plugin", "call", ".", "greet", "--config", "@missing.json"]),
    ErrorCase("permission without a resource", ["plugin", "call", ".", "greet", "--grant", "network:outbound"]),
    ErrorCase("permission mistyped", ["plugin", "call", ".", "greet", "--grant", "network:outbond:api.example.com"]),
    ErrorCase("time without a unit", ["plugin", "call", ".", "greet", "--time-limit", "5"]),
    ErrorCase("time too long", ["plugin", "call", ".", "greet", "--time-limit", "90m"]),
    ErrorCase("memory without sense", ["plugin", "call", ".", "greet", "--memory-limit", "lots"]),
    ErrorCase("memory too small", ["plugin", "call", ".", "greet", "--memory-limit", "1KB"]),
    ErrorCase("threshold that is no number", ["run", "--threshold", "high"]),
    ErrorCase("threshold of no signal", ["run", "--threshold", "=0.5"]),
    ErrorCase("threshold given twice", ["run", "--threshold", "0.5", "--threshold", "0.6"]),
    ErrorCase("limit of nothing", ["run", "--limit", "0"]),
    ErrorCase("limit that is no number", ["run", "--limit", "many"]),
    ErrorCase("show what", ["run", "--show", "match"]),
    ErrorCase("corpus missing", ["run", "--corpus", "texts"]),
    ErrorCase("shell without completions", ["completions", "fish"]),
    ErrorCase("control characters in a word", ["plug\u{1B}[2Jin"]),
]

struct ErrorTests {
    @Test("a mistake at the keyboard ends with its exit code and prints no result", arguments: keyboardErrors)
    func exitCodes(_ c: ErrorCase) async {
        let performed = await perform(c.words)
        #expect(performed.exitCode == c.exitCode)
        #expect(performed.output.isEmpty)
        #expect(performed.error.hasPrefix("error["))
        #expect(!performed.error.contains("\u{1B}"))
    }

    @Test("every error text reads as it was agreed")
    func golden() async throws {
        var page = ""
        for c in keyboardErrors {
            let performed = await perform(c.words)
            page += "── \(c.testDescription) → \(performed.exitCode.rawValue)\n\(performed.error)\n"
        }
        try expectGolden(page, "errors.txt")
    }

    @Test("with --json an error is one object on standard output and nothing else", arguments: keyboardErrors)
    func asJSON(_ c: ErrorCase) async throws {
        // A word in front of the mistake, so that the parser meets the mistake first and must still know about --json.
        let performed = await perform(c.words + ["--json"])
        #expect(performed.error.isEmpty)
        let lines = performed.output.split(separator: "\n")
        try #require(lines.count == 1)
        let error = try #require(try JSONValue(parsing: String(lines[0]))["error"])
        #expect(error["code"]?.stringValue?.hasPrefix("usage.") == true || error["code"]?.stringValue == "corpus.empty")
        #expect(error["message"]?.stringValue?.isEmpty == false)
        #expect(error["turn"]?.stringValue == "caller" || error["turn"]?.stringValue == "operator")
        #expect(error["exit"]?.intValue == Int(performed.exitCode.rawValue))
    }

    @Test("three parts: what and where, why and the code, what to do and whose turn")
    func parts() {
        let fault = Fault(
            code: "permission.not-granted", message: "plugin 'acme.weather' may not connect to 'api.acme.test'",
            place: "patchbay.json /permissions/0", remedy: "Run it again with --grant network:outbound:api.acme.test", turn: .operator,
            details: "its manifest asks for this, but nobody granted it")
        #expect(
            ErrorRendering.lines(fault, style: .plain, width: 120) == [
                "error[permission.not-granted]: plugin 'acme.weather' may not connect to 'api.acme.test' — patchbay.json /permissions/0",
                "  why: its manifest asks for this, but nobody granted it",
                "  you: Run it again with --grant network:outbound:api.acme.test",
            ])
    }

    @Test("a stack keeps its lines, and only so many of them")
    func stack() {
        let stack = (1...20).map { "    at f\($0) (src/main.ts:\($0):1)" }.joined(separator: "\n")
        let fault = Fault(code: "plugin.threw", message: "boom", place: "greet()", remedy: nil, turn: .plugin, details: stack)
        let lines = ErrorRendering.lines(fault, style: .plain, width: 80)
        #expect(lines.prefix(2) == ["error[plugin.threw]: boom — greet()", "       at f1 (src/main.ts:1:1)"])
        #expect(lines.count == 14 && lines.last == "       … 8 more lines")
    }

    @Test(
        "a fault's code decides the exit code",
        arguments: [
            ("permission.not-granted", ExitCode.refused), ("permission.not-declared", .refused), ("permission.malformed", .invalidPlugin),
            ("call.time-limit", .limitReached), ("call.memory-limit", .limitReached), ("plugin.quarantined", .limitReached),
            ("call.no-such-export", .usage), ("http.blocked-address", .refused), ("storage.full", .hubFailed),
            ("bundle.syntax", .invalidPlugin), ("bundle.tools-missing", .cannotSandbox), ("call.cancelled", .interrupted),
            ("plugin.load-failed", .invalidPlugin),
            ("manifest.anything", .invalidPlugin), ("sandbox.unavailable", .cannotSandbox), ("plugin.threw", .pluginFailed),
            ("worker.crashed", .pluginFailed), ("no.such.family", .pluginFailed), ("", .pluginFailed),
        ])
    func byCode(_ code: String, _ expected: ExitCode) { #expect(ExitCode(faultCode: code) == expected) }
}
