import HubCore
import JSON
import PluginModel
import Testing

@testable import Storage

private let (one, two) = (Organisation.ID("o1"), Organisation.ID("o2"))
private let (ada, bob) = (ItemUser(kept: "ada", typeID: "user"), ItemUser(kept: "bob", typeID: "user"))
/// Of the same id as somebody else.
private let robot = ItemUser(kept: "ada", typeID: "robot")

private func strike(
    _ user: ItemUser, _ decision: Int64, policy: String = "spam", _ count: Int = 1, at moment: Int64 = 100, in owner: Organisation.ID = one
) -> Strike { Strike(organisation: owner, user: user, policy: policy, strikes: count, decision: decision, at: at(moment)) }

/// What every store promises about users whom items come from.
@Suite(.timeLimit(.minutes(3))) struct UserRecordsTests {
    @Test(arguments: ItemStore.allCases) func `strikes are counted from a moment on, without those that were forgiven`(_ kind: ItemStore)
        async throws
    {
        try await kind.run { store in
            let placed = try await store.write { (r) throws(Fault) in
                try r.append([
                    strike(ada, 1, 2), strike(ada, 1, policy: "fraud", 5), strike(ada, 2, 1, at: 50), strike(robot, 3, 7),
                    strike(bob, 4, 3, in: two),
                ])
            }
            #expect(placed.map(\.sequence) == [1, 2, 3, 4, 5])
            func sums(_ users: [ItemUser] = [ada, bob, robot], since moment: Int64 = 0, in owner: Organisation.ID = one) async throws
                -> [ItemUser: Int]
            {
                try await store.read { (r) throws(Fault) in try r.strikeSums(of: users, in: owner, since: at(moment)) }
            }
            #expect(try await sums() == [ada: 8, robot: 7])
            #expect(try await sums(since: 51) == [ada: 7, robot: 7])
            #expect(try await sums([ada]) == [ada: 8])
            #expect(try await sums([]) == [:])
            #expect(try await sums(in: two) == [bob: 3])
            let forgiven = Strike.Forgiving(at: at(200), by: "u1", byName: "Eve")
            try await store.write { (r) throws(Fault) in
                #expect(try r.setForgiven(forgiven, strike: 2, in: one))
                #expect(try !r.setForgiven(forgiven, strike: 5, in: one), "another organisation's")
                #expect(try !r.setForgiven(forgiven, strike: 99, in: one))
            }
            #expect(try await sums() == [ada: 3, robot: 7])
            #expect(try await sums(in: two) == [bob: 3])
            let history = try await store.read { (r) throws(Fault) in try r.strikes(of: ada, in: one, since: at(0), limit: 10) }
            #expect(history.map(\.sequence) == [3, 2, 1])
            #expect(history.map(\.forgiven) == [nil, forgiven, nil])
            try await store.read { (r) throws(Fault) in
                #expect(try r.strikes(of: ada, in: one, since: at(51), limit: 1).map(\.sequence) == [2])
                #expect(try r.strikes(of: ada, in: two, since: at(0), limit: 9).isEmpty)
                #expect(try r.strike(5, in: two)?.user == bob)
                #expect(try r.strike(5, in: one) == nil)
            }
            try await store.write { (r) throws(Fault) in #expect(try r.setForgiven(nil, strike: 2, in: one)) }
            #expect(try await sums() == [ada: 8, robot: 7])
        }
    }

    @Test(arguments: ItemStore.allCases) func `a policy strikes once for a decision`(_ kind: ItemStore) async throws {
        try await kind.run { store in
            _ = try await store.write { (r) throws(Fault) in try r.append([strike(ada, 1)]) }
            await #expect(throws: Fault.self) { try await store.write { (r) throws(Fault) in try r.append([strike(bob, 1)]) } }
            let sums = try await store.read { (r) throws(Fault) in try r.strikeSums(of: [ada, bob], in: one, since: at(0)) }
            #expect(sums == [ada: 1])
        }
    }

    @Test(arguments: ItemStore.allCases) func `items are counted by day, and users found by them`(_ kind: ItemStore) async throws {
        try await kind.run { store in
            try await store.write { (r) throws(Fault) in
                try r.count([ada: UserTally(items: 3, acted: 1), bob: UserTally(items: 1)], in: one, onDay: 10)
                try r.count([ada: UserTally(items: 2, acted: 2)], in: one, onDay: 10)
                try r.count([ada: UserTally(items: 7), robot: UserTally(items: 1)], in: one, onDay: 12)
                try r.count([bob: UserTally(items: 9, acted: 9)], in: two, onDay: 12)
                _ = try r.append([strike(ada, 1, 2), strike(robot, 2, 1), strike(ada, 3, 2, at: 5)])
            }
            try await store.read { (r) throws(Fault) in
                #expect(
                    try r.tallies(of: [ada, bob], in: one, sinceDay: 0) == [
                        ada: UserTally(items: 12, acted: 3), bob: UserTally(items: 1),
                    ])
                #expect(try r.tallies(of: [ada, bob], in: one, sinceDay: 11) == [ada: UserTally(items: 7)])
                #expect(try r.tallies(of: [ada], in: two, sinceDay: 0) == [:])
                func users(_ filter: ItemUserFilter, day: Int64 = 0, after: ItemUser? = nil, limit: Int = 9) throws(Fault) -> [ItemUser] {
                    try r.users(filter, in: one, since: at(10), day: day, after: after, limit: limit)
                }
                var filter = ItemUserFilter()
                #expect(try users(filter) == [robot, ada, bob])
                #expect(try users(filter, day: 11) == [robot, ada])
                #expect(try users(filter, limit: 1) == [robot])
                #expect(try users(filter, after: robot, limit: 1) == [ada])
                #expect(try users(filter, after: ada) == [bob])
                for prefix in ["A", "AD", "ada"] {
                    filter.prefix = prefix
                    #expect(try users(filter) == [robot, ada])
                    #expect(try users(filter, day: 13) == [])
                    #expect(try users(filter, limit: 1) == [robot])
                    #expect(try users(filter, after: robot) == [ada])
                    #expect(try users(filter, after: bob) == [])
                }
                for prefix in ["%", "d", "adam", "ob", "\u{e9}"] {
                    filter.prefix = prefix
                    #expect(try users(filter) == [], "the beginning of an id, and no pattern")
                }
                (filter.prefix, filter.strikesMin) = ("a", 2)
                #expect(try users(filter) == [ada])
                filter.prefix = "b"
                #expect(try users(filter) == [])
                filter.prefix = nil
                filter.strikesMin = 1
                #expect(try users(filter) == [robot, ada])
                #expect(try users(filter, after: robot) == [ada])
                filter.strikesMin = 2
                #expect(try users(filter) == [ada])
                filter.strikesMin = 3
                #expect(try users(filter) == [], "those from before do not count")
            }
        }
    }

    @Test(arguments: ItemStore.allCases) func `what is old goes a little at a time, and nobody else's`(_ kind: ItemStore) async throws {
        try await kind.run { store in
            try await store.write { (r) throws(Fault) in
                _ = try r.append((1...6).map { strike(ada, $0, at: $0) } + [strike(bob, 7, at: 1, in: two)])
                for day in 1...4 as ClosedRange<Int64> {
                    try r.count([ada: UserTally(items: 1), bob: UserTally(items: 1)], in: one, onDay: day)
                }
                try r.count([ada: UserTally(items: 1)], in: two, onDay: 1)
            }
            try await store.write { (r) throws(Fault) in
                #expect(try r.removeStrikes(in: one, before: at(4), keeping: 100, limit: 2) == 2)
                #expect(try r.strike(3, in: one) != nil)
                #expect(try r.removeStrikes(in: one, before: at(4), keeping: 100, limit: 2) == 1)
                #expect(try r.removeStrikes(in: one, before: at(4), keeping: 2, limit: 9) == 1)
                #expect(try r.strikes(of: ada, in: one, since: at(0), limit: 9).map(\.sequence) == [6, 5])
                #expect(try r.strike(7, in: two) != nil)
                #expect(try r.removeTallies(in: one, beforeDay: 4, limit: 4) == 4)
                #expect(try r.removeTallies(in: one, beforeDay: 4, limit: 4) == 2)
                #expect(try r.tallies(of: [ada, bob], in: one, sinceDay: 0) == [ada: UserTally(items: 1), bob: UserTally(items: 1)])
                #expect(try r.tallies(of: [ada], in: two, sinceDay: 0) == [ada: UserTally(items: 1)])
            }
        }
    }

    @Test(arguments: ItemStore.allCases) func `the users seen last are known, and strikes of others count all the same`(_ kind: ItemStore)
        async throws
    {
        try await kind.run { store in
            try await store.write { (r) throws(Fault) in
                for day in 1...6 as ClosedRange<Int64> {
                    try r.count([ItemUser(kept: "u\(day)", typeID: "user"): UserTally(items: 1)], in: one, onDay: day)
                }
                try r.count([ItemUser(kept: "u1", typeID: "user"): UserTally(items: 1)], in: one, onDay: 7)
                try r.count([ada: UserTally(items: 1)], in: two, onDay: 1)
                _ = try r.append([strike(ItemUser(kept: "u2", typeID: "user"), 1)])
                func known() throws(Fault) -> [String] {
                    try r.users(ItemUserFilter(), in: one, since: at(0), day: 0, after: nil, limit: 9).map(\.id)
                }
                #expect(try r.removeUsers(in: one, unseenSinceDay: 0, keeping: 6, limit: 9) == 0)
                #expect(try r.removeUsers(in: one, unseenSinceDay: 0, keeping: 3, limit: 2) == 2, "a little at a time")
                #expect(try known() == ["u1", "u4", "u5", "u6"], "u1 was seen again")
                #expect(try r.removeUsers(in: one, unseenSinceDay: 0, keeping: 3, limit: 2) == 1)
                #expect(try r.removeUsers(in: one, unseenSinceDay: 6, keeping: 3, limit: 9) == 1)
                #expect(try known() == ["u1", "u6"])
                let gone = ItemUser(kept: "u2", typeID: "user")
                #expect(try r.tallies(of: [gone], in: one, sinceDay: 0) == [:])
                #expect(try r.strikeSums(of: [gone], in: one, since: at(0)) == [gone: 1])
                #expect(try r.tallies(of: [ada], in: two, sinceDay: 0) == [ada: UserTally(items: 1)])
            }
        }
    }

    @Test(arguments: ItemStore.allCases) func `what a decision gave is found whomever it went to`(_ kind: ItemStore) async throws {
        try await kind.run { store in
            try await store.write { (r) throws(Fault) in
                _ = try r.append([
                    strike(ada, 1), strike(bob, 1, policy: "fraud", 5), strike(ada, 2), strike(bob, 3, in: two),
                ])
                #expect(try r.strikes(ofDecision: 1, in: one).map(\.policy) == ["fraud", "spam"])
                #expect(try r.strikes(ofDecision: 1, in: two) == [])
                #expect(try r.strikes(ofDecision: 3, in: one) == [])
            }
        }
    }

    @Test(arguments: ItemStore.allCases) func `a look is an item that nobody handed in`(_ kind: ItemStore) async throws {
        try await kind.run { store in
            @Sendable func new(_ look: SubmittedItem.Look?, _ owner: Organisation.ID = one) -> SubmittedItem {
                SubmittedItem(
                    organisation: owner, itemID: "ada", typeID: "user", submission: Submission.ID("s"), data: [:], receivedAt: at(1),
                    look: look)
            }
            try await store.write { (r) throws(Fault) in
                _ = try r.append([new(nil), new(.strikes, two)])
                #expect(try !r.hasLookAhead(at: ada, in: one))
                _ = try r.append([new(.strikes), new(.check)])
                #expect(try r.hasLookAhead(at: ada, in: one))
                #expect([3, 4].contains(try r.lookAhead(at: ada, in: one)?.sequence))
                #expect(try r.lookAhead(at: robot, in: one) == nil)
                #expect(try !r.hasLookAhead(at: robot, in: one))
                try r.countAttempt(at: 1...4, in: one)
                #expect(try !r.hasLookAhead(at: ada, in: one), "it was begun")
                #expect(try r.item(3, in: one)?.look == .strikes)
                #expect(try r.itemCount(ofTypes: [], in: one, max: 9) == 1)
                var filter = ItemFilter()
                filter.isLook = true
                #expect(try r.items(filter, in: one, before: nil, limit: 9).map(\.look) == [.check, .strikes])
                filter.isLook = false
                #expect(try r.items(filter, in: one, before: nil, limit: 9).map(\.sequence) == [1])
                let lineup = RuleLineup([])
                try r.keep(lineup, in: one)
                for sequence in [1, 3] as [Int64] {
                    try r.append(
                        StoredDecision(
                            sequence: sequence, organisation: one, itemID: "ada", typeID: "user", at: at(2), microseconds: 1,
                            outcome: .failed, passed: [], lineup: lineup.id, results: [], traces: [0: ["a": 1]], conditions: 0,
                            signalRuns: 0, look: sequence == 3 ? .strikes : nil))
                }
                var wanted = DecisionFilter()
                wanted.isLook = true
                #expect(try r.decisions(wanted, in: one, before: nil, limit: 9).map(\.sequence) == [3])
                #expect(try r.decision(3, in: one)?.look == .strikes)
                #expect(try r.decision(1, in: one)?.traces == [0: ["a": 1]])
            }
        }
    }

    @Test(arguments: ItemStore.allCases) func `an organisation takes its users along`(_ kind: ItemStore) async throws {
        try await kind.run { store in
            try await store.write { (r) throws(Fault) in
                _ = try r.append([strike(ada, 1), strike(bob, 2, in: two)])
                try r.count([ada: UserTally(items: 1)], in: one, onDay: 1)
                #expect(try r.removeWhole(one))
                #expect(try r.strike(1, in: one) == nil)
                #expect(try r.tallies(of: [ada], in: one, sinceDay: 0) == [:])
                #expect(try r.strike(2, in: two) != nil)
            }
        }
    }
}
