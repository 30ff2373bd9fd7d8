import HTTPServer
import Hub
import HubCore
import JSON
import Markdown
import PluginModel
import PluginPackages
import Synchronization

/// What a plugin's page tells about its package beside its state.
enum PluginDetails {
    /// Of a readme.
    static let readmeBytesMax = 256 << 10

    static func manifest(of view: PluginView, assets: String) async throws -> JSONValue {
        var members = JSONObject()
        if let folder = view.folder, let html = await readme(in: folder, isKept: !view.isLinked) { members["readme"] = .string(html) }
        if view.manifest?.modelCard != nil, let card = view.manifest?.json["modelCard"] { members["modelCard"] = card }
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
    ///
    /// - Parameter isKept: Whether the folder is of the package store, where a version's files never change.
    private static func readme(in folder: String, isKept: Bool) async -> String? {
        if isKept, let known = readmes.withLock({ $0.known[folder] }) { return known }
        let html: String?
        do {
            html = try await BlockingLane.files.run { () -> String? in
                for name in ["README.md", "readme.md", "Readme.md"] {
                    guard let bytes = try? PackageAssets(folder: folder).asset(name).bytes, bytes.count <= readmeBytesMax else { continue }
                    return Markdown.html(String(decoding: bytes, as: UTF8.self))
                }
                return nil
            }
        } catch { return nil }
        if isKept { readmes.withLock { $0.keep(html, of: folder) } }
        return html
    }

    /// Readmes by folder; when their texts come to more than `bytesMax`, all are forgotten.
    private struct Readmes {
        static let bytesMax = 4 << 20
        static let countMax = 1024
        var known: [String: String?] = [:]
        var bytes = 0

        mutating func keep(_ html: String?, of folder: String) {
            let size = html?.utf8.count ?? 0
            if bytes + size > Self.bytesMax || known.count >= Self.countMax { (known, bytes) = ([:], 0) }
            if known.updateValue(html, forKey: folder) == nil { bytes += size }
        }
    }

    private static let readmes = Mutex(Readmes())
}
