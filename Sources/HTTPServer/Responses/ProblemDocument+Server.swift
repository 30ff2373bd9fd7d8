import CBeast

/// What the server itself answers.
extension ProblemDocument {
    static func badRequest(_ rule: String) -> ProblemDocument {
        ProblemDocument(
            .badRequest, code: "request.malformed", title: "The request is not one the server can read.", detail: rule,
            remedy: "Send what HTTP/1.1 allows.")
    }

    static func bodyTooLarge(limit: Int) -> ProblemDocument {
        let detail = limit == 0 ? "There is no body to be sent here." : "At most \(limit) bytes are taken here."
        return ProblemDocument(
            .contentTooLarge, code: "request.body-too-large", title: "The request's body is too large.", detail: detail,
            remedy: limit == 0 ? "Leave it out." : "Send less.")
    }

    static func notFound(_ path: String) -> ProblemDocument {
        ProblemDocument(
            .notFound, code: "request.no-such-route", title: "There is nothing at this path.", detail: "No route for \(path).",
            remedy: "Check the address.")
    }

    static func methodNotAllowed(_ method: HTTPMethod, allowed: [HTTPMethod]) -> ProblemDocument {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        return ProblemDocument(
            .methodNotAllowed, code: "request.method-not-allowed", title: "The path does not take this method.",
            detail: "It takes \(names).", remedy: "Use one of these.", headers: ["Allow": names])
    }

    static let misdirected = ProblemDocument(
        .misdirectedRequest, code: "request.unknown-host", title: "This server does not answer for the host that was asked.",
        remedy: "Ask by an address the server was told to answer for.")

    static let late = ProblemDocument(
        .serviceUnavailable, code: "request.deadline", title: "The answer was not there in time.", remedy: "Try again later.",
        headers: ["Retry-After": "1"])

    static let unexpected = ProblemDocument(
        .internalServerError, code: "request.failed", title: "The server could not answer.", remedy: "The server's log has the reason.")

    static let badRange = ProblemDocument(
        .rangeNotSatisfiable, code: "request.range", title: "The part asked for is not in the file.",
        remedy: "Ask for a part within its length, or for the whole.")

    /// What the connection refuses before there is a request.
    init(_ refusal: pb_refusal, rule: String) {
        self =
            switch refusal {
            case PB_REFUSE_HEAD_TOO_LARGE:
                ProblemDocument(
                    .headTooLarge, code: "request.head-too-large", title: "The request's head is too large.", detail: rule,
                    remedy: "Send fewer or shorter fields.")
            case PB_REFUSE_TARGET_TOO_LONG:
                ProblemDocument(
                    .targetTooLong, code: "request.target-too-long", title: "The request's target is too long.", detail: rule,
                    remedy: "Send what is long as a body.")
            case PB_REFUSE_BODY_TOO_LARGE:
                ProblemDocument(
                    .contentTooLarge, code: "request.body-too-large", title: "The request's body is too large.", detail: rule,
                    remedy: "Send less.")
            case PB_REFUSE_TOO_SLOW:
                ProblemDocument(
                    .requestTimeout, code: "request.too-slow", title: "The request came too slowly.", detail: rule, remedy: "Send it again."
                )
            case PB_REFUSE_TOO_MANY_CONNECTIONS:
                ProblemDocument(
                    .serviceUnavailable, code: "request.too-many-connections", title: "The server has no connection to spare.",
                    detail: rule, remedy: "Close connections that are not needed, and try again later.")
            case PB_REFUSE_EXPECTATION:
                ProblemDocument(
                    .expectationFailed, code: "request.expectation", title: "The request expects what the server does not know.",
                    detail: rule, remedy: "Leave Expect out, or expect 100-continue.")
            default: .badRequest(rule)
            }
    }
}
