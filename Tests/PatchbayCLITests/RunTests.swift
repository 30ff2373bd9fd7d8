import JSON
import Manifests
import PatchbayCLI
import PluginModel
import Synchronization
import Testing

/// A session whose signals are computed here from the text itself, so that every figure of the summary can be checked by hand.
final class ScriptedSession: SignalSession {
    let configPath = "/hub/integrations.config.json"
    let integrations: [LoadedIntegration]
    let notices: [LoadNotice]
    private let isClosed = Mutex(false)

    init(_ signals: [LoadedSignal], notices: [LoadNotice] = []) {
        integrations = [
            LoadedIntegration(id: "ACME", name: "Acme Texts", version: "1.2.0", package: "@acme/texts", signals: signals)
        ]
        self.notices = notices
    }

    var wasClosed: Bool { isClosed.withLock { $0 } }

    func judge(_ texts: [String], with signal: LoadedSignal) async throws(CommandFailure) -> [SignalOutcome] {
        if signal.type == "BROKEN" { throw CommandFailure(boom) }
        return texts.map { text in
            switch signal.type {
            case "LENGTH": .score(.int(Int64(text.count)), matchedValue: nil)
            case "HAS_E": .score(.bool(text.contains("e")), matchedValue: text.contains("e") ? "e" : nil)
            case "FRAGILE": text.count > 3 ? .failed(boom) : .score(0.5, matchedValue: nil)
            default: .score(["not": "comparable"], matchedValue: nil)
            }
        }
    }

    func peakMemoryBytes() async -> Int? { 9 << 20 }
    func close() async { isClosed.withLock { $0 = true } }
}

private let boom = Fault(code: "plugin.threw", message: "boom", place: "src/index.ts:3:9", remedy: "Mend the plugin.", turn: .plugin)

private struct Loads: SignalLoading {
    let session: ScriptedSession
    func load(_ request: SignalLoadRequest) async throws(CommandFailure) -> any SignalSession { session }
}

private func signal(_ type: String, _ outputType: String = "NUMBER", recommended: Double? = nil, disabled: String? = nil) -> LoadedSignal {
    LoadedSignal(
        integration: "ACME", type: type, displayName: type.lowercased(), outputType: outputType, highPrecisionThreshold: recommended,
        disabledMessage: disabled)
}

private func run(
    _ session: ScriptedSession, _ words: [String] = [], corpus: String = "ab\n%\nabc\n%\nabcde\n%\nabcdefgh\n", width: Int = 100,
    isTTY: Bool = false
) async throws -> Performed {
    let scratch = try ScratchFolder()
    try write(corpus, to: scratch.path + "/letters")
    var services = Services.real
    services.signals = Loads(session: session)
    let performed = await perform(
        ["run", "--corpus", scratch.path] + words, services: services, width: width, isTTY: isTTY, folder: scratch.path)
    #expect(session.wasClosed, "workers end with the run")
    // The scratch folder's name differs every time.
    func stable(_ text: String) -> String { text.replacing(scratch.path, with: "/corpus") }
    return Performed(exitCode: performed.exitCode, output: stable(performed.output), error: stable(performed.error))
}

struct RunTests {
    @Test("a run reads as it was agreed")
    func golden() async throws {
        let session = ScriptedSession(
            [signal("LENGTH", recommended: 5), signal("HAS_E", "BOOLEAN"), signal("FRAGILE"), signal("OFF", disabled: "needs an API key")],
            notices: [
                LoadNotice(
                    .error,
                    Fault(
                        code: "package.not-found", message: "Failed to load integration package \"@acme/missing\"",
                        place: "integrations.config.json", remedy: "Install it beside the configuration.", turn: .operator,
                        details: "no such folder")),
                LoadNotice(
                    .notice,
                    Fault(
                        code: "integrations.built-from-source", message: "The package is bundled from its sources.", place: "@acme/texts",
                        turn: .operator)),
            ])
        let performed = try await run(session)
        #expect(performed.exitCode == .ok)
        try expectGolden(performed.output + "── standard error\n" + performed.error, "run.txt")
    }

    @Test("--show decides which decisions are printed")
    func shown() async throws {
        let signals = [signal("LENGTH", recommended: 5)]
        let matches = try await run(ScriptedSession(signals), ["--show", "matches"])
        #expect(matches.output.contains("● LENGTH  letters 3                 5  abcde\n"))
        #expect(!matches.output.contains("letters 1 "))
        let all = try await run(ScriptedSession(signals), ["--show=all"])
        #expect(all.output.contains("  LENGTH  letters 1                 2  ab\n"))
    }

    @Test("with --json: every decision, then the summary, and nothing else")
    func json() async throws {
        let performed = try await run(ScriptedSession([signal("LENGTH", recommended: 5), signal("FRAGILE")]), ["--json"], isTTY: true)
        #expect(performed.error.isEmpty)
        let lines = try performed.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        try #require(lines.count == 9)
        #expect(lines[0] == ["file": "letters", "number": 1, "signal": "LENGTH", "decision": "pass", "score": 2])
        #expect(lines[2]["decision"] == "match")
        #expect(lines[6]["decision"] == "error")
        #expect(lines[6]["error"] == ["code": "plugin.threw", "message": "boom"])
        let summary = try #require(lines[8]["summary"])
        #expect(summary["texts"] == 4 && summary["runs"] == 8 && summary["workerPeakBytes"] == .int(9 << 20))
        let length = try #require(summary["signals"]?[0])
        #expect(length["matched"] == 2 && length["errors"] == 0 && length["threshold"]?.doubleValue == 5)
        #expect(length["min"]?.doubleValue == 2 && length["median"]?.doubleValue == 4 && length["max"]?.doubleValue == 8)
    }

    @Test("--quiet leaves the table and the errors")
    func quiet() async throws {
        let notices = [Finding.Severity.error, .warning, .notice].map { severity in
            LoadNotice(severity, Fault(code: "package.\(severity)", message: "of this weight", turn: .plugin))
        }
        let performed = try await run(ScriptedSession([signal("LENGTH", recommended: 5)], notices: notices), ["--quiet"])
        #expect(performed.error == "error[package.error]: of this weight\n\n")
        #expect(performed.output.hasPrefix("Signal "))
        #expect(!performed.output.contains("Highest"))
    }

    @Test("one signal can be chosen, and a mistyped one is suggested")
    func choice() async throws {
        let signals = [signal("LENGTH"), signal("HAS_E", "BOOLEAN")]
        let one = try await run(ScriptedSession(signals), ["--signal", "HAS_E", "--json"])
        #expect(one.output.split(separator: "\n").count == 5)
        for words in [["--signal", "LENTH"], ["--threshold", "LENTH=3"]] {
            let wrong = try await run(ScriptedSession(signals), words)
            #expect(wrong.exitCode == .usage)
            #expect(wrong.error.contains("Did you mean 'LENGTH'?"))
        }
    }

    @Test("a run that cannot judge says why")
    func failures() async throws {
        let none = try await run(ScriptedSession([]))
        #expect(none.exitCode == .invalidPlugin && none.error.contains("config.no-signals"))
        let off = try await run(ScriptedSession([signal("OFF", disabled: "needs an API key")]))
        #expect(off.exitCode == .invalidPlugin && off.error.contains("OFF: needs an API key"))
        let broken = try await run(ScriptedSession([signal("BROKEN")]))
        #expect(broken.exitCode == .pluginFailed && broken.error.contains("plugin.threw"))
        let fragile = try await run(ScriptedSession([signal("FRAGILE")]), corpus: "abcdef\n")
        #expect(fragile.exitCode == .pluginFailed, "when every text fails the run has failed")
    }

    @Test("a text of the corpus cannot touch the terminal")
    func hostileTexts() async throws {
        let performed = try await run(
            ScriptedSession([signal("LENGTH", recommended: 1)]), ["--show", "all"], corpus: "a\u{1B}[2Jb\u{202E}c\n", isTTY: false)
        #expect(performed.output.contains("a␛[2Jb\u{FFFD}c"))
        #expect(!performed.output.contains("\u{1B}"))
    }

    @Test("a line shows what was matched, wherever in the text it lies")
    func matchesInSight() async throws {
        let words = String(repeating: "long ago ", count: 30)
        let performed = try await run(
            ScriptedSession([signal("HAS_E", "BOOLEAN")]), ["--show", "matches"], corpus: "\(words)the end\n%\nthe end \(words)\n",
            width: 60)
        #expect(performed.output.contains("true  … ago long ago the end\n"))
        #expect(performed.output.contains("true  the end long ago long…\n"))
    }

    @Test("cancelling stops between batches with exit code 130")
    func cancelled() async throws {
        let session = ScriptedSession([signal("LENGTH")])
        let task = Task {
            // The task cancels itself, so that no race decides when it hears of it.
            withUnsafeCurrentTask { $0?.cancel() }
            return try await run(session)
        }
        let performed = try await task.value
        #expect(performed.exitCode == .interrupted)
        #expect(performed.error.contains("interrupted.by-signal"))
    }
}

struct ThresholdTests {
    struct MatchCase: Sendable, CustomTestStringConvertible {
        let signal: LoadedSignal
        let asked: [String]
        let score: JSONValue
        let expected: Bool?
        var testDescription: String {
            "\(signal.outputType) \(score.serialized()), asked \(asked), recommended \(signal.highPrecisionThreshold ?? .nan)"
        }
        init(_ signal: LoadedSignal, _ asked: [String], _ score: JSONValue, _ expected: Bool?) {
            (self.signal, self.asked, self.score, self.expected) = (signal, asked, score, expected)
        }
    }

    @Test(
        "a score matches at or above the threshold that holds for its signal",
        arguments: [
            MatchCase(signal("A", recommended: 0.5), [], 0.5, true), MatchCase(signal("A", recommended: 0.5), [], 0.49, false),
            MatchCase(signal("A", recommended: 0.5), ["0.9"], 0.5, false),
            MatchCase(signal("A", recommended: 0.5), ["0.9", "A=0.1"], 0.5, true),
            MatchCase(signal("A", recommended: 0.5), ["B=0.1"], 0.4, false), MatchCase(signal("A"), [], 0, false),
            MatchCase(signal("A"), [], 0.001, false), MatchCase(signal("A"), [], 1, false), MatchCase(signal("A"), ["-5"], -4, true),
            MatchCase(signal("A"), ["1"], 1, true), MatchCase(signal("A"), ["1e2"], 99.9, false),
            MatchCase(signal("A", "BOOLEAN"), [], true, true), MatchCase(signal("A", "BOOLEAN"), [], false, false),
            MatchCase(signal("A", "BOOLEAN"), ["0.9"], true, true), MatchCase(signal("A", "BOOLEAN"), ["A=1"], true, true),
            MatchCase(signal("A", "STRING"), [], "spam", true), MatchCase(signal("A", "STRING"), [], "", false),
            MatchCase(signal("A", "STRING"), ["A=1"], "spam", nil), MatchCase(signal("A"), [], ["x": 1], nil),
            MatchCase(signal("A"), [], .null, nil), MatchCase(signal("A"), [], .double(.nan), nil),
        ])
    func matches(_ c: MatchCase) throws {
        let threshold = Threshold(for: c.signal, asked: try ThresholdOptions(c.asked))
        #expect(threshold.matches(c.score) == c.expected)
    }

    @Test("its text says where it comes from")
    func text() throws {
        #expect(Threshold(for: signal("A", recommended: 0.85), asked: try ThresholdOptions()).text == "≥ 0.85 (recommended)")
        #expect(Threshold(for: signal("A", recommended: 0.85), asked: try ThresholdOptions(["0.5"])).text == "≥ 0.5")
        #expect(Threshold(for: signal("A"), asked: try ThresholdOptions()).text == "never: give --threshold")
        #expect(Threshold(for: signal("A", "BOOLEAN"), asked: try ThresholdOptions(["1"])).text == "is true")
        #expect(Threshold(for: signal("A", "STRING"), asked: try ThresholdOptions()).text == "is not empty")
    }
}

struct SpreadTests {
    @Test("the middle, the ends and the steps of a set of scores")
    func spread() throws {
        let spread = try #require(SignalSummary.Spread([4, 1, 2, 3], steps: 3))
        #expect(spread.least == 1 && spread.median == 2.5 && spread.greatest == 4)
        #expect(spread.counts == [1, 1, 2] && spread.drawing == "▄▄█")
        let single = try #require(SignalSummary.Spread([7, 7, 7], steps: 12))
        #expect(single.median == 7 && single.counts == [3] && single.drawing == "█")
        #expect(SignalSummary.Spread([], steps: 3) == nil)
        #expect(SignalSummary.Spread([.nan, .infinity], steps: 3) == nil)
    }

    @Test("scores at the ends of what a number can be do not overflow")
    func extremes() throws {
        let greatest = Double.greatestFiniteMagnitude
        let spread = try #require(SignalSummary.Spread([-greatest, 0, greatest], steps: 3))
        #expect(spread.counts.reduce(0, +) == 3)
        let least = Double.leastNonzeroMagnitude
        let tiny = try #require(SignalSummary.Spread([0, least], steps: 4))
        #expect(tiny.counts.reduce(0, +) == 2)
    }

    @Test("a step with little in it is still seen, an empty one is empty", arguments: [1, 7, 200, 100_000])
    func visible(_ most: Int) throws {
        let scores = Array(repeating: 0.0, count: most) + [2.0]
        let drawing = try #require(SignalSummary.Spread(scores, steps: 3)).drawing
        #expect(drawing == (most == 1 ? "█ █" : most == 7 ? "█ ▂" : "█ ▁"))
    }

    @Test("examples are the highest scores, of equal ones the first, and no more than five")
    func examples() throws {
        let signal = signal("A")
        var summary = SignalSummary(signal: signal, threshold: Threshold(for: signal, asked: try ThresholdOptions(["1"])))
        for (index, score) in [3, 9, 1, 9, 5, 7, 0, 9, 2].enumerated() {
            let text = CorpusText(file: "f", number: index + 1, text: "t")
            summary.add(TextDecision(.score(.int(Int64(score)), matchedValue: nil), on: text, signal: "A", threshold: summary.threshold))
        }
        #expect(summary.examples.map(\.text.number) == [2, 4, 8, 6, 5])
        #expect(summary.texts == 9 && summary.matched == 8 && summary.errors == 0)
    }
}
