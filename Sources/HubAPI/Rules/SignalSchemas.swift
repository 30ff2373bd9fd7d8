/// The named shapes of signals.
enum SignalSchemas {
    static let all: [(name: String, shape: Shape)] = [
        (
            "Signal",
            .object([
                .init("type", .text), .init("name", .text), .init("description", .text), .init("docsUrl", .text, optional: true),
                .init("plugin", .nullable(.text)),
                .init(
                    "integration",
                    .nullable(
                        .object([
                            .init("id", .text), .init("title", .text), .init("logo", .nullable(.text)),
                            .init("logoWithBackground", .nullable(.text)),
                        ]))),
                .init("eligibleInputs", .list(.text)),
                .init(
                    "outputType",
                    .object([
                        .init("scalarType", .text), .init("enum", .list(.anything), optional: true),
                        .init("ordered", .boolean, optional: true),
                    ])),
                .init("cost", .nullable(.number)), .init("pricing", .nullable(.choice(["FREE", "SUBSCRIPTION"]))),
                .init("languages", .anything),
                .init("thresholds", .nullable(.object([.init("highPrecision", .anything), .init("highRecall", .anything)]))),
                .init("subcategories", .list(.named("SignalSubcategory"))), .init("needsMatchingValues", .boolean),
                .init("needsActionPenalties", .boolean), .init("allowedInAutomatedRules", .boolean), .init("comparators", .list(.text)),
                .init("disabled", .nullable(.object([.init("message", .text)]))), .init("isBuiltIn", .boolean),
                .init("isOfCatalog", .boolean),
                .init(
                    "health",
                    .nullable(
                        .object([
                            .init("calls", .integer), .init("errors", .integer), .init("p95Ms", .nullable(.number)),
                            .init("rests", .boolean),
                        ]))),
                .init("measuredCostMs", .number, optional: true), .init("modelCard", .anything, optional: true),
            ])
        ),
        (
            "SignalSubcategory",
            .object([
                .init("id", .text), .init("label", .text), .init("description", .text, optional: true),
                .init("children", .list(.named("SignalSubcategory"))),
            ])
        ),
        (
            "SignalCatalog",
            .object([
                .init("version", .nullable(.text)), .init("signals", .integer), .init("refreshedAt", .nullable(.time)),
                .init("entries", .list(.object([.init("type", .text), .init("name", .text)])), optional: true),
            ])
        ),
    ]
}
