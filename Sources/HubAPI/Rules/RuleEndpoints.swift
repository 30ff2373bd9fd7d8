import HTTPServer
import HubCore
import JSON
import Moderation
import PluginModel
import Rules

/// Rules of an organisation, their versions and states.
enum RuleEndpoints {
    static let chapter = "Rules"
    static let rule = Shape.named("Rule")
    static let input = Shape.object(RuleShapes.input)
    static let force = QueryParameter(
        "force", .boolean, "Although conditions cannot be told, or rules at work stand on what changes.")
    static let dryRun = QueryParameter("dryRun", .boolean, "Tell what would be, and change nothing.")
    static let refusals = ["rule.invalid", "rule.incomplete", "rule.changed-meanwhile", "rule.archived", "rule.busy"]

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/rules", "Every rule of the organisation, oldest first", chapter: chapter, access: .organisation(.ruleRead),
            query: QueryParameter.page + [
                QueryParameter("status", .choice(RuleState.allCases.map(\.rawValue)), "Rules in this state."),
                QueryParameter("q", .text, "In the name, the description or a tag."), QueryParameter("tag", .text, "With this tag."),
            ], answer: .list(rule), handler: list),
        Endpoint(
            .post, "/rules", "Make a rule; it begins as a draft", chapter: chapter, access: .organisation(.ruleWrite), body: .json(input),
            answer: rule, status: .created, problems: ["rule.invalid", "rule.bad-status", "rule.full", "rule.not-found"]
        ) { call in
            let organisation = try call.needOrganisation().id
            try call.checkStatus(RuleStatus.draft.rawValue)
            let made = try await ofRules {
                try await call.moderation.rules.create(
                    .object(call.body), note: try call.optionalText("note"), in: organisation, by: call.requester)
            }
            return made.response(status: .created)
        },
        Endpoint(.get, "/rules/{id}", "One rule", chapter: chapter, access: .organisation(.ruleRead), answer: rule) { call in
            try await call.rule().response()
        },
        Endpoint(
            .put, "/rules/{id}", "Save a rule anew, as its next version", chapter: chapter, access: .organisation(.ruleWrite),
            body: .json(input), query: [force], answer: rule, problems: refusals + ["rule.bad-status"]
        ) { call in
            let organisation = try call.needOrganisation().id
            let before = try await call.rule()
            try call.checkStatus(before.record.status)
            return try await ofRules {
                try await call.moderation.rules.change(
                    call.ruleID, to: .object(call.body), note: try call.optionalText("note"), expecting: try call.ifMatch(),
                    force: try call.flag("force"), in: organisation, by: call.requester
                ).response()
            }
        },
        Endpoint(
            .put, "/rules/{id}/status", "Move a rule: to work, back to a draft, into the archive", chapter: chapter,
            access: .organisation(.ruleWrite), body: .json(.object([.init("status", .choice(RuleStatus.allCases.map(\.rawValue)))])),
            query: [force], answer: rule, problems: refusals + ["rule.bad-status", "account.not-allowed"]
        ) { call in
            let organisation = try call.needOrganisation().id
            let status: RuleStatus = try call.word("status")
            return try await ofRules {
                try await call.moderation.rules.setStatus(
                    status, of: call.ruleID, expecting: try call.ifMatch(), force: try call.flag("force"), in: organisation,
                    by: call.requester
                ).response()
            }
        },
        Endpoint(
            .delete, "/rules/{id}", "Archive a rule; with purge, remove an archived one for good", chapter: chapter,
            access: .organisation(.ruleWrite),
            query: [QueryParameter("purge", .boolean, "Remove an archived rule with its versions."), dryRun],
            answer: .named("RuleRemoval"), problems: ["rule.not-archived", "rule.changed-meanwhile"], handler: remove),
        Endpoint(
            .get, "/rules/{id}/days", "How often a rule looked and passed, by day of UTC, latest first", chapter: chapter,
            access: .organisation(.ruleRead),
            query: [QueryParameter("days", .integer, "How many, 1 to \(RuleBookLimits.daysKept); 30 otherwise.")],
            answer: .list(.named("RuleDay"))
        ) { call in
            let organisation = try call.needOrganisation().id
            let count = try call.number("days", in: 1...RuleBookLimits.daysKept, otherwise: 30)
            let days = try await ofRules { try await call.moderation.rules.days(count, of: call.ruleID, in: organisation) }
            return .json(.array(days.map(\.json)))
        },
        Endpoint(
            .get, "/rules/{id}/versions", "Every version that is kept, latest first", chapter: chapter, access: .organisation(.ruleRead),
            answer: .list(.named("RuleVersion"))
        ) { call in
            let organisation = try call.needOrganisation().id
            let versions = try await ofRules { try await call.moderation.rules.versions(of: call.ruleID, in: organisation) }
            return .json(.array(versions.map(\.json)))
        },
        Endpoint(
            .get, "/rules/{id}/versions/{version}", "A rule as it was saved once, with the findings it would have now", chapter: chapter,
            access: .organisation(.ruleRead), answer: rule
        ) { call in
            let organisation = try call.needOrganisation().id
            let version = try call.version(call.parameter("version"))
            return .json(
                try await ofRules { try await call.moderation.rules.view(version: version, of: call.ruleID, in: organisation) }.json)
        },
        Endpoint(
            .post, "/rules/{id}/restore", "Save an old version as the next one", chapter: chapter, access: .organisation(.ruleWrite),
            body: .json(.object([.init("version", .integer)])), query: [force], answer: rule, problems: refusals
        ) { call in
            let organisation = try call.needOrganisation().id
            guard let version = call.body["version"]?.intValue else { throw call.wrong("version", "must be a whole number") }
            return try await ofRules {
                try await call.moderation.rules.restore(
                    version, of: call.ruleID, expecting: try call.ifMatch(), force: try call.flag("force"), in: organisation,
                    by: call.requester
                ).response()
            }
        },
    ]

    private static func list(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        let page = try call.page()
        let (state, tag, words) = (call.query("status"), call.query("tag"), call.query("q")?.lowercased())
        if let state, RuleState(rawValue: state) == nil {
            throw ProblemDocument.badQuery("status", "is one of \(RuleState.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let views = try await ofRules { try await call.moderation.rules.views(in: organisation) }
        let found = views.filter { view in
            if let after = page.after, view.record.id.rawValue <= after { return false }
            if let state, view.state.rawValue != state { return false }
            let tags = view.rule?.tags ?? []
            if let tag, !tags.contains(tag) { return false }
            guard let words, !words.isEmpty else { return true }
            return ([view.record.name, view.rule?.description ?? ""] + tags).contains { $0.lowercased().contains(words) }
        }.prefix(page.limit)
        return .page(found.map(\.json), call, page, last: found.last?.record.id.rawValue)
    }

    private static func remove(_ call: APICall) async throws -> HTTPResponse {
        let organisation = try call.needOrganisation().id
        let (isForGood, isDryRun) = (try call.flag("purge"), try call.flag("dryRun"))
        let rules = call.moderation.rules
        let removal = try await ofRules { try await rules.removal(of: call.ruleID, isForGood: isForGood, in: organisation) }
        if !isDryRun {
            try await ofRules {
                if isForGood {
                    try await rules.purge(call.ruleID, expecting: try call.ifMatch(), in: organisation, by: call.requester)
                } else {
                    _ = try await rules.setStatus(
                        .archived, of: call.ruleID, expecting: try call.ifMatch(), in: organisation, by: call.requester)
                }
            }
        }
        return .json([
            "done": .string(isDryRun ? "nothing" : isForGood ? "removed" : "archived"), "forGood": .bool(isForGood),
            "state": .string(removal.state.rawValue), "versions": .int(Int64(removal.versions)),
            "actionsToday": .int(Int64(removal.actionsToday)),
        ])
    }
}

extension APICall {
    var ruleID: RuleRecord.ID { RuleRecord.ID(parameter("id")) }

    /// The rule the path names.
    func rule() async throws -> RuleView {
        let organisation = try needOrganisation().id
        return try await ofRules { try await moderation.rules.view(ruleID, in: organisation) }
    }

    func version(_ text: String) throws -> Int {
        guard let number = Int(text), number > 0 else { throw RuleRefusal.unknownVersion(text).fault }
        return number
    }

    /// A rule's status has an endpoint of its own; a rule that is sent back as it was read may name it.
    func checkStatus(_ present: String) throws {
        guard let status = body["status"], !status.isNull, status.stringValue != present else { return }
        throw ProblemDocument.about(
            Fault(
                code: "rule.bad-status", message: "A rule's status is not changed by saving it; it is \(present).",
                place: "/status", remedy: "Leave it out, then PUT /rules/ID/status {\"status\": …}.", turn: .caller))
    }
}
