import HTTPServer
import Synchronization

/// Stands for the routes until the port is known, which they have to know. Nobody asks before.
final class LateRoutes: RequestDispatching {
    private let routes = Mutex<(any RequestDispatching)?>(nil)
    func set(_ dispatcher: any RequestDispatching) { routes.withLock { $0 = dispatcher } }
    func dispatch(_ request: inout HTTPRequest) -> Dispatch {
        guard let routes = routes.withLock({ $0 }) else { preconditionFailure("asked before it was ready") }
        return routes.dispatch(&request)
    }
}
