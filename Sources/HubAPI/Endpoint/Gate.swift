import HTTPServer
import HubCore
import JSON
import PluginModel
import Synchronization

/// What every request passes before its handler: who is it, may they, is it well formed, was it answered before.
///
/// One place, so that no endpoint can forget a check.
struct Gate: Sendable {
    let hub: HubParts

    /// The routes of an endpoint: one, and one for its other path.
    func routes(_ endpoint: Endpoint) -> [Route<Endpoint>] {
        [route(endpoint, at: endpoint.pattern)] + (endpoint.alias.map { [route(endpoint, at: "/api/v1\($0)")] } ?? [])
    }

    private func route(_ endpoint: Endpoint, at path: String) -> Route<Endpoint> {
        let mode: BodyMode =
            switch endpoint.body {
            case .none: .collected(limit: 0)
            case .json(let limit, _): .collected(limit: limit)
            case .raw(let limit): .onDemand(limit: limit)
            }
        let pattern: RoutePattern
        do throws(RoutePattern.Malformed) { pattern = try RoutePattern(parsing: path) } catch {
            preconditionFailure("an endpoint's path: \(error)")
        }
        return Route(endpoint.method, pattern, body: mode, deadline: endpoint.deadline, metadata: endpoint) { request in
            do {
                return finish(try await answer(endpoint, request), to: request, mayBeKept: endpoint.access == .everybody)
            } catch let problem as ProblemDocument {
                return problem.about(request).response
            } catch let fault as Fault {
                if fault.turn == .hub || fault.turn == .operator && fault.isOfTheDatabase { hub.log.failed(request, fault) }
                return ProblemDocument.about(fault).about(request).response
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                hub.log.failed(request, Fault(code: "request.failed", message: "\(error)", turn: .hub))
                return ProblemDocument.about(
                    Fault(code: "request.failed", message: "The hub could not answer.", remedy: "Its log has the reason.", turn: .hub)
                ).about(request).response
            }
        }
    }

    private func answer(_ endpoint: Endpoint, _ request: HTTPRequest) async throws -> HTTPResponse {
        try checkQuery(endpoint, request)
        var call = APICall(request: request, hub: hub)
        let isChange = request.method != .get && request.method != .head
        if endpoint.access == .everybody {
            // A page of a stranger must not sign anybody in or set anything up.
            if isChange { try checkOrigin(request) }
        } else {
            call.authenticated = try await authenticate(request)
            if isChange, let session = call.authenticated?.session {
                try checkOrigin(request)
                try hub.accounts.checkCSRF(request.headers["x-csrf-token"], for: session)
            }
            if isChange, !endpoint.isCall { try hub.changes.take(call.requester.auditName) }
            call.organisation = try await organisation(of: request, for: call.principal)
            try allow(endpoint.access, call)
        }
        if case .json(_, let shape) = endpoint.body { call.body = try readBody(request, shape) }
        guard request.method == .post, let key = request.headers["idempotency-key"], call.authenticated != nil else {
            return try await endpoint.handler(call)
        }
        let reason: String
        switch endpoint.body {
        case .raw: reason = "What is sent here may be long, and is not looked through for a key."
        case .none, .json:
            guard endpoint.showsSecret else { return try await once(key, call, endpoint) }
            reason = "The answer holds what is shown once; it is not kept to be shown again."
        }
        throw ProblemDocument.about(
            Fault(code: "request.idempotency-not-here", message: reason, remedy: "Leave Idempotency-Key out.", turn: .caller),
            status: .badRequest)
    }

    // MARK: Who

    private func authenticate(_ request: HTTPRequest) async throws -> Authenticated {
        if let token = request.token {
            guard !token.isEmpty else { throw ProblemDocument.unauthenticated }
            return try await knowing { () throws(Fault) in try await hub.accounts.authenticate(bearer: token) }
        }
        guard let cookie = request.cookie(SessionCookie.name) else { throw ProblemDocument.unauthenticated }
        return try await knowing { () throws(Fault) in try await hub.accounts.authenticate(session: cookie) }
    }

    /// Whatever is wrong with a credential, clients read that they have to sign in; only a broken database is told apart.
    private func knowing(_ body: () async throws(Fault) -> Authenticated) async throws -> Authenticated {
        do throws(Fault) { return try await body() } catch {
            if error.turn == .caller { throw ProblemDocument.unauthenticated }
            throw error
        }
    }

    /// Browsers say which page a change comes from; a page of another origin is refused whatever its cookie is worth.
    private func checkOrigin(_ request: HTTPRequest) throws {
        guard let origin = request.headers["origin"], origin != "null" else {
            if request.headers["origin"] == "null" { throw ProblemDocument.about(Self.foreignOrigin) }
            return
        }
        guard let authority = request.authority, origin == "http://\(authority)" || origin == "https://\(authority)" else {
            throw ProblemDocument.about(Self.foreignOrigin)
        }
    }

    private static let foreignOrigin = Fault(
        code: "account.csrf", message: "The request comes from a page of another origin.", remedy: "Use the hub's own pages.", turn: .caller
    )

    private func organisation(of request: HTTPRequest, for principal: Principal) async throws -> Organisation? {
        let slug = request.headers["x-organisation"] ?? request.target.query("organisation")
        let found = try await hub.accounts.organisation(named: slug, for: principal)
        if let slug, found == nil {
            throw ProblemDocument.about(
                Fault(
                    code: "account.not-found", message: "There is no organisation '\(visible(slug))' you belong to.",
                    remedy: "GET /api/v1/organisations shows yours.", turn: .caller))
        }
        return found
    }

    private func allow(_ access: Endpoint.Access, _ call: APICall) throws {
        switch access {
        case .everybody, .signedIn: break
        case .hub(let action):
            guard call.principal.may(action, in: nil) else { throw ProblemDocument.missing(action) }
        case .organisation(let action):
            guard call.may(action) else { throw ProblemDocument.missing(action) }
        }
    }

    // MARK: What

    private func checkQuery(_ endpoint: Endpoint, _ request: HTTPRequest) throws {
        guard !request.target.query.isEmpty, endpoint.query != QueryParameter.any else { return }
        let known = endpoint.query.map(\.name) + ["organisation"]
        for pair in request.target.query where !known.contains(pair.name) {
            let near = nearMiss(pair.name, among: known).map { " Did you mean '\($0)'?" } ?? ""
            throw ProblemDocument.about(
                Fault(
                    code: "request.unknown-query", message: "There is no parameter '\(visible(pair.name))' here.\(near)",
                    remedy: "It takes: \(known.joined(separator: ", ")).", turn: .caller), status: .badRequest)
        }
    }

    private func readBody(_ request: HTTPRequest, _ shape: Shape) throws -> JSONObject {
        guard let type = request.headers["content-type"], type.lowercased().hasPrefix("application/json") else {
            throw ProblemDocument.about(
                Fault(
                    code: "request.not-json", message: "The body must be JSON.", remedy: "Send Content-Type: application/json.",
                    turn: .caller),
                status: .unsupportedMediaType)
        }
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: request.body.bytes) } catch {
            throw ProblemDocument.about(
                Fault(
                    code: error.code, message: "The body is no JSON: \(error.message) (line \(error.line), column \(error.column)).",
                    remedy: "Mend the body.", turn: .caller), status: .badRequest)
        }
        guard let object = value.objectValue else {
            throw ProblemDocument.invalid([
                .init(code: "request.wrong-value", pointer: "", message: "The body must be an object.", remedy: nil)
            ])
        }
        guard case .object(let members) = shape else { return object }
        let known = members.map(\.name)
        var findings: [ProblemDocument.FindingText] = []
        for key in object.keys where !known.contains(key) {
            let near = nearMiss(key, among: known).map { " Did you mean '\($0)'?" } ?? ""
            findings.append(
                .init(
                    code: "request.unknown-member", pointer: JSONPointer([key]).description,
                    message: "There is no member '\(visible(key))' here.\(near)", remedy: "It takes: \(known.joined(separator: ", "))."))
        }
        for member in members where member.isRequired && object[member.name] == nil {
            findings.append(
                .init(code: "request.missing", pointer: "/\(member.name)", message: "'\(member.name)' is missing.", remedy: nil))
        }
        guard findings.isEmpty else { throw ProblemDocument.invalid(findings) }
        return object
    }

    // MARK: Afterwards

    /// Entity tags of what was read, and the headers every answer of the API carries.
    /// - Parameter mayBeKept: Whether its own word on caching counts. An answer to somebody who is signed in is nobody else's, and a plugin's
    ///   route does not say otherwise.
    private func finish(_ response: HTTPResponse, to request: HTTPRequest, mayBeKept: Bool) -> HTTPResponse {
        var response = response
        if response.headers["X-Content-Type-Options"] == nil { response.headers.add("X-Content-Type-Options", "nosniff") }
        guard request.method == .get || request.method == .head, response.status == .ok, case .bytes(let bytes) = response.body else {
            if response.headers["Cache-Control"] == nil { response.headers.add("Cache-Control", "no-store") }
            return response
        }
        let tag = response.headers["ETag"] ?? "\"\(RequestHash.tag(bytes))\""
        response.headers["ETag"] = tag
        let caching = (mayBeKept ? response.headers["Cache-Control"] : nil) ?? "private, no-cache"
        response.headers["Cache-Control"] = caching
        if let known = request.headers["if-none-match"], known.split(separator: ",").contains(where: { $0.drop { $0 == " " } == tag }) {
            return HTTPResponse(status: .notModified, headers: ["ETag": tag, "Cache-Control": caching])
        }
        return response
    }
}
