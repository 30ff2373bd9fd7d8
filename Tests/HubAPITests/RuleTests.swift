import HubCore
import JSON
import Moderation
import PluginModel
import Storage
import Testing

@testable import HubAPI

/// Rules by HTTP, as the builder of rules asks for them.
@Suite(.everyDatabase, .namingTheDatabase) struct RuleTests {
    /// An organisation of its own for each test, in one hub.
    private struct Room {
        let world: World
        let slug: String
        var hub: TestHub { world.hub }

        init(_ slug: String) async throws {
            world = try await World.shared()
            self.slug = slug
            let made = try await world.hub.ask("POST", "/organisations", as: world.admin, ["slug": .string(slug), "name": "Rules"])
            guard made.status == 201 else { throw Trouble(description: "\(made)") }
            let type = try await ask("PUT", "/item-types/post", RuleSeed.itemType)
            guard type.status == 200 else { throw Trouble(description: "\(type)") }
        }

        func ask(
            _ method: String, _ path: String, _ body: JSONValue? = nil, as person: Person? = nil, headers: [(String, String)] = []
        ) async throws -> Answer {
            try await hub.ask(method, path, as: person ?? world.admin, body, headers: headers + [("X-Organisation", slug)])
        }

        func make(_ rule: JSONValue) async throws -> String {
            let made = try await ask("POST", "/rules", rule)
            guard made.status == 201, let id = made.json["id"]?.stringValue else { throw Trouble(description: "\(made)") }
            return id
        }

        func id() async throws -> Organisation.ID {
            let slug = slug
            let found = try await hub.store.read { (records) throws(Fault) in try records.organisation(slug: slug) }
            guard let found else { throw Trouble(description: "no organisation") }
            return found.id
        }
    }

    @Test func `a rule is made, saved, put to work, restored and removed`() async throws {
        let room = try await Room("rules-story")
        let made = try await room.ask("POST", "/rules", RuleSeed.rule("Spam"))
        #expect(made.status == 201 && made.json["status"] == "DRAFT" && made.json["state"] == "DRAFT" && made.json["version"] == 1)
        #expect(
            made.json["tags"] == [] && made.json["today"] == ["looked": 0, "passed": 0, "errored": 0, "actions": 0]
                && made.json["changedBy"] == "Ada")
        let id = try #require(made.json["id"]?.stringValue)
        let tag = try #require(made["etag"])
        #expect(tag.hasPrefix("\"1-"))

        // What was read may be sent back, changed.
        var body = try #require(try await room.ask("GET", "/rules/\(id)").json.objectValue)
        body["name"] = "More spam"
        body["note"] = "wider"
        let saved = try await room.ask("PUT", "/rules/\(id)", .object(body), headers: [("If-Match", tag)])
        #expect(saved.status == 200 && saved.json["version"] == 2 && saved.json["name"] == "More spam", "\(saved)")
        let late = try await room.ask("PUT", "/rules/\(id)", .object(body), headers: [("If-Match", tag)])
        #expect(late.status == 412 && late.code == "rule.changed-meanwhile")

        let live = try await room.ask("PUT", "/rules/\(id)/status", ["status": "LIVE"])
        #expect(live.status == 200 && live.json["state"] == "LIVE" && live.json["revision"] == 3)
        #expect(try await room.hub.moderation.rules.rules(of: try await room.id()).versions == [2])
        #expect(try await room.ask("GET", "/rules?status=LIVE").json[0]?["id"] == .string(id))
        #expect(try await room.ask("GET", "/rules?status=DRAFT").json == [])

        let restored = try await room.ask("POST", "/rules/\(id)/restore", ["version": 1])
        #expect(restored.json["version"] == 3 && restored.json["name"] == "Spam" && restored.json["state"] == "LIVE")
        let versions = try await room.ask("GET", "/rules/\(id)/versions").json
        #expect(versions.arrayValue?.map { $0["version"] } == [3, 2, 1])
        #expect(versions[1]?["note"] == "wider" && versions[0]?["status"] == "LIVE")
        #expect(try await room.ask("GET", "/rules/\(id)/versions/2").json["name"] == "More spam")
        for none in ["9", "x", "0"] { #expect(try await room.ask("GET", "/rules/\(id)/versions/\(none)").status == 404) }

        let told = try await room.ask("DELETE", "/rules/\(id)?dryRun=true")
        #expect(told.json == ["done": "nothing", "forGood": false, "state": "LIVE", "versions": 3, "actionsToday": 0])
        #expect(try await room.ask("DELETE", "/rules/\(id)?purge=true").status == 409)
        #expect(try await room.ask("DELETE", "/rules/\(id)").json["done"] == "archived")
        #expect(try await room.ask("PUT", "/rules/\(id)", RuleSeed.rule("x")).code == "rule.archived")
        #expect(try await room.ask("DELETE", "/rules/\(id)?purge=true").json["done"] == "removed")
        let gone = try await room.ask("GET", "/rules/\(id)")
        #expect(gone.status == 404 && gone.code == "rule.not-found")
    }

    @Test func `everything wrong with a rule is told at once, with its place`() async throws {
        let room = try await Room("rules-wrong")
        let document: JSONValue = [
            "name": "x",
            "conditionSet": [
                "conjunction": "AND",
                "conditions": [
                    ["input": ["type": "USER_ID"], "comparator": "IS"], ["input": ["type": "NOWHERE"]],
                ],
            ],
        ]
        let refused = try await room.ask("POST", "/rules", document)
        #expect(refused.status == 422 && refused.code == "rule.invalid")
        let pointers = refused.json["findings"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue }
        #expect(pointers == ["/conditionSet/conditions/0/comparator", "/conditionSet/conditions/1/input/type"])
        let checked = try await room.ask("POST", "/rules/check", ["rule": document])
        #expect(checked.status == 200 && checked.json["findings"] == refused.json["findings"])
        let unknown = try await room.ask("POST", "/rules", ["name": "x", "conditionSet": [:], "actonIds": []])
        #expect(unknown.status == 422 && unknown.text.contains("Did you mean 'actionIds'?"))
        // The status has an endpoint of its own.
        var living = RuleSeed.rule("x").objectValue ?? [:]
        living["status"] = "LIVE"
        #expect(try await room.ask("POST", "/rules", .object(living)).code == "rule.bad-status")
        let id = try await room.make(RuleSeed.rule("y"))
        #expect(try await room.ask("PUT", "/rules/\(id)", .object(living)).code == "rule.bad-status")
        #expect(try await room.ask("PUT", "/rules/\(id)/status", ["status": "WORKING"]).status == 422)
        let missing = try await room.ask("POST", "/rules/check", ["rule": RuleSeed.rule("z", type: "pots")])
        #expect(missing.json["findings"]?.arrayValue?.map { $0["code"] } == ["rule.missing-type", "rule.missing-type"])
        let incomplete = try await room.make(RuleSeed.rule("z", type: "pots"))
        let refusedLive = try await room.ask("PUT", "/rules/\(incomplete)/status", ["status": "LIVE"])
        #expect(refusedLive.status == 422 && refusedLive.code == "rule.incomplete")
        #expect(refusedLive.json["remedy"]?.stringValue?.contains("?force=true") == true)
        #expect(try await room.ask("PUT", "/rules/\(incomplete)/status?force=true", ["status": "LIVE"]).json["state"] == "LIVE")
    }

    @Test func `editing and publishing are different rights`() async throws {
        let world = try await World.shared()
        let developer = world.who(.developer)
        let type = "type-of-rights"
        #expect(try await world.hub.ask("PUT", "/item-types/\(type)", as: developer, RuleSeed.itemType).status == 200)
        let made = try await world.hub.ask("POST", "/rules", as: developer, RuleSeed.rule("Rights", type: type))
        let id = made.json["id"]?.stringValue ?? ""
        let refused = try await world.hub.ask("PUT", "/rules/\(id)/status", as: developer, ["status": "LIVE"])
        #expect(refused.status == 403 && refused.json["message"] == "Missing permission: rule:publish")
        #expect(try await world.hub.ask("PUT", "/rules/\(id)/status", as: world.who(.teamAdmin), ["status": "LIVE"]).status == 200)
        #expect(try await world.hub.ask("PUT", "/rules/\(id)", as: developer, RuleSeed.rule("Mine", type: type)).status == 403)
        #expect(try await world.hub.ask("DELETE", "/rules/\(id)", as: developer).status == 403)
        #expect(try await world.hub.ask("GET", "/rules/\(id)", as: world.stranger).status == 404, "it is not there for others")
    }

    @Test func `what rules at work stand on takes the right to publish, by every way`() async throws {
        let world = try await World.shared()
        let (developer, admin) = (world.who(.developer), world.who(.teamAdmin))
        let name = "guarded"
        func ask(_ method: String, _ path: String, as person: Person, _ body: JSONValue? = nil) async throws -> Int {
            try await world.hub.ask(method, path, as: person, body).status
        }
        #expect(try await ask("PUT", "/item-types/\(name)", as: developer, RuleSeed.itemType) == 200)
        #expect(try await ask("PUT", "/banks/text/\(name)", as: developer, ["name": "B", "values": ["a"]]) == 200)
        #expect(try await ask("PUT", "/policies/\(name)", as: developer, ["name": "P"]) == 200)
        #expect(try await ask("PUT", "/rule-actions/\(name)", as: developer, ["name": "J", "kind": "journal"]) == 200)
        var rule = RuleSeed.rule("Guarded", type: name).objectValue ?? [:]
        rule["policyIds"] = [.string(name)]
        rule["actionIds"] = [.string(name)]
        rule["conditionSet"] = [
            "conjunction": "AND",
            "conditions": [
                [
                    "input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"],
                    "matchingValues": ["textBankIds": [.string(name)]],
                ]
            ],
        ]
        let made = try await world.hub.ask("POST", "/rules", as: developer, .object(rule))
        let id = try #require(made.json["id"]?.stringValue, "\(made)")
        #expect(try await ask("PUT", "/rules/\(id)/status", as: admin, ["status": "LIVE"]) == 200)
        let ways: [(String, String, JSONValue?)] = [
            ("PUT", "/item-types/\(name)", RuleSeed.itemType), ("PUT", "/item-types/\(name)?force=true", RuleSeed.itemType),
            ("DELETE", "/item-types/\(name)?force=true", nil), ("PUT", "/banks/text/\(name)", ["name": "B", "values": ["."]]),
            ("DELETE", "/banks/text/\(name)?force=true", nil), ("PUT", "/policies/\(name)", ["name": "Q"]),
            ("DELETE", "/policies/\(name)?force=true", nil), ("PUT", "/rule-actions/\(name)", ["name": "K", "kind": "journal"]),
            ("DELETE", "/rule-actions/\(name)", nil),
        ]
        for (method, path, body) in ways {
            let answer = try await world.hub.ask(method, path, as: developer, body)
            #expect(answer.status == 403 && answer.code == "account.not-allowed", "\(method) \(path): \(answer)")
        }
        #expect(try await ask("PUT", "/banks/text/\(name)", as: admin, ["name": "B", "values": ["b"]]) == 200)
        #expect(try await ask("PUT", "/rules/\(id)/status", as: admin, ["status": "ARCHIVED"]) == 200)
        for path in ["item-types/\(name)", "banks/text/\(name)", "policies/\(name)"] {
            #expect(try await ask("DELETE", "/\(path)", as: developer) == 200, "nothing at work stands on it any more: \(path)")
        }
    }

    @Test func `what rules are made of is an organisation's own`() async throws {
        let (ours, theirs) = (try await Room("rules-ours"), try await Room("rules-theirs"))
        for room in [ours, theirs] {
            let own: JSONValue = .string(room.slug)
            for (path, body) in [
                ("/item-types/\(room.slug)", RuleSeed.itemType), ("/banks/text/\(room.slug)", ["name": own, "values": [own]]),
                ("/policies/\(room.slug)", ["name": own]), ("/rule-actions/\(room.slug)", ["name": own, "kind": "journal"]),
            ] { #expect(try await room.ask("PUT", path, body).status == 200, "\(path)") }
            _ = try await room.make(RuleSeed.rule(room.slug))
        }
        let begun = try await ours.ask("POST", "/rules/backtests", ["rule": RuleSeed.rule("rules-ours"), "last": 10])
        let backtest = try #require(begun.json["id"]?.stringValue, "\(begun)")
        for path in ["/item-types", "/banks", "/policies", "/rule-actions", "/rules", "/rules/backtests"] {
            #expect(try await ours.ask("GET", path).text.contains("rules-ours"), "\(path)")
            #expect(try await !theirs.ask("GET", path).text.contains("rules-ours"), "\(path)")
        }
        for path in [
            "/item-types/rules-ours", "/banks/text/rules-ours", "/policies/rules-ours", "/rule-actions/rules-ours",
            "/rules/backtests/\(backtest)",
        ] {
            #expect(try await ours.ask("GET", path).status == 200, "\(path)")
            #expect(try await theirs.ask("GET", path).status == 404, "\(path)")
            #expect(try await theirs.ask("DELETE", path).status == 404, "\(path)")
        }
    }

    @Test func `rules are found by words and tags, page by page`() async throws {
        let room = try await Room("rules-list")
        for number in 1...5 {
            var rule = RuleSeed.rule("Rule \(number)").objectValue ?? [:]
            if number % 2 == 0 { rule["tags"] = ["even"] }
            if number == 3 { rule["description"] = "About SPAM" }
            _ = try await room.make(.object(rule))
        }
        func names(_ query: String) async throws -> [String] {
            try await room.ask("GET", "/rules?\(query)").json.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
        }
        #expect(try await names("") == (1...5).map { "Rule \($0)" })
        #expect(try await names("tag=even") == ["Rule 2", "Rule 4"])
        #expect(try await names("q=spam") == ["Rule 3"])
        #expect(try await names("q=EVEN") == ["Rule 2", "Rule 4"])
        let first = try await room.ask("GET", "/rules?limit=2")
        let link = try #require(first["link"])
        let after = try #require(link.firstMatch(of: #/after=([^&>]+)/#)?.1)
        #expect(try await names("limit=2&after=\(after)") == ["Rule 3", "Rule 4"])
        #expect(try await room.ask("GET", "/rules?status=WRONG").status == 400)
    }

    @Test func `item types, banks and policies are put, read and taken away`() async throws {
        let room = try await Room("rules-parts")
        let bank = try await room.ask("PUT", "/banks/text/words", ["name": "Words", "values": ["spam", "ham"]])
        #expect(bank.status == 200 && bank.json["count"] == 2 && bank.json["revision"] == 1)
        #expect(try await room.ask("GET", "/banks").json[0]?["values"] == nil, "a list has no values")
        #expect(try await room.ask("GET", "/banks?kind=image").json == [])
        #expect(try await room.ask("GET", "/banks/text/words").json["values"] == ["spam", "ham"])
        #expect(try await room.ask("GET", "/banks/words/words").status == 404)
        let wrong = try await room.ask("PUT", "/banks/image/hashes", ["name": "Hashes", "values": ["0f"]])
        #expect(wrong.status == 422 && wrong.json["findings"]?[0]?["pointer"] == "/values/0")
        let stale = try await room.ask("PUT", "/banks/text/words", ["name": "Words", "values": []], headers: [("If-Match", "\"7\"")])
        #expect(stale.status == 412)
        #expect(try await room.ask("PUT", "/policies/spam", ["name": "Spam"]).status == 200)
        #expect(try await room.ask("GET", "/policies").json[0]?["id"] == "spam")
        let rule: JSONValue = [
            "name": "Banked", "policyIds": ["spam"],
            "conditionSet": [
                "conjunction": "AND",
                "conditions": [
                    [
                        "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                        "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"], "matchingValues": ["textBankIds": ["words"]],
                    ]
                ],
            ],
        ]
        let id = try await room.make(rule)
        #expect(try await room.ask("PUT", "/rules/\(id)/status", ["status": "LIVE"]).status == 200)
        for path in ["/banks/text/words", "/policies/spam", "/item-types/post"] {
            let refused = try await room.ask("DELETE", path)
            #expect(refused.status == 409 && refused.code == "rule.in-use", "\(path): \(refused)")
            #expect(refused.json["findings"]?[0]?["pointer"]?.stringValue?.hasPrefix("/\(id)/") == true, "\(refused)")
            #expect(try await room.ask("DELETE", path + "?dryRun=true").json["done"] == "nothing")
        }
        let narrower: JSONValue = ["name": "Post", "schema": [["name": "count", "type": "NUMBER"]]]
        #expect(try await room.ask("PUT", "/item-types/post", narrower).code == "rule.in-use")
        let forced = try await room.ask("PUT", "/item-types/post?force=true", narrower)
        #expect(forced.status == 200 && forced.json["findings"]?[0]?["code"] == "rule.missing-field" && forced.json["revision"] == 2)
        #expect(try await room.ask("GET", "/rules/\(id)").json["findings"]?[0]?["code"] == "rule.missing-field")
        #expect(try await room.ask("DELETE", "/banks/text/words?force=true").json["done"] == "removed")
        #expect(try await room.ask("GET", "/item-types/post").json["schema"]?.arrayValue?.count == 1)
    }

    @Test func `a rule is tried on items at hand, and nothing stays`() async throws {
        let room = try await Room("rules-test")
        room.hub.submitted.add([["id": "s1", "typeId": "post", "data": ["text": "SPAM!"]]], to: try await room.id())
        let answer = try await room.ask(
            "POST", "/rules/test",
            [
                "rule": RuleSeed.rule("Try"), "itemIds": ["s1"],
                "items": [["typeId": "post", "data": ["text": "fine"]], ["id": "2", "typeId": "post", "data": [:]]],
            ])
        #expect(answer.status == 200, "\(answer)")
        let decisions = answer.json["decisions"]?.arrayValue ?? []
        #expect(decisions.map { $0["outcome"] } == ["FAILED", "ERRORED", "PASSED"])
        #expect(decisions[2]["item"] == ["id": "s1", "typeId": "post"])
        #expect(decisions[2]["trace"]?["conditions"]?[0]?["result"]?["matchedValue"] == "spam")
        #expect(decisions[1]["findings"]?[0]?["code"] == "item.missing-field")
        #expect(try await room.ask("GET", "/rules").json == [])
        // One that came in twice is still told apart by its number.
        room.hub.submitted.add([["id": "s1", "typeId": "post", "data": ["text": "ham now"]]], to: try await room.id())
        let both = try await room.ask("POST", "/rules/test", ["rule": RuleSeed.rule("Try"), "sequences": [1, 2, 1]])
        #expect(both.json["decisions"]?.arrayValue?.map { $0["outcome"] } == ["PASSED", "FAILED"], "\(both)")
        #expect(try await room.ask("POST", "/rules/test", ["rule": RuleSeed.rule("x"), "sequences": [9]]).code == "item.not-found")
        #expect(try await room.ask("POST", "/rules/test", ["rule": RuleSeed.rule("x"), "sequences": ["1"]]).status == 422)
        #expect(try await room.ask("POST", "/rules/test", ["rule": RuleSeed.rule("x"), "itemIds": ["none"]]).status == 404)
        #expect(try await room.ask("POST", "/rules/test", ["rule": RuleSeed.rule("x")]).status == 422)
        #expect(try await room.ask("POST", "/rules/test", ["rule": [:], "items": [[:]]]).code == "rule.invalid")
    }

    @Test func `a backtest says what would change, and is looked at until it is over`() async throws {
        let room = try await Room("rules-backtest")
        let words = (1...300).map { number -> JSONValue in
            ["id": .string("\(number)"), "typeId": "post", "data": ["text": number % 3 == 0 ? "spam" : "ham"]]
        }
        room.hub.submitted.add(words, to: try await room.id())
        let id = try await room.make(RuleSeed.rule("Spam"))
        _ = try await room.ask("PUT", "/rules/\(id)/status", ["status": "LIVE"])
        let begun = try await room.ask(
            "POST", "/rules/backtests", ["ruleId": .string(id), "rule": RuleSeed.rule("Ham", words: ["ham"]), "last": 300])
        #expect(begun.status == 202 && begun.json["total"] == 300 && begun.json["hasLiveVersion"] == true, "\(begun)")
        let backtest = try #require(begun.json["id"]?.stringValue)
        let done = try await until("the backtest is over") { () -> JSONValue? in
            let shown = try await room.ask("GET", "/rules/backtests/\(backtest)").json
            return shown["state"] == "running" ? nil : .some(shown)
        }
        #expect(done["state"] == "done" && done["done"] == 300)
        let result = done["result"]
        #expect(result?["items"] == 300 && result?["passed"] == 200 && result?["live"] == ["passed": 100])
        #expect(result?["wouldStart"] == 200 && result?["wouldStop"] == 100 && result?["samples"]?.arrayValue?.count == 50)
        #expect(result?["samples"]?[0]?["itemId"] == "300" && result?["samples"]?[0]?["was"] == true)
        let listed = try await room.ask("GET", "/rules/backtests").json[0]
        #expect(listed?["id"] == .string(backtest) && listed?["result"]?["items"] == 300)
        #expect(listed?["result"]?["samples"]?.arrayValue == nil, "each has a trace: only the backtest itself has them")
        #expect(try await room.ask("DELETE", "/rules/backtests/\(backtest)").code == "backtest.over")
        #expect(try await room.hub.ask("GET", "/rules/backtests/\(backtest)", as: room.world.stranger).status == 404)
        #expect(try await room.ask("POST", "/rules/backtests", ["last": 20_000]).status == 422)
        #expect(try await room.ask("POST", "/rules/backtests", ["last": 5]).code == "rule.invalid")
    }

    @Test func `addresses of the interface lead to its document`() async throws {
        let world = try await World.shared()
        for path in [
            "/rules", "/rules/new", "/rules/some-id/edit", "/decisions", "/decisions/7", "/signals", "/items", "/items/7", "/item-types",
            "/banks", "/policies", "/rule-actions",
        ] {
            let answer = try await world.hub.ask("GET", "/" + path, headers: [("Accept", "text/html")])
            #expect(answer.status == 200 && answer.text.contains("The interface"), "\(path): \(answer)")
        }
    }

    @Test func `what happens to rules is heard as it happens`() async throws {
        let room = try await Room("rules-events")
        var head = "GET /api/v1/events?topics=rules,backtests HTTP/1.1\r\nHost: 127.0.0.1:\(room.hub.port)\r\nConnection: close\r\n"
        for (name, value) in room.world.admin.headers(isChange: false) + [("X-Organisation", room.slug)] { head += "\(name): \(value)\r\n" }
        let (bytes, port) = (Array((head + "\r\n").utf8), room.hub.port)
        let stream = try await onThread {
            let connection = try Connection(port: port)
            connection.send(bytes)
            try connection.receive(until: "event: hello")
            return connection
        }
        let id = try await room.make(RuleSeed.rule("Heard"))
        _ = try await room.ask("PUT", "/policies/heard", ["name": "P"])
        _ = try await room.ask("POST", "/rules/backtests", ["ruleId": .string(id), "last": 5])
        try await onThread { try stream.receive(until: "\"state\":\"done\"") }
        let seen = String(decoding: stream.received, as: UTF8.self)
        #expect(seen.contains("event: rule\n") && seen.contains("\"name\":\"Heard\""), "\(seen)")
        #expect(seen.contains("event: rule-part\n") && seen.contains("{\"kind\":\"policy\",\"id\":\"heard\"}"))
        #expect(seen.contains("event: backtest\n"))
        _ = try await room.ask("DELETE", "/rules/\(id)")
        _ = try await room.ask("DELETE", "/rules/\(id)?purge=true")
        try await onThread { try stream.receive(until: "\"removed\":true") }
    }
}
