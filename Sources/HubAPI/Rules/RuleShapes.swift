import HubCore
import Moderation
import Rules

/// The named shapes of rules and what belongs to them.
enum RuleShapes {
    private static let status = Shape.choice(RuleStatus.allCases.map(\.rawValue))
    private static let state = Shape.choice(RuleState.allCases.map(\.rawValue))
    private static let findings = Shape.list(.named("Finding"))

    /// What an author writes.
    private static let written: [Shape.Member] = [
        .init("name", .text), .init("description", .text, optional: true),
        .init("ruleType", .choice(Rule.Kind.allCases.map(\.rawValue)), optional: true),
        .init("expirationTime", .nullable(.text), optional: true),
        .init("contentTypeIds", .list(.text), optional: true), .init("conditionSet", .named("ConditionSet")),
        .init("actionIds", .list(.text), optional: true), .init("policyIds", .list(.text), optional: true),
        .init("tags", .list(.text), optional: true), .init("maxDailyActions", .nullable(.integer), optional: true),
        .init("parentId", .text, optional: true),
    ]

    /// A rule in a request: what its author writes, a word on the change, and whatever else it had when it was read.
    static let input: [Shape.Member] =
        written + [
            .init("note", .text, optional: true), .init("id", .text, optional: true), .init("status", status, optional: true),
            .init("version", .integer, optional: true), .init("revision", .integer, optional: true), .init("state", state, optional: true),
            .init("missingSignals", .list(.text), optional: true), .init("findings", findings, optional: true),
            .init("createdAt", .time, optional: true), .init("changedAt", .time, optional: true), .init("changedBy", .text, optional: true),
            .init("today", .anything, optional: true), .init("alarm", .anything, optional: true),
        ]

    static let all: [(name: String, shape: Shape)] = [
        (
            "Rule",
            .object(
                written + [
                    .init("id", .text), .init("status", status), .init("version", .integer), .init("revision", .integer),
                    .init("state", state), .init("missingSignals", .list(.text)), .init("findings", findings), .init("createdAt", .time),
                    .init("changedAt", .time), .init("changedBy", .text), .init("today", .object(tally)),
                    .init(
                        "alarm",
                        .object([
                            .init("direction", .choice(RuleAlarm.Direction.allCases.map(\.rawValue))), .init("message", .text),
                            .init("today", .number), .init("before", .number),
                        ]), optional: true),
                ])
        ),
        (
            "ConditionSet",
            .object([
                .init("conjunction", .choice(ConditionSet.Conjunction.allCases.map(\.rawValue))), .init("conditions", .list(.anything)),
            ])
        ),
        (
            "RuleVersion",
            .object([
                .init("version", .integer), .init("at", .time), .init("by", .text), .init("note", .text, optional: true),
                .init("status", status),
            ])
        ),
        ("RuleDay", .object([.init("day", .text)] + tally)),
        (
            "RuleRemoval",
            .object([
                .init("done", .choice(["nothing", "archived", "removed"])), .init("forGood", .boolean), .init("state", state),
                .init("versions", .integer), .init("actionsToday", .integer),
            ])
        ),
        ("RuleCheck", .object([.init("findings", findings), .init("missingSignals", .list(.text))])),
        ("RuleTest", .object([.init("decisions", .list(.named("TestDecision"))), .init("findings", findings)])),
        (
            "TestDecision",
            .object([
                .init("item", .object([.init("id", .text, optional: true), .init("typeId", .text, optional: true)])),
                .init("outcome", .choice(Outcome.allCases.map(\.word))), .init("trace", .anything, optional: true),
                .init("milliseconds", .number), .init("signalRuns", .integer), .init("findings", findings, optional: true),
            ])
        ),
        (
            "ItemField",
            .object([
                .init("name", .text), .init("type", .text), .init("required", .boolean, optional: true),
                .init("container", .nullable(.anything), optional: true),
            ])
        ),
        (
            "ItemType",
            .object([
                .init("id", .text), .init("name", .text), .init("kind", .choice(ItemType.Kind.allCases.map(\.rawValue))),
                .init("schema", .list(.named("ItemField"))), .init("schemaFieldRoles", .map(.text), optional: true),
                .init("description", .text, optional: true), .init("revision", .integer), .init("changedAt", .time),
                .init("findings", findings, optional: true),
            ])
        ),
        (
            "Policy",
            .object([
                .init("id", .text), .init("name", .text), .init("description", .text, optional: true), .init("strikes", .integer),
                .init("revision", .integer), .init("changedAt", .time),
            ])
        ),
        ("BankSummary", .object(bank)),
        ("Bank", .object(bank + [.init("values", .list(.anything))])),
        ("Orphans", .object([.init("done", .choice(["nothing", "removed"])), .init("findings", findings)])),
        (
            "Backtest",
            .object([
                .init("id", .text), .init("state", .choice(Backtest.State.allCases.map(\.rawValue))),
                .init("ruleId", .text, optional: true),
                .init("ruleName", .text), .init("hasLiveVersion", .boolean), .init("done", .integer), .init("total", .integer),
                .init("ratePerSecond", .integer), .init("startedAt", .time), .init("endedAt", .time, optional: true),
                .init("result", .named("BacktestResult"), optional: true), .init("problem", .named("Problem"), optional: true),
            ])
        ),
        (
            "BacktestResult",
            .object([
                .init("items", .integer), .init("passed", .integer), .init("errored", .integer),
                .init("live", .object([.init("passed", .integer)])), .init("wouldStart", .integer), .init("wouldStop", .integer),
                .init(
                    "samples",
                    .list(
                        .object([
                            .init("itemId", .text), .init("sequence", .integer), .init("was", .boolean), .init("is", .boolean),
                            .init("outcome", .text), .init("decision", .named("TestDecision"), optional: true),
                        ])), optional: true), .init("signalRuns", .integer),
            ])
        ),
    ]

    private static let tally: [Shape.Member] = [
        .init("looked", .integer), .init("passed", .integer), .init("errored", .integer), .init("actions", .integer),
    ]

    private static let bank: [Shape.Member] = [
        .init("kind", .choice(BankKind.allCases.map(\.rawValue))), .init("id", .text), .init("name", .text), .init("count", .integer),
        .init("revision", .integer), .init("changedAt", .time),
    ]
}
