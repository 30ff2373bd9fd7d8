import HubCore
import JSON
import PluginModel
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(3))) struct TheJournal {
    @Test(arguments: Backend.allCases) func `events get their places in order and come back whole`(_ backend: Backend) async throws {
        let events = [
            event("e1", data: ["z": 1, "a": "é\u{0}"]), event("e2", type: "system.PluginInstalled", organisation: "o1", at: 6),
            event("e3", type: "systematic.Thing"),
            event("e4", type: "data.ItemStored", data: .string(String(repeating: "y", count: 1 << 20))),
        ]
        try await withStore(backend) { (store) async throws in
            #expect(try await store.read { (r) throws(Fault) in try r.lastSequence() } == 0)
            let placed = try await store.write { (r) throws(Fault) in
                let none = try r.append([JournalEvent]())
                let first = try r.append(Array(events.prefix(1)))
                return none + first + (try r.append(Array(events.dropFirst())))
            }
            #expect(placed.map(\.sequence) == [1, 2, 3, 4])
            @Sendable func read(
                _ after: Int64 = 0, _ types: [String] = [], in organisation: String? = nil, limit: Int = 100
            ) async throws -> [JournalEvent] {
                try await store.read { (r) throws(Fault) in
                    try r.events(after: after, types: types, organisation: organisation.map { Organisation.ID($0) }, limit: limit)
                }
            }
            #expect(try await read() == placed)
            #expect(try await read()[0].data == events[0].data)
            #expect(try await read(2).map(\.sequence) == [3, 4])
            #expect(try await read(.max) == [])
            #expect(try await read(.min, limit: 1).map(\.sequence) == [1])
            #expect(try await read(limit: -1).map(\.sequence) == [1])
            #expect(try await read(types("system.*")).map(\.sequence) == [1, 2])
            #expect(try await read(types("system.PluginInstalled", "data.*")).map(\.sequence) == [2, 4])
            #expect(try await read(types("system", "*", ".*", "system.")) == [])
            #expect(try await read(0, [], in: "o1").map(\.sequence) == [2])
            #expect(try await read(0, ["data.*"], in: "o1") == [])
            #expect(await code { try await store.write { (r) throws(Fault) in try r.append([event("e1")]) } } == "storage.conflict")
            #expect(try await store.read { (r) throws(Fault) in try r.lastSequence() } == 4)

            func read(_ types: [String]) async throws -> [JournalEvent] { try await read(0, types) }
            func types(_ types: String...) -> [String] { types }
        }
    }

    @Test(arguments: Backend.allCases) func `old events go, and their places are not given again`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            let removed = try await store.write { (r) throws(Fault) in
                _ = try r.append((1...6).map { event("e\($0)", type: $0 % 2 == 0 ? "data.Even" : "system.Odd", at: Int64($0)) })
                return (
                    try r.removeEvents(before: at(6), types: ["data.*"]), try r.removeEvents(before: at(0), types: []),
                    try r.removeEvents(before: at(100), types: [])
                )
            }
            #expect(removed == (2, 0, 4))
            #expect(try await store.read { (r) throws(Fault) in try r.lastSequence() } == 6)
            #expect(try await store.write { (r) throws(Fault) in try r.append([event("e7")]) }.map(\.sequence) == [7])
        }
    }

    @Test(arguments: Backend.allCases) func `a cursor only moves forward`(_ backend: Backend) async throws {
        try await withStore(backend) { (store) async throws in
            #expect(try await store.read { (r) throws(Fault) in try r.cursor("mail") } == 0)
            for (set, expected) in [(5, 5), (3, 5), (5, 5), (Int64.max, Int64.max), (1, Int64.max)] {
                try await store.write { (r) throws(Fault) in try r.setCursor("mail", set) }
                #expect(try await store.read { (r) throws(Fault) in try r.cursor("mail") } == expected)
            }
            #expect(try await store.read { (r) throws(Fault) in try r.cursor("other") } == 0)
        }
    }

    @Test(arguments: Backend.allCases) func `the audit log is read from its end, by any member`(_ backend: Backend) async throws {
        @Sendable func entry(_ number: Int, actor: String, action: String, subject: String = "plugin:a", organisation: String? = nil)
            -> AuditEntry
        {
            AuditEntry(
                sequence: 0, at: at(Int64(number) * 10), actor: actor, actorName: "Ada",
                organisation: organisation.map { Organisation.ID($0) },
                action: action, subject: subject, outcome: AuditEntry.Outcome.allCases[number % 3], address: number == 1 ? nil : "::1",
                detail: ["number": .int(Int64(number)), "text": "\u{0}"])
        }
        try await withStore(backend) { (store) async throws in
            try await store.write { (r) throws(Fault) in
                try r.append(entry(1, actor: "u1", action: "plugin.install"))
                try r.append(entry(2, actor: "u2", action: "plugin.enable", organisation: "o1"))
                try r.append(entry(3, actor: "u1", action: "plugins.list"))
                try r.append(entry(4, actor: "u1", action: "grant.give", subject: "plugin:b"))
            }
            @Sendable func read(before: Int64? = nil, limit: Int = 100, _ change: @Sendable (inout AuditFilter) -> Void = { _ in })
                async throws -> [Int64]
            {
                var filter = AuditFilter()
                change(&filter)
                return try await store.read { [filter] (r) throws(Fault) in
                    try r.audit(filter, before: before, limit: limit).map(\.sequence)
                }
            }
            #expect(try await read() == [4, 3, 2, 1])
            #expect(try await read(before: 3) == [2, 1])
            #expect(try await read(before: .min) == [])
            #expect(try await read(limit: 0) == [4])
            #expect(try await read { $0.actor = "u1" } == [4, 3, 1])
            #expect(try await read { $0.action = "plugin." } == [2, 1])
            #expect(try await read { $0.action = "plugin" } == [])
            #expect(try await read { $0.action = "plugin.install" } == [1])
            #expect(try await read { $0.subject = "plugin:b" } == [4])
            #expect(try await read { $0.organisation = Organisation.ID("o1") } == [2])
            #expect(try await read { ($0.since, $0.until) = (at(20), at(40)) } == [3, 2])
            #expect(try await read { ($0.actor, $0.action) = ("u1", "plugin.") } == [1])
            var first = entry(1, actor: "u1", action: "plugin.install")
            first.sequence = 1
            #expect(try await store.read { (r) throws(Fault) in try r.audit(AuditFilter(), before: 2, limit: 1) } == [first])
        }
    }

    /// Fifty writers, and a reader who asks for what lies behind the last place they saw: every event once, in order, none skipped.
    @Test(arguments: Backend.allCases) func `a reader who follows the journal sees every event once, in order`(_ backend: Backend)
        async throws
    {
        let (writers, each) = (50, 8)
        try await withStore(backend) { (store) async throws in
            let seen = try await withThrowingTaskGroup(of: [JournalEvent].self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        for number in 0..<each {
                            try await store.write { (r) throws(Fault) in
                                _ = try r.append([event("e\(writer)-\(number)a"), event("e\(writer)-\(number)b")])
                            }
                        }
                        return []
                    }
                }
                group.addTask {
                    var seen: [JournalEvent] = []
                    while seen.count < writers * each * 2 {
                        let last = seen.last?.sequence ?? 0
                        seen += try await store.read { (r) throws(Fault) in
                            try r.events(after: last, types: [], organisation: nil, limit: 7)
                        }
                    }
                    return seen
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(seen.map(\.sequence) == (1...Int64(writers * each * 2)).map { $0 })
            #expect(Set(seen.map(\.eventID)).count == writers * each * 2)
        }
    }

    /// Two stores on one database, as a hub and a command line: their writes take turns, and so do their places.
    @Test(arguments: Backend.allCases) func `a second program's events have places in the same order`(_ backend: Backend) async throws {
        let lab = try Lab(backend)
        let stores = [try await lab.open(), try await lab.open { $0.isHub = false }]
        let each = 40
        let seen = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for (place, store) in stores.enumerated() {
                group.addTask {
                    for number in 0..<each {
                        _ = try await store.write { (r) throws(Fault) in try r.append([event("e\(place)-\(number)")]) }
                    }
                    return []
                }
            }
            group.addTask {
                var seen: [Int64] = []
                while seen.count < 2 * each {
                    let last = seen.last ?? 0
                    seen += try await stores[0].read { (r) throws(Fault) in
                        try r.events(after: last, types: [], organisation: nil, limit: 50).map(\.sequence)
                    }
                }
                return seen
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(seen == (1...Int64(2 * each)).map { $0 })
        for store in stores { await store.close() }
    }
}
