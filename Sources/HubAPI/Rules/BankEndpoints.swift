import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel
import Rules

/// Values that many rules compare with.
enum BankEndpoints {
    static let chapter = "Rules"
    /// Of a request: the values as they are written, with room for what is around them.
    private static let bodyBytesMax = RuleBookLimits.bankBytesMax + 64 << 10

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/banks", "Every bank of the organisation, without its values", chapter: chapter, access: .organisation(.ruleRead),
            query: [QueryParameter("kind", .choice(BankKind.allCases.map(\.rawValue)), "Banks of this kind.")],
            answer: .list(.named("BankSummary"))
        ) { call in
            let organisation = try call.needOrganisation().id
            let kind = try call.query("kind").map { try BankKind(named: $0) }
            let banks = try await ofRules { try await call.moderation.rules.bankSummaries(in: organisation) }
            return .json(.array(banks.filter { kind == nil || $0.kind.bank == kind }.map(\.json)))
        },
        Endpoint(
            .get, "/banks/{kind}/{id}", "One bank with its values", chapter: chapter, access: .organisation(.ruleRead),
            answer: .named("Bank")
        ) { call in
            let organisation = try call.needOrganisation().id
            let kind = try call.bankKind()
            return try await ofRules {
                try await call.moderation.rules.part(RulePart.Kind(kind), call.parameter("id"), in: organisation)
            }.response()
        },
        Endpoint(
            .put, "/banks/{kind}/{id}", "Put a bank in place", chapter: chapter, access: .organisation(.ruleWrite),
            body: .json(
                limit: bodyBytesMax,
                shape: .object([
                    .init("kind", .text, optional: true), .init("id", .text, optional: true), .init("name", .text),
                    .init("values", .list(.anything)), .init("count", .integer, optional: true),
                    .init("revision", .integer, optional: true), .init("changedAt", .time, optional: true),
                ])), answer: .named("Bank"),
            problems: ["rule.invalid", "rule.changed-meanwhile", "rule.full", "rule.bad-name", "rule.would-break"]
        ) { call in
            let organisation = try call.needOrganisation().id
            let (kind, name) = (try call.bankKind(), try call.text("name"))
            guard let values = call.body["values"]?.arrayValue else { throw call.wrong("values", "must be a list") }
            return try await ofRules {
                try await call.moderation.rules.putBank(
                    kind, call.parameter("id"), name: name, values: values, expecting: try call.ifMatch(), in: organisation,
                    by: call.requester
                ).part.response()
            }
        },
        Endpoint(
            .delete, "/banks/{kind}/{id}", "Remove a bank no rule at work compares with", chapter: chapter,
            access: .organisation(.ruleWrite), query: [RuleEndpoints.force, RuleEndpoints.dryRun], answer: .named("Orphans"),
            problems: ["rule.in-use", "rule.changed-meanwhile"]
        ) { call in try await call.remove(RulePart.Kind(try call.bankKind())) },
    ]
}

extension BankKind {
    fileprivate init(named word: String) throws {
        guard let kind = BankKind(rawValue: word) else {
            throw ProblemDocument.badQuery("kind", "is one of \(BankKind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = kind
    }
}

extension APICall {
    fileprivate func bankKind() throws -> BankKind {
        guard let kind = BankKind(rawValue: parameter("kind")) else {
            throw Fault(
                code: "rule.not-found", message: "There is no kind of bank '\(visible(parameter("kind")))'.",
                remedy: "Name one of: \(BankKind.allCases.map(\.rawValue).joined(separator: ", ")).", turn: .caller)
        }
        return kind
    }
}
