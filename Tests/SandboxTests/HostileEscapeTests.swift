import JSON
import PluginModel
import Synchronization
import Testing

@testable import Sandbox

/// A call, and how it ends in words: `value …`, `threw CODE NAME: MESSAGE`, or `stream` and its items.
struct OutcomeCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: String
    init(_ name: String, _ expected: String) {
        testDescription = name
        self.expected = expected
    }

    private static let unreadable = "threw plugin.threw Error: what the plugin threw cannot be described: reading it throws again"
    private static let messageless = "threw plugin.threw Error: an object without a message was thrown"

    static let thrown = [
        OutcomeCase("nothing", "threw plugin.threw thrown undefined: undefined"),
        OutcomeCase("null", "threw plugin.threw thrown null: null"),
        OutcomeCase("number", "threw plugin.threw thrown number: 42"), OutcomeCase("text", "threw plugin.threw thrown string: a text"),
        OutcomeCase("symbol", "threw plugin.threw thrown symbol: Symbol(s)"), OutcomeCase("bigint", "threw plugin.threw thrown bigint: 10"),
        OutcomeCase("true", "threw plugin.threw thrown boolean: true"), OutcomeCase("function", messageless),
        OutcomeCase("bare object", messageless),
        OutcomeCase("empty object", messageless), OutcomeCase("array", messageless), OutcomeCase("getters that throw", unreadable),
        OutcomeCase("a message that is no text", messageless), OutcomeCase("a proxy", "threw plugin.threw Error: behind"),
        OutcomeCase("a proxy that throws", unreadable), OutcomeCase("a proxy of a proxy", unreadable),
        OutcomeCase("a revoked proxy", unreadable),
        OutcomeCase("a huge message", "threw plugin.threw Error: \(String(repeating: "x", count: 4_000))"),
        OutcomeCase("a huge name", "threw plugin.threw \(String(repeating: "n", count: 100)): m"),
        OutcomeCase("control characters", "threw plugin.threw Error: \u{0}\u{1b}[31m\u{2028}\u{ffff}"),
        OutcomeCase("half a surrogate", "threw plugin.threw Error: a\u{fffd}b"),
        OutcomeCase("a cause that is itself", "threw plugin.threw Error: round"),
        OutcomeCase("a cause that throws", "threw plugin.threw Error: m"), OutcomeCase("toJSON", "threw plugin.threw Error: with toJSON"),
        OutcomeCase("our code", "threw plugin.threw Error: forged"), OutcomeCase("a class of its own", "threw plugin.threw TypeError: own"),
        OutcomeCase("an aggregate", "threw plugin.threw AggregateError: many"), OutcomeCase("a promise", messageless),
        OutcomeCase("a thenable", "threw plugin.threw Error: thenable"),
        OutcomeCase("memory words", "threw plugin.threw Error: Out of memory"),
    ]

    static let thenables = [
        OutcomeCase("resolves twice", "value 1"), OutcomeCase("throws after resolving", "value 1"),
        OutcomeCase("resolves after throwing", "threw plugin.threw Error: first"), OutcomeCase("rejects after resolving", "value 1"),
        OutcomeCase("resolves with a thenable", "value 3"), OutcomeCase("never calls back", "never settled"),
        OutcomeCase("resolves with itself", "time limit"),
        OutcomeCase("a promise resolved with itself", "threw plugin.threw TypeError: Cannot resolve a promise with itself"),
        OutcomeCase("a getter that changes", #"value {"value":5}"#),
        OutcomeCase("a getter that throws", "threw plugin.threw Error: no then"),
        OutcomeCase("a subclass", #"value "odd""#), OutcomeCase("a promise with another constructor", "threw plugin.threw Error: species"),
        OutcomeCase("a function with then", "value "),
    ]

    private static func noJSON(_ why: String) -> String { "threw result.not-json Error: The result cannot be written as JSON: \(why)" }

    static let results = [
        OutcomeCase("undefined", "value "), OutcomeCase("null", "value null"), OutcomeCase("a function", "value "),
        OutcomeCase("a symbol", "value "),
        OutcomeCase("a number that is none", "value null"), OutcomeCase("infinity", "value null"), OutcomeCase("minus zero", "value 0"),
        OutcomeCase("a bigint", noJSON("JSON.stringify cannot serialize BigInt.")),
        OutcomeCase("a bigint inside", noJSON("JSON.stringify cannot serialize BigInt.")),
        OutcomeCase("a circle", noJSON("JSON.stringify cannot serialize cyclic structures.")), OutcomeCase("a map", "value {}"),
        OutcomeCase("a date", #"value "1970-01-01T00:00:00.000Z""#), OutcomeCase("a date that is none", "value null"),
        OutcomeCase("a boxed text", #"value "boxed""#), OutcomeCase("a typed array", #"value {"0":1,"1":2}"#),
        OutcomeCase("a proxy of a list", "value [1,2]"),
        OutcomeCase(
            "a revoked proxy",
            "threw plugin.threw TypeError: Proxy has already been revoked. No more operations are allowed to be performed on it"),
        OutcomeCase("a list that lies", "value [1,null,null]"), OutcomeCase("a length that lies", #"value ["i0","i1","i2"]"#),
        OutcomeCase("toStringTag", #"value {"a":1}"#), OutcomeCase("toPrimitive", #"value {"a":1}"#), OutcomeCase("species", "value [1]"),
        OutcomeCase("half a surrogate", #"value "a\ud800""#), OutcomeCase("a NUL", #"value "a\u0000b""#),
        OutcomeCase("line separators", "value \"\u{2028}\u{2029}\""), OutcomeCase("toJSON gives undefined", "value "),
        OutcomeCase("toJSON gives itself", #"value {"a":1}"#), OutcomeCase("toJSON throws", noJSON("mine")),
        OutcomeCase("a getter that throws", noJSON("mine")), OutcomeCase("a getter that throws nothing", noJSON("reading it throws")),
        OutcomeCase("an iterator that is none", #"value {"next":7}"#), OutcomeCase("__proto__", #"value {"__proto__":{"a":1}}"#),
        OutcomeCase("a raw text", "value 1e1000"),
    ]

    static let generators = [
        OutcomeCase("yields promises", "stream 1 threw plugin.threw Error: inside"), OutcomeCase("yields never", "stream never settled"),
        OutcomeCase("throws at once", "stream threw plugin.threw Error: at once"),
        OutcomeCase("throws later", "stream 1 threw plugin.threw Error: later"),
        OutcomeCase("throws in return", "stream 1 threw plugin.threw Error: in return"),
        OutcomeCase("yields in return", "stream 1 2 3 end"),
        OutcomeCase("refuses to end", "stream 1 1 1 1 and on"),
        OutcomeCase("yields what is no JSON", "stream " + noJSON("JSON.stringify cannot serialize BigInt.")),
        OutcomeCase("yields itself", "stream " + noJSON("JSON.stringify cannot serialize cyclic structures.")),
        OutcomeCase("returns a generator", "stream 1 end {}"), OutcomeCase("next that is no function", #"value {"next":1}"#),
        OutcomeCase(
            "next that gives a number",
            "stream threw plugin.threw TypeError: The iterator gave something that is no result of an iteration."),
        OutcomeCase(
            "next that gives null", "stream threw plugin.threw TypeError: The iterator gave something that is no result of an iteration."),
        OutcomeCase("next that throws", "stream threw plugin.threw TypeError: next"),
        OutcomeCase("done that throws", "stream threw plugin.threw TypeError: done"),
        OutcomeCase("value that throws", "stream threw plugin.threw TypeError: value"),
        OutcomeCase("return that throws", "stream 1 1 1 1 and on"),
        OutcomeCase("return that never settles", "stream 1 1 1 1 and on"), OutcomeCase("an iterator that lies", #"stream end "end""#),
        OutcomeCase("asyncIterator that throws", "threw plugin.threw TypeError: asked"),
        OutcomeCase("next that is a getter", "stream 3 threw plugin.threw TypeError: asked again"),
    ]
}

extension PluginHost {
    /// A call's end in the words of `OutcomeCase`. Streams are read for four items and let go of.
    nonisolated func outcome(_ export: String, _ argument: String = "null") async -> String {
        func describe(_ failure: CallFailure) -> String {
            switch failure {
            case .threw(let error): "threw \(error.code) \(error.name): \(error.message)"
            // Whether the worker let go or was killed is for the table of loops, which may try again.
            case .timeLimit(_, running: true, killed: _): "time limit"
            case .timeLimit(_, running: false, killed: _): "never settled"
            default: "\(failure)"
            }
        }
        do throws(CallFailure) {
            switch try await call(export, Array(argument.utf8)) {
            case .value(let bytes), .mixed(let bytes): return "value " + String(decoding: bytes, as: UTF8.self)
            case .stream(let stream):
                var text = "stream"
                for _ in 0..<4 {
                    do throws(CallFailure) {
                        switch try await stream.next() {
                        case .item(let bytes): text += " " + String(decoding: bytes, as: UTF8.self)
                        case .end(let bytes): return text + " end" + (bytes.isEmpty ? "" : " " + String(decoding: bytes, as: UTF8.self))
                        }
                    } catch { return text + " " + describe(error) }
                }
                stream.cancel()
                return text + " and on"
            }
        } catch { return describe(error) }
    }
}

@Suite(.serialized) struct HostileValues {
    private func check(_ fixture: String, _ outcome: OutcomeCase, exports: [String] = ["attack"], prefix: String = "") async throws {
        let host = try Lab.host(fixture, limits: Lab.limits { $0.callTime = .milliseconds(400) })
        let name = JSONValue.string(outcome.testDescription).serialized()
        for export in exports { #expect(await host.outcome(export, name) == prefix + outcome.expected, "\(export)") }
        #expect(try await host.text("ok") == #""well""#)
        await host.stop()
    }

    @Test(arguments: OutcomeCase.thrown) func `whatever is thrown is described in plain text`(_ outcome: OutcomeCase) async throws {
        try await check("thrown-values", outcome, exports: ["attack", "rejects"])
        try await check("thrown-values", outcome, exports: ["yields"], prefix: "stream 1 ")
    }

    @Test(arguments: OutcomeCase.thenables) func `thenables are taken as the language takes them`(_ outcome: OutcomeCase) async throws {
        try await check("thenables", outcome)
    }

    @Test(arguments: OutcomeCase.results) func `results are JSON, nothing, or named as neither`(_ outcome: OutcomeCase) async throws {
        try await check("results", outcome, exports: ["attack", "later"])
    }

    @Test(arguments: OutcomeCase.generators) func `streams end as their generators do`(_ outcome: OutcomeCase) async throws {
        try await check("generators", outcome)
    }

    @Test(arguments: ["thrown-values", "thenables", "results", "generators"]) func `every case of a fixture has its line`(_ fixture: String)
        async throws
    {
        let host = try Lab.host(fixture)
        let names = try JSONValue(parsing: try await host.text("names")).arrayValue?.compactMap(\.stringValue)
        let tables = [
            "thrown-values": OutcomeCase.thrown, "thenables": OutcomeCase.thenables, "results": OutcomeCase.results,
            "generators": OutcomeCase.generators,
        ]
        #expect(Set(names ?? []) == Set(tables[fixture]!.map(\.testDescription)))
        await host.stop()
    }

    @Test func `words of ours cannot be forged`() async throws {
        let host = try Lab.host("thrown-host-errors")
        for export in ["attack", "getter"] {
            guard case .threw(let error) = await host.failure(export) else {
                Issue.record("no exception")
                return
            }
            #expect((error.code, error.message) == ("test.refused", "no such host call here"))
            #expect(CallFailure.threw(error).fault(plugin: host.program.plugin).remedy != "give me root")
        }
        let own = try Lab.host("thrown-values")
        guard case .threw(let forged) = await own.failure("attack", #""our code""#) else {
            Issue.record("no exception")
            return
        }
        #expect((forged.code, forged.pluginCode) == ("plugin.threw", "permission.not-granted"))
        #expect(CallFailure.threw(forged).fault(plugin: own.program.plugin).turn == .plugin)
        await host.stop()
        await own.stop()
    }
}

@Suite(.serialized) struct HostileEscapes {
    private static let limits = Lab.limits { $0.callTime = .seconds(5) }

    @Test func `code from text finds no realm, no process and no loader`() async throws {
        let host = try Lab.host("escape-code-from-text", limits: Self.limits)
        let seen = try JSONValue(parsing: try await host.text("attack"))
        for name in ["constructor", "functionGlobal", "generator", "asyncFunction", "stackWalk"] {
            #expect(seen[name] == "undefined", "\(name)")
        }
        #expect(seen["indirectEval"]?.stringValue == String(repeating: "undefined", count: 5))
        for name in ["importExpression", "importData", "importFile"] { #expect(seen[name] == "Error", "\(name)") }
        #expect(seen["importMeta"] == "SyntaxError")
        #expect(try await host.text("caller") == #"["null","null","2"]"#)
        await host.stop()
    }

    @Test func `no global leads outside`() async throws {
        let host = try Lab.host("escape-globals", limits: Self.limits)
        // `navigator` is one of ours and tells nothing; `Atomics` works on nothing shared.
        #expect(try await host.text("attack") == #"["navigator","Atomics"]"#)
        await host.stop()
    }

    @Test func `require knows the modules of the hub and nothing else`() async throws {
        let host = try Lab.host("escape-require", limits: Self.limits)
        let said = try JSONValue(parsing: try await host.text("attack")).arrayValue ?? []
        #expect(said.count == 22)
        for (index, answer) in said.enumerated() { #expect(answer == "module.not-found", "name \(index)") }
        #expect(try await host.text("same") == "true")
        #expect(try await host.text("properties") == #"["undefined","undefined","undefined","undefined","undefined"]"#)
        await host.stop()
    }

    @Test func `no global that takes a name opens a file`() async throws {
        let host = try Lab.host("escape-files", limits: Self.limits)
        let seen = try JSONValue(parsing: try await host.text("attack"))
        for name in ["fetchFile", "fetchPath", "fetchData"] { #expect(seen[name] == "TypeError", "\(name)") }
        #expect(seen["importFile"] == "Error")
        #expect(seen["blob"] == "absent")
        #expect(seen["file"] == 0)
        #expect(seen["request"] == "", "an address is no content")
        await host.stop()
    }

    @Test func `the host object gives nothing away and survives odd arguments`() async throws {
        let host = try Lab.host("escape-host-object", limits: Self.limits)
        #expect(
            try JSONValue(parsing: try await host.text("attack")) == [
                "undefined", "1", "TypeError ", "TypeError ", "HostError test.refused", "TypeError ", "RangeError ", "1", "TypeError ",
                "RangeError ",
                "undefined ", "RangeError ", "RangeError ", "TypeError ", "5",
            ])
        #expect(try await host.text("ok") == #""well""#)
        await host.stop()
    }

    @Test func `a forged or kept context may ask for nothing in another call's name`() async throws {
        let host = try Lab.host("escape-context", limits: Self.limits)
        #expect(try await host.text("attack") == #"["object","object","TypeError","TypeError","object","number"]"#)
        let forged = try JSONValue(parsing: try await host.text("forge")).arrayValue ?? []
        // Number 0 stands for the plugin as a whole: its host calls are charged to the call that runs, which is this one.
        #expect(forged.first == "test.refused")
        #expect(forged.count == 9)
        for answer in forged.dropFirst() { #expect(answer == "hostcall.no-call" || answer == "TypeError") }
        #expect(try await host.text("late") == #""hostcall.no-call""#)
        await host.stop()
    }

    @Test func `logging hostile things hurts nobody`() async throws {
        let handler = LabHandler()
        let host = try Lab.host("console-abuse", limits: Self.limits, calls: handler)
        #expect(try await host.text("attack") == #""logged""#)
        let notices = handler.seen.withLock { $0.notices }
        #expect(notices.contains { $0.hasPrefix("log ") })
        #expect(try await host.text("ok") == #""well""#)
        await host.stop()
    }

    @Test func `exports that change, throw or are none are looked at with care`() async throws {
        let changing = try Lab.host("exports-that-change")
        #expect(try await changing.text("ok") == #""well""#)
        #expect(await changing.outcome("throws") == "threw plugin.threw TypeError: no export for you")
        #expect(try await changing.text("attack") == #""attack""#)
        await changing.stop()

        let throwing = try Lab.host("exports-that-throw")
        #expect(try await throwing.text("ok") == #""well""#)
        #expect(
            await throwing.status.exports
                == ["a b", "\"quoted\"", "\\", "ü\u{0}", "", "notAFunction.call", "then", "ok"].filter { $0 != "notAFunction.call" })
        #expect(await throwing.outcome("bad") == "threw plugin.threw RangeError: this export throws")
        for (name, value) in [("a b", "spaced"), ("\"quoted\"", "quoted"), ("\\", "backslash"), ("ü\u{0}", "odd"), ("", "empty")] {
            #expect(await throwing.outcome(name) == "value \"\(value)\"")
        }
        // What every object has from the language is no entry of a plugin.
        for name in [
            "toString", "constructor", "hasOwnProperty", "__proto__", "__defineGetter__", "notAFunction", "default", "ok.call", "a.b.c",
            "missing",
        ] {
            guard case .noSuchExport(name, _) = await throwing.failure(name) else {
                Issue.record("\(name) was found")
                continue
            }
        }
        await throwing.stop()

        let none = try Lab.host("exports-nothing")
        #expect(await none.failure("ok") == .noSuchExport(name: "ok", exports: []))
        await none.stop()
    }
}
