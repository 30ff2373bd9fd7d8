import HubCore
import JSON
import PluginModel
import Testing

@testable import Storage

private let (one, two) = (Organisation.ID("o1"), Organisation.ID("o2"))

private func queue(_ id: String, isDefault: Bool = false, revision: Int = 1, in owner: Organisation.ID = one) -> ReviewQueue {
    ReviewQueue(
        organisation: owner, id: id, name: "Queue \(id)", description: isDefault ? "Whatever comes." : nil, isDefault: isDefault,
        revision: revision, changedAt: at(5))
}

private func job(_ id: String, in queue: String = "q", type: String = "post", of owner: Organisation.ID = one) -> ReviewJob {
    ReviewJob(organisation: owner, queue: queue, itemID: id, typeID: type, decisions: 1, openedAt: at(10), changedAt: at(10))
}

private func routing(_ id: String, place: Int, revision: Int = 1, in owner: Organisation.ID = one) -> RoutingRuleRecord {
    var rule = RuleRecord(
        id: RuleRecord.ID(id), organisation: owner, name: "R \(id)", status: "DRAFT", document: ["name": "x", "zero": "\u{0}"],
        createdAt: at(1), changedAt: at(2), changedBy: "u", changedByName: "Ada")
    rule.revision = revision
    return RoutingRuleRecord(rule: rule, queue: "q", place: place)
}

/// Writes so many decided items of `o1`, without rules, and gives their places.
private func decided(_ ids: [String], _ r: any HubTransaction) throws(Fault) -> [Int64] {
    let lineup = RuleLineup([])
    try r.keep(lineup, in: one)
    let items = try r.append(
        ids.map {
            SubmittedItem(
                organisation: one, itemID: $0, typeID: "post", submission: Submission.ID("s"), data: ["id": .string($0)],
                receivedAt: at(1), state: .decided)
        })
    for item in items {
        try r.append(
            StoredDecision(
                sequence: item.sequence, organisation: one, itemID: item.itemID, typeID: "post", at: at(2), microseconds: 1,
                outcome: .failed, passed: [], lineup: lineup.id, results: [], conditions: 0, signalRuns: 0))
    }
    return items.map(\.sequence)
}

private func reason(_ job: Int64, _ decision: Int64, routing: JSONValue? = nil) -> ReviewReason {
    ReviewReason(
        job: job, decision: decision, action: "look", rules: ["r1"], policies: ["p\u{e9}"], at: at(30 + decision), routing: routing)
}

@Suite(.timeLimit(.minutes(3))) struct TheReviewQueues {
    @Test(arguments: ItemStore.allCases) func `a queue is replaced by the next revision alone`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            @Sendable func put(_ queue: ReviewQueue) async -> String? {
                await code { try await store.write { (r) throws(Fault) in try r.put(queue) } }
            }
            #expect(await put(queue("a", revision: 2)) == "review.changed-meanwhile")
            #expect(await put(queue("a", isDefault: true)) == nil)
            #expect(await put(queue("a", isDefault: true)) == "review.changed-meanwhile")
            #expect(await put(queue("a", revision: 2)) == nil)
            #expect(await put(queue("Z")) == nil)
            #expect(await put(queue("a", in: two)) == nil)
            #expect(await put(queue("a", in: Organisation.ID("nobody"))) == "storage.unknown-reference")
            #expect(
                try await store.read { (r) throws(Fault) in try r.reviewQueues(in: one) } == [queue("Z"), queue("a", revision: 2)])
            #expect(try await store.write { (r) throws(Fault) in try r.removeReviewQueue("a", in: one) } == true)
            #expect(try await store.write { (r) throws(Fault) in try r.removeReviewQueue("a", in: one) } == false)
            #expect(try await store.read { (r) throws(Fault) in try r.reviewQueues(in: two) } == [queue("a", in: two)])
        }
    }

    @Test(arguments: ItemStore.allCases) func `routing rules come in their order`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            try await store.write { (r) throws(Fault) in
                for (id, place) in [("c", 1), ("a", 2), ("b", 3)] { try r.put(routing(id, place: place)) }
                try r.put(routing("a", place: 1, in: two))
                try r.setPlace(3, ofRoutingRule: RuleRecord.ID("c"), in: one)
                try r.setPlace(1, ofRoutingRule: RuleRecord.ID("b"), in: one)
            }
            #expect(
                try await store.read { (r) throws(Fault) in try r.routingRules(in: one) } == [
                    routing("b", place: 1), routing("a", place: 2), routing("c", place: 3),
                ])
            #expect(
                await code { try await store.write { (r) throws(Fault) in try r.put(routing("a", place: 9)) } } == "rule.changed-meanwhile")
            try await store.write { (r) throws(Fault) in try r.put(routing("a", place: 2, revision: 2)) }
            #expect(try await store.write { (r) throws(Fault) in try r.removeRoutingRule(RuleRecord.ID("a"), in: two) } == true)
            let left = try await store.read { (r) throws(Fault) in (try r.routingRules(in: one).count, try r.routingRules(in: two).count) }
            #expect(left == (3, 0))
        }
    }
}

@Suite(.timeLimit(.minutes(3))) struct TheReviews {
    @Test(arguments: ItemStore.allCases) func `an item has one open review`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            let placed = try await store.write { (r) throws(Fault) in
                [
                    try r.open(job("a")), try r.open(job("a", type: "user")), try r.open(job("b", in: "other")),
                    try r.open(job("a", of: two)),
                ]
            }
            #expect(placed.map(\.sequence) == [1, 2, 3, 4])
            #expect(await code { try await store.write { (r) throws(Fault) in try r.open(job("a", in: "other")) } } == "storage.conflict")
            @Sendable func change(_ job: ReviewJob) async throws -> Bool {
                try await store.write { (r) throws(Fault) in try r.change(job) }
            }
            var first = placed[0]
            first.claim = ReviewJob.Claim(by: "u1", byName: "Ada", until: at(99))
            (first.decisions, first.changedAt, first.queue) = (2, at(50), "other")
            #expect(try await change(first) == true)
            #expect(try await store.read { (r) throws(Fault) in try r.reviewJob(1, in: one) } == first)
            #expect(try await store.read { (r) throws(Fault) in try r.reviewJob(1, in: two) } == nil)
            var foreign = first
            foreign.organisation = two
            #expect(try await change(foreign) == false)
            let counts = try await store.read { (r) throws(Fault) in
                (try r.openReviewJobCounts(in: one), try r.openReviewJobCounts(in: two))
            }
            #expect(counts.0 == ["q": 1, "other": 2] && counts.1 == ["q": 1])
            (first.state, first.claim) = (.closed, nil)
            first.closing = ReviewJob.Closing(
                outcome: .acted, actions: ["x"], policies: ["p"], note: "n\u{e9}\n", by: "u1", byName: "Ada", at: at(60))
            #expect(try await change(first) == true)
            #expect(try await store.read { (r) throws(Fault) in try r.reviewJob(1, in: one) } == first)
            #expect(try await store.read { (r) throws(Fault) in try r.openReviewJob(on: "a", ofType: "post", in: one) } == nil)
            #expect(try await store.write { (r) throws(Fault) in try r.open(job("a")).sequence } == 5)
            // Opening the first again would make two.
            var again = first
            (again.state, again.closing) = (.open, nil)
            let refused = await code { [again] in try await change(again) }
            #expect(refused == "storage.conflict")
        }
    }

    @Test(arguments: ItemStore.allCases) func `reviews are listed by queue and state`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            try await store.write { (r) throws(Fault) in
                for id in ["a", "b", "c", "d", "e"] {
                    var made = try r.open(job(id, in: id == "e" ? "other" : "q"))
                    if id == "b" || id == "c" {
                        made.state = .closed
                        _ = try r.change(made)
                    }
                }
            }
            func listed(_ filter: ReviewFilter, after: Int64? = nil, limit: Int = 9, in owner: Organisation.ID = one) async throws
                -> [Int64]
            {
                try await store.read { (r) throws(Fault) in
                    try r.reviewJobs(filter, in: owner, after: after, limit: limit).map(\.sequence)
                }
            }
            #expect(try await listed(ReviewFilter(queue: "q")) == [1, 4])
            #expect(try await listed(ReviewFilter(queue: "q"), after: 1) == [4])
            #expect(try await listed(ReviewFilter(queue: "q"), limit: 1) == [1])
            #expect(try await listed(ReviewFilter(queue: "q", state: .closed)) == [3, 2])
            #expect(try await listed(ReviewFilter(queue: "q", state: .closed), after: 3) == [2])
            #expect(try await listed(ReviewFilter()) == [1, 4, 5])
            #expect(try await listed(ReviewFilter(itemID: "d")) == [4])
            #expect(try await listed(ReviewFilter(), in: two) == [])
            let moved = try await store.write { (r) throws(Fault) in
                try r.moveReviewJobs(from: "q", to: "other", in: one, at: at(70))
            }
            #expect(moved == 2)
            #expect(try await listed(ReviewFilter(queue: "other")) == [1, 4, 5])
            #expect(try await listed(ReviewFilter(queue: "q", state: .closed)) == [3, 2], "what is closed stays where it was")
        }
    }

    @Test(arguments: ItemStore.allCases) func `an item stays while its review is open`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            let opened = try await store.write { (r) throws(Fault) -> ReviewJob in
                let places = try decided(["a", "b", "c"], r)
                let made = try r.open(job("a"))
                for place in places.prefix(2) {
                    try r.append(
                        reason(made.sequence, place, routing: place == 1 ? ["rules": []] : Optional<JSONValue>.none), keeping: 2, holding: 2
                    )
                }
                return made
            }
            @Sendable func reasons(in owner: Organisation.ID = one) async throws -> [ReviewReason] {
                try await store.read { (r) throws(Fault) in try r.reviewReasons(of: opened.sequence, in: owner, limit: 9) }
            }
            #expect(try await reasons() == [reason(1, 2), reason(1, 1, routing: ["rules": []])])
            #expect(try await reasons(in: two) == [])
            try await store.write { (r) throws(Fault) in try r.append(reason(1, 3), keeping: 2, holding: 2) }
            #expect(try await reasons().map(\.decision) == [3, 1], "the first and the newest")
            #expect(
                try await store.write { (r) throws(Fault) in
                    try r.removeItems(in: one, receivedBefore: at(90), keeping: 9, limit: 9)
                } == 1)
            #expect(try await reasons().map(\.decision) == [3, 1])
            let gone = try await store.write { (r) throws(Fault) -> [Int] in
                var closed = opened
                (closed.state, closed.changedAt) = (.closed, at(40))
                _ = try r.change(closed)
                return [
                    try r.removeItems(in: one, receivedBefore: at(90), keeping: 9, limit: 9),
                    try r.removeReviewJobs(in: one, closedBefore: at(40), limit: 9),
                    try r.removeReviewJobs(in: two, closedBefore: at(90), limit: 9),
                    try r.removeReviewJobs(in: one, closedBefore: at(41), limit: 9),
                ]
            }
            #expect(gone == [2, 0, 0, 1])
            #expect(try await reasons() == [])
        }
    }

    @Test(arguments: ItemStore.allCases) func `an open review holds the first item and the newest, and those between go with their reasons`(
        _ kind: ItemStore
    ) async throws {
        try await kind.run { (store) async throws in
            try await store.write { (r) throws(Fault) in
                let places = try decided((1...6).map { "i\($0)" }, r)
                let made = try r.open(job("a"))
                for place in places { try r.append(reason(made.sequence, place), keeping: 5, holding: 2) }
                #expect(try r.reviewReasons(of: made.sequence, in: one, limit: 9).map(\.decision) == [6, 5, 4, 3, 1])
                #expect(try r.reviewReasons(of: made.sequence, in: one, limit: 1).map(\.decision) == [6])
                #expect(try r.removeItems(in: one, receivedBefore: at(90), keeping: 9, limit: 9) == 3)
                #expect(try r.reviewReasons(of: made.sequence, in: one, limit: 9).map(\.decision) == [6, 5, 1])
                #expect(try r.items(ItemFilter(), in: one, before: nil, limit: 9).map(\.sequence) == [6, 5, 1])
            }
        }
    }

    @Test(arguments: ItemStore.allCases) func `a live routing rule has its queue, also when that goes meanwhile`(_ kind: ItemStore)
        async throws
    {
        try await kind.run { (store) async throws in
            @Sendable func put(_ revision: Int, _ status: String) async -> String? {
                var live = routing("a", place: 1, revision: revision)
                live.rule.status = status
                return await code { try await store.write { [live] (r) throws(Fault) in try r.put(live) } }
            }
            #expect(await put(1, "LIVE") == "rule.changed-meanwhile")
            #expect(await put(1, "DRAFT") == nil, "a draft may wait for its queue")
            try await store.write { (r) throws(Fault) in
                try r.put(queue("q", in: two))
                try r.put(queue("other"))
            }
            #expect(await put(2, "LIVE") == "rule.changed-meanwhile", "another organisation's queue, or another queue, is not it")
            try await store.write { (r) throws(Fault) in try r.put(queue("q")) }
            #expect(await put(2, "LIVE") == nil)
            _ = try await store.write { (r) throws(Fault) in try r.removeReviewQueue("q", in: one) }
            #expect(await put(3, "LIVE") == "rule.changed-meanwhile")
            #expect(await put(3, "DRAFT") == nil)
        }
    }

    @Test(arguments: ItemStore.allCases) func `a review's run stands beside its decision's`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            func run(of job: Int64) -> ActionRun {
                var run = ActionRun(organisation: one, decision: 1, action: "x", state: .waiting, payload: ["n": 1], nextAt: at(1))
                run.job = job
                return run
            }
            let first = run(of: 0), second = run(of: 7)
            try await store.write { (r) throws(Fault) in
                _ = try decided(["a"], r)
                _ = try r.append([first, second])
            }
            #expect(try await store.read { (r) throws(Fault) in try r.actionRuns(of: [1], in: one) }.map(\.job) == [0, 7])
            let due = try await store.read { (r) throws(Fault) in try r.dueRuns(in: one, at: at(1), limit: 9) }
            #expect(due.map(\.job) == [0, 7] && due.map(\.payload) == [["n": 1], ["n": 1]])
            #expect(await code { try await store.write { (r) throws(Fault) in try r.append([second]) } } == "storage.conflict")
        }
    }

    @Test(arguments: ItemStore.allCases) func `an organisation takes its reviews along`(_ kind: ItemStore) async throws {
        try await kind.run { (store) async throws in
            try await store.write { (r) throws(Fault) in
                let place = try decided(["a"], r)[0]
                for owner in [one, two] {
                    try r.put(queue("q", isDefault: true, in: owner))
                    try r.put(routing("r", place: 1, in: owner))
                    _ = try r.open(job("a", of: owner))
                }
                try r.append(reason(1, place), keeping: 9, holding: 9)
                _ = try r.removeWhole(one)
            }
            for (owner, count) in [(one, 0), (two, 1)] {
                let left = try await store.read { (r) throws(Fault) in
                    [
                        try r.reviewQueues(in: owner).count, try r.routingRules(in: owner).count,
                        try r.openReviewJobCounts(in: owner).values.reduce(0, +),
                    ]
                }
                #expect(left == [count, count, count])
            }
        }
    }
}
