import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel
import Rules

/// Trying rules: what is wrong with one, what it says of items at hand, and of those that were submitted.
enum BacktestEndpoints {
    static let chapter = "Rules"
    static let backtest = Shape.named("Backtest")
    /// Of a live test: a rule and a hundred items.
    static let testBodyMax = 8 << 20

    static let all: [Endpoint] = [
        Endpoint(
            .post, "/rules/check", "What is wrong with a rule; nothing is stored", chapter: chapter, access: .organisation(.ruleRead),
            body: .json(.object([.init("rule", .anything)])), answer: .named("RuleCheck")
        ) { call in
            let organisation = try call.needOrganisation().id
            let review = try await ofRules { try await call.moderation.rules.review(call.body["rule"] ?? .null, in: organisation) }
            return .json([
                "findings": .array(review.findings.map(\.text.json)),
                "missingSignals": .array(review.missingSignals.map(JSONValue.string)),
            ])
        },
        Endpoint(
            .post, "/rules/test", "Decide items by a rule; nothing is stored and nothing follows", chapter: chapter,
            access: .organisation(.ruleWrite),
            body: .json(
                limit: testBodyMax,
                shape: .object([
                    .init("rule", .anything), .init("items", .list(.anything), optional: true),
                    .init("itemIds", .list(.text), optional: true), .init("sequences", .list(.integer), optional: true),
                ])), answer: .named("RuleTest"), problems: ["rule.invalid", "item.not-found", "rule.busy"], deadline: .seconds(120),
            handler: test),
        Endpoint(
            .get, "/rules/backtests", "Backtests at work and those that ended within an hour, latest first, without samples",
            chapter: chapter,
            access: .organisation(.ruleRead), answer: .list(backtest)
        ) { call in
            let organisation = try call.needOrganisation().id
            return .json(.array(await call.moderation.backtests.list(in: organisation).map(\.summary)))
        },
        Endpoint(
            .post, "/rules/backtests",
            "Try a rule on the latest items: what would pass, and what would change. With rule and ruleId, the first in place of the second",
            chapter: chapter, access: .organisation(.ruleWrite),
            body: .json(
                .object([
                    .init("rule", .anything, optional: true), .init("ruleId", .text, optional: true), .init("last", .integer),
                    .init("itemTypeIds", .list(.text), optional: true),
                ])), answer: backtest, status: .accepted, problems: ["rule.invalid", "rule.not-found", "backtest.too-many"], handler: start),
        Endpoint(
            .get, "/rules/backtests/{backtest}", "One backtest", chapter: chapter, access: .organisation(.ruleRead), answer: backtest
        ) { call in
            let organisation = try call.needOrganisation().id
            return .json(try await call.moderation.backtests.backtest(Backtest.ID(call.parameter("backtest")), in: organisation).json)
        },
        Endpoint(
            .delete, "/rules/backtests/{backtest}", "Cancel a backtest; what it found until then stays", chapter: chapter,
            access: .organisation(.ruleWrite), problems: ["backtest.over"]
        ) { call in
            let organisation = try call.needOrganisation().id
            try await call.moderation.backtests.cancel(Backtest.ID(call.parameter("backtest")), in: organisation)
            return .noContent
        },
    ]

    private static func test(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        let items = try await call.testItems(in: organisation)
        let result = try await ofRules {
            try await call.moderation.rules.test(call.body["rule"] ?? .null, on: items, in: organisation)
        }
        return .json([
            "decisions": .array(result.decisions.map(\.json)), "findings": .array(result.findings.map(\.text.json)),
        ])
    }

    private static func start(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        guard let last = call.body["last"]?.intValue, (1...BacktestLimits.itemsMax).contains(last) else {
            throw call.wrong("last", "must be a whole number from 1 to \(BacktestLimits.itemsMax)")
        }
        var request = BacktestRequest(last: last)
        if let types = call.body["itemTypeIds"], !types.isNull { request.itemTypeIDs = try call.texts("itemTypeIds", max: 100) }
        request.rule = try call.optionalText("ruleId").map { RuleRecord.ID($0) }
        if let rule = call.body["rule"], !rule.isNull { request.draft = rule }
        let backtest = try await ofRules { [request] in try await call.moderation.backtests.start(request, in: organisation) }
        return .json(backtest.summary, status: .accepted)
    }
}

extension APICall {
    /// Items to try something on: those sent along, then those named by their ids, then those by their numbers.
    func testItems(in organisation: Organisation.ID) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        if let given = body["items"], !given.isNull {
            guard let list = given.arrayValue else { throw wrong("items", "must be a list") }
            items = list
        }
        let ids = body["itemIds"].map { !$0.isNull } ?? false ? try texts("itemIds", max: RuleBookLimits.testItemsMax) : []
        let sequences = try wholeNumbers("sequences")
        guard (1...RuleBookLimits.testItemsMax).contains(items.count + ids.count + sequences.count) else {
            throw wrong("items", "'itemIds' and 'sequences' are together 1 to \(RuleBookLimits.testItemsMax) items")
        }
        // Each is decided once, however often it is named.
        var seen: Set<String> = []
        for id in ids where seen.insert(id).inserted {
            guard let stored = try await moderation.items.item(id, of: organisation) else {
                throw Fault(
                    code: "item.not-found", message: "No item '\(visible(id))' was submitted, or it is not kept any more.",
                    remedy: "Send the item itself.", turn: .caller)
            }
            items.append(stored.submission)
        }
        var numbers: Set<Int64> = []
        for sequence in sequences where numbers.insert(sequence).inserted {
            guard let stored = try await moderation.items.item(sequence, of: organisation) else {
                throw Fault(
                    code: "item.not-found", message: "No item came in as no. \(sequence), or it is not kept any more.",
                    remedy: "Send the item itself.", turn: .caller)
            }
            items.append(stored.submission)
        }
        return items
    }

    private func wholeNumbers(_ member: String) throws -> [Int64] {
        guard let given = body[member], !given.isNull else { return [] }
        guard let list = given.arrayValue, list.count <= RuleBookLimits.testItemsMax else {
            throw wrong(member, "must be a list of at most \(RuleBookLimits.testItemsMax)")
        }
        return try list.map { value in
            guard let number = value.intValue else { throw wrong(member, "must hold whole numbers") }
            return Int64(number)
        }
    }
}
