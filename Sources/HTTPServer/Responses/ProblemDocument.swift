package import JSON

/// An error for clients, as RFC 9457 writes it: `application/problem+json`. Throwing one from a route answers with it.
///
/// All have one shape, whoever makes them: `type`, `title`, `status`, `detail`, `code`, `turn`, `error` and `message` are always there, `remedy` where
/// something can be done, `instance` and `requestId` where there was a request.
package struct ProblemDocument: Error, Sendable {
    package var status: HTTPStatus
    /// Stable and for programs: `area.what-happened`, listed in docs/errors.md. Also the type, as `urn:patchbay:problem:CODE`.
    package var code: String
    /// One sentence, the same for every occurrence.
    package var title: String
    /// What happened this time; nil says no more than the title.
    package var detail: String?
    /// What to do now.
    package var remedy: String?
    /// Whose turn it is, in the words of docs/errors.md. Where nobody says, the status does: the caller's below 500, the hub's from there.
    package var turn: String
    /// The request it is about; nil for what is refused before there is one.
    package var request: HTTPRequest.ID?
    /// Further members, such as `findings`; none of the names above.
    package var extensions: JSONObject
    package var headers: HTTPHeaders

    package init(
        _ status: HTTPStatus, code: String, title: String, detail: String? = nil, remedy: String? = nil, turn: String? = nil,
        extensions: JSONObject = [:], headers: HTTPHeaders = HTTPHeaders()
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.remedy = remedy
        self.turn = turn ?? (status.rawValue < 500 ? "caller" : "hub")
        self.extensions = extensions
        self.headers = headers
    }

    package var json: JSONValue {
        var members: JSONObject = [
            "type": .string("urn:patchbay:problem:\(code)"), "title": .string(title), "status": .int(Int64(status.rawValue)),
        ]
        members["detail"] = .string(detail ?? title)
        if let request { members["instance"] = .string("urn:patchbay:request:\(request)") }
        (members["code"], members["turn"]) = (.string(code), .string(turn))
        if let remedy { members["remedy"] = .string(remedy) }
        // Clients of ForgePortal read these two; contract of ForgePortal, section 18.
        (members["error"], members["message"]) = (.string(Self.word(status)), .string(detail ?? title))
        if let request { members["requestId"] = .string("\(request)") }
        for (key, value) in extensions where members[key] == nil { members[key] = value }
        return .object(members)
    }

    package var response: HTTPResponse {
        var response = HTTPResponse(status: status, headers: headers, body: .bytes(json.serializedBytes()))
        response.headers["Content-Type"] = "application/problem+json"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if response.headers["Cache-Control"] == nil { response.headers["Cache-Control"] = "no-store" }
        return response
    }

    private static func word(_ status: HTTPStatus) -> String {
        switch status {
        case .notFound: "NotFound"
        case .tooManyRequests: "RateLimited"
        default: status.title.isEmpty ? "Error" : status.title
        }
    }

    /// The same with the request it is about, by which the log finds it.
    package func about(_ request: HTTPRequest) -> ProblemDocument { about(request.id) }

    func about(_ request: HTTPRequest.ID) -> ProblemDocument {
        var problem = self
        problem.request = problem.request ?? request
        return problem
    }
}
