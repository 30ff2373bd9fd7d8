import HTTPServer
import Hub
import HubCore
import JSON
import PluginModel
import PluginPackages

/// What one plugin's origin answers: its pages, its files, its own routes. No cookie of the hub ever reaches it, and nothing of the hub's API is
/// here.
struct FrameRouter: Sendable {
    static let routeBodyMax = 1 << 20

    let hub: HubParts
    let plugin: PluginID

    func router() -> any RequestDispatching {
        let page = Route<Void>(.get, "/pages/{page}") { request in try await self.guarded(request) { try await self.page(request) } }
        let files = Route<Void>(.get, "/assets/{path...}") { request in try await self.guarded(request) { try await self.file(request) } }
        let bridge = Route<Void>(.get, "/frame.js") { request in try await self.guarded(request) { try await self.bridge(request) } }
        var routes = [page, files, bridge]
        let methods: [HTTPMethod] = [.get, .post, .put, .patch, .delete]
        routes += methods.map { method in
            Route<Void>(
                method, "/routes/{path...}", body: method == .get ? .none : .collected(limit: Self.routeBodyMax), deadline: .seconds(60)
            ) { request in
                try await self.guarded(request) { try await self.call(request) }
            }
        }
        do { return try Router(routes) } catch { preconditionFailure("the routes of a frame: \(error)") }
    }

    private func guarded(_ request: HTTPRequest, _ body: () async throws -> HTTPResponse) async throws -> HTTPResponse {
        do {
            var response = try await body()
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
            return response
        } catch let problem as ProblemDocument {
            return problem.about(request).response
        } catch let fault as Fault {
            return ProblemDocument.about(fault).about(request).response
        }
    }

    private func view() async throws -> PluginView {
        let view = try await hub.registry.plugin(plugin)
        guard view.state.takesCalls else {
            throw view.state.refusal(of: plugin) ?? Fault(code: "plugin.disabled", message: "'\(plugin)' takes no calls.", turn: .operator)
        }
        return view
    }

    /// The document of a page: the bridge, and the file the manifest names. Nothing in it comes from the plugin but two addresses.
    private func page(_ request: HTTPRequest) async throws -> HTTPResponse {
        let view = try await view()
        let id = request.parameters["page"] ?? ""
        guard let page = view.manifest?.contributions.first(where: { $0.kind == .page && $0.id == id }),
            case .page(let detail) = page.detail,
            let source = detail.source
        else { throw PluginFiles.absent }
        guard let around = request.target.query("hub"), hub.facts.origins.contains(around) else {
            throw ProblemDocument.badQuery("hub", "is the origin of this hub that frames the page")
        }
        let entry = "/assets/" + PercentCoding.encodePath(source.text)
        let html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="patchbay-hub" content="\(Self.escaped(around))"><meta name="patchbay-entry" content="\(Self.escaped(entry))">
            <title>\(Self.escaped(page.title))</title>
            <style>body{margin:0;background:transparent;color:var(--pb-text);font:15px/1.55 var(--pb-font,system-ui)}</style>
            </head><body><div id="page"></div><script src="/frame.js"></script></body></html>
            """
        var response = HTTPResponse.text(html, type: "text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
            + "form-action 'none'; base-uri 'none'; frame-ancestors \(around)"
        response.headers["Cache-Control"] = "no-cache"
        return response
    }

    private func file(_ request: HTTPRequest) async throws -> HTTPResponse {
        let view = try await view()
        guard let folder = view.folder else { throw PluginFiles.absent }
        let path = request.parameters["path"] ?? ""
        let outcome: Result<PackageAsset, StoreError> = try await BlockingLane.files.run {
            Result { () throws(StoreError) in try PackageAssets(folder: folder).asset(path) }
        }
        let asset: PackageAsset
        switch outcome {
        case .failure(let error): throw error.fault
        case .success(let found): asset = found
        }
        if request.headers["if-none-match"] == asset.etag { return HTTPResponse(status: .notModified, headers: ["ETag": asset.etag]) }
        var response = HTTPResponse(
            headers: ["Content-Type": asset.contentType, "ETag": asset.etag, "Cache-Control": "no-cache"], body: .bytes(asset.bytes))
        for header in asset.headers { response.headers[header.name] = header.value }
        return response
    }

    private func bridge(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let folder = hub.facts.interface else { throw PluginFiles.absent }
        return try await StaticFiles(folder: folder, index: nil).response(to: request, segments: ["frame.js"])
    }

    /// One of the plugin's own routes, for whoever the token was given to.
    private func call(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let header = request.headers["authorization"], header.hasPrefix("Bearer "),
            let grant = hub.pageTokens.find(String(header.dropFirst(7)))
        else { throw ProblemDocument.unauthenticated }
        guard grant.plugin == plugin else {
            throw ProblemDocument.about(
                Fault(
                    code: "page.other-plugin", message: "This token was given to a page of another plugin.",
                    remedy: "Ask the hub for a token of this page.",
                    turn: .caller), status: .forbidden)
        }
        let principal = try await current(grant)
        return try await PluginRoutes.answer(
            request, path: "/" + (request.parameters["path"] ?? ""), of: plugin, for: principal, in: grant.organisation, hub: hub)
    }

    /// The person as they are now: who was signed out or disabled since has no page token either.
    private func current(_ grant: PageTokens.Grant) async throws -> Principal {
        guard let principal = try await grant.source.principal(like: grant.principal, hub) else { throw ProblemDocument.unauthenticated }
        guard principal.may(.pluginRead, in: grant.organisation?.id) || principal.may(.pluginRead, in: nil) else {
            throw ProblemDocument.missing(.pluginRead)
        }
        return principal
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
