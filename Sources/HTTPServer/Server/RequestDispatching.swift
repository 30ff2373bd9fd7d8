/// Whoever decides what becomes of a request once its head is read: a router, or a choice between routers.
package protocol RequestDispatching: Sendable {
    /// Called on the event loop before the body is read; quick, since every connection of the loop waits. May set `request.parameters`.
    func dispatch(_ request: inout HTTPRequest) -> Dispatch
}

package enum Dispatch: Sendable {
    /// Answered at once, without a task. A body that was announced is not read, and the connection closes.
    case answer(HTTPResponse)
    case handle(RequestPlan)
}

/// How a body is read.
package enum BodyMode: Sendable, Hashable {
    /// Whole, before the handler begins; 0 for routes that take none.
    case collected(limit: Int)
    /// As the handler asks; `Expect: 100-continue` is answered when it first does.
    case onDemand(limit: Int)

    package static let none = BodyMode.collected(limit: 0)

    package var limit: Int {
        switch self {
        case .collected(let limit), .onDemand(let limit): limit
        }
    }
}

package typealias RequestHandler = @Sendable (HTTPRequest) async -> HTTPResponse

/// What a request is allowed and who handles it.
package struct RequestPlan: Sendable {
    package var body: BodyMode
    /// After which the handler's task is cancelled and the client answered 503, unless the response has begun.
    package var deadline: Duration?
    /// Runs in a task that prefers the connection's loop; cancelled when the client goes away.
    package var handler: RequestHandler

    package init(body: BodyMode = .none, deadline: Duration? = nil, handler: @escaping RequestHandler) {
        self.body = body
        self.deadline = deadline
        self.handler = handler
    }
}

/// One handler for everything.
struct SingleHandler: RequestDispatching {
    let plan: RequestPlan
    func dispatch(_ request: inout HTTPRequest) -> Dispatch { .handle(plan) }
}
