import JSON
import Testing

@testable import Sandbox

@Suite struct CallingTests {
    static let plugin = """
        exports.echo = (x) => x;
        exports.add = ({ a, b }) => a + b;
        exports.later = async (x) => { await null; await null; return { got: x }; };
        exports.nothing = () => {};
        exports.fails = () => { throw new TypeError('no good'); };
        exports.rejects = async () => { await 0; throw new RangeError('later no good'); };
        exports.count = async function* (n) { for (let i = 0; i < n; i++) yield i; return 'done'; };
        exports.thenable = () => ({ then(ok) { ok(41 + 1); } });
        exports.big = (n) => 'x'.repeat(n);
        exports.default = { inner: (x) => 'inner ' + x };
        """

    @Test func `a value goes in and comes back`() async throws {
        let host = try TestSandbox.host(Self.plugin)
        #expect(try await host.text("echo", #"{"a":[1,2,{"b":"ü"}]}"#) == #"{"a":[1,2,{"b":"ü"}]}"#)
        #expect(try await host.text("add", #"{"a":1.5,"b":2}"#) == "3.5")
        #expect(try await host.text("later", "7") == #"{"got":7}"#)
        #expect(try await host.text("nothing") == "")
        #expect(try await host.text("thenable") == "42")
        #expect(try await host.text("inner", "1") == #""inner 1""#)
        await host.stop()
    }

    /// Nothing of this can be read from a file by then: the zygote has loaded it, or ICU has it inside.
    @Test func `dates and their zone are there behind the walls`() async throws {
        let host = try TestSandbox.host(
            """
            exports.show = () => new Date(0).toString();
            exports.zone = () => [Intl.DateTimeFormat().resolvedOptions().timeZone, new Date(0).getTimezoneOffset()];
            exports.far = () => new Date(0).toLocaleString('en-GB', { timeZone: 'Europe/Oslo', timeStyle: 'short' });
            """)
        #expect(try await host.text("show") == #""Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)""#)
        #expect(try await host.text("zone") == #"["UTC",0]"#)
        #expect(try await host.text("far") == #""01:00""#)
        await host.stop()
    }

    @Test func `messages longer than the ring arrive whole`() async throws {
        let host = try TestSandbox.host(Self.plugin)
        let text = String(repeating: "abcdefgh", count: 250_000)
        #expect(try await host.text("echo", "\"\(text)\"") == "\"\(text)\"")
        #expect(try await host.text("big", "3000000").utf8.count == 3_000_002)
        await host.stop()
    }

    @Test func `what is thrown comes back as data`() async throws {
        let host = try TestSandbox.host(Self.plugin)
        guard case .threw(let error)? = await host.failure("fails") else { Issue.record("no throw"); return }
        #expect((error.name, error.message) == ("TypeError", "no good"))
        #expect(error.stack?.contains("plugin:test.plugin/index.js:6") == true, "\(error.stack ?? "")")
        guard case .threw(let later)? = await host.failure("rejects") else { Issue.record("no throw"); return }
        #expect((later.name, later.message) == ("RangeError", "later no good"))
        #expect(
            await host.failure("ecko")
                == .noSuchExport(
                    name: "ecko",
                    exports: ["echo", "add", "later", "nothing", "fails", "rejects", "count", "thenable", "big", "default.inner"]))
        await host.stop()
    }

    @Test func `a generator gives an item when asked`() async throws {
        let host = try TestSandbox.host(Self.plugin)
        guard case .stream(let stream) = try await host.call("count", Array("3".utf8)) else { Issue.record("no stream"); return }
        for i in 0..<3 { #expect(try await stream.next() == .item(Array("\(i)".utf8))) }
        #expect(try await stream.next() == .end(Array(#""done""#.utf8)))
        await host.stop()
    }

    @Test func `a loop ends at its limit and the next call is well`() async throws {
        var limits = SandboxLimits()
        limits.callTime = .milliseconds(200)
        let host = try TestSandbox.host(
            "exports.spin = () => { for (;;); }; exports.ok = () => 1; exports.micro = () => { (function f() { Promise.resolve().then(f) })() }",
            limits: limits)
        // Whether the worker let go in time or had to be killed depends on how busy the machine is; the loops that must end softly are
        // in the hostile tests.
        for loop in ["spin", "micro"] {
            guard case .timeLimit(.milliseconds(200), running: true, _)? = await host.failure(loop) else {
                Issue.record("\(loop) did not end at its limit")
                continue
            }
        }
        #expect(try await host.text("ok") == "1")
        await host.stop()
    }
}
