import HubCore
import JSON
import PluginModel
import Testing

@testable import HubAPI

/// Items handed in by programs, and what people read of their decisions.
@Suite(.everyDatabase, .namingTheDatabase) struct ItemTests {
    /// An item type and a live rule of this name in `alpha`; gives the rule's id.
    private static func begin(_ name: String, words: [String] = ["spam"], actions: [String] = [], _ world: World) async throws -> String {
        let type = try await world.hub.ask("PUT", "/item-types/\(name)", as: world.admin, RuleSeed.itemType)
        try #require(type.status == 200, "\(type)")
        var rule = RuleSeed.rule(name, words: words, type: name).objectValue ?? [:]
        rule["actionIds"] = .array(actions.map { .string($0) })
        let made = try await world.hub.ask("POST", "/rules", as: world.admin, .object(rule))
        let id = try #require(made.json["id"]?.stringValue, "\(made)")
        let live = try await world.hub.ask("PUT", "/rules/\(id)/status", as: world.admin, ["status": "LIVE"])
        try #require(live.status == 200, "\(live)")
        return id
    }

    private static func items(_ type: String, _ texts: [String]) -> JSONValue {
        [
            "items": .array(
                texts.enumerated().map { ["id": .string("\(type)-\($0)"), "typeId": .string(type), "data": ["text": .string($1)]] })
        ]
    }

    @Test func `a program hands in items with its key, and people see what was decided`() async throws {
        let world = try await World.shared()
        let rule = try await Self.begin("async", world)
        let program = try await world.hub.token(of: world.admin, scopes: [.itemSubmit])
        let key = [("X-API-KEY", program.bearer ?? "")]
        let taken = try await world.hub.ask("POST", "/items/async", Self.items("async", ["spam", "tea", "more spam"]), headers: key)
        #expect(taken.status == 202, "\(taken)")
        #expect(taken.json["accepted"] == 3)
        #expect(taken.json["submissionId"]?.stringValue?.isEmpty == false)
        let places = (taken.json["items"]?.arrayValue ?? []).compactMap { $0["sequence"]?.intValue }
        #expect(places.count == 3 && places == places.sorted())
        #expect(taken.json["items"]?[0]?["id"] == "async-0")
        let viewer = world.who(.viewer)
        let found = try await until("they are decided") {
            let answer = try await world.hub.ask("GET", "/items?typeId=async", as: viewer)
            let list = answer.json.arrayValue ?? []
            return list.count == 3 && list.allSatisfy { $0["state"] == "decided" } ? list : nil
        }
        #expect(found.compactMap { $0["sequence"]?.intValue } == places.reversed())
        #expect(found.first?["data"] == ["text": "more spam"])
        let one = try await world.hub.ask("GET", "/items/\(places[0])", as: viewer)
        #expect(one.json["decision"]?["passed"] == [.string(rule)])
        #expect(one.json["decision"]?["rules"]?[0]?["trace"]?["result"]?["outcome"] == "PASSED")
        func passed(_ query: String) async throws -> [Int] {
            let answer = try await world.hub.ask("GET", "/decisions?\(query)", as: viewer)
            #expect(answer.status == 200, "\(answer)")
            return (answer.json.arrayValue ?? []).compactMap { $0["sequence"]?.intValue }
        }
        #expect(try await passed("type=async") == places.reversed())
        #expect(try await passed("rule=\(rule)") == places.reversed())
        #expect(try await passed("rule=\(rule)&outcome=passed") == [places[2], places[0]])
        #expect(try await passed("rule=\(rule)&outcome=failed") == [places[1]])
        #expect(try await passed("type=async&outcome=errored") == [])
        #expect(try await passed("item=async-1") == [places[1]])
        #expect(try await passed("q=ASYNC-2") == [places[2]])
        #expect(try await passed("type=async&until=2020-01-01T00:00:00Z") == [])
        #expect(try await passed("type=async&since=2020-01-01T00:00:00Z&limit=1") == [places[2]])
        #expect(try await passed("type=async&limit=1&after=\(places[2])") == [places[1]])
        let decision = try await world.hub.ask("GET", "/decisions/\(places[2])", as: viewer)
        #expect(decision.json["itemId"] == "async-2" && decision.json["rules"]?[0]?["outcome"] == "PASSED", "\(decision)")
        // Other tests hand in items of this organisation too.
        let queue = try await until("nothing waits") {
            let queue = try await world.hub.ask("GET", "/items/queue", as: viewer).json
            // `nil` alone would be JSON's null.
            return queue["waiting"] == 0 ? queue : Optional<JSONValue>.none
        }
        #expect(queue["oldestSeconds"] == .null && (queue["decidedPerMinute"]?.intValue ?? 0) >= 3, "\(queue.serialized())")
        // Nobody of another organisation sees any of it.
        for target in ["/items/\(places[0])", "/decisions/\(places[0])"] {
            #expect(try await world.hub.ask("GET", target, as: world.stranger).status == 404)
        }
        #expect(try await world.hub.ask("GET", "/items?typeId=async", as: world.stranger).json == [])
    }

    @Test func `a key is a token, and nothing else is one`() async throws {
        let world = try await World.shared()
        _ = try await Self.begin("keys", world)
        let program = try await world.hub.token(of: world.admin, scopes: [.itemSubmit])
        let reader = try await world.hub.token(of: world.admin, scopes: [.ruleRead])
        let (key, body) = (program.bearer ?? "", Self.items("keys", ["tea"]))
        func status(_ headers: [(String, String)], as person: Person? = nil) async throws -> Int {
            try await world.hub.ask("POST", "/items/async", as: person, body, headers: headers).status
        }
        #expect(try await status([("X-API-KEY", key)]) == 202)
        #expect(try await status([("x-api-key", key), ("X-Organisation", "alpha")]) == 202)
        for wrong in ["", "x", "Bearer \(key)", key + "x", world.admin.cookie ?? ""] {
            #expect(try await status([("X-API-KEY", wrong)]) == 401, "\(wrong)")
        }
        #expect(try await status([("X-API-KEY", reader.bearer ?? "")]) == 403, "it may read")
        #expect(try await status([("X-API-KEY", "x")], as: world.admin) == 401, "a wrong key is not mended by a cookie")
        #expect(try await status([("X-API-KEY", "x")], as: program) == 202, "a bearer's token comes first")
        let read = try await world.hub.ask("GET", "/items/queue", headers: [("X-API-KEY", reader.bearer ?? "")])
        #expect(read.status == 200, "\(read)")
        #expect(try await world.hub.ask("GET", "/items/queue", headers: [("X-API-KEY", key)]).status == 403)
    }

    @Test func `whoever waits gets decisions with their traces`() async throws {
        let world = try await World.shared()
        let hook = try await world.hub.ask("PUT", "/rule-actions/sync-note", as: world.admin, ["name": "Note", "kind": "journal"])
        #expect(hook.status == 200, "\(hook)")
        let rule = try await Self.begin("sync", actions: ["sync-note"], world)
        let answer = try await world.hub.ask("POST", "/items", as: world.who(.developer), Self.items("sync", ["spam", "tea"]))
        #expect(answer.status == 200, "\(answer)")
        let first = answer.json["decisions"]?[0]
        #expect(first?["passed"] == [.string(rule)])
        #expect(first?["outcome"] == "passed")
        #expect(first?["actions"] == [["id": "sync-note", "state": "done", "attempts": 1]])
        #expect(first?["rules"]?[0]?["status"] == "LIVE")
        #expect(first?["rules"]?[0]?["version"] != nil)
        #expect(answer.json["decisions"]?[1]?["rules"]?[0]?["trace"]?["result"]?["outcome"] == "FAILED")
        #expect(answer.json["decisions"]?[1]?["actions"] == [])
        let shown = try await world.hub.ask("GET", "/rules/\(rule)", as: world.admin)
        #expect(shown.json["today"]?["actions"] == 1)
        // What a rule at work does is not changed by whoever may not put one to work.
        let (developer, lead) = (world.who(.developer), world.who(.teamAdmin))
        let away: JSONValue = ["name": "Note", "kind": "webhook", "url": "https://elsewhere.test/"]
        for refused in [
            try await world.hub.ask("PUT", "/rule-actions/sync-note", as: developer, away),
            try await world.hub.ask("DELETE", "/rule-actions/sync-note", as: developer),
        ] {
            #expect(refused.status == 403 && refused.json["message"] == "Missing permission: rule:publish", "\(refused)")
        }
        #expect(
            try await world.hub.ask("PUT", "/rule-actions/sync-note", as: lead, ["name": "Note it", "kind": "journal"]).status == 200)
    }

    @Test func `everything that is wrong with items is told with its place`() async throws {
        let world = try await World.shared()
        _ = try await Self.begin("wrong", world)
        let body: JSONValue = [
            "items": [
                ["id": "a", "typeId": "wrong", "data": ["text": "spam"]], ["id": "b", "typeId": "wrnog", "data": [:]],
                ["id": "c", "typeId": "wrong", "data": ["count": "many"]],
            ]
        ]
        for target in ["/items", "/items/async"] {
            let answer = try await world.hub.ask("POST", target, as: world.admin, body)
            #expect(answer.status == 422, "\(answer)")
            let findings = (answer.json["findings"]?.arrayValue ?? []).map {
                "\($0["code"]?.stringValue ?? "") \($0["pointer"]?.stringValue ?? "")"
            }
            #expect(
                findings == [
                    "item.unknown-type /items/1/typeId", "item.missing-field /items/2/data/text", "item.wrong-value /items/2/data/count",
                ])
        }
        for (body, code) in [(["items": []], "item.wrong-count"), (["items": "x"], "request.wrong-value"), ([:], "request.missing")]
            as [(JSONValue, String)]
        {
            let answer = try await world.hub.ask("POST", "/items/async", as: world.admin, body)
            #expect(answer.status == 422 && answer.code == code, "\(answer)")
        }
        for target in ["/items/0", "/items/x", "/items/99999999", "/decisions/0", "/decisions/x"] {
            #expect(try await world.hub.ask("GET", target, as: world.admin).status == 404, "\(target)")
        }
        for target in ["/items?state=lost", "/items?after=x", "/decisions?outcome=maybe", "/decisions?since=now"] {
            let answer = try await world.hub.ask("GET", target, as: world.admin)
            #expect(answer.status == 400 && answer.code == "request.bad-query", "\(answer)")
        }
    }

    @Test func `the same submission with a key is taken once`() async throws {
        let world = try await World.shared()
        _ = try await Self.begin("once", world)
        let headers = [("Idempotency-Key", "once-\(world.hub.database.rawValue)")]
        let first = try await world.hub.ask("POST", "/items/async", as: world.admin, Self.items("once", ["tea"]), headers: headers)
        let second = try await world.hub.ask("POST", "/items/async", as: world.admin, Self.items("once", ["tea"]), headers: headers)
        #expect(first.status == 202 && second.status == 202)
        #expect(first.json == second.json && second["idempotent-replayed"] == "true")
        #expect(try await world.hub.ask("GET", "/items?typeId=once", as: world.admin).json.arrayValue?.count == 1)
    }

    @Test func `a submission whose answer is too long to be kept is taken once all the same`() async throws {
        let world = try await World.shared()
        _ = try await Self.begin("long", world)
        let key = [("Idempotency-Key", "long-\(world.hub.database.rawValue)")]
        let items = (0..<1_000).map { place -> JSONValue in
            ["id": .string("\(place)-" + String(repeating: "i", count: 250)), "typeId": "long", "data": ["text": "tea"]]
        }
        let first = try await world.hub.ask("POST", "/items/async", as: world.admin, ["items": .array(items)], headers: key)
        #expect(first.status == 202 && first.text.utf8.count > 256 << 10, "\(first.status)")
        let queue = try await world.hub.ask("GET", "/items?typeId=long&limit=1", as: world.admin).json[0]?["sequence"]
        let second = try await world.hub.ask("POST", "/items/async", as: world.admin, ["items": .array(items)], headers: key)
        #expect(second.status == 409 && second.code == "request.done-already", "\(second)")
        #expect(second["idempotent-replayed"] == "true")
        #expect(
            try await world.hub.ask("GET", "/items?typeId=long&limit=1", as: world.admin).json[0]?["sequence"] == queue, "none came after")
    }

    @Test func `a search is for a short text, whatever the case of its letters`() async throws {
        let world = try await World.shared()
        _ = try await Self.begin("found", world)
        _ = try await world.hub.ask("POST", "/items/async", as: world.admin, Self.items("found", ["One NEEDLE here", "and 100% hay"]))
        func found(_ text: String) async throws -> Int? {
            try await world.hub.ask("GET", "/items?typeId=found&q=\(text)", as: world.admin).json.arrayValue?.count
        }
        #expect(try await found("needLE") == 1)
        #expect(try await found("100%25") == 1, "no sign stands for others")
        #expect(try await found("1_0") == 0)
        for path in ["/items", "/decisions"] {
            let answer = try await world.hub.ask("GET", path + "?q=" + String(repeating: "a", count: 101), as: world.admin)
            #expect(answer.status == 400 && answer.code == "request.bad-query", "\(answer)")
        }
        #expect(try await found(String(repeating: "a", count: 100)) == 0)
    }

    @Test func `actions are made, changed and removed, and never tell their secrets`() async throws {
        let world = try await World.shared()
        let hook: JSONObject = ["name": "Review", "kind": "webhook", "url": "https://hooks.acme.test/in", "custom": ["team": "blue"]]
        func put(_ change: JSONObject, as person: Person? = nil, headers: [(String, String)] = []) async throws -> Answer {
            var body = hook
            for (key, value) in change { body[key] = value }
            return try await world.hub.ask(
                "PUT", "/rule-actions/hook", as: person ?? world.who(.developer), .object(body), headers: headers)
        }
        #expect(try await put([:], as: world.who(.viewer)).status == 403)
        let made = try await put(["secret": "not to be told"])
        #expect(made.status == 200, "\(made)")
        #expect(made.json["revision"] == 1 && made.json["hasSecret"] == true && made.json["custom"] == ["team": "blue"])
        let changed = try await put(["name": "Review it"], headers: [("If-Match", made["etag"] ?? "")])
        #expect(changed.json["revision"] == 2 && changed.json["hasSecret"] == true && changed.json["name"] == "Review it", "\(changed)")
        #expect(try await put([:], headers: [("If-Match", "\"1\"")]).status == 412)
        let listed = try await world.hub.ask("GET", "/rule-actions", as: world.who(.viewer))
        #expect(listed.json.arrayValue?.contains { $0["id"] == "hook" } == true)
        #expect(!listed.text.contains("not to be told"))
        // Whoever may only look sees where it leads, and not the path, which is often a secret.
        let seen = try await world.hub.ask("GET", "/rule-actions/hook", as: world.who(.viewer))
        #expect(seen.json["url"] == "https://hooks.acme.test/…" && !listed.text.contains("hooks.acme.test/in"), "\(seen)")
        #expect(try await world.hub.ask("GET", "/rule-actions/hook", as: world.who(.developer)).json["url"] == hook["url"])
        #expect(try await world.hub.ask("GET", "/rule-actions/hook", as: world.stranger).status == 404)
        #expect(try await put(["secret": .null]).json["hasSecret"] == false)
        let wrong: [JSONObject] = [
            ["url": "http://hooks.acme.test/"], ["url": "https://127.0.0.1/"], ["url": .null], ["url": "x"], ["secret": "short"],
            ["name": ""],
        ]
        for change in wrong {
            let answer = try await put(change)
            #expect(answer.status == 422 && answer.code == "action.unusable", "\(answer)")
        }
        #expect(try await put(["kind": "carrier pigeon"]).status == 422)
        let gone = try await world.hub.ask("DELETE", "/rule-actions/hook", as: world.who(.developer))
        #expect(gone.status == 204, "\(gone)")
        #expect(try await world.hub.ask("GET", "/rule-actions/hook", as: world.admin).status == 404)
        #expect(try await world.hub.ask("DELETE", "/rule-actions/hook", as: world.admin).status == 404)
    }
}
