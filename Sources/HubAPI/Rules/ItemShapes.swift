import HubCore

/// Shapes of items, decisions and actions in the description.
enum ItemShapes {
    static let submission = Shape.object([
        .init("id", .text), .init("typeId", .text), .init("data", .anything), .init("creator", .anything, optional: true),
        .init("source", .text, optional: true), .init("policyIds", .list(.text), optional: true),
        .init("createdAt", .time, optional: true),
    ])

    /// What was decided about: what somebody handed in, or a user, and then why.
    private static let subject = Shape.Member("subject", .choice(["item", "user"]))
    private static let because = Shape.Member("because", .choice(SubmittedItem.Look.allCases.map(\.rawValue)), optional: true)

    private static let item: [Shape.Member] = [
        .init("sequence", .integer), .init("id", .text), .init("typeId", .text), .init("submissionId", .text),
        .init("receivedAt", .time), .init("state", .choice(["waiting", "decided", "failed"])),
        .init("problem", .object([.init("code", .text), .init("message", .text)]), optional: true), .init("data", .anything),
        subject, because,
    ]

    static let all: [(name: String, shape: Shape)] = [
        ("Submission", submission),
        ("Item", .object(item)),
        ("ItemDetail", .object(item + [.init("decision", .named("Decision"), optional: true)])),
        (
            "ActionRun",
            .object([
                .init("id", .text), .init("state", .choice(["done", "waiting", "failed", "capped"])),
                .init("attempts", .integer), .init("reviewId", .text, optional: true), .init("act", .text, optional: true),
                .init("nextAt", .time, optional: true),
                .init("problem", .object([.init("code", .text), .init("message", .text)]), optional: true),
            ])
        ),
        (
            "Decision",
            .object([
                .init("id", .text), .init("sequence", .integer), .init("itemId", .text), .init("itemTypeId", .text), .init("at", .time),
                .init("milliseconds", .number), .init("outcome", .choice(["passed", "failed", "errored"])), .init("passed", .list(.text)),
                .init("actions", .list(.named("ActionRun"))),
                .init(
                    "rules",
                    .list(
                        .object([
                            .init("id", .text), .init("name", .text), .init("version", .integer), .init("status", .text),
                            .init("outcome", .choice(["PASSED", "FAILED", "ERRORED"])), .init("trace", .anything, optional: true),
                        ]))), .init("conditions", .integer), .init("signalRuns", .integer), subject, because,
            ])
        ),
        (
            "RuleAction",
            .object([
                .init("id", .text), .init("name", .text), .init("kind", .choice(["webhook", "journal", "review"])),
                .init("url", .text, optional: true), .init("custom", .map(.anything)), .init("hasSecret", .boolean),
                .init("revision", .integer), .init("changedAt", .time),
            ])
        ),
    ]
}
