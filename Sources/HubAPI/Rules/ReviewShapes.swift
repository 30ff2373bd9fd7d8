import HubCore
import Rules

/// Shapes of review queues, routing rules and reviews in the description.
enum ReviewShapes {
    private static let status = Shape.choice([RuleStatus.draft.rawValue, RuleStatus.live.rawValue])
    private static let findings = Shape.list(.named("Finding"))
    private static let named = Shape.list(.object([.init("id", .text), .init("name", .text)]))

    /// What an author writes.
    private static let written: [Shape.Member] = [
        .init("name", .text), .init("description", .text, optional: true), .init("contentTypeIds", .list(.text), optional: true),
        .init("conditionSet", .named("ConditionSet")), .init("queueId", .text),
    ]

    /// The same in a request, with whatever else it had when it was read.
    static let routingInput: [Shape.Member] =
        written + [
            .init("status", status, optional: true), .init("id", .text, optional: true), .init("place", .integer, optional: true),
            .init("revision", .integer, optional: true), .init("missingSignals", .list(.text), optional: true),
            .init("findings", findings, optional: true), .init("createdAt", .time, optional: true),
            .init("changedAt", .time, optional: true), .init("changedBy", .text, optional: true),
        ]

    private static let review: [Shape.Member] = [
        .init("id", .text), .init("queueId", .text), .init("state", .choice(ReviewJob.State.allCases.map(\.rawValue))),
        .init("itemId", .text), .init("itemTypeId", .text), .init("decisions", .integer), .init("openedAt", .time),
        .init("changedAt", .time), .init("rules", named), .init("policies", .list(.text)),
        .init(
            "claim", .object([.init("by", .text), .init("until", .time), .init("isYours", .boolean)]), optional: true),
        .init(
            "closing",
            .object([
                .init("outcome", .choice(ReviewJob.Outcome.allCases.map(\.rawValue))), .init("actions", .list(.text)),
                .init("policies", .list(.text)), .init("note", .text, optional: true), .init("by", .text), .init("at", .time),
            ]), optional: true),
    ]

    /// What routing rules said of an item.
    private static let steps = Shape.list(
        .object([
            .init("id", .text), .init("name", .text), .init("revision", .integer), .init("queueId", .text),
            .init("outcome", .choice(["PASSED", "FAILED", "ERRORED"])), .init("trace", .anything, optional: true),
        ]))
    private static let problem = Shape.object([.init("code", .text), .init("message", .text)])

    static let all: [(name: String, shape: Shape)] = [
        (
            "ReviewQueue",
            .object([
                .init("id", .text), .init("name", .text), .init("description", .text, optional: true), .init("isDefault", .boolean),
                .init("open", .integer), .init("revision", .integer), .init("changedAt", .time),
            ])
        ),
        (
            "RoutingRule",
            .object(
                written + [
                    .init("id", .text), .init("status", status), .init("place", .integer), .init("revision", .integer),
                    .init("missingSignals", .list(.text)), .init("findings", findings), .init("createdAt", .time),
                    .init("changedAt", .time), .init("changedBy", .text),
                ])
        ),
        (
            "RoutingTest",
            .object([
                .init(
                    "results",
                    .list(
                        .object([
                            .init("item", .object([.init("id", .text, optional: true), .init("typeId", .text, optional: true)])),
                            .init("queueId", .text, optional: true), .init("ruleId", .text, optional: true),
                            .init("ruleName", .text, optional: true), .init("rules", steps),
                            .init("problem", problem, optional: true), .init("signalRuns", .integer),
                            .init("findings", findings, optional: true),
                        ]))), .init("findings", findings),
            ])
        ),
        ("Review", .object(review)),
        (
            "ReviewDetail",
            .object(
                review + [
                    .init("item", .named("Item"), optional: true), .init("letGo", .integer, optional: true),
                    .init(
                        "reasons",
                        .list(
                            .object([
                                .init("action", .text), .init("at", .time), .init("rules", named), .init("policies", .list(.text)),
                                .init("decision", .named("Decision"), optional: true),
                                .init(
                                    "routing",
                                    .object([
                                        .init("rules", steps), .init("ruleId", .text, optional: true),
                                        .init("queueId", .text, optional: true), .init("problem", problem, optional: true),
                                    ]), optional: true),
                            ]))),
                ])
        ),
    ]
}
