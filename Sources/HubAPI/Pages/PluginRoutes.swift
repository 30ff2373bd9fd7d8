import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel

/// HTTP routes that plugins contribute: a request becomes a call of the plugin, its answer the response.
///
/// The function gets `{method, path, parameters, query, headers, body, user}` and gives `{status, headers, body}`, or any value, which is sent as
/// JSON. docs/plugin-pages.md has the shapes.
enum PluginRoutes {
    /// What of a request a plugin may see: nothing it could sign in with.
    private static let headersPassed: Set<String> = [
        "accept", "accept-language", "content-type", "if-none-match", "user-agent", "x-requested-with",
    ]
    /// What an answer may set beside its type.
    private static let headersTaken: Set<String> = [
        "cache-control", "content-language", "content-type", "etag", "last-modified", "retry-after",
    ]

    /// Parts of types a browser would run or style with.
    private static let markup = ["html", "xml", "svg", "script", "css", "pdf", "multipart"]

    static let endpoints: [Endpoint] = [HTTPMethod.get, .post, .put, .patch, .delete].map { method in
        Endpoint(
            method, "/plugins/{id}/routes/{path...}", "A route of the plugin itself", chapter: PageEndpoints.chapter,
            access: .organisation(.pluginRead),
            body: method == .get ? .none : .raw(limit: FrameRouter.routeBodyMax), query: QueryParameter.any, answer: .anything,
            deadline: .seconds(60)
        ) { call in
            try await answer(
                call.request, path: "/" + call.parameter("path"), of: try call.plugin(), for: call.principal, in: call.organisation,
                hub: call.hub)
        }
    }

    static func answer(
        _ request: HTTPRequest, path: String, of plugin: PluginID, for principal: Principal, in organisation: Organisation?, hub: HubParts
    ) async throws -> HTTPResponse {
        let view = try await hub.registry.plugin(plugin, for: organisation?.id)
        guard let (contribution, route, parameters) = match(request.method, path, in: view.manifest) else {
            throw ProblemDocument.about(
                Fault(
                    code: "plugin.no-such-route", message: "'\(plugin)' has no route \(request.method) \(visible(path)).",
                    remedy: "Its page lists the routes it has.", turn: .caller), status: .notFound)
        }
        for need in route.requires {
            guard let action = HubAction(rawValue: need), principal.may(action, in: organisation?.id) || principal.may(action, in: nil)
            else {
                throw ProblemDocument.about(
                    Fault(
                        code: "account.not-allowed", message: "Missing permission: \(visible(need))", remedy: "Ask an administrator.",
                        turn: .caller))
            }
        }
        // A token made for reading changes nothing through a plugin either; a route that asks for a right of its own has its say above.
        if request.method != .get, request.method != .head, principal.scopes != nil, route.requires.isEmpty,
            !principal.may(.pluginCall, in: organisation?.id), !principal.may(.pluginCall, in: nil)
        {
            throw ProblemDocument.missing(.pluginCall)
        }
        let body = try await request.body.collect()
        let argument = try argument(request, path, parameters, body, principal, organisation)
        let answer = try await hub.registry.call(
            plugin.rawValue, "routes.\(contribution.id)", argument.serializedBytes(), organisation: organisation?.id)
        return try response(answer.value, of: plugin)
    }

    /// The route of a path: literal segments win over names (`:id`), and among equals the manifest's first.
    private static func match(
        _ method: HTTPMethod, _ path: String, in manifest: PluginManifest?
    ) -> (Contribution, Contribution.Route, [String: String])? {
        let given = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        var best: (Contribution, Contribution.Route, [String: String])?
        for contribution in manifest?.contributions ?? [] where contribution.kind == .route {
            guard case .route(let route) = contribution.detail else { continue }
            let method = method == .head ? "GET" : method.rawValue
            guard route.methods.isEmpty || route.methods.contains(method) else { continue }
            let wanted = route.path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
            guard wanted.count == given.count else { continue }
            var parameters: [String: String] = [:]
            let fits = zip(wanted, given).allSatisfy { want, got in
                guard want.hasPrefix(":") else { return want == got }
                parameters[String(want.dropFirst())] = got
                return true
            }
            if fits, best.map({ parameters.count < $0.2.count }) ?? true { best = (contribution, route, parameters) }
        }
        return best
    }

    private static func argument(
        _ request: HTTPRequest, _ path: String, _ parameters: [String: String], _ body: [UInt8], _ principal: Principal,
        _ organisation: Organisation?
    ) throws -> JSONValue {
        var value = JSONValue.null
        if !body.isEmpty {
            if (request.headers["content-type"] ?? "").lowercased().hasPrefix("application/json") {
                do throws(JSONError) { value = try JSONValue(parsing: body) } catch {
                    throw ProblemDocument.about(
                        Fault(code: error.code, message: "The body is no JSON: \(error.message).", remedy: "Mend the body.", turn: .caller),
                        status: .badRequest)
                }
            } else {
                guard let text = String(validating: body, as: UTF8.self) else {
                    throw ProblemDocument.about(
                        Fault(code: "request.not-text", message: "A plugin's route takes JSON or text.", turn: .caller),
                        status: .unsupportedMediaType)
                }
                value = .string(text)
            }
        }
        let headers = request.headers.filter { headersPassed.contains($0.name.lowercased()) }
        var query = JSONObject()
        for pair in request.target.query where query[pair.name] == nil { query[pair.name] = .string(pair.value) }
        return [
            "method": .string(request.method.rawValue), "path": .string(path),
            "parameters": .object(JSONObject(parameters.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            "query": .object(query),
            "headers": .object(JSONObject(headers.map { ($0.name.lowercased(), .string($0.value)) })), "body": value,
            "user": [
                "id": .string(principal.user.id.rawValue), "name": .string(principal.user.name),
                "organisation": organisation.map { .string($0.slug) } ?? .null,
                "role": .string(principal.role(in: organisation?.id).rawValue),
            ],
        ]
    }

    private static func response(_ bytes: [UInt8], of plugin: PluginID) throws -> HTTPResponse {
        let value: JSONValue
        do throws(JSONError) { value = bytes.isEmpty ? .null : try JSONValue(parsing: bytes) } catch {
            throw Fault(code: "plugin.bad-answer", message: "'\(plugin)' answered with something that is no JSON.", turn: .plugin)
        }
        guard let object = value.objectValue, let status = object["status"]?.intValue, object["body"] != nil || object["headers"] != nil
        else {
            return .json(value)
        }
        guard (200...599).contains(status) else {
            throw Fault(code: "plugin.bad-answer", message: "'\(plugin)' answered with the status \(status).", turn: .plugin)
        }
        let body = object["body"] ?? .null
        var response: HTTPResponse
        if let text = body.stringValue {
            response = .text(text, status: HTTPStatus(rawValue: status))
        } else {
            response = body.isNull ? HTTPResponse(status: HTTPStatus(rawValue: status)) : .json(body, status: HTTPStatus(rawValue: status))
        }
        for (name, value) in object["headers"]?.objectValue ?? [:] {
            guard headersTaken.contains(name.lowercased()), let text = value.stringValue,
                !text.unicodeScalars.contains(where: { $0.value < 0x20 })
            else { continue }
            // A page of markup would run with the hub's cookie if it came from the hub's own origin.
            if name.lowercased() == "content-type", markup.contains(where: text.lowercased().contains) { continue }
            response.headers[name] = text
        }
        // Shown by itself it is nobody's page.
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
    }
}

extension Principal {
    /// What a plugin is told. A token's role is no higher than its rights ask for: what a plugin does for a role must not be more than the hub
    /// would do for the token.
    func role(in organisation: Organisation.ID?) -> Role {
        let own = user.isHubAdministrator ? .platformAdmin : memberships.first { $0.organisation == organisation }?.role ?? .viewer
        guard let scopes else { return own }
        return min(own, scopes.map(\.leastRole).max() ?? .viewer)
    }
}
