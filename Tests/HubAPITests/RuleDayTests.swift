import HubCore
import JSON
import PluginModel
import Testing

@testable import HubAPI

/// How often rules pass, items acted on by hand, and the address that programs written for Coop know.
@Suite(.everyDatabase, .namingTheDatabase) struct RuleDayTests {
    /// An item type and a rule of this name in `alpha`; gives the rule's id.
    private static func begin(_ name: String, _ status: String, in world: World) async throws -> String {
        let type = try await world.hub.ask("PUT", "/item-types/\(name)", as: world.admin, RuleSeed.itemType)
        try #require(type.status == 200, "\(type)")
        let made = try await world.hub.ask("POST", "/rules", as: world.admin, RuleSeed.rule(name, type: name))
        let id = try #require(made.json["id"]?.stringValue, "\(made)")
        #expect(made.json["today"] == ["looked": 0, "passed": 0, "errored": 0, "actions": 0])
        let set = try await world.hub.ask("PUT", "/rules/\(id)/status", as: world.admin, ["status": .string(status)])
        try #require(set.status == 200, "\(set)")
        return id
    }

    private static func items(_ type: String, _ texts: [String]) -> JSONValue {
        [
            "items": .array(
                texts.enumerated().map { ["id": .string("\(type)-\($0)"), "typeId": .string(type), "data": ["text": .string($1)]] })
        ]
    }

    private static func decide(_ type: String, _ texts: [String], in world: World) async throws -> [Int] {
        let answer = try await world.hub.ask("POST", "/items", as: world.admin, items(type, texts))
        try #require(answer.status == 200, "\(answer)")
        return (answer.json["decisions"]?.arrayValue ?? []).compactMap { $0["sequence"]?.intValue }
    }

    @Test func `a rule in the background says how often it would pass`() async throws {
        let world = try await World.shared()
        let rule = try await Self.begin("counted", "BACKGROUND", in: world)
        _ = try await Self.decide("counted", ["spam", "tea", "more spam", "tea"], in: world)
        let viewer = world.who(.viewer)
        let counted: JSONValue = ["looked": 4, "passed": 2, "errored": 0, "actions": 0]
        #expect(try await world.hub.ask("GET", "/rules/\(rule)", as: viewer).json["today"] == counted)
        let list = try await world.hub.ask("GET", "/rules?q=counted", as: viewer)
        #expect(list.json[0]?["today"] == counted && list.json[0]?["alarm"] == Optional<JSONValue>.none)
        let days = try await world.hub.ask("GET", "/rules/\(rule)/days?days=3", as: viewer)
        #expect(days.json.arrayValue?.count == 3)
        #expect(days.json[0]?["looked"] == 4 && days.json[0]?["passed"] == 2 && days.json[1]?["looked"] == 0, "\(days)")
        #expect(days.json[0]?["day"]?.stringValue?.count == 10)
        #expect(try await world.hub.ask("GET", "/rules/\(rule)/days", as: viewer).json.arrayValue?.count == 30)
        #expect(try await world.hub.ask("GET", "/rules/\(rule)/days?days=91", as: viewer).status == 400)
        #expect(try await world.hub.ask("GET", "/rules/none/days", as: viewer).status == 404)
        #expect(try await world.hub.ask("GET", "/rules/\(rule)/days", as: world.stranger).status == 404)
        // What is read may be sent back.
        let read = try await world.hub.ask("GET", "/rules/\(rule)", as: world.admin)
        #expect(try await world.hub.ask("PUT", "/rules/\(rule)", as: world.admin, read.json).status == 200)
    }

    @Test func `a copy says what it was copied from`() async throws {
        let world = try await World.shared()
        let first = try await Self.begin("original", "LIVE", in: world)
        var copy = RuleSeed.rule("copy", type: "original").objectValue ?? [:]
        copy["parentId"] = .string(first)
        let made = try await world.hub.ask("POST", "/rules", as: world.admin, .object(copy))
        #expect(made.status == 201 && made.json["parentId"]?.stringValue == first, "\(made)")
        let id = try #require(made.json["id"]?.stringValue)
        copy["parentId"] = .string(id)
        let saved = try await world.hub.ask("PUT", "/rules/\(id)", as: world.admin, .object(copy))
        #expect(saved.status == 200 && saved.json["parentId"]?.stringValue == first, "the hub's, and not changed")
        copy["parentId"] = "none"
        #expect(try await world.hub.ask("POST", "/rules", as: world.admin, .object(copy)).status == 404)
        #expect(try await world.hub.ask("GET", "/rules/\(first)", as: world.admin).json["parentId"] == Optional<JSONValue>.none)
    }

    @Test func `items are taken at the address Coop has, with its slash`() async throws {
        let world = try await World.shared()
        _ = try await Self.begin("slashed", "LIVE", in: world)
        let program = try await world.hub.token(of: world.admin, scopes: [.itemSubmit])
        let key = [("X-API-KEY", program.bearer ?? "")]
        let taken = try await world.hub.ask("POST", "/items/async/", Self.items("slashed", ["spam"]), headers: key)
        #expect(taken.status == 202 && taken.json["accepted"] == 1, "\(taken)")
        #expect(try await world.hub.ask("POST", "/items/async//", Self.items("slashed", ["spam"]), headers: key).status == 404)
        #expect(try await world.hub.ask("POST", "/items/async/", Self.items("slashed", ["spam"])).status == 401)
    }

    @Test func `a person acts on a decided item, once a request`() async throws {
        let world = try await World.shared()
        _ = try await Self.begin("acted", "LIVE", in: world)
        for (id, kind) in [("act-note", "journal"), ("act-look", "review")] {
            let body: JSONValue = ["name": .string(id), "kind": .string(kind)]
            let made = try await world.hub.ask("PUT", "/rule-actions/\(id)", as: world.admin, body)
            try #require(made.status == 200, "\(made)")
        }
        let place = try #require(try await Self.decide("acted", ["tea"], in: world).first)
        let act: JSONValue = ["actionIds": ["act-note"], "note": "Told by telephone."]
        let key = [("Idempotency-Key", "act-by-hand-\(place)")]
        let first = try await world.hub.ask("POST", "/items/\(place)/act", as: world.admin, act, headers: key)
        let run = first.json["actions"]?[0]
        #expect(first.status == 200 && run?["state"] == "done" && run?["act"] == "1", "\(first)")
        let again = try await world.hub.ask("POST", "/items/\(place)/act", as: world.admin, act, headers: key)
        #expect(again.status == 200 && again.json == first.json)
        let item = try await world.hub.ask("GET", "/items/\(place)", as: world.admin)
        #expect(item.json["decision"]?["actions"]?.arrayValue?.count == 1, "\(item)")
        let second = try await world.hub.ask("POST", "/items/\(place)/act", as: world.admin, act)
        #expect(second.json["actions"]?[0]?["act"] == "2", "asked for anew, it is another act")
        func status(_ body: JSONValue, at place: String = "\(place)", as who: Person) async throws -> Int {
            try await world.hub.ask("POST", "/items/\(place)/act", as: who, body).status
        }
        #expect(try await status(["actionIds": ["act-look"]], as: world.admin) == 422)
        #expect(try await status(["actionIds": []], as: world.admin) == 422)
        #expect(try await status(["actionIds": ["act-note"], "policyIds": ["none"]], as: world.admin) == 422)
        #expect(try await status(act, at: "999999999", as: world.admin) == 404)
        #expect(try await status(act, as: world.stranger) == 404)
        #expect(try await status(act, as: world.who(.viewer)) == 403)
    }
}
