import HTTPServer
import PluginModel
import Synchronization

/// Stands for the routes until they are known: what comes before is asked to come again.
final class LateDispatcher: RequestDispatching {
    private let routes = Mutex<(any RequestDispatching)?>(nil)

    func set(_ dispatcher: any RequestDispatching) { routes.withLock { $0 = dispatcher } }

    func dispatch(_ request: inout HTTPRequest) -> Dispatch {
        if let routes = routes.withLock({ $0 }) { return routes.dispatch(&request) }
        let problem = ProblemDocument(
            .serviceUnavailable, code: "hub.starting", title: "Starting", detail: "The hub is starting.",
            remedy: "Try again in a second.", headers: ["Retry-After": "1"])
        return .answer(problem.about(request).response)
    }
}
