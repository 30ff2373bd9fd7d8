import Glibc
import HostCalls
import JSON
import PluginModel
import PluginPackages
import PluginRuntime
import Sandbox
import Testing

/// The web-standard globals as a plugin sees them: each fixture runs inside a real, confined worker and says what passed.
@Suite struct GlobalsTests {
    static let folder = String(#filePath.dropLast("GlobalsTests.swift".count)) + "Fixtures/globals"

    @Test(arguments: ["encoding", "events", "streams", "structured-clone", "timers", "url", "console-hostile", "fetch", "crypto"])
    func `a group of globals works inside the sandbox`(_ fixture: String) async throws {
        var limits = SandboxLimits()
        limits.memoryBytes = 256 << 20
        limits.callTime = .seconds(30)
        limits.callCPUTime = .seconds(30)
        let plugin = try Workshop.plugin(folder: Self.folder, entry: fixture + ".js", limits: limits)
        let report = try await plugin.json("run", .null)
        await plugin.stop()
        let failed = report["failed"]?.arrayValue ?? []
        #expect(
            failed.isEmpty,
            "\(failed.map { "\($0["name"]?.stringValue ?? "?"): \($0["detail"]?.stringValue ?? "?")" }.joined(separator: "\n"))")
        #expect((report["passed"]?.intValue ?? 0) >= 5)
    }

    /// From `fetch` in a confined worker through the broker, the permission check and the address guard to a real server and back.
    @Test func `fetch reaches a server it was granted, and no other`() async throws {
        let server = try FetchServer()
        server.start()
        let base = "http://127.0.0.1:\(server.port)"
        let plugin = try Workshop.plugin(
            folder: Self.folder, entry: "fetch.js", declared: ["network:outbound:\(base)", "network:outbound:http://127.0.0.1:9"],
            granted: ["network:outbound:\(base)", "network:outbound:http://127.0.0.1:9", "network:private:127.0.0.1/32@127.0.0.1"])
        let report = try await plugin.json(
            "run", ["base": .string(base), "forbidden": "https://forbidden.example/", "unreachable": "http://127.0.0.1:9/"])
        await plugin.stop()
        server.stop()
        let failed = report["failed"]?.arrayValue ?? []
        #expect(
            failed.isEmpty,
            "\(failed.map { "\($0["name"]?.stringValue ?? "?"): \($0["detail"]?.stringValue ?? "?")" }.joined(separator: "\n"))")
        #expect(server.connections >= 5)
    }

    static let urlCases = Shared.path("conformance/url/urltestdata.json")

    @Test(.enabled(if: urlCases != nil, "conformance/url is absent: set PATCHBAY_SHARED"))
    func `URL passes the published cases`() async throws {
        let path = try #require(Self.urlCases)
        let document = try JSONValue(parsing: Shared.bytes(of: path), limits: JSONLimits(loneSurrogates: .replace))
        let cases = try #require(document.arrayValue)
        let plugin = try Workshop.plugin(folder: Self.folder, entry: "url-score.js")
        var passed = 0
        var failed: [String] = []
        for start in stride(from: 0, to: cases.count, by: 100) {
            let report = try await plugin.json("run", .array(Array(cases[start..<min(start + 100, cases.count)])))
            passed += report["passed"]?.intValue ?? 0
            failed += (report["failed"]?.arrayValue ?? []).map { "\($0["name"]?.stringValue ?? "?"): \($0["detail"]?.stringValue ?? "?")" }
        }
        await plugin.stop()
        let share = Double(passed) / Double(max(1, passed + failed.count))
        print("URL: \(passed) of \(passed + failed.count) published cases pass (\((share * 1_000).rounded() / 10) %)")
        for line in failed.prefix(20) { print("  ", line) }
        #expect(passed + failed.count > 800)
        #expect(share >= 0.95)
    }

    @Test(arguments: [
        (
            PluginProgram.Profile.full, ["fetch", "URL", "crypto", "setTimeout", "structuredClone", "console"],
            ["process", "require", "Buffer", "WebSocket", "XMLHttpRequest", "SharedArrayBuffer"]
        ),
        (
            .madeOpen, ["URL", "URLSearchParams", "setTimeout", "clearTimeout", "TextEncoder", "TextDecoder", "console"],
            ["fetch", "process", "require", "crypto", "setInterval", "structuredClone"]
        ),
    ])
    func `an ecosystem decides which globals exist`(_ profile: PluginProgram.Profile, _ present: [String], _ absent: [String]) async throws
    {
        let host = try TestSandbox.host("exports.kinds = (names) => names.map((name) => typeof globalThis[name]);") { $0.profile = profile }
        let names = JSONValue.array((present + absent).map { .string($0) }).serialized()
        let kinds = try JSONValue(parsing: try await host.text("kinds", names)).arrayValue?.compactMap(\.stringValue) ?? []
        await host.stop()
        for (name, kind) in zip(present + absent, kinds) {
            #expect((kind == "undefined") == absent.contains(name), "\(name) is \(kind)")
        }
        #expect(kinds.count == present.count + absent.count)
    }
}
