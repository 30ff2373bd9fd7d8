import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization

/// One of everything that rules are made of, in the organisation `alpha`, under the names that tests put into paths.
struct RuleSeed: Sendable {
    let rule: String
    let backtest: String
    /// The place of an item, which is decided.
    let item: String
    /// A routing rule, and a review that is open.
    let routing: String
    let review: String

    static let itemType: JSONValue = [
        "name": "Post", "kind": "CONTENT",
        "schema": [["name": "text", "type": "STRING", "required": true], ["name": "count", "type": "NUMBER"]],
    ]

    static func rule(_ name: String, words: [String] = ["spam"], type: String = "post") -> JSONValue {
        [
            "name": .string(name), "contentTypeIds": [.string(type)],
            "conditionSet": [
                "conjunction": "AND",
                "conditions": [
                    [
                        "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": .string(type)],
                        "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"],
                        "matchingValues": ["strings": .array(words.map(JSONValue.string))],
                    ]
                ],
            ],
        ]
    }

    /// Named as everything else that tests look at: `lab.probe`.
    init(in world: World) async throws {
        let (hub, admin) = (world.hub, world.admin)
        func put(_ path: String, _ body: JSONValue) async throws {
            let answer = try await hub.ask("PUT", path, as: admin, body)
            guard answer.status == 200 else { throw Trouble(description: "\(answer)") }
        }
        try await put("/item-types/lab.probe", Self.itemType)
        try await put("/policies/lab.probe", ["name": "Spam", "description": "What nobody asked for."])
        try await put("/banks/text/lab.probe", ["name": "Words", "values": ["spam"]])
        let made = try await hub.ask("POST", "/rules", as: admin, Self.rule("Probe", type: "lab.probe"))
        guard made.status == 201, let id = made.json["id"]?.stringValue else { throw Trouble(description: "\(made)") }
        rule = id
        let begun = try await hub.ask("POST", "/rules/backtests", as: admin, ["ruleId": .string(id), "last": 10])
        guard begun.status == 202, let backtest = begun.json["id"]?.stringValue else { throw Trouble(description: "\(begun)") }
        self.backtest = backtest
        try await put("/rule-actions/lab.probe", ["name": "Tell", "kind": "webhook", "url": "https://hooks.acme.test/in"])
        let sent = try await hub.ask(
            "POST", "/items", as: admin, ["items": [["id": "seed", "typeId": "lab.probe", "data": ["text": "spam"]]]])
        guard sent.status == 200, let place = sent.json["decisions"]?[0]?["id"]?.stringValue else { throw Trouble(description: "\(sent)") }
        item = place
        (routing, review) = try await Self.review(in: world)
    }

    /// An item of a type of its own, that a live rule wants reviewed.
    private static func review(in world: World) async throws -> (routing: String, review: String) {
        let (hub, admin) = (world.hub, world.admin)
        func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
            let answer = try await hub.ask(method, path, as: admin, body)
            guard (200..<300).contains(answer.status) else { throw Trouble(description: "\(answer)") }
            return answer.json
        }
        _ = try await ask("PUT", "/review-queues/lab.probe", ["name": "To look at"])
        _ = try await ask("PUT", "/item-types/lab.review", itemType)
        _ = try await ask("PUT", "/rule-actions/lab.review", ["name": "Look", "kind": "review"])
        var document = rule("Look", type: "lab.review").objectValue ?? [:]
        document["queueId"] = "lab.probe"
        let routing = try await ask("POST", "/routing-rules", .object(document))["id"]?.stringValue ?? ""
        document["queueId"] = nil
        document["actionIds"] = ["lab.review"]
        let made = try await ask("POST", "/rules", .object(document))["id"]?.stringValue ?? ""
        _ = try await ask("PUT", "/rules/\(made)/status", ["status": "LIVE"])
        _ = try await ask("POST", "/items", ["items": [["id": "look", "typeId": "lab.review", "data": ["text": "spam"]]]])
        let jobs = try await ask("GET", "/review-queues/lab.probe/jobs")
        return (routing, jobs[0]?["id"]?.stringValue ?? "")
    }
}

/// Items of one organisation, by its short name's record; a test adds them.
final class SubmittedItems: StoredItemSource {
    let all = Mutex<[Organisation.ID: [StoredItem]]>([:])

    func add(_ submissions: [JSONValue], to organisation: Organisation.ID) {
        all.withLock { all in
            for submission in submissions {
                let sequence = Int64((all[organisation]?.count ?? 0) + 1)
                all[organisation, default: []].append(StoredItem(sequence: sequence, submission: submission))
            }
        }
    }

    func items(
        of organisation: Organisation.ID, before sequence: Int64?, limit: Int, types: [String]
    ) async throws(Fault) -> [StoredItem] {
        let found = all.withLock { $0[organisation] ?? [] }.reversed().filter {
            $0.sequence < sequence ?? .max && (types.isEmpty || types.contains($0.submission["typeId"]?.stringValue ?? ""))
        }
        return Array(found.prefix(limit))
    }

    func count(of organisation: Organisation.ID, types: [String], limit: Int) async throws(Fault) -> Int {
        min(limit, try await items(of: organisation, before: nil, limit: limit, types: types).count)
    }

    func item(_ id: String, of organisation: Organisation.ID) async throws(Fault) -> StoredItem? {
        all.withLock { $0[organisation] ?? [] }.last { $0.submission["id"]?.stringValue == id }
    }

    func item(_ sequence: Int64, of organisation: Organisation.ID) async throws(Fault) -> StoredItem? {
        all.withLock { $0[organisation] ?? [] }.first { $0.sequence == sequence }
    }
}
