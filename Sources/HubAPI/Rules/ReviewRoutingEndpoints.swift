import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel
import Rules

/// Rules that choose the queue of an item that is to be reviewed: in their order, and the first that passes counts.
enum ReviewRoutingEndpoints {
    private static let chapter = ReviewQueueEndpoints.chapter
    private static let rule = Shape.named("RoutingRule")
    private static let input = Shape.object(ReviewShapes.routingInput)
    private static let refusals = [
        "rule.invalid", "rule.incomplete", "rule.bad-status", "rule.changed-meanwhile", "account.not-allowed", "rule.busy",
    ]

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/routing-rules", "Every routing rule in its order", chapter: chapter, access: .organisation(.ruleRead),
            answer: .list(rule)
        ) { call in
            let organisation = try call.needOrganisation().id
            return .json(.array(try await ofRules { try await call.moderation.rules.routingViews(in: organisation) }.map(\.json)))
        },
        Endpoint(
            .post, "/routing-rules", "Make a routing rule, behind all others", chapter: chapter, access: .organisation(.ruleWrite),
            body: .json(input), query: [RuleEndpoints.force], answer: rule, status: .created, problems: refusals + ["rule.full"]
        ) { call in
            let organisation = try call.needOrganisation().id
            return try await ofRules {
                try await call.moderation.rules.createRouting(
                    .object(call.body), force: try call.flag("force"), in: organisation, by: call.requester
                ).response(status: .created)
            }
        },
        Endpoint(
            .get, "/routing-rules/{id}", "One routing rule", chapter: chapter, access: .organisation(.ruleRead), answer: rule,
            problems: ["rule.not-found"]
        ) { call in
            let organisation = try call.needOrganisation().id
            return try await ofRules { try await call.moderation.rules.routingView(call.ruleID, in: organisation) }.response()
        },
        Endpoint(
            .put, "/routing-rules/{id}", "Save a routing rule anew, with its status", chapter: chapter, access: .organisation(.ruleWrite),
            body: .json(input), query: [RuleEndpoints.force], answer: rule, problems: refusals + ["rule.not-found"]
        ) { call in
            let organisation = try call.needOrganisation().id
            return try await ofRules {
                try await call.moderation.rules.changeRouting(
                    call.ruleID, to: .object(call.body), expecting: try call.ifMatch(), force: try call.flag("force"), in: organisation,
                    by: call.requester
                ).response()
            }
        },
        Endpoint(
            .delete, "/routing-rules/{id}", "Remove a routing rule", chapter: chapter, access: .organisation(.ruleWrite),
            problems: ["rule.not-found", "rule.changed-meanwhile", "account.not-allowed"]
        ) { call in
            let organisation = try call.needOrganisation().id
            try await ofRules {
                try await call.moderation.rules.removeRouting(
                    call.ruleID, expecting: try call.ifMatch(), in: organisation, by: call.requester)
            }
            return .noContent
        },
        Endpoint(
            .put, "/routing-rules/order", "Put all routing rules into an order", chapter: chapter, access: .organisation(.ruleWrite),
            body: .json(.object([.init("ids", .list(.text))])), answer: .list(rule),
            problems: ["rule.wrong-order", "account.not-allowed"]
        ) { call in
            let organisation = try call.needOrganisation().id
            let ids = try call.texts("ids").map { RuleRecord.ID($0) }
            let views = try await ofRules { try await call.moderation.rules.orderRouting(ids, in: organisation, by: call.requester) }
            return .json(.array(views.map(\.json)))
        },
        Endpoint(
            .post, "/routing-rules/test",
            "Where items would go; nothing is stored. With rule, as if that were live: in the place of ruleId, or behind all others",
            chapter: chapter, access: .organisation(.ruleWrite),
            body: .json(
                limit: BacktestEndpoints.testBodyMax,
                shape: .object([
                    .init("items", .list(.anything), optional: true), .init("itemIds", .list(.text), optional: true),
                    .init("sequences", .list(.integer), optional: true),
                    .init("rule", .anything, optional: true), .init("ruleId", .text, optional: true),
                ])), answer: .named("RoutingTest"), problems: ["rule.invalid", "item.not-found", "rule.busy"], deadline: .seconds(120),
            handler: test),
    ]

    private static func test(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        let items = try await call.testItems(in: organisation)
        let draft = call.body["rule"].flatMap { $0.isNull ? nil : $0 }
        let replaced = try call.optionalText("ruleId").map { RuleRecord.ID($0) }
        let moderation = call.moderation
        let (results, findings) = try await ofRules {
            try await moderation.rules.testRouting(
                items, with: draft, replacing: replaced, limits: moderation.reviews.limits, in: organisation)
        }
        return .json([
            "results": .array(results.map { $0.json(bytesMax: moderation.reviews.limits.routingTraceBytesMax) }),
            "findings": .array(findings.map(\.text.json)),
        ])
    }
}

extension RoutingView {
    fileprivate var json: JSONValue {
        let kept = record.rule
        let document = rule?.json.objectValue ?? kept.document
        var members: JSONObject = ["id": .string(kept.id.rawValue), "name": .string(kept.name)]
        members["description"] = document["description"]
        members["status"] = .string(kept.status)
        members["queueId"] = .string(record.queue)
        members["contentTypeIds"] = document["contentTypeIds"] ?? []
        members["conditionSet"] = document["conditionSet"]
        members["place"] = .int(Int64(record.place))
        members["revision"] = .int(Int64(kept.revision))
        members["missingSignals"] = .array(missingSignals.map(JSONValue.string))
        members["findings"] = .array(findings.map(\.text.json))
        members["createdAt"] = .string(kept.createdAt.description)
        members["changedAt"] = .string(kept.changedAt.description)
        members["changedBy"] = .string(kept.changedByName)
        return .object(members)
    }

    fileprivate func response(status: HTTPStatus = .ok) -> HTTPResponse {
        var response = HTTPResponse.json(json, status: status)
        response.tag(revision: record.rule.revision)
        return response
    }
}

extension RoutingTest {
    fileprivate func json(bytesMax: Int) -> JSONValue {
        var item = JSONObject()
        item["id"] = itemID.map { .string($0) }
        item["typeId"] = typeID.map { .string($0) }
        var members: JSONObject = ["item": .object(item)]
        members["queueId"] = queue.map { .string($0) }
        members["ruleId"] = choice?.match.map { .string($0.rule) }
        members["ruleName"] = choice?.match.map { .string($0.name) }
        members["rules"] = choice?.json(bytesMax: bytesMax)["rules"] ?? []
        if choice?.isLate == true { members["problem"] = choice?.json(bytesMax: 0)["problem"] }
        members["signalRuns"] = .int(Int64(choice?.signalRuns ?? 0))
        if !findings.isEmpty { members["findings"] = .array(findings.map(\.text.json)) }
        return .object(members)
    }
}
