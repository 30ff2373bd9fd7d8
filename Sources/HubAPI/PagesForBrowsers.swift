import HTTPServer

/// Shows the interface to browsers that ask for an address there is not; programs are told so in JSON.
///
/// Around the routes and no route itself: one that takes every path would make POST to an unknown one 405.
struct PagesForBrowsers: RequestDispatching {
    let routes: any RequestDispatching
    /// Nil where the interface was not built.
    let page: StaticFiles?

    init(around routes: any RequestDispatching, page: StaticFiles?) { (self.routes, self.page) = (routes, page) }

    func dispatch(_ request: inout HTTPRequest) -> Dispatch {
        let found = routes.dispatch(&request)
        guard let page, case .answer(let answer) = found, answer.status == .notFound, Self.isLookedAt(request) else { return found }
        return .handle(
            RequestPlan { _ in
                // Read here and not answered as a file of the interface: a kept one would be 304, and neither that nor 206 says that nothing is here.
                guard let file = try? await BlockingLane.files.run({ OpenFile(path: "\(page.folder)/index.html") }) else { return answer }
                var shown = HTTPResponse(status: .notFound, headers: page.headers)
                shown.headers["Content-Type"] = "text/html; charset=utf-8"
                shown.headers["Cache-Control"] = "no-store"
                shown.headers["X-Content-Type-Options"] = "nosniff"
                shown.body = .file(file, 0..<file.byteCount)
                return shown
            })
    }

    /// Below `/api` and among the interface's own files nobody looks at pages.
    private static func isLookedAt(_ request: HTTPRequest) -> Bool {
        guard request.method == .get || request.method == .head, request.headers["accept"]?.contains("text/html") == true else {
            return false
        }
        return !["api", "ui"].contains(request.target.segments.first ?? "")
    }
}
