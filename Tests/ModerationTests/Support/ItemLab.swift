import Glibc
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Storage
import Synchronization
import TestServers
import Testing

/// What items are kept in.
enum ItemStore: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case sqlite = "SQLite"
    case postgreSQL = "PostgreSQL"
    case memory = "memory"

    var testDescription: String { rawValue }
}

/// A store with two organisations, rules that tests write down, and desks on it.
final class ItemLab: Sendable {
    let store: any HubStore
    let rules = WrittenRules()
    let clock = HandClock()
    let log = Mutex<[String]>([])
    private let folder: String?

    static let one = Organisation.ID("o1")
    static let two = Organisation.ID("o2")

    init(_ kind: ItemStore) async throws {
        switch kind {
        case .memory: (store, folder) = (MemoryHubStore(), nil)
        case .sqlite:
            var template = Array("/tmp/patchbay-items-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw TestTrouble(description: "mkdtemp: errno \(errno)") }
            let path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            (store, folder) = (try await HubStores.open(path + "/hub.sqlite", HubStoreOptions(isBackupWaived: true)), path)
        case .postgreSQL:
            let cluster = try PostgresCluster.shared.get()
            let database = cluster.address(try cluster.makeDatabase())
            (store, folder) = (try await HubStores.open(database, HubStoreOptions(isBackupWaived: true)), nil)
        }
        try await store.write { (records) throws(Fault) in
            for id in [Self.one, Self.two] {
                try records.put(
                    Organisation(id: id, slug: id.rawValue, name: id.rawValue, createdAt: HubCore.Timestamp(unixMilliseconds: 0)))
            }
        }
    }

    func end() async {
        await store.close()
        guard let folder else { return }
        for name in ["hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm", "hub.sqlite.lock"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// Not started yet.
    func desk(_ change: (inout ItemDesk.Parts) -> Void = { _ in }) -> ItemDesk {
        var parts = ItemDesk.Parts(store: store, rules: rules)
        parts.now = clock.read
        parts.limits.troubleWait = .milliseconds(20)
        parts.log = { [self] line in log.withLock { $0.append(line) } }
        change(&parts)
        return ItemDesk(parts)
    }

    /// Events of moderation, in their order.
    func events(_ type: String = "moderation.*", of organisation: Organisation.ID? = nil) async throws -> [JournalEvent] {
        var events: [JournalEvent] = []
        while true {
            let last = events.last?.sequence ?? 0
            let page = try await store.read { (records) throws(Fault) in
                try records.events(after: last, types: [type], organisation: organisation, limit: 1000)
            }
            if page.isEmpty { return events }
            events += page
        }
    }

    func items(of organisation: Organisation.ID = one) async throws -> [SubmittedItem] {
        try await store.read { (records) throws(Fault) in try records.items(ItemFilter(), in: organisation, before: nil, limit: 1000) }
    }

    func reports(of organisation: Organisation.ID = one) async throws -> [DecisionReport] {
        try await store.read { (records) throws(Fault) in
            try records.reports(on: try records.decisions(DecisionFilter(), in: organisation, before: nil, limit: 1000))
        }
    }

    func isQuiet(_ organisation: Organisation.ID = one) async throws {
        try await until("nothing of \(organisation) waits") {
            try await self.store.read { (records) throws(Fault) in try records.waitingItemCount(in: organisation) } == 0
        }
    }

    func put(_ actions: RuleAction...) async throws {
        try await store.write { (records) throws(Fault) in for action in actions { try records.put(action) } }
    }

    func action(_ id: String, _ kind: RuleAction.Kind, url: String? = nil) -> RuleAction {
        RuleAction(
            organisation: Self.one, id: id, name: "Do \(id)", kind: kind, url: url, custom: ["team": "blue"], changedAt: clock.read())
    }
}

/// Runs a test's body in a lab of its own.
func withItems(_ kind: ItemStore, _ body: (ItemLab) async throws -> Void) async throws {
    let lab = try await ItemLab(kind)
    do { try await body(lab) } catch {
        await lab.end()
        throw error
    }
    await lab.end()
}

/// Rules of organisations as a test wrote them.
final class WrittenRules: WorkingRulesSource {
    private let kept = Mutex<[Organisation.ID: WorkingRules]>([:])
    private let trouble = Mutex<Fault?>(nil)
    /// How often there was trouble.
    let refused = Mutex(0)

    func fail(with fault: Fault?) { trouble.withLock { $0 = fault } }

    private let held = Mutex<HeldCalls?>(nil)
    /// Whoever asks for rules waits from now on, until they are let go.
    func hold() -> HeldCalls {
        let calls = HeldCalls()
        held.withLock { $0 = calls }
        return calls
    }

    func rules(of organisation: Organisation.ID) async throws(Fault) -> WorkingRules {
        if let held = held.withLock(\.self) { await held.wait() }
        if let fault = trouble.withLock({ $0 }) {
            refused.withLock { $0 += 1 }
            throw fault
        }
        return kept.withLock { $0[organisation] } ?? WorkingRules(program: RuleProgram([]), rules: [], versions: [], types: [:])
    }

    func set(
        _ rules: [Rule], types: [ItemType], versions: [Int]? = nil, signals: [SignalDescriptor] = [],
        for organisation: Organisation.ID = ItemLab.one
    ) {
        let onUsers = rules.filter { $0.kind == .user }
        let signals = signals + HubSignal.allCases.map(\.descriptor)
        let working = WorkingRules(
            program: RuleProgram(rules, types: types, signals: signals), rules: rules, versions: versions ?? rules.map { _ in 1 },
            types: Dictionary(types.map { ($0.id, $0) }) { first, _ in first },
            ofUsers: onUsers.isEmpty ? nil : RuleProgram(onUsers, types: types, signals: signals))
        kept.withLock { $0[organisation] = working }
    }

    static let post = ItemType(
        id: "post", fields: [ItemType.Field("text", .scalar(.string), isRequired: true), ItemType.Field("posts", .scalar(.number))])

    /// A rule that passes for texts that hold one of these words.
    static func rule(_ id: String, _ words: [String], _ status: RuleStatus = .live, actions: [String] = [], cap: Int? = nil) throws -> Rule
    {
        var document: JSONObject = [
            "id": .string(id), "name": .string("Rule \(id)"), "status": .string(status.rawValue),
            "actionIds": .array(actions.map { .string($0) }), "policyIds": [.string("policy-\(id)")],
            "conditionSet": [
                "conjunction": "AND",
                "conditions": [
                    [
                        "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                        "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"], "matchingValues": ["strings": .array(words.map { .string($0) })],
                    ]
                ],
            ],
        ]
        document["maxDailyActions"] = cap.map { .int(Int64($0)) }
        return try #require(Rule.read(.object(document)).value)
    }

    static func item(_ id: String, _ text: String = "spam", type: String = "post") -> JSONValue {
        ["id": .string(id), "typeId": .string(type), "data": ["text": .string(text)], "creator": ["id": "u1", "typeId": "user"]]
    }

    static func items(_ count: Int, _ text: String = "spam", prefix: String = "i") -> [JSONValue] {
        (0..<count).map { item("\(prefix)\($0)", text) }
    }
}

/// A moment that moves when a test says so.
final class HandClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_795_000_000_000)
    func advance(by time: Duration) { milliseconds.withLock { $0 += time.components.seconds * 1000 } }
    var read: @Sendable () -> HubCore.Timestamp { { HubCore.Timestamp(unixMilliseconds: self.milliseconds.withLock { $0 }) } }
}

/// Looks again and again until it is so.
func until(_ what: String, within limit: Duration = .seconds(60), _ look: @Sendable () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await look() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw TestTrouble(description: "not in time: \(what)")
}

/// The code of what a submission was refused with; the codes of findings with their places where there are some.
func refusal<Value>(_ body: () async throws(SubmissionRefusal) -> Value) async -> [String] {
    do throws(SubmissionRefusal) {
        _ = try await body()
        return []
    } catch {
        switch error {
        case .fault(let fault): return [fault.code]
        case .invalid(let findings): return findings.map { "\($0.code) \($0.pointer)" }
        }
    }
}

/// Calls that wait until a test lets all of them go.
final class HeldCalls: Sendable {
    private let state = Mutex<(waiting: [CheckedContinuation<Void, Never>], isOpen: Bool)>(([], false))

    var waiting: Int { state.withLock { $0.waiting.count } }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func letGo() {
        let waiting = state.withLock { state in
            defer { state = ([], true) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
