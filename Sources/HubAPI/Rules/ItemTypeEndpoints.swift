import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel
import Rules

/// What rules look at, and policies.
enum ItemTypeEndpoints {
    static let chapter = "Rules"
    private static let itemType = Shape.object([
        .init("id", .text, optional: true), .init("name", .text, optional: true),
        .init("kind", .choice(ItemType.Kind.allCases.map(\.rawValue)), optional: true), .init("schema", .list(.named("ItemField"))),
        .init("schemaFieldRoles", .map(.nullable(.text)), optional: true), .init("description", .text, optional: true),
        // Of what was read and is sent back.
        .init("revision", .integer, optional: true), .init("changedAt", .time, optional: true),
        .init("findings", .list(.named("Finding")), optional: true),
    ])

    static let all: [Endpoint] =
        [
            Endpoint(
                .get, "/item-types", "Every item type of the organisation", chapter: chapter, access: .organisation(.ruleRead),
                answer: .list(.named("ItemType"))
            ) { call in
                let organisation = try call.needOrganisation().id
                return .json(
                    .array(try await ofRules { try await call.moderation.rules.parts(.itemType, in: organisation) }.map { $0.json() }))
            },
            Endpoint(
                .put, "/item-types/{id}", "Put an item type in place; tells which rules no longer find what they look at",
                chapter: chapter, access: .organisation(.ruleWrite), body: .json(itemType),
                query: [RuleEndpoints.force, RuleEndpoints.dryRun], answer: .named("ItemType"),
                problems: ["rule.invalid", "rule.in-use", "rule.changed-meanwhile", "rule.full", "rule.bad-name"]
            ) { call in
                let organisation = try call.needOrganisation().id
                var document = call.body
                (document["changedAt"], document["findings"]) = (nil, nil)
                if let id = document["id"]?.stringValue, id != call.parameter("id") {
                    throw call.wrong("id", "must be that of the address, '\(visible(call.parameter("id")))'")
                }
                return try await ofRules {
                    let change = try await call.moderation.rules.putItemType(
                        call.parameter("id"), .object(document), expecting: try call.ifMatch(), force: try call.flag("force"),
                        isDryRun: try call.flag("dryRun"), in: organisation, by: call.requester)
                    return change.part.response(findings: change.findings)
                }
            },
            Endpoint(
                .get, "/policies", "Every policy of the organisation", chapter: chapter, access: .organisation(.ruleRead),
                answer: .list(.named("Policy"))
            ) { call in
                let organisation = try call.needOrganisation().id
                return .json(
                    .array(try await ofRules { try await call.moderation.rules.parts(.policy, in: organisation) }.map { $0.json() }))
            },
            Endpoint(
                .put, "/policies/{id}", "Put a policy in place", chapter: chapter, access: .organisation(.ruleWrite),
                body: .json(
                    .object([
                        .init("id", .text, optional: true), .init("name", .text), .init("description", .text, optional: true),
                        .init("strikes", .integer, optional: true),
                        .init("revision", .integer, optional: true), .init("changedAt", .time, optional: true),
                    ])), answer: .named("Policy"), problems: ["rule.changed-meanwhile", "rule.full", "rule.bad-name"]
            ) { call in
                let organisation = try call.needOrganisation().id
                let (name, description) = (try call.text("name"), try call.optionalText("description"))
                var strikes: Int?
                if let value = call.body["strikes"] {
                    guard let number = value.intValue else { throw call.wrong("strikes", "must be a whole number") }
                    strikes = number
                }
                return try await ofRules {
                    try await call.moderation.rules.putPolicy(
                        call.parameter("id"), name: name, description: description, strikes: strikes, expecting: try call.ifMatch(),
                        in: organisation,
                        by: call.requester
                    ).part.response()
                }
            },
        ] + looking("item-types", .itemType, "ItemType") + looking("policies", .policy, "Policy")

    /// Reading one, and removing it.
    private static func looking(_ path: String, _ kind: RulePart.Kind, _ shape: String) -> [Endpoint] {
        [
            Endpoint(
                .get, "/\(path)/{id}", "One \(kind.words)", chapter: chapter, access: .organisation(.ruleRead), answer: .named(shape)
            ) { call in
                let organisation = try call.needOrganisation().id
                return try await ofRules { try await call.moderation.rules.part(kind, call.parameter("id"), in: organisation) }.response()
            },
            Endpoint(
                .delete, "/\(path)/{id}", "Remove a \(kind.words == "item type" ? "type of items" : kind.words) no rule at work stands on",
                chapter: chapter, access: .organisation(.ruleWrite), query: [RuleEndpoints.force, RuleEndpoints.dryRun],
                answer: .named("Orphans"), problems: ["rule.in-use", "rule.changed-meanwhile"]
            ) { call in try await call.remove(kind) },
        ]
    }
}

extension APICall {
    /// Removes what the path names; answers which rules no longer find it.
    func remove(_ kind: RulePart.Kind) async throws -> HTTPResponse {
        let organisation = try needOrganisation().id
        let isDryRun = try flag("dryRun")
        let findings = try await ofRules {
            try await moderation.rules.removePart(
                kind, parameter("id"), expecting: try ifMatch(), force: try flag("force"), isDryRun: isDryRun, in: organisation,
                by: requester)
        }
        return .json(["done": .string(isDryRun ? "nothing" : "removed"), "findings": .array(findings.map(\.text.json))])
    }
}
