import HTTPServer
import Hub
import HubCore
import JSON
import Manifests
import PluginModel
import PluginPackages

/// Pictures of Coop's integrations, for everybody, as the contract has them (section 11): also pages of others show them.
enum LogoEndpoints {
    /// Whatever an address has behind the question mark to tell a newer picture apart is nothing to the answer.
    private static let version = [QueryParameter("v", .text, "Whatever tells a newer picture apart.")]

    static let all: [Endpoint] = [
        Endpoint(
            .get, "/integration-logos/{id}", "An integration's logo", chapter: PluginEndpoints.chapter, access: .everybody,
            query: version, answer: .anything, problems: ["package.no-such-asset"]
        ) { call in try await answer(call, withBackground: false) },
        Endpoint(
            .get, "/integration-logos/{id}/with-background", "Its logo with a background, else the other one",
            chapter: PluginEndpoints.chapter, access: .everybody, query: version, answer: .anything, problems: ["package.no-such-asset"]
        ) { call in try await answer(call, withBackground: true) },
    ]

    private static func answer(_ call: APICall, withBackground: Bool) async throws -> HTTPResponse {
        // Whatever hinders is told alike: nobody is signed in, and a stranger learns nothing of what is installed but its pictures.
        let view: PluginView
        do { view = try await call.hub.registry.plugin(try call.plugin()) } catch { throw PluginFiles.absent }
        guard let path = view.logoPath(withBackground: withBackground), let folder = view.folder else { throw PluginFiles.absent }
        var response = try await PluginFiles.answer { () throws(StoreError) in
            do { return try PackageAssets(folder: folder).logo(path) } catch { throw .refused(PluginFiles.absent) }
        }
        response.headers["Cache-Control"] = "public, max-age=86400"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
    }
}

extension PluginView {
    /// The file of a logo of one of Coop's integrations that somebody let run; nil where it has none. Where only the plain one is a file, it is
    /// both.
    fileprivate func logoPath(withBackground: Bool) -> String? {
        guard let manifest, manifest.format == .coop, runningVersion != nil else { return nil }
        for image in withBackground ? [manifest.logos.withBackground, manifest.logos.plain] : [manifest.logos.plain] {
            if case .file(let path)? = image { return path.text }
        }
        return nil
    }

    /// Where a logo of the plugin's is found; null where there is none.
    func logoAddress(_ manifest: PluginManifest, withBackground: Bool) -> JSONValue {
        let plain = manifest.logos.plain ?? manifest.icon
        guard manifest.format == .coop else { return address(of: withBackground ? manifest.logos.withBackground : plain) }
        let image = withBackground ? manifest.logos.withBackground : plain
        if logoPath(withBackground: withBackground) != nil, !image.isAddress {
            let end = withBackground ? "/with-background" : ""
            let version = PercentCoding.encode(manifest.version ?? "")
            return .string("/api/v1/integration-logos/\(PercentCoding.encode(id.rawValue))\(end)?v=\(version)")
        }
        if case .url(let url)? = image { return .string(url) }
        return .null
    }
}

extension Image? {
    fileprivate var isAddress: Bool { if case .url? = self { true } else { false } }
}
