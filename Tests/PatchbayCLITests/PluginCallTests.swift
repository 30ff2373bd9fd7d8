import JSON
import PatchbayCLI
import PluginModel
import Synchronization
import Testing

/// Answers a call by a script: the command's own behaviour is under test here, the sandbox has tests of its own.
final class ScriptedCall: PluginCalling {
    let events: [PluginCallEvent]
    let ending: Result<PluginCallResult, CommandFailure>
    private let last = Mutex<PluginCallRequest?>(nil)

    init(_ events: [PluginCallEvent] = [], ending: Result<PluginCallResult, CommandFailure> = .success(.nothing)) {
        self.events = events
        self.ending = ending
    }

    var request: PluginCallRequest? { last.withLock { $0 } }

    func call(
        _ request: PluginCallRequest, handle: @escaping @Sendable (PluginCallEvent) async -> Void
    ) async throws(CommandFailure) -> PluginCallResult {
        last.withLock { $0 = request }
        for event in events { await handle(event) }
        return try ending.get()
    }
}

/// `plugin call` with these words after the folder and the export.
private func call(
    _ script: ScriptedCall, _ words: [String] = [], isTTY: Bool = false, folder: String = "/home/ada"
) async -> Performed {
    var services = Services.real
    services.pluginCalls = script
    return await perform(["plugin", "call", "weather", "forecast"] + words, services: services, isTTY: isTTY, folder: folder)
}

private let threw = CommandFailure(
    Fault(
        code: "plugin.threw", message: "TypeError: city is undefined", place: "src/main.ts:4:11", remedy: "Mend the plugin.", turn: .plugin,
        details: "at forecast (src/main.ts:4:11)"))

struct PluginCallTests {
    @Test("the words become a request")
    func request() async throws {
        let script = ScriptedCall()
        let performed = await call(
            script,
            [
                "{\"city\":\"Oslo\"}", "--grant", "network:outbound:api.example.com", "--grant=engine:jit", "--config", "{\"unit\":\"C\"}",
                "--time-limit", "250ms", "--memory-limit=32MB", "--state", "../state.db", "--allow-degraded",
            ])
        #expect(performed.exitCode == .ok)
        let expected = PluginCallRequest(
            folder: "/home/ada/weather", export: "forecast", argument: ["city": "Oslo"],
            grants: [try Permission(parsing: "network:outbound:api.example.com"), try Permission(parsing: "engine:jit")],
            config: ["unit": "C"], limits: CallLimits(time: .milliseconds(250), memoryBytes: 32 << 20), statePath: "/home/state.db",
            allowDegraded: true)
        #expect(script.request == expected)
    }

    @Test("without options a call has no grants, no argument and the usual limits")
    func defaults() async {
        let script = ScriptedCall()
        _ = await call(script)
        #expect(script.request == PluginCallRequest(folder: "/home/ada/weather", export: "forecast"))
    }

    @Test("a configuration is read from a file")
    func configFile() async throws {
        let scratch = try ScratchFolder()
        try write("{\"unit\": \"F\"}", to: scratch.path + "/config.json")
        try write("[1, 2", to: scratch.path + "/broken.json")
        try write("[1, 2]", to: scratch.path + "/list.json")
        let script = ScriptedCall()
        #expect(await call(script, ["--config", "@config.json"], folder: scratch.path).exitCode == .ok)
        #expect(script.request?.config == ["unit": "F"])
        let broken = await call(script, ["--config", "@broken.json"], folder: scratch.path)
        #expect(broken.exitCode == .usage)
        #expect(broken.error.contains("broken.json, line 1,"))
        let list = await call(script, ["--config", "@list.json"], folder: scratch.path)
        #expect(list.exitCode == .usage)
        #expect(list.error.contains("the configuration must be an object"))
    }

    @Test(
        "a result is printed as JSON, pretty for a person, on one line for a pipe",
        arguments: [
            (PluginCallResult.value(["a": [1, 2]]), false, "{\"a\":[1,2]}\n"),
            (.value(["a": 1]), true, "{\n  \"a\": 1\n}\n"), (.value("Oslo"), false, "\"Oslo\"\n"), (.value(.null), false, "null\n"),
            (.nothing, false, ""), (.nothing, true, ""), (.value("\u{9B}2J"), true, "\"\\u009b2J\"\n"),
            (.value("\u{9B}2J"), false, "\"\u{9B}2J\"\n"),
        ])
    func results(_ result: PluginCallResult, _ isTTY: Bool, _ expected: String) async {
        let performed = await call(ScriptedCall(ending: .success(result)), isTTY: isTTY)
        #expect(performed.output == expected)
        #expect(performed.exitCode == .ok)
    }

    @Test("only a person is told that nothing was returned")
    func nothing() async {
        #expect(await call(ScriptedCall(), isTTY: true).error == "note  │ the function returned nothing\n")
        #expect(await call(ScriptedCall(), ["--quiet"], isTTY: true).error.isEmpty)
        #expect(await call(ScriptedCall()).error.isEmpty)
    }

    @Test("items are lines, even for a person")
    func items() async {
        let script = ScriptedCall([.item(["n": 1]), .item("two")], ending: .success(.value(3)))
        #expect(await call(script, isTTY: true).output == "{\"n\":1}\n\"two\"\n3\n")
    }

    @Test("with --json every line is an object")
    func json() async {
        let events: [PluginCallEvent] = [.log(.info, "working"), .item(["n": 1]), .item(.null)]
        let done = await call(ScriptedCall(events, ending: .success(.value("end"))), ["--json"], isTTY: true)
        #expect(done.output == "{\"item\":{\"n\":1}}\n{\"item\":null}\n{\"result\":\"end\"}\n")
        let nothing = await call(ScriptedCall(), ["--json"])
        #expect(nothing.output == "{}\n")
        let failed = await call(ScriptedCall(events, ending: .failure(threw)), ["--json"])
        #expect(failed.exitCode == .pluginFailed)
        #expect(
            failed.output == """
                {"item":{"n":1}}
                {"item":null}
                {"error":{"code":"plugin.threw","message":"TypeError: city is undefined","place":"src/main.ts:4:11",\
                "details":"at forecast (src/main.ts:4:11)","remedy":"Mend the plugin.","turn":"plugin","exit":1}}

                """)
        #expect(failed.error == "info  │ working\n", "what the plugin logs stays on standard error")
    }

    @Test("an error keeps what was printed before it")
    func failure() async {
        let performed = await call(ScriptedCall([.item(1)], ending: .failure(threw)))
        #expect(performed.output == "1\n")
        #expect(
            performed.error == """
                error[plugin.threw]: TypeError: city is undefined — src/main.ts:4:11
                  why: at forecast (src/main.ts:4:11)
                  author: Mend the plugin.

                """)
        #expect(performed.exitCode == .pluginFailed)
    }

    @Test("log lines carry their level, hold their shape and cannot touch the terminal")
    func logs() async {
        let script = ScriptedCall([
            .log(.debug, "one"), .log(.info, "two\nlines"), .log(.warn, "\u{1B}]0;title\u{7}"), .log(.error, "\u{1B}[1Aoverwrite"),
        ])
        #expect(
            await call(script).error == """
                debug │ one
                info  │ two
                      │ lines
                warn  │ ␛]0;title␇
                error │ ␛[1Aoverwrite

                """)
        #expect(await call(script, ["-q"]).error.isEmpty)
    }

    @Test("steps are told with --verbose only")
    func steps() async {
        let script = ScriptedCall([.step("bundled src/main.ts", took: .milliseconds(13))])
        #expect(await call(script).error.isEmpty)
        #expect(await call(script, ["--verbose"]).error == "note  │ bundled src/main.ts · 13 ms\n")
    }
}

struct PathTests {
    @Test(
        "paths start from the working folder",
        arguments: [
            TextCase("relative", "a/b", "/home/ada/a/b"), TextCase("here", ".", "/home/ada"), TextCase("absolute", "/etc", "/etc"),
            TextCase("up", "../bob", "/home/bob"), TextCase("up past the root", "../../../..", "/"),
            TextCase("doubled slashes", "a//b/", "/home/ada/a/b"),
            TextCase("dots inside", "a/./b/../c", "/home/ada/a/c"), TextCase("a name of dots", "...", "/home/ada/..."),
        ])
    func absolute(_ c: TextCase) { #expect(Files.absolute(c.text, from: "/home/ada") == c.expected) }
}
