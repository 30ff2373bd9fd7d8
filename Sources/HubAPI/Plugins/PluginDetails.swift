import HTTPServer
import Hub
import HubCore
import JSON
import Markdown
import PluginModel
import PluginPackages

/// What a plugin's page tells about its package beside its state.
enum PluginDetails {
    /// Of a readme.
    static let readmeBytesMax = 256 << 10

    static func manifest(of view: PluginView, assets: String) async throws -> JSONValue {
        var members = JSONObject()
        if let folder = view.folder, let html = await readme(in: folder) { members["readme"] = .string(html) }
        if let card = view.manifest?.json["modelCard"] { members["modelCard"] = card }
        if let license = view.manifest?.license { members["license"] = .string(license) }
        if let url = view.manifest?.docsURL { members["docsUrl"] = .string(url) }
        if let url = view.manifest?.homepageURL { members["homepageUrl"] = .string(url) }
        members["screenshots"] = .array(
            (view.manifest?.screenshots ?? []).compactMap { shot in
                let address: String
                switch shot.image {
                case .file(let path):
                    address = assets + PercentCoding.encodePath(path.text)
                case .url(let url): address = url
                case .glyph: return nil
                }
                var members: JSONObject = ["url": .string(address)]
                if let title = shot.title { members["title"] = .string(title) }
                return .object(members)
            })
        return .object(members)
    }

    /// The readme as HTML without markup of its own; nil when there is none.
    private static func readme(in folder: String) async -> String? {
        try? await BlockingLane.files.run { () -> String? in
            for name in ["README.md", "readme.md", "Readme.md"] {
                guard let bytes = try? PackageAssets(folder: folder).asset(name).bytes, bytes.count <= readmeBytesMax else { continue }
                return Markdown.html(String(decoding: bytes, as: UTF8.self))
            }
            return nil
        }
    }
}
