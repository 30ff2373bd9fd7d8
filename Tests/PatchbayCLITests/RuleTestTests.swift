import JSON
import Manifests
import PatchbayCLI
import PluginModel
import Rules
import Synchronization
import Testing

/// Signals that are computed here from the text itself.
private final class ScriptedRuleSignals: RuleSignalSession {
    let signals = [SignalDescriptor(type: "LENGTH", inputs: [.string], output: ScoreType(.number), cost: 1)]
    let notices = [
        LoadNotice(
            .notice, Fault(code: "integrations.built-from-source", message: "Bundled from sources.", place: "@acme/texts", turn: .operator))
    ]
    private let state = Mutex((messages: [Int](), isClosed: false))

    var messages: [Int] { state.withLock { $0.messages } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func run(_ batch: SignalBatch) async -> [SignalRun] {
        state.withLock { $0.messages.append(batch.inputs.count) }
        return batch.inputs.map { input in
            let text = input["value"]?["value"]?.stringValue ?? ""
            return text == "boom"
                ? .unavailable(.failed, "Error: boom") : .scored(.number(Double(text.count)), output: nil, matchedValue: nil)
        }
    }

    func close() async { state.withLock { $0.isClosed = true } }
}

private struct LoadsRuleSignals: RuleSignalLoading {
    let session: ScriptedRuleSignals
    let requested = Requested()

    final class Requested: Sendable {
        let request = Mutex<RuleSignalRequest?>(nil)
    }

    func load(_ request: RuleSignalRequest) async throws(CommandFailure) -> any RuleSignalSession {
        requested.request.withLock { $0 = request }
        return session
    }
}

private let wordRule = """
    {"id": "words", "conditionSet": {"conjunction": "AND", "conditions": [
      {"input": {"type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"}, "signal": {"type": "TEXT_MATCHING_CONTAINS_TEXT"}, "matchingValues": {"strings": ["spam"]}},
      {"input": {"type": "CONTENT_FIELD", "name": "likes", "contentTypeId": "post"}, "comparator": "LESS_THAN", "threshold": 3}]}}
    """

private let lengthRule = """
    {"conjunction": "OR", "conditions": [
      {"input": {"type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"}, "signal": {"type": "LENGTH"}, "comparator": "GREATER_THAN", "threshold": 4}]}
    """

struct RuleTestTests {
    private func run(_ rule: String, _ items: String, _ words: [String] = [], services: Services = .real, isTTY: Bool = false) async throws
        -> Performed
    {
        let scratch = try ScratchFolder()
        try write(rule, to: scratch.path + "/rule.json")
        try write(items, to: scratch.path + "/items.jsonl")
        return await perform(
            ["rule", "test", "rule.json", "items.jsonl"] + words, services: services, width: 120, isTTY: isTTY, folder: scratch.path)
    }

    @Test("each decision is a line with its trace, then comes a summary")
    func golden() async throws {
        let performed = try await run(
            wordRule,
            """
            {"id": "1", "typeId": "post", "data": {"text": "Spam and ham", "likes": 1}, "expect": true}
            {"id": "2", "typeId": "post", "data": {"text": "spam", "likes": 7}}

            {"id": "3", "typeId": "post", "data": {"likes": 7}, "expect": {"words": false}}
            {"id": "4", "typeId": "post", "data": {"text": "SPAM", "likes": 0}, "expect": false}
            {"id": "5", "typeId": "post", "data": {"text": 5}}
            """)
        #expect(performed.exitCode == .pluginFailed, "an expectation was not met, and an item did not fit")
        try expectGolden(performed.output + "── standard error\n" + performed.error, "rule-test.txt")
    }

    @Test("all as expected is exit code 0, and quiet says only the summary")
    func good() async throws {
        let items = #"{"id": "1", "typeId": "post", "data": {"text": "spam", "likes": 1}, "expect": true}"#
        let performed = try await run(wordRule, items, ["--quiet"])
        #expect(performed.exitCode == .ok)
        #expect(performed.output.hasPrefix("\n1 passed, 0 failed\n"))
        #expect(performed.error.isEmpty)
    }

    @Test("with --json: every decision with its trace, items that do not fit, the summary, and nothing else")
    func json() async throws {
        let performed = try await run(
            wordRule, #"{"id": "1", "typeId": "post", "data": {"text": "spam", "likes": 1}}"# + "\n" + #"{"id": "2", "typeId": "post"}"#,
            ["--json"])
        let lines = try performed.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        try #require(lines.count == 3)
        #expect(lines[0]["item"] == "1" && lines[0]["rule"] == "words" && lines[0]["passed"] == true && lines[0]["outcome"] == "PASSED")
        #expect(lines[0]["trace"]?["conditions"]?[0]?["result"]?["matchedValue"] == "spam")
        #expect(lines[1]["line"] == 2 && lines[1]["findings"]?[0]?["code"] == "item.malformed")
        #expect(lines[2]["summary"]?["passed"] == 1 && lines[2]["summary"]?["unfit"] == 1)
        #expect(performed.exitCode == .pluginFailed)
    }

    @Test("signals are asked many items a message, with the settings of the command line")
    func signals() async throws {
        let session = ScriptedRuleSignals()
        let loads = LoadsRuleSignals(session: session)
        var services = Services.real
        services.ruleSignals = loads
        let items = (0..<300).map {
            #"{"id": "\#($0)", "typeId": "post", "data": {"text": "\#($0 == 7 ? "boom" : String(repeating: "x", count: $0))"}}"#
        }
        let performed = try await run(
            lengthRule, items.joined(separator: "\n"), ["--integrations", "my.json", "--config", #"{"ACME": {"key": 1}}"#, "--json"],
            services: services)
        #expect(session.messages.sorted() == [44, 256])
        #expect(session.isClosed)
        let request = loads.requested.request.withLock { $0 }
        #expect(request?.settings == ["ACME": ["key": 1]])
        #expect(request?.load.configPath?.hasSuffix("/my.json") == true)
        let summary = try JSONValue(parsing: String(performed.output.split(separator: "\n").last ?? ""))
        #expect(summary["summary"]?["passed"] == 294 && summary["summary"]?["untold"] == 1 && summary["summary"]?["failed"] == 5)
        #expect(performed.output.contains(#""code":"condition.signal-failed","message":"Error: boom""#))
        #expect(performed.exitCode == .pluginFailed, "one could not be told")
    }

    @Test("a rule that cannot be used is one error with everything that is wrong")
    func badRule() async throws {
        let performed = try await run(
            #"{"conditionSet": {"conjunction": "ADN", "conditions": [{"input": {"type": "USER"}, "comparator": "EQUALS"}]}}"#,
            #"{"id": "1"}"#)
        #expect(performed.exitCode == .usage)
        #expect(performed.error.contains("error[rule.unknown-word]") && performed.error.contains("Did you mean 'AND'?"))
        #expect(performed.error.contains("/conditionSet/conditions/0/input/type"))
        #expect(
            performed.error.contains("/conditionSet/conditions/0/threshold") == false, "the input is unknown: what it needs is not judged")
        #expect(performed.output.isEmpty)
    }

    @Test(
        "files and settings that cannot be used are told, and nothing is decided",
        arguments: [
            ("{", "{}", [], "usage.invalid-json"), (wordRule, "{}\n{", [], "usage.invalid-json"), (wordRule, "\n\n", [], "usage.no-input"),
            (wordRule, "{}", ["--config", "{"], "usage.invalid-json"),
            (wordRule, "{}", ["--config", #"{"A": 1}"#], "usage.invalid-config"),
            (wordRule, "{}", ["--config", "[]"], "usage.invalid-config"),
        ] as [(String, String, [String], String)])
    func badFiles(_ rule: String, _ items: String, _ words: [String], _ code: String) async throws {
        let performed = try await run(rule, items, words)
        #expect(performed.exitCode == .usage)
        #expect(performed.error.contains("error[\(code)]"))
        #expect(performed.output.isEmpty)
    }

    @Test("a signal that nobody has is a warning, and the condition cannot be told")
    func missing() async throws {
        let performed = try await run(lengthRule, #"{"id": "1", "typeId": "post", "data": {"text": "x"}}"#)
        #expect(performed.exitCode == .pluginFailed)
        #expect(performed.error.contains("rule.missing-signal"))
        #expect(performed.output.contains("untold") && performed.output.contains("No signal 'LENGTH' is loaded."))
    }
}
