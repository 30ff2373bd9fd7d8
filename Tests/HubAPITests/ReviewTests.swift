import HubCore
import JSON
import PluginModel
import Testing

@testable import HubAPI

/// Review queues, routing rules and reviews by HTTP.
@Suite(.everyDatabase, .namingTheDatabase) struct ReviewTests {
    /// An organisation of its own for each test, with a live rule that wants posts with 'spam' reviewed.
    private struct Room {
        let world: World
        let slug: String

        init(_ slug: String) async throws {
            world = try await World.shared()
            self.slug = slug
            let made = try await world.hub.ask("POST", "/organisations", as: world.admin, ["slug": .string(slug), "name": "Reviews"])
            guard made.status == 201 else { throw Trouble(description: "\(made)") }
            _ = try await ask("PUT", "/item-types/post", RuleSeed.itemType, is: 200)
            for (id, kind) in [("look", "review"), ("note", "journal")] {
                _ = try await ask("PUT", "/rule-actions/\(id)", ["name": "Do it", "kind": .string(kind)], is: 200)
            }
            var rule = RuleSeed.rule("Spam").objectValue ?? [:]
            rule["actionIds"] = ["look"]
            let id = try await ask("POST", "/rules", .object(rule), is: 201)["id"]?.stringValue ?? ""
            _ = try await ask("PUT", "/rules/\(id)/status", ["status": "LIVE"], is: 200)
        }

        @discardableResult
        func ask(
            _ method: String, _ path: String, _ body: JSONValue? = nil, headers: [(String, String)] = [], is status: Int,
            _ code: String? = nil, location: SourceLocation = #_sourceLocation
        ) async throws -> JSONValue {
            let answer = try await world.hub.ask(method, path, as: world.admin, body, headers: headers + [("X-Organisation", slug)])
            #expect(answer.status == status && (code == nil || answer.code == code), "\(answer)", sourceLocation: location)
            return answer.json
        }

        func routing(_ words: [String], to queue: String, _ status: String = "LIVE") -> JSONValue {
            var rule = RuleSeed.rule("To \(queue)", words: words).objectValue ?? [:]
            (rule["queueId"], rule["status"]) = (.string(queue), .string(status))
            return .object(rule)
        }

        func hand(in texts: [(String, String)]) async throws {
            let items = texts.map { id, text -> JSONValue in ["id": .string(id), "typeId": "post", "data": ["text": .string(text)]] }
            try await ask("POST", "/items", ["items": .array(items)], is: 200)
        }

        func open(_ queue: String) async throws -> [String] {
            try await ask("GET", "/review-queues/\(queue)/jobs", is: 200).arrayValue?.compactMap { $0["itemId"]?.stringValue } ?? []
        }
    }

    @Test func `queues are made, changed and removed`() async throws {
        let room = try await Room("queues")
        let made = try await room.ask("PUT", "/review-queues/first", ["name": "First", "description": "All"], is: 200)
        #expect(made["isDefault"] == true && made["revision"] == 1 && made["description"] == "All" && made["open"] == 0)
        // What was read may be sent back.
        try await room.ask("PUT", "/review-queues/first", made, headers: [("If-Match", "\"1\"")], is: 200)
        try await room.ask("PUT", "/review-queues/first", made, headers: [("If-Match", "\"1\"")], is: 412, "review.changed-meanwhile")
        try await room.ask("PUT", "/review-queues/first", ["name": "First", "isDefault": false], is: 409, "review.default-queue")
        try await room.ask("PUT", "/review-queues/second", ["name": ""], is: 422, "rule.bad-name")
        try await room.ask("PUT", "/review-queues/second", ["name": "Second"], is: 200)
        #expect(try await room.ask("GET", "/review-queues", is: 200).arrayValue?.map { $0["id"] } == ["first", "second"])
        try await room.hand(in: [("a", "spam"), ("b", "tea")])
        try await room.ask("DELETE", "/review-queues/first", is: 409, "review.default-queue")
        try await room.ask("PUT", "/review-queues/second", ["name": "Second", "isDefault": true], is: 200)
        #expect(
            try await room.ask("DELETE", "/review-queues/first?dryRun=true", is: 200) == ["done": "nothing", "open": 1, "rules": []])
        try await room.ask("DELETE", "/review-queues/first", is: 409, "review.has-jobs")
        try await room.ask("DELETE", "/review-queues/first?moveTo=third", is: 404, "review.not-found")
        try await room.ask("DELETE", "/review-queues/first?moveTo=second", is: 200)
        #expect(try await room.open("second") == ["a"])
        try await room.ask("GET", "/review-queues/first", is: 404)
        // Nobody of another organisation sees any of it.
        let (hub, stranger) = (room.world.hub, room.world.stranger)
        #expect(try await hub.ask("GET", "/review-queues/second", as: stranger).status == 404)
        #expect(try await hub.ask("GET", "/review-queues/second/jobs", as: stranger).status == 404)
        #expect(try await hub.ask("GET", "/review-queues", as: stranger, headers: [("X-Organisation", "queues")]).status != 200)
    }

    @Test func `routing rules are tried, put in order, and send to their queues`() async throws {
        let room = try await Room("routing")
        for queue in ["rest", "money", "bad"] { try await room.ask("PUT", "/review-queues/\(queue)", ["name": .string(queue)], is: 200) }
        let first = try await room.ask("POST", "/routing-rules", room.routing(["money"], to: "money"), is: 201)
        #expect(first["status"] == "LIVE" && first["place"] == 1 && first["findings"] == [] && first["queueId"] == "money")
        let second = try await room.ask("POST", "/routing-rules", room.routing(["free"], to: "bad", "DRAFT"), is: 201)
        let (one, two) = (first["id"]?.stringValue ?? "", second["id"]?.stringValue ?? "")
        let items: JSONValue = [["id": "x", "typeId": "post", "data": ["text": "free money"]]]
        let tried = try await room.ask("POST", "/routing-rules/test", ["items": items], is: 200)
        #expect(tried["results"]?[0]?["queueId"] == "money" && tried["results"]?[0]?["ruleId"]?.stringValue == one)
        #expect(tried["results"]?[0]?["rules"]?[0]?["trace"]?["result"]?["outcome"] == "PASSED")
        try await room.ask("PUT", "/routing-rules/order", ["ids": [.string(two)]], is: 422, "rule.wrong-order")
        let ordered = try await room.ask("PUT", "/routing-rules/order", ["ids": [.string(two), .string(one)]], is: 200)
        #expect(ordered.arrayValue?.map { $0["id"]?.stringValue } == [two, one])
        #expect(ordered.arrayValue?.map { $0["place"] } == [1, 2])
        let drafted = try await room.ask(
            "POST", "/routing-rules/test", ["items": items, "rule": second, "ruleId": .string(two)], is: 200)
        #expect(drafted["results"]?[0]?["queueId"] == "bad")
        var live = second.objectValue ?? [:]
        live["status"] = "LIVE"
        try await room.ask("PUT", "/routing-rules/\(two)", .object(live), headers: [("If-Match", "\"9\"")], is: 412)
        try await room.ask("PUT", "/routing-rules/\(two)", .object(live), headers: [("If-Match", "\"1\"")], is: 200)
        try await room.hand(in: [("a", "spam free money"), ("b", "spam money"), ("c", "spam")])
        for (queue, item) in [("bad", "a"), ("money", "b"), ("rest", "c")] { #expect(try await room.open(queue) == [item]) }
        live["queueId"] = "nowhere"
        try await room.ask("PUT", "/routing-rules/\(two)", .object(live), is: 422, "rule.incomplete")
        try await room.ask("DELETE", "/review-queues/bad?moveTo=rest", is: 409, "rule.in-use")
        try await room.ask("DELETE", "/routing-rules/\(two)", is: 204)
        try await room.ask("GET", "/routing-rules/\(two)", is: 404, "rule.not-found")
        #expect(try await room.ask("GET", "/routing-rules", is: 200).arrayValue?.map { $0["place"] } == [1])
    }

    @Test func `a review is claimed, moved, closed and opened again`() async throws {
        let room = try await Room("reviews")
        for queue in ["in", "out"] { try await room.ask("PUT", "/review-queues/\(queue)", ["name": .string(queue)], is: 200) }
        try await room.hand(in: [("a", "spam"), ("b", "spam"), ("a", "spam again")])
        let listed = try await room.ask("GET", "/review-queues/in/jobs?limit=1", is: 200)
        #expect(listed.arrayValue?.count == 1 && listed[0]?["itemId"] == "a" && listed[0]?["decisions"] == 2)
        #expect(listed[0]?["rules"]?[0]?["name"] == "Spam")
        let job = "/review-jobs/\(listed[0]?["id"]?.stringValue ?? "")"
        let after = try await room.ask("GET", "/review-queues/in/jobs?after=\(listed[0]?["id"]?.stringValue ?? "")", is: 200)
        #expect(after.arrayValue?.map { $0["itemId"] } == ["b"])
        let whole = try await room.ask("GET", job, is: 200)
        #expect(whole["item"]?["data"] == ["text": "spam again"])
        #expect(whole["reasons"]?.arrayValue?.count == 2)
        #expect(whole["reasons"]?[0]?["decision"]?["rules"]?[0]?["trace"]?["result"]?["outcome"] == "PASSED")
        let claimed = try await room.ask("POST", "\(job)/claim", is: 200)
        #expect(claimed["claim"]?["isYours"] == true)
        #expect(try await room.ask("POST", "\(job)/release", is: 200)["claim"] == nil)
        try await room.ask("POST", "\(job)/move", ["queueId": "none"], is: 404)
        #expect(try await room.ask("POST", "\(job)/move", ["queueId": "out"], is: 200)["queueId"] == "out")
        try await room.ask("POST", "\(job)/close", ["outcome": "acted"], is: 422, "review.unusable")
        try await room.ask("POST", "\(job)/close", ["outcome": "maybe"], is: 422)
        let ignored = try await room.ask("POST", "\(job)/close", ["outcome": "ignored", "note": "Fine."], is: 200)
        #expect(ignored["closing"]?["outcome"] == "ignored" && ignored["closing"]?["note"] == "Fine.")
        try await room.ask("POST", "\(job)/claim", is: 409, "review.over")
        #expect(try await room.ask("POST", "\(job)/reopen", is: 200)["state"] == "open")
        let acted = try await room.ask("POST", "\(job)/close", ["outcome": "acted", "actionIds": ["note"]], is: 200)
        let runs = acted["reasons"]?[0]?["decision"]?["actions"]?.arrayValue ?? []
        #expect(runs.contains { $0["id"] == "note" && $0["state"] == "done" && $0["reviewId"] == acted["id"] }, "\(acted.serialized())")
        try await room.ask("POST", "\(job)/reopen", is: 409, "review.acted")
        #expect(try await room.ask("GET", "/review-queues/out/jobs?state=closed", is: 200).arrayValue?.count == 1)
        for missing in ["/review-jobs/0", "/review-jobs/x", "/review-jobs/99999999"] { try await room.ask("GET", missing, is: 404) }
        // The stranger's organisation has none of these.
        #expect(try await room.world.hub.ask("GET", job, as: room.world.stranger).status == 404)
        #expect(try await room.world.hub.ask("POST", "\(job)/reopen", as: room.world.stranger).status == 404)
    }
}
