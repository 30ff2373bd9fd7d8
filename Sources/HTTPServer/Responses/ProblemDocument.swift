package import JSON

/// An error for clients, as RFC 9457 writes it: `application/problem+json`. Throwing one from a route answers with it.
package struct ProblemDocument: Error, Sendable {
    package var status: HTTPStatus
    /// Stable and for programs: `area.what-happened`, listed in docs/errors.md. Also the type, as `urn:patchbay:problem:CODE`.
    package var code: String
    /// One sentence, the same for every occurrence.
    package var title: String
    /// What happened this time, and what to do now.
    package var detail: String?
    /// The request, as its id.
    package var instance: String?
    /// Further members, such as `errors` or `retryAfter`; none of the names above.
    package var extensions: JSONObject
    package var headers: HTTPHeaders

    package init(
        _ status: HTTPStatus, code: String, title: String, detail: String? = nil, instance: String? = nil,
        extensions: JSONObject = [:], headers: HTTPHeaders = HTTPHeaders()
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.instance = instance
        self.extensions = extensions
        self.headers = headers
    }

    package var json: JSONValue {
        var members: JSONObject = [
            "type": .string("urn:patchbay:problem:\(code)"), "title": .string(title), "status": .int(Int64(status.rawValue)),
        ]
        if let detail { members["detail"] = .string(detail) }
        if let instance { members["instance"] = .string(instance) }
        members["code"] = .string(code)
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

    /// The same with the request it is about.
    package func about(_ request: HTTPRequest) -> ProblemDocument {
        var problem = self
        if problem.instance == nil { problem.instance = "urn:patchbay:request:\(request.id)" }
        return problem
    }
}
