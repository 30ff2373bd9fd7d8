import Glibc
import JSON
import PatchbayCLI
import Testing

/// `patchbay admin …` with the data folder in hand, beside a running hub and without one.
@Suite(.serialized) struct AdminTests {
    let program: Program

    init() throws { program = try Program() }

    private func admin(_ words: String..., input: String? = nil) async throws -> (exit: Int32, output: String, error: String) {
        try await program.run(["admin"] + words + ["--data", "\(program.home)/data"], input: input)
    }

    @Test func `a lost password is replaced while the hub runs, by a link that works once`() async throws {
        let hub = try await ServedHub.start(program)
        _ = try await hub.setUp()
        let reset = try await admin("reset-password", "Ada@acme.test", "--json")
        #expect(reset.exit == 0, "\(reset)")
        let link = try #require(try JSONValue(parsing: reset.output)["link"]?.stringValue)
        #expect(link.hasPrefix("http://127.0.0.1:\(hub.port)/redeem#code="), "\(link)")
        let code = String(link.split(separator: "=")[1])
        let body: JSONValue = ["code": .string(code), "password": "another good long password"]
        let redeemed = try await hub.visitor.ask("POST", "/api/v1/session/redeem", json: body)
        #expect(redeemed.status == 201 && redeemed.cookies["pb_session"] != nil, "\(redeemed.text)")
        #expect(try await hub.visitor.ask("POST", "/api/v1/session/redeem", json: body).json["code"] == "account.bad-code")
        let signIn = try await hub.visitor.ask(
            "POST", "/api/v1/session", json: ["email": "ada@acme.test", "password": "another good long password"])
        #expect(signIn.status == 201)
        var ada = hub.visitor
        ada.adopt(signIn)
        let audit = try await ada.ask("GET", "/api/v1/audit?action=user.make-code")
        #expect(audit.text.contains("patchbay admin") && !audit.text.contains(code), "\(audit.text)")
        #expect(await hub.end() == 0)
        let text = try await admin("reset-password", "ada@acme.test", "--public-url", "https://plugins.acme.test/")
        #expect(text.exit == 0 && text.output.contains("  https://plugins.acme.test/redeem#code="), "\(text)")
        let nobody = try await admin("reset-password", "eve@acme.test")
        #expect(nobody.exit == 2 && nobody.error.contains("error[account.not-found]") && nobody.error.contains("admin users"), "\(nobody)")
    }

    @Test func `people are made and listed`() async throws {
        let hub = try await ServedHub.start(program)
        let early = try await admin("create-user", "grace@acme.test")
        #expect(early.exit == 7 && early.error.contains("error[hub.not-set-up]"), "\(early)")
        #expect(try await admin("users").output.contains("Nobody has set this hub up yet"))
        _ = try await hub.setUp()
        let made = try await admin("create-user", "grace@acme.test", "--name", "Grace", "--administrator", "--json")
        #expect(made.exit == 0, "\(made)")
        let member = try await admin("create-user", "alan@acme.test", "--organisation", "acme", "--role", "developer")
        #expect(member.exit == 0 && member.output.contains("#code="), "\(member)")
        let twice = try await admin("create-user", "grace@acme.test")
        #expect(twice.exit == 2 && twice.error.contains("error[account.email-taken]"), "\(twice)")
        let nowhere = try await admin("create-user", "x@acme.test", "--organisation", "nowhere")
        #expect(nowhere.exit == 2 && nowhere.error.contains("no organisation"), "\(nowhere)")
        #expect(try await admin("create-user", "x@acme.test", "--role", "king", "--organisation", "acme").exit == 2)
        #expect(try await admin("create-user", "x@acme.test", "--role", "viewer").exit == 2)
        let list = try JSONValue(parsing: try await admin("users", "--json").output).arrayValue ?? []
        #expect(list.compactMap { $0["email"]?.stringValue } == ["ada@acme.test", "grace@acme.test", "alan@acme.test"])
        #expect(list.map { $0["state"]?.stringValue } == ["ok", "invited", "invited"])
        #expect(list.map { $0["isHubAdministrator"]?.boolValue } == [true, true, false])
        #expect(list[2]["roles"] == [["organisation": "acme", "role": "developer"]])
        let shown = try await admin("users")
        #expect(shown.output.contains("grace@acme.test") && shown.output.contains("hub administrator"), "\(shown)")
        #expect(await hub.end() == 0)
    }

    @Test func `keys are added beside a hub, rotated and retired without one, and every secret still opens`() async throws {
        let folder = try program.plugin(
            "keeper", "import { config } from '@patchbay/plugin';\nexport function has() { return config.get('token'); }\n")
        try program.write(
            "keeper/patchbay.json",
            #"{"id": "test.keeper", "name": "Keeper", "version": "1.0.0", "entry": "index.ts", "permissions": [], "configuration": [{"key": "token", "type": "text", "label": "Token", "secret": true}]}"#
        )
        let hub = try await ServedHub.start(program)
        let ada = try await hub.setUp()
        try await ada.install(folder)
        let put = try await ada.ask(
            "PUT", "/api/v1/plugins/test.keeper/configuration", json: ["values": [:], "secrets": ["token": "s3cret"]])
        #expect(put.status == 200, "\(put.text)")
        func keys() async throws -> [JSONValue] {
            try JSONValue(parsing: try await admin("vault", "status", "--json").output)["keys"]?.arrayValue ?? []
        }
        let before = try await keys()
        let old = try #require(before.first?["id"]?.stringValue)
        #expect(before == [["id": .string(old), "active": true, "secrets": 1]])
        let busy = try await admin("vault", "rotate")
        #expect(busy.exit == 7 && busy.error.contains("error[hub.running]") && busy.error.contains("Settings"), "\(busy)")
        let added = try await admin("vault", "add-key", "--json")
        #expect(added.exit == 0, "\(added)")
        let new = try #require(try JSONValue(parsing: added.output)["id"]?.stringValue)
        let called = try await ada.ask(
            "PUT", "/api/v1/plugins/test.keeper/configuration", json: ["values": [:], "secrets": ["token": "changed"]])
        #expect(called.status == 200, "the running hub goes on with the key it has: \(called.text)")
        #expect(await hub.end() == 0)

        let inUse = try await admin("vault", "retire", old)
        #expect(inUse.exit == 3 && inUse.error.contains("error[vault.key-in-use]"), "\(inUse)")
        let rotated = try await admin("vault", "rotate", "--json")
        #expect(rotated.exit == 0 && rotated.output == #"{"done":1,"left":0,"damaged":[]}"# + "\n", "\(rotated)")
        #expect(try await admin("vault", "retire", new).exit == 2)
        #expect(try await admin("vault", "retire", old).exit == 0)
        #expect(try await keys() == [["id": .string(new), "active": true, "secrets": 1]])
        #expect(try await admin("vault", "retire", old).exit == 2, "it is not loaded any more")

        let again = try await ServedHub.start(program)
        let session = again.visitor.with(cookies: ada.cookies)
        let call = try await session.with(csrf: ada.csrfToken).ask(
            "POST", "/api/v1/plugins/test.keeper/call", json: ["export": "has", "argument": [:]])
        #expect(call.json["result"] == "changed", "\(call.text)")
        #expect(await again.end() == 0)
    }

    @Test func `keys of the environment are not mixed with a file`() async throws {
        #expect(try await ServedHub.refusal(program) == nil)
        let added = try await program.run(
            ["admin", "vault", "add-key", "--data", "\(program.home)/data"],
            environment: ["PATCHBAY_VAULT_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="])
        #expect(added.exit == 7 && added.error.contains("error[vault.key-in-environment]"), "\(added)")
    }

    @Test func `a backup made beside a busy hub is whole, and a hub starts from it`() async throws {
        let hub = try await ServedHub.start(program)
        let ada = try await hub.setUp()
        async let busy: Void = {
            for number in 0..<40 {
                _ = try await ada.ask("POST", "/api/v1/organisations", json: ["slug": .string("o\(number)"), "name": "Busy"])
            }
        }()
        let path = "\(program.home)/copy.sqlite"
        let backup = try await admin("backup", path, "--json")
        #expect(backup.exit == 0, "\(backup)")
        try await busy
        var info = stat()
        #expect(stat(path, &info) == 0 && info.st_mode & 0o777 == 0o600)
        #expect(try JSONValue(parsing: backup.output)["bytes"]?.intValue == Int(info.st_size))
        let twice = try await admin("backup", path)
        #expect(twice.exit == 7 && twice.error.contains("error[storage.cannot-back-up]"), "\(twice)")
        #expect(await hub.end() == 0)
        // Restored as operating.md says: the copy in the file's place, without the two files beside it.
        let data = "\(program.home)/data"
        for name in ["hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm"] { unlink("\(data)/\(name)") }
        #expect(rename(path, "\(data)/hub.sqlite") == 0)
        let again = try await ServedHub.start(program)
        let session = try await again.visitor.with(cookies: ada.cookies).ask("GET", "/api/v1/session")
        #expect(session.json["user"]?["email"] == "ada@acme.test", "\(session.text)")
        #expect(await again.end() == 0)
    }

    @Test func `a folder without a hub is told, and stays as it is`() async throws {
        for words in [["users"], ["vault", "status"], ["backup", "\(program.home)/x"], ["reset-password", "a@b.test"]] {
            let none = try await program.run(["admin"] + words + ["--data", "\(program.home)/nowhere", "--json"])
            #expect(none.exit == 7 && none.output.contains("hub.no-hub"), "\(words): \(none)")
        }
        #expect(Files.kind("\(program.home)/nowhere") == .missing)
    }
}

/// Packages changed from the command line, beside a hub and before it starts.
@Suite(.serialized) struct PluginBesideHubTests {
    let program: Program

    init() throws { program = try Program() }

    private func plugin(_ words: String...) async throws -> (exit: Int32, output: String, error: String) {
        try await program.run(["plugin"] + words + ["--data", "\(program.home)/data"])
    }

    private func version(_ number: Int) throws -> String {
        let folder = try program.plugin("tool", "export const version = () => \(number);\n")
        try program.write(
            "tool/patchbay.json",
            #"{"id": "test.tool", "name": "Tool", "version": "\#(number).0.0", "entry": "index.ts", "permissions": []}"#)
        return folder
    }

    @Test func `what is installed before the start waits for consent, and a version taken into use there waits for a yes`() async throws {
        #expect(try await plugin("install", try version(1)).exit == 0)
        let hub = try await ServedHub.start(program)
        let ada = try await hub.setUp()
        let first = try await ada.ask("GET", "/api/v1/plugins/test.tool")
        #expect(first.json["state"]?["name"] == "needs-consent", "\(first.text)")
        #expect(try await ada.ask("POST", "/api/v1/plugins/test.tool/consent", json: ["grants": []]).status == 200)
        #expect(await hub.end() == 0)

        #expect(try await plugin("install", try version(2)).exit == 0)
        let again = try await ServedHub.start(program)
        let session = again.visitor.with(cookies: ada.cookies).with(csrf: ada.csrfToken)
        let second = try await session.ask("GET", "/api/v1/plugins/test.tool")
        #expect(second.json["version"] == "1.0.0" && second.json["waiting"] == .null, "it is kept, and nobody asked for it: \(second.text)")
        #expect(second.json["versions"]?.arrayValue?.count == 2)
        #expect(await again.end() == 0)
        #expect(try await plugin("update", "test.tool", "--yes").exit == 0)

        let third = try await ServedHub.start(program)
        let updated = try await third.visitor.with(cookies: ada.cookies).ask("GET", "/api/v1/plugins/test.tool")
        // Whatever the store says, a version nobody consented to in the hub does not run.
        #expect(updated.json["version"] == "1.0.0" && updated.json["waiting"]?["version"] == "2.0.0", "\(updated.text)")
        #expect(third.running.error.isEmpty || third.running.error.contains("another one waits"), "\(third.running.error)")
        #expect(await third.end() == 0)
    }

    @Test func `with its address and a token a running hub takes packages, and switches them`() async throws {
        let hub = try await ServedHub.start(program)
        let ada = try await hub.setUp()
        let made = try await ada.ask(
            "POST", "/api/v1/account/tokens", json: ["name": "cli", "scopes": ["plugin:read", "admin:plugins"]])
        try #require(made.status == 201, "\(made.text)")
        let token = try #require(made.json["token"]?.stringValue)
        func remote(_ words: String...) async throws -> (exit: Int32, output: String, error: String) {
            try await program.run(
                ["plugin"] + words + ["--hub", "http://127.0.0.1:\(hub.port)/"], environment: ["PATCHBAY_TOKEN=\(token)"])
        }
        let sent = try await remote("install", try version(1), "--json")
        #expect(sent.exit == 0 && sent.output.contains(#""plugin":"test.tool""#), "\(sent)")
        let list = try await remote("list")
        #expect(list.exit == 0 && list.output.contains("test.tool") && list.output.contains("needs-consent"), "\(list)")
        #expect(try await ada.ask("POST", "/api/v1/plugins/test.tool/consent", json: ["grants": []]).status == 200)
        #expect(try await remote("disable", "test.tool").exit == 0)
        #expect(try await ada.ask("GET", "/api/v1/plugins/test.tool").json["state"]?["name"] == "disabled")
        #expect(try await remote("enable", "test.tool").exit == 0)
        #expect(try await ada.ask("GET", "/api/v1/plugins/test.tool").json["state"]?["name"] == "enabled")
        try program.write("bad/patchbay.json", "{}")
        let bad = try await remote("install", "\(program.home)/bad")
        #expect(bad.exit == 1 && bad.error.contains("error["), "\(bad)")
        let gone = try await remote("disable", "test.gone", "--json")
        #expect(gone.exit != 0 && gone.output.contains("error"), "\(gone)")
        let url = "http://127.0.0.1:\(hub.port)"
        let stranger = try await program.run(["plugin", "list", "--hub", url, "--token", "pbt_wrong"])
        #expect(stranger.exit == 3 && stranger.error.contains("error[account.not-signed-in]"), "\(stranger)")
        let nobody = try await program.run(["plugin", "list", "--hub", url])
        #expect(nobody.exit == 2 && nobody.error.contains("PATCHBAY_TOKEN"), "\(nobody)")
        #expect(try await remote("install", "x.tgz", "--link").exit == 2)
        #expect(try await program.run(["plugin", "enable", "test.tool"]).exit == 2)
        #expect(await hub.end() == 0)
    }

    @Test func `beside a running hub packages are looked at and not changed`() async throws {
        let hub = try await ServedHub.start(program)
        let ada = try await hub.setUp()
        try await ada.install(try version(1))
        let list = try await plugin("list")
        #expect(list.exit == 0 && list.output.contains("test.tool"), "\(list)")
        #expect(try await plugin("verify").exit == 0)
        #expect(try await plugin("versions", "test.tool").exit == 0)
        #expect(try await plugin("remove", "test.tool", "--dry-run").exit == 0)
        #expect(try await plugin("install", try version(2), "--dry-run").exit == 0)
        for words in [["install", try version(2)], ["update", "test.tool"], ["rollback", "test.tool"], ["remove", "test.tool"]] {
            let refused = try await program.run(["plugin"] + words + ["--data", "\(program.home)/data", "--json"])
            #expect(refused.exit == 7 && refused.output.contains("hub.running"), "\(words): \(refused)")
            #expect(refused.output.contains("http://127.0.0.1:\(hub.port)"), "\(refused)")
        }
        #expect(try await ada.ask("GET", "/api/v1/plugins/test.tool").json["version"] == "1.0.0")
        #expect(await hub.end() == 0)
        #expect(try await plugin("remove", "test.tool").exit == 0)
    }
}

extension HTTPVisitor {
    func with(csrf token: String?) -> HTTPVisitor {
        var other = self
        other.csrfToken = token
        return other
    }
}
