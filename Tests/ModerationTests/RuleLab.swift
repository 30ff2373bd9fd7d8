import Hub
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import TestServers

/// Rules at work over records in memory, with signals and items of its own, and a clock that a test moves.
final class RuleLab: Sendable {
    static let acme = Organisation.ID("o1")
    static let other = Organisation.ID("o2")

    let store: any HubStore
    let events = HubEvents()
    let signals = RuleLabSignals()
    let items = RuleLabItems()
    let actions = RuleLabActions()
    let moderation: Moderation
    var book: RuleBook { moderation.rules }

    init(store: any HubStore = MemoryHubStore(), vault: Vault? = nil) async throws {
        self.store = store
        var parts = Moderation.Parts(store: store, events: events)
        (parts.signals, parts.items, parts.actions) = (signals, items, actions)
        let box = Clock()
        parts.clock = { box.now }
        parts.vault = vault
        clockBox = box
        moderation = Moderation(parts)
        try await store.write { (records) throws(Fault) in
            for (id, slug) in [(Self.acme, "acme"), (Self.other, "other")] {
                try records.put(Organisation(id: id, slug: slug, name: slug, createdAt: HubCore.Timestamp(unixMilliseconds: 0)))
            }
        }
    }

    private let clockBox: Clock

    func advance(_ duration: Duration) { clockBox.value.withLock { $0 = $0.advanced(by: duration) } }

    private final class Clock: Sendable {
        let value = Mutex(HubCore.Timestamp(unixMilliseconds: 1_800_000_000_000))
        /// Goes on by itself, so that what is made later has a later id.
        var now: HubCore.Timestamp {
            value.withLock {
                $0 = $0.advanced(by: .milliseconds(1))
                return $0
            }
        }
    }

    /// Somebody with a role in both organisations.
    static func who(_ role: Role = .teamAdmin) -> Requester {
        let user = User(
            id: User.ID("u-\(role.rawValue)"), email: "\(role.rawValue)@acme.test", name: "Ada", createdAt: .init(unixMilliseconds: 0))
        let memberships = [acme, other].map { Membership(organisation: $0, user: user.id, role: role) }
        return Requester(Principal(kind: .session, user: user, memberships: memberships))
    }

    // MARK: Documents

    static let post: JSONValue = [
        "kind": "CONTENT", "name": "Post",
        "schema": [
            ["name": "text", "type": "STRING"], ["name": "count", "type": "NUMBER"],
            ["name": "tags", "type": "ARRAY", "container": ["containerType": "ARRAY", "valueScalarType": "STRING"]],
        ],
    ]

    /// Passes on posts whose text holds one of these words.
    static func words(_ words: [String], name: String = "Words", _ extra: JSONObject = [:]) -> JSONValue {
        rule(
            name,
            [
                "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"], "matchingValues": ["strings": .array(words.map(JSONValue.string))],
            ], extra)
    }

    static func asking(_ signal: String, name: String = "Asks", _ extra: JSONObject = [:]) -> JSONValue {
        rule(
            name,
            [
                "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"], "signal": ["type": .string(signal)],
                "comparator": "GREATER_THAN", "threshold": 0.5,
            ], extra)
    }

    static func rule(_ name: String, _ leaf: JSONValue, _ extra: JSONObject = [:]) -> JSONValue {
        var object: JSONObject = [
            "name": .string(name), "contentTypeIds": ["post"], "conditionSet": ["conjunction": "AND", "conditions": [leaf]],
        ]
        for (key, value) in extra { object[key] = value }
        return .object(object)
    }

    @discardableResult
    func addPostType() async throws -> PartChange {
        try await book.putItemType("post", Self.post, in: Self.acme, by: Self.who())
    }

    func live(_ document: JSONValue) async throws -> RuleView {
        let made = try await book.create(document, in: Self.acme, by: Self.who())
        return try await book.setStatus(.live, of: made.record.id, in: Self.acme, by: Self.who())
    }
}

/// Signals that a test gives and takes, and what they answer.
final class RuleLabSignals: SignalSource {
    let known = Mutex<[Organisation.ID: [SignalDescriptor]]>([:])
    let withoutActions = Mutex<Set<String>>([])
    let asked = Mutex(0)
    /// What it was shown around each item.
    let contexts = Mutex<[JSONValue?]>([])
    /// What it was told of the costs of actions, a value each.
    let penalties = Mutex<[JSONValue?]>([])
    /// The score of a text.
    let score = Mutex<@Sendable (String) -> Double>({ _ in 1 })
    /// Held until a test lets go.
    let gate = Mutex<(@Sendable () async -> Void)?>(nil)

    func signals(for organisation: Organisation.ID) async -> [SignalDescriptor] { known.withLock { $0[organisation] ?? [] } }
    func signalsWithoutActions(for organisation: Organisation.ID) async -> Set<String> { withoutActions.withLock { $0 } }
    func runner(for organisation: Organisation.ID) -> any SignalRunning { Runner(signals: self) }

    func give(_ types: [String], to organisation: Organisation.ID = RuleLab.acme) {
        known.withLock {
            $0[organisation] = types.map { SignalDescriptor(type: $0, inputs: [.string], output: ScoreType(.number), cost: 5) }
        }
    }

    private struct Runner: SignalRunning {
        let signals: RuleLabSignals

        func run(_ batch: SignalBatch) async -> [SignalRun] {
            signals.asked.withLock { $0 += batch.inputs.count }
            signals.contexts.withLock { $0 += batch.inputs.map { $0["context"] } }
            signals.penalties.withLock { $0 += batch.inputs.map { $0["actionPenalties"] } }
            if let gate = signals.gate.withLock({ $0 }) { await gate() }
            let score = signals.score.withLock { $0 }
            return batch.inputs.map { .scored(.number(score($0["value"]?["value"]?.stringValue ?? "")), output: nil, matchedValue: nil) }
        }
    }
}

/// Items of one organisation in memory.
final class RuleLabItems: StoredItemSource {
    let all = Mutex<[StoredItem]>([])
    let problem = Mutex<Fault?>(nil)

    func add(_ submissions: [JSONValue]) {
        all.withLock { all in
            for submission in submissions { all.append(StoredItem(sequence: Int64(all.count + 1), submission: submission)) }
        }
    }

    static func post(_ id: String, _ text: String) -> JSONValue {
        ["id": .string(id), "typeId": "post", "data": ["text": .string(text)]]
    }

    private func found(_ organisation: Organisation.ID, _ types: [String]) throws(Fault) -> [StoredItem] {
        if let problem = problem.withLock({ $0 }) { throw problem }
        guard organisation == RuleLab.acme else { return [] }
        return all.withLock { $0 }.reversed().filter { types.isEmpty || types.contains($0.submission["typeId"]?.stringValue ?? "") }
    }

    func item(_ sequence: Int64, of organisation: Organisation.ID) async throws(Fault) -> StoredItem? {
        try found(organisation, []).first { $0.sequence == sequence }
    }

    func items(
        of organisation: Organisation.ID, before sequence: Int64?, limit: Int, types: [String]
    ) async throws(Fault) -> [StoredItem] {
        Array(try found(organisation, types).filter { $0.sequence < sequence ?? .max }.prefix(limit))
    }

    func count(of organisation: Organisation.ID, types: [String], limit: Int) async throws(Fault) -> Int {
        min(limit, all.withLock { $0.count })
    }

    func item(_ id: String, of organisation: Organisation.ID) async throws(Fault) -> StoredItem? {
        try found(organisation, []).first { $0.submission["id"]?.stringValue == id }
    }
}

final class RuleLabActions: ActionDirectory {
    let known = Mutex<Set<String>?>(nil)
    let today = Mutex<[String: Int]>([:])

    func actionIDs(in organisation: Organisation.ID) async throws(Fault) -> Set<String>? { known.withLock { $0 } }
    func actions(in organisation: Organisation.ID, on day: Int64) async throws(Fault) -> [String: Int] { today.withLock { $0 } }
}

/// The code of the refusal or fault a call ends with; nil when it succeeds.
func ruleCode<Value>(_ body: () async throws -> Value) async -> String? {
    do {
        _ = try await body()
        return nil
    } catch let refusal as RuleRefusal {
        return refusal.fault.code
    } catch let fault as Fault {
        return fault.code
    } catch {
        return "\(error)"
    }
}

/// Everything that was wrong, as `code at pointer`.
func ruleFindings<Value>(_ body: () async throws -> Value) async -> [String] {
    do {
        _ = try await body()
        return []
    } catch let refusal as RuleRefusal {
        return refusal.findings.map { "\($0.code) at \($0.pointer)" }
    } catch {
        return ["\(error)"]
    }
}

struct RuleLabLate: Error, CustomStringConvertible { let description: String }

/// Looks again and again until there is something.
func untilRules<Value: Sendable>(_ what: String, within limit: Duration = .seconds(60), _ look: () async throws -> Value?) async throws
    -> Value
{
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let found = try await look() { return found }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw RuleLabLate(description: "not in time: \(what)")
}
