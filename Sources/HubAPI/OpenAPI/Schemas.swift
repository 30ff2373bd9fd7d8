import HubCore
import PluginModel

/// The named shapes of the description: what the API answers.
enum Schemas {
    static let all: [(name: String, shape: Shape)] = hub + RuleShapes.all + ItemShapes.all + UserShapes.all + ReviewShapes.all

    private static let hub: [(name: String, shape: Shape)] = [
        (
            "Problem",
            .object([
                .init("type", .text), .init("title", .text), .init("status", .integer), .init("detail", .text),
                .init("instance", .text, optional: true), .init("code", .text), .init("turn", .choice(Fault.Turn.allCases.map(\.rawValue))),
                .init("remedy", .text, optional: true), .init("error", .text), .init("message", .text),
                .init("requestId", .text, optional: true), .init("place", .text, optional: true),
                .init("findings", .list(.named("Finding")), optional: true),
            ])
        ),
        (
            "Finding",
            .object([
                .init("code", .text), .init("severity", .choice(["error", "warning", "notice"])), .init("pointer", .text),
                .init("message", .text),
                .init("remedy", .text, optional: true),
            ])
        ),
        (
            "Session",
            .object([
                .init(
                    "user",
                    .object([.init("id", .text), .init("email", .text), .init("name", .text), .init("isHubAdministrator", .boolean)])),
                .init("csrfToken", .text),
                .init(
                    "organisations", .list(.object([.init("id", .text), .init("slug", .text), .init("name", .text), .init("role", role)]))),
                .init("organisation", .text), .init("permissions", .list(.text)), .init("expiresAt", .time, optional: true),
            ])
        ),
        (
            "BrowserSession",
            .object([
                .init("id", .text), .init("userAgent", .text), .init("address", .text), .init("createdAt", .time),
                .init("lastSeenAt", .time),
                .init("expiresAt", .time), .init("isThis", .boolean),
            ])
        ),
        (
            "Token",
            .object([
                .init("id", .text), .init("hint", .text), .init("name", .text), .init("scopes", .list(.text)),
                .init("organisation", .text, optional: true),
                .init("createdAt", .time), .init("expiresAt", .time, optional: true), .init("lastUsedAt", .time, optional: true),
                .init("token", .text, optional: true),
            ])
        ),
        (
            "User",
            .object([
                .init("id", .text), .init("email", .text), .init("name", .text), .init("isDisabled", .boolean),
                .init("isHubAdministrator", .boolean),
                .init("createdAt", .time), .init("code", .text, optional: true), .init("codeExpiresAt", .time, optional: true),
            ])
        ),
        ("Organisation", .object([.init("id", .text), .init("slug", .text), .init("name", .text), .init("createdAt", .time)])),
        (
            "OrganisationRemoval",
            .object([
                .init("members", .integer), .init("tokens", .integer), .init("settings", .integer), .init("secrets", .integer),
                .init("plugins", .integer), .init("rules", .integer),
            ])
        ),
        ("Member", .object([.init("user", .text), .init("email", .text), .init("name", .text), .init("role", role)])),
        (
            "PluginState",
            .object([
                .init("name", .choice(PluginState.Name.allCases.map(\.rawValue))),
                .init("worker", .choice(PluginState.Worker.allCases.map(\.rawValue))),
                .init("reason", .text, optional: true), .init("since", .time),
                .init("turn", .nullable(.choice(PluginState.Turn.allCases.map(\.rawValue)))),
                .init("remedy", .text, optional: true), .init("missing", .list(.text), optional: true),
            ])
        ),
        (
            "Switches",
            .object([
                .init("hub", .nullable(.boolean)), .init("file", .nullable(.boolean)), .init("organisation", .nullable(.boolean)),
                .init("begins", .boolean),
            ])
        ),
        (
            "Enablement",
            .object([
                .init("id", .text), .init("slug", .text), .init("name", .text), .init("enabled", .nullable(.boolean)),
                .init("state", .named("PluginState")), .init("mayChange", .boolean),
            ])
        ),
        (
            "Health",
            .object([
                .init("callsPerMinute", .integer), .init("errorsPerMinute", .integer), .init("p50Ms", .nullable(.number)),
                .init("p95Ms", .nullable(.number)),
                .init("memoryBytes", .integer), .init("cpuPercent", .number), .init("spark", .list(.integer)),
            ])
        ),
        ("Plugin", .object(plugin)),
        (
            "PluginDetail",
            .object(
                plugin + [
                    .init("manifest", .anything), .init("contributionsList", .list(.named("Contribution"))),
                    .init("versions", .list(.named("Version"))),
                    .init("contentHash", .text), .init("findings", .list(.named("Finding"))), .init("names", .list(.text)),
                ])
        ),
        (
            "Contribution",
            .object([.init("kind", .text), .init("id", .text), .init("title", .text), .init("description", .text, optional: true)])
        ),
        (
            "Version",
            .object([
                .init("name", .text), .init("version", .nullable(.text)), .init("contentHash", .text), .init("installedAt", .time),
                .init("source", .text),
                .init("signed", .boolean), .init("publisher", .text, optional: true), .init("files", .integer), .init("bytes", .integer),
                .init("isRunning", .boolean), .init("isWaiting", .boolean), .init("isFallback", .boolean), .init("isPinned", .boolean),
            ])
        ),
        (
            "Installation",
            .object([
                .init("id", .text), .init("state", .text), .init("done", .integer), .init("total", .integer),
                .init("ratePerSecond", .integer),
                .init("source", .text), .init("plugin", .text, optional: true), .init("version", .text, optional: true),
                .init("isUpdate", .boolean, optional: true), .init("problem", .named("Problem"), optional: true), .init("startedAt", .time),
                .init("endedAt", .time, optional: true),
            ])
        ),
        (
            "Consent",
            .object([
                .init("plugin", .text), .init("name", .text), .init("version", .text), .init("versionName", .text),
                .init("from", .text, optional: true),
                .init(
                    "permissions",
                    .list(
                        .object([
                            .init("permission", .text), .init("words", .text), .init("reason", .text, optional: true), .init("risk", risk),
                            .init("status", .choice(["new", "as-before", "gone"])), .init("isOptional", .boolean),
                            .init("granted", .boolean),
                        ]))), .init("contributions", .anything), .init("settings", .anything),
                .init("files", .anything, optional: true),
                .init("signature", .anything),
                .init("findings", .list(.named("Finding"))),
            ])
        ),
        (
            "Grant",
            .object([
                .init("permission", .text), .init("words", .text), .init("reason", .text, optional: true), .init("risk", risk),
                .init("isDeclared", .boolean), .init("mayBeGranted", .boolean),
                .init("isOptional", .boolean), .init("isGranted", .boolean), .init("grantedBy", .text, optional: true),
                .init("grantedByName", .text, optional: true),
                .init("grantedAt", .time, optional: true),
                .init("uses", .integer), .init("refusals", .integer), .init("lastUsedAt", .time, optional: true),
                .init("neverUsed", .boolean),
            ])
        ),
        (
            "Configuration",
            .object([
                .init(
                    "fields",
                    .list(
                        .object([
                            .init("key", .text), .init("kind", .text), .init("label", .text), .init("required", .boolean),
                            .init("secret", .boolean),
                            .init("isSet", .boolean), .init("source", .text), .init("value", .anything, optional: true),
                        ]))), .init("missing", .list(.text)), .init("revision", .integer),
                .init("scope", .choice(["hub", "organisation"])), .init("canTest", .boolean),
                .init(
                    "further",
                    .object([
                        .init("values", .map(.anything)), .init("hidden", .list(.text)), .init("secrets", .list(.text)),
                    ]), optional: true),
            ])
        ),
        (
            "ConfigurationTest",
            .object([
                .init("ok", .boolean), .init("message", .text), .init("details", .text, optional: true), .init("milliseconds", .integer),
            ])
        ),
        (
            "Removal",
            .object([
                .init("versions", .integer), .init("versionNames", .list(.text)), .init("files", .integer), .init("bytes", .integer),
                .init("settings", .integer), .init("secrets", .integer), .init("grants", .integer), .init("stateKeys", .integer),
                .init("failures", .integer), .init("contributions", .list(.named("Contribution"))), .init("organisations", .list(.text)),
                .init("usedBy", .list(.text)),
            ])
        ),
        (
            "LogLine",
            .object([
                .init("sequence", .integer), .init("at", .time), .init("plugin", .text), .init("version", .text), .init("level", .text),
                .init("message", .text), .init("fields", .anything, optional: true), .init("call", .text, optional: true),
            ])
        ),
        (
            "Failure",
            .object([
                .init("at", .time), .init("version", .text), .init("organisation", .text, optional: true), .init("entry", .text),
                .init("code", .text), .init("message", .text),
                .init("place", .text, optional: true), .init("stack", .list(.text), optional: true), .init("remedy", .text, optional: true),
                .init("turn", .text),
            ])
        ),
        (
            "MetricsMinute",
            .object([
                .init("at", .time), .init("calls", .integer), .init("errors", .integer), .init("p50Ms", .nullable(.number)),
                .init("p95Ms", .nullable(.number)), .init("cpuMs", .integer), .init("memoryBytes", .integer),
                .init("egressBytes", .integer),
                .init("ingressBytes", .integer), .init("denials", .integer),
            ])
        ),
        (
            "JournalEvent",
            .object([
                .init("sequence", .integer), .init("eventId", .text), .init("eventType", .text), .init("eventVersion", .text),
                .init("timestamp", .time),
                .init("source", .text), .init("correlationId", .text), .init("organisation", .text, optional: true),
                .init("data", .anything),
            ])
        ),
        (
            "AuditEntry",
            .object([
                .init("sequence", .integer), .init("at", .time), .init("actor", .text), .init("actorName", .text),
                .init("organisation", .text, optional: true),
                .init("action", .text), .init("subject", .text), .init("outcome", .choice(AuditEntry.Outcome.allCases.map(\.rawValue))),
                .init("address", .text, optional: true), .init("detail", .anything),
            ])
        ),
        (
            "Overview",
            .object([
                .init("plugins", .map(.integer)), .init("needsYou", .list(.anything)), .init("calls", .anything),
                .init("journal", .list(.named("JournalEvent"))), .init("machine", .anything),
            ])
        ),
        ("SearchHit", .object([.init("kind", .text), .init("title", .text), .init("subtitle", .text), .init("url", .text)])),
        (
            "HubSettings",
            .object([
                .init("bind", .text), .init("publicUrl", .text), .init("database", .text), .init("vault", .anything),
                .init("oidc", .list(.anything)),
                .init("sandbox", .anything), .init("stores", .list(.object([.init("address", .text)]))),
            ])
        ),
        (
            "Integration",
            .object([
                .init("id", .text), .init("name", .text), .init("title", .text), .init("logo", .nullable(.text)),
                .init("logoWithBackground", .nullable(.text)),
                .init("docsUrl", .text, optional: true), .init("requiresConfig", .boolean), .init("isConfigured", .boolean),
                .init("modelCard", .anything),
                .init("modelCardLearnMoreUrl", .text, optional: true), .init("hasCatalog", .boolean), .init("hasContext", .boolean),
                .init("signals", .list(.anything)),
            ])
        ),
        (
            "StoreItem",
            .object([
                .init("id", .text), .init("name", .text), .init("version", .text), .init("format", .text),
                .init("description", .text, optional: true),
                .init("publisher", .text, optional: true), .init("contributions", .map(.integer)), .init("permissions", .list(.anything)),
                .init("installed", .text, optional: true), .init("source", .text),
            ])
        ),
        (
            "PluginPage",
            .object([
                .init("plugin", .text), .init("id", .text), .init("title", .text), .init("path", .text),
                .init("navigationLabel", .text, optional: true),
                .init("frame", .object([.init("origin", .text), .init("url", .text)])),
            ])
        ),
    ]

    private static let role = Shape.choice(Role.allCases.map(\.rawValue))
    private static let risk = Shape.choice(PermissionRisk.allCases.map(\.rawValue))

    private static let plugin: [Shape.Member] = [
        .init("id", .text), .init("name", .text), .init("version", .text),
        .init("type", .nullable(.choice(["ui", "backend", "fullstack"]))),
        .init("format", .text), .init("status", .choice(PluginState.Status.allCases.map(\.rawValue))),
        .init("errorMessage", .text, optional: true),
        .init("state", .named("PluginState")), .init("switches", .named("Switches")), .init("capabilities", .map(.integer)),
        .init("permissions", .list(.text)),
        .init("publicConfig", .map(.anything)), .init("description", .text, optional: true), .init("publisher", .anything),
        .init("signed", .boolean), .init("icon", .nullable(.text)), .init("tags", .list(.text)), .init("contributions", .map(.integer)),
        .init("waiting", .anything), .init("isOnTrial", .boolean), .init("isLinked", .boolean), .init("pinned", .nullable(.text)),
        .init("installedAt", .time), .init("changedAt", .time), .init("revision", .integer), .init("health", .named("Health")),
    ]
}
