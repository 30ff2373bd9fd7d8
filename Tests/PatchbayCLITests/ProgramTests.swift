import Glibc
import JSON
import PatchbayCLI
import Testing

/// The built program from its command line to its exit code, with real plugins in real workers. One at a time: each starts processes.
@Suite(.serialized) struct ProgramTests {
    let program: Program

    init() throws { program = try Program() }

    /// `patchbay plugin call plugins/hello …`.
    private func hello(_ words: String..., input: String? = nil) async throws -> (exit: Int32, output: String, error: String) {
        try await program.run(["plugin", "call", "plugins/hello"] + words, input: input)
    }

    private func lines(_ text: String) throws -> [JSONValue] { try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) } }

    @Test func `doctor tells as JSON whether plugins can run here`() async throws {
        let doctor = try await program.run(["doctor", "--json"])
        let report = try JSONValue(parsing: doctor.output)
        let verdict = try #require(report["verdict"]?.stringValue)
        #expect(doctor.exit == (verdict == "refused" ? 6 : 0), "\(verdict)")
        #expect((report["sections"]?.arrayValue ?? []).allSatisfy { $0["lines"]?.arrayValue?.isEmpty == false })
    }

    @Test func `a value comes back, with what the plugin logged beside it`() async throws {
        let greeting = try await hello("greet", #"{"name":"Ada"}"#)
        #expect(greeting.exit == 0)
        #expect(greeting.output == #"{"text":"Hello, Ada!","letters":8}"# + "\n")
        #expect(greeting.error == "info  │ greeting salutation=Hello\n")
        let json = try await hello("greet", "--json", "--quiet", "--config", #"{"salutation":"Servus"}"#)
        #expect(json.output == #"{"result":{"text":"Servus, world!","letters":11}}"# + "\n")
        #expect(json.error.isEmpty)
    }

    @Test func `an argument may come from standard input`() async throws {
        let good = try await hello("greet", "-", input: #"{"name": "Pipe"}"# + "\n")
        #expect(good.exit == 0 && good.output.contains("Hello, Pipe!"))
        let bad = try await hello("greet", "-", input: "{\n  name: 1 }")
        #expect(bad.exit == 2)
        #expect(
            bad.error.contains("error[usage.invalid-json]") && bad.error.unwrapped.contains("standard input, line 2, column 3"),
            "\(bad.error)")
    }

    @Test func `items are lines, each written when it exists`() async throws {
        let running = try program.start(["plugin", "call", "plugins/hello", "countdown", "3", "--config", #"{"pauseMs": 400}"#])
        let (first, exit) = await blocking {
            // What is there when the first line is there: the others are yet to be made.
            let isThere = running.read { $0.output.contains("\n") }
            return (isThere ? running.output : "nothing", running.wait())
        }
        #expect(first == "{\"left\":3}\n")
        #expect(exit == 0)
        #expect(running.output == "{\"left\":3}\n{\"left\":2}\n{\"left\":1}\n{\"left\":0}\n\"lift-off\"\n")
        let json = try await hello("countdown", "1", "--json", "--config", #"{"pauseMs": 1}"#)
        #expect(json.output == "{\"item\":{\"left\":1}}\n{\"item\":{\"left\":0}}\n{\"result\":\"lift-off\"}\n")
    }

    @Test func `state lives in the file that --state names, and otherwise not`() async throws {
        for count in 1...2 {
            let visit = try await hello("visits", "--state", "\(program.home)/state.db")
            #expect(try JSONValue(parsing: visit.output)["count"]?.intValue == count, "\(visit)")
        }
        #expect(try JSONValue(parsing: try await hello("visits").output)["count"] == 1)
        let nowhere = try await hello("visits", "--state", "\(program.home)/none/state.db", "--json")
        #expect(nowhere.exit == 7)
        #expect(try JSONValue(parsing: nowhere.output)["error"]?["place"]?.stringValue == "\(program.home)/none/state.db")
    }

    @Test func `an error names the author's file and line`() async throws {
        let source = String(decoding: try Files.read("\(Program.repository)/plugins/hello/src/index.ts", limit: 1 << 20), as: UTF8.self)
        let line =
            try #require(source.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("throw new Error") }) + 1
        let failed = try await hello("fail")
        #expect(failed.exit == 1 && failed.output.isEmpty)
        #expect(failed.error.contains("error[plugin.threw]") && failed.error.contains("src/index.ts:\(line):"), "\(failed.error)")
        let error = try #require(try JSONValue(parsing: try await hello("fail", "--json").output)["error"])
        #expect(error["code"] == "plugin.threw" && error["turn"] == "plugin" && error["exit"] == 1)
        #expect(error["place"]?.stringValue?.contains("src/index.ts:\(line):") == true)
        #expect(error["message"]?.stringValue?.contains("This function always fails.") == true)
    }

    @Test func `a name mistyped is suggested`() async throws {
        let failed = try await hello("gret")
        #expect(failed.exit == 2)
        #expect(failed.error.contains("call.no-such-export") && failed.error.unwrapped.contains("Did you mean 'greet'?"))
    }

    @Test func `a request outside that nobody granted is refused before it leaves`() async throws {
        let refused = try await hello("title")
        #expect(refused.exit == 3)
        #expect(refused.error.contains("error[permission.not-granted]"))
        #expect(refused.error.contains("--grant network:outbound:example.com"))
    }

    @Test func `a grant that the plugin did not ask for is said to do nothing`() async throws {
        let folder = try program.plugin("modest", "export const go = () => 1")
        let call = try await program.run(["plugin", "call", folder, "go", "--grant", "network:outbound:example.com"])
        #expect(call.exit == 0 && call.output == "1\n")
        #expect(call.error.unwrapped.contains("--grant network:outbound:example.com does nothing"), "\(call.error)")
        let wanted = try await hello("greet", "\"Ada\"", "--grant", "network:outbound:example.com")
        #expect(!wanted.error.contains("does nothing"), "\(wanted.error)")
    }

    @Test func `a loop ends at its limit`() async throws {
        let folder = try program.plugin("loop", "export function spin() { for (;;); }")
        let start = ContinuousClock.now
        let failed = try await program.run(["plugin", "call", folder, "spin", "--time-limit", "300ms"])
        #expect(failed.exit == 4)
        #expect(failed.error.contains("error[call.time-limit]") && failed.error.contains("300 ms"), "\(failed.error)")
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test(
        arguments: [
            ("result", "export const go = () => 'x'.repeat(4 << 20)"),
            ("endless", "export function* go() { for (;;) yield 'x'.repeat(1 << 20); }"),
            ("strings", "export const go = () => { let s = 'x'; for (;;) s = (s + s + 'y').slice(1); }"),
            ("buffers", "export const go = () => { const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(7)); }"),
            ("logs", "export const go = () => { for (let i = 0; i < 100000; i++) console.log('x'.repeat(1000)); }"),
        ]) func `a plugin's memory does not become the program's`(name: String, script: String) async throws
    {
        let program = try Program()
        let peak = { (words: [String]) in
            let running = try program.start(words)
            return await blocking {
                if name == "endless" {
                    _ = running.read { $0.output.utf8.count > 4 << 20 }
                    kill(running.pid, SIGTERM)
                }
                _ = running.wait()
                return running.peakBytes
            }
        }
        let modest = try await peak(["plugin", "call", program.plugin("modest", "export const go = () => 1"), "go"])
        let hostile = try await peak(["plugin", "call", program.plugin(name, script), "go"])
        #expect(modest > 1 << 20)
        #expect(hostile < modest + 48 << 20, "\(modest >> 20) MB became \(hostile >> 20) MB")
    }

    @Test func `a folder that is no plugin says what is missing`() async throws {
        try program.write("empty/readme.txt", "")
        let empty = try await program.run(["plugin", "call", "\(program.home)/empty", "run"])
        #expect(empty.exit == 5 && empty.error.contains("error[manifest.missing]") && empty.error.contains("patchbay.json"))
        let gone = try await program.run(["plugin", "call", "\(program.home)/gone", "run"])
        #expect(gone.exit == 5 && gone.error.contains("error[plugin.no-folder]") && gone.error.contains("Check the path."))
        let file = try await program.run(["plugin", "call", "\(program.home)/empty/readme.txt", "run"])
        #expect(file.exit == 5 && file.error.contains("error[plugin.no-folder]") && file.error.contains("This is a file"))
        let package = try await program.run(["plugin", "call", "plugins/coop-phrase-signals", "run"])
        #expect(package.exit == 5 && package.error.unwrapped.contains("name it in integrations.config.json"), "\(package.error)")
        mkdir("\(program.home)/empty/patchbay.json", 0o755)
        let folder = try await program.run(["plugin", "call", "\(program.home)/empty", "run"])
        #expect(folder.exit == 5 && folder.error.contains("error[manifest."), "\(folder.error)")
    }

    @Test func `every fault of a manifest is told, each once`() async throws {
        try program.write(
            "faulty/patchbay.json", #"{"id": "not good", "version": "one", "entry": "../out.ts", "permissions": ["network:outbund:a"]}"#)
        let faulty = try await program.run(["plugin", "call", "\(program.home)/faulty", "run", "--json"])
        #expect(faulty.exit == 5)
        let error = try #require(try JSONValue(parsing: faulty.output)["error"])
        let all = (error["code"]?.stringValue ?? "") + "\n" + (error["details"]?.stringValue ?? "")
        for code in [
            "manifest.invalid-id", "manifest.missing", "manifest.invalid-version", "manifest.invalid-entry",
            "permission.unknown-capability",
        ] {
            #expect(all.components(of: code) == 1, "\(code) in \(all)")
        }
        #expect(error["place"] == "patchbay.json /id")
        #expect(error["message"]?.stringValue?.hasSuffix("(and 4 more)") == true)
    }

    @Test func `broken TypeScript is shown where it breaks`() async throws {
        let folder = try program.plugin("broken", "export function run() {\n  const = 3;\n}\n")
        let failed = try await program.run(["plugin", "call", folder, "run"])
        #expect(failed.exit == 5)
        #expect(failed.error.contains("error[bundle.syntax]") && failed.error.contains("index.ts:2:9"), "\(failed.error)")
        #expect(failed.error.contains("|   const = 3;\n") && failed.error.contains("|         ^\n"), "\(failed.error)")
        #expect(failed.error.components(of: "bundle.syntax") == 1, "\(failed.error)")
    }

    @Test func `an argument that is no JSON is told with its column and how to quote it`() async throws {
        let failed = try await hello("greet", #"{"name":"#)
        #expect(failed.exit == 2)
        #expect(
            failed.error.contains("error[usage.invalid-value]") && failed.error.contains("column 9") && failed.error.contains(#"'"Oslo"'"#))
    }
}

/// Ctrl-C at a terminal: SIGINT to everything in the program's process group.
@Suite(.serialized) struct ProgramInterruptTests {
    struct Interrupted: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What the function does once it has said that it runs.
        let body: String
    }

    @Test(
        "interrupts a call, and leaves no process behind",
        arguments: [
            Interrupted(testDescription: "that waits", body: "await time.sleep(60_000);"),
            Interrupted(testDescription: "that waits for nothing", body: "await new Promise(() => {});"),
            Interrupted(testDescription: "that spins", body: "for (;;);"),
            Interrupted(testDescription: "that yields for ever", body: "for (;;) { yield 1; await time.sleep(5); }"),
        ]) func interrupt(_ c: Interrupted) async throws
    {
        let program = try Program()
        let star = c.body.contains("yield") ? "*" : ""
        let folder = try program.plugin(
            "long",
            "import { log, time } from '@patchbay/plugin';\nexport async function\(star) run() { log.info('running'); await time.sleep(1); \(c.body) }\n"
        )
        let running = try program.start(["plugin", "call", folder, "run", "--time-limit", "50s"])
        struct Seen: Sendable { var (isRunning, workers, groups, exit, took) = (false, [pid_t](), [pid_t](), Int32(0), Duration.zero) }
        let seen = await blocking {
            var seen = Seen()
            seen.isRunning = running.read { $0.error.contains("running") }
            seen.workers = running.descendants
            seen.groups = seen.workers.map { getpgid($0) }
            let start = ContinuousClock.now
            kill(-running.pid, SIGINT)
            seen.exit = running.wait()
            seen.took = ContinuousClock.now - start
            return seen
        }
        #expect(seen.isRunning, "\(running.error)")
        #expect(seen.exit == 130)
        #expect(seen.took < .seconds(5), "\(seen.took)")
        #expect(running.error.contains("error[call.cancelled]"), "\(running.error)")
        #expect(!seen.workers.isEmpty, "the call ran in a process of its own")
        #expect(!seen.groups.contains(running.pid), "workers are out of a terminal's reach, so that the hub decides how they end")
        try await Self.expectGone(seen.workers)
    }

    @Test func `interrupts a run, and what was printed stays whole`() async throws {
        let program = try Program()
        try program.write("corpus/many", (1...20_000).map { "TEXT NUMBER \($0)?" }.joined(separator: "\n%\n"))
        let running = try program.start(["run", "--json", "--corpus", "\(program.home)/corpus"])
        struct Seen: Sendable { var (isRunning, workers, exit, took) = (false, [pid_t](), Int32(0), Duration.zero) }
        let seen = await blocking {
            var seen = Seen()
            seen.isRunning = running.read { $0.output.utf8.count > 100_000 }
            seen.workers = running.descendants
            let start = ContinuousClock.now
            kill(-running.pid, SIGINT)
            seen.exit = running.wait()
            seen.took = ContinuousClock.now - start
            return seen
        }
        #expect(seen.isRunning && !seen.workers.isEmpty, "\(running.error)")
        #expect(seen.exit == 130)
        #expect(seen.took < .seconds(5), "\(seen.took)")
        #expect(running.output.hasSuffix("\n"))
        let lines = try running.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        #expect(lines.last?["error"]?["exit"] == 130, "\(String(describing: lines.last))")
        #expect(lines.dropLast().allSatisfy { $0["decision"] != nil || $0["notice"] != nil })
        #expect(lines.count < 60_000, "it did not run to its end")
        try await Self.expectGone(seen.workers)
    }

    /// Killed processes are reaped a moment later by whoever inherited them.
    private static func expectGone(_ pids: [pid_t]) async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        while pids.contains(where: { kill($0, 0) == 0 }), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        #expect(pids.filter { kill($0, 0) == 0 }.isEmpty)
    }
}

/// `patchbay run` over real texts with real packages.
@Suite(.serialized) struct ProgramRunTests {
    let program: Program

    init() throws { program = try Program() }

    private func corpus() throws -> String {
        try program.write("corpus/letters", "STOP THAT\n%\nWho goes there?\n%\nThe cat sat on the mat. The dog ran to the cat.\n")
        return "\(program.home)/corpus"
    }

    @Test func `a rule asks the signals of real packages in sandboxes, and only where a cheaper condition leaves it open`() async throws {
        let shouting = """
            {"input": {"type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"}, "signal": {"type": "SHOUTING_SCORE"}, "comparator": "GREATER_THAN", "threshold": 0.5}
            """
        let open = """
            {"input": {"type": "CONTENT_FIELD", "name": "isOpen", "contentTypeId": "post"}, "comparator": "EQUALS", "threshold": "true"}
            """
        try program.write("rule.json", #"{"conjunction": "AND", "conditions": [\#(shouting), \#(open)]}"#)
        let items = (0..<600).map { index in
            let isLoud = index % 3 == 0
            let isOpen = index % 2 == 0
            return
                #"{"id": "\#(index)", "typeId": "post", "data": {"text": "\#(isLoud ? "STOP SHOUTING AT ME" : "speak quietly") \#(index)", "isOpen": \#(isOpen)}, "expect": \#(isLoud && isOpen)}"#
        }
        try program.write("items.jsonl", items.joined(separator: "\n"))
        let run = try await program.run([
            "rule", "test", "\(program.home)/rule.json", "\(program.home)/items.jsonl", "--integrations",
            "\(Program.repository)/integrations.config.json", "--json",
        ])
        #expect(run.exit == 0, "\(run.error)")
        let summary = try JSONValue(parsing: String(run.output.split(separator: "\n").last ?? ""))["summary"]
        #expect(summary?["passed"] == 100 && summary?["failed"] == 500 && summary?["unexpected"] == 0)
        #expect(summary?["signalRuns"] == 300, "closed posts are not asked about")
    }

    @Test func `a signal is asked with the settings of the command line, and without them says why it cannot be used`() async throws {
        try program.write("coin/package.json", #"{"name": "coin", "version": "1.0.0", "main": "index.cjs"}"#)
        try program.write(
            "coin/index.cjs",
            """
            module.exports = {
              manifest: { id: 'COIN', name: 'Coin', version: '1.0.0', requiresConfig: true, modelCard: { modelName: 'c', version: '1', sections: [] } },
              createSignals: (context) => [{ signalTypeId: 'COIN_FLIP', signal: {
                id: { type: 'COIN_FLIP' }, displayName: 'Coin', description: 'Flips.', docsUrl: null, recommendedThresholds: null, supportedLanguages: 'ALL',
                pricingStructure: { type: 'FREE' }, eligibleInputs: ['FULL_ITEM'], outputType: { scalarType: 'BOOLEAN' }, getCost: () => 0,
                run: async ({ orgId }) => ({ outputType: { scalarType: 'BOOLEAN' }, score: Math.random() * 100 < (await context.getCredential(orgId)).share }),
                getDisabledInfo: async (orgId) => (await context.getCredential(orgId))?.share === undefined
                  ? { disabled: true, disabledMessage: 'Set the share first.' } : { disabled: false },
                needsMatchingValues: false, eligibleSubcategories: [], needsActionPenalties: false, integration: 'COIN', allowedInAutomatedRules: true,
              } }],
            };
            """)
        try program.write("integrations.json", #"{"integrations": [{"package": "./coin"}]}"#)
        try program.write(
            "rule.json", #"{"conjunction": "AND", "conditions": [{"input": {"type": "FULL_ITEM"}, "signal": {"type": "COIN_FLIP"}}]}"#)
        let items = (0..<5_000).map { #"{"id": "\#($0)", "typeId": "post", "data": {"text": "t"}}"# }
        try program.write("items.jsonl", items.joined(separator: "\n"))
        let words = [
            "rule", "test", "\(program.home)/rule.json", "\(program.home)/items.jsonl", "--integrations",
            "\(program.home)/integrations.json", "--json",
        ]
        func summary(_ output: String) throws -> JSONValue? {
            try JSONValue(parsing: String(output.split(separator: "\n").last ?? ""))["summary"]
        }
        let flipped = try await program.run(words + ["--config", #"{"COIN": {"share": 70}}"#])
        #expect(flipped.exit == 0, "\(flipped.error)")
        // Five standard deviations of an honest coin are 3.3 %.
        #expect((3_350...3_650).contains(try summary(flipped.output)?["passed"]?.intValue ?? 0))
        let unset = try await program.run(words)
        #expect(unset.exit == 1)
        #expect(try summary(unset.output)?["untold"] == 5_000)
        #expect(unset.output.contains(#"{"code":"condition.signal-disabled","message":"Set the share first."}"#))
    }

    @Test func `the figures of a run agree with its decisions`() async throws {
        let isInstalled = access(FortuneCorpus.defaultFolder, R_OK) == 0
        let words = isInstalled ? ["--limit", "200"] : ["--corpus", try corpus()]
        let run = try await program.run(["run", "--json"] + words)
        #expect(run.exit == 0, "\(run.error)")
        let lines = try run.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
        let summary = try #require(lines.last?["summary"])
        let decisions = lines.filter { $0["decision"] != nil }
        let signals = try #require(summary["signals"]?.arrayValue)
        let texts = try #require(summary["texts"]?.intValue)
        #expect(texts == (isInstalled ? 200 : 3))
        #expect(signals.compactMap { $0["signal"]?.stringValue } == ["SHOUTING_SCORE", "READING_EASE", "QUESTION_PRESENT"])
        #expect(summary["runs"]?.intValue == decisions.count && decisions.count == texts * signals.count)
        for signal in signals {
            let own = decisions.filter { $0["signal"] == signal["signal"] }
            #expect(own.count == texts && signal["texts"]?.intValue == texts)
            #expect(Set(own.map { "\($0["file"]?.stringValue ?? "") \($0["number"]?.intValue ?? 0)" }).count == texts, "each text once")
            #expect(own.filter { $0["decision"] == "match" }.count == signal["matched"]?.intValue)
            #expect(own.filter { $0["decision"] == "error" }.count == signal["errors"]?.intValue)
            let scores = own.compactMap { $0["score"]?.doubleValue }.sorted()
            #expect(scores.first == signal["min"]?.doubleValue || scores.isEmpty)
            #expect(scores.last == signal["max"]?.doubleValue || scores.isEmpty)
            if let threshold = signal["threshold"]?.doubleValue {
                #expect(scores.filter { $0 >= threshold }.count == signal["matched"]?.intValue)
            }
        }
    }

    @Test func `a broken package costs only itself, and is told once`() async throws {
        try program.write("hub/bad/package.json", #"{"name": "bad", "main": "index.js"}"#)
        try program.write("hub/bad/index.js", "exports.a = 1;\nlet = ;\n")
        try program.write("hub/numb/package.json", #"{"name": "numb", "main": "index.js"}"#)
        try program.write("hub/numb/index.js", "throw new Error('not today');\n")
        let good = "\(Program.repository)/plugins/coop-phrase-signals"
        let config = try program.write(
            "hub/integrations.config.json",
            #"{"integrations": [{"package": "./bad"}, {"package": "./numb"}, {"package": "./gone"}, {"package": "\#(good)"}]}"#)
        let words = ["run", "--config", config, "--corpus", try corpus()]
        let run = try await program.run(words)
        #expect(run.exit == 0)
        #expect(run.output.contains("QUESTION_PRESENT") && run.output.contains("3 texts from 1 file"))
        let error = run.error.unwrapped
        #expect(error.components(of: #"Failed to load integration package "./bad": "#) == 1, "\(error)")
        #expect(error.components(of: #"Failed to load integration package "./gone": "#) == 1, "\(error)")
        let turns = run.error.split(separator: "error[").filter { $0.contains("./gone") }
        #expect(turns.first?.contains("\n  you: ") == true, "a name that leads nowhere is the operator's: \(error)")
        #expect(error.components(of: #"Failed to load integration package "./numb": "#) == 1, "\(error)")
        #expect(!error.contains("why: at index.js"), "the place is told once: \(error)")
        #expect(error.contains("not today") && error.contains("index.js:2:7") && error.contains("| let = ;"), "\(error)")
        #expect(!error.contains("bundle.syntax"), "the finding behind the refusal is not told a second time: \(error)")
        #expect(!error.contains("notice[coop."), "\(error)")
        let json = try await program.run(words + ["--json"])
        let notices = try json.output.split(separator: "\n").compactMap { try JSONValue(parsing: String($0))["notice"] }
        #expect(
            notices.filter { $0["severity"] == "error" }.compactMap { $0["code"]?.stringValue } == [
                "coop.cannot-load", "plugin.load-failed", "coop.cannot-load",
            ])
    }

    @Test func `without texts or a package that works, the run says so`() async throws {
        let none = try await program.run(["run", "--corpus", "\(program.home)/nothing"])
        #expect(none.exit == 2 && none.error.contains("error[corpus.empty]") && none.error.contains("--corpus DIR"))
        let config = try program.write("hub/integrations.config.json", #"{"integrations": [{"package": "./gone"}]}"#)
        let empty = try await program.run(["run", "--config", config, "--corpus", try corpus()])
        #expect(empty.exit == 5 && empty.error.contains("error[coop.cannot-load]") && empty.error.contains("error[config.no-signals]"))
        try program.write("hub/broken.json", "{\"integrations\": [}")
        let broken = try await program.run(["run", "--config", "\(program.home)/hub/broken.json", "--corpus", try corpus()])
        #expect(broken.exit == 5 && broken.error.contains("error[integrations.malformed]"), "\(broken.error)")
    }
}

extension String {
    /// Without the line breaks of wrapped messages.
    fileprivate var unwrapped: String { replacing(#/\n {2,}/#, with: " ") }

    /// How often a text occurs in this one.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
