import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel

/// What waits in review queues, and looking after it.
enum ReviewJobEndpoints {
    private static let chapter = ReviewQueueEndpoints.chapter
    private static let job = Shape.named("Review")
    private static let refusals = ["review.not-found", "review.claimed", "review.over"]

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/review-queues/{id}/jobs", "Reviews of a queue: open ones oldest first, closed ones latest first", chapter: chapter,
            access: .organisation(.ruleRead),
            query: QueryParameter.page + [
                QueryParameter("state", .choice(ReviewJob.State.allCases.map(\.rawValue)), "Open ones (without it), or closed ones.")
            ], answer: .list(job), problems: ["review.not-found"]
        ) { call in
            let organisation = try call.needOrganisation().id
            let page = try call.page()
            let views = try await call.moderation.reviews.jobs(
                in: call.parameter("id"), try call.queryWord("state") ?? .open, after: try call.before(page), limit: page.limit,
                organisation: organisation)
            return .page(views.map { $0.json(call) }, call, page, last: views.last.map { "\($0.job.sequence)" })
        },
        Endpoint(
            .get, "/review-jobs/{job}", "One review with its item, the decisions that asked for it, and why it is in its queue",
            chapter: chapter, access: .organisation(.ruleRead), answer: .named("ReviewDetail"), problems: ["review.not-found"]
        ) { call in
            .json(try await call.moderation.reviews.job(try call.job(), in: try call.needOrganisation().id).detail(call))
        },
        changing("claim", "Take a review, so that nobody else begins it for 15 minutes; again, for longer", refusals) { call, job in
            try await call.moderation.reviews.claim(job, in: try call.needOrganisation().id, by: call.requester)
        },
        changing("release", "Give a review back", refusals) { call, job in
            try await call.moderation.reviews.release(job, in: try call.needOrganisation().id, by: call.requester)
        },
        changing(
            "move", "Put a review into another queue", refusals + ["review.queue-full"],
            body: .json(.object([.init("queueId", .text)]))
        ) { call, job in
            let queue = try call.text("queueId")
            return try await call.moderation.reviews.move(job, to: queue, in: try call.needOrganisation().id, by: call.requester)
        },
        changing(
            "close", "End a review; when it is acted on, its actions are fired", refusals + ["review.unusable"],
            body: .json(
                .object([
                    .init("outcome", .choice(ReviewJob.Outcome.allCases.map(\.rawValue))),
                    .init("actionIds", .list(.text), optional: true), .init("policyIds", .list(.text), optional: true),
                    .init("note", .nullable(.text), optional: true), .init("decisions", .integer, optional: true),
                ]))
        ) { call, job in
            let outcome: ReviewJob.Outcome = try call.word("outcome")
            var draft = ReviewClosingDraft(outcome: outcome, note: try call.optionalText("note"))
            if let seen = call.body["decisions"], !seen.isNull {
                guard let count = seen.intValue else { throw call.wrong("decisions", "must be a whole number") }
                draft.seen = count
            }
            if call.body["actionIds"] != nil { draft.actions = try call.texts("actionIds") }
            if call.body["policyIds"] != nil { draft.policies = try call.texts("policyIds") }
            return try await call.moderation.reviews.close(job, as: draft, in: try call.needOrganisation().id, by: call.requester)
        },
        changing(
            "reopen", "Open a review again that ended without actions",
            ["review.not-found", "review.open", "review.acted", "review.open-already", "review.queue-full"]
        ) { call, job in
            try await call.moderation.reviews.reopen(job, in: try call.needOrganisation().id, by: call.requester)
        },
    ]

    private static func changing(
        _ word: String, _ summary: String, _ problems: [String], body: Endpoint.Body = .none,
        _ change: @escaping @Sendable (APICall, Int64) async throws -> ReviewView
    ) -> Endpoint {
        Endpoint(
            .post, "/review-jobs/{job}/\(word)", summary, chapter: chapter, access: .organisation(.itemReview), body: body,
            answer: .named("ReviewDetail"), problems: problems
        ) { call in .json(try await change(call, try call.job()).detail(call)) }
    }
}

extension APICall {
    /// The review the path names.
    fileprivate func job() throws -> Int64 {
        let name = parameter("job")
        guard let sequence = Int64(name), sequence > 0 else { throw ReviewFault.notFound("review", name) }
        return sequence
    }
}

extension ReviewView {
    /// - Parameter call: Who asks: whether the claim is theirs.
    fileprivate func json(_ call: APICall) -> JSONValue { .object(members(call)) }

    private func members(_ call: APICall) -> JSONObject {
        var members: JSONObject = [
            "id": .string("\(job.sequence)"), "queueId": .string(job.queue), "state": .string(job.state.rawValue),
            "itemId": .string(job.itemID), "itemTypeId": .string(job.typeID), "decisions": .int(Int64(job.decisions)),
            "openedAt": .string(job.openedAt.description), "changedAt": .string(job.changedAt.description),
            "rules": .array((reasons.first?.rules ?? []).map { ["id": .string($0.id), "name": .string($0.name)] }),
            "policies": .array((reasons.first?.reason.policies ?? []).map(JSONValue.string)),
        ]
        if let claim = job.claim, claim.until > call.hub.now() {
            members["claim"] = [
                "by": .string(claim.byName), "until": .string(claim.until.description),
                "isYours": .bool(claim.by == call.requester.auditName),
            ]
        }
        members["closing"] = job.closing?.json
        return members
    }

    fileprivate func detail(_ call: APICall) -> JSONValue {
        var members = members(call)
        members["item"] = item.map { .object($0.json) }
        members["reasons"] = .array(reasons.map(\.json))
        members["letGo"] = letGo.map { .int(Int64($0)) }
        return .object(members)
    }
}

extension ReviewView.Reason {
    /// The rules that asked, with the names they had then.
    fileprivate var rules: [(id: String, name: String)] {
        reason.rules.map { id in (id, report?.lineup.members.first { $0.id == id }?.name ?? id) }
    }

    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "action": .string(reason.action), "at": .string(reason.at.description),
            "rules": .array(rules.map { ["id": .string($0.id), "name": .string($0.name)] }),
            "policies": .array(reason.policies.map(JSONValue.string)),
        ]
        members["decision"] = report?.json(withTraces: true)
        members["routing"] = reason.routing
        return .object(members)
    }
}

extension ReviewJob.Closing {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "outcome": .string(outcome.rawValue), "actions": .array(actions.map(JSONValue.string)),
            "policies": .array(policies.map(JSONValue.string)), "by": .string(byName), "at": .string(at.description),
        ]
        members["note"] = note.map { .string($0) }
        return .object(members)
    }
}
