import HTTPServer
import HubCore

/// One operation of the API: its address, who may ask for it, what it is called in the description, and who answers.
///
/// The routes, the OpenAPI document, the checks before a handler and the tests that hold them together are all made from these.
struct Endpoint: Sendable {
    /// Who is let in.
    enum Access: Sendable, Hashable {
        case everybody
        /// Anybody who is signed in; the handler looks at what is theirs.
        case signedIn
        /// Who may do this in the organisation of the request.
        case organisation(HubAction)
        /// Who may do this for the hub as a whole.
        case hub(HubAction)
    }

    /// How the request's body is read before the handler.
    enum Body: Sendable, Hashable {
        case none
        /// A JSON object of at most so many bytes.
        case json(limit: Int, shape: Shape)
        /// Whatever comes, as the handler asks for it.
        case raw(limit: Int)

        static func json(_ shape: Shape) -> Body { .json(limit: 1 << 20, shape: shape) }
    }

    typealias Handler = @Sendable (APICall) async throws -> HTTPResponse

    var method: HTTPMethod
    /// Below `/api/v1`, or from the root where `isAtRoot`.
    var path: String
    var isAtRoot = false
    /// Another path that leads here, as programs written for somebody else's API know it; the description names the first alone.
    var alias: String?
    var summary: String
    /// The chapter of the description.
    var chapter: String
    var access: Access
    var body: Body = .none
    var query: [QueryParameter] = []
    /// The answer when all goes well; nil has no body.
    var answer: Shape?
    var status: HTTPStatus = .ok
    /// Codes of problems beside those that any request may meet.
    var problems: [String] = []
    /// Whether the answer holds what is shown once and kept nowhere, such as the text of a token.
    var showsSecret = false
    var deadline: Duration? = .seconds(30)
    var handler: Handler

    init(
        _ method: HTTPMethod, _ path: String, _ summary: String, chapter: String, access: Access, body: Body = .none,
        query: [QueryParameter] = [], answer: Shape? = nil, status: HTTPStatus? = nil, problems: [String] = [], showsSecret: Bool = false,
        deadline: Duration? = .seconds(30), handler: @escaping Handler
    ) {
        (self.method, self.path, self.summary, self.chapter) = (method, path, summary, chapter)
        (self.access, self.body, self.query, self.answer) = (access, body, query, answer)
        (self.problems, self.showsSecret, self.deadline, self.handler) = (problems, showsSecret, deadline, handler)
        self.status = status ?? (answer == nil ? .noContent : .ok)
    }

    func also(at path: String) -> Endpoint {
        var endpoint = self
        endpoint.alias = path
        return endpoint
    }

    /// Whether an `Idempotency-Key` may come along.
    var takesKeys: Bool {
        if case .raw = body { return false }
        return method == .post && !showsSecret
    }

    var pattern: String { isAtRoot ? path : "/api/v1\(path)" }

    /// Whether it calls a plugin or hands in items. That fills no audit log, so the limit of changes is not for it; what a plugin or the
    /// queue takes at once is bounded by its own.
    var isCall: Bool {
        access == .organisation(.pluginCall) || access == .organisation(.itemSubmit) || path.hasSuffix("/routes/{path...}")
    }

    /// A name for programs made from method and path: `getPluginsIdLogs`.
    var operationID: String {
        let words = path.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "." }.flatMap { $0.split { $0 == "-" || $0 == "." } }
        return method.rawValue.lowercased() + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}

/// A parameter behind the question mark. One that an endpoint does not name is refused.
struct QueryParameter: Sendable, Hashable {
    var name: String
    var shape: Shape
    var summary: String

    init(_ name: String, _ shape: Shape = .text, _ summary: String) { (self.name, self.shape, self.summary) = (name, shape, summary) }

    /// For endpoints that hand the query on as it is.
    static let any = [QueryParameter("*", .text, "Whatever the plugin's route takes.")]

    static let page = [
        QueryParameter("limit", .integer, "How many at most, 1 to 200."), QueryParameter("after", .text, "Where the page before ended."),
    ]
}
