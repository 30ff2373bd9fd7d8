import Glibc
import HTTPServer
import HubCore
import JSON
import PluginModel
import Testing

@testable import HubAPI

/// Setting up, signing in, and what one is signed in with. A hub for each test: limits count by address, and all tests have the same.
@Suite(.everyDatabase, .namingTheDatabase) struct LoginTests {
    private static func signIn(_ hub: TestHub, _ password: String = TestHub.password, email: String = "ada@hub.test") async throws -> Answer
    {
        try await hub.ask("POST", "/session", ["email": .string(email), "password": .string(password)])
    }

    @Test func `a hub is set up once, with the code it printed`() async throws {
        let hub = try await TestHub()
        #expect(try await hub.ask("GET", "/setup").json == ["needed": true])
        #expect(try await hub.ask("GET", "/plugins").status == 401)
        let code = try #require(try await hub.accounts.prepareSetUp())
        func body(_ code: String, password: String = TestHub.password) -> JSONValue {
            ["code": .string(code), "email": "ada@hub.test", "name": "Ada", "password": .string(password), "organisation": "Alpha & Co"]
        }
        let wrong = try await hub.ask("POST", "/setup", body("wrong"))
        #expect(wrong.status == 403 && wrong.code == "account.bad-setup-code", "\(wrong)")
        let short = try await hub.ask("POST", "/setup", body(code, password: "short"))
        #expect(short.status == 422 && short.code == "account.bad-password", "\(short)")
        let done = try await hub.ask("POST", "/setup", body(code))
        #expect(done.status == 201 && done.json["organisation"] == "alpha-co", "\(done)")
        #expect(done.json["user"]?["isHubAdministrator"] == true)
        let again = try await hub.ask("POST", "/setup", body(code))
        #expect([403, 409].contains(again.status) && again["set-cookie"] == nil, "\(again)")
        #expect(try await hub.ask("GET", "/setup").json == ["needed": false])
        #expect(try await hub.accounts.prepareSetUp() == nil)
        await hub.stop()
    }

    @Test(arguments: [false, true]) func `the cookie is for browsers alone, and ends with the session`(_ isSecure: Bool) async throws {
        let hub = try await TestHub(isSecure: isSecure)
        let admin = try await hub.setUp()
        let answer = try await Self.signIn(hub)
        let parts = Set((answer["set-cookie"] ?? "").split(separator: ";").dropFirst().map { $0.drop { $0 == " " } }.map(String.init))
        #expect(parts.contains("HttpOnly") && parts.contains("SameSite=Lax") && parts.contains("Path=/"), "\(parts)")
        #expect(parts.contains("Secure") == isSecure)
        #expect(answer.all("set-cookie").count == 1)
        let person = try Person(answer)
        #expect(!answer.text.contains(person.cookie ?? "-"), "scripts never see it")
        let out = try await hub.ask("DELETE", "/session", as: person)
        #expect(out.status == 204 && out["set-cookie"]?.contains("Max-Age=0") == true, "\(out)")
        #expect(try await hub.ask("GET", "/session", as: person).status == 401)
        #expect(try await hub.ask("GET", "/session", as: admin).status == 200, "the other browser stays")
        await hub.stop()
    }

    @Test func `signing in ends the session that a browser sent along`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let answer = try await hub.ask(
            "POST", "/session", ["email": "ada@hub.test", "password": .string(TestHub.password)],
            headers: [("Cookie", "pb_session=\(admin.cookie ?? "")")])
        let person = try Person(answer)
        #expect(person.cookie != admin.cookie && person.csrf != admin.csrf)
        #expect(try await hub.ask("GET", "/session", as: admin).status == 401)
        await hub.stop()
    }

    @Test func `wrong passwords and unknown names get the same words, and are counted`() async throws {
        let hub = try await TestHub()
        _ = try await hub.setUp()
        let known = try await Self.signIn(hub, "wrong wrong wrong")
        let unknown = try await Self.signIn(hub, "wrong wrong wrong", email: "nobody@hub.test")
        #expect(known.status == 401 && unknown.status == 401)
        for member in ["code", "detail", "message", "remedy", "title"] { #expect(known.json[member] == unknown.json[member]) }
        var last = known
        for _ in 0..<30 where last.status == 401 { last = try await Self.signIn(hub, "wrong wrong wrong") }
        #expect(last.status == 429 && last.code == "account.too-many-tries", "\(last)")
        let wait = Int(last["retry-after"] ?? "") ?? 0
        #expect((1...60).contains(wait))
        let right = try await Self.signIn(hub)
        #expect(right.status == 429, "the right password waits too: \(right)")
        hub.clock.advance(by: .seconds(3600))
        #expect(try await Self.signIn(hub).status == 201)
        await hub.stop()
    }

    @Test func `a flood of tries costs a bounded time and memory`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        func resident() throws -> Int {
            let text = String(decoding: try Folders.read("/proc/self/statm"), as: UTF8.self)
            return (Int(text.split(separator: " ")[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
        }
        let before = try resident()
        let hashings = hub.accounts.hashings
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<400 {
                if number >= 16 { _ = try await group.next() }
                group.addTask {
                    try await Self.signIn(
                        hub, String(repeating: "x", count: 500_000), email: "\(number)\(String(repeating: "y", count: 1000))@x.test"
                    )
                    .status
                }
            }
            for try await status in group { #expect([401, 429].contains(status)) }
        }
        #expect(hub.accounts.hashings - hashings <= 21, "an address has so many tries, and no more are hashed")
        // Other tests run in this process; what 400 bodies of half a megabyte would hold is far above.
        #expect(try resident() - before < 150 << 20)
        #expect(try await hub.ask("GET", "/session", as: admin).status == 200)
        await hub.stop()
    }

    @Test func `sessions are listed and ended, and a new password ends the others`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let other = try Person(try await Self.signIn(hub))
        let third = try Person(try await Self.signIn(hub))
        let list = try await hub.ask("GET", "/account/sessions", as: admin)
        let sessions = list.json.arrayValue ?? []
        #expect(sessions.count == 3 && sessions.count { $0["isThis"] == true } == 1)
        for person in [admin, other, third] { #expect(!list.text.contains(person.cookie ?? "-") && !list.text.contains(person.csrf)) }
        let mine = try await hub.ask("GET", "/account/sessions", as: other).json.arrayValue?.first { $0["isThis"] == true }
        let id = try #require(mine?["id"]?.stringValue)
        #expect(try await hub.ask("DELETE", "/account/sessions/\(id)", as: admin).status == 204)
        #expect(try await hub.ask("GET", "/session", as: other).status == 401)
        #expect(try await hub.ask("DELETE", "/account/sessions/\(id)", as: admin).status == 404)
        // Nobody ends another one's.
        let stranger = try await hub.person("stranger", by: admin)
        let theirs = try await hub.ask("GET", "/account/sessions", as: admin).json[0]?["id"]?.stringValue ?? ""
        #expect(try await hub.ask("DELETE", "/account/sessions/\(theirs)", as: stranger).status == 404)

        let wrong = try await hub.ask(
            "POST", "/account/password", as: admin, ["current": "not this one at all", "new": "another good password"])
        #expect(wrong.status == 403 && wrong.code == "account.wrong-password", "\(wrong)")
        let changed = try await hub.ask(
            "POST", "/account/password", as: admin, ["current": .string(TestHub.password), "new": "another good password"])
        #expect(changed.status == 204, "\(changed)")
        #expect(try await hub.ask("GET", "/session", as: admin).status == 200)
        #expect(try await hub.ask("GET", "/session", as: third).status == 401)
        #expect(try await Self.signIn(hub).status == 401)
        #expect(try await Self.signIn(hub, "another good password").status == 201)
        await hub.stop()
    }

    @Test func `a one-time code lets somebody in once, and not when it is old`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let made = try await hub.ask("POST", "/users", as: admin, ["email": "bo@hub.test", "name": "Bo"])
        #expect(made.status == 201, "\(made)")
        let (code, id) = (try #require(made.json["code"]?.stringValue), try #require(made.json["id"]?.stringValue))
        func redeem(_ code: String, _ password: String = "a good long password") async throws -> Answer {
            try await hub.ask("POST", "/session/redeem", ["code": .string(code), "password": .string(password)])
        }
        #expect(try await redeem("nonsense").status == 403)
        let weak = try await redeem(code, "short")
        #expect(weak.code == "account.bad-password" && weak["set-cookie"] == nil, "\(weak)")
        let person = try Person(try await redeem(code))
        #expect(person.id == id)
        let again = try await redeem(code)
        #expect(again.status == 403 && again.code == "account.bad-code", "\(again)")
        let reset = try await hub.ask("POST", "/users/\(id)/reset-code", as: admin)
        hub.clock.advance(by: .seconds(25 * 3600))
        #expect(try await redeem(reset.json["code"]?.stringValue ?? "").code == "account.bad-code")
        await hub.stop()
    }

    @Test func `whoever is disabled is out at once, and the last administrator stays`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let person = try await hub.person("bo", role: .developer, by: admin)
        let token = try await hub.token(of: person, scopes: [.pluginRead])
        #expect(try await hub.ask("GET", "/plugins", as: token).status == 200)
        #expect(try await hub.ask("PATCH", "/users/\(person.id)", as: admin, ["isDisabled": true]).status == 200)
        #expect(try await hub.ask("GET", "/plugins", as: token).status == 401)
        #expect(try await hub.ask("GET", "/session", as: person).status == 401)
        for (method, target, body) in [
            ("PATCH", "/users/\(admin.id)", ["isDisabled": true] as JSONValue),
            ("PATCH", "/users/\(admin.id)", ["isHubAdministrator": false]),
        ] {
            let answer = try await hub.ask(method, target, as: admin, body)
            #expect(answer.status == 409 && answer.code == "account.last-administrator", "\(answer)")
        }
        #expect(try await hub.ask("DELETE", "/users/\(admin.id)", as: admin).status == 409)
        #expect(try await hub.ask("DELETE", "/users/\(person.id)", as: admin).status == 204)
        #expect(try await hub.ask("GET", "/users/\(person.id)", as: admin).status == 404)
        await hub.stop()
    }

    @Test func `a token is shown once, kept as a hash, and ends when it should`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let end = Timestamp.system().advanced(by: .seconds(3600))
        let made = try await hub.ask(
            "POST", "/account/tokens", as: admin, ["name": "ci", "scopes": ["plugin:read"], "expiresAt": .string(end.description)])
        let text = try #require(made.json["token"]?.stringValue)
        #expect(text.hasPrefix("pbt_"))
        let token = Person(id: admin.id, email: "", bearer: text)
        #expect(try await hub.ask("GET", "/plugins", as: token).status == 200)
        let list = try await hub.ask("GET", "/account/tokens", as: admin)
        #expect(!list.text.contains(text) && list.json[0]?["token"] == nil && list.json[0]?["lastUsedAt"] != nil, "\(list)")
        for file in Folders.files(below: hub.folder) { #expect(try Folders.read(file).firstRange(of: Array(text.utf8)) == nil, "\(file)") }
        hub.clock.advance(by: .seconds(3601))
        #expect(try await hub.ask("GET", "/plugins", as: token).status == 401)
        await hub.stop()
    }
}
