package import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel

/// Everything the hub answers by HTTP: the API, the interface's files, and the origins of plugins' pages.
package struct HubAPI: Sendable {
    let hub: HubParts

    package init(_ hub: HubParts) { self.hub = hub }

    static let endpoints: [Endpoint] =
        HealthEndpoints.all + SessionEndpoints.all + OIDCEndpoints.all + AccountEndpoints.all + OrganisationEndpoints.all
        + PeopleEndpoints.all
        + PluginEndpoints.all
        + InstallationEndpoints.all + ConsentEndpoints.all + ConfigurationEndpoints.all + WatchingEndpoints.all + IntegrationEndpoints.all
        + LogoEndpoints.all
        + StoreEndpoints.all + PageEndpoints.all + PluginRoutes.endpoints + OverviewEndpoints.all + JournalEndpoints.all
        + EventEndpoints.all
        + ItemEndpoints.all + DecisionEndpoints.all + RuleActionEndpoints.all
        + RuleEndpoints.all + ItemTypeEndpoints.all + BankEndpoints.all + BacktestEndpoints.all
        + SignalEndpoints.all + ContextEndpoints.all
        + UserEndpoints.all
        + ReviewQueueEndpoints.all + ReviewRoutingEndpoints.all + ReviewJobEndpoints.all
        + [description]

    private static let description = Endpoint(
        .get, "/openapi.json", "This description", chapter: OverviewEndpoints.chapter, access: .everybody, answer: .anything
    ) { _ in .json(document) }

    static let document = OpenAPIDocument.make(endpoints)

    /// Answers for these hosts, and for every plugin's own.
    /// - Parameter hosts: Names and addresses without ports by which people reach the hub.
    package func dispatcher(hosts: [String]) throws -> any RequestDispatching {
        let gate = Gate(hub: hub)
        var routes = Self.endpoints.flatMap(gate.routes)
        routes += interface
        let main = PagesForBrowsers(around: try Router(routes), page: hub.facts.interface.map(page(in:)))
        let hub = hub
        return RouterByAuthority(
            hosts: Dictionary(hosts.map { ($0, main as any RequestDispatching) }, uniquingKeysWith: { first, _ in first }),
            wildcards: [
                .init(suffix: hub.facts.pageSuffix) { label in
                    guard let id = FrameOrigin.id(of: label), (try? hub.registry.id(of: id.rawValue)) == id else { return nil }
                    return FrameRouter(hub: hub, plugin: id).router()
                }
            ])
    }

    // MARK: The interface

    /// What the interface may load and do; plugins' frames are the only thing from elsewhere.
    private var policy: String {
        let scheme = hub.facts.isSecure ? "https" : "http"
        return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; font-src 'self'; "
            + "connect-src 'self'; frame-src \(scheme)://*.\(hub.facts.pageSuffix):*; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    }

    /// The interface's one document.
    private func page(in folder: String) -> StaticFiles {
        StaticFiles(
            folder: folder, index: "index.html",
            headers: [
                "Content-Security-Policy": policy, "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
                "Cross-Origin-Opener-Policy": "same-origin", "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            ])
    }

    private var interface: [Route<Endpoint>] {
        let hub = hub
        func endpoint(_ path: String, _ handler: @escaping @Sendable (HTTPRequest) async throws -> HTTPResponse) -> Route<Endpoint> {
            var metadata = Endpoint(.get, path, "A file of the interface", chapter: "Interface", access: .everybody) { _ in .noContent }
            metadata.isAtRoot = true
            do {
                return Route(.get, try RoutePattern(parsing: path), metadata: metadata) { request in
                    do { return try await handler(request) } catch let problem as ProblemDocument {
                        return problem.about(request).response
                    }
                }
            } catch { preconditionFailure("a path of the interface: \(error)") }
        }
        guard let folder = hub.facts.interface else {
            return [
                endpoint("/") { _ in
                    .text("The web interface was not built: make build. The API is at /api/v1/openapi.json.\n", status: .serviceUnavailable)
                }
            ]
        }
        let files = StaticFiles(folder: folder, index: nil)
        let page = page(in: folder)
        var routes = [
            endpoint("/ui/{path...}") { request in
                try await files.response(to: request, segments: (request.parameters["path"] ?? "").split(separator: "/").map(String.init))
            }
        ]
        // Every address of the interface is the same document; which page it shows is the browser's business.
        let pages = ["/", "/setup", "/redeem", "/plugins", "/integrations", "/store", "/journal", "/audit", "/settings"]
        let ofRules = [
            "/rules", "/decisions", "/signals", "/items", "/item-types", "/banks", "/policies", "/rule-actions", "/reviews", "/routing",
            "/item-users",
        ]
        let within = ["/plugins", "/settings", "/pages", "/rules", "/decisions", "/items", "/item-users", "/reviews", "/routing"]
        for path in pages + ofRules + within.map({ $0 + "/{rest...}" }) {
            routes.append(endpoint(path) { try await page.response(to: $0, segments: ["index.html"]) })
        }
        return routes
    }
}
