// Hands in items and decides them until it is killed, and says what it was told is kept:
// `item-crasher ADDRESS ROUND COUNT`: hands in COUNT items, then decides what waits, says `empty` and ends.
// `item-crasher strikes ADDRESS ROUND COUNT`: the same, with users who are struck and rules on them.
// `item-crasher measure ADDRESS COUNT RULES`: says how fast COUNT items go through.
import Glibc
import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Storage

/// One line, at once: the pipe keeps it when the process is gone.
@Sendable func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(1, bytes, bytes.count)
}

struct Trouble: Error { let text: String }

/// The same in every process.
struct FixedRules: WorkingRulesSource {
    static let owner = Organisation.ID("o1")
    let working: WorkingRules

    func rules(of organisation: Organisation.ID) async throws(Fault) -> WorkingRules { working }

    static let type = ItemType(
        id: "post",
        fields: [
            ItemType.Field("title", .scalar(.string)), ItemType.Field("text", .scalar(.string)), ItemType.Field("posts", .scalar(.number)),
            ItemType.Field("language", .scalar(.string)), ItemType.Field("verified", .scalar(.boolean)),
        ])

    static func condition(_ field: String, _ comparator: String, _ threshold: JSONValue) -> JSONValue {
        [
            "input": ["type": "CONTENT_FIELD", "name": .string(field), "contentTypeId": "post"], "comparator": .string(comparator),
            "threshold": threshold,
        ]
    }

    static func rule(_ id: String, _ conditions: [JSONValue], actions: [String] = [], cap: Int? = nil) throws -> Rule {
        var document: JSONObject = [
            "id": .string(id), "status": "LIVE", "actionIds": .array(actions.map { .string($0) }),
            "conditionSet": ["conjunction": "AND", "conditions": .array(conditions)],
        ]
        document["maxDailyActions"] = cap.map { .int(Int64($0)) }
        guard let rule = Rule.read(.object(document)).value else { throw Trouble(text: "a rule of ours") }
        return rule
    }

    init(_ rules: [Rule], signals: [SignalDescriptor] = []) {
        let onUsers = rules.filter { $0.kind == .user }
        working = WorkingRules(
            program: RuleProgram(rules, types: [Self.type], signals: signals), rules: rules, versions: rules.map { _ in 1 },
            types: ["post": Self.type], ofUsers: onUsers.isEmpty ? nil : RuleProgram(onUsers, signals: signals))
    }

    /// Some pass for many items and some for few; one may act 100 times a day.
    static func forCrashes() throws -> FixedRules {
        FixedRules([
            try rule("many", [condition("posts", "LESS_THAN", 5)], actions: ["note"]),
            try rule("capped", [condition("posts", "LESS_THAN", 9)], actions: ["scarce"], cap: 100),
            try rule("hooked", [condition("posts", "EQUALS", 3)], actions: ["hook", "note"]),
            try rule("none", [condition("text", "EQUALS", "nowhere")]),
        ])
    }

    /// Five native conditions each, over realistic items: most fail, at different places.
    static func forMeasuring(_ count: Int) throws -> FixedRules {
        FixedRules(
            try (0..<count).map { number in
                let words: [JSONValue] = [.string("word\(number)"), "free money", .string("offer \(number)")]
                let text: JSONValue = [
                    "input": ["type": "CONTENT_COOP_INPUT", "name": "All text"], "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"],
                    "matchingValues": ["strings": .array(words)],
                ]
                let conditions: [JSONValue] = [
                    condition("verified", "EQUALS", .bool(number % 2 == 0)),
                    condition("posts", "LESS_THAN", .int(Int64(number % 50 + 5))),
                    condition("language", "EQUALS", .string(languages[number % 3])), text,
                    condition("title", "NOT_EQUAL_TO", .string("title \(number)")),
                ]
                return try rule("r\(number)", conditions)
            })
    }
}

let languages = ["en", "de", "fr"]

func items(_ count: Int, prefix: String, from start: Int = 0) -> [JSONValue] {
    (start..<start + count).map { number in
        let data: JSONObject = [
            "title": .string("title \(number % 200)"),
            "text": .string("This is what somebody wrote about word\(number % 400) on a day like every other, number \(number)."),
            "posts": .int(Int64(number % 20)), "language": .string(languages[number % 3]), "verified": .bool(number % 2 == 0),
        ]
        return ["id": .string("\(prefix)-\(number)"), "typeId": "post", "data": .object(data)]
    }
}

func isEmpty(_ store: any HubStore) async throws -> Bool {
    try await store.read { (records) throws(Fault) in try records.waitingItemCount(in: FixedRules.owner) } == 0
}

func begin(_ store: any HubStore) async throws {
    try await store.write { (records) throws(Fault) in
        let now = HubCore.Timestamp.system()
        guard try records.organisation(FixedRules.owner) == nil else { return }
        try records.put(Organisation(id: FixedRules.owner, slug: "one", name: "One", createdAt: now))
        for (id, kind) in [("note", RuleAction.Kind.journal), ("scarce", .journal), ("hook", .webhook)] {
            try records.put(
                RuleAction(
                    organisation: FixedRules.owner, id: id, name: id, kind: kind, url: kind == .webhook ? "https://acme.test/" : nil,
                    changedAt: now))
        }
    }
}

func crash(_ words: [String], strikes: Bool = false) async throws {
    guard words.count == 4, let count = Int(words[3]) else { exit(2) }
    let store = try await HubStores.open(words[1], HubStoreOptions(isBackupWaived: true))
    try await begin(store)
    if strikes { try await Strikes.begin(store) }
    var parts = ItemDesk.Parts(store: store, rules: strikes ? try Strikes.rules() : try FixedRules.forCrashes())
    if strikes {
        parts.signals = HubSignals(beside: NoSignals(), store: store)
        // Many small transactions, so that there is a middle to be killed in.
        parts.limits.batchMax = 8
    }
    let desk = ItemDesk(parts)
    try await desk.start()
    say("open")
    var sent = 0
    while sent < count {
        var some = items(min(100, count - sent), prefix: words[2], from: sent)
        if strikes { some = some.enumerated().map { Strikes.item($1, by: (sent + $0) % Strikes.users) } }
        let taken = try await desk.submit(some, in: FixedRules.owner)
        say("taken \(taken.map { "\($0.sequence)" }.joined(separator: " "))")
        sent += some.count
    }
    while try await !isEmpty(store) { try await Task.sleep(for: .milliseconds(5)) }
    await desk.stop()
    await store.close()
    say("empty")
}

func measure(_ words: [String]) async throws {
    guard words.count == 5, let count = Int(words[3]), let rules = Int(words[4]) else { exit(2) }
    let store = try await HubStores.open(words[2], HubStoreOptions(isBackupWaived: true))
    try await begin(store)
    let source = try FixedRules.forMeasuring(rules)
    let clock = ContinuousClock()
    var idle = ItemDesk.Parts(store: store, rules: source)
    idle.limits.organisationsAtOnce = 0
    idle.limits.waitingMax = count
    let door = ItemDesk(idle)
    try await door.start()
    let batches = stride(from: 0, to: count, by: 1000).map { items(min(1000, count - $0), prefix: "m", from: $0) }
    let handingIn = try await clock.measure { for batch in batches { _ = try await door.submit(batch, in: FixedRules.owner) } }
    await door.stop()
    let desk = ItemDesk(ItemDesk.Parts(store: store, rules: source))
    let deciding = try await clock.measure {
        try await desk.start()
        while try await !isEmpty(store) { try await Task.sleep(for: .milliseconds(5)) }
    }
    var waits: [Duration] = []
    for number in 0..<500 {
        let one = items(1, prefix: "now", from: number)
        waits.append(try await clock.measure { _ = try await desk.decide(one, in: FixedRules.owner) })
    }
    waits.sort()
    await desk.stop()
    func perSecond(_ time: Duration) -> Int {
        Int(Double(count) / (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18))
    }
    say("handed in \(perSecond(handingIn)) items/s, decided \(perSecond(deciding)) items/s by \(rules) rules")
    say("one at once: median \(waits[250]), p99 \(waits[495])")
    await store.close()
}

do {
    if CommandLine.arguments.dropFirst().first == "strikes" {
        try await crash(Array(CommandLine.arguments.dropFirst()), strikes: true)
    } else if CommandLine.arguments.dropFirst().first == "measure" {
        try await measure(CommandLine.arguments)
    } else {
        try await crash(CommandLine.arguments)
    }
} catch {
    say("failed \(error)")
    exit(1)
}
