import HubCore
import JSON
import PluginModel
import Testing

@testable import HubAPI

/// Users whom items come from, by the API.
@Suite(.everyDatabase, .namingTheDatabase) struct ItemUserTests {
    /// An item type, a policy and a live rule of this name in `alpha`.
    private static func begin(_ name: String, strikes: Int, _ world: World) async throws {
        func put(_ path: String, _ body: JSONValue) async throws {
            let answer = try await world.hub.ask("PUT", path, as: world.admin, body)
            try #require(answer.status == 200, "\(answer)")
        }
        try await put("/item-types/\(name)", RuleSeed.itemType)
        try await put("/policies/\(name)", ["name": "No spam", "strikes": .int(Int64(strikes))])
        try await put("/rule-actions/\(name)", ["name": "Note", "kind": "journal"])
        var rule = RuleSeed.rule(name, type: name).objectValue ?? [:]
        (rule["actionIds"], rule["policyIds"]) = ([.string(name)], [.string(name)])
        try await live(.object(rule), world)
    }

    private static func live(_ rule: JSONValue, _ world: World) async throws {
        let made = try await world.hub.ask("POST", "/rules", as: world.admin, rule)
        let id = try #require(made.json["id"]?.stringValue, "\(made)")
        let live = try await world.hub.ask("PUT", "/rules/\(id)/status", as: world.admin, ["status": "LIVE"])
        try #require(live.status == 200, "\(live)")
    }

    private static func decide(_ type: String, _ users: [String], _ world: World) async throws {
        let items = users.enumerated().map { place, user -> JSONValue in
            [
                "id": .string("\(type)-\(place)"), "typeId": .string(type), "data": ["text": "spam"],
                "creator": ["id": .string(user), "typeId": "member"],
            ]
        }
        let sent = try await world.hub.ask("POST", "/items", as: world.admin, ["items": .array(items)])
        try #require(sent.status == 200, "\(sent)")
        #expect(sent.json["decisions"]?[0]?["subject"] == "item" && sent.json["decisions"]?[0]?["because"] == Optional<JSONValue>.none)
    }

    @Test func `people see how a user stands, forgive and restore`() async throws {
        let world = try await World.shared()
        try await Self.begin("strikes", strikes: 2, world)
        try await Self.decide("strikes", ["su/1", "su/1", "su/2"], world)
        let (viewer, admin) = (world.who(.viewer), world.admin)
        let place = "/item-users/member/su%2F1"
        let shown = try await world.hub.ask("GET", place, as: viewer)
        #expect(shown.status == 200 && shown.json["id"] == "su/1" && shown.json["typeId"] == "member", "\(shown)")
        #expect(shown.json["strikes"] == 4 && shown.json["items"] == 2 && shown.json["acted"] == 2 && shown.json["score"] == 2)
        let history = shown.json["history"]?.arrayValue ?? []
        #expect(history.count == 2 && history.first?["policy"] == ["id": "strikes", "name": "No spam"] && history.first?["strikes"] == 2)
        #expect(history.first?["forgivenBy"] == Optional<JSONValue>.none && history.first?["sequence"]?.intValue != nil)
        let strike = try #require(history.first?["id"]?.stringValue)

        #expect(try await world.hub.ask("DELETE", "\(place)/strikes/\(strike)", as: world.who(.developer)).status == 403)
        #expect(try await world.hub.ask("DELETE", "\(place)/strikes/\(strike)", as: world.stranger).code == "item.strike-not-found")
        #expect(try await world.hub.ask("DELETE", "/item-users/member/su%2F2/strikes/\(strike)", as: admin).status == 404)
        #expect(try await world.hub.ask("DELETE", "\(place)/strikes/none", as: admin).code == "item.strike-not-found")
        let forgiven = try await world.hub.ask("DELETE", "\(place)/strikes/\(strike)", as: admin)
        #expect(forgiven.status == 200 && forgiven.json["strikes"] == 2, "\(forgiven)")
        #expect(forgiven.json["history"]?[0]?["forgivenBy"]?.stringValue?.isEmpty == false)
        let restored = try await world.hub.ask("POST", "\(place)/strikes/\(strike)/restore", as: admin)
        #expect(restored.status == 200 && restored.json["strikes"] == 4, "\(restored)")

        let elsewhere = try await world.hub.ask("GET", place, as: world.stranger)
        #expect(elsewhere.status == 200 && elsewhere.json["strikes"] == 0 && elsewhere.json["score"] == 5)
        #expect(elsewhere.json["history"] == [])
        let long = String(repeating: "x", count: 300)
        #expect(try await world.hub.ask("GET", "/item-users/member/\(long)", as: viewer).code == "item.bad-user")
    }

    @Test func `users are found by their ids and their strikes, page by page`() async throws {
        let world = try await World.shared()
        try await Self.begin("finding", strikes: 1, world)
        try await Self.decide("finding", ["fu1", "fu2", "fu2", "fu3", "fu3", "fu3"], world)
        let viewer = world.who(.viewer)
        func ids(_ query: String, as person: Person? = nil) async throws -> [String] {
            let answer = try await world.hub.ask("GET", "/item-users?\(query)", as: person ?? viewer)
            #expect(answer.status == 200, "\(answer)")
            return (answer.json.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
        }
        #expect(try await ids("q=FU") == ["fu1", "fu2", "fu3"])
        #expect(try await ids("q=fu&minStrikes=2") == ["fu2", "fu3"])
        #expect(try await ids("q=fu&minStrikes=4") == [])
        #expect(try await ids("q=fu&limit=1&after=member%09fu1") == ["fu2"])
        #expect(try await ids("q=fu", as: world.stranger) == [])
        let page = try await world.hub.ask("GET", "/item-users?q=fu&limit=2", as: viewer)
        #expect(page["link"]?.contains("after=member%09fu2") == true, "\(page)")
        #expect(page.json[0]?["history"] == Optional<JSONValue>.none && page.json[1]?["strikes"] == 2)
        for bad in ["after=fu1", "minStrikes=-1", "minStrikes=x"] {
            #expect(try await world.hub.ask("GET", "/item-users?\(bad)", as: viewer).code == "request.bad-query", "\(bad)")
        }
    }

    @Test func `rules on users look when they are asked to, and decisions say about whom`() async throws {
        // Of its own: other tests of the shared one would have their users looked at.
        let world = try await World(plain: true)
        let (admin, viewer) = (world.admin, world.who(.viewer))
        let path = "/item-users/member/u7/check"
        #expect(try await world.hub.ask("POST", path, as: admin).code == "item.no-user-rules")
        try await Self.begin("looking", strikes: 3, world)
        try await Self.live(
            [
                "name": "Struck", "ruleType": "USER", "actionIds": ["looking"],
                "conditionSet": [
                    "conjunction": "AND",
                    "conditions": [
                        [
                            "input": ["type": "USER_ID"], "signal": ["type": "USER_STRIKE_VALUE"], "comparator": "GREATER_THAN_OR_EQUALS",
                            "threshold": 3,
                        ]
                    ],
                ],
            ], world)
        #expect(try await world.hub.ask("POST", path, as: viewer).status == 403)
        let taken = try await world.hub.ask("POST", path, as: admin)
        #expect(taken.status == 202 && taken.json["id"] == "u7" && taken.json["typeId"] == "member", "\(taken)")
        try await Self.decide("looking", ["u7"], world)
        let decided = try await until("both looks are decided") {
            let list = try await world.hub.ask("GET", "/decisions?subject=user&item=u7", as: viewer).json.arrayValue ?? []
            return list.count == 2 ? list : nil
        }
        #expect(decided.map { $0["because"] } == ["strikes", "check"])
        #expect(decided.map { $0["outcome"] } == ["passed", "failed"])
        #expect(decided.first?["subject"] == "user" && decided.first?["itemTypeId"] == "member")
        let items = try await world.hub.ask("GET", "/items?subject=item", as: viewer).json.arrayValue ?? []
        #expect(items.map { $0["id"] } == ["looking-0"] && items.first?["subject"] == "item")
        let place = decided.first?["id"]?.stringValue ?? ""
        let one = try await world.hub.ask("GET", "/items/\(place)", as: viewer).json
        #expect(
            one["subject"] == "user" && one["data"] == [:] && one["decision"]?["rules"]?[0]?["trace"]?["result"]?["outcome"] == "PASSED")
        #expect(try await world.hub.ask("GET", "/decisions?subject=both", as: viewer).code == "request.bad-query")
        let policy = try await world.hub.ask("GET", "/policies/looking", as: viewer).json
        #expect(policy["strikes"] == 3)
        let wrong = try await world.hub.ask("PUT", "/policies/looking", as: admin, ["name": "x", "strikes": 1_001])
        #expect(wrong.status == 422 && wrong.code == "rule.invalid", "\(wrong)")
        #expect(try await world.hub.ask("PUT", "/policies/looking", as: admin, ["name": "x", "strikes": "3"]).status == 422)
        await world.hub.stop()
    }
}
