/// A method and a pattern, what a request there may cost, and who answers. `Metadata` is whatever describes the route elsewhere, such as
/// its part of an API description; the router carries it and does not look.
package struct Route<Metadata: Sendable>: Sendable {
    /// Throwing a `ProblemDocument` answers with it; other errors go to the router's `onError`.
    package typealias Handler = @Sendable (HTTPRequest) async throws -> HTTPResponse

    package var method: HTTPMethod
    package var pattern: RoutePattern
    package var body: BodyMode
    package var deadline: Duration?
    package var metadata: Metadata
    package var handler: Handler

    package init(
        _ method: HTTPMethod, _ pattern: RoutePattern, body: BodyMode = .none, deadline: Duration? = .seconds(30), metadata: Metadata,
        handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.body = body
        self.deadline = deadline
        self.metadata = metadata
        self.handler = handler
    }

    /// A pattern that is none is a programmer's mistake, and traps.
    package init(
        _ method: HTTPMethod, _ pattern: StaticString, body: BodyMode = .none, deadline: Duration? = .seconds(30), metadata: Metadata,
        handler: @escaping Handler
    ) {
        do throws(RoutePattern.Malformed) {
            self.init(
                method, try RoutePattern(parsing: "\(pattern)"), body: body, deadline: deadline, metadata: metadata, handler: handler)
        } catch {
            preconditionFailure("a route's pattern: \(error)")
        }
    }
}

extension Route where Metadata == Void {
    package init(
        _ method: HTTPMethod, _ pattern: StaticString, body: BodyMode = .none, deadline: Duration? = .seconds(30),
        handler: @escaping Handler
    ) {
        self.init(method, pattern, body: body, deadline: deadline, metadata: (), handler: handler)
    }
}
