import Glibc
import HTTPServer
import HubCore
import JSON
import Storage
import TestServers
import Testing

@testable import HubAPI

/// Whom the hub takes a request for to come from, and how much of it it takes.
@Suite(.everyDatabase, .namingTheDatabase) struct LimitTests {
    /// Tries to sign in with a password that is wrong, as another person each time, so that the address alone is counted.
    private static func tries(_ hub: TestHub, _ count: Int, from forwarded: (Int) -> String) async throws -> [Int] {
        var statuses: [Int] = []
        for number in 0..<count {
            let answer = try await hub.ask(
                "POST", "/session", ["email": .string("nobody\(number)@hub.test"), "password": "not the password"],
                headers: [("X-Forwarded-For", forwarded(number))])
            statuses.append(answer.status)
        }
        return statuses
    }

    private static func address(of action: String, _ hub: TestHub, as admin: Person) async throws -> JSONValue? {
        let found = try await hub.ask("GET", "/audit?action=\(action)&limit=1", as: admin)
        return found.json[0]?["address"]
    }

    @Test func `whoever forges X-Forwarded-For is counted and written down by where they are`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let made = try await hub.ask(
            "POST", "/organisations", as: admin, ["slug": "gamma", "name": "Gamma"], headers: [("X-Forwarded-For", "203.0.113.7")])
        #expect(made.status == 201, "\(made)")
        #expect(try await Self.address(of: "organisation.create", hub, as: admin) == "127.0.0.1")
        let statuses = try await Self.tries(hub, 26) { "203.0.113.\($0)" }
        #expect(statuses.prefix(15).allSatisfy { $0 == 401 } && statuses.last == 429, "\(statuses)")
        let sessions = try await hub.ask("GET", "/account/sessions", as: admin)
        #expect(sessions.json[0]?["address"] == "127.0.0.1", "\(sessions)")
        await hub.stop()
    }

    @Test func `a proxy that is trusted speaks for others, by what it wrote itself`() async throws {
        let hub = try await TestHub(trustedProxies: ["127.0.0.1"])
        let admin = try await hub.setUp()
        for (number, (header, address)) in [
            ("203.0.113.7", "203.0.113.7"), ("6.6.6.6, 203.0.113.8", "203.0.113.8"), ("2001:db8::7", "2001:db8::7"),
            // What is no address is nobody's.
            ("'); drop table audit; --", "127.0.0.1"), ("", "127.0.0.1"), ("203.0.113.9, ", "127.0.0.1"),
            (String(repeating: "1", count: 300), "127.0.0.1"),
        ].enumerated() {
            let made = try await hub.ask(
                "POST", "/organisations", as: admin, ["slug": .string("o\(number)"), "name": "O"], headers: [("X-Forwarded-For", header)])
            #expect(made.status == 201, "\(made)")
            #expect(try await Self.address(of: "organisation.create", hub, as: admin) == .string(address), "\(header)")
        }
        let others = try await Self.tries(hub, 26) { "198.51.100.\($0)" }
        #expect(others.allSatisfy { $0 == 401 }, "each has tries of their own: \(others)")
        let one = try await Self.tries(hub, 26) { "198.51.100.\($0), 203.0.113.50" }
        #expect(one.last == 429, "whatever they claim before the proxy's word: \(one)")
        await hub.stop()
    }

    /// By the C library, since the limit grows while one counts. `text` begins with a byte that is rare.
    private static func count(_ text: String, in bytes: [UInt8]) -> Int {
        let wanted = Array(text.utf8)
        return bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            var (count, place) = (0, 0)
            while place + wanted.count <= bytes.count, let found = memchr(start + place, Int32(wanted[0]), bytes.count - place) {
                place = UnsafeRawPointer(found) - start
                if place + wanted.count <= bytes.count, memcmp(found, wanted, wanted.count) == 0 { count += 1 }
                place += 1
            }
            return count
        }
    }

    @Test func `who changes too much has to wait, and nobody else does`() async throws {
        let hub = try await TestHub()
        let admin = try await hub.setUp()
        let other = try await hub.person("other", role: .teamAdmin, by: admin)
        try await hub.begin("lab.limit", code: "export const n = () => 1;", as: admin)
        #expect(try await hub.ask("POST", "/plugins/lab.limit/call", as: admin, ["export": "n"]).status == 200)
        func request(_ line: String, as person: Person, _ json: String = "") -> [UInt8] {
            let head = person.headers(isChange: true).map { "\($0): \($1)\r\n" }.joined()
            let body = "Content-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)"
            return Array("\(line) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(head)\(json.isEmpty ? "\r\n" : body)".utf8)
        }
        let change = request("DELETE /api/v1/plugins/none?confirm=none", as: admin)
        // What is not limited by it: reading, calling, and somebody else's changes.
        let others = [
            request("GET /api/v1/plugins/lab.limit", as: admin),
            request("POST /api/v1/plugins/lab.limit/call", as: admin, #"{"export":"n"}"#),
            request("PUT /api/v1/plugins/lab.limit/enablement", as: other, #"{"enabled":true}"#),
        ]
        // One connection, a hundred requests at a time, quicker than the limit grows.
        let text = try await onThread {
            let connection = try Connection(port: hub.port)
            var asked = 0
            func send(_ requests: [[UInt8]]) throws {
                for request in requests { connection.send(request) }
                asked += requests.count
                while Self.count("HTTP/1.1 ", in: connection.received) < asked {
                    guard connection.receive() else { throw Trouble(description: "the connection ended") }
                }
            }
            for _ in 0..<30 where Self.count("HTTP/1.1 429 ", in: connection.received) == 0 {
                try send([[UInt8]](repeating: change, count: 100))
            }
            try send([[UInt8]](repeating: change, count: 100) + others)
            return String(decoding: connection.received, as: UTF8.self)
        }
        let answers = text.split(separator: "HTTP/1.1 ").map(String.init)
        let statuses = answers.compactMap { Int($0.prefix(3)) }
        let first = try #require(statuses.firstIndex(of: 429), "\(statuses.count) answers")
        #expect(first >= 600 - 3, "not before what is allowed at once: \(first)")
        #expect(statuses[..<first].allSatisfy { $0 == 404 })
        let last = statuses.suffix(100 + others.count)
        #expect(last.prefix(100).contains(429) && last.suffix(others.count).allSatisfy { $0 == 200 }, "\(last) \(answers.suffix(4))")
        let refused = try #require(answers.first { $0.hasPrefix("429") })
        let problem = try JSONValue(parsing: String(refused.split(separator: "\r\n\r\n").last ?? ""))
        #expect(problem["code"] == "request.too-many" && problem["error"] == "RateLimited" && problem["turn"] == "caller", "\(refused)")
        let wait = refused.firstMatch(of: #/[Rr]etry-[Aa]fter: (\d+)/#).flatMap { Int($0.1) }
        #expect((1...10).contains(wait ?? 0), "\(refused)")
        _ = try await until("it is over") {
            try await hub.ask("PATCH", "/admin/plugins/lab.limit", as: admin, ["enabled": true]).status == 200 ? true : nil
        }
        await hub.stop()
    }

    @Test func `a hub whose database is away says so, and what is well`() async throws {
        // A server of its own to take away; SQLite's file cannot be, so the store is closed.
        let cluster = Database.current == .postgreSQL ? try await onThread { try PostgresCluster() } : nil
        let hub = try await TestHub(at: try cluster.map { $0.address(try $0.makeDatabase()) })
        let admin = try await hub.setUp()
        #expect(try await hub.ask("GET", "//readyz").status == 200)
        if let cluster { try await onThread { cluster.end() } } else { await hub.store.close() }
        let code = cluster == nil ? "storage.closed" : "storage.unreachable"
        let ready = try await until("the hub has seen it") {
            let ready = try await hub.ask("GET", "//readyz")
            return ready.json["checks"]?["database"] == .string(code) ? ready : nil
        }
        #expect(ready.status == 503 && ready.json["ready"] == false && ready.json["checks"]?["sandbox"] == "ok", "\(ready)")
        #expect(try await hub.ask("GET", "//healthz").status == 200, "the process answers all the same")
        let asked = try await hub.ask("GET", "/audit", as: admin)
        #expect(asked.status == 503 && asked.code == code && asked["retry-after"] != nil, "\(asked)")
        // Where the database is, is for the log.
        #expect(asked.json["place"] == nil && !asked.text.contains("postgres"), "\(asked)")
        #expect(hub.log.contains { $0.contains(code) }, "\(hub.log)")
        await hub.stop()
    }

    @Test func `a plugin that failed three times is in quarantine until somebody releases it`() async throws {
        let world = try await World.shared()
        let hub = world.hub
        let code =
            "export const burst = () => { const all = []; for (;;) all.push(new Uint8Array(1 << 24).fill(1)); }; export const n = () => 1;"
        try await hub.begin("lab.quarantine", code: code, as: world.admin)
        func call(_ export: String) async throws -> Answer {
            try await hub.ask("POST", "/plugins/lab.quarantine/call", as: world.admin, ["export": .string(export)])
        }
        #expect(try await call("n").json["result"] == 1)
        for _ in 0..<3 {
            let failed = try await call("burst")
            #expect(failed.status == 502 && failed.json["turn"] == "plugin", "\(failed)")
        }
        let shown = try await until("it is in quarantine") {
            let shown = try await hub.ask("GET", "/plugins/lab.quarantine", as: world.admin)
            return shown.json["state"]?["worker"] == "quarantined" ? shown : nil
        }
        #expect(shown.json["status"] == "error" && shown.json["state"]?["turn"] == "operator", "\(shown)")
        let refused = try await call("n")
        #expect(refused.code == "plugin.quarantined" && refused.status == 409, "\(refused)")
        #expect(try await hub.ask("POST", "/plugins/lab.quarantine/release", as: world.who(.templateAdmin)).status == 403)
        let overview = try await hub.ask("GET", "/overview", as: world.admin)
        #expect(overview.json["needsYou"]?.arrayValue?.contains { $0["plugin"] == "lab.quarantine" } == true, "\(overview)")
        let released = try await hub.ask("POST", "/plugins/lab.quarantine/release", as: world.admin)
        #expect(released.status == 200 && released.json["state"]?["worker"] != "quarantined", "\(released)")
        #expect(try await call("n").json["result"] == 1)
        let again = try await hub.ask("POST", "/plugins/lab.quarantine/release", as: world.admin)
        #expect(again.status == 409 && again.code == "plugin.not-quarantined", "\(again)")
        let failures = try await hub.ask("GET", "/plugins/lab.quarantine/failures", as: world.admin).json.arrayValue ?? []
        #expect(failures.count(where: { $0["entry"] == "burst" }) == 3)
    }
}
