import HTTPServer
import HubCore
import JSON
import PluginModel

/// The API's own description (OpenAPI 3.1), made from the endpoints, so that it cannot say anything else than what is there.
enum OpenAPIDocument {
    static func make(_ endpoints: [Endpoint]) -> JSONValue {
        var paths = JSONObject()
        for endpoint in endpoints {
            let path = endpoint.pattern.replacing("...}", with: "}")
            var item = paths[path]?.objectValue ?? [:]
            item[endpoint.method.rawValue.lowercased()] = operation(endpoint)
            paths[path] = .object(item)
        }
        var chapters: [String] = []
        for endpoint in endpoints where !chapters.contains(endpoint.chapter) { chapters.append(endpoint.chapter) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Patchbay", "version": .string(hubVersion), "summary": "A self-hosted plugin hub",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ], "servers": [["url": "/"]], "tags": .array(chapters.map { ["name": .string($0)] }), "paths": .object(paths),
            "components": [
                "schemas": .object(
                    JSONObject((Schemas.all + SignalSchemas.all + ContextEndpoints.schemas).map { ($0.name, $0.shape.schema) })),
                "securitySchemes": [
                    "session": ["type": "apiKey", "in": "cookie", "name": .string(SessionCookie.name)],
                    "token": ["type": "http", "scheme": "bearer"],
                ],
                "responses": [
                    "Problem": [
                        "description": "What went wrong, whose turn it is, what to do.",
                        "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
                    ]
                ],
            ],
        ]
    }

    private static func operation(_ endpoint: Endpoint) -> JSONValue {
        var members: JSONObject = [
            "operationId": .string(endpoint.operationID), "summary": .string(endpoint.summary), "tags": [.string(endpoint.chapter)],
        ]
        let parameters = pathParameters(endpoint) + queryParameters(endpoint) + headers(endpoint)
        if !parameters.isEmpty { members["parameters"] = .array(parameters) }
        switch endpoint.body {
        case .none: break
        case .json(_, let shape): members["requestBody"] = ["required": true, "content": ["application/json": ["schema": shape.schema]]]
        case .raw:
            members["requestBody"] = [
                "content": ["application/octet-stream": ["schema": .object([:])], "application/json": ["schema": ["type": "object"]]]
            ]
        }
        var good: JSONObject = ["description": .string(endpoint.status.title.isEmpty ? "Done" : endpoint.status.title)]
        if let answer = endpoint.answer {
            let type = answer == .text ? "text/plain" : endpoint.pattern.hasSuffix("/events") ? "text/event-stream" : "application/json"
            good["content"] = .object([type: ["schema": answer.schema]])
        }
        members["responses"] = [
            "\(endpoint.status.rawValue)": .object(good), "default": ["$ref": "#/components/responses/Problem"],
        ]
        switch endpoint.access {
        case .everybody: members["security"] = []
        case .signedIn: members["security"] = signIn
        case .organisation(let action), .hub(let action):
            members["security"] = signIn
            members["x-permission"] = .string(action.rawValue)
        }
        if !endpoint.problems.isEmpty { members["x-problems"] = .array(endpoint.problems.map(JSONValue.string)) }
        return .object(members)
    }

    private static let signIn: JSONValue = [["session": []], ["token": []]]

    private static func pathParameters(_ endpoint: Endpoint) -> [JSONValue] {
        endpoint.pattern.split(separator: "/").filter { $0.first == "{" }.map { piece in
            let name = String(piece.dropFirst().dropLast()).replacing("...", with: "")
            return ["name": .string(name), "in": "path", "required": true, "schema": ["type": "string"]]
        }
    }

    private static func queryParameters(_ endpoint: Endpoint) -> [JSONValue] {
        endpoint.query.filter { $0.name != "*" }.map {
            ["name": .string($0.name), "in": "query", "description": .string($0.summary), "schema": $0.shape.schema]
        }
    }

    private static func headers(_ endpoint: Endpoint) -> [JSONValue] {
        guard endpoint.access != .everybody else { return [] }
        func header(_ name: String, _ words: String) -> JSONValue {
            ["name": .string(name), "in": "header", "description": .string(words), "schema": ["type": "string"]]
        }
        var headers = [header("X-Organisation", "The short name of the organisation the request is about.")]
        if endpoint.method != .get {
            headers.append(header("X-CSRF-Token", "With a cookie: the session's csrfToken."))
            if endpoint.method == .post, endpoint.takesKeys {
                headers.append(header("Idempotency-Key", "The same key and request gives the same answer for a day."))
            }
        }
        return headers
    }
}
