import HTTPServer
import Hub
import HubCore
import JSON
import Manifests
import PluginModel

extension ProblemDocument {
    /// What is wrong at one place of a request, or of a package.
    struct FindingText: Sendable, Hashable {
        var code: String
        var severity = "error"
        var pointer: String
        var message: String
        var remedy: String?

        var json: JSONValue {
            var members: JSONObject = [
                "code": .string(code), "severity": .string(severity), "pointer": .string(pointer), "message": .string(message),
            ]
            if let remedy { members["remedy"] = .string(remedy) }
            return .object(members)
        }
    }

    /// A fault as clients see it. What belongs into the log stays out: `details` is never sent.
    static func about(_ fault: Fault, findings: [FindingText] = [], status: HTTPStatus? = nil) -> ProblemDocument {
        let status = status ?? statusOf(fault)
        var extensions = JSONObject()
        // Where the database is, is for the operator's log.
        if let place = fault.place, !fault.isOfTheDatabase { extensions["place"] = .string(place) }
        if !findings.isEmpty { extensions["findings"] = .array(findings.map(\.json)) }
        var problem = ProblemDocument(
            status, code: fault.code, title: status.title.isEmpty ? "Error" : status.title, detail: fault.message, remedy: fault.remedy,
            turn: fault.turn.rawValue, extensions: extensions)
        if status == .unauthorized { problem.headers["WWW-Authenticate"] = "Bearer realm=\"Patchbay\"" }
        if status == .tooManyRequests || status == .serviceUnavailable { problem.headers["Retry-After"] = "\(retryAfter(fault))" }
        return problem
    }

    /// Everything wrong with a body, at once.
    static func invalid(_ findings: [FindingText]) -> ProblemDocument {
        let first = findings.first
        return about(
            Fault(
                code: first?.code ?? "request.invalid", message: first?.message ?? "The request cannot be taken.", remedy: first?.remedy,
                turn: .caller), findings: findings, status: .unprocessableContent)
    }

    static func badQuery(_ name: String, _ rule: String) -> ProblemDocument {
        about(
            Fault(
                code: "request.bad-query", message: "The parameter '\(visible(name))' \(rule).", remedy: "See /api/v1/openapi.json.",
                turn: .caller), status: .badRequest)
    }

    static let unauthenticated = ProblemDocument.about(
        Fault(
            code: "account.not-signed-in", message: "Authentication required",
            remedy: "Sign in, or send a token: Authorization: Bearer pbt_…",
            turn: .caller))

    /// In the words of ForgePortal's contract, section 18.
    static func missing(_ action: HubAction) -> ProblemDocument {
        about(
            Fault(
                code: "account.not-allowed", message: "Missing permission: \(action.rawValue)",
                remedy: "Ask an administrator of this hub or of your organisation.", turn: .caller))
    }

    private static func retryAfter(_ fault: Fault) -> Int {
        // Only the sentence knows how long; it says "Wait N s".
        let digits = fault.remedy?.drop { !$0.isNumber }.prefix { $0.isNumber } ?? ""
        return min(max(Int(digits) ?? 1, 1), 3600)
    }

    private static func statusOf(_ fault: Fault) -> HTTPStatus {
        if let known = statuses[fault.code] { return known }
        switch fault.code.split(separator: ".").last ?? "" {
        case "not-found", "no-such-asset", "not-installed", "no-such-version": return .notFound
        case "too-large": return .contentTooLarge
        case "busy", "too-many": return .tooManyRequests
        case "changed-meanwhile": return .preconditionFailed
        default: break
        }
        switch fault.turn {
        case .caller: return .unprocessableContent
        case .plugin: return .unprocessableContent
        case .operator: return .conflict
        case .downstream: return badGateway
        case .hub: return .internalServerError
        }
    }

    private static let badGateway = HTTPStatus(rawValue: 502)
    private static let insufficientStorage = HTTPStatus(rawValue: 507)

    /// Where the code's last word does not say it.
    static let statuses: [String: HTTPStatus] = [
        "account.not-signed-in": .unauthorized, "account.sign-in-failed": .unauthorized, "account.wrong-password": .forbidden,
        "account.csrf": .forbidden, "account.not-allowed": .forbidden, "account.role-too-high": .forbidden,
        "account.scope-too-wide": .forbidden, "account.token-by-token": .forbidden, "account.email-taken": .conflict,
        "account.slug-taken": .conflict, "account.too-many-tries": .tooManyRequests, "account.last-administrator": .conflict,
        "account.bad-code": .forbidden, "account.bad-setup-code": .forbidden, "account.already-set-up": .conflict,
        "plugin.no-code": .notFound, "plugin.no-catalog": .notFound, "plugin.no-version": .conflict,
        "plugin.nothing-before": .conflict,
        "plugin.not-quarantined": .conflict, "grant.not-asked": .unprocessableContent, "installation.over": .conflict,
        "hub.stopping": .serviceUnavailable, "storage.busy": .serviceUnavailable, "storage.full": .serviceUnavailable,
        "request.no-organisation": .badRequest, "storage.overloaded": .serviceUnavailable, "storage.timed-out": .serviceUnavailable,
        "storage.closed": .serviceUnavailable, "storage.unreachable": .serviceUnavailable, "storage.connection-lost": .serviceUnavailable,
        "events.too-many": .tooManyRequests, "page.too-many-tokens": .tooManyRequests,
        "review.joined-meanwhile": .conflict, "item.queue-full": .serviceUnavailable, "item.strike-not-found": .notFound,
        "item.no-user-rules": .conflict, "item.storage-full": insufficientStorage,
        "hub.starting": .serviceUnavailable, "action.limit-reached": .conflict,
        "rule.would-break": .conflict, "rule.in-use": .conflict, "rule.archived": .conflict, "rule.not-archived": .conflict,
        "rule.full": .conflict,
        "backtest.over": .conflict,
        "review.default-queue": .conflict, "review.has-jobs": .conflict, "review.claimed": .conflict, "review.over": .conflict,
        "review.open": .conflict, "review.acted": .conflict, "review.open-already": .conflict, "review.queue-full": .conflict,
        "review.limit-reached": .conflict,
        "installation.too-many": .tooManyRequests, "plugin.too-many-organisations": .tooManyRequests,
        "call.argument-too-large": .contentTooLarge, "settings.too-large": .contentTooLarge,
        // A plugin that fails is to a request what a broken service behind a proxy is: nothing about the request would help.
        "call.time-limit": .gatewayTimeout, "call.never-settled": .gatewayTimeout, "call.cpu-limit": badGateway,
        "call.memory-limit": badGateway, "plugin.threw": badGateway, "plugin.bad-answer": badGateway, "plugin.load-failed": badGateway,
    ]
}

extension Fault {
    /// Whatever is wrong with it, no request can mend it, and only the operator needs to know where it is.
    var isOfTheDatabase: Bool { code.hasPrefix("storage.") }
}

extension Finding {
    var text: ProblemDocument.FindingText {
        .init(code: code, severity: severity.rawValue, pointer: place.description, message: sentence, remedy: remedy)
    }
}
