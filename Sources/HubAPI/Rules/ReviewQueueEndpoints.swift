import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel

/// Queues where items wait for people.
enum ReviewQueueEndpoints {
    static let chapter = "Reviews"
    private static let queue = Shape.named("ReviewQueue")

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/review-queues", "Every review queue with how much waits in it", chapter: chapter, access: .organisation(.ruleRead),
            answer: .list(queue)
        ) { call in
            let organisation = try call.needOrganisation().id
            return .json(.array(try await call.moderation.reviews.queues(in: organisation).map(\.json)))
        },
        Endpoint(
            .get, "/review-queues/{id}", "One review queue", chapter: chapter, access: .organisation(.ruleRead), answer: queue,
            problems: ["review.not-found"]
        ) { call in
            try await call.moderation.reviews.queue(call.parameter("id"), in: try call.needOrganisation().id).response
        },
        Endpoint(
            .put, "/review-queues/{id}", "Make a review queue, or change it; the first is the default", chapter: chapter,
            access: .organisation(.ruleWrite),
            body: .json(
                .object([
                    .init("name", .text), .init("description", .nullable(.text), optional: true),
                    .init("isDefault", .boolean, optional: true), .init("id", .text, optional: true),
                    .init("open", .integer, optional: true), .init("revision", .integer, optional: true),
                    .init("changedAt", .time, optional: true),
                ])), answer: queue,
            problems: ["review.changed-meanwhile", "review.default-queue", "review.limit-reached", "rule.bad-name", "account.not-allowed"]
        ) { call in
            let organisation = try call.needOrganisation().id
            let draft = ReviewDesk.QueueDraft(
                id: call.parameter("id"), name: try call.text("name"), description: try call.optionalText("description"),
                isDefault: try call.optionalBool("isDefault"))
            return try await ofRules {
                try await call.moderation.reviews.put(draft, expecting: try call.ifMatch(), in: organisation, by: call.requester).response
            }
        },
        Endpoint(
            .delete, "/review-queues/{id}", "Remove a review queue; what is open in it moves to another", chapter: chapter,
            access: .organisation(.rulePublish),
            query: [QueryParameter("moveTo", .text, "The queue that takes what is open."), RuleEndpoints.dryRun],
            answer: .object([
                .init("done", .choice(["nothing", "removed"])), .init("open", .integer), .init("rules", .list(.text)),
            ]), problems: ["review.has-jobs", "review.default-queue", "review.queue-full", "rule.in-use", "review.changed-meanwhile"]
        ) { call in
            let organisation = try call.needOrganisation().id
            let isDryRun = try call.flag("dryRun")
            let removal = try await ofRules {
                try await call.moderation.reviews.removeQueue(
                    call.parameter("id"), movingTo: call.query("moveTo"), expecting: try call.ifMatch(), isDryRun: isDryRun,
                    in: organisation, by: call.requester)
            }
            return .json([
                "done": .string(isDryRun ? "nothing" : "removed"), "open": .int(Int64(removal.open)),
                "rules": .array(removal.rules.map(JSONValue.string)),
            ])
        },
    ]
}

extension ReviewDesk.QueueView {
    fileprivate var json: JSONValue {
        var members: JSONObject = ["id": .string(queue.id), "name": .string(queue.name)]
        members["description"] = queue.description.map { .string($0) }
        members["isDefault"] = .bool(queue.isDefault)
        members["open"] = .int(Int64(open))
        members["revision"] = .int(Int64(queue.revision))
        members["changedAt"] = .string(queue.changedAt.description)
        return .object(members)
    }

    fileprivate var response: HTTPResponse {
        var response = HTTPResponse.json(json)
        response.tag(revision: queue.revision)
        return response
    }
}

extension [ReviewDesk.QueueView] {
    /// What listeners are told when reviews come or go.
    var countsJSON: JSONValue {
        ["queues": .array(map { ["id": .string($0.queue.id), "open": .int(Int64($0.open))] })]
    }
}
