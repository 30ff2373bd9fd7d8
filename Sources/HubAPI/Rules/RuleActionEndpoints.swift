import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel

/// What may follow when a rule passes.
enum RuleActionEndpoints {
    static let chapter = "Rule actions"
    private static let action = Shape.named("RuleAction")

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/rule-actions", "Every action of the organisation", chapter: chapter, access: .organisation(.ruleRead),
            answer: .list(action)
        ) { call in
            let shown = try await call.actions().all(in: try call.needOrganisation().id)
            return .json(.array(shown.map { $0.json(isWhole: call.may(.ruleWrite)) }))
        },
        Endpoint(
            .get, "/rule-actions/{id}", "One action; never its secret", chapter: chapter, access: .organisation(.ruleRead), answer: action,
            problems: ["action.not-found"]
        ) { call in
            try await call.actions().action(call.parameter("id"), in: try call.needOrganisation().id)
                .response(isWhole: call.may(.ruleWrite))
        },
        Endpoint(
            .put, "/rule-actions/{id}", "Make an action, or change it; a secret that is not named stays, null takes it away",
            chapter: chapter, access: .organisation(.ruleWrite),
            body: .json(
                .object([
                    .init("name", .text), .init("kind", .choice(RuleAction.Kind.allCases.map(\.rawValue))),
                    .init("url", .nullable(.text), optional: true), .init("custom", .map(.anything), optional: true),
                    .init("secret", .nullable(.text), optional: true),
                ])), answer: action, problems: ["action.unusable", "action.changed-meanwhile", "action.limit-reached"]
        ) { call in
            guard let kind = RuleAction.Kind(rawValue: try call.text("kind")) else {
                throw call.wrong("kind", "is one of \(RuleAction.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            var draft = ActionBook.Draft(
                id: call.parameter("id"), name: try call.text("name"), kind: kind, url: try call.optionalText("url"),
                custom: try call.object("custom"))
            if call.body["secret"] != nil { draft.secret = .some(try call.optionalText("secret").map { Secret($0) }) }
            let (book, organisation) = (try call.actions(), try call.needOrganisation().id)
            let (made, expected) = (draft, try call.ifMatch())
            return try await call.hub.moderation.rules.inTurn(organisation) {
                try await call.mayChange(action: made.id, in: organisation)
                return try await book.put(made, in: organisation, expecting: expected, by: call.requester).response(isWhole: true)
            }
        },
        Endpoint(
            .delete, "/rule-actions/{id}", "Remove an action; what waits of it will have failed", chapter: chapter,
            access: .organisation(.ruleWrite), problems: ["action.not-found"]
        ) { call in
            let organisation = try call.needOrganisation().id
            return try await call.hub.moderation.rules.inTurn(organisation) {
                try await call.mayChange(action: call.parameter("id"), in: organisation)
                try await call.actions().remove(call.parameter("id"), in: organisation, by: call.requester)
                return .noContent
            }
        },
    ]
}

extension APICall {
    /// Where items go and what follows from them is part of a rule at work, and changed by whoever may change that.
    fileprivate func mayChange(action id: String, in organisation: Organisation.ID) async throws {
        guard !may(.rulePublish), try await hub.moderation.rules.isAtWork(action: id, in: organisation) else { return }
        throw ProblemDocument.missing(.rulePublish)
    }

    fileprivate func actions() throws(Fault) -> ActionBook {
        guard let actions = hub.moderation.actions else {
            throw Fault(code: "hub.starting", message: "The hub knows no actions yet.", remedy: "Wait 1 s.", turn: .hub)
        }
        return actions
    }
}

extension ActionBook.Shown {
    /// - Parameter isWhole: Else of a webhook's address only where it leads: what stands behind that is often a secret.
    fileprivate func json(isWhole: Bool) -> JSONValue {
        var members: JSONObject = [
            "id": .string(action.id), "name": .string(action.name), "kind": .string(action.kind.rawValue),
        ]
        members["url"] = action.url.map { .string(isWhole ? $0 : Self.origin(of: $0) + "/…") }
        members["custom"] = .object(action.custom)
        members["hasSecret"] = .bool(hasSecret)
        members["revision"] = .int(Int64(action.revision))
        members["changedAt"] = .string(action.changedAt.description)
        return .object(members)
    }

    /// All up to the third slash.
    private static func origin(of url: String) -> String {
        url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
    }

    fileprivate func response(isWhole: Bool) -> HTTPResponse {
        var response = HTTPResponse.json(json(isWhole: isWhole))
        response.tag(revision: action.revision)
        return response
    }
}
