import HubCore
import JSON
import Moderation
import PluginModel
import Rules
import Synchronization
import Testing

/// Rules, routing rules and reviews over one store, as a hub has them.
private struct ReviewLab: Sendable {
    let rules: RuleLab
    var reviews: ReviewDesk { rules.moderation.reviews }
    var store: any HubStore { rules.store }

    static let lead = RuleLab.who(.teamAdmin)
    static let reviewer = RuleLab.who(.developer)

    /// A live rule that wants posts with 'spam' reviewed, and other actions to end reviews with.
    init(_ store: any HubStore, reviewing actions: [String] = ["look"]) async throws {
        rules = try await RuleLab(store: store)
        try await rules.addPostType()
        try await store.write { (r) throws(Fault) in
            for (id, kind) in [("look", RuleAction.Kind.review), ("note", .journal), ("hook", .webhook)] {
                try r.put(
                    RuleAction(
                        organisation: RuleLab.acme, id: id, name: id, kind: kind, url: kind == .webhook ? "https://a.test/" : nil,
                        custom: ["team": "blue"], changedAt: HubCore.Timestamp(unixMilliseconds: 1)))
            }
        }
        _ = try await rules.live(RuleLab.words(["spam"], ["actionIds": .array(actions.map { .string($0) }), "policyIds": []]))
        try await rules.moderation.start()
    }

    func queue(_ id: String, isDefault: Bool? = nil, by requester: Requester = lead) async throws -> ReviewDesk.QueueView {
        try await reviews.put(
            ReviewDesk.QueueDraft(id: id, name: "Queue \(id)", isDefault: isDefault), in: RuleLab.acme, by: requester)
    }

    /// The runs of each.
    func decide(_ posts: (String, String)...) async throws -> [[ActionRun]] {
        try await rules.moderation.desk.decide(posts.map { RuleLabItems.post($0, $1) }, in: RuleLab.acme).map(\.runs)
    }

    func open(_ queue: String) async throws -> [ReviewView] {
        try await reviews.jobs(in: queue, .open, after: nil, limit: 100, organisation: RuleLab.acme)
    }

    static func routing(_ words: [String], to queue: String, live: Bool = true, _ leaf: JSONValue? = nil) -> JSONValue {
        var object = RuleLab.words(words, name: "To \(queue)").objectValue ?? [:]
        if let leaf { object["conditionSet"] = ["conjunction": "AND", "conditions": [leaf]] }
        (object["queueId"], object["status"]) = (.string(queue), live ? "LIVE" : "DRAFT")
        return .object(object)
    }

    @discardableResult
    func route(_ document: JSONValue) async throws -> RoutingView {
        try await rules.book.createRouting(document, in: RuleLab.acme, by: Self.lead)
    }
}

private func withReviews(
    _ kind: ItemStore, reviewing actions: [String] = ["look"], _ body: (ReviewLab, ItemLab) async throws -> Void
) async throws {
    try await withItems(kind) { (items) async throws in
        let lab = try await ReviewLab(items.store, reviewing: actions)
        do { try await body(lab, items) } catch {
            await lab.rules.moderation.stop()
            throw error
        }
        await lab.rules.moderation.stop()
    }
}

@Suite(.timeLimit(.minutes(5))) struct ReviewTests {
    @Test(arguments: ItemStore.allCases) func `an item that is to be looked at waits once`(_ kind: ItemStore) async throws {
        try await withReviews(kind) { lab, items in
            let none = try await lab.decide(("a", "spam"))
            #expect(none[0].map(\.state) == [.failed] && none[0][0].problem?.code == "review.no-queue")
            #expect(try await lab.queue("first").queue.isDefault, "the first one is")
            _ = try await lab.queue("second")
            let runs = try await lab.decide(("a", "spam"), ("b", "tea"), ("a", "more spam"), ("c", "spam"))
            #expect(runs.map { $0.map(\.state) } == [[.done], [], [.done], [.done]])
            let open = try await lab.open("first")
            #expect(open.map(\.job.itemID) == ["a", "c"])
            #expect(open.map(\.job.decisions) == [2, 1])
            // A list has the names and no more.
            #expect(open.map(\.reasons.count) == [1, 1] && open.allSatisfy { $0.item == nil && $0.letGo == nil })
            #expect(open.first?.reasons.first?.report?.lineup.members.isEmpty == false)
            #expect(open.first?.reasons.first?.report?.decision.traces == [:])
            let one = try await lab.reviews.job(open[0].job.sequence, in: RuleLab.acme)
            #expect(one.reasons.map(\.reason.decision) == [4, 2], "latest first")
            #expect(one.reasons.map(\.reason.action) == ["look", "look"] && one.letGo == 0)
            #expect(one.reasons.first?.report?.decision.traces.isEmpty == false)
            #expect(one.item?.data["data"]?["text"] == "more spam")
            #expect(try await items.events("moderation.ReviewOpened").map { $0.data["itemId"] } == ["a", "c"])
            #expect(try await lab.reviews.queue("first", in: RuleLab.acme).open == 2)
            #expect(try await lab.reviews.queues(in: RuleLab.other) == [])
            await #expect(throws: Fault.self) { try await lab.reviews.job(open[0].job.sequence, in: RuleLab.other) }
            #expect(
                await ruleCode { try await lab.reviews.jobs(in: "first", .open, after: nil, limit: 9, organisation: RuleLab.other) }
                    == "review.not-found")
        }
    }

    @Test func `a queue takes no more than it may`() async throws {
        try await withItems(.memory) { (items) async throws in
            items.rules.set([try WrittenRules.rule("r", ["spam"], actions: ["look"])], types: [WrittenRules.post])
            try await items.put(items.action("look", .review))
            try await items.store.write { (r) throws(Fault) in
                try r.put(
                    ReviewQueue(organisation: ItemLab.one, id: "q", name: "Q", isDefault: true, changedAt: .init(unixMilliseconds: 1)))
            }
            let desk = items.desk { ($0.reviewLimits.openMax, $0.reviewLimits.reasonsKept) = (2, 2) }
            try await desk.start()
            let reports = try await desk.decide(WrittenRules.items(3) + WrittenRules.items(3), in: ItemLab.one)
            await desk.stop()
            #expect(
                reports.map { $0.runs[0].state } == [.done, .done, .failed, .done, .done, .failed], "those that wait take more reasons")
            #expect(reports[2].runs[0].problem?.code == "review.queue-full")
            let kept = try await items.store.read { (r) throws(Fault) in
                try r.reviewReasons(of: 1, in: ItemLab.one, limit: 9).map(\.decision)
            }
            #expect(kept == [4, 1])
        }
    }

    @Test(arguments: ItemStore.allCases) func `the first routing rule that passes chooses the queue`(_ kind: ItemStore) async throws {
        try await withReviews(kind) { lab, _ in
            for id in ["rest", "bad", "money"] { _ = try await lab.queue(id) }
            try await lab.route(ReviewLab.routing(["spam"], to: "bad", live: false))
            let second = try await lab.route(ReviewLab.routing(["money"], to: "money"))
            let third = try await lab.route(ReviewLab.routing(["free"], to: "bad"))
            _ = try await lab.decide(("a", "spam free money"), ("b", "spam free"), ("c", "spam"))
            #expect(try await lab.open("money").map(\.job.itemID) == ["a"])
            #expect(try await lab.open("bad").map(\.job.itemID) == ["b"])
            #expect(try await lab.open("rest").map(\.job.itemID) == ["c"])
            let first = try #require(try await lab.open("money").first?.reasons.first?.reason.routing)
            #expect(first["ruleId"]?.stringValue == second.record.rule.id.rawValue)
            #expect(first["rules"]?.arrayValue?.count == 1, "what stands behind is not asked")
            #expect(first["rules"]?[0]?["trace"]?["result"]?["outcome"] == "PASSED")
            let rest = try #require(try await lab.open("rest").first?.reasons.first?.reason.routing)
            #expect(rest["rules"]?.arrayValue?.map { $0["outcome"] } == ["FAILED", "FAILED"] && rest["ruleId"] == nil)
            // In another order the other one is first.
            let order = try await lab.rules.book.routingViews(in: RuleLab.acme).map(\.record.rule.id)
            let turned = [order[0], third.record.rule.id, second.record.rule.id]
            _ = try await lab.rules.book.orderRouting(turned, in: RuleLab.acme, by: ReviewLab.lead)
            _ = try await lab.decide(("d", "spam free money"))
            #expect(try await lab.open("bad").map(\.job.itemID) == ["b", "d"])
            #expect(
                await ruleCode {
                    try await lab.rules.book.orderRouting(order, in: RuleLab.acme, by: ReviewLab.reviewer)
                } == "account.not-allowed")
            #expect(
                await ruleCode {
                    try await lab.rules.book.orderRouting(Array(order.dropLast()), in: RuleLab.acme, by: ReviewLab.lead)
                } == "rule.wrong-order")
        }
    }

    @Test func `a signal that deciding and routing ask is asked once, and none that could not tell`() async throws {
        try await withReviews(.memory) { lab, _ in
            lab.rules.signals.give(["TOXICITY", "SECRET"])
            lab.rules.signals.withoutActions.withLock { $0 = ["SECRET"] }
            for id in ["rest", "toxic", "secret"] { _ = try await lab.queue(id) }
            func leaf(_ signal: String) -> JSONValue {
                RuleLab.asking(signal)["conditionSet"]?["conditions"]?[0] ?? .null
            }
            let asking = RuleLab.asking("TOXICITY", ["actionIds": ["look"]])
            _ = try await lab.rules.live(asking)
            #expect(
                await ruleCode { try await lab.rules.live(RuleLab.asking("SECRET", ["actionIds": ["look"]])) } == "rule.invalid",
                "in rules with actions it is refused")
            let toxic = try await lab.route(ReviewLab.routing([], to: "toxic", leaf("TOXICITY"))).record.rule.id
            lab.rules.signals.score.withLock { $0 = { $0.contains("toxic") ? 0.9 : 0.1 } }
            _ = try await lab.decide(("a", "toxic"), ("b", "spam"), ("c", "tea"))
            #expect(lab.rules.signals.asked.withLock { $0 } == 3, "each value once, and routing asked nothing anew")
            #expect(try await lab.open("toxic").map(\.job.itemID) == ["a"])
            #expect(try await lab.open("rest").map(\.job.itemID) == ["b"])
            // A routing rule may ask what rules with actions may not; only what is reviewed is asked about.
            let secret = try await lab.route(ReviewLab.routing([], to: "secret", leaf("SECRET"))).record.rule.id
            _ = try await lab.rules.book.orderRouting([secret, toxic], in: RuleLab.acme, by: ReviewLab.lead)
            lab.rules.signals.score.withLock { $0 = { $0.contains("hush") ? 0.9 : 0.1 } }
            _ = try await lab.decide(("d", "spam hush"), ("e", "tea"))
            #expect(try await lab.open("secret").map(\.job.itemID) == ["d"])
            #expect(lab.rules.signals.asked.withLock { $0 } == 3 + 2 + 1)
            // One that is gone could not tell: the default takes it.
            lab.rules.signals.give(["TOXICITY"])
            _ = try await lab.decide(("f", "spam"))
            let last = try #require(try await lab.open("rest").last)
            #expect(last.job.itemID == "f")
            #expect(last.reasons.first?.reason.routing?["rules"]?[0]?["outcome"] == "ERRORED")
            let views = try await lab.rules.book.routingViews(in: RuleLab.acme)
            #expect(views.map(\.missingSignals) == [["SECRET"], []])
            #expect(await lab.rules.book.names(asking: ["SECRET"]) == ["To secret"])
        }
    }

    @Test func `routing that takes too long leaves the item to the default queue`() async throws {
        try await withItems(.memory) { (items) async throws in
            let lab = try await ReviewLab(items.store)
            await lab.rules.moderation.stop()
            for id in ["rest", "q"] { _ = try await lab.queue(id) }
            try await lab.route(ReviewLab.routing(["spam"], to: "q"))
            var parts = ItemDesk.Parts(store: items.store, rules: lab.rules.book)
            parts.reviewLimits.routingTime = .zero
            let desk = ItemDesk(parts)
            try await desk.start()
            _ = try await desk.decide([RuleLabItems.post("a", "spam")], in: RuleLab.acme)
            await desk.stop()
            let job = try #require(try await lab.open("rest").first)
            #expect(job.reasons.first?.reason.routing?["problem"]?["code"] == "review.routing-late")
        }
    }

    @Test(arguments: ItemStore.allCases) func `one queue is the default, and goes last`(_ kind: ItemStore) async throws {
        try await withReviews(kind) { lab, items in
            _ = try await lab.queue("a")
            _ = try await lab.queue("b", by: ReviewLab.reviewer)
            @Sendable func removing(_ id: String, to other: String? = nil) async -> String? {
                await ruleCode {
                    try await lab.reviews.removeQueue(id, movingTo: other, in: RuleLab.acme, by: ReviewLab.lead)
                }
            }
            #expect(await removing("a") == "review.default-queue")
            #expect(await ruleCode { try await lab.queue("a", isDefault: false) } == "review.default-queue")
            #expect(await ruleCode { try await lab.queue("b", isDefault: true, by: ReviewLab.reviewer) } == "account.not-allowed")
            #expect(await ruleCode { try await lab.queue("a b") } == "rule.bad-name")
            #expect(try await lab.queue("b", isDefault: true).queue.revision == 2)
            #expect(try await lab.reviews.queues(in: RuleLab.acme).map(\.queue.isDefault) == [false, true])
            _ = try await lab.decide(("x", "spam"))
            _ = try await lab.queue("a", isDefault: true)
            let routing = try await lab.route(ReviewLab.routing(["ham"], to: "b"))
            let told = try await lab.reviews.removeQueue("b", isDryRun: true, in: RuleLab.acme, by: ReviewLab.lead)
            #expect(told.open == 1 && told.rules == ["To b"])
            #expect(await removing("b", to: "a") == "rule.in-use")
            try await lab.rules.book.removeRouting(routing.record.rule.id, in: RuleLab.acme, by: ReviewLab.lead)
            #expect(await removing("b") == "review.has-jobs")
            #expect(await removing("b", to: "b") == "review.has-jobs")
            #expect(await removing("b", to: "none") == "review.not-found")
            #expect(await removing("b", to: "a") == nil)
            #expect(try await lab.open("a").map(\.job.itemID) == ["x"])
            #expect(await removing("a") == "review.has-jobs")
            let job = try #require(try await lab.open("a").first).job.sequence
            _ = try await lab.reviews.close(
                job, as: ReviewClosingDraft(outcome: .ignored), in: RuleLab.acme, by: ReviewLab.reviewer)
            #expect(await removing("a") == nil)
            #expect(await ruleCode { try await lab.reviews.reopen(job, in: RuleLab.acme, by: ReviewLab.lead) } == "review.not-found")
            _ = try await lab.queue("new")
            #expect(try await lab.reviews.reopen(job, in: RuleLab.acme, by: ReviewLab.lead).job.queue == "new")
            #expect(try await items.events("moderation.ReviewQueueChanged").count == 7)
        }
    }

    @Test(arguments: ItemStore.allCases) func `a review is one person's for a while`(_ kind: ItemStore) async throws {
        try await withReviews(kind) { lab, _ in
            for id in ["a", "b"] { _ = try await lab.queue(id) }
            _ = try await lab.decide(("x", "spam"))
            let job = try #require(try await lab.open("a").first).job.sequence
            let (mine, other) = (ReviewLab.reviewer, ReviewLab.lead)
            let claimed = try await lab.reviews.claim(job, in: RuleLab.acme, by: mine)
            #expect(claimed.job.claim?.by == mine.auditName)
            #expect(await ruleCode { try await lab.reviews.claim(job, in: RuleLab.acme, by: other) } == "review.claimed")
            #expect(await ruleCode { try await lab.reviews.release(job, in: RuleLab.acme, by: other) } == "review.claimed")
            #expect(await ruleCode { try await lab.reviews.move(job, to: "b", in: RuleLab.acme, by: other) } == "review.claimed")
            #expect(await ruleCode { try await lab.reviews.claim(job, in: RuleLab.other, by: mine) } == "review.not-found")
            _ = try await lab.reviews.release(job, in: RuleLab.acme, by: mine)
            _ = try await lab.reviews.claim(job, in: RuleLab.acme, by: other)
            lab.rules.advance(.seconds(14 * 60))
            #expect(await ruleCode { try await lab.reviews.claim(job, in: RuleLab.acme, by: mine) } == "review.claimed")
            lab.rules.advance(.seconds(61))
            _ = try await lab.reviews.claim(job, in: RuleLab.acme, by: mine)
            #expect(await ruleCode { try await lab.reviews.move(job, to: "none", in: RuleLab.acme, by: mine) } == "review.not-found")
            let moved = try await lab.reviews.move(job, to: "b", in: RuleLab.acme, by: mine)
            #expect(moved.job.queue == "b" && moved.job.claim == nil)
            let closed = try await lab.reviews.close(
                job, as: ReviewClosingDraft(outcome: .ignored, note: "fine"), in: RuleLab.acme, by: other)
            #expect(closed.job.closing?.note == "fine" && closed.job.closing?.byName == "Ada")
            for code in [
                await ruleCode { try await lab.reviews.claim(job, in: RuleLab.acme, by: mine) },
                await ruleCode {
                    try await lab.reviews.close(job, as: ReviewClosingDraft(outcome: .ignored), in: RuleLab.acme, by: mine)
                },
            ] { #expect(code == "review.over") }
            #expect(try await lab.reviews.jobs(in: "b", .closed, after: nil, limit: 9, organisation: RuleLab.acme).count == 1)
            #expect(try await lab.reviews.reopen(job, in: RuleLab.acme, by: mine).job.state == .open)
            #expect(await ruleCode { try await lab.reviews.reopen(job, in: RuleLab.acme, by: mine) } == "review.open")
            _ = try await lab.reviews.close(job, as: ReviewClosingDraft(outcome: .ignored), in: RuleLab.acme, by: mine)
            // The item came again meanwhile.
            _ = try await lab.decide(("x", "spam"))
            #expect(await ruleCode { try await lab.reviews.reopen(job, in: RuleLab.acme, by: mine) } == "review.open-already")
        }
    }

    @Test(arguments: ItemStore.allCases) func `a review ends with actions, each once`(_ kind: ItemStore) async throws {
        try await withReviews(kind, reviewing: ["look", "hook"]) { lab, items in
            _ = try await lab.queue("a")
            _ = try await lab.rules.book.putPolicy("spam", name: "Spam", description: nil, in: RuleLab.acme, by: ReviewLab.lead)
            _ = try await lab.decide(("x", "spam"))
            let job = try #require(try await lab.open("a").first).job.sequence
            @Sendable func close(_ draft: ReviewClosingDraft) async -> String? {
                await ruleCode { try await lab.reviews.close(job, as: draft, in: RuleLab.acme, by: ReviewLab.reviewer) }
            }
            for draft in [
                ReviewClosingDraft(outcome: .acted), ReviewClosingDraft(outcome: .ignored, actions: ["note"]),
                ReviewClosingDraft(outcome: .acted, actions: ["none"]), ReviewClosingDraft(outcome: .acted, actions: ["look"]),
                ReviewClosingDraft(outcome: .acted, actions: ["note", "note"]),
                ReviewClosingDraft(outcome: .acted, actions: ["note"], policies: ["none"]),
                ReviewClosingDraft(outcome: .ignored, note: String(repeating: "x", count: 2001)),
            ] { #expect(await close(draft) == "review.unusable", "\(draft)") }
            #expect(try await items.events("moderation.ReviewActed").isEmpty)
            // The rule has fired the same webhook for this decision already.
            #expect(await close(ReviewClosingDraft(outcome: .acted, actions: ["hook", "note"], policies: ["spam"])) == nil)
            let runs = try await lab.store.read { (r) throws(Fault) in try r.actionRuns(of: [1], in: RuleLab.acme) }
            #expect(runs.map(\.action) == ["look", "hook", "hook", "note"])
            #expect(runs.map(\.job) == [0, 0, job, job])
            #expect(runs.map(\.state) == [.done, .waiting, .waiting, .done])
            let due = try await lab.store.read { (r) throws(Fault) in
                try r.dueRuns(in: RuleLab.acme, at: HubCore.Timestamp(unixMilliseconds: .max), limit: 9)
            }
            let payload = try #require(due.last?.payload)
            #expect(payload["item"]?["data"]?["text"] == "spam" && payload["policies"] == [["id": "spam", "name": "Spam", "strikes": 0]])
            #expect(payload["review"]?["by"] == "Ada" && payload["custom"] == ["team": "blue"])
            let acted = try await items.events("moderation.ReviewActed")
            #expect(acted.map { $0.data["action"] } == ["note"] && acted[0].data["review"]?.stringValue == "\(job)")
            let ended = try await items.events("moderation.ReviewClosed")
            #expect(ended.map { $0.data["outcome"] } == ["acted"])
            #expect(await ruleCode { try await lab.reviews.reopen(job, in: RuleLab.acme, by: ReviewLab.lead) } == "review.acted")
        }
    }

    @Test(arguments: ItemStore.allCases) func `who is only looked at is not struck, until somebody acts`(_ kind: ItemStore) async throws {
        try await withReviews(kind) { lab, items in
            _ = try await lab.queue("a")
            _ = try await lab.rules.book.putPolicy("spam", name: "Spam", description: nil, strikes: 2, in: RuleLab.acme, by: ReviewLab.lead)
            _ = try await lab.rules.live(RuleLab.words(["bad"], name: "Bad", ["actionIds": ["look"], "policyIds": ["spam"]]))
            let struck: JSONValue = [
                "name": "Struck", "ruleType": "USER",
                "conditionSet": [
                    "conjunction": "AND",
                    "conditions": [
                        ["input": ["type": "USER_ID"], "signal": ["type": "USER_STRIKE_VALUE"], "comparator": "EQUALS", "threshold": 2]
                    ],
                ],
            ]
            let onUsers = try await lab.rules.live(struck).record.id.rawValue
            var post = RuleLabItems.post("x", "bad").objectValue ?? [:]
            post["creator"] = ["id": "mallory", "typeId": "member"]
            _ = try await lab.rules.moderation.desk.decide([.object(post)], in: RuleLab.acme)
            let mallory = try #require(ItemUser(id: "mallory", typeID: "member"))
            func standing() async throws -> PeopleBook.Standing {
                try await lab.rules.moderation.people.standing(of: mallory, in: RuleLab.acme)
            }
            #expect(try await standing().strikes == 0)
            #expect(try await standing().tally == UserTally(items: 1, acted: 0))
            let job = try #require(try await lab.open("a").first).job.sequence
            let draft = ReviewClosingDraft(outcome: .acted, actions: ["hook"], policies: ["spam"])
            _ = try await lab.reviews.close(job, as: draft, in: RuleLab.acme, by: ReviewLab.reviewer)
            #expect(try await standing().strikes == 2)
            #expect(try await standing().tally == UserTally(items: 1, acted: 1))
            let due = try await lab.store.read { (r) throws(Fault) in
                try r.dueRuns(in: RuleLab.acme, at: HubCore.Timestamp(unixMilliseconds: .max), limit: 9)
            }
            #expect(due.last?.payload?["userStrikeCount"] == 2)
            #expect(due.last?.payload?["policies"] == [["id": "spam", "name": "Spam", "strikes": 2]])
            #expect(try await items.events("moderation.UserStruck").map { $0.data["total"] } == [2])
            try await until("the user was looked at") {
                try await lab.store.read { (r) throws(Fault) in
                    try r.decisions(DecisionFilter(), in: RuleLab.acme, before: nil, limit: 9)
                }.contains { $0.passed == [onUsers] }
            }
        }
    }

    @Test(arguments: ItemStore.allCases) func `a closing goes through when the creator is told otherwise since the decision`(
        _ kind: ItemStore
    )
        async throws
    {
        try await withReviews(kind) { lab, _ in
            func putType(_ role: String) async throws {
                let type: JSONValue = [
                    "kind": "CONTENT", "name": "Post",
                    "schema": [
                        ["name": "text", "type": "STRING"], ["name": "author", "type": "USER_ID"], ["name": "editor", "type": "USER_ID"],
                    ], "schemaFieldRoles": ["creatorId": .string(role)],
                ]
                _ = try await lab.rules.book.putItemType("post", type, force: true, in: RuleLab.acme, by: ReviewLab.lead)
            }
            try await putType("author")
            _ = try await lab.queue("a")
            _ = try await lab.rules.book.putPolicy("spam", name: "Spam", description: nil, strikes: 2, in: RuleLab.acme, by: ReviewLab.lead)
            let acting: JSONObject = ["actionIds": ["look", "note"], "policyIds": ["spam"]]
            _ = try await lab.rules.live(RuleLab.words(["bad"], name: "Bad", acting))
            let post: JSONValue = [
                "id": "x", "typeId": "post",
                "data": ["text": "bad", "author": ["id": "mallory", "typeId": "user"], "editor": ["id": "eve", "typeId": "user"]],
            ]
            _ = try await lab.rules.moderation.desk.decide([post], in: RuleLab.acme)
            try await putType("editor")
            let job = try #require(try await lab.open("a").first).job.sequence
            let draft = ReviewClosingDraft(outcome: .acted, actions: ["note"], policies: ["spam"])
            _ = try await lab.reviews.close(job, as: draft, in: RuleLab.acme, by: ReviewLab.reviewer)
            let strikes = try await lab.store.read { (r) throws(Fault) in try r.strikes(ofDecision: 1, in: RuleLab.acme) }
            #expect(strikes.map(\.user.id) == ["mallory"], "a policy strikes once for a decision")
        }
    }

    @Test(arguments: [false, true]) func `what only asked for a review has not acted, removed since or not`(_ isRemoved: Bool) async throws
    {
        try await withReviews(.memory) { lab, _ in
            _ = try await lab.queue("a")
            var post = RuleLabItems.post("x", "spam").objectValue ?? [:]
            post["creator"] = ["id": "mallory", "typeId": "member"]
            _ = try await lab.rules.moderation.desk.decide([.object(post)], in: RuleLab.acme)
            let mallory = try #require(ItemUser(id: "mallory", typeID: "member"))
            func tally() async throws -> UserTally {
                try await lab.rules.moderation.people.standing(of: mallory, in: RuleLab.acme).tally
            }
            #expect(try await tally() == UserTally(items: 1, acted: 0))
            if isRemoved {
                _ = try await lab.store.write { (r) throws(Fault) in try r.removeRuleAction("look", in: RuleLab.acme) }
            }
            let job = try #require(try await lab.open("a").first).job.sequence
            let draft = ReviewClosingDraft(outcome: .acted, actions: ["note"])
            _ = try await lab.reviews.close(job, as: draft, in: RuleLab.acme, by: ReviewLab.reviewer)
            #expect(try await tally() == UserTally(items: 1, acted: 1))
        }
    }

    @Test func `a routing rule needs its queue to be live, and the right to publish`() async throws {
        try await withReviews(.memory) { lab, _ in
            let book = lab.rules.book
            _ = try await lab.queue("a")
            func create(_ document: JSONValue, by requester: Requester = ReviewLab.lead) async -> String? {
                await ruleCode { try await book.createRouting(document, in: RuleLab.acme, by: requester) }
            }
            #expect(await create(ReviewLab.routing(["x"], to: "none")) == "rule.incomplete")
            #expect(await create(ReviewLab.routing(["x"], to: "")) == "rule.invalid")
            #expect(await create(ReviewLab.routing(["x"], to: "a"), by: ReviewLab.reviewer) == "account.not-allowed")
            #expect(await create(["name": "x", "queueId": "a"]) == "rule.invalid")
            var archived = ReviewLab.routing(["x"], to: "a").objectValue ?? [:]
            archived["status"] = "ARCHIVED"
            #expect(await create(.object(archived)) == "rule.bad-status")
            var odd = ReviewLab.routing(["x"], to: "aa", live: false).objectValue ?? [:]
            odd["actionIds"] = ["look"]
            let draft = try await book.createRouting(.object(odd), in: RuleLab.acme, by: ReviewLab.reviewer)
            #expect(draft.findings.map(\.code) == ["rule.missing-queue"], "what it cannot have is not kept")
            let id = draft.record.rule.id
            let document = ReviewLab.routing(["x"], to: "a")
            #expect(
                await ruleCode { try await book.changeRouting(id, to: document, in: RuleLab.acme, by: ReviewLab.reviewer) }
                    == "account.not-allowed")
            #expect(
                await ruleCode { try await book.changeRouting(id, to: document, expecting: 7, in: RuleLab.acme, by: ReviewLab.lead) }
                    == "rule.changed-meanwhile")
            let live = try await book.changeRouting(id, to: document, expecting: 1, in: RuleLab.acme, by: ReviewLab.lead)
            #expect(live.record.rule.status == "LIVE" && live.record.rule.revision == 2 && live.record.queue == "a")
            #expect(
                await ruleCode { try await book.removeRouting(id, in: RuleLab.acme, by: ReviewLab.reviewer) } == "account.not-allowed")
            #expect(await ruleCode { try await book.routingView(id, in: RuleLab.other) } == "rule.not-found")
            // What it stands on is guarded as for other rules.
            #expect(
                await ruleCode { try await book.removePart(.itemType, "post", in: RuleLab.acme, by: ReviewLab.lead) } == "rule.in-use")
            // A bank that it alone names, by whoever may not publish, with force or without.
            _ = try await book.putBank(.text, "b", name: "B", values: ["x"], in: RuleLab.acme, by: ReviewLab.lead)
            let leaf: JSONValue = [
                "input": ["type": "CONTENT_FIELD", "name": "text", "contentTypeId": "post"],
                "signal": ["type": "TEXT_MATCHING_CONTAINS_TEXT"], "matchingValues": ["textBankIds": ["b"]],
            ]
            try await lab.route(ReviewLab.routing([], to: "a", leaf))
            let who = ReviewLab.reviewer
            #expect(
                await ruleCode { try await book.putBank(.text, "b", name: "B", values: ["y"], in: RuleLab.acme, by: who) }
                    == "account.not-allowed")
            #expect(
                await ruleCode { try await book.removePart(.textBank, "b", force: true, in: RuleLab.acme, by: who) }
                    == "account.not-allowed")
            #expect(await ruleCode { try await book.removePart(.textBank, "b", in: RuleLab.acme, by: ReviewLab.lead) } == "rule.in-use")
        }
    }

    @Test func `a review does not end what came in after somebody looked`() async throws {
        try await withReviews(.memory) { lab, _ in
            _ = try await lab.queue("a")
            _ = try await lab.decide(("x", "spam"))
            let job = try #require(try await lab.open("a").first).job
            _ = try await lab.decide(("x", "spam, and more"))
            var draft = ReviewClosingDraft(outcome: .ignored)
            draft.seen = job.decisions
            let early = draft
            #expect(
                await ruleCode { try await lab.reviews.close(job.sequence, as: early, in: RuleLab.acme, by: ReviewLab.reviewer) }
                    == "review.joined-meanwhile")
            let now = try #require(try await lab.open("a").first).job
            draft.seen = now.decisions
            let late = draft
            #expect(now.decisions == job.decisions + 1)
            #expect(await ruleCode { try await lab.reviews.close(job.sequence, as: late, in: RuleLab.acme, by: ReviewLab.reviewer) } == nil)
        }
    }

    @Test func `a draft is tried as if it were live`() async throws {
        try await withReviews(.memory) { lab, _ in
            for id in ["a", "b"] { _ = try await lab.queue(id) }
            let first = try await lab.route(ReviewLab.routing(["spam"], to: "b"))
            let items = [RuleLabItems.post("x", "spam"), RuleLabItems.post("y", "ham"), ["typeId": "none"]]
            let (plain, _) = try await lab.rules.book.testRouting(items, in: RuleLab.acme)
            #expect(plain.map(\.queue) == ["b", "a", nil])
            #expect(plain.map { $0.choice?.match?.rule } == [first.record.rule.id.rawValue, nil, nil])
            #expect(plain[2].findings.isEmpty == false)
            let draft = ReviewLab.routing(["ham"], to: "b")
            let (added, _) = try await lab.rules.book.testRouting(items, with: draft, in: RuleLab.acme)
            #expect(added.map(\.queue) == ["b", "b", nil])
            let (replaced, _) = try await lab.rules.book.testRouting(
                items, with: draft, replacing: first.record.rule.id, in: RuleLab.acme)
            #expect(replaced.map(\.queue) == ["a", "b", nil])
            for queue in ["a", "b"] { #expect(try await lab.open(queue).isEmpty, "nothing follows") }
        }
    }
}
