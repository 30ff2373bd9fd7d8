/// Finds the route of a request by its path's segments and its method.
///
/// A literal segment wins over a name, and a name over the rest. HEAD is answered by GET's route, OPTIONS by the list of methods, unless
/// a route says otherwise; a path without a route is 404, a method without one 405.
package struct Router<Metadata: Sendable>: RequestDispatching {
    /// What an error becomes that is no `ProblemDocument`.
    package typealias OnError = @Sendable (any Error, HTTPRequest) -> HTTPResponse

    /// Routes that cannot stand beside each other; every one of them.
    package struct Conflicts: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// In the order they were given.
    package let routes: [Route<Metadata>]
    private let root: Node
    private let onError: OnError

    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: Node?
        /// By method, the routes that end here or take the rest from here.
        let ends: [HTTPMethod: Int]
        let rest: [HTTPMethod: Int]

        init(_ routes: [(pieces: ArraySlice<RoutePattern.Piece>, method: HTTPMethod, place: Int)]) {
            var literals: [String: [(pieces: ArraySlice<RoutePattern.Piece>, method: HTTPMethod, place: Int)]] = [:]
            var parameter: [(pieces: ArraySlice<RoutePattern.Piece>, method: HTTPMethod, place: Int)] = []
            var ends: [HTTPMethod: Int] = [:]
            var rest: [HTTPMethod: Int] = [:]
            for route in routes {
                let further = (route.pieces.dropFirst(), route.method, route.place)
                switch route.pieces.first {
                case nil: ends[route.method] = route.place
                case .literal(let text): literals[text, default: []].append(further)
                case .parameter: parameter.append(further)
                case .rest: rest[route.method] = route.place
                }
            }
            self.literals = literals.mapValues { Node($0) }
            self.parameter = parameter.isEmpty ? nil : Node(parameter)
            self.ends = ends
            self.rest = rest
        }

        /// The routes of the best match, by method; deeper matches are tried before the rest, and a node is looked at once a path.
        func find(_ segments: ArraySlice<String>) -> [HTTPMethod: Int] {
            guard let first = segments.first else { return ends.isEmpty ? rest : ends }
            if let found = literals[first]?.find(segments.dropFirst()), !found.isEmpty { return found }
            if !first.isEmpty, let found = parameter?.find(segments.dropFirst()), !found.isEmpty { return found }
            return rest
        }
    }

    package init(_ routes: [Route<Metadata>], onError: @escaping OnError = { ProblemDocument.unexpected.about($1).response })
        throws(Conflicts)
    {
        var seen: [[String]: Int] = [:]
        var conflicts: [String] = []
        for (place, route) in routes.enumerated() {
            let shape =
                [route.method.rawValue]
                + route.pattern.pieces.map { piece in
                    switch piece {
                    case .literal(let text): "=\(text)"
                    case .parameter: "*"
                    case .rest: "**"
                    }
                }
            if let other = seen.updateValue(place, forKey: shape) {
                conflicts.append("\(route.method) \(routes[other].pattern) and \(route.pattern) are the same")
            }
        }
        guard conflicts.isEmpty else { throw Conflicts(description: conflicts.joined(separator: "; ")) }
        self.routes = routes
        self.onError = onError
        root = Node(routes.enumerated().map { ($1.pattern.pieces[...], $1.method, $0) })
    }

    package func dispatch(_ request: inout HTTPRequest) -> Dispatch {
        let found = root.find(request.target.segments[...])
        if found.isEmpty {
            if request.path == "*" { return .answer(.noContent) }
            return .answer(ProblemDocument.notFound(request.path).about(request).response)
        }
        guard let place = found[request.method] ?? (request.method == .head ? found[.get] : nil) else {
            let allowed = Self.allowed(found)
            if request.method == .options {
                return .answer(HTTPResponse(status: .noContent, headers: ["Allow": allowed.map(\.rawValue).joined(separator: ", ")]))
            }
            return .answer(ProblemDocument.methodNotAllowed(request.method, allowed: allowed).about(request).response)
        }
        let route = routes[place]
        request.parameters = Self.parameters(route.pattern, request.target.segments)
        let (handler, onError) = (route.handler, onError)
        return .handle(
            RequestPlan(body: route.body, deadline: route.deadline) { request in
                do {
                    return try await handler(request)
                } catch let problem as ProblemDocument {
                    return problem.about(request).response
                } catch {
                    return onError(error, request)
                }
            })
    }

    private static func allowed(_ found: [HTTPMethod: Int]) -> [HTTPMethod] {
        var methods = Set(found.keys)
        if methods.contains(.get) { methods.insert(.head) }
        methods.insert(.options)
        return methods.sorted { $0.rawValue < $1.rawValue }
    }

    private static func parameters(_ pattern: RoutePattern, _ segments: [String]) -> [String: String] {
        var parameters: [String: String] = [:]
        for (place, piece) in pattern.pieces.enumerated() {
            switch piece {
            case .literal: break
            case .parameter(let name): parameters[name] = segments[place]
            case .rest(let name): parameters[name] = segments[min(place, segments.count)...].joined(separator: "/")
            }
        }
        return parameters
    }
}
