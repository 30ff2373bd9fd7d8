import JSON
import Testing

/// `patchbay serve --config FILE`: a hub whose plugins and settings a file names.
@Suite(.serialized) struct ServeConfigTests {
    let program: Program

    init() throws { program = try Program() }

    private func counting(_ name: String, version: String = "1.0.0") throws -> String {
        let folder = try program.plugin(
            name, "import { config } from '@patchbay/plugin';\nexport const region = () => config.get('region') ?? 'none';\n")
        try program.write(
            "\(name)/patchbay.json",
            """
            {"id": "test.\(name)", "name": "\(name)", "version": "\(version)", "entry": "index.ts",
             "configuration": [{"key": "region", "type": "text", "label": "Region"}], "permissions": []}
            """)
        return folder
    }

    @Test func `what a file names is there, as the file says, until somebody decides otherwise`() async throws {
        _ = try counting("north")
        _ = try counting("south")
        try program.write(
            "patchbay.yaml",
            """
            plugins:
              - path: ./north
                config: { region: arctic }
              - path: ./south
                enabled: false
              - path: ./nowhere
            limits: { callTime: 900ms }
            """)
        let words = ["--config", "\(program.home)/patchbay.yaml"]
        let hub = try await ServedHub.start(program, words)
        #expect(
            hub.running.error.contains("note configuration.plugin-not-found") && hub.running.error.contains("nowhere"),
            "\(hub.running.error)")
        let ada = try await hub.setUp()
        let list = try await ada.ask("GET", "/api/v1/plugins").json.arrayValue ?? []
        #expect(list.map { $0["id"]?.stringValue } == ["test.north"], "one that is switched off is not brought in")
        #expect(list.first?["waiting"] != nil, "a file gives no consent")
        _ = try await ada.ask("POST", "/api/v1/plugins/test.north/consent", json: ["grants": []])
        let region = try await ada.ask("POST", "/api/v1/plugins/test.north/call", json: ["export": "region"])
        #expect(region.json["result"] == "arctic", "\(region.text)")
        let form = try await ada.ask("GET", "/api/v1/plugins/test.north/configuration")
        #expect(form.text.contains("\"source\":\"file\""), "\(form.text)")
        #expect(await hub.end() == 0)

        // Switched off in the file; what was installed stays, and the file wins as long as nobody decides.
        try program.write("patchbay.yaml", "plugins: [{ path: ./north, enabled: false }]")
        let off = try await ServedHub.start(program, words)
        let later = off.visitor.with(cookies: ada.cookies)
        let shown = try await later.ask("GET", "/api/v1/plugins/test.north").json
        #expect(shown["state"]?["name"] == "disabled", "\(shown)")
        #expect(await off.end() == 0)

        // Another content of a known plugin waits as an update, and the old version goes on.
        _ = try counting("north", version: "1.1.0")
        try program.write("patchbay.yaml", "plugins: [{ path: ./north }]")
        for _ in 0..<2 {
            let updated = try await ServedHub.start(program, words)
            let view = try await updated.visitor.with(cookies: ada.cookies).ask("GET", "/api/v1/plugins/test.north").json
            #expect(view["version"] == "1.0.0" && view["waiting"]?["version"] == "1.1.0", "\(view)")
            #expect(await updated.end() == 0)
        }
    }

    @Test(arguments: [
        ("plugins: [{ path: ./north, enabeld: false }]", "configuration.unknown-key", "enabled"),
        ("plugins: [", "configuration.malformed", "patchbay.yaml"),
    ]) func `a file with an error starts no hub`(_ text: String, _ code: String, _ word: String) async throws {
        try program.write("patchbay.yaml", text)
        let refusal = try #require(try await ServedHub.refusal(program, ["--config", "\(program.home)/patchbay.yaml"]))
        #expect(refusal.exit != 0 && refusal.error.contains("error[\(code)") && refusal.error.contains(word), "\(refusal)")
        #expect(refusal.error.contains("patchbay config check"))
        #expect(try await ServedHub.refusal(program) == nil, "nothing was left behind")
    }

    @Test func `ForgePortal's file switches its plugins off and on, and a decision wins over it`() async throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        try program.write("forgeportal.yaml", "plugins:\n  oncall:\n    enabled: false\n")
        let words = ["--config", "\(program.home)/forgeportal.yaml"]
        let hub = try await ServedHub.start(program, words)
        let ada = try await hub.setUp()
        let id = try await ada.installed(root + "/plugins/forgeportal-oncall")
        _ = try await ada.ask("POST", "/api/v1/plugins/\(id)/consent", json: ["grants": []])
        #expect(try await ada.ask("GET", "/api/v1/plugins/\(id)").json["state"]?["name"] == "disabled")
        _ = try await ada.ask("PATCH", "/api/v1/admin/plugins/oncall", json: ["enabled": true])
        #expect(try await ada.ask("GET", "/api/v1/plugins/\(id)").json["state"]?["name"] != "disabled")
        #expect(await hub.end() == 0)
    }
}
