import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel

/// Acting on an item by hand.
enum ItemActing {
    static let endpoint = Endpoint(
        .post, "/items/{sequence}/act", "Fire actions on a decided item, because a person wants it", chapter: ItemEndpoints.chapter,
        access: .organisation(.itemReview),
        body: .json(
            .object([
                .init("actionIds", .list(.text)), .init("policyIds", .list(.text), optional: true), .init("note", .text, optional: true),
            ])),
        answer: .object([.init("sequence", .integer), .init("actions", .list(.named("ActionRun")))]),
        problems: ["item.not-found", "decision.not-found", "review.unusable"], handler: act)

    private static func act(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        let name = call.parameter("sequence")
        guard let sequence = Int64(name) else { throw ItemFault.notFound(name) }
        var draft = ReviewClosingDraft(outcome: .acted, actions: try call.texts("actionIds"), note: try call.optionalText("note"))
        if call.body["policyIds"] != nil { draft.policies = try call.texts("policyIds") }
        @Sendable func answer(_ runs: [ActionRun]) -> HTTPResponse {
            .json(["sequence": .int(sequence), "actions": .array(runs.map(\.json))])
        }
        return answer(
            try await call.moderation.reviews.act(
                on: sequence, as: draft, in: organisation, by: call.requester, once: call.once?.note(answer)))
    }
}
